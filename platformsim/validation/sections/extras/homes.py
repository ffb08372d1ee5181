"""Agents on one platform, on the other, on both or on none."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from scipy.optimize import brentq

from platformsim.market.market import Market
from platformsim.mechanisms.direct_network import DirectNetwork
from platformsim.theory import multi_homing
from platformsim.validation.markets import Stage, averages, month, stage, users
from platformsim.validation.rows import Measured, computed, mean_of
from platformsim.validation.section import Check, Draws

_STEP = 1e-6


def homes(
    p: SimpleNamespace, seed: int, strength: float, count: int = 1, value: float | None = None,
    start: tuple[float, float] = (0.3, 0.3),
) -> Stage:  # fmt: skip
    """Return two platforms worth their sum to those on both, less the cost of the second."""
    rules = {"max_homes": 2, "home_value": "sum", "home_cost": p.kap, "outside_option": True}
    worth = p.Vm if value is None else value
    return stage(
        {"users": {"count": count} | rules}, seed=seed, start={"users": start},
        quality=(worth, worth), mechanisms=[DirectNetwork(beta_direct=strength)],
    )  # fmt: skip


def _after(market: Market, first: float, second: float) -> np.ndarray:
    """Return where a month of the mean field takes the members of the platforms.

    Who is on both when n_1 and n_2 are members does not matter: everybody revises, at no cost.
    """
    side = market.sides["users"]
    chance = np.array([[(1 - first) * (1 - second), first * (1 - second)],
                       [(1 - first) * second, first * second]])  # fmt: skip
    side.cohorts = side.n * chance.reshape(1, 4)
    side.counts = side.cohorts.sum(axis=0)
    market.observe()
    return users(month(market))


def _growth(market: Market, member: float) -> float:
    """Return the factor by which a small lead grows in a month, both having some members."""
    ahead = _after(market, member + _STEP, member - _STEP)
    return float(ahead[0] - ahead[1]) / (2.0 * _STEP)


def _state(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Let the mean field grow from nobody to its first state with equal platforms."""
    market, member, before = homes(p, draws.seed, p.Jm).at("mean_field").market(), 0.0, -1.0
    while member - before > 1e-13:
        before, member = member, float(_after(market, member, member).mean())
    side = market.sides["users"]
    exclusive = side.counts[1] / side.n
    state = (member, exclusive, _growth(market, member))
    return {"x.mh_state@mean_field": computed(state, 1e-6)}


def _window(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Walk along states with equal platforms until a small lead neither grows nor dies out."""

    def at(utility: float) -> tuple[float, float]:
        alone = homes(p, draws.seed, 0.0, value=utility).at("mean_field").market()
        member = float(_after(alone, 0.0, 0.0)[0])
        strength = (utility - p.Vm) / member
        market = homes(p, draws.seed, strength).at("mean_field").market()
        return strength, _growth(market, member) - 1.0

    grid = p.Vm + np.linspace(0.05, max(p.kap - p.Vm, 0.0) + 6.0, 40)
    excess = [at(utility)[1] for utility in grid]
    changes = np.flatnonzero(np.diff(np.sign(excess)))
    if len(changes) != 2:
        return {}
    ends = [brentq(lambda u: at(u)[1], *grid[[k, k + 1]], xtol=1e-9) for k in changes]
    return {"x.mh_Jc@mean_field": computed([at(end)[0] for end in ends], 1e-5)}


def _at_rest(
    p: SimpleNamespace, draws: Draws, resolution: str, count: int, full: int
) -> dict[str, Measured]:
    state = multi_homing.symmetric_states(p.Vm, p.Jm, p.kap)[0]
    moved = np.full(2, state.member + _STEP)
    above = multi_homing.bundle_shares(moved, p.Vm, p.Jm, p.kap)[[1, 3]].sum()
    slope = float(above - state.member) / _STEP
    if max(slope, state.eigenvalue) > 0.95:
        return {}

    def read(market: Market) -> np.ndarray:
        # The platforms are alike: each counts as an observation of both.
        return np.array([users(market).mean(), market.sides["users"].counts[1:3].mean() / count])

    built = homes(p, draws.seed, p.Jm, count).at(resolution)
    burn_in = int(np.ceil(10.0 / (1.0 - slope)))
    found = mean_of(averages(built, draws.replicates(full), burn_in, 10, read))
    # The eigenvalue is not among what a market shows.
    value, se = (np.append(each, np.nan) for each in (found.value, found.se))
    key = "x.mh_state" if resolution == "agents" else f"x.mh_state@{resolution}"
    return {key: Measured(value, se, 0.0, "mean", found.replicates)}


def _agents(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    return _at_rest(p, draws, "agents", 40_000, 20)


def _cohorts(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    return _at_rest(p, draws, "cohorts", 10_000_000, 20)


CHECKS = (
    Check("homes", _agents, cost=1.0),
    Check("homes, cohorts", _cohorts, resolution="cohorts", cost=0.5),
    Check("homes, state", _state, resolution="mean_field", cost=0.1),
    Check("homes, window", _window, resolution="mean_field", cost=0.5),
)
