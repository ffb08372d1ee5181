"""The front, run again with seeds that the search never saw."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from platformsim.errors import Problem, ScenarioError
from platformsim.studies.evaluate import Evaluator
from platformsim.studies.execute import RunError
from platformsim.studies.judge import bootstrap_intervals
from platformsim.studies.search.front import is_on_front, rounded, staying
from platformsim.studies.search.levers import LEVERS, Opening
from platformsim.studies.search.objectives import Goals, sign

BASE = -1


def confirmed(
    evaluator: Evaluator, found: pd.DataFrame, goals: Goals, base: dict, used: int, confirm: int
) -> pd.DataFrame:
    """Run the front again with fresh seeds, beside the base.

    Parameters
    ----------
    evaluator : Evaluator
    found : DataFrame
        The trials, with their parameters in ``_point``.
    goals : tuple of (str, str)
    base : dict
        Parameters of the base.
    used, confirm : int
        Seeds that the search used, and how many fresh ones to take.

    Returns
    -------
    DataFrame
        See :class:`platformsim.studies.search.result.Search`.
    """
    chosen = found[found["on_front"]].sort_values(goals[0][0], kind="stable")
    points = {BASE: base, **dict(zip(chosen["trial"].tolist(), chosen["_point"], strict=True))}
    runs = evaluator.run(points, range(used, used + confirm))
    failed = runs[runs["error"] != ""]
    if len(failed):
        first = failed.iloc[0]
        raise RunError(f"trial {first['point']} failed, seed {first['seed']}: {first['error']}")
    values = np.stack(
        [runs[runs["point"] == number][[m for m, _ in goals]].to_numpy(float) for number in points]
    )
    if not np.isfinite(values).all():
        allowed = "is not defined in every run of the front; take other objectives"
        raise ScenarioError(Problem("objectives", [metric for metric, _ in goals], allowed))
    upward = values * [sign(way) for _, way in goals]
    undominated = is_on_front(rounded(upward[1:].mean(axis=1))).tolist()
    stays = staying(upward[1:]).tolist()
    rows = []
    for place, (number, point) in enumerate(points.items()):
        levels = bootstrap_intervals(values[place])
        gains = bootstrap_intervals(values[place] - values[0])
        for k, (metric, _) in enumerate(goals):
            rows.append({
                "trial": number, "strategy": "as it stands" if number == BASE else said(point),
                "objective": metric, "value": float(values[place, :, k].mean()),
                "low": float(levels[0][k]), "high": float(levels[1][k]),
                "gain": float((values[place] - values[0])[:, k].mean()),
                "gain_low": float(gains[0][k]), "gain_high": float(gains[1][k]),
                "undominated": None if number == BASE else undominated[place - 1],
                "stays": float("nan") if number == BASE else stays[place - 1],
            })  # fmt: skip
    table = pd.DataFrame(rows)
    return table.assign(undominated=table["undominated"].astype("boolean"))


def said(point: dict[str, Any]) -> str:
    """Write a strategy as a reader says it."""
    levers = {name: value for name, value in point.items() if name in LEVERS}
    rest = [f"{k}={v:.4g}" if isinstance(v, float) else f"{k}={v}"
            for k, v in point.items() if k not in LEVERS]  # fmt: skip
    return ", ".join(([Opening(**levers).text] if levers else []) + rest)
