"""Thresholds of a market of alike platforms: when sharing it is unstable, when tipping is possible.

Units and the outside option are as in the multinomial model: s_j proportional to exp(V + J s_j),
everything in units of the noise scale.
"""

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import xlogy


def tipping_threshold(platforms: int, value: float = 0.0, outside: float | None = None) -> float:
    """Return the strength J_c above which an equal split is unstable.

    J s = 1: without an outside option J_c = P, with one J_c = P + exp(V_0 - V - 1).

    Parameters
    ----------
    platforms : int
        P.
    value : float
        V, of every platform.
    outside : float, optional
        V_0.

    Returns
    -------
    float

    References
    ----------
    Derived. For three platforms or more tipped states exist already below it.
    """
    return platforms + (0.0 if outside is None else float(np.exp(outside - value - 1)))


def tipped_strength(
    log_ratio: np.ndarray | float,
    platforms: int,
    large: int,
    value: float = 0.0,
    outside: float | None = None,
) -> np.ndarray | float:
    """Return the strength at which k large platforms and P - k small ones are at rest.

    With r the ratio of their shares, w = ln r / (r - 1) and u = r w are J times the small and the
    large share: J = k u + (P - k) w, plus u exp(-u + V_0 - V) with an outside option.

    Parameters
    ----------
    log_ratio : float or array, above 0
        ln r.
    platforms, large : int
        P and k.
    value : float
    outside : float, optional

    Returns
    -------
    float or array

    References
    ----------
    Derived.
    """
    small = log_ratio / np.expm1(log_ratio)
    big = -log_ratio / np.expm1(-np.asarray(log_ratio, float))
    beside = 0.0 if outside is None else big * np.exp(outside - value - big)
    return large * big + (platforms - large) * small + beside


def tipped_onset(platforms: int, value: float = 0.0, outside: float | None = None) -> float:
    """Return the smallest strength J_ex at which a tipped state exists.

    The minimum of :func:`tipped_strength` over the ratio and the number of large platforms. Where
    it is J_c, tipping is continuous; where it is less, sudden and with hysteresis.

    Parameters
    ----------
    platforms : int
    value : float
    outside : float, optional

    Returns
    -------
    float
        nan for a single platform.

    References
    ----------
    Derived. F. Y. Wu (1982), Reviews of Modern Physics 54, 235-268,
    DOI 10.1103/RevModPhys.54.235, for the Potts model it resembles.
    """
    if platforms < 2:
        return np.nan
    lowest = tipping_threshold(platforms, value, outside)
    # A large platform has J s > ln r, so that no minimum lies beyond ln r = J_c.
    grid = np.unique(np.append(np.geomspace(1e-3, lowest, 400), np.linspace(1e-3, lowest, 400)))
    for large in range(1, platforms):
        strength = tipped_strength(grid, platforms, large, value, outside)
        place = int(np.argmin(strength))
        ends = grid[max(place - 1, 0)], grid[min(place + 1, len(grid) - 1)]
        best = minimize_scalar(
            tipped_strength,
            bounds=ends,
            args=(platforms, large, value, outside),
            method="bounded",
            options={"xatol": 1e-10},
        )
        lowest = min(lowest, float(best.fun), float(strength[place]))
    return lowest


def maxwell_strength(platforms: int) -> float:
    """Return the strength at which equal and tipped states have the same weight (nobody outside).

    2 (P - 1) ln(P - 1) / (P - 2), which for two platforms is the threshold 2 itself.

    Parameters
    ----------
    platforms : int

    Returns
    -------
    float
        nan for a single platform.

    References
    ----------
    Derived. R. S. Ellis & K. Wang (1990), Stochastic Processes and their Applications 35, 59-79,
    for limit theorems of the mean-field Potts model.
    """
    if platforms < 2:
        return np.nan
    if platforms == 2:
        return 2.0
    return float(2 * xlogy(platforms - 1, platforms - 1) / (platforms - 2))


def tricritical_value(outside: float = 0.0) -> float:
    """Return the value of two alike platforms below which they tip suddenly, not continuously.

    V_0 - 1 - ln(4/3): there the strength of a tipped state begins to fall with its asymmetry.
    With three platforms or more tipping is sudden at any value.

    Parameters
    ----------
    outside : float
        V_0.

    Returns
    -------
    float

    References
    ----------
    Derived: expansion of :func:`tipped_strength` about equal shares.
    """
    return outside - 1 - float(np.log(4 / 3))
