"""Collective behaviour with thresholds: people who act once enough others do.

Somebody acts next if the share r that acts now has reached its threshold; thresholds are normal
with a mean and a spread, and who has a negative one acts unasked.
"""

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

from platformsim.theory.bracketed_roots import roots_between


def participation_states(mean: float, spread: float) -> np.ndarray:
    """Return every share at rest: the roots of r = Phi((r - mu) / sd).

    Parameters
    ----------
    mean, spread : float, shares
        mu, and sd above 0.

    Returns
    -------
    (R,) float
        Ascending; with three the middle one is unstable.

    References
    ----------
    Published: M. Granovetter (1978), American Journal of Sociology 83(6), 1420-1443,
    DOI 10.1086/226707.
    """
    if spread <= 0:
        raise ValueError("spread must be positive")
    knots = [0.0, 1.0]
    steepness = norm.pdf(0) / spread
    if steepness > 1:
        turn = spread * np.sqrt(2 * np.log(steepness))
        knots += [float(np.clip(mean + side * turn, 0, 1)) for side in (-1, 1)]
    return roots_between(lambda share: norm.cdf((share - mean) / spread) - share, knots)


def participation_from_nobody(mean: float, spread: float) -> float:
    """Return the share that acts in the end if nobody does at first: the smallest state of rest.

    Parameters
    ----------
    mean, spread : float, shares

    Returns
    -------
    float

    References
    ----------
    Published: M. Granovetter (1978), DOI 10.1086/226707.
    """
    return float(participation_states(mean, spread)[0])


def critical_spread(mean: float) -> tuple[float, float]:
    """Return the spread of thresholds below which a cascade from nobody stops early.

    At tangency Phi(z) - mu = z phi(z), sd = phi(z), r = Phi(z): a little more spread and nearly
    everybody acts.

    Parameters
    ----------
    mean : float, share
        mu.

    Returns
    -------
    tuple of float
        Critical spread, and the share that acts just below it. nan where participation does not
        jump: mu <= 0 or mu >= 1/2.

    References
    ----------
    Published: M. Granovetter (1978), DOI 10.1086/226707 (his numerical example, in closed form).
    """
    if not 0 < mean < 0.5:
        return np.nan, np.nan
    z = brentq(lambda z: norm.cdf(z) - mean - z * norm.pdf(z), -40.0, 0.0, xtol=1e-14)
    return float(norm.pdf(z)), float(norm.cdf(z))


def participation_sd(share: float, mean: float, spread: float, people: int) -> float:
    """Return how far participation differs between populations of N people with own thresholds.

    sqrt(r (1 - r) / N) / (1 - F'(r)) with F'(r) = phi((r - mu) / sd) / sd.

    Parameters
    ----------
    share : float
        A stable state.
    mean, spread : float, shares
    people : int

    Returns
    -------
    float
        nan at an unstable state.

    References
    ----------
    Derived: the sampled distribution of thresholds shifts the crossing.
    """
    steepness = norm.pdf((share - mean) / spread) / spread
    if steepness >= 1:
        return np.nan
    return float(np.sqrt(share * (1 - share) / people) / (1 - steepness))


def cascade_size(thresholds: np.ndarray) -> int:
    """Return how many act in the end, given how many others each person waits for.

    Parameters
    ----------
    thresholds : (N,) float, people
        Somebody acts as soon as at least that many do.

    Returns
    -------
    int

    References
    ----------
    Exact: M. Granovetter (1978), DOI 10.1086/226707.
    """
    ordered = np.sort(np.asarray(thresholds, float))
    # In order of threshold, the first whose threshold exceeds those before it stops the chain.
    held = np.flatnonzero(ordered > np.arange(len(ordered)))
    return int(held[0]) if held.size else len(ordered)
