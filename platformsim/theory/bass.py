"""Diffusion of a new product: the Bass curve, its version in steps, and that of a finite market.

A market has no exit. Somebody who has not adopted does so with hazard p + q F, where F is the share
that has adopted, p the coefficient of innovation and q the coefficient of imitation.
"""

from typing import NamedTuple

import numpy as np

FORMS = ("linear", "exponential")


class Peak(NamedTuple):
    """When adoption is fastest: time, share that has adopted by then, and adoption rate."""

    time: float
    share: float
    rate: float


class Moments(NamedTuple):
    """Mean and standard deviation of a time."""

    mean: float
    sd: float


def adopted_share(time: np.ndarray | float, innovation: float, imitation: float) -> np.ndarray:
    """Return the share that has adopted in an infinite market in continuous time.

    F' = (1 - F)(p + q F) with F(0) = 0 has F(t) = p (1 - e) / (p + q e), e = exp(-(p + q) t).

    Parameters
    ----------
    time : float or array, units of time
    innovation, imitation : float, per unit of time
        p and q.

    Returns
    -------
    Array of float in [0, 1], of the shape of ``time``.

    References
    ----------
    Published: F. M. Bass (1969), Management Science 15(5), 215-227, DOI 10.1287/mnsc.15.5.215.
    """
    time = np.asarray(time, float)
    speed = innovation + imitation
    if innovation <= 0:
        return np.zeros_like(time)
    return -innovation * np.expm1(-speed * time) / (innovation + imitation * np.exp(-speed * time))


def time_to_share(share: float, innovation: float, imitation: float) -> float:
    """Return when a share has adopted: t = ln((p + q F) / (p (1 - F))) / (p + q).

    Parameters
    ----------
    share : float, in [0, 1)
    innovation, imitation : float, per unit of time

    Returns
    -------
    float, units of time; infinite without innovation.

    References
    ----------
    Published: F. M. Bass (1969), DOI 10.1287/mnsc.15.5.215 (the inverse of his curve).
    """
    if innovation <= 0:
        return float("inf") if share > 0 else 0.0
    odds = (innovation + imitation * share) / (innovation * (1 - share))
    return float(np.log(odds) / (innovation + imitation))


def peak(innovation: float, imitation: float) -> Peak:
    """Return when adoption is fastest, if imitation outweighs innovation.

    t* = ln(q / p) / (p + q), F(t*) = 1/2 - p / (2 q), F'(t*) = (p + q)^2 / (4 q).

    Parameters
    ----------
    innovation, imitation : float, per unit of time

    Returns
    -------
    Peak
        nan where q <= p: adoption then only slows down.

    References
    ----------
    Published: F. M. Bass (1969), DOI 10.1287/mnsc.15.5.215.
    """
    if not imitation > innovation > 0:
        return Peak(np.nan, np.nan, np.nan)
    speed = innovation + imitation
    return Peak(
        float(np.log(imitation / innovation) / speed),
        0.5 - innovation / (2 * imitation),
        speed**2 / (4 * imitation),
    )


def adoption_chance(
    share: float, innovation: float, imitation: float, step: float, form: str
) -> tuple[float, float]:
    """Return the chance to adopt within a step, and its slope in the share that has adopted.

    With x = (p + q F) dt it is x under the linear form and 1 - exp(-x) under the exponential one.

    Parameters
    ----------
    share : float, in [0, 1]
    innovation, imitation : float, per unit of time
    step : float, units of time
        dt.
    form : str
        ``linear`` or ``exponential``.

    Returns
    -------
    tuple of float
        Chance and slope.

    Raises
    ------
    ValueError
        For another form, or a linear hazard that could exceed one.

    References
    ----------
    Published: G. Fibich & R. Gibori (2010), Operations Research 58(5), 1450-1468.
    """
    if form not in FORMS:
        raise ValueError(f"form must be one of {FORMS}, not {form!r}")
    hazard = (innovation + imitation * share) * step
    if form == "exponential":
        return float(-np.expm1(-hazard)), float(imitation * step * np.exp(-hazard))
    if (innovation + imitation) * step > 1 + 1e-12:
        raise ValueError("a linear hazard needs (p + q) dt <= 1")
    return hazard, imitation * step


class Adoption(NamedTuple):
    """Mean share after 0, 1, ... steps and its variance times the number of people, (T + 1,)."""

    share: np.ndarray
    scaled_variance: np.ndarray


def adoption_path(
    steps: int, innovation: float, imitation: float, step: float = 1.0, form: str = "exponential"
) -> Adoption:
    """Return the limit of a large market whose people decide once a step, and its noise.

    With h the chance to adopt in the step, F' = g(F) = F + (1 - F) h(F); the variance over
    replicates of N people is v / N with v' = g'(F)^2 v + (1 - F) h (1 - h). It is not the
    continuous curve: the two meet only as the step goes to zero.

    Parameters
    ----------
    steps : int
    innovation, imitation : float, per unit of time
    step : float, units of time
    form : str
        ``linear`` or ``exponential``.

    Returns
    -------
    Adoption
        Share and v at the steps 0 to ``steps``, starting from nobody.

    References
    ----------
    Published map: G. Fibich & R. Gibori (2010), Operations Research 58(5), 1450-1468.
    Variance: T. G. Kurtz (1971), J. Applied Probability 8(2), 344-356, DOI 10.2307/3211904.
    """
    share, scaled = np.zeros(steps + 1), np.zeros(steps + 1)
    for now in range(steps):
        chance, slope = adoption_chance(share[now], innovation, imitation, step, form)
        left = 1 - share[now]
        share[now + 1] = share[now] + left * chance
        gain = 1 - chance + left * slope
        scaled[now + 1] = gain**2 * scaled[now] + left * chance * (1 - chance)
    return Adoption(share, scaled)


def busiest_step(
    innovation: float, imitation: float, step: float = 1.0, form: str = "exponential"
) -> tuple[float, float]:
    """Return the step with the most adopters, counted from one, and its share of the market.

    New adoption (1 - F) h(F) can only fall once half of the market has adopted, so the search
    ends there.

    Parameters
    ----------
    innovation, imitation : float, per unit of time
    step : float, units of time
    form : str
        ``linear`` or ``exponential``.

    Returns
    -------
    tuple of float
        Step and share; nan without innovation.

    References
    ----------
    Exact for the map; the model is that of F. M. Bass (1969), DOI 10.1287/mnsc.15.5.215.
    """
    if innovation <= 0:
        return np.nan, np.nan
    share, now, best, most = 0.0, 0, 0, -1.0
    over = False
    while not over:
        over = share >= 0.5
        chance, _ = adoption_chance(share, innovation, imitation, step, form)
        now, new = now + 1, (1 - share) * chance
        if new > most:
            best, most = now, new
        share += new
    return float(best), most


def adopter_time(adopters: int, people: int, innovation: float, imitation: float) -> Moments:
    """Return when adopter number n appears in a finite market in continuous time.

    From k to k + 1 adopters the wait is exponential with rate (N - k)(p + q k / N): the mean is
    the sum of 1 / rate over k < n and the variance the sum of 1 / rate^2, for every N.

    Parameters
    ----------
    adopters, people : int
        n and N, with n <= N.
    innovation, imitation : float, per unit of time

    Returns
    -------
    Moments, units of time

    References
    ----------
    Exact. S.-C. Niu (2002), Mathematical Problems in Engineering 8, 249-263, for the process.
    """
    if not 0 <= adopters <= people:
        raise ValueError("adopters must be between 0 and the number of people")
    if innovation <= 0 < adopters:
        return Moments(np.inf, np.nan)
    so_far = np.arange(adopters)
    rate = (people - so_far) * (innovation + imitation * so_far / people)
    return Moments(float((1 / rate).sum()), float(np.sqrt((1 / rate**2).sum())))
