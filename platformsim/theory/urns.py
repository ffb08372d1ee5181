"""Urns: newcomers who choose a platform in proportion to a power of its installed base."""

from typing import NamedTuple

import numpy as np
from scipy.integrate import quad
from scipy.special import zeta
from scipy.stats import beta, betabinom

# Terms of the series of the tail, each at most this ratio times the one before.
TERMS, RATIO = 14, 0.05
# Beyond, powers overflow, and few terms of the zeta function count.
LARGEST_LOG = 600.0


class ShareMoments(NamedTuple):
    """Mean and standard deviation of each platform's share, (P,) each."""

    mean: np.ndarray
    sd: np.ndarray


def limit_share(start: np.ndarray, added: float = 1.0) -> ShareMoments:
    """Return the moments of the shares to which a Polya urn settles.

    Starting from a_j and adding c of the drawn kind, shares converge to a Dirichlet law with
    parameters a_j / c: each market to its own shares, none preferred. It is the logit with
    utility ln(n_j): the coefficient of the logarithm of the installed base is one.

    Parameters
    ----------
    start : (P,) float
        Installed bases at the start.
    added : float
        c.

    Returns
    -------
    ShareMoments

    References
    ----------
    Published: F. Eggenberger & G. Pólya (1923), ZAMM 3, 279-289, DOI 10.1002/zamm.19230030407.
    """
    weight = np.asarray(start, float) / added
    law = beta(weight, weight.sum() - weight)
    return ShareMoments(law.mean(), law.std())


def limit_quantiles(levels: np.ndarray, start: np.ndarray, added: float = 1.0) -> np.ndarray:
    """Return quantiles of each platform's limit share, Beta(a_j / c, (sum a - a_j) / c).

    Parameters
    ----------
    levels : (Q,) float, in [0, 1]
    start : (P,) float
    added : float

    Returns
    -------
    (Q, P) float

    References
    ----------
    Published: F. Eggenberger & G. Pólya (1923), DOI 10.1002/zamm.19230030407.
    """
    weight = np.asarray(start, float) / added
    return beta.ppf(np.asarray(levels, float)[:, None], weight, weight.sum() - weight)


def draw_law(draws: int, start: np.ndarray, added: float = 1.0) -> np.ndarray:
    """Return the exact law of how many of the first n newcomers each platform gets.

    Together Dirichlet-multinomial, hence each alone beta-binomial.

    Parameters
    ----------
    draws : int
        n.
    start : (P,) float
    added : float

    Returns
    -------
    (P, n + 1) float
        Rows sum to one.

    References
    ----------
    Published: F. Eggenberger & G. Pólya (1923), DOI 10.1002/zamm.19230030407.
    """
    weight = np.asarray(start, float)[:, None] / added
    return betabinom.pmf(np.arange(draws + 1), draws, weight, weight.sum() - weight)


def share_after(draws: int, start: np.ndarray, added: float = 1.0) -> ShareMoments:
    """Return the exact moments of the shares after n newcomers, those at the start included.

    Parameters
    ----------
    draws : int
    start : (P,) float
    added : float

    Returns
    -------
    ShareMoments

    References
    ----------
    Exact (beta-binomial): F. Eggenberger & G. Pólya (1923), DOI 10.1002/zamm.19230030407.
    """
    start = np.asarray(start, float)
    weight = start / added
    law = betabinom(draws, weight, weight.sum() - weight)
    total = start.sum() + added * draws
    return ShareMoments((start + added * law.mean()) / total, added * law.std() / total)


def monopoly_chance(first: float, second: float, exponent: float) -> float:
    """Return the probability that the first of two platforms ends up with every newcomer.

    Newcomers choose in proportion to n^gamma, gamma > 1. In continuous time each platform grows
    by itself, its k-th step taking E_k / k^gamma with E_k exponential: the one that reaches
    infinity first wins. The difference of the two times has the characteristic function
    prod_{k >= x} (1 - i t / k^gamma)^-1 prod_{k >= y} (1 + i t / k^gamma)^-1, which is inverted
    at zero.

    Parameters
    ----------
    first, second : float, above 0
        Installed bases at the start, x and y.
    exponent : float
        gamma.

    Returns
    -------
    float
        Zero where gamma <= 1: then nobody ends up alone.

    References
    ----------
    Exact. B. Davis (1990), Probability Theory and Related Fields 84, 203-229, for the embedding
    (due to Rubin); J. Gil-Pelaez (1951), Biometrika 38, 481-482, DOI 10.1093/biomet/38.3-4.481.
    """
    if exponent <= 1:
        return 0.0
    if first == second:
        return 0.5

    def log_difference(root: float) -> complex:
        time = root**exponent
        own = _log_characteristic(time, first, exponent)
        return own + _log_characteristic(time, second, exponent).conjugate()

    def integrand(root: float) -> float:
        if root == 0:
            return 0.0
        exact = log_difference(root)
        return float(np.exp(exact.real) * np.sin(exact.imag) / root)

    # In t = u^gamma the modulus falls about exponentially.
    end = 1.0
    while log_difference(end).real > -40:
        end *= 1.5
    area, _ = quad(integrand, 0.0, end, limit=1000, epsabs=1e-12, epsrel=1e-12)
    return float(0.5 - exponent * area / np.pi)


def _log_characteristic(time: float, start: float, exponent: float) -> complex:
    """Return -sum over k = start, start + 1, ... of ln(1 - i t / k^gamma)."""
    far = (time / RATIO) ** (1 / exponent)
    head = start + np.arange(max(int(np.ceil(far - start)), 0) + 1)
    tail = head[-1] + 1
    near = -np.log1p(-1j * time / head**exponent).sum()
    power = np.arange(1, TERMS + 1)
    scaled = np.array([_scaled_zeta(exponent * p, tail) for p in power])
    return complex(near + ((1j * time / tail**exponent) ** power / power * scaled).sum())


def _scaled_zeta(order: float, first: float) -> float:
    """Return q^s times the sum over k = q, q + 1, ... of k^-s."""
    if order * np.log(first) < LARGEST_LOG:
        return float(zeta(order, first) * first**order)
    further = np.arange(np.ceil(first * np.expm1(40 / order)) + 1)
    return float(((1 + further / first) ** -order).sum())
