"""What is followed over parameters: a metric, less a value, or how a lead grows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from platformsim.errors import Problem, ScenarioError, nearest
from platformsim.scenario import Scenario
from platformsim.scenario.settings import get, known
from platformsim.studies.batch import Batch
from platformsim.studies.boundary.growth import kick_of, response

Point = tuple[float, ...]


class Quantity(Protocol):
    """Something that is followed over parameters, and whose sign is wanted.

    Attributes
    ----------
    label : str
        What it is, for axes.
    zones : tuple of str
        What a reader calls it where it is above 0, and below.
    """

    label: str
    zones: tuple[str, str]

    def values(self, points: list[Point], replicates: range) -> np.ndarray:
        """Return it at some points, (points, replicates)."""
        ...


@dataclass(frozen=True)
class OfMetric:
    """A metric of one arm, or its paired difference between two, less a value.

    Attributes
    ----------
    arms : dict of str to Scenario
        One, or the base and the other.
    moved : dict of str to tuple of str
        The arms in which each key is moved.
    metric : str
    value : float
    options : dict
        Of :func:`platformsim.studies.execute.execute`.
    """

    arms: dict[str, Scenario]
    moved: dict[str, tuple[str, ...]]
    metric: str
    value: float
    label: str
    zones: tuple[str, str]
    options: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a metric that the arms do not have, before much is run."""
        name, arm = next(iter(self.arms.items()))
        batch = Batch()
        batch.add(name, arm, 1)
        batch.run(workers=1, progress=False).require(name, self.metric, "metric")

    def values(self, points: list[Point], replicates: range) -> np.ndarray:
        """Return the metric, or the difference, less the value."""
        batch = Batch()
        for place, point in enumerate(points):
            for name, arm in self.arms.items():
                settings = settings_at(arm, dict(zip(self.moved, point, strict=True)))
                settings = {key: v for key, v in settings.items() if name in self.moved[key]}
                changed = arm.with_settings(settings) if settings else arm
                batch.add(f"{place}/{name}", changed, replicates.stop)
        numbers = batch.run(first=replicates.start, **self.options)
        found = []
        for name in self.arms:
            numbers.require(f"0/{name}", self.metric, "metric")
            rows = [numbers.of(f"{place}/{name}", self.metric) for place in range(len(points))]
            found.append(np.array(rows))
        return (found[0] if len(found) == 1 else found[1] - found[0]) - self.value


@dataclass(frozen=True)
class OfGrowth:
    """By which factor a small lead over an even split grows in a round of choices, less 1.

    See :func:`platformsim.studies.boundary.growth.response`.
    """

    scenario: Scenario
    keys: tuple[str, ...]
    label: str = "growth of a small lead over an even split, less 1"
    zones: tuple[str, str] = ("even split tips", "even split lasts")

    def values(self, points: list[Point], replicates: range) -> np.ndarray:
        """Return the largest eigenvalue of the response, less 1."""
        rows = []
        for point in points:
            settings = settings_at(self.scenario, dict(zip(self.keys, point, strict=True)))
            changed = self.scenario.with_settings(settings)
            answer = response(changed, kick=kick_of(changed), replicates=replicates)
            rows.append([float(np.linalg.eigvals(one).real.max()) for one in answer.matrices])
        return np.array(rows) - 1.0


def settings_at(scenario: Scenario, point: dict[str, float]) -> dict[str, Any]:
    """Return a point's settings, whole numbers where the setting is one."""
    declared = known(scenario.table)
    return {
        key: round(value) if key in declared and declared[key].entry.kind is int else float(value)
        for key, value in point.items()
    }


def checked(scenario: Scenario, over: dict[str, tuple[float, float]]) -> None:
    """Refuse parameters that cannot be moved, and ranges that are none.

    Raises
    ------
    ScenarioError
    """
    if not 1 <= len(over) <= 2:
        raise ScenarioError(Problem("over", list(over), "must name one parameter, or two"))
    declared, problems = known(scenario.table), []
    for key, ends in over.items():
        kind, name, *_ = key.split(".")
        if key not in declared:
            hint = nearest(key, declared)
            allowed = "unknown setting; `platformsim show` lists them"
            problems.append(Problem("over", key, allowed, nearest=hint))
        elif kind == "mechanisms" and name not in scenario.table.get("mechanisms", {}):
            allowed = "belongs to a mechanism that the scenario does not have"
            problems.append(Problem("over", key, allowed))
        elif declared[key].entry.kind not in (int, float):
            problems.append(Problem("over", key, "must be a number that can be moved"))
        elif not ends[0] < ends[1]:
            problems.append(Problem(f"over.{key}", list(ends), "must rise from a low to a high"))
    if problems:
        raise ScenarioError(problems)
    for place in (0, 1):
        scenario.with_settings(settings_at(scenario, {k: ends[place] for k, ends in over.items()}))


def moved_in(arms: dict[str, Scenario], key: str) -> tuple[str, ...]:
    """Return the arms in which a setting is moved: both, or what differs in it from the base.

    Where the arms are unlike in the setting, it is what the comparison is about: moved in both, it
    would make them alike.
    """
    base, *others = arms
    values = [get(arm.table, key) for arm in arms.values()]
    return (base, *others) if all(value == values[0] for value in values) else tuple(others)
