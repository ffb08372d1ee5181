"""Two alternatives and a taste for doing as the others do: the binary logit of Brock and Durlauf.

A choice is w = -1 or +1, worth h w + J m w to somebody who sees the mean choice m, plus noise. The
difference of the two noises is logistic: +1 has the chance 1 / (1 + exp(-2 beta (h + J m))), and
the 2 belongs to the coding. In shares, v + J' s with v = 2 (h - J) and J' = 4 J says the same.
``precision`` is beta throughout, and feedback is K = beta J.
"""

import numpy as np
from scipy.special import ai_zeros, gamma

from platformsim.theory.bracketed_roots import roots_between


def mean_response(mean: float, coupling: float, field: float, precision: float = 1.0) -> float:
    """Return the mean choice of people who all see the same mean choice.

    F(m) = tanh(beta (h + J m)).

    Parameters
    ----------
    mean : float, in [-1, 1]
        m.
    coupling, field : float, utils
        J and h.
    precision : float, per util
        beta.

    Returns
    -------
    float, in [-1, 1]

    References
    ----------
    Published: W. A. Brock & S. N. Durlauf (2001), Review of Economic Studies 68(2), 235-260,
    DOI 10.1111/1467-937X.00168.
    """
    return float(np.tanh(precision * (field + coupling * mean)))


def mean_choices(coupling: float, field: float = 0.0, precision: float = 1.0) -> np.ndarray:
    """Return every self-consistent mean choice: the roots of m = tanh(beta (h + J m)).

    There is one if K = beta J <= 1, and three if K > 1 and the field is within the spinodals. The
    difference of the two sides turns only where the slope K (1 - tanh^2) is one, which brackets
    all of them.

    Parameters
    ----------
    coupling, field : float, utils
    precision : float, per util

    Returns
    -------
    (1,) or (3,) float
        Ascending; with three the middle one is unstable. Two exactly at a spinodal.

    References
    ----------
    Published: W. A. Brock & S. N. Durlauf (2001), DOI 10.1111/1467-937X.00168.
    """
    feedback = precision * coupling
    knots = [-1.0, 1.0]
    if feedback > 1:
        turn = np.arctanh(np.sqrt(1 - 1 / feedback)) / precision
        knots += [float(np.clip((side * turn - field) / coupling, -1, 1)) for side in (-1, 1)]
    if field == 0:
        knots.append(0.0)
    return roots_between(lambda mean: mean_response(mean, coupling, field, precision) - mean, knots)


def slope(mean: np.ndarray | float, coupling: float, precision: float = 1.0) -> np.ndarray | float:
    """Return the derivative of the response at a self-consistent mean choice.

    lambda = K (1 - m^2). The state is stable (choosing in turn, or J > 0) where lambda < 1.

    Parameters
    ----------
    mean : float or array, in [-1, 1]
        A root.
    coupling : float, utils
    precision : float, per util

    Returns
    -------
    float or array

    References
    ----------
    Published: W. A. Brock & S. N. Durlauf (2001), DOI 10.1111/1467-937X.00168.
    """
    return precision * coupling * (1 - np.square(mean))


def spinodal_field(coupling: float, precision: float = 1.0) -> float:
    """Return the field against which the unfavoured state just survives.

    h_s = J m_s - atanh(m_s) / beta with m_s = sqrt(1 - 1 / K).

    Parameters
    ----------
    coupling : float, utils
    precision : float, per util

    Returns
    -------
    float, utils
        Zero if K <= 1: there is nothing to survive.

    References
    ----------
    Published: W. A. Brock & S. N. Durlauf (2001), DOI 10.1111/1467-937X.00168 (their threshold).
    """
    feedback = precision * coupling
    if feedback <= 1:
        return 0.0
    at_fold = np.sqrt(1 - 1 / feedback)
    return float(coupling * at_fold - np.arctanh(at_fold) / precision)


def hysteresis_width(coupling: float, precision: float = 1.0) -> float:
    """Return how far the field must come back before a market that tipped tips back: 2 h_s.

    Parameters
    ----------
    coupling : float, utils
    precision : float, per util

    Returns
    -------
    float, utils
        Zero if K <= 1.

    References
    ----------
    Published: W. A. Brock & S. N. Durlauf (2001), DOI 10.1111/1467-937X.00168.
    """
    return 2 * spinodal_field(coupling, precision)


def switch_field(
    sweep: float, coupling: float, precision: float = 1.0, revision: float = 1.0
) -> float:
    """Return the field at which a market jumps when the field moves steadily against it.

    Past the fold the state lingers: with a = 1 / J and b = K m_s the deviation obeys
    x' = alpha (a v t + b x^2), which diverges at the first zero of the Airy function, so that
    h = h_s + 2.338 (v / alpha)^(2/3) (a b)^(-1/3).

    Parameters
    ----------
    sweep : float, utils per step
        v, how much the field moves in a step.
    coupling : float, utils
    precision : float, per util
    revision : float, in (0, 1]
        Share of people who reconsider in a step.

    Returns
    -------
    float, utils
        nan if K <= 1: nothing jumps. To leading order in the sweep.

    References
    ----------
    Derived: passage through a saddle-node bifurcation at a finite rate.
    """
    feedback = precision * coupling
    if feedback <= 1:
        return np.nan
    curvature = np.sqrt(1 - 1 / feedback) * feedback / coupling
    first_zero = -ai_zeros(1)[0][0]
    delay = first_zero * (sweep / revision) ** (2 / 3) * curvature ** (-1 / 3)
    return spinodal_field(coupling, precision) + float(delay)


def choice_sd(
    mean: float, people: int, coupling: float, precision: float = 1.0, revision: float = 1.0
) -> float:
    """Return how far the mean choice of N people strays around a stable state.

    Var = (2 - alpha)(1 - m^2) / (N (1 - lambda)(2 - alpha (1 - lambda))). With alpha = 1 this is
    (1 - m^2) / (N (1 - lambda^2)); with alpha = 0, people who choose one after the other, it is
    (1 - m^2) / (N (1 - lambda)).

    Parameters
    ----------
    mean : float, in [-1, 1]
        A root.
    people : int
    coupling : float, utils
    precision : float, per util
    revision : float, in [0, 1]
        Share who reconsider in a step; 0 for one after the other.

    Returns
    -------
    float
        nan around an unstable state.

    References
    ----------
    Published: T. G. Kurtz (1971), J. Applied Probability 8(2), 344-356, DOI 10.2307/3211904.
    """
    rate = float(slope(mean, coupling, precision))
    if rate >= 1 or revision * (1 - rate) >= 2:
        return np.nan
    spread = (2 - revision) * (1 - mean**2) / ((1 - rate) * (2 - revision * (1 - rate)))
    return float(np.sqrt(spread / people))


def mean_bias(
    mean: float, people: int, coupling: float, precision: float = 1.0, revision: float = 1.0
) -> float:
    """Return the shift of the average mean choice of N people off the root, to order 1 / N.

    F'' Var / (2 (1 - lambda)) with F'' = -2 m K lambda.

    Parameters
    ----------
    mean, people, coupling, precision, revision
        As of :func:`choice_sd`.

    Returns
    -------
    float
        nan around an unstable state.

    References
    ----------
    Derived: second-order expansion of the response around the state.
    """
    rate = float(slope(mean, coupling, precision))
    variance = choice_sd(mean, people, coupling, precision, revision) ** 2
    return -mean * precision * coupling * rate * variance / (1 - rate)


def critical_second_moment() -> float:
    """Return the limit of sqrt(N) E[m^2] at the threshold K = 1, h = 0.

    The law of m is there proportional to exp(-N m^4 / 12): sqrt(12) Gamma(3/4) / Gamma(1/4).
    Fluctuations shrink as N^(-1/4), not as N^(-1/2).

    Returns
    -------
    float

    References
    ----------
    Published: R. S. Ellis & C. M. Newman (1978), Zeitschrift für Wahrscheinlichkeitstheorie 44,
    117-139.
    """
    return float(np.sqrt(12) * gamma(0.75) / gamma(0.25))
