"""Prices of symmetric platforms whose users choose by logit and value the installed base."""

from __future__ import annotations

import numpy as np


def symmetric_markup(platforms: int, installed_base: float = 0.0, beta: float = 1.0) -> float:
    """Return price minus cost when equal platforms compete in prices.

    Users get beta (V - p_j + J s_j) plus Gumbel tastes and everybody joins one platform. Demand
    is at its fixed point: users foresee how shares move with a price. Then

        p - c = (P - beta J) / (beta (P - 1)).

    Network effects make demand more elastic and competition fiercer, until the markup is gone
    exactly where sharing gives way to tipping.

    Parameters
    ----------
    platforms : int
        P, no outside option.
    installed_base : float, money per unit share
        Network effect J.
    beta : float, 1 / money
        Weight of money against tastes.

    Returns
    -------
    float, money
        nan for fewer than two platforms and for beta J > P, where sharing is unstable. From a
        first-order condition: with three platforms or more and beta J near P a large price cut
        may pay although small ones do not.

    References
    ----------
    S. Anderson, A. de Palma & J.-F. Thisse (1992), Discrete Choice Theory of Product
    Differentiation, MIT Press, ch. 7 (J = 0). Status: exact, derived here for J > 0.
    """
    effect = beta * installed_base
    if platforms < 2 or effect > platforms:
        return np.nan
    return (platforms - effect) / (beta * (platforms - 1))


def demand_slope(platforms: int, installed_base: float = 0.0, beta: float = 1.0) -> float:
    """Return how a platform's share moves with its own price, from equal shares.

        ds / dp = -beta (P - 1) / (P (P - beta J))

    Parameters
    ----------
    platforms : int
    installed_base : float, money per unit share
    beta : float, 1 / money

    Returns
    -------
    float, share per unit of money
        nan for fewer than two platforms or beta J >= P.

    References
    ----------
    Status: exact (implicit derivative of the fixed point of demand).
    """
    effect = beta * installed_base
    if platforms < 2 or effect >= platforms:
        return np.nan
    return -beta * (platforms - 1) / (platforms * (platforms - effect))
