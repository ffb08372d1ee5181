"""How far models reach beyond the market: research, and the sectors of the economy."""

from __future__ import annotations

import numpy as np

from platformsim.market.history import History
from platformsim.metrics.base import Values, metric


@metric("relative to start", sesoi=0.10, mechanism="spillover")
def spillover(history: History) -> Values:
    """Stock of knowledge of a field of research relative to month 0, and of all on average."""
    stock = history.tables["fields"]["knowledge"]
    each = {("", name): stock[:, row] for row, name in enumerate(history.row_names["fields"])}
    return {("", ""): stock.mean(axis=1), **each}


@metric("share", sesoi=0.05, mechanism="spillover")
def spillover_capture(history: History) -> Values:
    """What a releaser receives from research, relative to the value of the knowledge gained.

    Before its costs of serving researchers; not defined before anything was gained.
    """
    value = history.tables["fields"]["value"].sum(axis=1)
    reason = history.reasons.index("research")
    found = {}
    for name in history.releaser_names:
        got = history.received[:, history.accounts.index(name), reason]
        missing = np.full_like(got, np.nan)
        found["", name] = np.divide(got, value, out=missing, where=value > 0)
    return found


@metric("share", sesoi=0.10, mechanism="diffusion")
def sector_adoption(history: History) -> Values:
    """Share of a sector's firms that have adopted the technology."""
    share = history.tables["sectors"]["adopted"]
    return {("", name): share[:, row] for row, name in enumerate(history.row_names["sectors"])}


@metric("month", summary="run", direction="down", sesoi=6.0, mechanism="diffusion")
def half_adoption(history: History) -> Values:
    """First month in which half of a sector has adopted; the run's length where it never has."""
    share = history.tables["sectors"]["adopted"]
    reached = share >= 0.5
    month = np.where(reached.any(axis=0), reached.argmax(axis=0), history.months)
    return {("", name): month[row] * 1.0 for row, name in enumerate(history.row_names["sectors"])}
