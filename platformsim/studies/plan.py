"""How many pairs a comparison needs, before it is run."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import nct
from scipy.stats import t as student

from platformsim.errors import Problem, ScenarioError
from platformsim.studies.judge import FEWEST_PAIRS
from platformsim.studies.looks import looks
from platformsim.views.gallery import Gallery
from platformsim.views.power import power_figure

_MOST = 10_000_000


@dataclass(frozen=True)
class Plan:
    """How many pairs it takes to see an effect.

    Attributes
    ----------
    sd, effect, power, level : float
        As asked for.
    pairs : int
        Fewest pairs whose interval excludes 0 with that power.
    most_with_looks : int
        The same for ``until="decided"``: the most pairs to allow it. Looking more than once costs
        a few, which an effect larger than expected saves many times over.
    curve : DataFrame
        Columns ``pairs`` and ``power``.
    """

    sd: float
    effect: float
    power: float
    level: float
    pairs: int
    most_with_looks: int
    curve: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return the power over the number of pairs."""
        return self.curve

    def plot(self) -> Gallery:
        """Draw the power over the number of pairs."""
        title = f"Pairs to see a difference of {self.effect:g} with sd {self.sd:g}"
        gallery = Gallery()
        gallery["power"] = power_figure(self.curve, self.pairs, self.power, title)
        return gallery

    def _repr_html_(self) -> str:
        return self.curve.to_html(index=False)


def plan(sd: float, effect: float, *, power: float = 0.9, level: float = 0.95) -> Plan:
    """Return how many pairs a comparison needs.

    Parameters
    ----------
    sd : float
        Standard deviation of the paired difference, from a pilot of some 20 pairs; common random
        numbers make it much smaller than that of either arm.
    effect : float
        The difference to be seen, such as the smallest effect of interest.
    power : float
        Chance that the interval excludes 0 when the difference is that large.
    level : float
        Coverage of the interval.

    Returns
    -------
    Plan

    Raises
    ------
    ScenarioError
        When a number is out of range, or more than ten million pairs would be needed.

    References
    ----------
    J. Cohen (1988), Statistical Power Analysis for the Behavioral Sciences, 2nd ed., ch. 2.
    """
    _check(sd, effect, power, level)
    needed = _fewest(lambda n: power_of(n, sd, effect, level) >= power)
    if needed is None:
        allowed = f"needs more than {_MOST:,} pairs at a standard deviation of {sd:g}"
        raise ScenarioError(Problem("effect", effect, allowed))
    # What earlier looks have spent the last one lacks: its interval is a little wider.
    last = looks(max(needed, FEWEST_PAIRS), 1.0 - level)[-1]
    inflated = _fewest(lambda n: power_of(n, sd, effect, 1.0 - last.error) >= power)
    sizes = np.unique(np.linspace(FEWEST_PAIRS, max(2 * needed, 100), 60).astype(int))
    curve = pd.DataFrame(
        {"pairs": sizes, "power": [power_of(int(n), sd, effect, level) for n in sizes]}
    )
    return Plan(sd, effect, power, level, needed, max(inflated or needed, needed), curve)


def power_of(pairs: int, sd: float, effect: float, level: float = 0.95) -> float:
    """Return the chance that the interval of a paired mean excludes 0 on the effect's side."""
    if sd == 0.0:
        return 1.0
    bound = student.isf((1.0 - level) / 2.0, pairs - 1)
    shift = abs(effect) / sd * math.sqrt(pairs)
    return float(nct.sf(bound, pairs - 1, shift)) if shift < 30.0 else 1.0


def _fewest(enough: Any) -> int | None:
    low, high = FEWEST_PAIRS - 1, FEWEST_PAIRS
    while not enough(high):
        low, high = high, 2 * high
        if high > _MOST:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _check(sd: float, effect: float, power: float, level: float) -> None:
    problems = []
    if not (math.isfinite(sd) and sd >= 0):
        problems.append(Problem("sd", sd, "must be a number of at least 0"))
    if not math.isfinite(effect) or effect == 0:
        problems.append(Problem("effect", effect, "must be a number other than 0"))
    for name, value in (("power", power), ("level", level)):
        if not 0.5 <= value < 1:
            problems.append(Problem(name, value, "must be from 0.5 to below 1"))
    if problems:
        raise ScenarioError(problems)
