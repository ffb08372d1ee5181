"""The shipped scenario files."""

import re
import tomllib

import numpy as np
import pytest
import tomli_w

from platformsim.metrics import measure
from platformsim.model import PlatformModel
from platformsim.scenario import load, shipped

SHIPPED = shipped()
each = pytest.mark.parametrize("name", SHIPPED)


def small(scenario):
    """Fewer agents and months, so that every arm of every file can be run."""
    counts = {f"sides.{side}.count": 60 for side in scenario.sides}
    late = {f"platforms.{p.name}.launch_month": 6 for p in scenario.platforms if p.launch_month > 6}
    # Without the arms, whose settings may be about months that are cut off.
    alone = {
        key: part for key, part in scenario.table.items() if key not in ("arms", "predictions")
    }
    return load(alone).with_settings({**counts, **late, "run.months": 14, "run.burn_in": 2})


def test_the_catalogue_has_the_flagship_and_the_null():
    assert {"llama3", "symmetric_null", "tipping"} <= set(SHIPPED)


@each
def test_it_begins_with_three_lines_that_say_what_it_asks(name):
    lines = SHIPPED[name].read_text(encoding="utf-8").splitlines()
    assert all(re.match(r"# \S.{20,}", line) for line in lines[:3])
    assert "?" in lines[0]
    assert max(map(len, lines)) <= 100


@each
def test_it_says_what_it_is(name):
    scenario = load(name)
    assert scenario.name == name
    assert scenario.file == f"{name}.toml"
    assert scenario.title
    assert scenario.question.endswith("?")
    assert scenario.claims
    assert all(re.fullmatch(r"C\d\d|all", claim) for claim in scenario.claims)


@each
def test_it_survives_being_written_and_read(name, tmp_path):
    scenario = load(name)
    path = tmp_path / "again.toml"
    path.write_text(tomli_w.dumps(scenario.table), encoding="utf-8")
    again = load(path)
    assert again.table == scenario.table == tomllib.loads(path.read_text(encoding="utf-8"))
    assert again.fingerprint == scenario.fingerprint
    for part in ("run", "market", "sides", "technologies", "platforms", "releasers",
                 "mechanisms", "events", "predictions", "arms", "claims"):  # fmt: skip
        assert getattr(again, part) == getattr(scenario, part), part


@each
def test_its_arms_differ_and_survive_being_written_and_read(name):
    scenario = load(name)
    assert len(scenario.arms) >= 2
    # One arm may restate the scenario as it stands; no two arms may be the same.
    prints = {arm: scenario.with_arm(arm).fingerprint for arm in scenario.arms}
    assert len(set(prints.values())) == len(prints)
    for arm, expected in prints.items():
        assert scenario.arms[arm].title
        again = load(tomllib.loads(tomli_w.dumps(scenario.with_arm(arm).table)))
        assert again.fingerprint == expected


@each
def test_its_arms_run_and_its_predictions_are_about_what_they_measure(name):
    scenario = load(name)
    found = {}
    for arm in scenario.arms:
        measured = measure(PlatformModel(small(scenario.with_arm(arm))).run().history)
        assert np.all(~np.isinf(measured.series))
        names = {column.name for column in measured.columns}
        short = {c.metric + (f"[{c.entity}]" if c.entity else "") for c in measured.columns}
        found[arm] = names | short
    for prediction in scenario.predictions:
        assert prediction.metric in found[prediction.arm]
        assert prediction.metric in found[prediction.base]
        assert prediction.arm != prediction.base


@each
def test_no_prediction_is_registered_twice(name):
    keys = [(p.metric, p.arm, p.base, p.statistic) for p in load(name).predictions]
    assert len(set(keys)) == len(keys)


@each
def test_every_scenario_with_predictions_has_one_that_should_fail(name):
    predictions = load(name).predictions
    controls = [entry for entry in predictions if entry.control]
    if name not in ("symmetric_null", "llama3"):  # the null is one itself
        assert controls
    for entry in predictions:
        # The claim is one of the scenario's own.
        assert entry.claim in load(name).claims
