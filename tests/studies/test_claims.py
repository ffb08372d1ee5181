"""Judging the claims: contrasts, hinges, flips on known curves, and what is written of it."""

import dataclasses
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import platformsim.studies.claims.plan as planning
import platformsim.studies.claims.study as studying
from platformsim.entities import Prediction
from platformsim.errors import ResultError, ScenarioError
from platformsim.scenario import load
from platformsim.studies.batch import Batch, arm_alone
from platformsim.studies.claims import claims
from platformsim.studies.claims.contrasts import contrasts, stated
from platformsim.studies.claims.documents import BEGIN, END, ready, write
from platformsim.studies.claims.hinges import Flip, Grid, Point, flip, grid, hinge_of, point
from platformsim.studies.claims.plan import Effort, Judgement, Plan
from platformsim.studies.claims.register import Hinge, chosen, register, register_file
from platformsim.studies.claims.study import FAST, NOT_TESTED, ROW_KEYS
from platformsim.studies.claims.text import details, summary, table
from platformsim.studies.compare import compare
from platformsim.studies.judge import judge_tail
from platformsim.studies.rerun import rerun

ROOT = Path(__file__).parents[2]
SMALL = {"sides.users.count": 60, "run.months": 12, "run.burn_in": 2}
BETA = "mechanisms.direct_network.beta_direct"


# -- the register ----------------------------------------------------------------------------


def test_all_claims_are_chosen_unless_some_are_named():
    assert [claim.id for claim in chosen()] == [f"C{number:02d}" for number in range(1, 36)]
    assert [claim.id for claim in chosen(["c13", "C01"])] == ["C01", "C13"]
    with pytest.raises(ScenarioError, match=r"claims: must be one of C01.*got 'C99'"):
        chosen(["C99"])


def test_the_register_is_found_in_a_wheel_first_and_beside_the_package_else(tmp_path, monkeypatch):
    assert register_file() == ROOT / "seeds" / "claims.toml"
    package = tmp_path / "platformsim"
    monkeypatch.setattr("platformsim.studies.claims.register.resources.files", lambda name: package)
    with pytest.raises(ResultError, match=r"seeds/claims\.toml"):
        register_file()
    (package / "seeds").mkdir(parents=True)
    (package / "seeds" / "claims.toml").write_text("")
    assert register_file() == package / "seeds" / "claims.toml"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["force-include"] == {"seeds/claims.toml": "platformsim/seeds/claims.toml"}


def test_the_scenario_that_the_register_names_comes_before_others():
    found = contrasts(chosen(["C01", "C03", "C13"]))
    assert [pair[0].scenario for pair in found.values()] == [
        "tipping", "flywheel", "complement_breakeven"
    ]  # fmt: skip
    for id_, (contrast, control) in found.items():
        assert not contrast.control
        assert control.control
        assert control.scenario == contrast.scenario
        predictions = load(contrast.scenario).predictions
        assert predictions[contrast.place].claim == predictions[control.place].claim == id_
    # The flagship states predictions about some of them, too, but comes last by its name.
    assert {row.scenario for row in stated()["C03"]} == {"flywheel", "llama3"}


def test_every_contrast_control_and_hinge_of_the_register_can_be_run():
    plan = Plan(FAST).add(chosen())
    assert len(plan.tested) == 35
    for claim in chosen():
        contrast, control = plan.tested[claim.id]
        if claim.status == "built":
            assert contrast is not None, claim.id
            assert control is not None, claim.id
            assert len(plan.grids[claim.id]) == len(claim.hinges)
    assert all(len(values.values) > 0 for grids in plan.grids.values() for values in grids)


# -- the grid along a hinge ------------------------------------------------------------------


def arms_of(scenario, **changes):
    return {name: arm_alone(load(scenario, changes or None), name) for name in load(scenario).arms}


def test_a_setting_that_the_arms_share_moves_in_both():
    stated = Prediction("users.hhi", "above", "off")
    arms = {name: arms_of("tipping")[name] for name in ("above", "off")}
    found = grid(Hinge("sides.users.revise_rate", 0.1, 0.5), stated, arms, 2)
    assert set(found.arms) == {"above", "off"}
    assert found.default == 0.3
    np.testing.assert_allclose(found.values, [0.1, 0.2, 0.4, 0.5])


def test_a_setting_that_the_contrast_is_about_moves_in_the_judged_arm():
    arms = arms_of("tipping")
    pair = {name: arms[name] for name in ("above", "off")}
    found = grid(Hinge(BETA, 0.0, 6.0), Prediction("users.hhi", "above", "off"), pair, 3)
    assert (found.arms, found.default) == (("above",), 2.5)
    # The judged arm is the neutral one: how strong the rule is in the other is what can move.
    found = grid(Hinge(BETA, 0.0, 6.0), Prediction("users.hhi", "off", "above"), pair, 3)
    assert (found.arms, found.default) == (("above",), 2.5)


def test_a_setting_of_a_mechanism_that_is_off_moves_in_the_other_arm():
    arms = arms_of("complement_breakeven")
    pair = {name: arms[name] for name in ("closed", "open_alone")}
    hinge = Hinge("mechanisms.complement.eng_lift", 0.0, 0.5)
    found = grid(hinge, Prediction("profit[giant]", "open_alone", "closed"), pair, 1)
    assert found.arms == ("closed",)


def test_the_default_may_lie_at_an_end_or_outside_the_range():
    arms = {name: arms_of("tipping")[name] for name in ("above", "off")}
    stated = Prediction("users.hhi", "above", "off")
    at_the_end = grid(Hinge("market.interoperability", 0.0, 1.0), stated, arms, 2)
    assert (at_the_end.default, at_the_end.values) == (0.0, (0.25, 0.5, 0.75, 1.0))
    outside = grid(Hinge("sides.users.revise_rate", 0.4, 0.6), stated, arms, 1)
    assert (outside.default, outside.values) == (0.3, (0.4, 0.6))


def test_whole_numbers_stay_whole_and_wide_ranges_are_logarithmic():
    arms = {name: arms_of("tipping")[name] for name in ("above", "off")}
    stated = Prediction("users.hhi", "above", "off")
    found = grid(Hinge("sides.users.count", 200, 200_000), stated, arms, 2)
    assert found.whole
    assert found.logarithmic
    assert found.values[0] == 200
    assert all(value == int(value) for value in found.values)
    assert isinstance(found.settings(found.values[0])["sides.users.count"], int)
    # Half the way in the logarithm.
    assert found.between(100.0, 10_000.0, 0.5) == pytest.approx(1000.0)
    assert found.distance(found.default) == 0.0


def test_a_hinge_must_be_a_setting_of_the_scenario():
    arms = {name: arms_of("tipping")[name] for name in ("above", "off")}
    stated = Prediction("users.hhi", "above", "off")
    with pytest.raises(ScenarioError, match=r"interoperabilit.*did you mean"):
        grid(Hinge("market.interoperabilit", 0, 1), stated, arms, 1)
    with pytest.raises(ScenarioError, match="a mechanism that the scenario does not have"):
        grid(Hinge("mechanisms.builders.sigma", 0.3, 1), stated, arms, 1)


# -- where a verdict flips -------------------------------------------------------------------


def curve(effect, default, low=0.0, high=1.0, count=5, error=0.0):
    """Points of a known curve, the default first."""
    xs = [x for x in np.linspace(low, high, count) if x != default]
    found = [Point(x, effect(x), effect(x) - error, effect(x) + error) for x in (default, *xs)]
    return Grid("a.b", ("arm",), default, tuple(xs)), found


def test_a_claim_that_holds_flips_where_its_effect_falls_below_the_smallest_of_interest():
    values, points = curve(lambda x: x - 0.2, 0.9)
    found = flip(values, points, "holds", "up", 0.1)
    assert found.value == pytest.approx(0.3)
    assert (found.verdict, found.around) == ("undecided", (0.5, 0.25))
    assert flip(values, points, "holds", "up", 0.0).value == pytest.approx(0.2)
    # The same effect, stated the other way round.
    down = [Point(p.value, -p.effect, -p.high, -p.low) for p in points]
    assert flip(values, down, "holds", "down", 0.1).value == pytest.approx(0.3)


def test_an_effect_that_is_exactly_nothing_does_not_hold():
    values, points = curve(lambda x: max(x - 0.25, 0.0), 0.75)
    assert flip(values, points, "holds", "up", 0.0).value == pytest.approx(0.25)


def test_a_contradicted_claim_flips_where_the_effect_changes_sign():
    values, points = curve(lambda x: 2.0 * x - 1.2, 0.0)
    found = flip(values, points, "contradicted", "up", 0.5)
    assert (found.value, found.verdict) == (pytest.approx(0.6), "undecided")
    assert flip(values, points, "contradicted", "up", 0.1).verdict == "holds"


def test_an_undecided_claim_flips_only_where_chance_is_ruled_out():
    values, points = curve(lambda x: 0.4 * (x - 0.5), 0.5, error=0.15)
    found = flip(values, points, "undecided", "up", 0.05)
    # At 0.25 and 0.75 the interval holds 0; at the ends it does not, and it is as far to either.
    assert found == Flip(0.125, "contradicted", (0.25, 0.0))
    values, points = curve(lambda x: 0.4 * (x - 0.3), 0.5, error=0.15)
    assert flip(values, points, "undecided", "up", 0.05) == Flip(0.625, "holds", (0.5, 0.75))
    values, points = curve(lambda x: 0.4 * (x - 0.5), 0.5, error=0.3)
    assert flip(values, points, "undecided", "up", 0.05) is None


def test_of_two_flips_the_nearer_counts():
    values, points = curve(lambda x: 0.3 - abs(x - 0.5), 0.6, count=11)
    assert flip(values, points, "holds", "up", 0.0).value == pytest.approx(0.8)
    values, points = curve(lambda x: 0.3 - abs(x - 0.5), 0.4, count=11)
    assert flip(values, points, "holds", "up", 0.0).value == pytest.approx(0.2)


def test_where_nothing_flips_there_is_no_value():
    values, points = curve(lambda x: 1.0 + x, 0.5)
    assert flip(values, points, "holds", "up", 0.5) is None
    gaps = [Point(p.value, np.nan, np.nan, np.nan) for p in points[1:]]
    assert flip(values, [points[0], *gaps], "holds", "up", 0.5) is None


def test_the_verdict_hangs_on_the_setting_that_flips_nearest_relative_to_its_range():
    near = Grid("near", ("arm",), 50.0, (0.0, 100.0))
    far = Grid("far", ("arm",), 0.5, (0.0, 1.0))
    points = [Point(0.0, 0.0, 0.0, 0.0), Point(1.0, 1.0, 1.0, 1.0)]
    flips = [Flip(60.0, "undecided", (50.0, 100.0)), Flip(0.9, "undecided", (0.5, 1.0))]
    entries = [(far, points, flips[1]), (near, points, flips[0])]
    assert hinge_of(entries)[0].key == "near"
    still = [(far, points, None), (near, points[:1], None)]
    assert hinge_of(still)[0].key == "far"
    assert hinge_of([]) is None


def test_a_finer_grid_lies_between_the_points_around_the_flip():
    coarse = Grid("a.b", ("arm",), 0.5, (0.0, 1.0))
    assert coarse.finer((0.5, 1.0), 1).values == (0.0, 0.75, 1.0)
    whole = Grid("a.b", ("arm",), 1.0, (0.0, 2.0), whole=True)
    assert whole.finer((1.0, 2.0), 3).values == (0.0, 2.0)


def test_points_of_means_and_tails():
    base, arm = np.zeros(16), np.arange(16.0)
    found = point(0.5, base, arm, "mean")
    assert found.effect == 7.5
    half = 1.96 * np.std(arm, ddof=1) / 4
    assert (found.low, found.high) == (pytest.approx(7.5 - half), pytest.approx(7.5 + half))
    assert point(0.5, base, arm, "tail").effect == 15.0
    assert np.isnan(point(0.5, base * np.nan, arm, "mean").effect)


# -- whole studies, small --------------------------------------------------------------------

HINGES = (Hinge(BETA, 0.0, 6.0), Hinge("sides.users.revise_rate", 0.1, 0.5))


@pytest.fixture(scope="module")
def small():
    """Small markets, and hinges of their own for C01."""

    def few(name, given):
        return load(name, {**SMALL, **given})

    def some(ids=()):
        known = [dataclasses.replace(claim, hinges=()) for claim in chosen(ids)]
        return [
            dataclasses.replace(claim, hinges=HINGES) if claim.id == "C01" else claim
            for claim in known
        ]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planning, "load", few)
        patch.setattr(studying, "chosen", some)
        yield


@pytest.fixture(scope="module")
def first(small):
    """What came out for C01."""
    return study("C01")


def study(*ids, **options):
    return claims(ids, workers=1, progress=False, **{"fast": True, **options})


def test_a_claim_is_judged_as_compare_judges_it(first):
    row = first.table.iloc[0]
    found = compare("tipping", pairs=20, changes=SMALL, workers=1, progress=False).verdicts
    expected = found[found["registered"] & (found["metric"] == row["metric"])].set_index("arm")
    for prefix in ("", "control_"):
        one = expected.loc[row[f"{prefix}arm"]]
        for mine, theirs in (("effect", "mean"), ("low", "low"), ("high", "high"),
                             ("verdict", "verdict"), ("sesoi", "sesoi")):  # fmt: skip
            value = one[theirs]
            expect = value if isinstance(value, str) else pytest.approx(value, rel=1e-9)
            assert row[f"{prefix}{mine}"] == expect, mine
    assert [(line["id"], line["scenario"]) for line in first.rows()] == [("C01", "tipping")]
    assert set(first.rows()[0]) == set(ROW_KEYS)


def test_the_effect_along_a_hinge_is_that_of_runs_with_the_setting_changed(first):
    found = first
    points = found.hinges[found.hinges["key"] == BETA].set_index("value")
    assert set(points.index) == {0.0, 1.25, 2.5, 4.25, 6.0}
    assert (points["moved_in"] == "above").all()
    # At the base's own setting the arms are the same to the last bit.
    assert points.loc[0.0, "effect"] == points.loc[0.0, "low"] == 0.0
    assert points.loc[2.5, "effect"] == found.table["effect"][0]
    assert points.loc[6.0, "effect"] > points.loc[2.5, "effect"]
    judged = found.differences[found.differences["role"] == "contrast"]
    assert judged["difference"].mean() == pytest.approx(found.table["effect"][0])


def test_a_finer_look_adds_values_around_the_flip(first, monkeypatch):
    monkeypatch.setattr(studying, "FAST", Effort(20, each_way=1, finer=2, hinge_pairs=4))
    found = study("C01", seed=3)
    assert found.table["effect"][0] != first.table["effect"][0]
    points = found.hinges[found.hinges["key"] == found.table["hinges_on"][0]]
    flips = points["flip_value"].iloc[0]
    assert len(points) == 5
    assert points["value"].min() < flips < points["value"].max()


def test_a_claim_without_a_scenario_has_a_row_that_says_so(small, monkeypatch):
    pairs = contrasts(chosen(["C01", "C02"]))
    monkeypatch.setattr(planning, "contrasts", lambda rows: {**pairs, "C02": (None, None)})
    found = study("C01", "C02")
    assert found.table["id"].tolist() == ["C01", "C02"]
    assert found.table["verdict"].tolist()[1] == NOT_TESTED
    row = found.rows()[1]
    assert row == dict.fromkeys(ROW_KEYS) | {
        "id": "C02", "verdict": NOT_TESTED, "control_verdict": NOT_TESTED, "seconds": 0.0
    }  # fmt: skip
    assert NOT_TESTED in table(found).splitlines()[-1]
    assert f"1 {NOT_TESTED}" in summary(found)
    assert list(found.plot()) == ["C01"]
    text = details(found)
    assert "no scenario states a prediction" in text
    assert register()["C02"].rule[:30] in " ".join(text.split())


def test_a_control_that_holds_is_named(first):
    found = first
    table_ = found.table.assign(control_verdict="holds")
    broken = dataclasses.replace(found, table=table_)
    assert "These controls hold, as they should not: C01." in summary(broken)
    assert " HOLDS " in table(broken)


def test_runs_that_claims_share_are_made_once(small):
    plan = Plan(FAST).add(studying.chosen(["C01"]))
    count = len(plan.batch)
    one = studying.chosen(["C01"])[0]
    plan.add([one])
    assert len(plan.batch) == count
    # The hinge that moves in one arm reuses the other arm's runs.
    labels = [label for label in plan.batch.scenarios if BETA in label]
    assert all(label.startswith("tipping/above/") for label in labels)


def test_a_tail_is_judged_as_a_tail(small):
    scenario = load("tipping", {**SMALL, "run.pairs": 20})
    stated = Prediction("users.hhi", "above", "off", sesoi=0.0, statistic="tail")
    tested = Judgement(scenario, stated, 0.0)
    batch = Batch()
    for arm in ("above", "off"):
        batch.add(tested.label(arm), arm_alone(scenario, arm), 20)
    numbers = batch.run(workers=1, progress=False)
    base, arm = tested.values(numbers)
    assert tested.judged(numbers) == judge_tail(base, arm, "up", 0.0)
    assert tested.judged(numbers)["mean"] == arm.max() - base.max()


def test_a_batch_refuses_a_metric_that_the_runs_lack():
    batch = Batch()
    batch.add("x", load("tipping", SMALL), 1)
    numbers = batch.run(workers=1, progress=False)
    # By its column, or without its side.
    assert numbers.of("x", "largest_share") == numbers.of("x", "users.largest_share")
    assert np.isnan(numbers.of("x", "nothing")).all()
    with pytest.raises(ScenarioError, match=r"largest_shar.*did you mean 'largest_share'"):
        numbers.require("x", "largest_shar", "predictions.C01.metric")


# -- what is written -------------------------------------------------------------------------


def test_a_folder_holds_tables_and_figures_and_can_be_made_again(first, tmp_path):
    found = first
    folder = found.save(tmp_path / "claims")
    assert {file.name for file in folder.iterdir()} == {
        "claims.parquet", "claims.csv", "differences.parquet", "hinges.parquet", "C01.png",
        "manifest.json",
    }  # fmt: skip
    pd.testing.assert_frame_equal(pd.read_csv(folder / "claims.csv")[["id", "effect"]],
                                  found.table[["id", "effect"]])  # fmt: skip
    assert rerun(folder, workers=1, progress=False).same


def test_documents_are_written_where_readers_look(first, tmp_path):
    one = first
    rest = [{"id": claim.id, "title": claim.title} for claim in chosen()[1:]]
    blank = studying._columns("", None, {}) | studying._columns("control_", None, {})
    blank |= {"hinges_on": "", "default": np.nan, "flip_value": np.nan, "flips_to": "",
              "scenario": ""}  # fmt: skip
    rows = [one.table.iloc[0].to_dict(), *(row | blank for row in rest)]
    found = dataclasses.replace(one, table=pd.DataFrame(rows))
    with pytest.raises(ResultError, match="lacks the line"):
        ready(tmp_path)
    with pytest.raises(ResultError, match="all claims"):
        ready(tmp_path, ["C01"])
    for name in ("docs", "seeds"):
        (tmp_path / name).mkdir()
    (tmp_path / "README.md").write_text(f"before\n{BEGIN}\nthe former table\n{END}\nafter\n")
    ready(tmp_path)
    write(found, tmp_path)
    readme = (tmp_path / "README.md").read_text()
    assert readme.startswith("before\n")
    assert readme.endswith("\nafter\n")
    assert "former" not in readme
    assert readme.count("docs/claims.md#c") == 35
    page = (tmp_path / "docs" / "claims.md").read_text()
    assert page.count("\n## C") == 35
    assert all(f'<a id="{claim.id.lower()}"></a>' in page for claim in chosen())
    outcomes = tomllib.loads((tmp_path / "seeds" / "outcomes.toml").read_text())["outcomes"]
    assert [row["id"] for row in outcomes] == [claim.id for claim in chosen()]
    assert outcomes[0]["effect"] == pytest.approx(one.table["effect"][0], rel=1e-5)
    assert outcomes[1] == {"id": "C02", "verdict": NOT_TESTED, "control_verdict": NOT_TESTED}
    before = {file: file.read_bytes() for file in tmp_path.rglob("*.*")}
    write(found, tmp_path)
    assert {file: file.read_bytes() for file in tmp_path.rglob("*.*")} == before


def test_every_control_fails_as_it_should_or_the_register_says_why_not():
    written = register_file().with_name("outcomes.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(written)["outcomes"]
    assert len(rows) == 35
    for row in rows:
        note = studying.chosen([row["id"]])[0].control_note
        assert "control_verdict" in row
        assert (row["control_verdict"] == "holds") == bool(note), row["id"]
