"""A platform that people join once enough others have: thresholds are tastes, and all reply best.

Somebody with threshold x gains r - x from joining, r being the installed base.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.stats import norm

from platformsim.mechanisms.direct_network import DirectNetwork
from platformsim.theory import thresholds as theory
from platformsim.validation.markets import (
    Stage,
    at_rest,
    image,
    month,
    stage,
    sweeps_a_month,
    users,
)
from platformsim.validation.rows import Measured, computed, mean_of, sd_of
from platformsim.validation.section import Check, Draws
from platformsim.validation.sections.granovetter.predictions import PEOPLE, SPREADS, chain

_NODES = 1001
# So close to the critical spread a finite population may end on either side.
_NEAR = 0.01
# Fewer people than that on one side, and chance is not the normal law of the prediction.
_FEW = 5.0


def society(p: SimpleNamespace, seed: int, sd: float, *, everybody: bool = False,
            count: int | None = None, reach: float = 1.0, **rules: object) -> Stage:  # fmt: skip
    """Return one platform, and people with normal thresholds, measured in 1 / reach of all."""
    tastes = {"threshold": {"law": "normal", "mean": p.mu, "sd": sd}}
    settings = {"count": count or p.N, "outside_option": True, "choice_noise": 0.0,
                "tastes": tastes}  # fmt: skip
    return stage(
        {"users": settings | rules}, 1, seed=seed, start={"users": (float(everybody),)},
        mechanisms=[DirectNetwork(beta_direct=reach)],
        characteristics={"threshold": (-1.0,)}, nodes=_NODES,
    )  # fmt: skip


def in_the_end(built: Stage, replicate: int = 0) -> float:
    """Return the share that acts when nobody changes any more."""
    return float(users(at_rest(built.market(replicate)))[0])


def _countable(p: SimpleNamespace, share: float, sd: float) -> bool:
    critical = theory.critical_spread(p.mu)[0]
    return min(share, 1.0 - share) * p.N > _FEW and not abs(sd - critical) < _NEAR


def _from_nobody(name: str):
    def run(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
        sd = getattr(p, name)
        if not _countable(p, theory.participation_from_nobody(p.mu, sd), sd):
            return {}
        built = society(p, draws.seed, sd)
        found = np.array([in_the_end(built, replicate) for replicate in draws.replicates(60)])
        return {f"gra.{name}.r0": mean_of(found, 10.0 / p.N), f"gra.{name}.sd": sd_of(found)}

    return run


def _from_everybody(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Let people stop: the largest state at rest."""
    measured = {}
    for name in SPREADS:
        sd = getattr(p, name)
        states = theory.participation_states(p.mu, sd)
        if not _countable(p, states[-1], sd):
            continue
        built = society(p, draws.seed, sd, everybody=True)
        found = mean_of([in_the_end(built, replicate) for replicate in draws.replicates(20)])
        value, se = np.full((2, len(states)), np.nan)
        value[-1], se[-1] = found.value, found.se
        measured[f"gra.{name}.fixedpoints"] = Measured(
            value, se, 10.0 / p.N, "mean", found.replicates
        )
    return measured


def _mean_field(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Cut the thresholds into types: each step of their distribution is one of them high."""
    measured = {}
    for name in SPREADS:
        sd = getattr(p, name)
        states = theory.participation_states(p.mu, sd)
        built = society(p, draws.seed, sd).at("mean_field")
        after = [image(built, {"users": (state,)})[0] for state in states]
        measured[f"gra.{name}.fixedpoints@mean_field"] = computed(after, 1.0 / _NODES)
        steepness = norm.pdf((states[0] - p.mu) / sd) / sd
        if not abs(sd - theory.critical_spread(p.mu)[0]) < _NEAR:
            measured[f"gra.{name}.r0@mean_field"] = computed(
                in_the_end(built), 1.0 / _NODES / (1.0 - steepness)
            )
    return measured


def _jump(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Halve towards the spread at which the engine's cascade from nobody passes the mean."""
    critical = theory.critical_spread(p.mu)[0]
    if np.isnan(critical):
        return {}
    low, high = 0.5 * critical, 2.0 * critical
    while high - low > 1e-5:
        sd = 0.5 * (low + high)
        passed = in_the_end(society(p, draws.seed, sd).at("mean_field")) > p.mu
        low, high = (low, sd) if passed else (sd, high)
    # One type more or less moves the distribution by 1 / types, and so the spread by that over
    # the tangent point's |z|.
    z = abs(norm.ppf(theory.critical_spread(p.mu)[1]))
    return {"gra.sigma_c@mean_field": computed(high, 1.0 / (_NODES * z) + 1e-5)}


def _tangency(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Ask which spread would let people rest at r; the largest of those is the critical one."""
    if not 0.0 < p.mu < 0.5:
        return {}
    found = minimize_scalar(
        lambda r: (p.mu - r) / norm.ppf(r), bounds=(1e-9, p.mu - 1e-9), method="bounded",
        options={"xatol": 1e-10},
    )  # fmt: skip
    return {"gra.sigma_c": computed(-found.fun, 1e-8), "gra.r_c": computed(found.x, 1e-5)}


def crowd(p: SimpleNamespace, seed: int, waits: np.ndarray, **rules: object):
    """Return the market of people who wait for stated numbers of others, in random order."""
    built = society(p, seed, 1.0, count=len(waits), reach=float(len(waits)), **rules)
    market = built.market()
    # Half a person less than the threshold: whoever waits for k joins when k have joined.
    order = np.random.default_rng(seed).permutation(len(waits))
    market.sides["users"].tastes[0] = waits[order] - 0.5
    return market


def _chains(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    found = {}
    for key, second in (("gra.uniform100", 1), ("gra.uniform100_mod", 2)):
        market = at_rest(crowd(p, draws.seed, chain(second)))
        found[key] = computed(market.sides["users"].counts[1], 0.0)
        # In turn, a chain of 100 takes some 100 sweeps.
        market = crowd(p, draws.seed, chain(second), updating="sequential")
        month(sweeps_a_month(market, 20.0 * PEOPLE))
        found[f"{key}@in_turn"] = computed(market.sides["users"].counts[1], 0.0)
    return found


CHECKS = (
    *(Check(f"from nobody, {name}", _from_nobody(name), cost=5.0) for name in SPREADS),
    Check("from everybody", _from_everybody, cost=3.0),
    Check("mean field", _mean_field, resolution="mean_field", cost=0.2),
    Check("jump", _jump, resolution="mean_field", cost=1.0),
    Check("tangency", _tangency, engine="computed", resolution=None, cost=0.1),
    Check("chains", _chains, cost=0.2),
)
