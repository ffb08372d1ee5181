"""Foresight in the mixed duopoly: a firm that sells cheaply today to be better tomorrow.

The market is that of `platformsim.theory.mixed_duopoly`; the firm discounts at rate rho. A clean
stand-in for Casadesus-Masanell & Ghemawat (2006): directions may be compared, numbers may not.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq

from platformsim.theory.mixed_duopoly import QualityGap, critical_share


def forward_share(gap: QualityGap, discount: float) -> float:
    """Return the share at which a forward-looking firm rests, y*.

    Today's users make tomorrow's good better, so it sells more than a myopic firm: y* is the root
    between max(1/2, y_c) and 1 of

        (2 y - 1) (D_0 + D_1 y) (1 + rho) = y (1 - y) D_1.

    It exists whenever y_c < 1. Such a firm keeps the lead from any base above y_c.

    Parameters
    ----------
    gap : QualityGap
    discount : float
        Rate rho, per mean time between choices of a user.

    Returns
    -------
    float
        nan when the proprietary good is not better even with every user (D(1) <= 0), or when
        use does not widen the gap (D_1 < 0); 1/2 at D_1 = 0.

    References
    ----------
    After Casadesus-Masanell & Ghemawat (2006), DOI 10.1287/mnsc.1060.0548. Status: derived.
    """
    if gap.slope < 0.0 or gap.at(1.0) <= 0.0:
        return np.nan
    if gap.slope == 0.0:
        return 0.5

    def excess(share: float) -> float:
        kept = (2.0 * share - 1.0) * gap.at(share) * (1.0 + discount)
        return kept - share * (1.0 - share) * gap.slope

    return float(brentq(excess, max(0.5, critical_share(gap)), 1.0, xtol=1e-15))


def feedback_price(gap: QualityGap, target: float, share: float) -> float:
    """Return the price at which sales are the target share whatever the base, D(y) (1 - y*).

    Parameters
    ----------
    gap : QualityGap
    target : float
        Share y* to be reached and kept.
    share : float
        Present installed base y.

    Returns
    -------
    float
        nan where the proprietary good cannot be sold.

    References
    ----------
    After Casadesus-Masanell & Ghemawat (2006), DOI 10.1287/mnsc.1060.0548. Status: derived.
    """
    return gap.at(share) * (1.0 - target) if gap.at(share) > 0.0 else np.nan


def feedback_path(start: float, target: float, revision: float, steps: int) -> np.ndarray:
    """Return the installed base under `feedback_price`, y' = (1 - dt) y + dt y*.

    Parameters
    ----------
    start : float
        At a share where the proprietary good sells.
    target : float
    revision : float, in (0, 1]
    steps : int

    Returns
    -------
    (steps + 1,) float

    References
    ----------
    After Casadesus-Masanell & Ghemawat (2006), DOI 10.1287/mnsc.1060.0548. Status: derived.
    """
    return target + (start - target) * (1.0 - revision) ** np.arange(steps + 1)


def constant_price_slope(gap: QualityGap, share: float) -> float:
    """Return how sales answer to the installed base when the price stays what it is at a share.

        dq / dy = (1 - y*) D_1 / D(y*)

    A rigid price keeps the share only while this is below 1; otherwise lost users lower quality
    faster than the price allows for, and the market is lost.

    Parameters
    ----------
    gap : QualityGap
    share : float
        Share y* to be kept.

    Returns
    -------
    float
        nan where the proprietary good cannot be sold.

    References
    ----------
    After Casadesus-Masanell & Ghemawat (2006), DOI 10.1287/mnsc.1060.0548. Status: derived.
    """
    return (1.0 - share) * gap.slope / gap.at(share) if gap.at(share) > 0.0 else np.nan


def share_by_value_iteration(
    gap: QualityGap, discount: float, start: float, revision: float = 0.1, points: int = 1001
) -> float:
    """Return where the installed base rests when prices are planned on a grid of shares.

    In a step of length dt the firm picks the next share y' within reach, which takes the sales
    q = (y' - (1 - dt) y) / dt at the price D(y) (1 - q):

        W(y) = max_y' dt D(y) q (1 - q) + W(y') / (1 + rho dt),    W = 0 where D(y) <= 0.

    With this discount factor a resting share is the continuous one at every dt, so the grid is
    the only error. Next shares are grid points, so nothing is interpolated.

    Parameters
    ----------
    gap : QualityGap
        With D_1 >= 0.
    discount : float
        Rate rho > 0, per mean time between choices of a user.
    start : float, in [0, 1]
        First installed base; rounded to the grid.
    revision : float, in (0, 1]
        Length dt of a step, the share of users who choose in it. Short steps need a finer grid:
        sales come in multiples of 1 / (dt (points - 1)).
    points : int
        Of the grid on [0, 1]; time and memory grow as dt points^2.

    Returns
    -------
    float
        0 when the start does not sell, or when it is best to sell out; nan when the share does
        not come to rest (long steps can make it pay to invest and harvest in turns), and without
        discounting.

    References
    ----------
    Status: derived (a numerical check of the resting share).
    """
    if discount <= 0.0:
        return np.nan
    places = np.arange(points)
    kept = (1.0 - revision) * places
    nearest = np.ceil(kept - 1e-9).astype(int)
    following = nearest[:, None] + np.arange(int(revision * (points - 1)) + 2)
    sales = (following - kept[:, None]) / (revision * (points - 1))
    quality = gap.base + gap.slope * places / (points - 1)
    profit = revision * quality[:, None] * sales * (1.0 - sales)
    profit[sales > 1.0 + 1e-9] = -np.inf
    following = np.minimum(following, points - 1)
    factor = 1.0 / (1.0 + discount * revision)
    worth, change = np.zeros(points), np.inf
    while change > 1e-13:
        plans = profit + factor * worth[following]
        better = np.where(quality > 0.0, plans.max(axis=1), 0.0)
        worth, change = better, np.abs(better - worth).max()
    best = following[places, plans.argmax(axis=1)]
    place = round(start * (points - 1))
    for _ in range(points):
        if quality[place] <= 0.0:
            return 0.0
        place = best[place]
    return float(place / (points - 1)) if best[place] == place else np.nan
