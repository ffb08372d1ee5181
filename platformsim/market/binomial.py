"""The inverse of the binomial distribution, compiled."""

from __future__ import annotations

import math

import numpy as np

from platformsim.market.kernels.cache import cached

# Draws have 32 bits, so that a part of 1e-16 of the whole is never met.
_NEGLIGIBLE = 1e-16
_UNDERFLOW = 1e-250


@cached
def inverse(uniform: float, n: float, p: float) -> float:
    """Return the smallest k with P(X <= k) >= uniform, for X binomial with n trials.

    The probabilities are walked through from below by

        P(k + 1) / P(k) = (n - k) / (k + 1) * p / (1 - p)

    which needs no factorials and adds small numbers to small ones. They start from
    P(0) = (1 - p)**n; where that underflows, from the lowest k that matters, relative to the
    probability of the mode.

    Parameters
    ----------
    uniform : float, in (0, 1)
    n : float
        Whole number.
    p : float
        Probability, clipped to [0, 1].

    Returns
    -------
    float, whole
    """
    if n <= 0.0 or p <= 0.0:
        return 0.0
    if p >= 1.0:
        return math.floor(n)
    odds = p / (1.0 - p)
    k, total, weight = 0.0, 1.0, math.exp(n * math.log1p(-p))
    if weight < _UNDERFLOW:
        mode = min(float(math.floor((n + 1.0) * p)), n)
        k, weight = mode, 1.0
        while k < n and weight > _NEGLIGIBLE:
            weight *= (n - k) / (k + 1.0) * odds
            total += weight
            k += 1.0
        k, weight = mode, 1.0
        while k > 0.0 and weight > _NEGLIGIBLE:
            weight *= k / ((n - k + 1.0) * odds)
            total += weight
            k -= 1.0
    goal, below = uniform * total, weight
    while below < goal and k < n:
        weight *= (n - k) / (k + 1.0) * odds
        below += weight
        k += 1.0
    return k


@cached
def inverses(uniform, n, p):
    """Return :func:`inverse` of every entry of (m,) float64 arrays."""
    found = np.empty(len(n))
    for i in range(len(n)):
        found[i] = inverse(uniform[i], n[i], p[i])
    return found


@cached
def shared_out(uniform, n, shares):
    """Share n among the parts 1 … m - 1 of m, by conditional binomials; the rest is part 0.

    Parameters
    ----------
    uniform : (m - 1,) float64
    n : float
        Whole number.
    shares : (m,) float64
        Adding up to 1.

    Returns
    -------
    (m - 1,) float64, whole
    """
    found, left = np.zeros(len(shares) - 1), 1.0
    for i in range(len(found)):
        chance = shares[i + 1] / left if left > 0.0 else 0.0
        found[i] = inverse(uniform[i], n, chance)
        n, left = n - found[i], left - shares[i + 1]
    return found


@cached
def turned_over(uniform, entering, stock, rate, shares):
    """Let some of each of m stocks leave; share all who left out among the stocks.

    Parameters
    ----------
    uniform, entering : (m,) and (m - 1,) float64
        Draws of who leaves, and of who enters.
    stock : (m,) float64, whole
    rate : float
    shares : (m,) float64

    Returns
    -------
    (m - 1,) float64, whole
        All stocks after that but the first, which gets the rest.
    """
    leaving, left = np.empty(len(stock)), 0.0
    for i in range(len(stock)):
        leaving[i] = inverse(uniform[i], stock[i], rate)
        left += leaving[i]
    came = shared_out(entering, left, shares)
    return stock[1:] - leaving[1:] + came
