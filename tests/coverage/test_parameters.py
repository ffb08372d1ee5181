"""Every parameter of every mechanism moves something in a shipped scenario."""

import functools

import numpy as np
import pytest

from platformsim.entities import SIDES
from platformsim.errors import ScenarioError
from platformsim.mechanisms import ORDER
from platformsim.metrics import measure
from platformsim.model import PlatformModel
from platformsim.parameters import parameters_of
from platformsim.scenario import load, shipped

from .needed import NEEDED

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


def other_values(parameter, present, scenario):
    """Values far from the one in force, within the declared range."""
    if parameter.kind is bool:
        return [not present]
    if parameter.choices:
        return [choice for choice in parameter.choices if choice not in (present, "local")]
    if parameter.kind in (int, float):
        span = parameter.high - parameter.low
        parts = (0.0, 1.0, 0.3, 0.01)
        tries = [parameter.kind(parameter.low + part * span) for part in parts]
        return [value for value in tries if value != present]
    if parameter.kind is str:
        names = [one.name for one in (*scenario.platforms, *scenario.technologies)]
        return [name for name in ("", *names) if name != present]
    return [tuple(side for side in SIDES if side in scenario.sides and side not in present)]


def places(cls, name):
    """Yield scenarios in which the parameter may matter: where it was found to, or all."""
    key = f"{cls.name}.{name}"
    if key in NEEDED:
        (scenario, arm), settings, mechanisms = NEEDED[key]
        scenario = load(scenario).with_arm(arm).with_settings(settings)
        for mechanism in mechanisms:
            scenario = scenario.with_mechanism(mechanism)
        yield scenario, outcome(scenario)
        return
    for scenario, arm in homes()[cls.name]:
        yield load(scenario).with_arm(arm), reference(scenario, arm)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cls", "name"), PARAMETERS, ids=[f"{cls.name}.{name}" for cls, name in PARAMETERS]
)
def test_it_moves_a_metric(cls, name):
    parameter, tried = parameters_of(cls)[name], []
    for scenario, before in places(cls, name):
        present = getattr(next(m for m in scenario.mechanisms if m.name == cls.name), name)
        for value in other_values(parameter, present, scenario):
            try:
                other = scenario.with_settings({f"mechanisms.{cls.name}.{name}": value})
            except ScenarioError:
                continue  # names a thing of another kind
            tried.append((scenario.name, value))
            after = outcome(other)
            if any(
                not np.array_equal(number, after.get(column), equal_nan=True)
                for column, number in before.items()
            ):
                return
    pytest.fail(f"no metric moved in {tried}")
