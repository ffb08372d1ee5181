"""What a network of n people is worth under the laws of Sarnoff, Metcalfe, Odlyzko, Zipf and Reed.

Values are in units of each law's own constant. None of them is an empirical finding here.
"""

import numpy as np
from scipy.special import digamma


def sarnoff_value(people: np.ndarray | float) -> np.ndarray | float:
    """Return n: a broadcast is worth the same to each of its audience.

    Parameters
    ----------
    people : float or array

    Returns
    -------
    float or array

    References
    ----------
    Folklore, named after D. Sarnoff.
    """
    return people * 1.0


def metcalfe_value(people: np.ndarray | float, link_chance: float = 1.0) -> np.ndarray | float:
    """Return the links among n people, n (n - 1) / 2, each there with some chance.

    Parameters
    ----------
    people : float or array
    link_chance : float, in [0, 1]
        Of a random graph; one where everybody can reach everybody.

    Returns
    -------
    float or array

    References
    ----------
    Published: R. Metcalfe (2013), IEEE Computer 46(12), 26-31, DOI 10.1109/MC.2013.374.
    """
    return link_chance * people * (people - 1) / 2


def odlyzko_value(people: np.ndarray | float) -> np.ndarray | float:
    """Return n ln n: contacts are worth less the lower they rank.

    Parameters
    ----------
    people : float or array

    Returns
    -------
    float or array

    References
    ----------
    Published: A. Odlyzko & B. Tilly (2005), "A refutation of Metcalfe's Law", manuscript;
    B. Briscoe, A. Odlyzko & B. Tilly (2006), IEEE Spectrum 43(7), 34-39.
    """
    return people * np.log(people)


def zipf_value(people: np.ndarray | float) -> np.ndarray | float:
    """Return n H(n - 1): to everybody the k-th best of the n - 1 others is worth 1 / k.

    Parameters
    ----------
    people : float or array

    Returns
    -------
    float or array

    References
    ----------
    Exact sum behind A. Odlyzko & B. Tilly (2005).
    """
    return people * (digamma(people) + np.euler_gamma)


def reed_log2_value(people: np.ndarray | float) -> np.ndarray | float:
    """Return log2(2^n - n - 1): every group of two or more people counts.

    Parameters
    ----------
    people : float or array, at least 2

    Returns
    -------
    float or array, bits

    References
    ----------
    Published: D. Reed (2001), Harvard Business Review 79(2).
    """
    people = np.asarray(people, float)
    return people + np.log1p(-(people + 1) * np.exp2(-people)) / np.log(2)


def installed_base_value(
    people: np.ndarray | float, market: float, strength: float
) -> np.ndarray | float:
    """Return J n^2 / N, total benefit when each of n users gains J per unit of market share.

    Quadratic in adoption within a market, linear in the size of markets with the same share.

    Parameters
    ----------
    people : float or array
        n, users of the platform.
    market : float
        N, potential users.
    strength : float, utils
        J.

    Returns
    -------
    float or array, utils

    References
    ----------
    Derived.
    """
    return strength * people**2 / market


def log_slope(smaller: float, larger: float, value_smaller: float, value_larger: float) -> float:
    """Return the elasticity of value in size between two sizes: ln(V_2 / V_1) / ln(n_2 / n_1).

    Parameters
    ----------
    smaller, larger : float
        n_1 and n_2.
    value_smaller, value_larger : float
        V_1 and V_2.

    Returns
    -------
    float

    References
    ----------
    Definition.
    """
    return float(np.log(value_larger / value_smaller) / np.log(larger / smaller))


def metcalfe_interconnection(own: float, other: float) -> float:
    """Return what a network's users gain when it is connected to another, with value n^2.

    n_1 (n_1 + n_2) - n_1^2 = n_1 n_2: the same for both networks, whatever their sizes.

    Parameters
    ----------
    own, other : float

    Returns
    -------
    float

    References
    ----------
    Published: A. Odlyzko & B. Tilly (2005), manuscript.
    """
    return own * other


def odlyzko_interconnection(own: float, other: float) -> float:
    """Return what a network's users gain when it is connected to another, with value n ln n.

    n_1 ln((n_1 + n_2) / n_1): the smaller network gains more than in proportion to its size.

    Parameters
    ----------
    own, other : float

    Returns
    -------
    float

    References
    ----------
    Published: A. Odlyzko & B. Tilly (2005), manuscript.
    """
    return float(own * np.log1p(other / own))
