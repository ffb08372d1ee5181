"""When a firm pays for an AI of its own instead of a shared assistant that steers customers away.

Of n prospects a month, each worth the margin m, the shared assistant reaches the share r_s and
steers the share l of all to other sellers; an own AI reaches r_o, steers nobody, and costs k.
"""

from __future__ import annotations

import math


def advantage(
    leak: float, gap: float, margin: float, prospects: float, cost: float, fear: float = 0.0
) -> float:
    """Return what an own AI earns a firm above the shared assistant.

        m n (l - (r_s - r_o)) - k - f

    Parameters
    ----------
    leak : float
        Share l of prospects that the shared assistant steers away.
    gap : float
        Reach r_s - r_o that an own AI lacks.
    margin : float, cu
    prospects : float, per month
    cost : float, cu/month
        k.
    fear : float, cu/month
        What the firm would pay to keep its data to itself, f, where the own AI shows them.

    Returns
    -------
    float, cu/month

    References
    ----------
    Status: derived (a comparison of two incomes).
    """
    return margin * prospects * (leak - gap) - cost - fear


def switch_leak(
    gap: float, margin: float, prospects: float, cost: float, fear: float = 0.0
) -> float:
    """Return the share of steered prospects above which an own AI pays.

        l* = (r_s - r_o) + (k + f) / (m n)

    Parameters
    ----------
    gap, margin, prospects, cost, fear : float
        As in `advantage`.

    Returns
    -------
    float

    References
    ----------
    Status: derived.
    """
    return gap + (cost + fear) / (margin * prospects)


def switch_size(leak: float, gap: float, margin: float, cost: float, fear: float = 0.0) -> float:
    """Return the number of prospects above which an own AI pays.

        n* = (k + f) / (m (l - (r_s - r_o)))

    Parameters
    ----------
    leak, gap, margin, cost, fear : float
        As in `advantage`.

    Returns
    -------
    float, per month
        Infinite where the assistant steers away no more than an own AI fails to reach.

    References
    ----------
    Status: derived.
    """
    return (cost + fear) / (margin * (leak - gap)) if leak > gap else math.inf


def own_share(advantages: tuple[float, ...], noise: float) -> float:
    """Return the logit share of firms with an AI of their own.

        1 - 1 / (1 + sum_k exp(A_k / mu))

    Parameters
    ----------
    advantages : tuple of float, cu/month
        `advantage` of each kind of own AI that can be had, times the weight of money.
    noise : float
        Scale mu.

    Returns
    -------
    float, in [0, 1]
        1/2 at the switch point, where one kind can be had.

    References
    ----------
    D. McFadden (1974), "Conditional logit analysis of qualitative choice behavior", in
    P. Zarembka (ed.), Frontiers in Econometrics, Academic Press, 105-142. Status: exact.
    """
    return 1.0 - 1.0 / (1.0 + sum(math.exp(each / noise) for each in advantages))
