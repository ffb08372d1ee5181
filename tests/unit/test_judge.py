"""The rule of judgement, on differences whose answer is known."""

import numpy as np
import pytest

from platformsim.errors import ScenarioError
from platformsim.scenario import load
from platformsim.studies.boundary.growth import response
from platformsim.studies.compare import compare
from platformsim.studies.judge import (
    bootstrap_intervals,
    judge,
    judge_tail,
    tail_interval,
    tail_mean,
    verdict,
)
from platformsim.studies.paired import paired_differences
from platformsim.studies.sweep import sweep

SMALL = {"sides.users.count": 80, "run.months": 15, "run.burn_in": 2}


@pytest.mark.parametrize(
    ("mean", "low", "high", "direction", "sesoi", "expected"),
    [
        (0.2, 0.1, 0.3, "up", 0.05, "holds"),
        (0.2, 0.1, 0.3, "up", 0.25, "undecided"),
        (0.2, -0.1, 0.3, "up", 0.05, "undecided"),
        (0.2, 0.1, 0.3, "down", 0.05, "contradicted"),
        (-0.01, -0.02, -0.001, "up", 0.05, "contradicted"),
        (-0.2, -0.3, -0.1, "down", 0.05, "holds"),
        (0.0, 0.0, 0.0, "up", 0.0, "undecided"),
    ],
)
def test_verdict(mean, low, high, direction, sesoi, expected):
    assert verdict(mean, low, high, direction, sesoi) == expected


@pytest.mark.parametrize("draw", ["normal", "exponential"])
def test_intervals_keep_their_level_at_twenty_pairs(draw):
    rng = np.random.default_rng(1)
    samples = getattr(rng, draw)(size=(20, 4000))
    centre = {"normal": 0.0, "exponential": 1.0}[draw]
    low, high = bootstrap_intervals(samples)
    covered = np.mean((low <= centre) & (centre <= high))
    # The plain percentile interval covers 0.92 and 0.90 here.
    assert covered == pytest.approx(0.95, abs=0.017)


def test_intervals_of_constant_and_nearly_constant_differences():
    samples = np.zeros((30, 3))
    samples[:, 1] = 0.25
    samples[0, 2] = 1.0
    low, high = bootstrap_intervals(samples)
    assert (low[0], high[0]) == (0.0, 0.0)
    assert (low[1], high[1]) == (0.25, 0.25)
    assert low[2] <= 0.0 < high[2]


def test_the_same_differences_give_the_same_interval():
    samples = np.random.default_rng(2).normal(size=(25, 2))
    first, second = bootstrap_intervals(samples), bootstrap_intervals(samples)
    np.testing.assert_array_equal(first, second)


def test_two_humped_differences_report_their_swings_and_median():
    base = np.zeros((40, 1))
    arm = np.where(np.arange(40) < 10, 0.9, 0.001)[:, None]
    row = judge(base, arm, ["up"], np.array([0.05]), [True])[0]
    assert row["swing_share"] == 0.25
    assert row["median"] == 0.001
    assert row["share_in_direction"] == 1.0
    assert row["verdict"] == "holds"


def test_pairs_in_which_a_metric_is_not_defined_do_not_count():
    base = np.zeros((30, 2))
    arm = np.ones((30, 2)) + np.arange(30)[:, None] * 0.01
    arm[:5, 0] = np.nan
    arm[:15, 1] = np.nan
    rows = judge(base, arm, ["up", "up"], np.zeros(2), [False, False])
    assert (rows[0]["pairs"], rows[0]["verdict"]) == (25, "holds")
    assert (rows[1]["pairs"], rows[1]["verdict"], rows[1]["low"]) == (15, "undecided", None)


def small_tipping(predictions):
    table = load("tipping").table | {"predictions": predictions}
    return load(table, SMALL)


def test_a_prediction_about_an_unknown_metric_is_refused():
    wrong = {"metric": "largest_shar", "arm": "above", "base": "off"}
    with pytest.raises(ScenarioError, match=r"largest_shar.*did you mean 'largest_share'"):
        compare(small_tipping([wrong]), pairs=20, workers=1, progress=False)


def test_a_prediction_is_judged_against_its_own_base():
    stated = {"metric": "hhi", "arm": "above", "base": "below", "claim": "C01", "sesoi": 0.0}
    found = compare(small_tipping([stated]), pairs=20, workers=1, progress=False).verdicts
    rows = found[found["registered"]]
    assert rows[["metric", "arm", "base", "claim"]].values.tolist() == [
        ["hhi", "above", "below", "C01"]
    ]
    assert set(found.loc[~found["registered"], "base"]) == {"off"}


def test_fewer_than_twenty_pairs_are_refused():
    with pytest.raises(ScenarioError, match=r"run\.pairs.*from 20 to"):
        compare("tipping", pairs=19, changes=SMALL, workers=1, progress=False)


def test_arms_with_different_seeds_are_not_paired():
    scenario = load("tipping", SMALL)
    arms = {"a": scenario, "b": scenario.with_settings({"run.seed": 1})}
    with pytest.raises(ScenarioError, match=r"run\.seed.*same in all arms"):
        compare(arms, workers=1, progress=False)


def test_a_sweep_has_every_design_point_equally_often_and_judges_pairs():
    key = "mechanisms.direct_network.beta_direct"
    runs = sweep(
        "tipping", {key: [0.0, 1.0], "market.interoperability": [0.0, 0.5]},
        arms=["off", "interoperable"], replicates=20, changes=SMALL, workers=1, progress=False,
    )  # fmt: skip
    # The arm sets both keys; the design point comes last and wins, so the arms coincide.
    found = paired_differences(runs, "users.hhi", arm="interoperable", base="off")
    assert len(found) == 4
    assert (found["pairs"] == 20).all()
    assert (found["mean"] == 0).all()
    with pytest.raises(ScenarioError, match="is not a column of the sweep"):
        paired_differences(runs, "users.hhhi", arm="interoperable", base="off")


def test_the_response_needs_two_platforms():
    one = load({"platforms": [{"name": "a"}], "sides": {"users": {"count": 10}}})
    with pytest.raises(ScenarioError, match="at least two"):
        response(one)


# -- tails -----------------------------------------------------------------------------------


def test_the_tail_is_the_mean_of_the_highest_twentieth():
    values = np.random.default_rng(3).permutation(100.0 + np.arange(200))
    assert tail_mean(values) == np.arange(290, 300).mean()
    assert tail_mean(np.array([1.0, 7.0, 3.0])) == 7.0
    assert tail_mean(np.arange(39.0)) == 38.0
    assert tail_mean(np.arange(40.0)) == 38.5
    np.testing.assert_array_equal(tail_mean(np.arange(40.0).reshape(2, 20)), [19.0, 39.0])


def test_the_tail_of_known_distributions():
    # An exponential of mean m has, beyond its 95 % quantile, the mean m (1 + ln 20).
    rng = np.random.default_rng(4)
    luck = rng.exponential(size=20_000)
    row = judge_tail(luck, 1.5 * luck, "up", 1.0)
    expected = 0.5 * (1.0 + np.log(20.0))
    assert row["mean"] == pytest.approx(expected, rel=0.03)
    assert row["low"] < expected < row["high"]
    assert (row["verdict"], row["pairs"]) == ("holds", 20_000)
    assert (row["median"], row["share_in_direction"], row["swing_share"]) == (None, None, None)
    # Equal means, and a tail that is larger by 2.063 times the difference in spread.
    wide = judge_tail(rng.normal(size=20_000), rng.normal(scale=3.0, size=20_000), "down", 0.0)
    assert wide["mean"] == pytest.approx(2 * 2.063, rel=0.05)
    assert wide["verdict"] == "contradicted"


def test_tail_intervals_cover_and_use_the_pairing():
    # 400 pairs, so a tail of 20: close to the stated level, under a common and an own part.
    rng = np.random.default_rng(5)
    covered, widths = [], []
    for _ in range(60):
        common, own = rng.normal(size=(2, 400))
        low, high = tail_interval(common, common + 0.1 * own + 1.0)
        # Variances add up: beyond its 95 % quantile a normal of spread s has the mean 2.0627 s.
        covered.append(low <= 1.0 + 2.0627 * (np.sqrt(1.01) - 1.0) <= high)
        free_low, free_high = tail_interval(common, rng.permutation(common) + 0.1 * own + 1.0)
        widths.append((high - low) / (free_high - free_low))
    assert np.mean(covered) >= 0.85
    assert np.mean(widths) < 0.5


def test_a_tail_of_too_few_pairs_is_undecided():
    row = judge_tail(np.zeros(25), np.r_[np.full(15, 5.0), np.full(10, np.nan)], "up", 0.0)
    assert (row["mean"], row["low"], row["pairs"], row["verdict"]) == (5.0, None, 15, "undecided")
    none = judge_tail(np.full(25, np.nan), np.zeros(25), "up", 0.0)
    assert (none["mean"], none["pairs"]) == (None, 0)


def test_a_scenario_may_state_the_mean_and_the_tail_of_one_metric():
    stated = {"metric": "users.hhi", "arm": "above", "base": "off", "claim": "C01", "sesoi": 0.0}
    found = compare(
        small_tipping([stated, {**stated, "statistic": "tail", "sesoi": 9.0}]),
        pairs=20, workers=1, progress=False,
    )  # fmt: skip
    rows = found.verdicts[found.verdicts["registered"]].set_index("statistic")
    assert list(rows.index) == ["mean", "tail"]
    assert (rows["metric"] == "hhi").all()
    wide = found.runs.summary.pivot(index="replicate", columns="arm", values="users.hhi")
    assert rows.loc["tail", "mean"] == wide["above"].max() - wide["off"].max()
    assert rows.loc["tail", "base_mean"] == wide["off"].max()
    assert rows.loc["mean", "mean"] == pytest.approx((wide["above"] - wide["off"]).mean())
    assert rows.loc["tail", "verdict"] == "undecided"
    assert (found.verdicts["statistic"] == "tail").sum() == 1
