"""Paired differences at the design points of a sweep."""

from __future__ import annotations

import numpy as np
import pandas as pd

from platformsim.errors import Problem, ScenarioError
from platformsim.results import Runs
from platformsim.studies.judge import judge


def paired_differences(runs: Runs, metric: str, *, arm: str, base: str) -> pd.DataFrame:
    """Judge arm against base on one metric, at every design point of a sweep.

    Parameters
    ----------
    runs : Runs
        What :func:`platformsim.sweep` returned, with both arms.
    metric : str
        Column of the summary, such as ``profit[giant]``.
    arm, base : str

    Returns
    -------
    DataFrame
        One row a design point: the swept settings, then mean, low, high, median,
        share_in_direction, pairs and verdict (stated direction: up; smallest effect 0).

    Raises
    ------
    ScenarioError
        When the column or an arm is not in the sweep.
    """
    table = runs.summary
    swept = [c for c in table.columns if "." in c and c not in set(runs.columns["name"])]
    if metric not in table:
        raise ScenarioError(Problem("metric", metric, "is not a column of the sweep"))
    for name in (arm, base):
        if name not in set(table["arm"]):
            raise ScenarioError(Problem("arm", name, "is not in the sweep"))
    rows = []
    for point, part in table.groupby(swept, sort=True):
        wide = part.pivot(index="replicate", columns="arm", values=metric)
        first, second = (wide[name].to_numpy()[:, None] for name in (base, arm))
        judged = judge(first, second, ["up"], np.zeros(1), [False])[0]
        keep = ("mean", "low", "high", "median", "share_in_direction", "pairs", "verdict")
        rows.append(dict(zip(swept, point, strict=True)) | {key: judged[key] for key in keep})
    return pd.DataFrame(rows)
