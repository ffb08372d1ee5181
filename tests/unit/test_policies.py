"""Policies that are laid over scenarios, and presets that rows name."""

import numpy as np
import pytest
from click.testing import CliRunner

from platformsim.cli import main
from platformsim.errors import ScenarioError
from platformsim.metrics import measure
from platformsim.model import PlatformModel
from platformsim.scenario import load, shipped
from platformsim.scenario.policies import POLICIES, parse
from platformsim.scenario.presets import presets

SMALL = {"run.months": 12, "run.burn_in": 2, "sides.users.count": 100}
FORCE = {"openness_rule": 50.0, "adoption_subsidy": 1.0}


def small(name):
    scenario = load(name)
    counts = {f"sides.{side}.count": 60 for side in scenario.sides}
    return scenario.with_settings(counts | {"run.months": 40, "run.burn_in": 2})


def paths(scenario):
    measured = measure(PlatformModel(scenario).run().history)
    return dict(zip(measured.series_columns, measured.series.T, strict=True))


@pytest.mark.parametrize("name", shipped())
def test_every_policy_can_be_laid_over_every_scenario(name):
    scenario = small(name)
    arm = next(iter(scenario.arms))
    before = paths(scenario.with_arm(arm))
    for policy in POLICIES:
        under = scenario.with_policy(policy, month=6, strength=FORCE.get(policy))
        assert len(under.events) > len(scenario.events)
        assert under.with_arm(arm).events == under.events
        after = paths(under.with_arm(arm))
        for column, path in before.items():
            assert np.array_equal(path[:6], after[column][:6], equal_nan=True), (policy, column)


@pytest.mark.parametrize("policy", ["interoperability_mandate", "openness_rule",
                                    "adoption_subsidy", "data_portability"])  # fmt: skip
def test_a_policy_changes_the_market_from_its_month_on(policy):
    given = {
        "sides.users.switch_cost": 1.0,
        "technologies.search_model.release_mode": "open_weights",
    }
    scenario = load("llama3", SMALL | given)
    before = paths(scenario)
    after = paths(scenario.with_policy(policy, month=6, strength=FORCE.get(policy)))
    changed = [c for c, path in before.items()
               if not np.array_equal(path[6:], after[c][6:], equal_nan=True)]  # fmt: skip
    assert changed


def test_a_policy_for_a_time_ends():
    scenario = load("llama3", SMALL).with_policy("interoperability_mandate", month=4, duration=3)
    model = PlatformModel(scenario)
    seen = []
    while model.running:
        model.step()
        seen.append(model.market.rules.interoperability)
    assert seen == [0.0] * 3 + [0.5] * 3 + [0.0] * 6


def test_what_is_no_policy_is_refused_with_the_nearest_name():
    with pytest.raises(ScenarioError, match="data_portability"):
        load("llama3").with_policy("data_portabilty")
    with pytest.raises(ScenarioError, match=r"policy.interoperability_mandate.*from 0 to 1"):
        load("llama3").with_policy("interoperability_mandate", strength=2.0)
    once = load("llama3").with_policy("openness_rule", month=10)
    with pytest.raises(ScenarioError, match="overlaps"):
        once.with_policy("openness_rule", month=10)


def test_the_command_line_reads_strength_month_and_duration():
    assert parse("openness_rule") == ("openness_rule", {})
    expected = {"strength": 0.5, "month": 36, "duration": 12}
    assert parse("interoperability_mandate=0.5@36+12") == ("interoperability_mandate", expected)
    with pytest.raises(ScenarioError, match="NAME"):
        parse("openness_rule=much")


def test_lists_of_policies_and_presets_can_be_asked_for():
    run = CliRunner().invoke
    assert all(name in run(main, ["list", "--policies"]).output for name in POLICIES)
    assert all(name in run(main, ["list", "--presets"]).output for name in presets())


@pytest.mark.parametrize("name", presets())
def test_every_preset_makes_a_row_of_a_market_that_runs(name):
    preset = presets()[name]
    row = {"name": "it", "preset": name}
    if preset.row.get("patron"):
        row["patron"] = "somebody"
    table = {
        "run": {"months": 6, "burn_in": 1},
        "sides": {"users": {"count": 80, "outside_option": True}},
        "technologies": [{"name": "other"}],
        "platforms": [{"name": "place"}, {"name": "elsewhere"}],
        "releasers": [{"name": "lab"}],
    }
    table[preset.kind] = [*table[preset.kind], row]
    scenario = load(table)
    built = next(entry for entry in getattr(scenario, preset.kind) if entry.name == "it")
    for key, value in (preset.row | row).items():
        if key != "preset":
            assert getattr(built, key) == value
    assert "preset" not in str(scenario.table)
    assert PlatformModel(scenario).run().market.month == 6


def test_what_a_row_says_itself_goes_before_its_preset():
    row = {"name": "mine", "preset": "llama_like", "capability": 120.0}
    scenario = load({"sides": {"users": {}}, "platforms": [{"name": "a"}], "technologies": [row]})
    assert scenario.technologies[0].capability == 120.0
    assert scenario.technologies[0].licence_cap == 0.21


def test_an_unknown_preset_is_named_with_the_nearest():
    table = {"platforms": [{"name": "a", "preset": "facebok_like"}], "sides": {"users": {}}}
    with pytest.raises(ScenarioError, match=r"platforms.a.preset.*facebook_like"):
        load(table)
