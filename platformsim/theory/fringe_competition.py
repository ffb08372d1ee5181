"""A leader's price against a fringe of smaller rivals, with logit demand.

The leader sells one unit of a service at price p, at the unit cost c; the fringe sells at prices
that do not react. Buyers have logit tastes of scale mu, in units of the price. With the fringe's
weight K = sum_j exp((v_j + c - p_j) / mu), v_j the worth of rival j's quality relative to the
leader's, the leader's share at the markup y = (p - c) / mu is s(y) = 1 / (1 + K exp(y)).
"""

from __future__ import annotations

import math

_STEPS = 60


def best_markup(log_weight: float) -> float:
    """Return the leader's best markup over cost, in units of the scale of tastes.

    The first-order condition y = 1 / (1 - s(y)) has one root,

        y = 1 + W(exp(-1) / K)

    with W the principal branch of Lambert's function. It is 1 where the fringe is overwhelming
    and grows without bound, like -ln K, where there is none.

    Parameters
    ----------
    log_weight : float
        ln K.

    Returns
    -------
    float

    References
    ----------
    S. Anderson, A. de Palma & J.-F. Thisse (1992), Discrete Choice Theory of Product
    Differentiation, MIT Press, ch. 7. Status: exact.
    """
    target = -log_weight - 1.0
    if target < -36.0:  # exp(target) is lost beside 1
        return 1.0
    root = target - math.log(target) if target > 1.0 else math.exp(min(target, 0.0))
    for _ in range(_STEPS):
        following = root * (1.0 + target - math.log(root)) / (1.0 + root)
        if abs(following - root) <= 1e-14 * root:
            break
        root = following
    return 1.0 + root


def fringe_share(log_weight: float, markup: float) -> float:
    """Return the share of buyers whom the fringe serves.

        1 - s(y) = K exp(y) / (1 + K exp(y))

    Parameters
    ----------
    log_weight : float
        ln K.
    markup : float
        The leader's markup y.

    Returns
    -------
    float

    References
    ----------
    Status: exact (binary logit).
    """
    return 1.0 / (1.0 + math.exp(min(-(log_weight + markup), 700.0)))
