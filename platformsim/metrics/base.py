"""What a metric is: a pure function of a run's history, with a unit and a smallest effect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from platformsim.market.history import History

Values = dict[tuple[str, str], np.ndarray]
_LAST = 12


@dataclass(frozen=True)
class Metric:
    """One metric.

    Attributes
    ----------
    name : str
    unit : str
    doc : str
        Definition, in a sentence.
    summary : str
        How a run's path becomes one number: ``last`` (mean of the last 12 months), ``mean`` (mean
        after the burn-in) or ``run`` (the function returns one number a run itself).
    direction : str
        Direction that a comparison states where no prediction is registered: ``up`` or ``down``.
    sesoi : float
        Smallest effect of interest, in the unit; for money, as a share of ``ad_market``.
    swing : bool
        Whether a difference above 0.3 counts as a large swing (shares only).
    mechanism : str
        The mechanism that it measures; only scenarios with that one have the metric.
    compute : callable
        From a history to values by (side, entity); ``""`` where it has no side or entity.
    """

    name: str
    unit: str
    doc: str
    summary: str
    direction: str
    sesoi: float
    swing: bool
    mechanism: str
    compute: Callable[[History], Values]

    def summarise(self, path: np.ndarray, history: History) -> float:
        """Turn a path over months 0 … T into the run's one number."""
        if self.summary == "run":
            return float(path)
        part = path[-_LAST:] if self.summary == "last" else path[history.burn_in + 1 :]
        seen = part[~np.isnan(part)]
        # numpy's mean, without the four fifths of its time that go into its options.
        return float(np.add.reduce(seen)) / seen.size if seen.size else float("nan")


REGISTRY: dict[str, Metric] = {}


def metric(
    unit: str,
    *,
    summary: str = "last",
    direction: str = "up",
    sesoi: float = 0.0,
    swing: bool = False,
    mechanism: str = "",
) -> Callable[[Callable[[History], Values]], Callable[[History], Values]]:
    """Register a function of a history as a metric under its own name.

    Parameters
    ----------
    unit : str
    summary, direction, sesoi, swing, mechanism
        See :class:`Metric`.
    """

    def register(compute: Callable[[History], Values]) -> Callable[[History], Values]:
        name = compute.__name__
        doc = " ".join((compute.__doc__ or "").split("\n\n")[0].split())
        REGISTRY[name] = Metric(
            name, unit, doc, summary, direction, sesoi, swing, mechanism, compute
        )
        return compute

    return register


def column_name(name: str, side: str, entity: str) -> str:
    """Write a column's name: ``users.share[social]``, ``profit[lab]``, ``control_hhi``."""
    return (f"{side}." if side else "") + name + (f"[{entity}]" if entity else "")
