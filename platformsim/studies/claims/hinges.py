"""On what a verdict hangs: where the effect of a contrast flips as a setting moves.

A setting is moved over a small grid around its default, in both arms alike and under the same
draws. A setting that differs between the arms is what the contrast is about; it is moved in one arm
only, the judged one, or the base where the judged arm is the one that is neutral in it (an arm that
switches the rule off by it). A flip is

- of a claim that holds: where the effect falls below its smallest effect of interest, or to 0;
- of one that is contradicted: where the effect changes sign;
- of an undecided one: where it becomes either, beyond 1.96 standard errors.

The place is interpolated between the grid points on both sides of it. Of several settings the
verdict hangs on the one that flips nearest to the default, relative to its range; between the
points around that flip a finer grid is laid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from platformsim.entities import Prediction
from platformsim.errors import Problem, ScenarioError, nearest
from platformsim.mechanisms import REGISTRY
from platformsim.scenario import Scenario
from platformsim.scenario.settings import get, known
from platformsim.studies.claims.register import Hinge
from platformsim.studies.judge import FEWEST_PAIRS, tail_interval, tail_mean

# Ranges over two orders of magnitude and more are divided evenly in the logarithm.
_DECADES = 100.0
_Z = 1.96


@dataclass(frozen=True)
class Grid:
    """Where a setting is moved to.

    Attributes
    ----------
    arms : tuple of str
        Arms in which it is moved.
    default : float
        Its value in these arms; NaN where it is unset.
    values : tuple of float
        Other values, rising.
    logarithmic, whole : bool
        Whether values are spaced in the logarithm, and whether they are whole numbers.
    """

    key: str
    arms: tuple[str, ...]
    default: float
    values: tuple[float, ...]
    logarithmic: bool = False
    whole: bool = False

    def finer(self, between: tuple[float, float], count: int) -> Grid:
        """Return the grid with values added between two of its own."""
        inside = [self.between(*between, part / (count + 1)) for part in range(1, count + 1)]
        inside = [float(round(value)) for value in inside] if self.whole else inside
        return replace(self, values=tuple(sorted({*self.values, *inside} - {self.default})))

    def settings(self, value: float) -> dict[str, float]:
        """Return the change of settings that moves it to a value."""
        return {self.key: int(value) if self.whole else value}

    def distance(self, value: float) -> float:
        """Return how far a value lies from the default, as a share of the range."""
        if np.isnan(self.default):
            return 1.0
        ends = self._scaled(np.array([*self.values, self.default]))
        moved = self._scaled(np.array([value]))[0] - ends[-1]
        return float(abs(moved) / (ends.max() - ends.min()))

    def between(self, first: float, second: float, part: float) -> float:
        """Return the value a part of the way from one value to another."""
        ends = self._scaled(np.array([first, second]))
        place = ends[0] + part * (ends[1] - ends[0])
        return float(np.exp(place) if self.logarithmic else place)

    def _scaled(self, values: np.ndarray) -> np.ndarray:
        return np.log(values) if self.logarithmic else values


@dataclass(frozen=True)
class Point:
    """The effect at one value of a setting, with its interval."""

    value: float
    effect: float
    low: float
    high: float


@dataclass(frozen=True)
class Flip:
    """Where a verdict flips, and to what; and the values around it that have been run."""

    value: float
    verdict: str
    around: tuple[float, float]


def grid(hinge: Hinge, prediction: Prediction, arms: dict[str, Scenario], each_way: int) -> Grid:
    """Return where a contrast's setting is moved to.

    Parameters
    ----------
    hinge : Hinge
    prediction : Prediction
    arms : dict of str to Scenario
        The judged arm and its base, by name.
    each_way : int
        Values below the default, and above it; at an end of the range twice as many on the other
        side.

    Raises
    ------
    ScenarioError
        When the scenario has no such setting, or the mechanism is not in it.
    """
    judged = arms[prediction.arm]
    parameter, file = known(judged.table).get(hinge.key), judged.file
    if parameter is None:
        hint = nearest(hinge.key, known(judged.table))
        allowed = f"is no setting of {judged.name}"
        raise ScenarioError(Problem("hinges", hinge.key, allowed, "seeds/claims.toml", hint))
    kind, name, *_ = hinge.key.split(".")
    if kind == "mechanisms" and name not in judged.table.get("mechanisms", {}):
        allowed = "names a mechanism that the scenario does not have"
        raise ScenarioError(Problem("hinges", hinge.key, allowed, file))
    moved = _moved(hinge.key, prediction, arms)
    default = get(arms[moved[0]].table, hinge.key)
    default = float("nan") if default is None else float(default)
    wide = hinge.low > 0 and hinge.high >= _DECADES * hinge.low and not default <= 0
    values = _values(hinge, default, each_way, wide)
    whole = parameter.kind is int
    if whole:
        values = sorted({float(round(value)) for value in values} - {default})
    return Grid(hinge.key, moved, default, tuple(values), wide, whole)


def _moved(key: str, prediction: Prediction, arms: dict[str, Scenario]) -> tuple[str, ...]:
    found = {name: get(arm.table, key) for name, arm in arms.items()}
    if found[prediction.arm] == found[prediction.base]:
        # Where an arm has the mechanism switched off, nothing moves in it.
        active = tuple(name for name, arm in arms.items() if _is_active(key, arm))
        return active or tuple(arms)
    kind, name, *rest = key.split(".")
    neutral = REGISTRY[name].neutral if kind == "mechanisms" else {}
    switched_off = rest and rest[0] in neutral and found[prediction.arm] == neutral[rest[0]]
    return (prediction.base if switched_off else prediction.arm,)


def _is_active(key: str, arm: Scenario) -> bool:
    kind, name, *_ = key.split(".")
    return kind != "mechanisms" or bool(get(arm.table, f"mechanisms.{name}.enabled"))


def _values(hinge: Hinge, default: float, each_way: int, wide: bool) -> list[float]:
    if np.isnan(default):
        return _spaced(hinge.low, hinge.high, 2 * each_way, wide).tolist()
    below, above = hinge.low < default, default < hinge.high
    count = each_way if below and above else 2 * each_way
    values: list[float] = []
    if below:
        inside = default <= hinge.high
        end = default if inside else hinge.high
        values += _spaced(hinge.low, end, count + inside, wide).tolist()
    if above:
        inside = default >= hinge.low
        start = default if inside else hinge.low
        values += _spaced(start, hinge.high, count + inside, wide).tolist()
    # The default itself has been run, with more pairs.
    return [value for value in values if value != default]


def _spaced(low: float, high: float, count: int, wide: bool) -> np.ndarray:
    return np.geomspace(low, high, count) if wide else np.linspace(low, high, count)


def point(value: float, base: np.ndarray, arm: np.ndarray, statistic: str) -> Point:
    """Return the effect of a contrast at one value of a setting, from pairs of runs."""
    both = ~(np.isnan(base) | np.isnan(arm))
    base, arm = base[both], arm[both]
    if base.size == 0:
        return Point(value, np.nan, np.nan, np.nan)
    if statistic == "tail":
        wide = base.size < FEWEST_PAIRS
        low, high = (-np.inf, np.inf) if wide else tail_interval(base, arm)
        return Point(value, float(tail_mean(arm) - tail_mean(base)), low, high)
    differences = arm - base
    mean = float(differences.mean())
    if base.size == 1:
        return Point(value, mean, -np.inf, np.inf)
    error = _Z * float(differences.std(ddof=1)) / np.sqrt(base.size)
    return Point(value, mean, mean - error, mean + error)


def flip(
    grid: Grid, points: Sequence[Point], verdict: str, direction: str, sesoi: float
) -> Flip | None:
    """Return the flip nearest to the default, or None.

    Parameters
    ----------
    grid : Grid
    points : sequence of Point
        The default first, then one for each value of the grid.
    verdict : str
        At the default.
    direction : str
    sesoi : float
    """
    sign = 1.0 if direction == "up" else -1.0
    first, *rest = points
    ways: list[list[Point]] = [rest]
    if not np.isnan(grid.default):
        below = [p for p in rest if p.value < grid.default]
        ways = [[first, *reversed(below)], [first, *(p for p in rest if p.value > grid.default)]]
    found = [_along(grid, way, verdict, sign, sesoi) for way in ways]
    return min(
        (flip for flip in found if flip is not None),
        key=lambda flip: grid.distance(flip.value),
        default=None,
    )


def _along(grid: Grid, way: list[Point], verdict: str, sign: float, sesoi: float) -> Flip | None:
    inner: Point | None = None
    for outer in way:
        bar, turned = _turned(outer, verdict, sign, sesoi)
        if turned and inner is None:
            return Flip(outer.value, turned, (outer.value, outer.value))
        if turned and inner is not None:
            gaps = (sign * inner.effect - bar, sign * outer.effect - bar)
            crossed = gaps[0] * gaps[1] <= 0 and gaps[0] != gaps[1]
            part = gaps[0] / (gaps[0] - gaps[1]) if crossed else 0.5
            around = (inner.value, outer.value)
            return Flip(grid.between(*around, float(part)), turned, around)
        inner = outer if not np.isnan(outer.effect) else inner
    return None


def _turned(point: Point, verdict: str, sign: float, sesoi: float) -> tuple[float, str]:
    """Return the bar that counts, and what the verdict has turned into; empty: it has not."""
    effect, least = sign * point.effect, min(sign * point.low, sign * point.high)
    most = max(sign * point.low, sign * point.high)
    if np.isnan(effect):
        return 0.0, ""
    if verdict == "holds":
        lost = effect <= 0 or effect < sesoi
        return sesoi, ("contradicted" if most < 0 else "undecided") if lost else ""
    if verdict == "contradicted":
        turned = "holds" if least > 0 and effect >= sesoi else "undecided"
        return 0.0, turned if effect >= 0 else ""
    if least > 0 and effect >= sesoi:
        return sesoi, "holds"
    return 0.0, "contradicted" if most < 0 else ""


Curve = tuple[Grid, Sequence[Point], Flip | None]


def hinge_of(grids: Sequence[Curve]) -> Curve | None:
    """Return the grid that the verdict hangs on, with its flip.

    That is the one that flips nearest to its default; where none does, the one along which the
    effect varies most.
    """
    flipping = [entry for entry in grids if entry[2] is not None]
    if flipping:
        return min(flipping, key=lambda entry: entry[0].distance(entry[2].value))
    return max(grids, key=lambda entry: _swing(entry[1]), default=None)


def _swing(points: Sequence[Point]) -> float:
    effects = [p.effect for p in points if not np.isnan(p.effect)]
    return max(effects) - min(effects) if effects else 0.0
