"""Who comes out ahead: winners of any kind, their share of all who tried, and inequality."""

from __future__ import annotations

import numpy as np

from platformsim.market.history import History
from platformsim.market.ledger import BUILDERS
from platformsim.metrics.base import Values, metric

# What a builder could earn elsewhere: half the income of a product at the frontier.
OUTSIDE_OPTION = 1.0
_DISCOUNT = 0.01


def _margin(history: History) -> tuple[np.ndarray, np.ndarray]:
    """Builders, and what each nets on average, (T+1,) each."""
    row = history.accounts.index(BUILDERS)
    net = history.received[:, row].sum(axis=1) - history.paid[:, row].sum(axis=1)
    count = history.technologies["builders"].sum(axis=1)
    return count, np.divide(net, count, out=np.zeros_like(net), where=count > 0)


def _counts(history: History) -> tuple[np.ndarray, np.ndarray]:
    """Winners, and all who tried, (T+1,) each."""
    months = np.arange(history.months + 1)
    worth = np.cumsum(history.releasers["profit"].T * (1 + _DISCOUNT) ** -months, axis=1)
    firms, (count, margin) = history.tables["rebels"], _margin(history)
    ahead = np.exp(-OUTSIDE_OPTION / np.maximum(margin, 1e-300))
    won = firms["won"].sum(axis=1) + (firms["worth"] > 0).sum(axis=1)
    winners = (worth > 0).sum(axis=0) + won + count * ahead
    tried = len(history.releaser_names) + firms["entered"].sum(axis=1) + count
    return winners, tried


@metric("firms", mechanism="rebels", sesoi=5.0)
def winners(history: History) -> Values:
    """Firms whose discounted profit exceeds their outside option.

    Releasers and entrants of any time count where their profit, discounted at 1 % a month, is
    above 0 (an entrant's after the cost of entry). Of the builders those count who net more than
    1 cu a month, as many as there are when margins are exponential about their mean, as the upper
    tail of a logit is.
    """
    return {("", ""): _counts(history)[0]}


@metric("share", mechanism="rebels", sesoi=0.05)
def winner_share(history: History) -> Values:
    """Winners as a share of releasers, entrants so far, and builders in the market."""
    won, tried = _counts(history)
    return {("", ""): won / np.maximum(tried, 1.0)}


@metric("index 0-1", direction="down", mechanism="rebels", sesoi=0.05)
def profit_gini(history: History) -> Values:
    """Gini index of monthly profits of releasers, entrants and builders.

    Losses count as 0 and builders as equals, so it is a lower bound. Not defined in a month
    without a profit.
    """
    count, margin = _margin(history)
    firms = history.tables["rebels"]
    incomes = np.column_stack((history.releasers["profit"], firms["profit"], margin))
    releasers = np.ones(history.releasers["profit"].shape)
    weights = np.column_stack((releasers, firms["alive"], count))
    incomes = np.maximum(incomes, 0.0)
    order = np.argsort(incomes, axis=1)
    incomes = np.take_along_axis(incomes, order, 1)
    weights = np.take_along_axis(weights, order, 1)
    earned, heads = (incomes * weights).cumsum(axis=1), weights.cumsum(axis=1)
    total, people = earned[:, -1], np.maximum(heads[:, -1], 1e-300)
    before = earned - incomes * weights / 2.0
    safe = np.where(total > 0, total, np.nan)
    return {("", ""): 1.0 - 2.0 * (weights * before).sum(axis=1) / (people * safe)}
