"""A month of the builders in one compiled call.

The rule and its symbols are those of :class:`platformsim.mechanisms.builders.Builders`; every array
has an entry a technology. A market has two or three technologies: what costs time is not the
arithmetic but asking for it, so the month's arithmetic is asked for once.
"""

from __future__ import annotations

import math

import numpy as np

from platformsim.market.binomial import turned_over
from platformsim.market.kernels.cache import cached

NO_WAY = -1e30


@cached
def ways_in(
    rules, capability, burden, price, belief, best_open, open_access, api_access, owner, active
):
    """Return the expected net margin of the open way and of the API, (2, L), cu/month.

    Parameters
    ----------
    rules : tuple of float
        builder_income, access_cost_open, access_cost_closed.
    capability, burden, price, belief, best_open, open_access, api_access : (L,) float
    owner : (L,) int
        Row of the releaser; -1, nobody, always serves.
    active : (releasers,) float
    """
    income, cost_open, cost_closed = rules
    frontier = capability.max()
    ways = np.full((2, len(capability)), NO_WAY)
    for i in range(len(capability)):
        earned = income * (1.0 - burden[i])
        closed = earned * capability[i] / frontier - cost_closed * price[i]
        if open_access[i] > 0.0:
            opened = earned * best_open[i] / frontier - cost_open
            ways[0, i] = belief[i] * opened + (1.0 - belief[i]) * closed
        if api_access[i] > 0.0 and (owner[i] < 0 or active[owner[i]] > 0.0):
            ways[1, i] = closed
    return ways


@cached
def shares(values, spread):
    """Return the logit shares of staying out, worth 0, and of each technology, (L + 1,)."""
    best = 0.0
    for value in values:
        best = max(best, value)
    weight = np.empty(len(values) + 1)
    weight[0] = math.exp((0.0 - best) / spread)
    for i in range(len(values)):
        weight[i + 1] = math.exp((values[i] - best) / spread)
    total = 0.0
    for part in weight:
        total += part
    return weight / total


@cached
def ideas(values, out, spread):
    """Return what an entrant's idea earns above the average one, (L,) cu/month."""
    out = min(max(out, 1e-300), 1.0 - 1e-12)
    expected = spread * -math.log(out) / (1.0 - out)
    found = np.zeros(len(values))
    for i in range(len(values)):
        if values[i] > NO_WAY:
            found[i] = max(expected - values[i], 0.0)
    return found


@cached
def review(column, pool, values, spread, rate, leaving, entering):
    """Let some of a kind of builders choose anew; return what an idea brings each, (L,) cu/month.

    Parameters
    ----------
    column : (L,) float, written
        Builders of the kind.
    pool : float
        All who could be.
    values : (L,) float, cu/month
        Net margin of their way into each technology.
    spread, rate : float
    leaving, entering : (L + 1,) and (L,) float
        Draws; empty in the mean field, where flows are what is expected.
    """
    target, stock, inside = shares(values, spread), np.empty(len(column) + 1), 0.0
    for count in column:
        inside += count
    # Entry by entry: assigning slices would double the time that compiling takes.
    stock[0] = max(pool - inside, 0.0)
    for i in range(len(column)):
        stock[i + 1] = column[i]
    if len(leaving):
        after = turned_over(leaving, entering, stock, rate, target)
        for i in range(len(column)):
            column[i] = after[i]
    else:
        gone = 0.0
        for count in stock:
            gone += count * rate
        for i in range(len(column)):
            column[i] = stock[i + 1] - stock[i + 1] * rate + gone * target[i + 1]
    return ideas(values, target[0], spread)


@cached
def month(
    rules, capability, burden, loss, price, belief,
    best_open, open_access, api_access, owner, active,
    equipped, plain, on_open, builders, opened, downstream,
    leaving, entering,
):  # fmt: skip
    """Let builders choose anew, sell, and improve what is open.

    Parameters
    ----------
    rules : tuple of float
        builder_income, access_cost_open, access_cost_closed, spread, review_rate, community_gain,
        sigma, and how many equipped and plain builders there could be.
    capability : (L,) float, written
    burden, loss, price, belief, best_open, open_access, api_access, owner : (L,)
    active : (releasers,) float
    equipped, plain, on_open, builders, opened, downstream : (L,) float, written
    leaving, entering : tuple of two arrays
        Draws of the equipped and the plain; see :func:`review`.

    Returns
    -------
    sold, hosted : float
        All sales, cu/month; builders who run an open version themselves.
    """
    income, cost_open, cost_closed, spread, rate, gain, sigma, most_equipped, most_plain = rules
    ways = ways_in(
        (income, cost_open, cost_closed), capability, burden, price, belief, best_open,
        open_access, api_access, owner, active,
    )  # fmt: skip
    either = np.maximum(ways[0], ways[1])
    by_equipped = review(equipped, most_equipped, either, spread, rate, leaving[0], entering[0])
    by_plain = review(plain, most_plain, ways[1], spread, rate, leaving[1], entering[1])
    frontier, sold, hosted = capability.max(), 0.0, 0.0
    for i in range(len(capability)):
        open_is_better = ways[0, i] >= ways[1, i] and ways[0, i] > NO_WAY
        on_open[i] = equipped[i] if open_is_better else 0.0
        builders[i] = equipped[i] + plain[i]
        on_api, kept = builders[i] - on_open[i], 1.0 - burden[i]
        served = income * (1.0 - loss[i]) / frontier
        brought = (equipped[i] - on_open[i]) * by_equipped[i] + plain[i] * by_plain[i]
        opened[i] = on_open[i] * served * best_open[i] + on_open[i] * by_equipped[i] / kept
        downstream[i] = opened[i] + on_api * income * capability[i] / frontier + brought / kept
        sold += downstream[i]
        hosted += on_open[i]
    for i in range(len(capability)):
        capability[i] += gain * on_open[i] ** sigma
    return sold, hosted
