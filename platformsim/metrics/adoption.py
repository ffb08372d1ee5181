"""Who joins what: shares, concentration, tipping, switching, time spent."""

from __future__ import annotations

import numpy as np

from platformsim.market.history import History
from platformsim.metrics.base import Values, metric

_TIPPED, _SUSTAINED, _DECADE = 0.80, 12, 120.0
_SMALL, _LAUNCHED = 0.1, 0.4


@metric("share", sesoi=0.05, swing=True)
def share(history: History) -> Values:
    """Installed base of a platform as a share of the side."""
    return {
        (side, name): kept.share[:, row]
        for side, kept in history.sides.items()
        for row, name in enumerate(history.platform_names)
    }


@metric("share", sesoi=0.10, swing=True)
def largest_share(history: History) -> Values:
    """Share of the largest platform of the side (CR1)."""
    return {(side, ""): kept.share.max(axis=1) for side, kept in history.sides.items()}


@metric("index 0-1", sesoi=0.05)
def hhi(history: History) -> Values:
    """Herfindahl-Hirschman index: the sum of squared shares among those who joined (0 to 1)."""
    return {(side, ""): _hhi(kept.share) for side, kept in history.sides.items()}


@metric("platforms", direction="down", sesoi=0.2)
def effective_number(history: History) -> Values:
    """Effective number of platforms, 1 / HHI."""
    found = {}
    for side, kept in history.sides.items():
        index = _hhi(kept.share)
        found[side, ""] = np.divide(1.0, index, out=np.full_like(index, np.nan), where=index > 0)
    return found


def _hhi(shares: np.ndarray) -> np.ndarray:
    total = np.maximum(shares.sum(axis=1, keepdims=True), 1e-300)
    return ((shares / total) ** 2).sum(axis=1)


@metric("share of runs", summary="run", sesoi=0.10)
def tipped(history: History) -> Values:
    """1 when one platform held at least 0.80 of the side for 12 months running, else 0."""
    return {
        (side, ""): np.array(float(_tip_month(kept.share) is not None))
        for side, kept in history.sides.items()
    }


@metric("month", summary="run", direction="down", sesoi=3.0)
def tip_month(history: History) -> Values:
    """First month of those twelve; not defined in a run that does not tip."""
    found = {}
    for side, kept in history.sides.items():
        month = _tip_month(kept.share)
        found[side, ""] = np.array(np.nan if month is None else float(month))
    return found


def _tip_month(shares: np.ndarray) -> int | None:
    # A platform, not the largest share: two leaders who take turns have not tipped the market.
    above = (shares >= _TIPPED).astype(np.int64)
    if len(above) < _SUSTAINED:
        return None
    total = np.vstack((np.zeros(above.shape[1], np.int64), above.cumsum(axis=0)))
    months = np.flatnonzero((total[_SUSTAINED:] - total[:-_SUSTAINED] == _SUSTAINED).any(axis=1))
    return int(months[0]) if months.size else None


@metric("changes/decade", summary="run", sesoi=0.2)
def turnover(history: History) -> Values:
    """Changes of the side's leading platform, per ten years."""
    found = {}
    for side, kept in history.sides.items():
        leader = kept.share.argmax(axis=1)
        changes = np.count_nonzero(leader[1:] != leader[:-1])
        found[side, ""] = np.array(changes * _DECADE / history.months)
    return found


@metric("share/month", summary="mean", direction="down", sesoi=0.005)
def switching(history: History) -> Values:
    """Share of the side that changed its platforms this month; low values are lock-in."""
    return {
        (side, ""): kept.switches / np.maximum(kept.living, 1.0)
        for side, kept in history.sides.items()
    }


@metric("hours/user/month", summary="mean", sesoi=1.0)
def engagement(history: History) -> Values:
    """Time spent on platforms per user and month."""
    users = history.sides.get("users")
    if users is None:
        return {}
    hours = (users.active * history.platforms["hours"]).sum(axis=1)
    return {("users", ""): hours / np.maximum(users.living, 1.0)}


@metric("reactions/user/month", summary="mean", sesoi=0.3)
def interactions(history: History) -> Values:
    """Reactions to posts made with a built-in model, per user and month."""
    users = history.sides.get("users")
    if users is None:
        return {}
    total = (users.active * history.platforms["reactions"]).sum(axis=1)
    return {("users", ""): total / np.maximum(users.living, 1.0)}


@metric("gain", sesoi=0.02)
def loop_gain(history: History) -> Values:
    """Loop gain G of the autopost flywheel; above 1 it sustains itself."""
    gain = history.platforms["loop_gain"]
    return {("", name): gain[:, row] for row, name in enumerate(history.platform_names)}


@metric("share of runs", summary="run", sesoi=0.10, mechanism="cross_network")
def launched(history: History) -> Values:
    """1 when a platform that began with at most 0.1 of users ends with 0.4 or more, else 0.

    On average over the last 12 months. Just under an even split of two, for where there is no
    critical mass chance decides on which side of it a platform ends.
    """
    users = history.sides.get("users")
    if users is None:
        return {}
    last = users.share[-_SUSTAINED:].mean(axis=0)
    return {
        ("", name): np.array(float(last[row] >= _LAUNCHED))
        for row, name in enumerate(history.platform_names)
        if users.share[0, row] <= _SMALL
    }
