"""Binary logit with social interactions: bistability, hysteresis, fluctuations, exact small N."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from platformsim.mechanisms.direct_network import DirectNetwork
from platformsim.theory import birth_death as exact
from platformsim.theory import congestion
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
from platformsim.validation.rows import Measured, Prediction, computed, mean_of, root_of
from platformsim.validation.section import Check, Draws, Mistake, Section
from platformsim.views.theory import Curve, Panel, Points

UP, DOWN = {"users": (1.0, 0.0)}, {"users": (0.0, 1.0)}
_BURN_IN, _MONTHS, _EVERY = 60, 150, 3


def predictions(p: SimpleNamespace) -> dict[str, Prediction]:
    """See :class:`platformsim.validation.section.Section`."""
    top = theory.mean_choices(p.J, 0.0, p.beta)[-1]
    roots = theory.mean_choices(p.J, p.h, p.beta)
    law = {
        name: exact.choice_moments(
            exact.stationary_law(
                exact.binary_turns(p.N_small, p.J, precision=p.beta, count_self=name == "inc")
            )
        )
        for name in ("inc", "exc")
    }
    critical = exact.choice_moments(
        exact.stationary_law(exact.binary_turns(p.N_crit, 1.0 / p.beta, precision=p.beta))
    )
    published, derived, known = "published", "derived", "exact"
    return {
        "bin.betaJ": Prediction(p.beta * p.J, published, "feedback; threshold is 1"),
        "bin.m_h0": Prediction(top, published, "stable |m| at h = 0"),
        "bin.m_roots": Prediction(roots, published, "all mean choices at h"),
        "bin.slope": Prediction(
            theory.slope(roots, p.J, p.beta), published, "slope there; stable below 1"
        ),
        "bin.h_spin": Prediction(theory.spinodal_field(p.J, p.beta), published, "spinodal field"),
        "bin.hyst_width": Prediction(
            theory.hysteresis_width(p.J, p.beta), published, "width of the hysteresis loop"
        ),
        "bin.h_switch_rate": Prediction(
            theory.switch_field(p.sweep, p.J, p.beta), derived, "field of the jump, swept"
        ),
        "bin.sd_sync": Prediction(
            theory.choice_sd(top, p.N, p.J, p.beta, 1.0), published, "SD of m, synchronous"
        ),
        "bin.sd_async": Prediction(
            theory.choice_sd(top, p.N, p.J, p.beta, 0.0), published, "SD of m, in turn"
        ),
        "bin.bias_sync": Prediction(
            theory.mean_bias(top, p.N, p.J, p.beta, 1.0), derived, "O(1/N) shift of the mean"
        ),
        "bin.period2": Prediction(
            congestion.cycle_amplitude(-p.J, p.beta, 1.0), published, "amplitude of the cycle, -J"
        ),
        "bin.period2_half": Prediction(
            congestion.cycle_amplitude(-p.J, p.beta, 0.5), published, "the same, half revise"
        ),
        "bin.alpha_c": Prediction(
            congestion.critical_revision(-p.J, p.beta), published, "-J cycles above this revision"
        ),
        "bin.Eabs_inc": Prediction(law["inc"].absolute, known, "E|m|, small N, self counted"),
        "bin.Em2_inc": Prediction(law["inc"].square, known, "E m^2"),
        "bin.Eabs_exc": Prediction(law["exc"].absolute, known, "E|m|, small N, self left out"),
        "bin.Em2_exc": Prediction(law["exc"].square, known, "E m^2"),
        "bin.mfpt": Prediction(
            exact.tipping_sweeps(p.N_tip, p.J, precision=p.beta), known, "mean sweeps until tipped"
        ),
        "bin.crit_limit": Prediction(
            theory.critical_second_moment(), published, "lim sqrt(N) E m^2 at the threshold"
        ),
        "bin.crit_exact": Prediction(
            np.sqrt(p.N_crit) * critical.square, known, "the same at finite N"
        ),
    }


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


def _loop(p: SimpleNamespace, draws: Draws) -> Panel:
    top = theory.spinodal_field(p.J, p.beta)
    m = np.linspace(-0.995, 0.995, 400)
    field = np.arctanh(m) / p.beta - p.J * m
    reach = 1.6 * max(top, 0.05)
    inside = np.abs(field) < reach
    stable = theory.slope(m, p.J, p.beta) < 1
    curves = [
        Curve("", np.where(inside & stable, field, np.nan), m),
        Curve("", np.where(inside & ~stable, field, np.nan), m, dashed=True),
    ]
    ways = []
    for name, sign in (("field rising", 1.0), ("field falling", -1.0)):
        fields = sign * np.linspace(-reach, reach, 41)
        market = society(p, draws.seed, start=DOWN if sign > 0 else UP).market()
        found = []
        for h in fields:
            market.platforms["quality"] = (h, -h)
            found.append(mean_choice(month(market, 25)))
        ways.append(Points(name, fields, np.array(found)))
    return Panel("Hysteresis", "field h (utils)", "mean choice m", curves, ways)


def _onset(p: SimpleNamespace, draws: Draws) -> Panel:
    feedback = np.linspace(0.2, 2.2, 200)
    theoretical = [theory.mean_choices(k / p.beta, 0.0, p.beta)[-1] for k in feedback]
    tested = np.linspace(0.3, 2.1, 13)
    found = []
    for k in tested:
        built = society(p, draws.seed, coupling=k / p.beta)
        found.append(np.abs(paths(built, range(6), [80], mean_choice)).ravel())
    seen = mean_of(np.array(found).T)
    return Panel(
        "Onset of conformity", "feedback beta J", "|m| at h = 0",
        [Curve("", feedback, np.array(theoretical))], [Points("", tested, seen.value, seen.se)],
    )  # fmt: skip


def panels(p: SimpleNamespace, draws: Draws) -> list[Panel]:
    """See :class:`platformsim.validation.section.Section`."""
    return [_onset(p, draws), _loop(p, draws)]


def _without_two(p: SimpleNamespace) -> float:
    return theory.mean_choices(p.J / 2.0, 0.0, p.beta)[-1]


def _top_sd(p: SimpleNamespace, revision: float) -> float:
    top = theory.mean_choices(p.J, 0.0, p.beta)[-1]
    return theory.choice_sd(top, p.N, p.J, p.beta, revision)


SECTION = Section(
    "binary",
    "Binary logit with social interactions",
    "Brock & Durlauf 2001; Glauber 1963; Ellis & Newman 1978",
    predictions,
    (
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
    ),
    (
        Mistake("bin.m_h0", "the 2 of the coding left out", _without_two),
        Mistake("bin.sd_sync", "SD of the other update rule", lambda p: _top_sd(p, 0.0)),
        Mistake(
            "bin.h_switch_rate", "no delay of the swept jump",
            lambda p: theory.spinodal_field(p.J, p.beta),
        ),
        Mistake("bin.period2", "no cycle when all revise", lambda _: 0.0),
        Mistake(
            "bin.crit_exact", "fluctuations as 1/sqrt(N) at the threshold",
            lambda p: 1.0 / np.sqrt(p.N_crit),
        ),
    ),
    panels,
)  # fmt: skip
