"""Applications on an open base: which of them prevail, who earns, and how fast members move on."""

from __future__ import annotations

import numpy as np

from platformsim.market.history import History
from platformsim.metrics.base import Values, metric

_JUDGED = 60


def _part(part: np.ndarray, total: np.ndarray) -> np.ndarray:
    return np.divide(part, total, out=np.full_like(total, np.nan), where=total > 0)


def _closed_activity(history: History) -> np.ndarray:
    users = history.sides.get("users")
    if users is None:
        return np.full(history.months + 1, np.nan)
    hours = users.active * history.platforms["hours"]
    return _part((hours * history.platforms["app_closed"]).sum(axis=1), hours.sum(axis=1))


def _closed_revenue(history: History) -> np.ndarray:
    revenue = history.platforms["app_revenue"]
    return _part((revenue * history.platforms["app_closed"]).sum(axis=1), revenue.sum(axis=1))


@metric("share", sesoi=0.10, mechanism="layers")
def closed_activity(history: History) -> Values:
    """Share of users' time that is spent on closed applications."""
    return {("", ""): _closed_activity(history)}


@metric("share", sesoi=0.10, mechanism="layers")
def closed_revenue(history: History) -> Values:
    """Share of applications' revenue that closed ones earn; not defined while there is none."""
    return {("", ""): _closed_revenue(history)}


@metric("share of runs", summary="run", sesoi=0.70, mechanism="layers")
def closed_prevails(history: History) -> Values:
    """1 when closed applications hold over half of activity and of revenue at month 60, else 0."""
    month = min(_JUDGED, history.months)
    both = _closed_activity(history)[month] > 0.5 and _closed_revenue(history)[month] > 0.5
    return {("", ""): np.array(float(both))}


@metric("log2 months", direction="down", sesoi=1.0, mechanism="layers")
def stay(history: History) -> Values:
    """Mean time until a member moves to another platform, as a power of 2: 1 less is half as long.

    Not defined in a month in which nobody moves.
    """
    users = history.sides.get("users")
    if users is None:
        return {}
    rate = _part(users.switches * 1.0, users.living * 1.0)
    return {("users", ""): -np.log2(rate, out=np.full_like(rate, np.nan), where=rate > 0)}


@metric("share of runs", summary="run", sesoi=0.10, mechanism="web3_ai")
def leads(history: History) -> Values:
    """1 for the platform with the most users on average over the last 12 months, else 0."""
    users = history.sides.get("users")
    if users is None:
        return {}
    first = users.share[-12:].mean(axis=0).argmax()
    return {
        ("", name): np.array(float(row == first)) for row, name in enumerate(history.platform_names)
    }


def _project(history: History, column: str) -> np.ndarray:
    return (history.platforms[column] * history.platforms["project"]).sum(axis=1)


@metric("ratio", sesoi=0.05, mechanism="web3_ai")
def earned_share(history: History) -> Values:
    """Earned revenue of a niche project relative to its costs; not defined without costs."""
    return {("", ""): _part(_project(history, "earned"), _project(history, "project_cost"))}


@metric("share of runs", summary="run", sesoi=0.10, mechanism="web3_ai")
def sustained(history: History) -> Values:
    """1 when a niche project earns its costs over the last 12 months, else 0."""
    earned, cost = _project(history, "earned"), _project(history, "project_cost")
    return {("", ""): np.array(float(earned[-12:].sum() >= cost[-12:].sum()))}
