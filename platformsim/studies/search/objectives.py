"""What is sought: metrics, each to be large or small."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from platformsim.errors import MISSING, Problem, ScenarioError

Goals = tuple[tuple[str, str], ...]


def goals_of(objectives: Sequence[str] | None) -> Goals:
    """Read ``metric`` and ``metric:down``.

    Raises
    ------
    ScenarioError
        When there are fewer than two.
    """
    found = []
    for text in [objectives] if isinstance(objectives, str) else objectives or ():
        metric, _, way = text.partition(":")
        if way not in ("", "up", "down") or not metric:
            raise ScenarioError(Problem("objectives", text, "must be METRIC or METRIC:down"))
        found.append((metric, way or "up"))
    if len({metric for metric, _ in found}) < 2:
        allowed = "must be two metrics or more: a front of one is a point"
        raise ScenarioError(Problem("objectives", objectives or MISSING, allowed))
    return tuple(found)


def upward(table: pd.DataFrame, goals: Goals) -> np.ndarray:
    """Return the objectives, (n, K), all to be large."""
    return np.column_stack([sign(way) * table[metric].to_numpy(float) for metric, way in goals])


def sign(way: str) -> float:
    """Return what makes an objective one that is to be large."""
    return 1.0 if way == "up" else -1.0
