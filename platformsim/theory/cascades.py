"""Adoption that spreads through a sparse random network once a share of neighbours adopted.

Links form a Poisson random graph of mean degree z. An agent adopts when at least the share phi of
its neighbours did, so one adopter is enough for agents with at most K = floor(1 / phi) neighbours:
the vulnerable ones, through whom a cascade from a single seed must travel.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import poisson


def vulnerable_degree(threshold: float) -> int:
    """Return the largest degree at which one adopting neighbour suffices, floor(1 / phi).

    Parameters
    ----------
    threshold : float, in (0, 1]
        Share phi of neighbours needed.

    Returns
    -------
    int

    References
    ----------
    D. Watts (2002), "A simple model of global cascades on random networks", PNAS 99(9),
    5766-5771, DOI 10.1073/pnas.082090499. Status: published.
    """
    return int(np.floor(1.0 / threshold + 1e-9))


def cascade_window(threshold: float) -> tuple[float, float]:
    """Return the mean degrees between which a single seed can set off a global cascade.

    Vulnerable agents form a giant component when

        z P(Poisson(z) <= K - 2) > 1.

    Below the window the network is too sparse, above it most agents have too many neighbours to
    be moved by one of them.

    Parameters
    ----------
    threshold : float, in (0, 1]

    Returns
    -------
    (low, high) : (float, float), links per agent
        (nan, nan) when no mean degree allows a cascade (high thresholds).

    References
    ----------
    Watts (2002), DOI 10.1073/pnas.082090499, eq. 5 for a Poisson graph. Status: published.
    """
    degree = vulnerable_degree(threshold)

    def excess(mean_degree: float) -> float:
        return mean_degree * poisson.cdf(degree - 2, mean_degree) - 1.0

    # The product is log-concave in z, so it has one peak, and 0 or 2 crossings of 1.
    peak = minimize_scalar(lambda z: -excess(z), bounds=(0.0, degree + 1.0), method="bounded").x
    if degree < 2 or excess(peak) <= 0.0:
        return np.nan, np.nan
    beyond = 2.0 * degree
    while excess(beyond) > 0.0:
        beyond *= 2.0
    return brentq(excess, 0.0, peak, xtol=1e-13), brentq(excess, peak, beyond, xtol=1e-13)


def cascade_probability(mean_degree: float, threshold: float) -> float:
    """Return how often one random seed sets off a global cascade in a large network.

    With u the chance that a link leads to no giant vulnerable component,

        u = 1 - G(1) + G(u),    G(u) = sum_{k < K} P(Poisson(z) = k) u^k    (smallest root),

    and the seed, which need not be vulnerable itself, succeeds with probability
    1 - exp(-z (1 - u)).

    Parameters
    ----------
    mean_degree : float, links per agent
    threshold : float, in (0, 1]

    Returns
    -------
    float
        0 outside the window.

    References
    ----------
    Watts (2002), DOI 10.1073/pnas.082090499. Status: published.
    """
    degrees = np.arange(vulnerable_degree(threshold))
    chances = poisson.pmf(degrees, mean_degree)

    def slope(no_path: float) -> float:
        return float((degrees[1:] * chances[1:] * no_path ** (degrees[1:] - 1)).sum()) - 1.0

    def excess(no_path: float) -> float:
        return 1.0 - chances.sum() + float((chances * no_path**degrees).sum()) - no_path

    if slope(1.0) <= 0.0:
        return 0.0
    # excess is convex and 0 at u = 1: the other root lies left of its minimum.
    lowest = brentq(slope, 0.0, 1.0, xtol=1e-14)
    no_path = brentq(excess, 0.0, lowest, xtol=1e-14)
    return float(-np.expm1(-mean_degree * (1.0 - no_path)))
