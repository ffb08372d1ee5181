"""Factors: what is varied, and over which values."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from platformsim.errors import Problem, ScenarioError, nearest, one_of
from platformsim.parameters import Parameter
from platformsim.scenario import Scenario
from platformsim.scenario.settings import get, is_open_key, known, parse
from platformsim.studies.batch import alone

ARM, DUMMY = "arm", "dummy"
_NUMBER = r"[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_RANGE = re.compile(rf"({_NUMBER}):({_NUMBER})")
Over = Mapping[str, Any] | Iterable[str]


@dataclass(frozen=True)
class Factor:
    """One factor.

    Attributes
    ----------
    name : str
        Dotted key of a setting, ``arm``, or a parameter of a function.
    low, high : float
        Ends of its range, both included; of no meaning where it has ``levels``.
    levels : tuple
        Its values, where it is discrete.
    whole : bool
        Whether it takes whole numbers only.
    base : object
        Value that it has while others are varied one at a time; None: the middle.
    unit : str
    """

    name: str
    low: float = 0.0
    high: float = 1.0
    levels: tuple[Any, ...] = ()
    whole: bool = False
    base: Any = None
    unit: str = ""

    def at(self, place: float) -> Any:
        """Return the value at a place in [0, 1]: discrete values have equal parts of it."""
        if self.levels:
            return self.levels[min(int(place * len(self.levels)), len(self.levels) - 1)]
        if self.whole:
            count = int(self.high) - int(self.low) + 1
            return int(self.low) + min(int(place * count), count - 1)
        return self.low + float(place) * (self.high - self.low)

    def spread(self, count: int) -> list[Any]:
        """Return its values, evenly spaced with both ends, or all of them if it is discrete.

        With its base among them, if that is in the range, so that every curve passes there.
        """
        if self.levels:
            return list(self.levels)
        steps = [self.low + (self.high - self.low) * i / (count - 1) for i in range(count)]
        steps = [round(v) for v in steps] if self.whole else steps
        if self.base is not None and self.low <= self.base <= self.high:
            steps.append(self.base)
        return sorted(dict.fromkeys(steps))

    @property
    def middle(self) -> Any:
        """The value that it has while others are varied one at a time."""
        return self.at(0.5) if self.base is None else self.base

    @property
    def text(self) -> str:
        """Its values as a reader sees them."""
        if self.levels:
            return ", ".join(str(level) for level in self.levels)
        return f"{self.low:g} to {self.high:g}"


def entries_of(over: Over | None) -> dict[str, Any]:
    """Return what was asked for, by name, None where no values were given.

    Parameters
    ----------
    over : mapping, or iterable of str
        ``{key: values}``, or texts ``key``, ``key=low:high`` and ``key=v1,v2,v3``.
    """
    if over is None:
        return {}
    if isinstance(over, Mapping):
        return dict(over)
    found: dict[str, Any] = {}
    for text in [over] if isinstance(over, str) else over:
        key, sign, values = str(text).partition("=")
        key = key.strip()
        if not key or (sign and not values.strip()):
            raise ScenarioError(Problem("over", text, "must be KEY, KEY=LOW:HIGH or KEY=V1,V2"))
        if key in found:
            raise ScenarioError(Problem("over", text, "names a factor for the second time"))
        found[key] = values.strip() if sign else None
    return found


def factors_of(scenario: Scenario, over: Over | None, arms: Sequence[str]) -> tuple[list, list]:
    """Return the factors of a scenario, and what was left out and why.

    Of factors that were not asked for, values that this scenario cannot have are left out.

    Parameters
    ----------
    scenario : Scenario
    over : mapping, iterable of str, or None
        See :func:`entries_of`; None: all parameters of the mechanisms that are switched on, over
        their declared ranges.
    arms : sequence of str
        Arms that are compared at each point: what they set themselves cannot be a factor.

    Returns
    -------
    (list of Factor, list of (str, str))

    Raises
    ------
    ScenarioError
    """
    asked = entries_of(over)
    if over is not None and not asked:
        raise ScenarioError(Problem("over", over, "must name at least one factor"))
    declared = known(scenario.table)
    set_by_arms = {key for name in arms for key in scenario.arms[name].set}
    if not asked:
        return _all(scenario, declared, set_by_arms)
    found, problems = [], []
    for key, values in asked.items():
        try:
            if key in set_by_arms:
                allowed = "is what the arms themselves set; leave it out, or give no arms"
                raise ScenarioError(Problem(f"over.{key}", values, allowed))
            found.append(_asked(scenario, declared, key, values))
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    for factor in found:
        if factor.name != ARM:
            # Both ends, so that a range beyond what is allowed is refused before anything is run.
            for value in factor.levels or (factor.low, factor.high):
                scenario.with_settings({factor.name: int(value) if factor.whole else value})
    return found, []


def _all(scenario: Scenario, declared: dict[str, Parameter], excluded: set[str]) -> tuple:
    found, left_out = [], []
    bare = alone(scenario)
    for mechanism in (m for m in scenario.mechanisms if m.enabled):
        prefix = f"mechanisms.{mechanism.name}."
        for key, parameter in declared.items():
            if not key.startswith(prefix) or parameter.name == "enabled":
                continue
            base = get(scenario.table, key)
            factor = _declared(key, parameter, base)
            if key in excluded:
                left_out.append((key, "the arms themselves set it"))
            elif factor is None or (base is None and parameter.optional):
                left_out.append((key, "it has no declared range" if factor is None else "unset"))
            else:
                fitting, refused = _fitting(bare, factor)
                left_out += refused
                found += [fitting] * (fitting is not None)
    if not found:
        allowed = "no mechanism is on that has parameters; name factors"
        raise ScenarioError(Problem("over", None, allowed))
    return found, left_out


def _fitting(scenario: Scenario, factor: Factor) -> tuple[Factor | None, list[tuple[str, str]]]:
    """Return a factor without the values that this scenario cannot have, and these."""
    good, refused = [], []
    for value in factor.levels or (factor.low, factor.high):
        try:
            scenario.with_settings({factor.name: int(value) if factor.whole else value})
            good.append(value)
        except ScenarioError as error:
            first = error.problems[0]
            name = f"{factor.name} = {value}"
            refused.append((name, f"the scenario cannot have it: {first.allowed}"))
    if factor.levels and len(good) >= 2:
        return dataclasses.replace(factor, levels=tuple(good)), refused
    whole = not factor.levels and len(good) == 2
    return (factor if whole else None), refused


def _declared(key: str, parameter: Parameter, base: Any) -> Factor | None:
    """Return the factor over a parameter's declared range; None where it has none."""
    common = {"base": base, "unit": parameter.unit}
    if parameter.kind is bool:
        return Factor(key, levels=(False, True), **common)
    if parameter.choices:
        return Factor(key, levels=tuple(parameter.choices), **common)
    if parameter.kind not in (int, float) or parameter.low is None or parameter.high is None:
        return None
    return Factor(key, parameter.low, parameter.high, whole=parameter.kind is int, **common)


def _asked(scenario: Scenario, declared: dict[str, Parameter], key: str, values: Any) -> Factor:
    if key == ARM:
        return _arms(scenario, values)
    parameter = declared.get(key)
    if parameter is None and not is_open_key(key, scenario.table):
        hint = nearest(key, [*declared, ARM])
        allowed = "unknown setting; `platformsim show` lists them"
        raise ScenarioError(Problem(f"over.{key}", values, allowed, scenario.file, hint))
    entry = parameter.entry if parameter is not None else Parameter(key, float, 0.0)
    factor = _declared(key, entry, get(scenario.table, key))
    if values is None:
        if factor is None:
            allowed = f"has no declared range; write {key}=LOW:HIGH or {key}=V1,V2"
            raise ScenarioError(Problem(f"over.{key}", None, allowed))
        return factor
    given = given_factor(key, values)
    if not given.levels and entry.kind not in (int, float):
        raise ScenarioError(Problem(f"over.{key}", values, "takes values, not a range"))
    whole = entry.kind is int and not given.levels
    if whole and not (float(given.low).is_integer() and float(given.high).is_integer()):
        raise ScenarioError(Problem(f"over.{key}", values, "must be whole numbers"))
    base = get(scenario.table, key)
    return dataclasses.replace(given, whole=whole, base=base, unit=entry.unit)


def _arms(scenario: Scenario, values: Any) -> Factor:
    names = tuple(scenario.arms) if values is None else given_factor(ARM, values).levels
    for name in names:
        if name not in scenario.arms:
            hint = nearest(name, scenario.arms)
            raise ScenarioError(Problem("over.arm", name, one_of(scenario.arms), nearest=hint))
    if len(names) < 2:
        raise ScenarioError(Problem("over.arm", list(names), "must be two arms or more"))
    return Factor(ARM, levels=names, base=names[0])


def given_factor(name: str, values: Any) -> Factor:
    """Return the factor of a name and its values.

    Parameters
    ----------
    name : str
    values : tuple, str, list or Factor
        ``(low, high)`` or ``"low:high"`` is a range, a list or ``"v1,v2,v3"`` are levels.

    Raises
    ------
    ScenarioError
    """
    if isinstance(values, Factor):
        return dataclasses.replace(values, name=name)
    if isinstance(values, str):
        found = _RANGE.fullmatch(values.strip())
        if not found:
            values = [parse(part.strip()) for part in values.split(",") if part.strip()]
        else:
            values = (float(found[1]), float(found[2]))
    if isinstance(values, tuple) and len(values) == 2 and all(map(_is_number, values)):
        low, high = (v.item() if hasattr(v, "item") else v for v in values)
        if not low < high:
            allowed = "must run from a number to a larger one"
            raise ScenarioError(Problem(f"over.{name}", values, allowed))
        return Factor(name, low, high)
    if isinstance(values, Iterable) and not isinstance(values, Mapping):
        levels = tuple(v.item() if hasattr(v, "item") else v for v in values)
        if any(isinstance(v, str) and _RANGE.match(v) for v in levels):
            raise ScenarioError(Problem(f"over.{name}", values, "must be LOW:HIGH, or values"))
        if len(levels) >= 2:
            return Factor(name, levels=levels)
    allowed = "must be (low, high) or 'low:high', or a list of two values or more"
    raise ScenarioError(Problem(f"over.{name}", values, allowed))


def _is_number(value: Any) -> bool:
    value = value.item() if hasattr(value, "item") else value
    good = isinstance(value, int | float) and not isinstance(value, bool)
    return good and math.isfinite(value)
