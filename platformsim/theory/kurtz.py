"""Large but finite markets on the way to rest: mean path, and fluctuations of order 1 / sqrt(N).

N agents; in a step each reconsiders with the chance alpha and then takes alternative j with the
logit probability F_j of the utilities V_j + J_j s_j, s being the shares at the start of the step.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import softmax


class Transient(NamedTuple):
    """Shares after some steps: `mean_field`, `mean` to order 1 / N, and `covariance`."""

    mean_field: np.ndarray
    mean: np.ndarray
    covariance: np.ndarray


def share_map(
    share: np.ndarray, value: np.ndarray, installed_base: np.ndarray, revision: float = 1.0
) -> np.ndarray:
    """Return the shares after one step in an infinite market.

        s' = (1 - alpha) s + alpha F(s),    F = softmax(V + J s)

    Parameters
    ----------
    share : (P,) float
        They sum to 1.
    value : (P,) float, utils
    installed_base : float or (P,) float, utils per unit share
        J_j; 0 for an outside option.
    revision : float, in (0, 1]
        alpha.

    Returns
    -------
    (P,) float

    References
    ----------
    T. G. Kurtz (1970), "Solutions of ordinary differential equations as limits of pure jump
    Markov processes", Journal of Applied Probability 7(1), 49-58, DOI 10.2307/3212147;
    M. Benaïm & J. Weibull (2003), "Deterministic approximation of stochastic evolution in
    games", Econometrica 71(3), 873-903, DOI 10.1111/1468-0262.00429. Status: published.
    """
    share = np.asarray(share, dtype=float)
    return (1.0 - revision) * share + revision * softmax(value + installed_base * share)


def share_jacobian(
    share: np.ndarray, value: np.ndarray, installed_base: np.ndarray, revision: float = 1.0
) -> np.ndarray:
    """Return the derivative of `share_map`, G[i, k] = (1 - alpha) [i = k] + alpha M[i, k] J_k.

    M = diag(F) - F F' are the derivatives of logit probabilities.

    Parameters
    ----------
    share, value, installed_base, revision
        As in `share_map`.

    Returns
    -------
    (P, P) float

    References
    ----------
    Kurtz (1970), DOI 10.2307/3212147. Status: published.
    """
    chance = softmax(value + installed_base * np.asarray(share, dtype=float))
    weight = np.broadcast_to(installed_base, chance.shape)
    spread = np.diag(chance) - np.outer(chance, chance)
    return (1.0 - revision) * np.eye(len(chance)) + revision * spread * weight


def step_noise(
    share: np.ndarray, value: np.ndarray, installed_base: np.ndarray, revision: float = 1.0
) -> np.ndarray:
    """Return N times the covariance that one step adds, given the shares before it.

        Q = sum_c s_c (diag(K_c) - K_c K_c'),    K_c = (1 - alpha) e_c + alpha F

    Agents who do not reconsider are part of it: who does is random too.

    Parameters
    ----------
    share, value, installed_base, revision
        As in `share_map`.

    Returns
    -------
    (P, P) float

    References
    ----------
    T. G. Kurtz (1971), "Limit theorems for sequences of jump Markov processes approximating
    ordinary differential processes", Journal of Applied Probability 8(2), 344-356,
    DOI 10.2307/3211904. Status: published.
    """
    share = np.asarray(share, dtype=float)
    chance = softmax(value + installed_base * share)
    kernel = (1.0 - revision) * np.eye(len(share)) + revision * chance
    return np.diag(share @ kernel) - kernel.T @ (share[:, None] * kernel)


def transient(
    start: np.ndarray,
    value: np.ndarray,
    installed_base: np.ndarray,
    *,
    revision: float,
    population: int,
    steps: int,
) -> Transient:
    """Return mean and covariance of the shares after a number of steps from known shares.

    Along the mean-field path s_t the covariance C / N and the mean m, to order 1 / N, follow

        C' = G C G' + Q,    m' = g(m) + (1 / 2 N) sum_kl (d2 g / ds_k ds_l)(m) C_kl

    with g = `share_map`, G = `share_jacobian` and Q = `step_noise`, both at s_t.

    Parameters
    ----------
    start : (P,) float
        Shares of the first step, the same in every replicate.
    value : (P,) float, utils
    installed_base : float or (P,) float, utils per unit share
    revision : float, in (0, 1]
        alpha.
    population : int
        N.
    steps : int

    Returns
    -------
    Transient
        `covariance` is that of shares, C / N: standard deviations fall as 1 / sqrt(N).

    References
    ----------
    Kurtz (1971), DOI 10.2307/3211904. Status: published; the closure of the mean is second-order
    and holds while fluctuations are small beside the curvature of g.
    """
    field = mean = np.asarray(start, dtype=float)
    covariance = np.zeros((len(field), len(field)))
    for _ in range(steps):
        shift = revision * _curvature(mean, value, installed_base, covariance)
        mean = share_map(mean, value, installed_base, revision) + shift / population
        slope = share_jacobian(field, value, installed_base, revision)
        noise = step_noise(field, value, installed_base, revision)
        covariance = slope @ covariance @ slope.T + noise
        field = share_map(field, value, installed_base, revision)
    return Transient(field, mean, covariance / population)


def lead(result: Transient) -> tuple[float, float, float]:
    """Return mean-field value, mean and standard deviation of the first share less the second.

    Parameters
    ----------
    result : Transient

    Returns
    -------
    (mean_field, mean, sd) : (float, float, float)

    References
    ----------
    Status: exact, given the `Transient`.
    """
    contrast = np.zeros(len(result.mean))
    contrast[:2] = 1.0, -1.0
    spread = np.sqrt(contrast @ result.covariance @ contrast)
    return (
        float(contrast @ result.mean_field),
        float(contrast @ result.mean),
        float(spread),
    )


def _curvature(
    share: np.ndarray, value: np.ndarray, installed_base: np.ndarray, covariance: np.ndarray
) -> np.ndarray:
    """Return half the second derivative of logit probabilities, contracted with a covariance.

    For utilities of covariance S it is F_i ((e_i - F)' S (e_i - F) - (F . diag S - F' S F)) / 2.
    """
    chance = softmax(value + installed_base * share)
    weight = np.broadcast_to(installed_base, chance.shape)
    spread = covariance * np.outer(weight, weight)
    away = np.eye(len(chance)) - chance
    own = np.einsum("ik,kl,il->i", away, spread, away)
    return 0.5 * chance * (own - (chance @ np.diag(spread) - chance @ spread @ chance))
