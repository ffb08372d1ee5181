"""Prices and participation on two-sided platforms: single-homing, bottleneck, monopoly.

Two platforms stand at the ends of a line. Groups 1 and 2, of mass one each, are spread uniformly
over it and lose t_k per unit of distance. A member of group k gains alpha_k from each member of the
*other* group on its platform. Pairs are (group 1, group 2).
"""

from typing import NamedTuple

import numpy as np

Pair = tuple[float, float]
NONE = (float("nan"), float("nan"))


class Conditions(NamedTuple):
    """Both must be positive: for a price equilibrium, and for stable participation."""

    prices: float
    participation: float


class SingleHoming(NamedTuple):
    """Prices to groups 1 and 2 in the symmetric equilibrium, and each platform's profit."""

    prices: Pair
    profit: float


class Bottleneck(NamedTuple):
    """Prices to groups 1 and 2, share of group 2 that joins each platform, platform's profit."""

    prices: Pair
    multi_homing: float
    profit: float


class Monopoly(NamedTuple):
    """Prices to buyers and sellers, the sum less cost, share of pairs that trade, profit a pair."""

    prices: Pair
    margin: float
    volume: float
    profit: float


def conditions(benefits: Pair, transport: Pair) -> Conditions:
    """Return 4 t_1 t_2 - (alpha_1 + alpha_2)^2 and t_1 t_2 - alpha_1 alpha_2.

    Parameters
    ----------
    benefits : (float, float), money per member of the other group
        alpha_1 and alpha_2.
    transport : (float, float), money per unit of distance
        t_1 and t_2.

    Returns
    -------
    Conditions

    References
    ----------
    Published: M. Armstrong (2006), RAND Journal of Economics 37(3), 668-691,
    DOI 10.1111/j.1756-2171.2006.tb00037.x.
    """
    (a1, a2), (t1, t2) = benefits, transport
    return Conditions(4 * t1 * t2 - (a1 + a2) ** 2, t1 * t2 - a1 * a2)


def participation_rate(benefits: Pair, transport: Pair) -> float:
    """Return the factor by which a deviation of participation shrinks per round of best replies.

    sqrt(alpha_1 alpha_2 / (t_1 t_2)), in absolute value.

    Parameters
    ----------
    benefits, transport : (float, float)

    Returns
    -------
    float
        Stable below one.

    References
    ----------
    Derived for the model of M. Armstrong (2006), DOI 10.1111/j.1756-2171.2006.tb00037.x.
    """
    (a1, a2), (t1, t2) = benefits, transport
    return float(np.sqrt(abs(a1 * a2 / (t1 * t2))))


def participation(benefits: Pair, transport: Pair, price_gap: Pair) -> Pair:
    """Return the shares of both groups on a platform that charges so much more than its rival.

    n_1 = 1/2 - (alpha_1 dp_2 + t_2 dp_1) / (2 (t_1 t_2 - alpha_1 alpha_2)), n_2 alike, while both
    groups are on both platforms; beyond, best replies are iterated to rest.

    Parameters
    ----------
    benefits, transport : (float, float)
    price_gap : (float, float), money
        dp_1 and dp_2, own less rival's price.

    Returns
    -------
    (float, float)
        nan where participation is not stable: several outcomes are then possible.

    References
    ----------
    Published: M. Armstrong (2006), DOI 10.1111/j.1756-2171.2006.tb00037.x.
    """
    (a1, a2), (t1, t2), (d1, d2) = benefits, transport, price_gap
    room = conditions(benefits, transport).participation
    if room <= 0:
        return NONE
    shares = 0.5 - (a1 * d2 + t2 * d1) / (2 * room), 0.5 - (a2 * d1 + t1 * d2) / (2 * room)
    if all(0 <= share <= 1 for share in shares):
        return shares
    first, second, before = 0.5, 0.5, 2.0
    while abs(first - before) > 1e-14:
        before = first
        second = float(np.clip(0.5 + (a2 * (2 * first - 1) - d2) / (2 * t2), 0, 1))
        first = float(np.clip(0.5 + (a1 * (2 * second - 1) - d1) / (2 * t1), 0, 1))
    return first, second


def single_homing(benefits: Pair, transport: Pair, costs: Pair = (0.0, 0.0)) -> SingleHoming:
    """Return the symmetric equilibrium when both groups join one platform each.

    p_1 = f_1 + t_1 - alpha_2 and p_2 = f_2 + t_2 - alpha_1: a group pays less by what it brings
    to the *other* one. Profit is (t_1 + t_2 - alpha_1 - alpha_2) / 2.

    Parameters
    ----------
    benefits, transport : (float, float)
    costs : (float, float), money per member

    Returns
    -------
    SingleHoming
        nan where there is no such equilibrium.

    References
    ----------
    Published: M. Armstrong (2006), DOI 10.1111/j.1756-2171.2006.tb00037.x.
    """
    (a1, a2), (t1, t2), (f1, f2) = benefits, transport, costs
    if min(conditions(benefits, transport)) <= 0:
        return SingleHoming(NONE, float("nan"))
    return SingleHoming((f1 + t1 - a2, f2 + t2 - a1), (t1 + t2 - a1 - a2) / 2)


def bottleneck_conditions(benefits: Pair, transport: Pair) -> Conditions:
    """Return 8 t_1 t_2 - alpha_1^2 - alpha_2^2 - 6 alpha_1 alpha_2 and t_1 t_2 - alpha_1 alpha_2.

    Parameters
    ----------
    benefits, transport : (float, float)

    Returns
    -------
    Conditions

    References
    ----------
    Derived: second-order condition in prices, and stability of best replies.
    """
    (a1, a2), (t1, t2) = benefits, transport
    return Conditions(8 * t1 * t2 - a1**2 - a2**2 - 6 * a1 * a2, t1 * t2 - a1 * a2)


def bottleneck(
    benefits: Pair, transport: Pair, costs: Pair = (0.0, 0.0), *, rival_holds: str = "prices"
) -> Bottleneck:
    """Return the symmetric equilibrium when group 2 may join both platforms.

    Group 2 joins a platform if alpha_2 n_1 - p_2 >= t_2 y with y uniform on [0, 1]. Then
    n_2 = (alpha_1 + alpha_2 - 2 f_2) / (4 t_2) and p_2 = f_2 / 2 + (alpha_2 - alpha_1) / 4. If the
    rival holds its prices, p_1 = f_1 + t_1 - (alpha_1 alpha_2 + alpha_2 (p_2 - f_2)) / t_2; if it
    holds the utility it offers to group 1, p_1 = f_1 + t_1 - alpha_2 n_2.

    Parameters
    ----------
    benefits, transport, costs : (float, float)
    rival_holds : str
        ``prices`` or ``utilities``.

    Returns
    -------
    Bottleneck
        nan where there is no such equilibrium with some of group 2 on each platform.

    References
    ----------
    Published setting: M. Armstrong & J. Wright (2007), Economic Theory 32, 353-380,
    DOI 10.1007/s00199-006-0114-6. Price formula derived.
    """
    if rival_holds not in ("prices", "utilities"):
        raise ValueError("rival_holds must be prices or utilities")
    (a1, a2), (t1, t2), (f1, f2) = benefits, transport, costs
    joined = (a1 + a2 - 2 * f2) / (4 * t2)
    if min(bottleneck_conditions(benefits, transport)) <= 0 or not 0 <= joined <= 1:
        return Bottleneck(NONE, float("nan"), float("nan"))
    p2 = f2 / 2 + (a2 - a1) / 4
    drawn = a2 * joined if rival_holds == "utilities" else (a1 * a2 + a2 * (p2 - f2)) / t2
    p1 = f1 + t1 - drawn
    return Bottleneck((p1, p2), joined, (p1 - f1) / 2 + (p2 - f2) * joined)


def transaction_monopoly(highest: Pair, spread: Pair, cost: float) -> Monopoly:
    """Return what a monopolist charges buyers and sellers per transaction.

    Benefits are uniform on [b_k - w_k, b_k] and p_B + p_S - c = D_k / |D_k'| on each side: with
    x = (b_B + b_S - c) / 3, p_k = b_k - x, volume x^2 / (w_B w_S) and profit x^3 / (w_B w_S). A
    side with w_k < x is served whole, at b_k - w_k, and the other one gets the rest.

    Parameters
    ----------
    highest, spread : (float, float), money per transaction
        b_k and w_k, buyers first.
    cost : float, money per transaction

    Returns
    -------
    Monopoly
        No volume where no pair gains from trade.

    References
    ----------
    Published: J.-C. Rochet & J. Tirole (2003), Journal of the European Economic Association 1(4),
    990-1029, DOI 10.1162/154247603322493212; uniform case derived.
    """
    surplus = max(sum(highest) - cost, 0.0)
    narrow, wide = sorted((0, 1), key=lambda side: spread[side])
    given = [0.0, 0.0]
    given[narrow] = min(surplus / 3, spread[narrow])
    given[wide] = min((surplus - given[narrow]) / 2, spread[wide])
    margin = surplus - sum(given)
    volume = given[0] * given[1] / (spread[0] * spread[1])
    prices = highest[0] - given[0], highest[1] - given[1]
    return Monopoly(prices, margin, volume, margin * volume)
