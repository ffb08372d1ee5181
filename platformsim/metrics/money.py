"""Who earns what, and who holds the gate. Every figure comes from the payments ledger."""

from __future__ import annotations

import numpy as np

from platformsim.market.history import History
from platformsim.market.ledger import BUILDERS
from platformsim.metrics.base import Values, metric


def _releasers(history: History, values: np.ndarray) -> Values:
    return {("", name): values[:, row] for row, name in enumerate(history.releaser_names)}


def _net(history: History, account: str) -> np.ndarray:
    row = history.accounts.index(account)
    return history.received[:, row].sum(axis=1) - history.paid[:, row].sum(axis=1)


@metric("cu/month", summary="mean", sesoi=0.01)
def revenue(history: History) -> Values:
    """What a releaser earns, without a patron's money."""
    return _releasers(history, history.releasers["revenue"])


@metric("cu/month", summary="mean", sesoi=0.01)
def profit(history: History) -> Values:
    """Revenue less costs of a releaser."""
    return _releasers(history, history.releasers["profit"])


@metric("months", sesoi=3.0)
def runway(history: History) -> Values:
    """Months that a releaser's cash lasts at the present loss; 120 at most and without a loss."""
    loss = np.maximum(-history.releasers["profit"], 1e-9)
    months = np.maximum(history.releasers["cash"], 0.0) / loss
    return _releasers(history, np.minimum(months, 120.0))


@metric("share", summary="mean", sesoi=0.10)
def patron_dependence(history: History) -> Values:
    """Patron's money as a share of patron's money and earned revenue.

    Not defined for a releaser that is out of business.
    """
    gift, earned = history.releasers["patronage"], history.releasers["revenue"]
    total = gift + earned
    share = np.divide(gift, total, out=np.zeros_like(gift), where=total > 0)
    return _releasers(history, np.where(history.releasers["active"] > 0, share, np.nan))


@metric("releasers", summary="run", direction="down", sesoi=0.15)
def exits(history: History) -> Values:
    """Releasers that ran out of money and left."""
    return {("", ""): np.count_nonzero(history.releasers["active"][-1] == 0) * 1.0}


@metric("cu/month", summary="mean", sesoi=0.01)
def income(history: History) -> Values:
    """Net income of creators, businesses, builders and all releasers together."""
    found = {
        ("", group): _net(history, group)
        for group in ("creators", "businesses")
        if group in history.sides
    }
    found["", BUILDERS] = _net(history, BUILDERS)
    if history.releaser_names:
        found["", "releasers"] = history.releasers["profit"].sum(axis=1)
    return found


@metric("cu/user/month", summary="mean", sesoi=0.02)
def consumer_surplus(history: History) -> Values:
    """Log-sum of users per user and month, over a market in which every platform is worth 0."""
    users = history.sides.get("users")
    return {} if users is None else {("users", ""): users.surplus}


def _surpluses(history: History) -> dict[str, np.ndarray]:
    found = {group: path for (_, group), path in income(history).items()}
    users = history.sides.get("users")
    if users is not None:
        found["users"] = users.surplus * users.living
        found["users"] = found["users"] - history.technologies["users_abused"].sum(axis=1)
    if "state" in history.accounts:
        found["state"] = _net(history, "state")
    return found


def social_harm(history: History) -> np.ndarray:
    """Return the harm by misuse and from catastrophes, (T+1,) cu/month.

    A catastrophe costs years of the surplus that the market made in its month.
    """
    surplus = np.sum(list(_surpluses(history).values()), axis=0)
    years = history.technologies["catastrophe_years"].sum(axis=1)
    return history.technologies["harm"].sum(axis=1) + 12.0 * years * np.maximum(surplus, 0.0)


def compensation(history: History) -> np.ndarray:
    """Return what users receive from releasers who are liable for misuse, (T+1,) cu/month."""
    if "users" not in history.accounts:
        return np.zeros(history.months + 1)
    users, reason = history.accounts.index("users"), history.reasons.index("liability")
    return history.received[:, users, reason]


def abuse_taken(history: History) -> np.ndarray:
    """Return what dependants lose to keepers that abuse their control, (T+1,) cu/month."""
    technologies = history.technologies
    return (technologies["users_abused"] + technologies["overcharged"]).sum(axis=1)


@metric("share", summary="mean", sesoi=0.05)
def capture(history: History) -> Values:
    """Share of the total surplus that a group receives; losses count as nothing received."""
    parts = {group: np.maximum(path, 0.0) for group, path in _surpluses(history).items()}
    total = np.maximum(sum(parts.values()), 1e-300)
    return {("", group): path / total for group, path in parts.items()}


@metric("cu/month", summary="mean", sesoi=0.01)
def welfare(history: History) -> Values:
    """Consumer surplus plus the net incomes of creators, businesses, builders and releasers.

    Less the harm by misuse, for which a liable releaser may have compensated users, and what
    keepers' abuse costs users; with what a state takes and pays, where there is one.
    """
    gross = np.sum(list(_surpluses(history).values()), axis=0)
    return {("", ""): gross - social_harm(history) + compensation(history)}


@metric("index 0-1", sesoi=0.05)
def gatekeeper_index(history: History) -> Values:
    """Share of downstream revenue that must pass a releaser's control points.

    Revenue that crosses the points times the part of it without a substitute reachable within
    3 months at less than 10 % of a year's revenue, relative to all downstream revenue.
    """
    total = history.technologies["downstream"].sum(axis=1)
    return _by_owner(history, history.technologies["gated"], total)


@metric("share", sesoi=0.01)
def toll_rate(history: History) -> Values:
    """Tolls that a releaser takes, relative to the downstream revenue on its technologies."""
    return _by_owner(history, history.technologies["tolls"], None)


def _by_owner(history: History, values: np.ndarray, total: np.ndarray | None) -> Values:
    found = {}
    for row, name in enumerate(history.releaser_names):
        owned = history.technology_owner == row
        own = values[:, owned].sum(axis=1)
        base = history.technologies["downstream"][:, owned].sum(axis=1) if total is None else total
        found["", name] = np.divide(own, base, out=np.zeros_like(own), where=base > 0)
    return found


@metric("index 0-1", direction="down", sesoi=0.10)
def control_hhi(history: History) -> Values:
    """HHI of who can grant or deny access to what is built on, weighted by capability.

    The owner controls its newest generation while that is closed, and of an open one the part
    that its control points still cover; what nobody controls adds nothing. A state in the place
    of all owners controls it together. Not defined in a month in which nobody builds.
    """
    capability, built = history.technologies["capability"], history.technologies["downstream"]
    crossing = history.technologies["crossing"] / np.maximum(built, 1e-300)
    gate = np.where(history.terms["api_access"] > 0, 1.0, crossing)
    weight = capability / np.maximum(capability.sum(axis=1, keepdims=True), 1e-300)
    by_state = history.technologies["state_kept"]
    left = weight * gate * (1.0 - by_state)
    held = [
        left[:, history.technology_owner == row].sum(axis=1)
        for row in range(len(history.releaser_names))
    ]
    if not held:
        return {}
    held.append((weight * gate * by_state).sum(axis=1))
    index = np.sum(np.square(held), axis=0)
    return {("", ""): np.where(built.sum(axis=1) > 0, index, np.nan)}
