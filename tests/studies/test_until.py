"""Looking more than once, and how many pairs to plan for."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from platformsim.cli import main
from platformsim.errors import ScenarioError
from platformsim.studies.compare import compare
from platformsim.studies.judge import bootstrap_intervals, judge
from platformsim.studies.looks import boundaries, looks, spent
from platformsim.studies.plan import plan, power_of
from platformsim.studies.rerun import rerun
from platformsim.studies.until import settled, waited_for

_FILE = Path(__file__).parents[1] / "endurance" / "until_decided.py"
_SPEC = importlib.util.spec_from_file_location("until_decided", _FILE)
until_decided = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(until_decided)

SMALL = {"sides.users.count": 60, "run.months": 13, "run.burn_in": 1}
HERE = {"workers": 1, "progress": False}


# -- looks -------------------------------------------------------------------------------------


def test_five_equal_looks_have_the_published_boundaries():
    # O'Brien-Fleming type spending, two-sided 0.05, as in ldbounds and gsDesign.
    found = boundaries([0.2, 0.4, 0.6, 0.8, 1.0], 0.05)
    assert found == pytest.approx([4.8769, 3.3569, 2.6803, 2.2898, 2.0310], abs=2e-4)


def test_looks_double_and_end_at_the_most():
    assert [look.pairs for look in looks(320)] == [20, 40, 80, 160, 320]
    assert [look.pairs for look in looks(200)] == [20, 40, 80, 160, 200]
    (only,) = looks(20)
    assert (only.pairs, only.error) == (20, pytest.approx(0.05))


def test_all_that_may_be_spent_is_spent_at_the_end():
    assert spent(1.0, 0.05) == pytest.approx(0.025)
    assert spent(0.25, 0.05) < 1e-4


def test_sums_of_noise_cross_a_boundary_in_one_of_twenty_cases():
    plans = looks(320)
    rng = np.random.default_rng(1)
    steps = np.diff([0, *(look.pairs for look in plans)])
    sums = (rng.normal(size=(200_000, len(steps))) * np.sqrt(steps)).cumsum(axis=1)
    scaled = np.abs(sums) / np.sqrt([look.pairs for look in plans])
    crossed = (scaled >= [look.boundary for look in plans]).any(axis=1).mean()
    # Nine tenths are planned, for data that are less well-behaved than these.
    assert crossed == pytest.approx(0.045, abs=0.002)


def test_an_interval_beyond_the_reach_of_resamples_is_students_or_wider():
    draws = np.random.default_rng(2).exponential(size=(40, 50))
    fine = bootstrap_intervals(draws, 1e-6)
    usual = bootstrap_intervals(draws, 0.01)
    # Student's quantile at 39 degrees of freedom.
    reach = 5.82 * draws.std(axis=0, ddof=1) / np.sqrt(40)
    assert (fine[0] <= usual[0]).all()
    assert (fine[1] >= usual[1]).all()
    assert (fine[1] - draws.mean(axis=0) >= 0.99 * reach).all()
    assert np.array_equal(bootstrap_intervals(draws), bootstrap_intervals(draws, 0.05))


def verdicts_when_looking(draws, rule):
    """The verdict on the mean of each column, at the first look that gives one."""
    found = np.full(draws.shape[1], "undecided", dtype=object)
    for look in looks(len(draws)):
        waiting = np.flatnonzero(found == "undecided")
        if not waiting.size:
            break
        part = draws[: look.pairs, waiting]
        ways = ["up"] * waiting.size
        rows = judge(
            np.zeros_like(part), part, ways, np.zeros(waiting.size), [False] * waiting.size,
            rule(look),
        )  # fmt: skip
        found[waiting] = [row["verdict"] for row in rows]
    return found


@pytest.mark.parametrize("law", ["normal", "exponential"])
def test_looking_at_every_doubling_keeps_false_verdicts_at_five_percent(law):
    draws = getattr(np.random.default_rng(3), law)(size=(160, 600))
    draws -= {"normal": 0.0, "exponential": 1.0}[law]
    false = (verdicts_when_looking(draws, lambda look: look.error) != "undecided").mean()
    assert 0.02 <= false <= 0.075
    # Without the correction it would be more than twice that.
    naive = (verdicts_when_looking(draws, lambda look: 0.05) != "undecided").mean()
    assert naive > 0.10


def test_a_large_effect_is_seen_long_before_the_last_look():
    draws = np.random.default_rng(4).normal(1.0, 0.5, size=(320, 20))
    assert set(verdicts_when_looking(draws[:80], lambda look: look.error)) == {"holds"}


# -- comparisons -------------------------------------------------------------------------------


def test_a_comparison_stops_when_its_predictions_are_settled(tmp_path):
    result = compare(
        "complement_breakeven", until="decided", changes=SMALL | {"sides.users.count": 2000}, **HERE
    )
    # Without network effects the difference is the same in every pair.
    assert result.pairs == 20
    assert result.looks["pairs"].tolist() == [20]
    row = result.verdicts[result.verdicts["claim"] == "C13"].iloc[0]
    assert (row["verdict"], row["settled"], row["look"], row["pairs"]) == ("holds", "holds", 1, 20)
    assert "Looked at 20 pairs" in result.notices()[0]
    folder = result.save(tmp_path / "until")
    assert rerun(folder, **HERE).same


def test_a_comparison_goes_on_while_something_is_open_and_keeps_what_was_settled():
    changes = SMALL | {"sides.users.revise_rate": 1.0}
    result = compare("tipping", until="decided", pairs=50, changes=changes, **HERE)
    assert result.looks["pairs"].tolist() == [20, 40, 50][: len(result.looks)]
    assert len(result.runs.summary) == result.pairs * len(result.runs.arms)
    whole = compare("tipping", pairs=result.pairs, changes=changes, **HERE)
    assert whole.runs.summary.equals(result.runs.summary)
    for row in result.verdicts[result.verdicts["look"] > 0].itertuples():
        assert row.pairs <= result.looks["pairs"][row.look - 1]
        assert row.settled in ("holds", "contradicted", "negligible")
    assert (result.verdicts.loc[result.verdicts["look"] == 0, "settled"] == "").all()


def test_a_comparison_without_looks_is_as_it_was():
    result = compare("tipping", pairs=20, changes=SMALL, **HERE)
    assert result.looks is None
    assert not {"look", "settled"} & set(result.verdicts)
    with pytest.raises(ScenarioError, match="until: must be decided"):
        compare("tipping", until="bored", changes=SMALL, **HERE)


def test_controls_are_not_waited_for_and_small_effects_settle_as_negligible():
    table = compare("tipping", pairs=20, changes=SMALL, **HERE).verdicts
    asked = table[waited_for(table)]
    assert set(asked["metric"]) == {"largest_share", "effective_number"}
    assert set(asked["arm"]) == {"above"}
    rows = table.head(3).assign(
        low=[-0.01, -0.2, 0.1], high=[0.01, 0.2, 0.2], sesoi=0.05,
        verdict=["undecided", "undecided", "holds"],
    )  # fmt: skip
    assert settled(rows).tolist() == ["negligible", "", "holds"]
    assert waited_for(table.assign(registered=False)).any()


# -- planning ----------------------------------------------------------------------------------


def test_the_plan_agrees_with_textbooks_and_with_simulation():
    # Cohen's d = 0.5, two-sided 0.05, power 0.9: 44 pairs.
    found = plan(1.0, 0.5)
    assert found.pairs == 44
    assert found.pairs <= found.most_with_looks <= 1.15 * found.pairs
    draws = np.random.default_rng(5).normal(0.5, 1.0, size=(44, 20_000))
    scaled = draws.mean(axis=0) / (draws.std(axis=0, ddof=1) / np.sqrt(44))
    assert (scaled > 2.0167).mean() == pytest.approx(power_of(44, 1.0, 0.5), abs=0.01)
    assert plan(1.0, -0.5).pairs == 44


def test_a_plan_is_never_below_twenty_pairs():
    assert plan(0.0, 1.0).pairs == plan(0.1, 5.0).pairs == 20


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((-1, 1), "sd"), ((1, 0), "effect"), ((1, 1e-9), "ten million|10,000,000")],
)
def test_plans_that_cannot_be_made_are_refused(arguments, message):
    with pytest.raises(ScenarioError, match=message):
        plan(*arguments)
    with pytest.raises(ScenarioError, match="power"):
        plan(1, 1, power=1.0)


def test_the_command_line_plans_and_goes_on_until_decided(tmp_path):
    result = CliRunner().invoke(main, ["plan", "--sd", "1", "--effect", "0.5"])
    assert result.stdout.startswith("44 pairs see a difference of 0.5")
    small = [part for key, value in SMALL.items() for part in ("--set", f"{key}={value}")]
    result = CliRunner().invoke(
        main,
        ["compare", "tipping", "--until", "decided", "--pairs", "20", "--workers", "1", "--out",
         str(tmp_path / "out"), *small],
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert "settled as" in result.stdout
    assert "Looked at 20 pairs" in result.stdout


@pytest.mark.slow
def test_under_the_symmetry_null_few_verdicts_are_false():
    share, count = until_decided.false_verdicts(repetitions=30, most=40)
    assert count > 30 * 10
    # Verdicts of a repetition hang together, so 30 repetitions leave a wide margin.
    assert share <= 0.09


def test_repetitions_of_the_null_can_be_made_at_all():
    share, count = until_decided.false_verdicts(repetitions=1, most=20, workers=1)
    assert count > 5
    assert 0.0 <= share <= 1.0
