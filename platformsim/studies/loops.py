"""How strongly a market feeds itself: the gains of its loops at the end of a run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from platformsim.errors import ScenarioError
from platformsim.scenario import Scenario
from platformsim.studies.batch import Numbers
from platformsim.studies.equilibria.mean_field_map import MeanFieldMap


def loop_gains(arms: dict[str, Scenario], numbers: Numbers, labels: dict[str, str]) -> pd.DataFrame:
    """Return the loop gains that can be told, above 1 where a loop sustains itself.

    Parameters
    ----------
    arms : dict of str to Scenario
    numbers : Numbers
        Runs of these arms.
    labels : dict of str to str
        Label of each arm's runs.

    Returns
    -------
    DataFrame
        Columns ``loop``, ``arm`` and ``gain``.
    """
    rows = [*_flywheels(numbers, labels), *_eigenvalues(arms)]
    return pd.DataFrame(rows, columns=["loop", "arm", "gain"])


def _flywheels(numbers: Numbers, labels: dict[str, str]) -> list[dict[str, Any]]:
    """Return the loop gain of the posting flywheel, platform by platform, where there is one."""
    rows = []
    for arm, label in labels.items():
        for column in numbers.columns[label]:
            gain = float(numbers.of(label, column).mean())
            if column.startswith("loop_gain[") and gain != 0.0:
                name = column.removeprefix("loop_gain[").rstrip("]")
                rows.append({"loop": f"autopost on {name}", "arm": arm, "gain": gain})
    return rows


def _eigenvalues(two: dict[str, Scenario]) -> list[dict[str, Any]]:
    """Return how strongly shares answer to themselves at the end of the mean field's run.

    The largest eigenvalue of the choice probabilities' derivative by the shares, which takes in
    same-side and cross-side effects; sides that revise at different rates have no single one.
    """
    rows = []
    for name, arm in two.items():
        rates = {side.revise_rate for side in arm.sides.values()}
        types = any(side.tastes or side.max_homes > 1 for side in arm.sides.values())
        if len(rates) != 1 or types:
            continue
        try:
            field = MeanFieldMap(arm, month=arm.run.months - 1)
        except ScenarioError:  # it needs individuals, or has nothing to differentiate
            continue
        rate = rates.pop()
        largest = float(np.linalg.eigvals(field.jacobian(field.start)).real.max())
        gain = (largest - (1.0 - rate)) / rate
        rows.append({"loop": "shares on themselves", "arm": name, "gain": gain})
    return rows
