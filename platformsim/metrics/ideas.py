"""What a market for ideas finds: the best design, how many differ, and who does better."""

from __future__ import annotations

import numpy as np

from platformsim.market.history import History
from platformsim.metrics.base import Values, metric


@metric("quality 0-1", mechanism="idea_market", sesoi=0.035)
def idea_quality(history: History) -> Values:
    """Best quality of any product (a design at random has 0.5)."""
    return {("", ""): history.tables["ideas"]["quality"].max(axis=1)}


@metric("quality 0-1", mechanism="idea_market", sesoi=0.03)
def idea_quality_mean(history: History) -> Values:
    """Mean quality of the products."""
    return {("", ""): history.tables["ideas"]["quality"].mean(axis=1)}


@metric("designs", mechanism="idea_market", sesoi=2.0)
def variety(history: History) -> Values:
    """Distinct designs among the products."""
    designs = np.sort(history.tables["ideas"]["design"], axis=1)
    return {("", ""): 1.0 + (np.diff(designs, axis=1) != 0).sum(axis=1)}


@metric("quality 0-1", mechanism="idea_market", sesoi=0.02)
def sharers_lead(history: History) -> Values:
    """Mean quality of those who give and take less that of those who do neither.

    Not defined without either.
    """
    ideas = history.tables["ideas"]
    share, alone = ideas["gives"] > 0, ideas["takes"] == 0
    both = share.any(axis=1) & alone.any(axis=1)
    means = [
        (ideas["quality"] * who).sum(axis=1) / np.maximum(who.sum(axis=1), 1)
        for who in (share, alone)
    ]
    return {("", ""): np.where(both, means[0] - means[1], np.nan)}
