"""One good that is worth more the more people have it: fulfilled expectations and critical mass.

Consumer i is ready to pay theta_i (k + delta n) for the good in a network of size n, with theta
uniform on [0, 1] and n a share of all consumers: k is what the good is worth by itself, delta what
the whole network adds. Rohlfs's communications service is the case k = 0.
"""

from typing import NamedTuple

import numpy as np


class NetworkSizes(NamedTuple):
    """Positive sizes at which expectations come true: the critical mass and the stable size."""

    critical: float
    stable: float


def network_sizes(price: float, stand_alone: float, network: float) -> NetworkSizes:
    """Return the sizes at which the marginal consumer just pays: p = (k + delta n)(1 - n).

    For delta > k and k <= p <= (k + delta)^2 / (4 delta) there are two; below the smaller one, the
    critical mass at this price, the network dies out. Size 0 is an equilibrium as well where
    p >= k. For k = 0 they are (1 -+ sqrt(1 - 4 p / delta)) / 2.

    Parameters
    ----------
    price : float, at least 0
        p.
    stand_alone, network : float, in units of money, at least 0
        k and delta.

    Returns
    -------
    NetworkSizes
        nan for a size that does not exist.

    Raises
    ------
    ValueError
        For a negative price, at which everybody joins.

    References
    ----------
    Published: J. Rohlfs (1974), Bell Journal of Economics and Management Science 5(1), 16-37,
    DOI 10.2307/3003090; N. Economides & C. Himmelberg (1995), "Critical Mass and Network Size
    with Application to the US Fax Market", New York University, Stern School, EC-95-11.
    """
    if price < 0:
        raise ValueError("price must not be negative")
    if network == 0:
        stable = 1 - price / stand_alone if price <= stand_alone and stand_alone > 0 else np.nan
        return NetworkSizes(np.nan, stable)
    lead = network - stand_alone
    square = lead**2 - 4 * network * (price - stand_alone)
    if square < 0:
        return NetworkSizes(np.nan, np.nan)
    upper = (lead + np.sqrt(square)) / (2 * network)
    lower = (lead - np.sqrt(square)) / (2 * network)
    return NetworkSizes(
        float(lower) if lead > 0 and price >= stand_alone else np.nan,
        float(upper) if upper >= 0 else np.nan,
    )


def demand_peak(stand_alone: float, network: float) -> tuple[float, float]:
    """Return the smallest network that any price sustains, and the highest price that anybody pays.

    The peak of p = (k + delta n)(1 - n): n_0 = (1 - k / delta) / 2, p = (k + delta)^2 / (4 delta).
    Economides and Himmelberg call n_0 the critical mass; it is not the unstable size at a price.

    Parameters
    ----------
    stand_alone, network : float

    Returns
    -------
    tuple of float
        Size and price; (0, k) where delta <= k: demand then only falls.

    References
    ----------
    Published: N. Economides & C. Himmelberg (1995), Stern School EC-95-11.
    """
    if network <= stand_alone:
        return 0.0, stand_alone
    return (1 - stand_alone / network) / 2, (stand_alone + network) ** 2 / (4 * network)


def size_slope(size: float, stand_alone: float, network: float) -> float:
    """Return the slope of next size in present size, delta (1 - n) / (k + delta n), at rest.

    Stable below one. For k = 0 it is n_- / n_+ at the stable size and the inverse at the other.

    Parameters
    ----------
    size : float, in (0, 1]
        An equilibrium.
    stand_alone, network : float

    Returns
    -------
    float

    References
    ----------
    Published model: J. Rohlfs (1974), DOI 10.2307/3003090; slope derived.
    """
    return network * (1 - size) / (stand_alone + network * size)


def size_sd(size: float, people: int, stand_alone: float, network: float) -> float:
    """Return how far an equilibrium size differs between markets of N consumers with own tastes.

    sqrt(n (1 - n) / N) / |1 - slope|, for the stable size and for the critical mass alike.

    Parameters
    ----------
    size : float, in (0, 1]
    people : int
        N.
    stand_alone, network : float

    Returns
    -------
    float

    References
    ----------
    Derived: the sampled distribution of tastes shifts the crossing.
    """
    away = abs(1 - size_slope(size, stand_alone, network))
    return float(np.sqrt(size * (1 - size) / people) / away)
