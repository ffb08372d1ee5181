"""Cournot competition with network externalities: incompatible and compatible products.

A consumer with taste r, of density one up to A, gains r + v(y) - p from a product whose network is
expected to have the size y. Firms set outputs, at no cost and taking expectations as given, and
expectations come true. A firm's price is p = A + v(y) - z with z total output.
"""

from collections.abc import Callable

import numpy as np
from scipy.optimize import brentq

Externality = Callable[[float], float]
# A network value that outruns the quantity up to here has no equilibrium.
LARGEST = 1e12


def firm_outputs(highest: float, network_values: np.ndarray) -> np.ndarray:
    """Return Cournot outputs given what each network is expected to be worth.

    x_i = (A + n v_i - sum_{j != i} v_j) / (n + 1); a firm earns x_i^2.

    Parameters
    ----------
    highest : float
        A, the highest taste.
    network_values : (n,) float
        v(y_i).

    Returns
    -------
    (n,) float
        Meaningful where all are positive.

    References
    ----------
    Published: M. L. Katz & C. Shapiro (1985), American Economic Review 75(3), 424-440.
    """
    worth = np.asarray(network_values, float)
    firms = len(worth)
    return (highest + (firms + 1) * worth - worth.sum()) / (firms + 1)


def incompatible_output(highest: float, firms: int, externality: Externality) -> float:
    """Return a firm's output when each has its own network: (n + 1) x = A + v(x).

    With one firm it is that of a monopolist who takes expectations as given.

    Parameters
    ----------
    highest : float, above 0
    firms : int
        n.
    externality : callable
        v; concave, so that there is one solution.

    Returns
    -------
    float
        nan where v outruns output: no equilibrium.

    References
    ----------
    Published: M. L. Katz & C. Shapiro (1985), American Economic Review 75(3), 424-440.
    """
    return _root(lambda output: highest + externality(output) - (firms + 1) * output)


def compatible_output(highest: float, firms: int, externality: Externality) -> float:
    """Return total output when all products form one network: (n + 1) z = n (A + v(z)).

    Parameters
    ----------
    highest : float, above 0
    firms : int
    externality : callable
        v; concave.

    Returns
    -------
    float
        nan where v outruns output. A firm sells z / n and earns (z / n)^2.

    References
    ----------
    Published: M. L. Katz & C. Shapiro (1985), American Economic Review 75(3), 424-440.
    """
    return _root(lambda total: firms * (highest + externality(total)) - (firms + 1) * total)


def _root(excess: Callable[[float], float]) -> float:
    """Return the smallest output that is not exceeded, doubling until it is bracketed."""
    if excess(0.0) <= 0:
        return 0.0
    low, high = 0.0, 1.0
    while excess(high) > 0:
        low, high = high, 2 * high
        if high > LARGEST:
            return np.nan
    return float(brentq(excess, low, high, xtol=1e-15))


def linear_externality(slope: float) -> Externality:
    """Return v(y) = mu y.

    Incompatible output is then A / (n + 1 - mu), compatible total output n A / (n + 1 - n mu).

    Parameters
    ----------
    slope : float
        mu.

    Returns
    -------
    callable

    References
    ----------
    Derived special case of M. L. Katz & C. Shapiro (1985).
    """
    return lambda size: slope * size


def saturating_externality(limit: float) -> Externality:
    """Return v(y) = B y / (1 + y), which rises to B.

    Parameters
    ----------
    limit : float
        B.

    Returns
    -------
    callable

    References
    ----------
    Derived special case of M. L. Katz & C. Shapiro (1985).
    """
    return lambda size: limit * size / (1 + size)
