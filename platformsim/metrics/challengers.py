"""Challengers and laggards: who enters against the leader, who lasts, who opens, who catches up."""

from __future__ import annotations

import numpy as np

from platformsim.market.history import History
from platformsim.metrics.base import Values, metric

# The usual pace of the frontier: a generation a year that adds 0.3 to the log of capability.
_LOG_PER_MONTH = 0.3 / 12.0


@metric("firms", mechanism="rebels", sesoi=1.0)
def entrants(history: History) -> Values:
    """Young firms in the market that sell against the labs' APIs."""
    return {("", ""): history.tables["rebels"]["alive"].sum(axis=1)}


@metric("share", summary="run", mechanism="rebels", sesoi=0.10)
def entrant_surv(history: History) -> Values:
    """Share of entrants who lasted 36 months, of those who did and those who left before.

    Not defined where no firm has reached that age or left.
    """
    firms = history.tables["rebels"]
    lasted, failed = firms["lasted"][-1].sum(), firms["failed"][-1].sum()
    return {("", ""): lasted / (lasted + failed) if lasted + failed else np.nan}


@metric("share", summary="mean", direction="down", mechanism="rebels", sesoi=0.05)
def leader_margin(history: History) -> Values:
    """Margin of the most capable technology that is sold, as a share of the full price.

    Not defined in a month in which nobody sells access.
    """
    technologies = history.technologies
    sold = history.terms["margin"] > 0
    if not sold.shape[1]:
        return {}
    level = np.where(sold, technologies["capability"], -1.0)
    leader = level.argmax(axis=1)[:, None]
    margin = technologies["price_factor"] - (1.0 - technologies["api_margin"])
    found = np.take_along_axis(np.maximum(margin, 0.0), leader, 1)[:, 0]
    return {("", ""): np.where(sold.any(axis=1), found, np.nan)}


@metric("share", summary="mean", direction="down", mechanism="rebels", sesoi=0.05)
def api_share(history: History) -> Values:
    """Share of a technology's API demand that entrants leave to its owner."""
    kept = 1.0 - history.technologies["rival_share"]
    return {("", name): kept[:, row] for row, name in enumerate(history.technology_names)}


@metric("cu/month", summary="mean", mechanism="rebels", sesoi=0.01)
def relative_profit(history: History) -> Values:
    """Profit of a releaser less that of the best of the others."""
    profit, found = history.releasers["profit"], {}
    for row, name in enumerate(history.releaser_names):
        others = np.delete(profit, row, axis=1)
        if others.shape[1]:
            found["", name] = profit[:, row] - others.max(axis=1)
    return found


@metric("share of months", mechanism="regime", sesoi=0.15)
def all_open(history: History) -> Values:
    """1 in a month in which the newest generation of every owned technology is open, else 0."""
    owned = history.technology_owner >= 0
    if not owned.any():
        return {}
    return {("", ""): history.technologies["newest_open"][:, owned].min(axis=1)}


@metric("technologies", summary="mean", mechanism="regime", sesoi=0.3)
def in_order(history: History) -> Values:
    """Technologies that are open and in good standing."""
    return {("", ""): history.technologies["in_order"].sum(axis=1)}


@metric("share of months", summary="mean", mechanism="laggard_rule", sesoi=0.10)
def open_share(history: History) -> Values:
    """Share of months in which a technology's newest generation is open, and of all of them."""
    opened = history.technologies["newest_open"]
    if not opened.shape[1]:
        return {}
    found = {("", name): opened[:, row] for row, name in enumerate(history.technology_names)}
    return {("", ""): opened.mean(axis=1), **found}


def _lead(history: History) -> dict[str, np.ndarray]:
    """Log lead of each technology over the best of those of other owners, (T+1,) each."""
    # Months that are still to come stand at 0.
    logs = np.log(np.maximum(history.technologies["capability"], 1e-300))
    owner = history.technology_owner
    return {
        name: logs[:, row] - logs[:, owner != owner[row]].max(axis=1)
        for row, name in enumerate(history.technology_names)
        if (owner != owner[row]).any()
    }


@metric("months", mechanism="laggard_rule", sesoi=3.0)
def lead(history: History) -> Values:
    """Months by which a technology is ahead of the best rival's, at the usual pace."""
    return {("", name): path / _LOG_PER_MONTH for name, path in _lead(history).items()}


@metric("month", summary="run", direction="down", mechanism="laggard_rule", sesoi=3.0)
def catch_up_month(history: History) -> Values:
    """First month in which a technology is as capable as the best rival's; the last if never."""
    found = {}
    for name, path in _lead(history).items():
        level = path >= -1e-9
        found["", name] = float(level.argmax()) if level.any() else float(history.months)
    return found
