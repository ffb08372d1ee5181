"""Markets of the binary logit: at rest, swept, cycling, small."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from platformsim.mechanisms.direct_network import DirectNetwork
from platformsim.theory import social_interactions as theory
from platformsim.validation.markets import (
    Stage,
    cliques,
    eigenvalue,
    image,
    month,
    paths,
    replays,
    stage,
    sweeps_a_month,
)
from platformsim.validation.rows import Measured, computed, mean_of, root_of
from platformsim.validation.section import Check, Draws

UP, DOWN = {"users": (1.0, 0.0)}, {"users": (0.0, 1.0)}
_BURN_IN, _MONTHS, _EVERY = 60, 150, 3


def society(
    p: SimpleNamespace, seed: int, *, count: int | None = None, coupling: float | None = None,
    field: float = 0.0, start: dict | None = None, **rules: object,
) -> Stage:  # fmt: skip
    """Return two platforms, +1 and -1: U = w (h + J m) and noise of scale 1 / beta.

    In shares m = s_+ - s_-, so that a linear network effect of strength 2 J and qualities +-h give
    the difference 2 (h + J m).
    """
    strength = 2.0 * (p.J if coupling is None else coupling)
    settings = {"count": count or p.N, "choice_noise": 1.0 / p.beta} | rules
    return stage(
        {"users": settings}, seed=seed, start=start or UP, quality=(field, -field),
        mechanisms=[DirectNetwork(beta_direct=strength)],
    )  # fmt: skip


def mean_choice(market) -> float:
    """Return m = s_+ - s_-."""
    share = market.share["users"]
    return float(share[0] - share[1])


def _stationary(built: Stage, draws: Draws, full: int, months: int = _MONTHS) -> np.ndarray:
    stops = range(_BURN_IN, _BURN_IN + months, _EVERY)
    return paths(built, draws.replicates(full), stops, mean_choice)


def _at_rest(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    top = theory.mean_choices(p.J, 0.0, p.beta)[-1]
    seen = _stationary(society(p, draws.seed), draws, 40)
    return {
        "bin.m_h0": mean_of(seen.mean(axis=1), 5.0 / p.N),
        "bin.sd_sync": root_of(((seen - top) ** 2).mean(axis=1)),
    }


def _cohorts(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    top = theory.mean_choices(p.J, 0.0, p.beta)[-1]
    seen = _stationary(society(p, draws.seed).at("cohorts"), draws, 40)
    return {
        "bin.m_h0@cohorts": mean_of(seen.mean(axis=1), 5.0 / p.N),
        "bin.sd_sync@cohorts": root_of(((seen - top) ** 2).mean(axis=1)),
    }


def _in_turn(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    top = theory.mean_choices(p.J, 0.0, p.beta)[-1]
    built = society(p, draws.seed, updating="sequential")
    seen = paths(built, draws.replicates(20), range(16, 57, 4), mean_choice)
    return {"bin.sd_async": root_of(((seen - top) ** 2).mean(axis=1))}


def _roots(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    roots = theory.mean_choices(p.J, p.h, p.beta)
    value, se = np.full((2, len(roots)), np.nan)
    for place, start in ((0, DOWN), (len(roots) - 1, UP)):
        built = society(p, draws.seed + place, field=p.h, start=start)
        found = mean_of(_stationary(built, draws, 20, 60).mean(axis=1))
        value[place], se[place] = found.value, found.se
    return {"bin.m_roots": Measured(value, se, 5.0 / p.N, "mean", found.replicates)}


def _mean_field(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    roots, found = theory.mean_choices(p.J, p.h, p.beta), []
    built = society(p, draws.seed, field=p.h)
    shares = [{"users": ((1.0 + m) / 2.0, (1.0 - m) / 2.0)} for m in roots]
    for state in shares:
        after = image(built, state)
        found.append(after[0] - after[1])
    slopes = [eigenvalue(built, state) for state in shares]
    # At m = 0 a month multiplies a small m by (1 - alpha) + alpha g.
    response = eigenvalue(society(p, draws.seed, coupling=-p.J), {"users": (0.5, 0.5)})
    measured = {
        "bin.m_roots@mean_field": computed(found, 1e-9),
        "bin.slope": computed(slopes, 1e-6),
    }
    if p.beta * p.J > 1:
        measured["bin.alpha_c"] = computed(2.0 / (1.0 - response), 1e-5)
    return measured


def _fold(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Find the field at which the engine's upper state ends, by halving."""
    if p.beta * p.J <= 1:
        return {}
    built = society(p, draws.seed).at("mean_field")
    low, high = 0.0, 2.0 * p.J
    while high - low > 5e-5:
        field = 0.5 * (low + high)
        market = built.with_quality(-field, field).market()
        before = 2.0
        while (now := mean_choice(month(market, 50))) > 0 and before - now > 1e-10:
            before = now
        low, high = (field, high) if now > 0 else (low, field)
    return {
        "bin.h_spin": computed(high, 2e-4),
        "bin.hyst_width": computed(2.0 * high, 4e-4),
    }


def _swept(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    if p.beta * p.J <= 1:
        return {}
    people, found = 100_000, []
    begin = 0.75 * theory.spinodal_field(p.J, p.beta)
    begin -= begin % p.sweep
    for replicate in draws.replicates(20):
        built = society(p, draws.seed, count=people, field=-begin)
        market, field = month(built.market(replicate), 40), begin
        while mean_choice(market) >= 0:
            field += p.sweep
            market.platforms["quality"] = (-field, field)
            month(market)
        found.append(field)
    return {"bin.h_switch_rate": mean_of(found, 3.0 * p.sweep + people ** (-2.0 / 3.0))}


def _cycle(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    seen = {}
    for key, alpha in (("bin.period2", 1.0), ("bin.period2_half", 0.5)):
        built = society(p, draws.seed, coupling=-p.J, start={"users": (0.95, 0.05)},
                        revise_rate=alpha)  # fmt: skip
        path = paths(built, draws.replicates(20), range(60, 160), mean_choice)
        # Which months are up depends on the start, which is the same for all.
        sign = np.where(np.arange(path.shape[1]) % 2, -1.0, 1.0)
        seen[key] = mean_of((path * sign).mean(axis=1), 5.0 / p.N)
    return seen


def _exact(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    found = {}
    for name in ("inc", "exc"):
        built = society(p, draws.seed, count=p.N_small, updating="sequential",
                        count_self=name == "inc")  # fmt: skip
        market = sweeps_a_month(built.market(), 45.0)
        start = {"users": np.ones(p.N_small, int)}
        m = np.abs(replays(market, len(draws.replicates(2500)), 1, start, mean_choice))
        found |= {f"bin.Eabs_{name}": mean_of(m), f"bin.Em2_{name}": mean_of(m**2)}
    return found


def _critical(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    built = society(p, draws.seed, count=p.N_crit, coupling=1.0 / p.beta, updating="sequential")
    market = sweeps_a_month(built.market(), 8.0 * np.sqrt(p.N_crit))
    start = {"users": np.arange(p.N_crit) % 2 + 1}
    m = replays(market, len(draws.replicates(400)), 1, start, mean_choice)
    return {"bin.crit_exact": mean_of(np.sqrt(p.N_crit) * m**2)}


def _tipping(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Time cliques of N_tip agents until half of them have left the state they began in."""
    markets, part = len(draws.replicates(1500)), 0.1
    built = society(p, draws.seed, count=markets * p.N_tip, start=DOWN, updating="sequential")
    built = built.with_mechanisms(DirectNetwork(beta_direct=2.0 * p.J, law="local"))
    market = sweeps_a_month(cliques(built.market(), p.N_tip, count_self=True), part)
    tipped = np.full(markets, np.nan)
    while np.isnan(tipped).any():
        month(market)
        up = (market.sides["users"].choice == 1).reshape(markets, p.N_tip).sum(axis=1)
        tipped[np.isnan(tipped) & (2 * up >= p.N_tip)] = market.month * part
    return {"bin.mfpt": mean_of(tipped, part)}


CHECKS = (
    Check("at rest", _at_rest, cost=4.0),
    Check("at rest, cohorts", _cohorts, resolution="cohorts", cost=2.0),
    Check("in turn", _in_turn, cost=5.0),
    Check("roots", _roots, cost=3.0),
    Check("mean field", _mean_field, resolution="mean_field", cost=0.2),
    Check("fold", _fold, resolution="mean_field", cost=2.0),
    Check("swept", _swept, cost=12.0),
    Check("cycle", _cycle, cost=3.0),
    Check("exact", _exact, cost=6.0),
    Check("critical", _critical, cost=6.0),
    Check("tipping", _tipping, cost=6.0),
)
