"""Logit choice with the engine's own draws, and switching costs."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from scipy.optimize import brentq

from platformsim.mechanisms.direct_network import DirectNetwork
from platformsim.theory import switching
from platformsim.validation.markets import (
    Stage,
    averages,
    eigenvalue,
    month,
    replays,
    stage,
    users,
)
from platformsim.validation.rows import Measured, computed, mean_of
from platformsim.validation.section import Check, Draws
from platformsim.validation.sections.extras.predictions import SWITCH_KICK


def _valued(p: SimpleNamespace, seed: int, count: int, **rules: object) -> Stage:
    """Return platforms of values V and nothing else, everybody at first on the first."""
    start = np.eye(len(p.V))[0]
    return stage(
        {"users": {"count": count} | rules}, len(p.V), seed=seed, start={"users": start},
        quality=p.V,
    )  # fmt: skip


def _frequencies(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    market = _valued(p, draws.seed, 50_000).market()
    start = {"users": market.sides["users"].choice.copy()}
    shares = replays(market, len(draws.replicates(100)), 1, start)
    return {"x.logit_probs": mean_of(shares)}


def _log_sum(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Take the largest noisy utility of every agent, with the noise of its choice."""
    market, found = _valued(p, draws.seed, 20_000).market(), []
    side, appeal = market.sides["users"], market.appeal("users")
    nobody = np.empty(0, np.int64), np.zeros(len(side.counts), bool)
    for replicate in draws.replicates(40):
        rows, noise = side.choosers(replicate + 1, *nobody)
        found.append((side.utilities(rows, appeal) + noise).max(axis=1).mean())
    return {"x.logsum": mean_of(found)}


def _expected(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    market = month(_valued(p, draws.seed, 1).at("mean_field").market())
    # The engine states surplus over a market of worthless alternatives, without Euler's constant.
    surplus = market.sides["users"].surplus + np.log(len(p.V)) + np.euler_gamma
    return {
        "x.logit_probs@mean_field": computed(users(market), 1e-12),
        "x.logsum@mean_field": computed(surplus, 1e-12),
    }


def _sticky(p: SimpleNamespace, draws: Draws, resolution: str, count: int, full: int) -> np.ndarray:
    """Return long-run shares and churn of each replicate, (R, P + 1)."""
    built = _valued(p, draws.seed, count, switch_cost=p.s).at(resolution)
    turnover = np.linalg.eigvals(switching.transition_matrix(p.V, p.s)).real
    burn_in = int(np.ceil(14.0 / (1.0 - np.sort(turnover)[-2])))

    def read(market) -> np.ndarray:
        return np.append(users(market), market.sides["users"].switches / count)

    return averages(built, draws.replicates(full), burn_in, 20, read)


def _sticky_agents(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    found = _sticky(p, draws, "agents", 20_000, 40)
    return {"x.sw_shares": mean_of(found[:, :-1]), "x.sw_churn": mean_of(found[:, -1])}


def _sticky_cohorts(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    found = _sticky(p, draws, "cohorts", 1_000_000, 20)
    return {
        "x.sw_shares@cohorts": mean_of(found[:, :-1]),
        "x.sw_churn@cohorts": mean_of(found[:, -1]),
    }


def _rivals(
    p: SimpleNamespace, seed: int, strength: float, platforms: int = 2, count: int = 1
) -> Stage:
    """Return equal platforms with a switching cost and an installed base."""
    shares = np.full(platforms, 1.0 / platforms)
    shares[:2] += SWITCH_KICK / 2.0, -SWITCH_KICK / 2.0
    return stage(
        {"users": {"count": count, "switch_cost": p.s}}, platforms, seed=seed,
        start={"users": shares}, mechanisms=[DirectNetwork(beta_direct=strength)],
    )  # fmt: skip


def _sticky_thresholds(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    def growth(strength: float, platforms: int) -> float:
        even = {"users": np.full(platforms, 1.0 / platforms)}
        return eigenvalue(_rivals(p, draws.seed, strength, platforms), even)

    found = {
        f"x.sw_Jc_P{k}@mean_field": computed(
            brentq(lambda strength, k=k: growth(strength, k) - 1.0, 0.01, k + 1.0), 1e-5
        )
        for k in (2, 3)
    }
    below = 0.9 * switching.tipping_threshold(p.s, 2)
    kicked = _rivals(p, draws.seed, below).at("mean_field").market()
    return found | {
        "x.sw_lambda@mean_field": computed(growth(below, 2), 1e-6),
        "x.sw_response@mean_field": computed(_lead(month(kicked)) / SWITCH_KICK, 1e-9),
    }


def _response(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    below = 0.9 * switching.tipping_threshold(p.s, 2)
    market = _rivals(p, draws.seed, below, count=200_000).market()
    start = {"users": market.sides["users"].choice.copy()}
    leads = replays(market, len(draws.replicates(200)), 1, start, _lead)
    return {"x.sw_response": mean_of(leads / SWITCH_KICK)}


def _lead(market) -> float:
    return float(users(market)[0] - users(market)[1])


CHECKS = (
    Check("frequencies", _frequencies, cost=0.1),
    Check("log-sum", _log_sum, cost=0.2),
    Check("expected choice", _expected, resolution="mean_field", cost=0.1),
    Check("switching cost", _sticky_agents, cost=1.0),
    Check("switching cost, cohorts", _sticky_cohorts, resolution="cohorts", cost=0.5),
    Check("switching thresholds", _sticky_thresholds, resolution="mean_field", cost=0.5),
    Check("switching response", _response, cost=0.5),
)
