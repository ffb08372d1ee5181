"""Designs: which points are run, and how their rows belong together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from platformsim.errors import Problem, ScenarioError, nearest, one_of
from platformsim.studies.factors import DUMMY, Factor

METHODS = ("ofat", "morris", "sobol")
# Points of a method where the caller asks for no number: levels, trajectories, base samples.
DEFAULT_POINTS = {"ofat": 5, "morris": 10, "sobol": 64}
MORRIS_LEVELS = 4


@dataclass(frozen=True)
class Design:
    """The rows of a design.

    Attributes
    ----------
    method : str
    factors : tuple of Factor
        The dummy, where there is one, is the last.
    size : int
        Levels of a factor (ofat), trajectories (morris) or base samples (sobol).
    second_order : bool
    values : list of dict
        One dict a row: the value of every factor.
    places : (n, D) float
        The same in the unit cube; empty for ofat.
    moved : tuple of str
        The factor that is moved in each row of ofat; empty in its first row.
    """

    method: str
    factors: tuple[Factor, ...]
    size: int
    second_order: bool
    values: list[dict[str, Any]] = field(repr=False)
    places: np.ndarray = field(repr=False)
    moved: tuple[str, ...] = field(default=(), repr=False)

    def __len__(self) -> int:
        return len(self.values)

    @property
    def names(self) -> list[str]:
        """Names of the factors."""
        return [factor.name for factor in self.factors]

    @property
    def block(self) -> int:
        """Rows that belong together, and that only together can be drawn again."""
        return 1 if self.method == "ofat" else len(self) // self.size

    @property
    def problem(self) -> dict[str, Any]:
        """The factors as SALib wants them: all over the unit interval."""
        count = len(self.factors)
        return {"num_vars": count, "names": self.names, "bounds": [[0.0, 1.0]] * count}

    def points(self) -> dict[int, dict[str, Any]]:
        """Return what the model is called with, by row: all factors but the dummy."""
        return {
            row: {name: value for name, value in point.items() if name != DUMMY}
            for row, point in enumerate(self.values)
        }

    def frame(self) -> pd.DataFrame:
        """Return the design as a table, one row a point."""
        frame = pd.DataFrame(self.values, columns=self.names)
        frame.insert(0, "point", np.arange(len(self), dtype=np.int64))
        if self.moved:
            frame.insert(1, "moved", list(self.moved))
        return frame


def designed(
    method: str,
    factors: Sequence[Factor],
    *,
    points: int | None,
    seed: int,
    dummy: bool,
    second_order: bool,
) -> Design:
    """Return the design of a method.

    Parameters
    ----------
    method : str
        ``ofat``: each factor over its range while the others stay where they are. ``morris``:
        trajectories that move one factor at a time. ``sobol``: Saltelli's extension of the Sobol
        sequence.
    factors : sequence of Factor
    points : int or None
        Levels (at least 2), trajectories (at least 2), or base samples (a power of two).
    seed : int
        Of the sampling.
    dummy : bool
        Whether to add a factor that does nothing.
    second_order : bool
        For sobol: also indices of pairs, which nearly doubles the runs.

    Raises
    ------
    ScenarioError
    """
    if method not in METHODS:
        hint = nearest(method, METHODS)
        raise ScenarioError(Problem("method", method, one_of(METHODS), nearest=hint))
    if second_order and method != "sobol":
        raise ScenarioError(Problem("second_order", True, "belongs to the method sobol"))
    size = DEFAULT_POINTS[method] if points is None else points
    if isinstance(size, bool) or not isinstance(size, int) or size < 2:
        raise ScenarioError(Problem("points", size, "must be a whole number of at least 2"))
    if method == "sobol" and size & (size - 1):
        allowed = "must be a power of two: only then is the Sobol sequence balanced"
        near = str(1 << (size - 1).bit_length())
        raise ScenarioError(Problem("points", size, allowed, nearest=near))
    if DUMMY in {factor.name for factor in factors}:
        raise ScenarioError(Problem("over", DUMMY, "is the name of the factor that does nothing"))
    chosen = (*factors, Factor(DUMMY)) if dummy else tuple(factors)
    if method == "ofat":
        return _one_at_a_time(chosen, size)
    places = _places(method, chosen, size, seed, second_order)
    values = [
        {factor.name: factor.at(place) for factor, place in zip(chosen, row, strict=True)}
        for row in places.tolist()
    ]
    return Design(method, chosen, size, second_order, values, places)


def _one_at_a_time(factors: tuple[Factor, ...], size: int) -> Design:
    base = {factor.name: factor.middle for factor in factors}
    rows, moved = [base], [""]
    for factor in factors:
        for value in factor.spread(size):
            rows.append(base | {factor.name: value})
            moved.append(factor.name)
    places = np.empty((0, len(factors)))
    return Design("ofat", factors, size, False, rows, places, tuple(moved))


def _places(
    method: str, factors: tuple[Factor, ...], size: int, seed: int, second_order: bool
) -> np.ndarray:
    names = [factor.name for factor in factors]
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    if method == "morris":
        from SALib.sample.morris import sample

        # A seed of 0 counts as none there.
        return sample(problem, size, num_levels=MORRIS_LEVELS, seed=seed + 1)
    from SALib.sample.sobol import sample

    return sample(problem, size, calc_second_order=second_order, seed=seed + 1)
