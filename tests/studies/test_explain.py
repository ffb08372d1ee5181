"""What mechanisms were worth: against runs made by hand, and closed forms."""

from types import SimpleNamespace

import numpy as np
import pytest

from platformsim.errors import ScenarioError
from platformsim.metrics import measure
from platformsim.model import PlatformModel
from platformsim.scenario import load
from platformsim.studies.explain import explain
from platformsim.studies.rerun import rerun
from platformsim.studies.switches import variants_of

SMALL = {"sides.users.count": 40, "run.months": 8, "run.burn_in": 2}
SHARE = "users.share[social]"


@pytest.fixture(scope="module")
def flywheel():
    return explain("flywheel", pairs=20, changes=SMALL, workers=1, progress=False)


def level(arm, replicate, **switches):
    changes = {f"mechanisms.{name}.enabled": on for name, on in switches.items()}
    scenario = load("flywheel", SMALL).with_arm(arm).with_settings(changes)
    measured = measure(PlatformModel(scenario, replicate=replicate).run().history)
    names = [column.name for column in measured.columns]
    return measured.summary[names.index(SHARE)]


def test_the_metric_and_the_arms_are_those_of_the_first_prediction(flywheel):
    assert flywheel.metric == SHARE
    assert flywheel.arms == ("separate", "integrated")
    other = load("flywheel").predictions[-1]
    assert (other.metric, other.arm) == ("users.engagement", "tired")


def test_a_mechanisms_worth_is_the_difference_of_runs_with_and_without_it(flywheel):
    rows = flywheel.worth.set_index(["mechanism", "way", "of"])
    assert len(rows) == 2 * 2 * 3
    assert (rows["pairs"] == 20).all()
    replicates = range(20)
    with_it = np.array([level("integrated", r) for r in replicates])
    without = np.array([level("integrated", r, autopost=False) for r in replicates])
    off = rows.loc["autopost", "off", "arm"]
    assert off["worth"] == pytest.approx((with_it - without).mean(), abs=1e-12)
    assert off["low"] <= off["worth"] <= off["high"]
    alone = [level("integrated", r, direct_network=False) for r in replicates]
    nothing = [level("integrated", r, direct_network=False, autopost=False) for r in replicates]
    expected = np.mean(np.array(alone) - np.array(nothing))
    assert rows.loc["autopost", "alone", "arm"]["worth"] == pytest.approx(expected, abs=1e-12)


def test_levels_add_up_to_the_difference(flywheel):
    for _, part in flywheel.worth.groupby(["mechanism", "way"]):
        worth = part.set_index("of")["worth"]
        assert worth["difference"] == pytest.approx(worth["arm"] - worth["base"], abs=1e-12)
    # Only autopost knows the hook, so without it the arms are the same to the last bit.
    levels = flywheel.levels.set_index("mechanisms")
    assert levels.loc["none", "base"] == levels.loc["none", "arm"]
    rows = flywheel.worth.set_index(["mechanism", "way", "of"])["worth"]
    whole = levels.loc["all", "arm"] - levels.loc["all", "base"]
    assert rows["autopost", "off", "difference"] == pytest.approx(whole, abs=1e-12)
    assert rows["direct_network", "alone", "difference"] == 0.0


def test_the_largest_loss_stands_first(flywheel):
    assert flywheel.worth["mechanism"].iloc[0] == "autopost"


def test_gains_of_the_flywheel_are_reported(flywheel):
    loops = flywheel.loops.set_index(["loop", "arm"])["gain"]
    # The last twelve months of so short a run take in month 0, which has had no posts yet.
    gain = loops["autopost on social", "integrated"] * 9 / 8
    posts = 4.0 * 0.5 / (1 - gain)
    # G = gen_rate autopost reactions retention_gain (1 - fatigue posts / 30), at capability 100.
    expected = 4.0 * 0.5 * 3.0 * 0.02 * (1 - 0.05 * posts / 30)
    assert gain == pytest.approx(expected, rel=0.01)
    assert ("autopost on rival", "integrated") not in loops.index


def test_the_gain_of_shares_on_themselves_is_the_slope_of_the_logit():
    found = explain("tipping", ["off", "below"], pairs=20, changes=SMALL, workers=1, progress=False)
    loops = found.loops.set_index("arm")["gain"]
    # beta s (1 - s) for each of two platforms that share the market: 2 beta / 4.
    assert loops["below"] == pytest.approx(1.5 / 2, rel=1e-3)
    assert loops["off"] == pytest.approx(0.0, abs=1e-6)
    assert found.metric == "largest_share"


def test_mechanisms_that_build_on_one_go_with_it_and_bring_it():
    def mechanism(name, *below):
        return SimpleNamespace(name=name, enabled=True, builds_on=below)

    chain = [mechanism("a"), mechanism("b", "a"), mechanism("c", "b"), mechanism("d")]
    found = variants_of({"one": SimpleNamespace(mechanisms=chain[:3]),
                         "two": SimpleNamespace(mechanisms=chain[2:])})  # fmt: skip
    assert found["off:a"] == {"a", "b", "c"}
    assert found["off:b"] == {"b", "c"}
    assert found["off:c"] == {"c"}
    assert found["alone:c"] == {"d"}
    assert found["alone:a"] == {"b", "c", "d"}
    assert found["none"] == {"a", "b", "c", "d"}
    assert found["all"] == frozenset()


def test_what_cannot_be_switched_off_says_why():
    scenario = load("augustus", SMALL)
    kept = {"reversion", "direct_network"}
    others = {f"mechanisms.{m.name}.enabled": False for m in scenario.mechanisms
              if m.name not in kept and m.enabled}  # fmt: skip
    closing = next(name for name in scenario.arms if "open_then_close" in repr(scenario.arms[name]))
    first = next(name for name in scenario.arms if name != closing)
    found = explain(scenario, [first, closing], "users.hhi", pairs=20, changes=others, workers=1,
                    progress=False)  # fmt: skip
    rows = found.worth.set_index(["mechanism", "way", "of"])
    row = rows.loc["reversion", "off", "difference"]
    assert np.isnan(row["worth"])
    assert row["pairs"] == 0
    assert "needs [mechanisms.reversion]" in row["note"]
    assert any("reversion: " in line for line in found.notes())


def test_mistakes_are_named():
    with pytest.raises(ScenarioError, match=r"arms.*must be one of.*did you mean 'above'"):
        explain("tipping", ["off", "abov"])
    with pytest.raises(ScenarioError, match="must be two arms"):
        explain("tipping", ["off"])
    with pytest.raises(ScenarioError, match=r"largest_shar.*did you mean 'largest_share'"):
        explain("tipping", metric="largest_shar", pairs=20, changes=SMALL, workers=1,
                progress=False)  # fmt: skip
    with pytest.raises(ScenarioError, match="states no predictions"):
        explain(load("tipping").table | {"predictions": []})


def test_a_folder_can_be_made_again(tmp_path):
    found = explain("tipping", pairs=20, changes=SMALL, workers=1, progress=False)
    folder = found.save(tmp_path / "explained")
    assert {file.name for file in folder.iterdir()} == {
        "worth.parquet", "levels.parquet", "loops.parquet", "worth.png", "scenario.toml",
        "manifest.json",
    }  # fmt: skip
    assert rerun(folder, workers=1, progress=False).same
