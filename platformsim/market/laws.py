"""Network laws: what a share of adopters is worth, and how far interoperability carries it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

NETWORK_LAWS = ("linear", "log", "power", "saturating", "local")


def reach(share: np.ndarray, interoperability: float) -> np.ndarray:
    """Return the effective installed base under interoperability.

    With interoperability kappa a share kappa of everyone counts as reachable from anywhere:

        reach = (1 - kappa) * share + kappa

    so that the even split of K platforms with linear effect beta loses stability at
    beta = K / (1 - kappa) instead of K.

    Parameters
    ----------
    share : (P,) float, in [0, 1]
    interoperability : float, in [0, 1]
        0: walled platforms; 1: full interoperability.

    Returns
    -------
    (P,) float, in [0, 1]

    References
    ----------
    M. Katz & C. Shapiro (1985), "Network externalities, competition, and compatibility",
    American Economic Review 75(3), 424-440 (compatibility as a common network).
    """
    return (1.0 - interoperability) * share + interoperability


@dataclass(frozen=True)
class SameSide:
    """A same-side network effect: U[p] += weight * g(effective installed base of the side on p).

    Attributes
    ----------
    weight : float, utils
    law : str
        One of :data:`NETWORK_LAWS` but ``local``.
    shape : float
        See :func:`network_value`.
    """

    weight: float
    law: str
    shape: float


def same_side_value(
    effect: SameSide, share: np.ndarray, living: float | None, interoperability: float, own: float
) -> np.ndarray:
    """Return what a same-side network effect adds to the platforms, in utils.

    Parameters
    ----------
    effect : SameSide
    share : (P,) float
        Installed base, with everybody counted.
    living : float or None
        Agents of the side, where each leaves itself out of the base it sees; None: it does not.
    interoperability : float, in [0, 1]
    own : float
        Agents to leave out: 1 on a platform that the agent is on, else 0.

    Returns
    -------
    (P,) float
    """
    if living is None:
        base = reach(share, interoperability)
    else:
        n = max(living, 2)
        base = np.clip(reach((share * n - own) / (n - 1), interoperability), 0.0, 1.0)
    return effect.weight * network_value(base, effect.law, effect.shape)


def network_value(share: np.ndarray, law: str, shape: float) -> np.ndarray:
    """Return the value of an installed base, normalised to g(0) = 0 and g(1) = 1.

    ========== =========================================== =============================
    law        g(x)                                         shape
    ========== =========================================== =============================
    linear     x                                            not used
    log        log(1 + shape x) / log(1 + shape)            curvature
    power      x ** shape                                   exponent
    saturating x (1 + shape) / (x + shape)                  half-saturation share
    local      x, of the agent's contacts                   not used
    ========== =========================================== =============================

    Parameters
    ----------
    share : array of float, in [0, 1]
    law : str
        One of :data:`NETWORK_LAWS`.
    shape : float, > 0

    Returns
    -------
    array like ``share``, in [0, 1]

    Raises
    ------
    ValueError
        When the law is not known.

    References
    ----------
    Value laws are compared in B. Briscoe, A. Odlyzko & B. Tilly (2006), "Metcalfe's law is
    wrong", IEEE Spectrum 43(7), 34-39, DOI 10.1109/MSPEC.2006.1653003.
    """
    if law in ("linear", "local"):
        return share
    if law == "log":
        return np.log1p(shape * share) / np.log1p(shape)
    if law == "power":
        return share**shape
    if law == "saturating":
        return share * (1.0 + shape) / (share + shape)
    raise ValueError(f"law must be one of {', '.join(NETWORK_LAWS)}, got {law!r}")
