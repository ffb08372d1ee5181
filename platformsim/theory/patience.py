"""When a shared order enforces itself: the gain from breaking it against being shut out."""

from __future__ import annotations

import math

from scipy.optimize import brentq


def lost_by_exclusion(patience: float, months: float) -> float:
    """Return what one cu a month is worth over the months of an exclusion, from next month on.

        A(delta, P) = delta (1 - delta**P) / (1 - delta)

    Parameters
    ----------
    patience : float, in (0, 1)
        Monthly discount factor delta.
    months : float
        Length P of the exclusion; ``inf``: for ever.

    Returns
    -------
    float

    References
    ----------
    Status: exact (geometric series).
    """
    return patience * (1.0 - patience**months) / (1.0 - patience)


def commons(gain: float, players: int) -> float:
    """Return what a member of an all-open order receives a month.

        B = commons_gain (n - 1)

    Parameters
    ----------
    gain : float, cu/month
        What each open peer is worth.
    players : int
        n.

    Returns
    -------
    float
        cu/month.

    References
    ----------
    Status: definition.
    """
    return gain * (players - 1)


def is_self_enforcing(
    gain: float, players: int, patience: float, months: float, defect_gain: float
) -> bool:
    """Tell whether nobody gains by leaving an all-open order once.

        B A(delta, P) >= defect_gain

    Parameters
    ----------
    gain : float, cu/month
    players : int
    patience : float, in (0, 1)
    months : float
    defect_gain : float, cu
        What closing brings, once.

    Returns
    -------
    bool

    References
    ----------
    J. Friedman (1971), "A non-cooperative equilibrium for supergames", Review of Economic Studies
    38(1), 1-12, DOI 10.2307/2296617. Status: exact, one deviation at a time.
    """
    return commons(gain, players) * lost_by_exclusion(patience, months) >= defect_gain


def least_patience(gain: float, players: int, months: float, defect_gain: float) -> float:
    """Return the smallest monthly discount factor at which all-open enforces itself.

    For an endless exclusion it is defect_gain / (defect_gain + B); for one of P months no patience
    suffices when P B < defect_gain, and the result is ``nan``.

    Parameters
    ----------
    gain : float, cu/month
    players : int
    months : float
    defect_gain : float, cu

    Returns
    -------
    float
        In [0, 1), or ``nan``.

    References
    ----------
    Status: exact.
    """
    monthly = commons(gain, players)
    if defect_gain <= 0:
        return 0.0
    if math.isinf(months):
        return defect_gain / (defect_gain + monthly) if monthly > 0 else math.nan
    if monthly * months <= defect_gain:
        return math.nan
    slack = lambda delta: monthly * lost_by_exclusion(delta, months) - defect_gain  # noqa: E731
    return float(brentq(slack, 1e-12, 1.0 - 1e-12))
