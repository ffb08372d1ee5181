"""Misuse of a model that has one keeper, or copies at large and many defenders.

Bad actors get at a share `access` of a model. A share D of its weaknesses is patched, and a patch
reaches the share `reach` of the copies in use: all of a served model, fewer of copies at large. So
an attempt succeeds with probability access (1 - D reach). Each month defenders find the share
f = find_rate defenders visibility (at most 1) of the open weaknesses, and the share `decay` of the
patches goes stale:

    D(t) = D(t-1) + f (1 - D(t-1)) - decay D(t-1),    D(0) = 0

An open release has the larger access and the larger f, a closed one the larger reach.
"""

from __future__ import annotations

from typing import NamedTuple


class Guard(NamedTuple):
    """How a model is exposed and defended.

    Attributes
    ----------
    access : float, in [0, 1]
        Share of full access that bad actors have.
    find : float, per month, in [0, 1]
        Share of the open weaknesses that defenders find.
    decay : float, per month, in [0, 1]
        Share of the patches that go stale.
    reach : float, in [0, 1]
        Share of the copies in use that a patch reaches.
    """

    access: float
    find: float
    decay: float
    reach: float


def settled_defence(find: float, decay: float) -> float:
    """Return the share of weaknesses patched in the long run, D* = f / (f + decay).

    Parameters
    ----------
    find, decay : float, per month
        As in `Guard`.

    Returns
    -------
    float, in [0, 1]
        0 where nothing is ever found.

    References
    ----------
    Status: derived (fixed point of a linear map). The rule is a modelling choice; on disclosure
    that informs attackers and defenders alike cf. P. Swire (2004), "A model for when disclosure
    helps security".
    """
    return find / (find + decay) if find > 0 else 0.0


def defence_after(months: float, find: float, decay: float) -> float:
    """Return the share of weaknesses patched after a time, D* (1 - (1 - f - decay)**t).

    Parameters
    ----------
    months : float
        Whole months, t.
    find, decay : float, per month
        As in `Guard`; the defence approaches D* at the rate f + decay, without overshooting where
        that is at most 1.

    Returns
    -------
    float

    References
    ----------
    Status: exact (linear map).
    """
    return settled_defence(find, decay) * (1.0 - (1.0 - find - decay) ** months)


def exposure(guard: Guard, defence: float) -> float:
    """Return the probability that an attempt at misuse succeeds, access (1 - D reach).

    Parameters
    ----------
    guard : Guard
    defence : float, in [0, 1]
        D.

    Returns
    -------
    float, in [0, 1]

    References
    ----------
    Status: definition.
    """
    return guard.access * (1.0 - defence * guard.reach)


def settled_exposure(guard: Guard) -> float:
    """Return the exposure in the long run; of two guards the lower one is the safer.

    An open release is safer than a closed one of equal capability exactly when

        access_open (1 - D*_open reach) < access_closed (1 - D*_closed)

    Parameters
    ----------
    guard : Guard

    Returns
    -------
    float, in [0, 1]

    References
    ----------
    Status: derived.
    """
    return exposure(guard, settled_defence(guard.find, guard.decay))


def crossing_month(opened: Guard, closed: Guard, horizon: int = 1200) -> int | None:
    """Return the first month in which the open release is the less exposed one.

    Both start without a patch, and a month's defenders act before its bad actors.

    Parameters
    ----------
    opened, closed : Guard
    horizon : int, months

    Returns
    -------
    int or None
        1 or later; None when it does not happen within the horizon.

    References
    ----------
    Status: exact for the recursion of aggregates.
    """
    for month in range(1, horizon + 1):
        risks = [
            exposure(guard, defence_after(month, guard.find, guard.decay))
            for guard in (opened, closed)
        ]
        if risks[0] < risks[1]:
            return month
    return None
