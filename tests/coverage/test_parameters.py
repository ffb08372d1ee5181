"""Every parameter of every mechanism moves something in a shipped scenario."""

import functools

import numpy as np
import pytest

from platformsim.mechanisms import ORDER
from platformsim.metrics import measure
from platformsim.model import PlatformModel
from platformsim.parameters import parameters_of
from platformsim.scenario import load, shipped

PARAMETERS = [(cls, name) for cls in ORDER for name in parameters_of(cls) if name != "enabled"]


@functools.cache
def homes():
    """The (scenario, arm) pairs in which each mechanism is switched on, by its name."""
    found = {cls.name: [] for cls in ORDER}
    for name in shipped():
        scenario = load(name)
        for arm in scenario.arms:
            for mechanism in scenario.with_arm(arm).mechanisms:
                if mechanism.enabled and mechanism.name in found:
                    found[mechanism.name].append((name, arm))
    return found


def outcome(scenario):
    measured = measure(PlatformModel(scenario).run().history)
    return dict(zip((c.name for c in measured.columns), measured.summary, strict=True))


@functools.cache
def reference(name, arm):
    return outcome(load(name).with_arm(arm))


def other_values(parameter, present):
    """Values far from the one in force, within the declared range."""
    if parameter.kind is bool:
        return [not present]
    if parameter.choices:
        return [choice for choice in parameter.choices if choice not in (present, "local")]
    if parameter.kind in (int, float):
        span = parameter.high - parameter.low
        tries = [parameter.low, parameter.high, parameter.low + 0.3 * span]
        return [parameter.kind(v) for v in tries if parameter.kind(v) != present]
    return []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cls", "name"), PARAMETERS, ids=[f"{cls.name}.{name}" for cls, name in PARAMETERS]
)
def test_it_moves_a_metric(cls, name):
    parameter = parameters_of(cls)[name]
    tried = []
    for scenario_name, arm in homes()[cls.name]:
        scenario = load(scenario_name).with_arm(arm)
        mechanism = next(m for m in scenario.mechanisms if m.name == cls.name)
        for value in other_values(parameter, getattr(mechanism, name)):
            key = f"mechanisms.{cls.name}.{name}"
            changed = outcome(scenario.with_settings({key: value}))
            before = reference(scenario_name, arm)
            tried.append((scenario_name, arm, value))
            if any(
                not np.array_equal(number, changed.get(column), equal_nan=True)
                for column, number in before.items()
            ):
                return
    pytest.fail(f"no metric moved in {tried}")
