"""Creators and their fans: answers, income, AIs, and how much goes on between people and AIs."""

from __future__ import annotations

import numpy as np

from platformsim.market.history import History
from platformsim.metrics.base import Values, metric


@metric("share", sesoi=0.20, mechanism="creator_ai")
def cov_creator(history: History) -> Values:
    """Share of fans' requests that are answered, by hand or by an AI."""
    table = history.tables["audiences"]
    asked, answered = table["requests"].sum(axis=1), table["answered"].sum(axis=1)
    share = np.divide(answered, asked, out=np.full_like(asked, np.nan), where=asked > 0)
    return {("", ""): share}


@metric("share", sesoi=0.10, mechanism="creator_ai")
def creator_adoption(history: History) -> Values:
    """Share of creators with an AI: all of them, and those who own it."""
    table = history.tables["audiences"]
    everybody = np.maximum(table["creators"].sum(axis=1), 1e-300)
    found = {("", ""): table["with_ai"].sum(axis=1) / everybody}
    if "owned_ais" in history.tables:
        owners = table["with_ai"] * history.tables["owned_ais"]["taken"]
        found["", "owned"] = owners.sum(axis=1) / everybody
    return found


@metric("cu/creator/month", summary="mean", sesoi=0.1, mechanism="creator_ai")
def creator_income(history: History) -> Values:
    """What a creator earns from content and contact: all of them, and by size of audience."""
    table = history.tables["audiences"]
    counts, income = table["creators"], _incomes(table)
    everybody = np.maximum(counts.sum(axis=1), 1e-300)
    found = {("", ""): (counts * income).sum(axis=1) / everybody}
    for row, tier in enumerate(history.row_names["audiences"]):
        found["", tier] = income[:, row]
    return found


def _incomes(table: dict[str, np.ndarray]) -> np.ndarray:
    """Mean income in each tier, (T+1, tiers)."""
    counts = np.maximum(table["creators"], 1e-300)
    part = np.clip(table["with_ai"] / counts, 0.0, 1.0)
    return (1.0 - part) * table["income_without"] + part * table["income_with"]


@metric("index 0-1", summary="mean", direction="down", sesoi=0.02, mechanism="creator_ai")
def creator_gini(history: History) -> Values:
    """Gini coefficient of creators' incomes between the tiers, with and without an AI apart."""
    table = history.tables["audiences"]
    with_ai = np.minimum(table["with_ai"], table["creators"])
    counts = np.hstack((table["creators"] - with_ai, with_ai))
    incomes = np.maximum(np.hstack((table["income_without"], table["income_with"])), 0.0)
    order = np.argsort(incomes, axis=1, kind="stable")
    counts = np.take_along_axis(counts, order, axis=1)
    earned = counts * np.take_along_axis(incomes, order, axis=1)
    people, money = counts.sum(axis=1), earned.sum(axis=1)
    running = np.cumsum(earned, axis=1) - earned / 2.0
    area = (counts * running).sum(axis=1)
    some = (people > 0) & (money > 0)
    gini = 1.0 - 2.0 * area / np.where(some, people * money, 1.0)
    return {("", ""): np.where(some, gini, np.nan)}


@metric("1/user/month", summary="mean", sesoi=0.5, mechanism="creator_ai")
def gross_interactions(history: History) -> Values:
    """Reactions to posts, replies to fans and talks with businesses' AIs, per user and month."""
    users = history.sides.get("users")
    if users is None:
        return {}
    columns = history.platforms
    each = columns["reactions"] + columns["fan_replies"] + columns["business_chats"]
    return {("users", ""): (users.active * each).sum(axis=1) / np.maximum(users.living, 1.0)}
