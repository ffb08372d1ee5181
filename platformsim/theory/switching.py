"""Switching costs: sticky shares, churn, and how inertia lowers the threshold for tipping.

Every month an agent on platform j sees utility V_k + J s_k of every platform k, plus the
switching cost c saved by staying on j, plus Gumbel tastes, and takes the best. J is the weight
of the installed-base share s_k. With the chance alpha an agent reconsiders at all.
"""

from __future__ import annotations

import numpy as np
from scipy.special import softmax


def transition_matrix(values: np.ndarray, switching_cost: float) -> np.ndarray:
    """Return where a reconsidering agent goes from each platform.

        T[j, k] = exp(V_k + c [j = k]) / D_j,    D_j = sum_k exp(V_k) + exp(V_j) (exp(c) - 1)

    Parameters
    ----------
    values : (P,) float, utils
    switching_cost : float, utils
        Advantage c of the platform the agent is on.

    Returns
    -------
    (P, P) float
        Rows sum to 1.

    References
    ----------
    J.-P. Dubé, G. Hitsch & P. Rossi (2010), "State dependence and alternative explanations for
    consumer inertia", RAND Journal of Economics 41(3), 417-445,
    DOI 10.1111/j.1756-2171.2010.00106.x (the demand model). Status: published.
    """
    values = np.asarray(values, dtype=float)
    return softmax(values[None, :] + switching_cost * np.eye(len(values)), axis=1)


def stationary_shares(values: np.ndarray, switching_cost: float) -> np.ndarray:
    """Return the long-run market shares without network effects.

    Flows between any two platforms balance, so with D_j as in `transition_matrix`

        pi_j proportional to exp(V_j) D_j.

    A switching cost widens the gap between platforms of unequal value.

    Parameters
    ----------
    values : (P,) float, utils
    switching_cost : float, utils

    Returns
    -------
    (P,) float
        Shares; they sum to 1. The chance to reconsider does not matter.

    References
    ----------
    Status: exact (detailed balance), for the demand model of Dubé, Hitsch & Rossi (2010),
    DOI 10.1111/j.1756-2171.2010.00106.x.
    """
    weights = np.exp(np.asarray(values, dtype=float) - np.max(values))
    weights = weights * (weights.sum() + weights * np.expm1(switching_cost))
    return weights / weights.sum()


def churn(values: np.ndarray, switching_cost: float, revision: float = 1.0) -> float:
    """Return the share of agents who change platform in a month, at the long-run shares.

        churn = alpha (1 - sum_j pi_j exp(V_j + c) / D_j)

    Parameters
    ----------
    values : (P,) float, utils
    switching_cost : float, utils
    revision : float, in (0, 1]
        Chance alpha to reconsider in a month.

    Returns
    -------
    float
        Share of agents a month.

    References
    ----------
    Status: exact, from `stationary_shares`.
    """
    staying = np.diag(transition_matrix(values, switching_cost))
    return float(revision * (1.0 - stationary_shares(values, switching_cost) @ staying))


def tipping_threshold(switching_cost: float, platforms: int, beta: float = 1.0) -> float:
    """Return the network effect at which equal platforms stop sharing the market.

        beta J_c = P (exp(c) + P - 1) / (2 exp(c) + P - 2)

    It is P without a switching cost and falls to P / 2 as the cost grows: agents who seldom move
    let a lead persist, and a smaller network effect is then enough to feed it. Nobody stays out.

    Parameters
    ----------
    switching_cost : float, utils
        In units of beta (c itself, not c / beta).
    platforms : int
        P >= 2 platforms of equal value.
    beta : float
        Weight of values against tastes.

    Returns
    -------
    float
        J_c, utils per unit of installed-base share; nan for fewer than two platforms.

    References
    ----------
    Status: exact, for the demand model of Dubé, Hitsch & Rossi (2010),
    DOI 10.1111/j.1756-2171.2010.00106.x, with an installed base added.
    """
    if platforms < 2:
        return np.nan
    return platforms / (1.0 + _persistence(switching_cost, platforms)) / beta


def lead_eigenvalue(
    installed_base: float, switching_cost: float, platforms: int, revision: float = 1.0
) -> float:
    """Return the factor by which a small lead of one platform over another grows in a month.

        lambda = 1 - alpha + alpha (t + (J / P) (1 - t^2)),    t = (exp(c) - 1) / (exp(c) + P - 1)

    t is the part of a lead that stays because people stay; the rest is the network effect on
    those who move. Sharing is stable while |lambda| < 1.

    Parameters
    ----------
    installed_base : float, utils per unit share
        Network effect J.
    switching_cost : float, utils
    platforms : int
        P equal platforms, no outside option.
    revision : float, in (0, 1]
        Chance alpha to reconsider in a month.

    Returns
    -------
    float

    References
    ----------
    Status: exact (derivative of the mean-field map at equal shares).
    """
    kept = _persistence(switching_cost, platforms)
    growth = kept + installed_base / platforms * (1.0 - kept**2)
    return 1.0 - revision + revision * growth


def one_step_response(
    installed_base: float,
    switching_cost: float,
    platforms: int,
    kick: float,
    revision: float = 1.0,
) -> float:
    """Return a lead after one month over the lead before, for a lead of finite size.

    Platforms 1 and 2 start at 1 / P + kick / 2 and 1 / P - kick / 2, all others at 1 / P. It
    tends to `lead_eigenvalue` as the kick goes to 0.

    Parameters
    ----------
    installed_base : float, utils per unit share
    switching_cost : float, utils
    platforms : int
        P >= 2 equal platforms, no outside option.
    kick : float, in (0, 2 / P]
        First lead s_1 - s_2.
    revision : float, in (0, 1]

    Returns
    -------
    float

    References
    ----------
    Status: exact (one step of the mean-field map).
    """
    share = np.full(platforms, 1.0 / platforms)
    share[:2] += kick / 2, -kick / 2
    moved = share @ transition_matrix(installed_base * share, switching_cost)
    after = (1.0 - revision) * share + revision * moved
    return float((after[0] - after[1]) / kick)


def _persistence(switching_cost: float, platforms: int) -> float:
    """Return t = (exp(c) - 1) / (exp(c) + P - 1), written so that a large cost cannot overflow."""
    others = np.exp(-switching_cost)
    return float((1.0 - others) / (1.0 + (platforms - 1) * others))
