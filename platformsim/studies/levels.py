"""Means with their intervals at the design points of a sweep."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from platformsim.studies.judge import bootstrap_intervals


def levels(
    summary: pd.DataFrame, keys: Sequence[str], metric: str, *, less: float = 0.0
) -> pd.DataFrame:
    """Return the mean of a metric and its interval at every combination of some columns.

    Parameters
    ----------
    summary : DataFrame
        One row a run.
    keys : sequence of str
        Columns to group by: swept settings, ``arm``.
    metric : str
    less : float
        Subtracted from every value: with 0.5 of something that happens (1) or does not (0), the
        interval lies above 0 where it happens in more than half of the runs.

    Returns
    -------
    DataFrame
        One row a combination: the keys, then mean, low, high and runs.
    """
    rows = []
    for point, part in summary.groupby(list(keys), sort=True):
        values = part[metric].to_numpy(float) - less
        values = values[~np.isnan(values)][:, None]
        mean, low, high = (np.nan,) * 3
        if len(values):
            mean, low, high = values.mean(), *(float(end[0]) for end in bootstrap_intervals(values))
        found = {"mean": float(mean), "low": low, "high": high, "runs": len(values)}
        rows.append(dict(zip(keys, point, strict=True)) | found)
    return pd.DataFrame(rows)
