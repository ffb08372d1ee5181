"""A month at the gate in one compiled call.

The rule and its symbols are those of :class:`platformsim.mechanisms.open_gate.OpenGate`; every
array has an entry a technology.
"""

from __future__ import annotations

import math

import numpy as np

from platformsim.market.kernels.cache import cached

# A substitute counts when it is reachable within 3 months at less than 10 % of a year's revenue.
_SUBSTITUTE_MONTHS = 0.1 * 12
_COMPARABLE = 0.9


@cached
def wish_to_fork(worth, fork_cost):
    """Return the share of builders whose cost of forking is below what it is worth to them."""
    if fork_cost > 0.0:
        return -math.expm1(-worth / fork_cost)
    return 1.0 if worth > 0.0 else 0.0


@cached
def best_elsewhere(levels, access):
    """Return for each technology the best of the others that can be had, (L,)."""
    found = np.zeros(len(levels))
    for i in range(len(levels)):
        for j in range(len(levels)):
            if j != i and access[j] > 0.0:
                found[i] = max(found[i], levels[j])
    return found


@cached
def month(
    rules, held, capability, builders, plain, on_open, opened, downstream,
    best_open, open_access, api_access,
    forked, tolls, burden, loss, crossing, gated,
):  # fmt: skip
    """Let builders fork, work out the tolls, and measure what must pass the gate.

    Parameters
    ----------
    rules : tuple of float
        control_coverage, interoperability, toll, service_value, fork_cost, fork_horizon,
        fork_rate.
    held, capability, builders, plain, on_open, opened, downstream : (L,) float
    best_open, open_access, api_access : (L,) float
    forked, tolls, burden, loss, crossing, gated : (L,) float, written
    """
    coverage, interoperability, toll, service, fork_cost, horizon, fork_rate = rules
    gate = 1.0 if coverage > 0.0 else 0.0
    stuck = math.exp(-_SUBSTITUTE_MONTHS / fork_cost) if fork_cost > 0.0 else 0.0
    by_api, openly = best_elsewhere(capability, api_access), best_elsewhere(best_open, open_access)
    for i in range(len(capability)):
        covered = coverage * held[i] * (1.0 - interoperability)
        worth = horizon * covered * max(0.0, toll - service)
        wish = wish_to_fork(worth, fork_cost) * open_access[i]
        forked[i] += fork_rate * (wish - forked[i])
        served, stay = downstream[i] - opened[i], 1.0 - forked[i]
        tolls[i] = toll * (covered * (opened[i] * stay + served))
        burden[i] = toll * covered * stay
        loss[i] = service * covered * forked[i]
        crossing[i] = covered * opened[i] * stay + gate * served
        bar, equipped = _COMPARABLE * capability[i], builders[i] - plain[i] - on_open[i]
        captive = 0.0
        if by_api[i] < bar:
            captive = plain[i] + (equipped if openly[i] < bar else 0.0)
        no_other = captive / max(plain[i] + equipped, 1.0)
        gated[i] = covered * opened[i] * stay * stuck + gate * served * no_other
