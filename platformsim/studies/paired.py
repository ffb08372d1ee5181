"""Paired differences and means at the design points of a sweep."""

from __future__ import annotations

import numpy as np
import pandas as pd

from platformsim.errors import Problem, ScenarioError
from platformsim.results import Runs
from platformsim.studies.judge import bootstrap_intervals, judge

_JUDGED = ("mean", "low", "high", "median", "share_in_direction", "pairs", "verdict")


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
    table, swept = runs.summary, _swept(runs, metric)
    for name in (arm, base):
        if name not in set(table["arm"]):
            raise ScenarioError(Problem("arm", name, "is not in the sweep"))
    rows = []
    for point, part in table.groupby(swept, sort=True):
        wide = part.pivot(index="replicate", columns="arm", values=metric)
        first, second = (wide[name].to_numpy()[:, None] for name in (base, arm))
        judged = judge(first, second, ["up"], np.zeros(1), [False])[0]
        rows.append(dict(zip(swept, point, strict=True)) | {key: judged[key] for key in _JUDGED})
    return pd.DataFrame(rows)


def mean_levels(runs: Runs, metric: str) -> pd.DataFrame:
    """Return a metric's mean and its 95 % interval, at every design point and in every arm.

    Parameters
    ----------
    runs : Runs
        What :func:`platformsim.sweep` returned.
    metric : str
        Column of the summary.

    Returns
    -------
    DataFrame
        One row a design point and arm: the swept settings, ``arm``, mean, low and high, over the
        runs in which the metric is defined.

    Raises
    ------
    ScenarioError
        When the column is not in the sweep.
    """
    keys = [*_swept(runs, metric), "arm"]
    rows = []
    for point, part in runs.summary.groupby(keys, sort=True):
        values = part[metric].dropna().to_numpy(float)
        found = dict.fromkeys(("mean", "low", "high"), np.nan)
        if len(values) > 1:
            low, high = bootstrap_intervals(values[:, None])
            found = {"mean": values.mean(), "low": low[0], "high": high[0]}
        rows.append(dict(zip(keys, point, strict=True)) | found)
    return pd.DataFrame(rows)


def _swept(runs: Runs, metric: str) -> list[str]:
    """Return the swept settings; refuse a metric that the sweep does not have."""
    table = runs.summary
    if metric not in table:
        raise ScenarioError(Problem("metric", metric, "is not a column of the sweep"))
    return [c for c in table.columns if "." in c and c not in set(runs.columns["name"])]


def differences_from(runs: Runs, base: Runs, metric: str) -> pd.DataFrame:
    """Judge every design point and arm of a sweep against one and the same arm at one point.

    Parameters
    ----------
    runs : Runs
        What :func:`platformsim.sweep` returned.
    base : Runs
        Runs of one arm at one design point, with the same replicates.
    metric : str
        Column of the summary.

    Returns
    -------
    DataFrame
        One row a design point and arm: the swept settings, ``arm``, then what
        :func:`paired_differences` returns.

    Raises
    ------
    ScenarioError
        When the column is not in the sweep.
    """
    keys = [*_swept(runs, metric), "arm"]
    first = base.summary.set_index("replicate")[metric]
    rows = []
    for point, part in runs.summary.groupby(keys, sort=True):
        second = part.set_index("replicate")[metric]
        both = [values.loc[second.index].to_numpy()[:, None] for values in (first, second)]
        judged = judge(*both, ["up"], np.zeros(1), [False])[0]
        rows.append(dict(zip(keys, point, strict=True)) | {key: judged[key] for key in _JUDGED})
    return pd.DataFrame(rows)
