"""When to close an open release: grow first, earn later.

While open, non-adopters join at the hazard g x (x is the share of adopters) and nothing is
earned. Once closed at tau, nobody joins, adopters leave at the hazard mu, and each pays 1 per unit
of time until the horizon T.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, logit


def open_adoption(time: float, growth: float, seed: float) -> float:
    """Return the share of adopters of a release that stays open.

        x(t) = 1 / (1 + (1 / x_0 - 1) exp(-g t))

    Parameters
    ----------
    time : float
    growth : float, per unit of time
        g.
    seed : float, in (0, 1)
        x_0.

    Returns
    -------
    float

    References
    ----------
    Status: exact (logistic growth).
    """
    return float(expit(logit(seed) + growth * time))


def revenue(close: float, growth: float, churn: float, horizon: float, seed: float) -> float:
    """Return revenue per head of a release that closes at a given time.

        R(tau) = x(tau) (1 - exp(-mu (T - tau))) / mu

    Parameters
    ----------
    close : float, in [0, T]
        tau.
    growth : float, per unit of time
        Adoption g while open.
    churn : float, per unit of time
        Exit mu once closed; may be 0.
    horizon : float
        T.
    seed : float, in (0, 1)
        First share x_0.

    Returns
    -------
    float
        Units of the flow price, per potential adopter.

    References
    ----------
    Related: G. Parker & M. Van Alstyne (2018), "Innovation, openness, and platform control",
    Management Science 64(7), 3015-3032, DOI 10.1287/mnsc.2017.2757. Status: derived, and stylised.
    """
    return open_adoption(close, growth, seed) * _paying_time(horizon - close, churn)


def best_closing_time(growth: float, churn: float, horizon: float, seed: float) -> float:
    """Return the closing time with the largest revenue.

    Waiting brings adopters and shortens the time they pay; the two balance at

        g (1 - x(tau)) (1 - exp(-mu (T - tau))) / mu = exp(-mu (T - tau)).

    Parameters
    ----------
    growth, churn, horizon, seed : float
        As in `revenue`.

    Returns
    -------
    float
        nan when revenue falls from the start, so that closing at once is best and there is no
        interior optimum.

    References
    ----------
    Related: Parker & Van Alstyne (2018), DOI 10.1287/mnsc.2017.2757. Status: derived, and
    stylised.
    """

    def gain(close: float) -> float:
        left = horizon - close
        joining = growth * (1.0 - open_adoption(close, growth, seed))
        return joining * _paying_time(left, churn) - np.exp(-churn * left)

    if gain(0.0) <= 0.0:
        return np.nan
    return float(brentq(gain, 0.0, horizon, xtol=1e-12))


def revenue_by_steps(
    close: float, growth: float, churn: float, horizon: float, seed: float, step: float
) -> float:
    """Return revenue per head when time passes in steps, as in a simulation.

    In a step of length dt each non-adopter joins with probability 1 - exp(-g x dt) while open;
    once closed, revenue x dt is counted at the start of the step and each adopter then leaves
    with probability 1 - exp(-mu dt).

    Parameters
    ----------
    close, growth, churn, horizon, seed : float
        As in `revenue`; `close` and `horizon` are rounded to whole steps.
    step : float
        dt.

    Returns
    -------
    float

    References
    ----------
    Status: derived (mean-field map); tends to `revenue` as dt goes to 0.
    """
    share, earned = seed, 0.0
    open_steps = round(close / step)
    for _ in range(open_steps):
        share += (1.0 - share) * -np.expm1(-growth * share * step)
    for _ in range(round(horizon / step) - open_steps):
        earned += share * step
        share *= np.exp(-churn * step)
    return float(earned)


def _paying_time(left: float, churn: float) -> float:
    """Return the mean time an adopter pays within `left`, (1 - exp(-mu left)) / mu."""
    return left if churn == 0.0 else float(-np.expm1(-churn * left) / churn)
