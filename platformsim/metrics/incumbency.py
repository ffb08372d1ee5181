"""What the established have: data, a base to reach, commitments, makers of devices, regions."""

from __future__ import annotations

import numpy as np

from platformsim.market.history import History
from platformsim.metrics.base import Values, metric

_REACHED = 0.30


def _platforms(history: History, values: np.ndarray) -> Values:
    return {("", name): values[..., row] for row, name in enumerate(history.platform_names)}


@metric("utils", sesoi=0.02, mechanism="data")
def data_quality(history: History) -> Values:
    """What a platform's data add to its worth for users."""
    return _platforms(history, history.platforms["data_quality"])


@metric("share", sesoi=0.05, mechanism="incumbent_base")
def user_reach(history: History) -> Values:
    """Share of all users whom a platform reaches with its new product."""
    return _platforms(history, _reach(history))


def _reach(history: History) -> np.ndarray:
    users, there = history.sides.get("users"), history.platforms["new_product"]
    if users is None:
        return np.zeros_like(there)
    return users.share * there * history.platforms["attached"] * history.platforms["adopted"]


def _reach_months(history: History) -> np.ndarray:
    there = _reach(history) >= _REACHED
    first = np.where(there.any(axis=0), there.argmax(axis=0), history.months + 1)
    return (first - history.platforms["launch_month"][0]) * 1.0


@metric("months", summary="run", direction="down", sesoi=12.0, mechanism="incumbent_base")
def reach_month(history: History) -> Values:
    """Months from launch until a platform reaches 30 % of all users with its new product.

    A platform that never does counts as if it did in the month after the run.
    """
    return _platforms(history, _reach_months(history))


@metric("months", summary="run", sesoi=12.0, mechanism="incumbent_base")
def reach_lead(history: History) -> Values:
    """Months by which a platform reaches 30 % of users sooner than the quickest other one."""
    months, found = _reach_months(history), {}
    for row, name in enumerate(history.platform_names):
        others = np.delete(months, row)
        found["", name] = others.min() - months[row] if others.size else np.array(np.nan)
    return found


@metric("months", summary="run", direction="down", sesoi=3.0, mechanism="dilemma")
def adoption_lag(history: History) -> Values:
    """Months from the arrival of a wave until a platform takes it up, or until the run ends."""
    return _platforms(history, history.platforms["waited"][-1])


@metric("share", sesoi=0.05, mechanism="licensing")
def profit_share(history: History) -> Values:
    """A releaser's share of the profits of all releasers; losses count as nothing."""
    return _releasers(history, _profit_shares(history))


@metric("share", sesoi=0.05, mechanism="licensing")
def value_gap(history: History) -> Values:
    """A releaser's share of profits less its share of the users on releasers' platforms."""
    users = history.sides.get("users")
    if users is None:
        return {}
    owner = history.platform_owner
    held = [users.share[:, owner == row].sum(axis=1) for row in range(len(history.releaser_names))]
    if not held:
        return {}
    held = np.column_stack(held)
    total = held.sum(axis=1, keepdims=True)
    shares = np.divide(held, total, out=np.full_like(held, np.nan), where=total > 0)
    return _releasers(history, _profit_shares(history) - shares)


def _profit_shares(history: History) -> np.ndarray:
    gains = np.maximum(history.releasers["profit"], 0.0)
    total = gains.sum(axis=1, keepdims=True)
    return np.divide(gains, total, out=np.full_like(gains, np.nan), where=total > 0)


def _releasers(history: History, values: np.ndarray) -> Values:
    return {("", name): values[:, row] for row, name in enumerate(history.releaser_names)}


def _regional(history: History) -> tuple[np.ndarray, np.ndarray]:
    """Largest share of each region and its weight, (T+1, regions); no weights: no regions."""
    users = history.tables["regions"]["users"]
    weight = users / np.maximum(users.sum(axis=1, keepdims=True), 1.0)
    return history.tables["regions"]["largest_share"], weight


@metric("share", sesoi=0.10, mechanism="local_clusters")
def regional_concentration(history: History) -> Values:
    """Share of the largest platform of a region, on average over users (regional CR1)."""
    largest, weight = _regional(history)
    mean = (largest * weight).sum(axis=1)
    return {("users", ""): np.where(weight.sum(axis=1) > 0, mean, np.nan)}


@metric("share", sesoi=0.10, mechanism="local_clusters")
def regional_excess(history: History) -> Values:
    """By how much regional concentration exceeds that of the market as a whole."""
    users = history.sides.get("users")
    if users is None:
        return {}
    regional = regional_concentration(history)["users", ""]
    return {("users", ""): regional - users.share.max(axis=1)}


@metric("platforms", sesoi=0.2, mechanism="local_clusters")
def regional_leaders(history: History) -> Values:
    """How many different platforms lead some region."""
    leader = history.tables["regions"]["leader"]
    count = len(history.platform_names)
    leads = [(leader == row + 1).any(axis=1) for row in range(count)]
    return {("users", ""): np.sum(leads, axis=0) * 1.0}


@metric("regions", sesoi=0.2, mechanism="local_clusters")
def regions_led(history: History) -> Values:
    """In how many regions a platform leads."""
    leader = history.tables["regions"]["leader"]
    names = enumerate(history.platform_names)
    return {("", name): (leader == row + 1).sum(axis=1) * 1.0 for row, name in names}
