"""All long-run outcomes of a market that can be found, the unstable ones too.

An unstable fixed point is where nobody ends up and everybody is divided: it bounds the head start
that a platform needs to win.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import root

from platformsim.errors import Problem, ScenarioError
from platformsim.scenario import Scenario
from platformsim.studies.equilibria.coordinates import Block
from platformsim.studies.equilibria.mean_field_map import MeanFieldMap, as_map, settled

_RESIDUAL = 1e-11
_SAME = 1e-6
# Close to a fold or branch point the residual hardly tells neighbours apart.
_CRITICAL, _SAME_IF_CRITICAL = 1e-4, 1e-3
_MOST_SUBSETS = 31
_MOST_COMBINATIONS = 125
_MONTHS_AHEAD = 60


@dataclass(frozen=True, eq=False)
class FixedPoint:
    """A state that a month of the mean field leaves as it is.

    Attributes
    ----------
    state : (n,) float
        Coordinates of :class:`MeanFieldMap`.
    shares : dict of str to (P,) float
        Installed base of each side.
    eigenvalues : (n,) complex
        Of the map's Jacobian, largest modulus first. With revision rate alpha on a single side
        each is (1 - alpha) + alpha * lambda, lambda that of the choice probabilities.
    """

    state: np.ndarray
    shares: dict[str, np.ndarray]
    eigenvalues: np.ndarray

    @property
    def radius(self) -> float:
        """Largest modulus of an eigenvalue."""
        return float(np.abs(self.eigenvalues[0]))

    @property
    def stable(self) -> bool:
        """Whether small deviations die out."""
        return self.radius < 1.0

    @property
    def relaxation(self) -> float:
        """Months in which a deviation falls by the factor e near 1: 1 / (1 - radius)."""
        return 1.0 / (1.0 - self.radius) if self.stable else float("inf")

    @property
    def index(self) -> int:
        """Poincare-Hopf index, the sign of det(I - G): -1 for each real eigenvalue above 1."""
        return int(np.sign(np.prod(1.0 - self.eigenvalues).real))


@dataclass(frozen=True, eq=False)
class FixedPoints:
    """The fixed points found, a sequence of :class:`FixedPoint`, the first side's shares falling.

    Attributes
    ----------
    points : tuple of FixedPoint
    names : tuple of str
        Names of the shares.
    """

    points: tuple[FixedPoint, ...]
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.points)

    def __iter__(self) -> Iterator[FixedPoint]:
        return iter(self.points)

    def __getitem__(self, place: int) -> FixedPoint:
        return self.points[place]

    @property
    def stable(self) -> tuple[FixedPoint, ...]:
        """Those that attract."""
        return tuple(point for point in self.points if point.stable)

    @property
    def index_sum(self) -> int:
        """Sum of the indices: 1 when none is missing.

        The map sends a product of simplices into its own interior, so by the Lefschetz-Hopf
        theorem the indices of all fixed points add up to 1. Any other sum proves that some were
        missed; 1 does not prove that none was, as they come in pairs. It says nothing where stocks
        move, or exactly at a fold or branch point, where an eigenvalue is 1 and has no side.
        """
        return sum(point.index for point in self.points)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a fixed point: shares, largest eigenvalue modulus, stability."""
        return pd.DataFrame([row_of(point, self.names) for point in self.points])

    def _repr_html_(self) -> str:
        return self.to_frame().to_html(index=False)


def row_of(point: FixedPoint, names: tuple[str, ...]) -> dict[str, Any]:
    """Return a fixed point as a table row."""
    shares = np.concatenate(list(point.shares.values()))
    row = dict(zip(names, shares.tolist(), strict=True))
    return {**row, "largest_eigenvalue": point.radius, "stable": point.stable}


def fixed_points(
    scenario: MeanFieldMap | Scenario | str | Path | dict[str, Any],
    *,
    starts: int = 24,
    seed: int = 0,
    changes: dict[str, Any] | None = None,
) -> FixedPoints:
    """Find the fixed points x = F(x) of a scenario's mean field, stable or not.

    Newton's method (Powell's hybrid of it) goes out from corners, even splits over every subset of
    alternatives and random points, at once and after some months of the map, which leads to
    stable points and lets types sort themselves. Where the indices do not add up to 1, twice as
    many random starts are made, three times over.

    Parameters
    ----------
    scenario : MeanFieldMap, Scenario, str, Path or dict
        A scenario's stocks are held at month 0; for anything else pass a map.
    starts : int
        Random starts, at least 0.
    seed : int
        Of the random starts.
    changes : dict of str to object, optional
        Settings to change, by dotted key.

    Returns
    -------
    FixedPoints

    Raises
    ------
    ScenarioError
        When the scenario or an option is wrong.

    References
    ----------
    M. J. D. Powell (1970), "A hybrid method for nonlinear equations", in P. Rabinowitz (ed.),
    Numerical Methods for Nonlinear Algebraic Equations, Gordon & Breach, 87-114.
    H. R. Varian (1975), "A third remark on the number of equilibria of an economy", Econometrica
    43(5/6), 985-986, DOI 10.2307/1911341 (the index).
    """
    for name, value in (("starts", starts), ("seed", seed)):
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise ScenarioError(Problem(name, value, "must be a whole number of at least 0"))
    field, settings = as_map(scenario), changes or {}
    rng = np.random.default_rng(seed)
    found: list[FixedPoint] = []
    for start in _structured(field):
        _collect(found, field, settings, start, _MONTHS_AHEAD)
    for more in (starts, *(2**times * starts for times in (1, 2, 3))):
        for _ in range(more):
            _collect(found, field, settings, _random(field, rng), 3)
        points = FixedPoints(tuple(sorted(found, key=_order)), field.share_names)
        if points.index_sum == 1 or any(_gap(point) < _CRITICAL for point in points):
            break
    return points


def fixed_point_near(
    field: MeanFieldMap, start: np.ndarray, changes: dict[str, Any]
) -> FixedPoint | None:
    """Return the fixed point that Newton's method reaches from a start, or None."""

    def residual(state: np.ndarray) -> np.ndarray:
        return settled(field.step(field.inside(state), **changes) - state)

    def slope(state: np.ndarray) -> np.ndarray:
        return field.jacobian(field.inside(state), **changes) - np.eye(len(state))

    # Stocks can be led outside their domain on the way; such a start is given up.
    with np.errstate(all="ignore"):
        state = root(residual, start, jac=slope, options={"xtol": 1e-13}).x
        if not np.isfinite(state).all() or np.abs(residual(state)).max() > _RESIDUAL:
            return None
    return described(field, field.inside(state), changes)


def described(field: MeanFieldMap, state: np.ndarray, changes: dict[str, Any]) -> FixedPoint:
    """Return a fixed point with its shares and eigenvalues."""
    values = np.linalg.eigvals(field.jacobian(state, **changes)).astype(complex)
    values = values[np.argsort(-np.abs(values), kind="stable")]
    return FixedPoint(state, field.shares(state), values)


def same(field: MeanFieldMap, first: FixedPoint, second: FixedPoint) -> bool:
    """Return whether two fixed points are one, found twice."""
    critical = min(_gap(first), _gap(second)) < _CRITICAL
    near = _SAME_IF_CRITICAL if critical else _SAME
    return bool(np.abs(first.state - second.state).max() < near)


def _gap(point: FixedPoint) -> float:
    return float(np.abs(1.0 - point.eigenvalues).min())


def _collect(
    found: list[FixedPoint],
    field: MeanFieldMap,
    changes: dict[str, Any],
    start: np.ndarray,
    months: int,
) -> None:
    state = start
    for _ in range(months):
        state = field.step(state, **changes)
    for begin in (start, state):
        point = fixed_point_near(field, begin, changes)
        if point is not None and not any(same(field, point, known) for known in found):
            found.append(point)


def _structured(field: MeanFieldMap) -> Iterator[np.ndarray]:
    choices = [_subsets(block.width - block.has_empty) for block in field.blocks]
    if np.prod([float(len(each)) for each in choices]) > _MOST_COMBINATIONS:
        longest = max(map(len, choices))
        rows = [tuple(each[k % len(each)] for each in choices) for k in range(longest)]
    else:
        rows = list(product(*choices))
    for row in rows:
        # A little in every alternative: some network laws are steep at an empty platform.
        yield _state(field, [0.98 * r + 0.02 / len(r) for r in row])


def _subsets(alternatives: int) -> list[np.ndarray]:
    sizes = range(1, alternatives + 1)
    if 2**alternatives - 1 > _MOST_SUBSETS:
        sizes = (1, alternatives)
    places = np.arange(alternatives)
    return [np.isin(places, chosen) / size for size in sizes
            for chosen in combinations(range(alternatives), size)]  # fmt: skip


def _random(field: MeanFieldMap, rng: np.random.Generator) -> np.ndarray:
    return _state(field, [rng.dirichlet(np.ones(b.width - b.has_empty)) for b in field.blocks])


def _state(field: MeanFieldMap, rows: list[np.ndarray]) -> np.ndarray:
    state = field.start.copy()
    for block, row in zip(field.blocks, rows, strict=True):
        state[block.start : block.stop] = _spread(block, row)
    return state


def _spread(block: Block, row: np.ndarray) -> np.ndarray:
    whole = np.append(row, 0.0) if block.has_empty else row
    return block.reduced(np.tile(whole, (block.types, 1)))


def _order(point: FixedPoint) -> tuple[float, ...]:
    return tuple(-np.round(np.concatenate(list(point.shares.values())), 9))
