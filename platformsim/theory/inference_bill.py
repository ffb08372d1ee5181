"""What running a model costs when use grows and computing gets cheaper, and what opening saves."""

from __future__ import annotations

import math


def bill_factor(
    use_growth: float, decline: float, years: float, weight_growth: float = 1.0
) -> float:
    """Return a bill relative to what it was at the start.

        B(t) / B(0) = (g w / d)^t

    The bill rises exactly when g w > d: when the number of tasks and the computing per task
    together grow faster than computing gets cheaper.

    Parameters
    ----------
    use_growth : float, 1 / year
        g, the factor by which the number of tasks grows in a year.
    decline : float, 1 / year
        d, the factor by which the price of a unit of computing falls in a year.
    years : float
        t.
    weight_growth : float, 1 / year
        w, the factor by which the computing of a task grows.

    Returns
    -------
    float

    References
    ----------
    Status: exact (an identity, with constant rates).
    """
    return (use_growth * weight_growth / decline) ** years


def years_to(
    multiple: float, use_growth: float, decline: float, weight_growth: float = 1.0
) -> float:
    """Return after how many years a bill is some multiple of what it was.

        t = ln(m) / ln(g w / d)

    Parameters
    ----------
    multiple : float
        m > 0.
    use_growth, decline, weight_growth : float, 1 / year
        As for :func:`bill_factor`.

    Returns
    -------
    float, years
        nan where it never is: for a bill that does not change or moves the other way.

    References
    ----------
    Status: exact.
    """
    rate = math.log(use_growth * weight_growth / decline)
    if rate == 0.0:
        return 0.0 if multiple == 1.0 else math.nan
    years = math.log(multiple) / rate
    return years if years >= 0.0 else math.nan


def relief(
    bill: float, others_share: float, markup: float = 0.0, free_riders: float = 0.0
) -> tuple[float, float]:
    """Return what opening takes off the lab's bill and what it puts on others.

        saved = (1 - f) o B,    shifted = (1 + mu) saved

    Parameters
    ----------
    bill : float, money a month
        B, all of it at the lab while the model is closed.
    others_share : float, in [0, 1]
        o, the share of use on platforms that are not the lab's own.
    markup : float
        mu, what hosts of open models add to the cost.
    free_riders : float, in [0, 1]
        f, deployers who stay with a free service of the lab.

    Returns
    -------
    saved, shifted : float, money a month

    References
    ----------
    Status: exact (an identity).
    """
    saved = (1.0 - free_riders) * others_share * bill
    return saved, (1.0 + markup) * saved
