"""Creators' time and their fans: who is short of hours, and what an AI adds.

Audiences follow a Pareto law with mean M and exponent a, and each fan asks for contact at the same
rate, so that requests follow it too.
"""

from __future__ import annotations


def capacity(hours: float, contact_share: float, minutes: float) -> float:
    """Return the replies that a creator has time for.

        H = 60 hours contact_share / minutes

    Parameters
    ----------
    hours : float, per month
    contact_share : float, in [0, 1]
    minutes : float
        A reply takes.

    Returns
    -------
    float, per month

    References
    ----------
    Status: exact.
    """
    return 60.0 * hours * contact_share / minutes


def coverage_by_hand(mean: float, most: float, tail: float) -> float:
    """Return the share of all requests that is answered by hand.

    With R Pareto from R_0 = M (a - 1) / a, and E[min(R, H)] = M - H^(1-a) R_0^a / (a - 1),

        coverage = 1 - (R_0 / H)^(a - 1) / a    for H >= R_0,    H / M below.

    Parameters
    ----------
    mean : float, per month
        Requests M of the average creator.
    most : float, per month
        Replies H that a creator has time for.
    tail : float, > 1
        Exponent a.

    Returns
    -------
    float, in [0, 1]

    References
    ----------
    Status: derived (the limited expected value of a Pareto law).
    """
    least = mean * (tail - 1.0) / tail
    if most <= least:
        return most / mean
    return 1.0 - (least / most) ** (tail - 1.0) / tail


def worthwhile_reply(cost: float, value: float, cut: float = 0.0, taken: float = 0.0) -> float:
    """Return the income from a reply by hand at which one by an AI pays its cost.

        p* = cost / (q (1 - cut) (1 - take))

    Parameters
    ----------
    cost : float, cu/reply
    value : float, in (0, 1]
        Worth q of an AI's reply relative to one by hand.
    cut, taken : float, in [0, 1)
        Platform's cut of its AI's income, and its take rate.

    Returns
    -------
    float, cu/reply

    References
    ----------
    Status: exact.
    """
    return cost / (value * (1.0 - cut) * (1.0 - taken))
