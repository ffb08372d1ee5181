"""Markets on their way from an unstable state: the mean path, and noise of order 1 / sqrt(N)."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from platformsim.market.market import Market
from platformsim.mechanisms.direct_network import DirectNetwork
from platformsim.validation.markets import Stage, month, paths, replays, stage, users
from platformsim.validation.rows import Measured, computed, mean_of, sd_of
from platformsim.validation.section import Check, Draws
from platformsim.validation.sections.extras.predictions import KURTZ_STEPS

SIZES = (1, 4, 16)


def departing(p: SimpleNamespace, seed: int, times: float = 1) -> Stage:
    """Return two platforms with a lead of the first, and some times N users."""
    strength, first, people, revision = p.kz
    rules = {"count": round(people * times), "revise_rate": revision}
    return stage(
        {"users": rules}, seed=seed, start={"users": ((1.0 + first) / 2.0, (1.0 - first) / 2.0)},
        mechanisms=[DirectNetwork(beta_direct=strength)],
    )  # fmt: skip


def lead(market: Market) -> float:
    """Return by how much the first platform is ahead."""
    return float(users(market)[0] - users(market)[1])


def leads(p: SimpleNamespace, seed: int, times: float, runs: int) -> np.ndarray:
    """Return the leads after the last month of some replicates, (R,)."""
    market = departing(p, seed, times).market()
    start = {"users": market.sides["users"].choice.copy()}
    return replays(market, runs, KURTZ_STEPS, start, lead)


def _agents(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Measure mean and SD, and how the SD falls with the number of users."""
    sizes = [
        leads(p, draws.seed + times, times, len(draws.replicates(full)))
        for times, full in zip(SIZES, (600, 200, 200), strict=True)
    ]
    spread = [sd_of(some) for some in sizes]
    logs = np.log([float(sd.value) for sd in spread])
    # The logarithm of an SD has variance 1 / (2 (R - 1)).
    noise = np.array([1.0 / (2.0 * sd.replicates) for sd in spread])
    few = min(sd.replicates for sd in spread) + 1
    return {
        "x.kz_mean2": mean_of(sizes[0]),
        "x.kz_sd": spread[0],
        "x.kz_scaling": Measured(-np.diff(logs), np.sqrt(noise[:-1] + noise[1:]), 0.0, "mean", few),
    }


def _cohorts(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    built = departing(p, draws.seed).at("cohorts")
    seen = paths(built, draws.replicates(300), [KURTZ_STEPS], lead)[:, 0]
    return {"x.kz_mean2@cohorts": mean_of(seen), "x.kz_sd@cohorts": sd_of(seen)}


def _mean_field(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    market = departing(p, draws.seed).at("mean_field").market()
    return {"x.kz_mean@mean_field": computed(lead(month(market, KURTZ_STEPS)), 1e-9)}


CHECKS = (
    Check("departure", _agents, cost=3.0),
    Check("departure, cohorts", _cohorts, resolution="cohorts", cost=2.0),
    Check("departure, mean field", _mean_field, resolution="mean_field", cost=0.1),
)
