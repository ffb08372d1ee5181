"""Entry into a platform market: does a better entrant overcome the incumbent's installed base.

Users value quality Q and, in logs, the applications of a platform, which follow its installed
base. Applications of all future periods count with factor phi a period and are expected to stay
as they are, so the weight e of applications becomes an effective weight e / (1 - phi) on the log
of the installed base, and the odds of the entrant with share x are Q (x / (1 - x))^w.

A clean stand-in for Zhu & Iansiti (2012), not their demand system: the boundary below is ours.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit, logit


def effective_weight(network_effect: float, foresight: float) -> float:
    """Return the weight of the log installed base in users' utility.

        w = e / (1 - phi)

    Below 1 quality decides who wins, above 1 the installed base does.

    Parameters
    ----------
    network_effect : float
        e, utils per log application.
    foresight : float, in [0, 1)
        Discount factor phi for applications of later periods.

    Returns
    -------
    float
        nan for phi outside [0, 1), where the sum over future periods diverges.

    References
    ----------
    After F. Zhu & M. Iansiti (2012), "Entry into platform-based markets", Strategic Management
    Journal 33(1), 88-106, DOI 10.1002/smj.941. Status: derived.
    """
    if not 0.0 <= foresight < 1.0:
        return np.nan
    return network_effect / (1.0 - foresight)


def interior_share(quality_ratio: float, weight: float) -> float:
    """Return the share at which the entrant neither grows nor shrinks.

        x* = 1 / (1 + Q^(-1 / (1 - w)))

    With w < 1 it is where the market ends from any base; with w > 1 it is the critical share
    below which the entrant is driven out.

    Parameters
    ----------
    quality_ratio : float
        Q > 0, the entrant's quality over the incumbent's.
    weight : float
        Effective weight w.

    Returns
    -------
    float
        nan at w = 1, where the better platform takes all.

    References
    ----------
    After Zhu & Iansiti (2012), DOI 10.1002/smj.941. Status: derived.
    """
    if weight == 1.0:
        return np.nan
    return float(expit(np.log(quality_ratio) / (1.0 - weight)))


def quality_to_grow(entrant_share: float, weight: float) -> float:
    """Return the quality ratio above which an entrant with this share gains users.

        Q_min = ((1 - x_0) / x_0)^(w - 1)

    Parameters
    ----------
    entrant_share : float, in (0, 1)
        x_0.
    weight : float
        Effective weight w.

    Returns
    -------
    float
        With w > 1 the entrant grows for ever above it; with w < 1 only up to `interior_share`.

    References
    ----------
    After Zhu & Iansiti (2012), DOI 10.1002/smj.941. Status: derived.
    """
    return float(np.exp((1.0 - weight) * logit(entrant_share)))


def share_path(
    entrant_share: float, quality_ratio: float, weight: float, revision: float, steps: int
) -> np.ndarray:
    """Return the entrant's share step by step.

        x' = (1 - alpha) x + alpha f,    f / (1 - f) = Q (x / (1 - x))^w

    Parameters
    ----------
    entrant_share : float, in [0, 1]
        First share; platforms without users are never chosen.
    quality_ratio : float
    weight : float
    revision : float, in (0, 1]
        Share alpha of users who choose again in a step.
    steps : int

    Returns
    -------
    (steps + 1,) float
        From the first share on.

    References
    ----------
    After Zhu & Iansiti (2012), DOI 10.1002/smj.941. Status: derived (mean-field map).
    """
    path = [float(entrant_share)]
    for _ in range(steps):
        share = path[-1]
        if 0.0 < share < 1.0:
            chosen = expit(np.log(quality_ratio) + weight * logit(share))
            share = (1.0 - revision) * share + revision * float(chosen)
        path.append(share)
    return np.array(path)


def interior_eigenvalue(weight: float, revision: float = 1.0) -> float:
    """Return how a small deviation from `interior_share` grows in a step.

        lambda = 1 - alpha + alpha w

    Parameters
    ----------
    weight : float
    revision : float, in (0, 1]

    Returns
    -------
    float
        The interior share is stable while it is below 1, that is for w < 1.

    References
    ----------
    After Zhu & Iansiti (2012), DOI 10.1002/smj.941. Status: derived.
    """
    return 1.0 - revision + revision * weight
