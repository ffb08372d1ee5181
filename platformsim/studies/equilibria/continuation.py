"""Continuation: every branch of fixed points over a parameter, its folds and branch points.

Between two folds a market has two stable outcomes at the same parameter, and which one holds is a
matter of history: hysteresis. A branch point of a symmetric market is where an even split loses
its stability to a tipped one.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from platformsim.errors import Problem, ScenarioError, nearest
from platformsim.parameters import Parameter
from platformsim.scenario import Scenario, settings
from platformsim.studies.equilibria.branch import Curve, Point, Singular, singular_points, trace
from platformsim.studies.equilibria.fixed_points import FixedPoint, fixed_points, row_of
from platformsim.studies.equilibria.mean_field_map import MeanFieldMap, as_map

_MOST_POINTS = 1000
_SAME = 1e-5
# The place of a pitchfork is known less well on its arms, which turn there, than on its stem.
_SAME_SPLIT = 2e-3


@dataclass(frozen=True, eq=False)
class Branches:
    """Branches of fixed points over a parameter.

    Attributes
    ----------
    scenario : Scenario
    key : str
        The parameter's dotted key.
    points : DataFrame
        One row a point, in order along each branch: ``parameter``, ``branch``, ``kind`` (``fold``,
        ``branch_point`` or empty), the installed bases (``users.share[a]``),
        ``largest_eigenvalue`` (modulus) and ``stable``. At a fold or branch point an eigenvalue
        is 1, so it counts as not stable.
    singular : DataFrame
        One row a fold or branch point: ``kind``, ``parameter``, ``branch`` and installed bases.
    unfinished : tuple of int
        Branches that could not be followed to an end of the range.
    """

    scenario: Scenario
    key: str
    points: pd.DataFrame
    singular: pd.DataFrame
    unfinished: tuple[int, ...]

    @property
    def folds(self) -> np.ndarray:
        """Parameter values at which branches turn back, rising, each once."""
        return self._values("fold")

    @property
    def branch_points(self) -> np.ndarray:
        """Parameter values at which branches meet, rising, each once."""
        return self._values("branch_point")

    def to_frame(self) -> pd.DataFrame:
        """Return every point of every branch."""
        return self.points

    def plot(self, share: str | None = None) -> Any:
        """Draw a share over the parameter: stable branches solid, unstable ones dashed.

        Parameters
        ----------
        share : str, optional
            Such as ``users.share[a]``; unset: the first.

        Raises
        ------
        ScenarioError
            When there is no such share.
        """
        from platformsim.views.bifurcation import bifurcation

        names = [name for name in self.points if ".share[" in name]
        chosen = names[0] if share is None else share
        if chosen not in names:
            allowed = "must be one of " + ", ".join(names)
            raise ScenarioError(Problem("share", share, allowed, nearest=nearest(share, names)))
        title = f"Fixed points of {self.scenario.name or 'the market'} over {self.key}"
        return bifurcation(self.points, self.singular, chosen, label=self.key, title=title)

    def _values(self, kind: str) -> np.ndarray:
        values = np.sort(self.singular.loc[self.singular["kind"] == kind, "parameter"].to_numpy())
        span = np.ptp(self.points["parameter"].to_numpy())
        return values[np.diff(values, prepend=-np.inf) > _SAME * span]

    def _repr_html_(self) -> str:
        return self.singular.to_html(index=False)


def continuation(
    scenario: MeanFieldMap | Scenario | str | Path | dict[str, Any],
    key: str,
    low: float,
    high: float,
    *,
    step: float = 0.05,
    starts: int = 24,
    seed: int = 0,
) -> Branches:
    """Follow every branch of fixed points that reaches an end of a parameter's range.

    The fixed points at both ends are found (:func:`fixed_points`), and each branch is followed
    from its end, through folds, until it leaves the range. A closed branch that reaches neither
    end is not found; narrow the range until an end cuts it.

    Parameters
    ----------
    scenario : MeanFieldMap, Scenario, str, Path or dict
        A scenario's stocks are held at month 0; for anything else pass a map.
    key : str
        Dotted key of a setting that is a number.
    low, high : float
        Ends of its range, low < high.
    step : float
        Longest step along a branch; the range has length 1 and shares count as they are.
    starts, seed : int
        See :func:`fixed_points`.

    Returns
    -------
    Branches

    Raises
    ------
    ScenarioError
        When the key is unknown or no number, or the range is wrong.
    """
    field = as_map(scenario)
    _check(field.scenario, key, low, high, step)
    curve = Curve(field, key, float(low), float(high))
    open_ends = [
        curve.z(point.state, q)
        for q, value in ((0.0, low), (1.0, high))
        for point in fixed_points(field, starts=starts, seed=seed, changes={key: float(value)})
    ]
    rows, singular, unfinished, number = [], [], [], 0
    while open_ends:
        points, finished = trace(curve, open_ends.pop(0), step=step, most=_MOST_POINTS)
        if finished:
            open_ends = [z for z in open_ends if _distance(z, points[-1].z) > _SAME]
        else:
            unfinished.append(number)
        special = singular_points(curve, points)
        singular += [(number, each) for each in special]
        following = {each.after: each for each in special}
        for place, point in enumerate(points):
            rows.append(_row(curve, point, number))
            if place in following:
                each = following[place]
                rows.append(_row(curve, each.point, number) | {"kind": each.kind, "stable": False})
        number += 1
    return Branches(
        field.scenario, key, pd.DataFrame(rows), _table(curve, singular), tuple(unfinished)
    )


def _row(curve: Curve, point: Point, branch: int) -> dict[str, Any]:
    state, field = curve.state(point.z), curve.field
    order = np.argsort(-np.abs(point.eigenvalues), kind="stable")
    found = FixedPoint(state, field.shares(state), point.eigenvalues[order])
    place = {"parameter": curve.value(point.z), "branch": branch, "kind": ""}
    return place | row_of(found, field.share_names)


def _table(curve: Curve, singular: list[tuple[int, Singular]]) -> pd.DataFrame:
    kept: list[tuple[int, Singular]] = []
    for number, each in sorted(singular, key=lambda entry: entry[1].turns):
        near = _SAME_SPLIT if each.kind == "branch_point" else _SAME
        z = each.point.z
        if not any(k.kind == each.kind and _distance(k.point.z, z) < near for _, k in kept):
            kept.append((number, each))
    names = curve.field.share_names
    rows = [_row(curve, each.point, number) | {"kind": each.kind} for number, each in kept]
    table = pd.DataFrame(rows, columns=["kind", "parameter", "branch", *names])
    return table.sort_values(["parameter", "branch"], ignore_index=True)


def _distance(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.abs(first - second).max())


def _check(scenario: Scenario, key: str, low: float, high: float, step: float) -> None:
    valid = settings.known(scenario.table)
    parameter: Parameter | None = valid.get(key)
    problems = []
    if parameter is None and not settings.is_open_key(key, scenario.table):
        allowed = "unknown setting; `platformsim show` lists them"
        problems.append(Problem("key", key, allowed, nearest=nearest(key, valid)))
    elif parameter is not None and parameter.entry.kind is not float:
        problems.append(Problem("key", key, "must name a setting that is a number, not whole"))
    for name, value in (("low", low), ("high", high), ("step", step)):
        if isinstance(value, bool) or not isinstance(value, int | float | np.number):
            problems.append(Problem(name, value, "must be a number"))
    if not problems and not low < high:
        problems.append(Problem("high", high, f"must be above low ({low})"))
    if not problems and not 0 < step <= 0.5:
        problems.append(Problem("step", step, "must be above 0 and at most 0.5"))
    if problems:
        raise ScenarioError(problems)
    for value in (low, high):
        scenario.with_settings({key: float(value)})
