"""Competing technologies with increasing returns: lock-in as a random walk between two walls.

Adopters come one at a time. An R adopter (chance pi) gets a_R + r n_A from technology A and
b_R + r n_B from B, an S adopter a_S + s n_A and b_S + s n_B; R leans to A and S to B. The lead
d = n_A - n_B walks until one type gives up its own preference, after which everybody chooses alike.
Ties go to the technology one leans to.
"""

from typing import NamedTuple

import numpy as np
from scipy.linalg import solve_banded

# A threshold this close to a whole number is that number, whatever rounding made of it.
WHOLE = 1e-9


class Barriers(NamedTuple):
    """Leads at which the market is locked in: to A at d = a, to B at d = -b."""

    a: float
    b: float


class LockInTime(NamedTuple):
    """Mean and standard deviation of the number of adopters until lock-in."""

    mean: float
    sd: float


def barriers(
    a_r: float, b_r: float, returns_r: float, a_s: float, b_s: float, returns_s: float
) -> Barriers:
    """Return the leads at which one type defects from the technology it leans to.

    S joins A when d > (b_S - a_S) / s, hence k_A = floor((b_S - a_S) / s) + 1; in the same way
    k_B = floor((a_R - b_R) / r) + 1.

    Parameters
    ----------
    a_r, b_r : float, utils
        What R gets from A and from B before anybody adopts.
    returns_r : float, utils per adopter
    a_s, b_s : float, utils
    returns_s : float, utils per adopter

    Returns
    -------
    Barriers
        Infinite where returns do not increase; zero where a type leans the other way, so that
        everybody agrees from the start.

    Raises
    ------
    ValueError
        When R leans to B and S to A: exchange the names.

    References
    ----------
    Published: W. B. Arthur (1989), Economic Journal 99(394), 116-131, DOI 10.2307/2234208.
    """
    if a_r < b_r and b_s < a_s:
        raise ValueError("R must lean to A or S to B: exchange the names of the types")
    return Barriers(_wall(b_s - a_s, returns_s), _wall(a_r - b_r, returns_r))


def _wall(preference: float, returns: float) -> float:
    if preference < 0:
        return 0.0
    if returns <= 0:
        return np.inf
    return float(np.floor(preference / returns + WHOLE) + 1)


def chance_of_a(chance_r: float, a: float, b: float) -> float:
    """Return the probability that the market locks in to A.

    Gambler's ruin with rho = (1 - pi) / pi: (1 - rho^b) / (1 - rho^(a + b)), b / (a + b) when
    pi = 1/2.

    Parameters
    ----------
    chance_r : float, in [0, 1]
        pi.
    a, b : float
        The barriers k_A and k_B; infinity for none.

    Returns
    -------
    float
        nan without any barrier.

    References
    ----------
    Exact (gambler's ruin) for the model of W. B. Arthur (1989), DOI 10.2307/2234208.
    """
    if np.isinf(a) and np.isinf(b):
        return np.nan
    if a == 0 or b == 0:
        return float(a == 0)
    if chance_r in (0.0, 1.0):
        return float(chance_r) if np.isfinite(a if chance_r else b) else np.nan
    log_odds = float(np.log(chance_r) - np.log1p(-chance_r))
    if np.isinf(b):
        return float(np.exp(min(log_odds, 0.0) * a))
    if np.isinf(a):
        return 1 - float(np.exp(min(-log_odds, 0.0) * b))
    if abs(log_odds) * (a + b) < 1e-9:
        return b / (a + b)
    if log_odds > 0:
        return float(np.expm1(-log_odds * b) / np.expm1(-log_odds * (a + b)))
    # The same divided by rho^(a + b), which could overflow.
    rise = float(np.exp(log_odds * a) * np.expm1(log_odds * b))
    return rise / float(np.expm1(log_odds * (a + b)))


def lock_in_time(chance_r: float, a: float, b: float) -> LockInTime:
    """Return how many adopters it takes until the market is locked in.

    For pi = 1/2 the mean is a b and the variance a b (a^2 + b^2 - 2) / 3; otherwise the mean is
    ((a + b) P(A) - b) / (2 pi - 1). Both moments are solved for here from t = 1 + Q t and
    t2 = 1 + 2 Q t + Q t2, with Q the walk between the barriers.

    Parameters
    ----------
    chance_r : float, in [0, 1]
    a, b : float
        Barriers.

    Returns
    -------
    LockInTime, adopters
        Infinite mean and nan where a barrier is missing.

    References
    ----------
    Exact (gambler's ruin) for the model of W. B. Arthur (1989), DOI 10.2307/2234208.
    """
    if a == 0 or b == 0:
        return LockInTime(0.0, 0.0)
    if np.isinf(a) or np.isinf(b):
        return LockInTime(np.inf, np.nan)
    inside, start = int(a + b) - 1, int(b) - 1
    system = np.vstack((np.full(inside, -chance_r), np.ones(inside), np.full(inside, chance_r - 1)))
    # Row d holds -pi at d + 1 and -(1 - pi) at d - 1.
    mean = solve_banded((1, 1), system, np.ones(inside))
    square = solve_banded((1, 1), system, 2 * mean - 1)
    variance = square[start] - mean[start] ** 2
    return LockInTime(float(mean[start]), float(np.sqrt(max(variance, 0.0))))


def continuum_chance_of_a(
    a_r: float, b_r: float, returns_r: float, a_s: float, b_s: float, returns_s: float
) -> float:
    """Return Arthur's probability of A when adopters are infinitesimal and both types as frequent.

    s (a_R - b_R) / (s (a_R - b_R) + r (b_S - a_S)). Whole adopters need whole leads, so that
    :func:`chance_of_a` differs.

    Parameters
    ----------
    a_r, b_r, returns_r, a_s, b_s, returns_s : float
        As of :func:`barriers`.

    Returns
    -------
    float

    References
    ----------
    Published: W. B. Arthur (1989), DOI 10.2307/2234208.
    """
    to_b, to_a = returns_s * (a_r - b_r), returns_r * (b_s - a_s)
    return to_b / (to_b + to_a)
