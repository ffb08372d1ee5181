"""What is built and by whom: builders, capability, the open gap, access, reversion."""

from __future__ import annotations

import numpy as np

from platformsim.market.history import History
from platformsim.metrics.base import Values, metric

# The usual pace of the frontier, in which a gap of capability is expressed as months: a new
# generation each 12 months that adds 0.3 to the log of capability.
_LOG_PER_MONTH = 0.3 / 12.0


def _each(history: History, values: np.ndarray) -> Values:
    return {("", name): values[:, row] for row, name in enumerate(history.technology_names)}


@metric("builders", sesoi=5.0)
def builders(history: History) -> Values:
    """Builders on a technology, and in all."""
    count = history.technologies["builders"]
    return {("", ""): count.sum(axis=1), **_each(history, count)}


@metric("index", sesoi=2.0)
def capability(history: History) -> Values:
    """Capability of a technology's newest generation; the frontier at month 0 is 100."""
    return _each(history, history.technologies["capability"])


@metric("index", sesoi=2.0)
def frontier(history: History) -> Values:
    """Highest capability of any technology."""
    return {("", ""): history.technologies["capability"].max(axis=1, initial=0.0)}


@metric("months", direction="down", sesoi=2.0)
def open_gap(history: History) -> Values:
    """Months by which the best open version trails the best capability, at the usual pace.

    Not defined while nothing is open.
    """
    opened = history.terms["open_capability"].max(axis=1, initial=0.0)
    best = history.technologies["capability"].max(axis=1, initial=1.0)
    ratio = np.divide(best, opened, out=np.full_like(best, np.nan), where=opened > 0)
    return {("", ""): np.log(ratio) / _LOG_PER_MONTH}


@metric("share", direction="down", sesoi=0.05)
def price(history: History) -> Values:
    """Price of API access relative to the full price."""
    return _each(history, history.technologies["price_factor"])


@metric("probability", sesoi=0.05)
def belief(history: History) -> Values:
    """Belief that an open release stays open."""
    return _each(history, history.technologies["belief"])


@metric("share of runs", summary="run", sesoi=0.10)
def reversion(history: History) -> Values:
    """1 when an open release was closed within the run, else 0."""
    closed = history.technologies["reverted"].max(axis=0, initial=0.0)
    return {("", name): closed[row] for row, name in enumerate(history.technology_names)}


@metric("month", summary="run", direction="down", sesoi=3.0)
def reversion_month(history: History) -> Values:
    """Month in which an open release was closed; not defined where none was."""
    month = history.technologies["reverted_month"][-1]
    return {("", name): month[row] for row, name in enumerate(history.technology_names)}
