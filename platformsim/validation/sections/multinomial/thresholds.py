"""Where an even split ends: kicked markets, and the mean field solved for its thresholds.

A lead of one platform over the others, alike among themselves, is at rest at one strength of the
network effect: its smallest value over all leads is the onset of tipping, its value at the
smallest lead the threshold of the even split.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
from scipy.optimize import brentq, minimize_scalar, root

from platformsim.mechanisms.direct_network import DirectNetwork
from platformsim.theory import tipping
from platformsim.validation.markets import month, replays
from platformsim.validation.rows import Measured, computed, mean_of
from platformsim.validation.section import Draws
from platformsim.validation.sections.multinomial.predictions import MARKETS, even_share
from platformsim.validation.sections.multinomial.stages import alike

_PEOPLE, _CROWD = 80_000, 10**10
# Leads that stand for none at all, and at which the search for the onset begins.
_NONE, _LEAST = 1e-6, 1e-3


# -- kicks ---------------------------------------------------------------------------------


def _parts(share: np.ndarray, count: int) -> np.ndarray:
    """Return whole numbers of agents outside and on each platform."""
    edges = np.rint(np.cumsum(share) * count).astype(np.int64)
    return np.concatenate(([count - edges[-1]], np.diff(edges, prepend=0)))


def _seed(draws: Draws, place: int) -> int:
    """Return a seed of its own for each of several markets of a check."""
    return (draws.seed + place) % 2**32


def _kicked(built, share: float, kick: float, draws: range) -> np.ndarray:
    """Return by what factor a lead grows in a month, one value a replicate.

    The first platform gains what the second loses, and the other way round: even orders of the
    kick cancel.
    """
    platforms, count = len(built.quality), built.spec.sides["users"].count
    leads = []
    for sign in (1.0, -1.0):
        shares = np.full(platforms, share)
        shares[:2] += sign * kick * np.array([1.0, -1.0])
        agents = _parts(shares, count)
        if built.spec.run.resolution == "agents":
            start = {"users": np.repeat(np.arange(platforms + 1), agents)}
            seen = replays(built.market(int(sign > 0)), len(draws), 1, start)
        else:
            seen = np.array([_month_from(built.market(2 * r + (sign > 0)), agents) for r in draws])
        leads.append(seen[:, 0] - seen[:, 1])
    return (leads[0] - leads[1]) / (4.0 * kick)


def _month_from(market, agents: np.ndarray) -> np.ndarray:
    """Return the shares a month after so many agents, without tastes, were at each alternative."""
    side = market.sides["users"]
    side.cohorts = agents[None, :]
    side.counts = agents
    market.observe()
    return month(market).share["users"]


def _thresholds(
    p: SimpleNamespace, draws: Draws, resolution: str, count: int, kick: float, apart: float
) -> dict[str, Measured]:
    """Find where a lead neither grows nor dies, between two strengths to either side."""
    found = {}
    for market, (where, (platforms, outside)) in enumerate(MARKETS.items()):
        middle, growth = tipping.tipping_threshold(platforms, p.V, outside), []
        strengths = middle * np.array([1.0 - apart, 1.0 + apart])
        for place, strength in enumerate(strengths):
            built = alike(platforms, strength, seed=_seed(draws, 2 * market + place), count=count,
                          value=p.V, outside=outside, resolution=resolution)  # fmt: skip
            share = even_share(platforms, p.V, strength, outside)
            growth.append(_kicked(built, share, kick, draws.replicates(40)))
        low, high = growth
        slope = (high.mean() - low.mean()) / (strengths[1] - strengths[0])
        found[f"mnl.Jc_{where}"] = mean_of(middle + (1.0 - (low + high) / 2.0) / slope)
    return found


def kicked(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Measure the thresholds of even splits by agents."""
    return _thresholds(p, draws, "agents", _PEOPLE, 0.015, 0.04)


def kicked_cohorts(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Measure the thresholds of even splits by very large cohorts."""
    found = _thresholds(p, draws, "cohorts", _CROWD, 0.001, 0.01)
    return {f"{key}@cohorts": value for key, value in found.items()}


def growth_at(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Measure the growth of a lead below and above the threshold."""
    threshold, found = tipping.tipping_threshold(2, p.V, 0.0), []
    for place, strength in enumerate((0.9 * threshold, 1.1 * threshold)):
        built = alike(2, strength, seed=_seed(draws, place), count=_PEOPLE, value=p.V, outside=0.0)
        share = even_share(2, p.V, strength, 0.0)
        found.append(_kicked(built, share, 0.015, draws.replicates(80)))
    return {"mnl.lam_at": mean_of(np.array(found).T)}


# -- the mean field ------------------------------------------------------------------------


def _monthly(platforms: int, value: float, outside: float | None) -> Callable:
    """Return the engine's map of shares, given the strength of the network effect."""
    count = 10**6
    built = alike(platforms, 1.0, seed=1, count=count, value=value, outside=outside)
    market = built.at("mean_field").market()

    def after(strength: float, share: np.ndarray) -> np.ndarray:
        market.all_mechanisms = (DirectNetwork(beta_direct=strength),)
        return _month_from(market, count * np.concatenate(([1.0 - share.sum()], share)))

    return after


def _led(platforms: int, lead: float, total: float) -> np.ndarray:
    """Return shares of one platform so far ahead of the others."""
    share = np.full(platforms, (total - lead) / platforms)
    share[0] += lead
    return share


def _resting(monthly: Callable, platforms: int, outside: float | None, guess: list) -> Callable:
    """Return the strength, and the total share, at which a lead is at rest."""
    last = list(guess)

    def miss(unknown: np.ndarray, lead: float) -> np.ndarray:
        total = 1.0 if outside is None else unknown[1]
        after = monthly(unknown[0], _led(platforms, lead, total))
        grown = (after[0] - after[1]) / lead - 1.0
        return np.array([grown] if outside is None else [grown, after.sum() - total])

    def rest(lead: float) -> tuple[float, float]:
        solved = root(miss, last[: 1 if outside is None else 2], (lead,), tol=1e-12)
        if np.abs(solved.fun).max() > 1e-9:
            return np.nan, np.nan
        last[: len(solved.x)] = solved.x
        return float(solved.x[0]), float(solved.x[1]) if outside is not None else 1.0

    return rest


def _at_rest(platforms: int, value: float, outside: float | None) -> tuple[Callable, Callable]:
    monthly = _monthly(platforms, value, outside)
    guess = tipping.tipping_threshold(platforms, value, outside)
    return monthly, _resting(monthly, platforms, outside, [guess, platforms / guess])


def _onset(rest: Callable) -> tuple[float, float]:
    """Return the lead at which the strength is smallest, and that strength."""
    leads = np.linspace(_LEAST, 0.85, 18)
    strengths = np.array([rest(lead)[0] for lead in leads])
    place = int(np.nanargmin(strengths))
    ends = leads[max(place - 1, 0)], leads[min(place + 1, len(leads) - 1)]
    best = minimize_scalar(lambda lead: rest(lead)[0], bounds=ends, method="bounded",
                           options={"xatol": 1e-5})  # fmt: skip
    return (best.x, best.fun) if best.fun < strengths[place] else (leads[place], strengths[place])


def onsets(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Solve the mean field for both thresholds of each market."""
    found = {}
    for where, (platforms, outside) in MARKETS.items():
        _, rest = _at_rest(platforms, p.V, outside)
        found[f"mnl.Jc_{where}@mean_field"] = computed(rest(_NONE)[0], 1e-5)
        found[f"mnl.Jex_{where}"] = computed(_onset(rest)[1], 1e-5)
    return found


def _work(monthly: Callable, strength: float, lead: float) -> float:
    """Return how much better a tipped state is than the even one, by what it takes to get there.

    Along the way agents weigh the engine's choice chances against present shares:
    the integral of the sum over platforms of ln(F / s) ds.
    """
    nodes, weights = np.polynomial.legendre.leggauss(24)
    way, total = np.append(1.0, np.full(2, -0.5)) * 2.0 / 3.0, 0.0
    for node, weight in zip(lead * (1.0 + nodes) / 2.0, weights, strict=True):
        share = _led(3, node, 1.0)
        total += weight * lead / 2.0 * (way @ np.log(monthly(strength, share) / share))
    return total


def equal_weight(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Solve the mean field of three platforms for the strength at which no state is better."""
    monthly, rest = _at_rest(3, p.V, None)
    onset, _ = _onset(rest)
    lead = brentq(lambda lead: _work(monthly, rest(lead)[0], lead), onset, 0.85, xtol=1e-10)
    return {"mnl.maxwell_P3": computed(rest(lead)[0], 1e-6)}


def sudden_below(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Solve for the value at which the strength no longer rises with the lead."""
    step = 0.04

    def rise(value: float) -> float:
        _, rest = _at_rest(2, value, 0.0)
        none, one, two = (rest(lead)[0] for lead in (_LEAST, step, 2.0 * step))
        # Of the second order in the lead; the fourth cancels.
        return 16.0 * (one - none) - (two - none)

    return {"mnl.tricritical_V": computed(brentq(rise, -2.5, 0.0, xtol=1e-7), 1e-3)}
