"""A quantity over one parameter, evaluated where it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.stats import t as student

from platformsim.studies.boundary.quantity import Quantity

# A sign is looked at many times along a curve, an interval once.
_SURE, _DRAWN = 0.002, 0.05
_FEWEST = 5


@dataclass
class Curve:
    """Values of a quantity at the points evaluated so far.

    Attributes
    ----------
    quantity : Quantity
    whole : bool
        Whether the parameter is a whole number.
    """

    quantity: Quantity
    whole: bool = False
    _values: dict[float, np.ndarray] = field(default_factory=dict)

    def at(self, xs: Sequence[float], replicates: int) -> tuple[np.ndarray, np.ndarray]:
        """Return points and the values there, (points, replicates), run where they are not known.

        Points of a whole-number parameter are rounded, so there may be fewer of them.
        """
        asked = [float(round(x)) if self.whole else float(x) for x in xs]
        points = sorted(set(asked))
        for known in sorted({self._known(x) for x in points if self._known(x) < replicates}):
            lacking = [x for x in points if self._known(x) == known]
            fresh = self.quantity.values([(x,) for x in lacking], range(known, replicates))
            for x, row in zip(lacking, fresh, strict=True):
                self._values[x] = np.r_[self._values.get(x, np.empty(0)), row]
        return np.array(points), np.array([self._values[x][:replicates] for x in points])

    def _known(self, x: float) -> int:
        return len(self._values.get(x, ()))

    @property
    def runs(self) -> int:
        """Replicates at all points together."""
        return sum(len(row) for row in self._values.values())

    def signs(self, low: float, high: float) -> list[tuple[float, int]]:
        """Return the points between two ends, rising, with their signs; 0: cannot tell."""
        inside = sorted(x for x in self._values if low <= x <= high)
        return [(x, sign(self._values[x])) for x in inside]

    def frame(self) -> pd.DataFrame:
        """Return one row a point: mean with its 95 % interval, replicates and zone."""
        rows = []
        for x in sorted(self._values):
            mean, reach, count = interval(self._values[x], _DRAWN)
            rows.append(
                {
                    "x": x,
                    "mean": mean,
                    "low": mean - reach,
                    "high": mean + reach,
                    "replicates": count,
                    "zone": zone(sign(self._values[x]), self.quantity.zones),
                }
            )
        return pd.DataFrame(rows)


def interval(values: np.ndarray, error: float) -> tuple[float, float, int]:
    """Return the mean of the values that are defined, half its interval, and how many they are."""
    seen = values[~np.isnan(values)]
    if seen.size < _FEWEST:
        return float(seen.mean()) if seen.size else float("nan"), float("inf"), int(seen.size)
    reach = student.isf(error / 2, seen.size - 1) * seen.std(ddof=1) / np.sqrt(seen.size)
    return float(seen.mean()), float(reach), int(seen.size)


def sign(values: np.ndarray) -> int:
    """Return the sign of a mean, 0 where it cannot be told."""
    mean, reach, _ = interval(values, _SURE)
    return 0 if not abs(mean) > reach else int(np.sign(mean))


def zone(sign: int, names: tuple[str, str]) -> str:
    """Return what a sign is called."""
    return {1: names[0], -1: names[1], 0: "cannot tell"}[sign]
