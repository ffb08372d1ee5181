"""Agents on a ring who look at two neighbours: local network effects do not tip a market.

Each agent chooses +1 or -1, one agent at a time, with P(+1) = 1 / (1 + exp(-2 (h + K (l + r)))),
l and r being the choices of its neighbours. The long run is the one-dimensional Ising chain.
"""

from __future__ import annotations

import numpy as np


def mean_choice(coupling: float, field: float = 0.0) -> float:
    """Return the average choice on a long ring.

        m = sinh(h) / sqrt(sinh(h)^2 + exp(-4 K))

    It is 0 without a bias h at every finite coupling: there is no threshold, unlike in a market
    where everybody sees everybody.

    Parameters
    ----------
    coupling : float
        Weight K of each neighbour; negative for a taste to differ.
    field : float
        Bias h towards +1.

    Returns
    -------
    float, in (-1, 1)

    References
    ----------
    E. Ising (1925), "Beitrag zur Theorie des Ferromagnetismus", Zeitschrift für Physik 31,
    253-258, DOI 10.1007/BF02980577; R. Glauber (1963), "Time-dependent statistics of the Ising
    model", Journal of Mathematical Physics 4, 294-307, DOI 10.1063/1.1703954. Status: published.
    """
    return float(np.sinh(field) / np.hypot(np.sinh(field), np.exp(-2.0 * coupling)))


def neighbour_correlation(coupling: float, field: float = 0.0, distance: int = 1) -> float:
    """Return the correlation of the choices of two agents on a long ring.

        corr = (l_2 / l_1)^d,    l = cosh(h) +- sqrt(sinh(h)^2 + exp(-4 K)),

    which is tanh(K)^d without a bias. With a bias the mean product is m^2 + (1 - m^2) corr.

    Parameters
    ----------
    coupling : float
    field : float
    distance : int
        Steps d along the ring; 1 for neighbours.

    Returns
    -------
    float, in (-1, 1)
        Coefficient of correlation (the mean is taken out).

    References
    ----------
    Ising (1925) and Glauber (1963), as in `mean_choice`. Status: published.
    """
    root = np.hypot(np.sinh(field), np.exp(-2.0 * coupling))
    return float(((np.cosh(field) - root) / (np.cosh(field) + root)) ** distance)
