"""Two platforms that agents may join both: when does multi-homing keep the market shared.

An agent takes one of four bundles: none, platform 1, platform 2, or both, worth

    0,    V + J n_1,    V + J n_2,    2 V + J (n_1 + n_2) - kappa

plus Gumbel tastes. n_j is everybody on platform j, multi-homers included; kappa is the cost of
being on both (or what two memberships overlap). On the symmetric branch put x = V + J n and
r = exp(x - kappa); then everything is explicit in x:

    n = e^x (1 + r) / Z,    e = e^x / Z,    Z = 1 + 2 e^x + e^x r,

with e the exclusive share of a platform: those who are on it only.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import lambertw, softmax

from platformsim.theory.bracketed_roots import scanned_roots


class SharedState(NamedTuple):
    """A fixed point with equal platforms: `member` and `exclusive` share of each, `eigenvalue`."""

    member: float
    exclusive: float
    eigenvalue: float


def bundle_shares(
    members: np.ndarray, value: float, installed_base: float, multi_homing_cost: float
) -> np.ndarray:
    """Return the shares of the bundles none, 1 only, 2 only and both.

    Parameters
    ----------
    members : (2,) float, in [0, 1]
        Share n_j of agents on each platform; they may sum to more than 1.
    value : float, utils
        Stand-alone value V of a platform against the outside option at 0.
    installed_base : float, utils per unit share
        Network effect J.
    multi_homing_cost : float, utils
        Cost kappa of the bundle of both.

    Returns
    -------
    (4,) float

    References
    ----------
    Status: exact (logit over bundles).
    """
    first, second = value + installed_base * np.asarray(members, dtype=float)
    return softmax([0.0, first, second, first + second - multi_homing_cost])


def symmetric_states(
    value: float, installed_base: float, multi_homing_cost: float
) -> list[SharedState]:
    """Return every fixed point at which both platforms have the same number of members.

    A lead of one platform grows by the factor

        J (Var - Cov) = J e

    in a step of full revision, Var and Cov being those of the two membership indicators: only
    exclusive members are contested. Sharing is stable while it is below 1.

    Parameters
    ----------
    value : float, utils
    installed_base : float, utils per unit share
    multi_homing_cost : float, utils

    Returns
    -------
    list of SharedState
        By rising membership: one, or three where a network effect makes adoption itself bistable.

    References
    ----------
    P. Belleflamme & M. Peitz (2019), "Platform competition: Who benefits from multihoming?",
    International Journal of Industrial Organization 64, 1-26, treat prices with multi-homing.
    Status: exact.
    """

    def membership(member: float) -> tuple[float, float]:
        return _membership(value + installed_base * member, multi_homing_cost)

    found = []
    grid = np.linspace(0.0, 1.0, 1001)
    for member in scanned_roots(lambda member: membership(member)[0] - member, grid):
        alone = membership(member)[1]
        found.append(SharedState(float(member), alone, installed_base * alone))
    return found


def unstable_window(value: float, multi_homing_cost: float) -> tuple[float, float]:
    """Return the network effects between which sharing is unstable.

    Along the symmetric branch the eigenvalue is J e = (x - V) / (1 + exp(x - kappa)): it rises
    with the network effect and falls again once most agents are on both. It equals 1 at

        x = 1 + V + y,    y exp(-y) = exp(1 + V - kappa),

    that is at y = -W_0 and y = -W_-1 of -exp(1 + V - kappa), and the limits are J = (x - V) / n.

    Parameters
    ----------
    value : float, utils
    multi_homing_cost : float, utils
        inf for single-homing.

    Returns
    -------
    (low, high) : (float, float), utils per unit share
        (nan, nan) when kappa <= V + 2: multi-homing is then cheap enough for sharing to be stable
        at any network effect. high is inf when nobody can multi-home. Where adoption itself is
        bistable the two are the ends on the symmetric branch, and need not be in order.

    References
    ----------
    Status: exact (the limits by Lambert's function are derived here).
    """
    inner = 1.0 + value - multi_homing_cost
    if inner >= -1.0:
        return np.nan, np.nan
    argument = -np.exp(inner)
    lower = -float(lambertw(argument, 0).real)
    low = _network_effect(1.0 + value + lower, value, multi_homing_cost)
    if argument == 0.0:
        return low, np.inf
    upper = -float(lambertw(argument, -1).real)
    return low, _network_effect(1.0 + value + upper, value, multi_homing_cost)


def _membership(utility: float, multi_homing_cost: float) -> tuple[float, float]:
    """Return member and exclusive share of a platform when both are worth `utility`."""
    _, first, _, both = softmax([0.0, utility, utility, 2 * utility - multi_homing_cost])
    return float(first + both), float(first)


def _network_effect(utility: float, value: float, multi_homing_cost: float) -> float:
    """Return J on the symmetric branch where a platform is worth `utility`."""
    return float((utility - value) / _membership(utility, multi_homing_cost)[0])
