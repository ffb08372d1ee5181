"""AIs that act for somebody: jobs, businesses' and creators' own AIs, and how many there are."""

from __future__ import annotations

import numpy as np

from platformsim.market.history import History
from platformsim.metrics.base import Values, metric

_MODES = ("shared", "own_closed", "own_open")


@metric("share", sesoi=0.05, mechanism="business_ai")
def ai_mode(history: History) -> Values:
    """Share of businesses that meet their customers through each kind of AI."""
    firms = history.tables["firms"]
    counts = {mode: firms[mode].sum(axis=1) for mode in _MODES}
    total = np.maximum(sum(counts.values()), 1e-300)
    return {("", mode): count / total for mode, count in counts.items()}


@metric("share", sesoi=0.10, mechanism="business_ai")
def own_ai(history: History) -> Values:
    """Share of businesses with an AI of their own, in all and by size class."""
    firms = history.tables["firms"]
    own = firms["own_closed"] + firms["own_open"]
    everybody = own + firms["shared"]
    found = {("", ""): own.sum(axis=1) / np.maximum(everybody.sum(axis=1), 1e-300)}
    for row, size in enumerate(history.row_names["firms"]):
        found["", size] = own[:, row] / np.maximum(everybody[:, row], 1e-300)
    return found


@metric("replies' worth/user/month", sesoi=0.5, mechanism="agentic")
def compute_demand(history: History) -> Values:
    """Compute that a user's request takes, with a plain reply as the unit."""
    weight, users = history.technologies["task_weight"], history.sides.get("users")
    if users is None or not weight.shape[1]:
        return {}
    heaviest = weight.max(axis=1)
    delegating = history.platforms["task_value"] > 1.0
    per_user = np.where(delegating, heaviest[:, None], 1.0)
    total = (users.active * per_user).sum(axis=1)
    return {("users", ""): total / np.maximum(users.active.sum(axis=1), 1e-300)}


@metric("replies' worth/user/month", sesoi=0.5, mechanism="agentic")
def task_value(history: History) -> Values:
    """Value of a user's request, with a plain reply as the unit."""
    users = history.sides.get("users")
    if users is None:
        return {}
    total = (users.active * history.platforms["task_value"]).sum(axis=1)
    return {("users", ""): total / np.maximum(users.active.sum(axis=1), 1e-300)}


@metric("agents", sesoi=0.5, mechanism="plural_agents")
def effective_agents(history: History) -> Values:
    """Effective number of AIs that people deal with, 1 / HHI over dealings.

    Dealings through agents are spread over all businesses and creators with an agent; the rest
    goes through the assistant of the user's platform.
    """
    users = history.sides.get("users")
    if users is None:
        return {}
    share = history.platforms["agent_share"][:, 0]
    many = np.maximum(history.platforms["agent_count"][:, 0], 1.0)
    base = users.active / np.maximum(users.active.sum(axis=1, keepdims=True), 1e-300)
    default = ((base * (1.0 - share)[:, None]) ** 2).sum(axis=1)
    total = default + share**2 / many
    return {("users", ""): np.divide(1.0, total, out=np.full_like(total, np.nan), where=total > 0)}


@metric("share", sesoi=0.05, mechanism="plural_agents")
def agent_share(history: History) -> Values:
    """Share of people's dealings that run through agents of others."""
    return {("users", ""): history.platforms["agent_share"][:, 0]}
