"""The release game played: logit replies, imitation, fixation."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from scipy.special import expit

from platformsim.mechanisms.direct_network import DirectNetwork
from platformsim.theory import birth_death
from platformsim.theory import strategy_game as theory
from platformsim.validation.markets import (
    averages,
    image,
    month,
    paths,
    replays,
    sweeps_a_month,
)
from platformsim.validation.rows import Measured, computed, mean_of, share_of
from platformsim.validation.section import Check, Draws
from platformsim.validation.sections.game.stages import imitation, logit_game, share_open

_PEOPLE, _CROWD = 40_000, 10**8
# Feedback beyond which a state returns too slowly, or is left by chance.
_FIRM = 0.93
_SLOWEST = 8.0


def _feedback(p: SimpleNamespace, share: float) -> float:
    """Return the slope of logit replies at an equilibrium."""
    to_open, to_closed = theory.stakes(tuple(p.pay))
    return p.lam * (to_open + to_closed) * share * (1.0 - share)


def _equilibria(
    p: SimpleNamespace, draws: Draws, resolution: str, count: int
) -> dict[str, Measured]:
    """Reach the lowest and the highest equilibrium from nobody and from everybody open."""
    roots = theory.quantal_responses(tuple(p.pay), p.lam)
    value, se = np.full((2, len(roots)), np.nan)
    replicates = draws.replicates(40)
    for place, start in {0: 0.0, len(roots) - 1: 1.0}.items():
        feedback = abs(_feedback(p, roots[place]))
        if feedback > _FIRM:
            continue
        burn_in = 15 + int(5.0 / (1.0 - feedback))
        built = logit_game(p, p.lam, seed=(draws.seed + place) % 2**32, count=count, start=start,
                           resolution=resolution)  # fmt: skip
        found = mean_of(averages(built, replicates, burn_in, 25, share_open))
        value[place], se[place] = found.value, found.se
    if np.isnan(value).all():
        return {}
    suffix = "" if resolution == "agents" else f"@{resolution}"
    return {f"gm.qre{suffix}": Measured(value, se, 0.0, "mean", len(replicates))}


def _qre(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    return _equilibria(p, draws, "agents", _PEOPLE)


def _qre_cohorts(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    return _equilibria(p, draws, "cohorts", _CROWD)


def _qre_mean_field(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    built = logit_game(p, p.lam, seed=draws.seed, count=1000)
    roots = theory.quantal_responses(tuple(p.pay), p.lam)
    after = [image(built, {"users": (root, 1.0 - root)})[0] for root in roots]
    return {"gm.qre@mean_field": computed(after, 1e-9)}


def _several(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Find the least precision at which the engine rests on the worse equilibrium's branch."""
    to_open, to_closed = theory.stakes(tuple(p.pay))
    if min(to_open, to_closed) <= 0:
        return {}
    market = logit_game(p, 1.0, seed=draws.seed, count=10**6, resolution="mean_field").market()
    side, quality = market.sides["users"], (to_open - to_closed) / 2.0

    def after(share: float, precision: float) -> float:
        market.all_mechanisms = (DirectNetwork(beta_direct=precision * (to_open + to_closed) / 2),)
        market.platforms["quality"] = (precision * quality, 0.0)
        side.cohorts = 1e6 * np.array([[0.0, share, 1.0 - share]])
        side.counts = side.cohorts[0]
        market.observe()
        return share_open(month(market))

    def precision(share: float) -> float:
        return brentq(lambda x: after(share, x) - share, 0.0, 1e4, xtol=1e-12)

    mixed = to_closed / (to_open + to_closed)
    # The worse equilibrium lies between closed, or open, and the mixed one.
    ends = (1e-4, mixed - 1e-3) if to_open >= to_closed else (mixed + 1e-3, 1.0 - 1e-4)
    best = minimize_scalar(precision, bounds=ends, method="bounded", options={"xatol": 1e-7})
    return {"gm.lam_c": computed(best.fun, 1e-4)}


def _turns(p: SimpleNamespace) -> birth_death.Turns:
    pay = tuple(p.pay)
    return birth_death.logit_turns(
        p.N_small, lambda share: p.lam2 * theory.advantage(share, pay), True
    )


def _relaxation(turns: birth_death.Turns) -> float:
    """Return the sweeps in which a birth-death chain forgets, by the factor e."""
    up, down = turns
    chain = np.diag(1.0 - up - down) + np.diag(up[:-1], 1) + np.diag(down[1:], -1)
    second = np.sort(np.linalg.eigvals(chain).real)[-2]
    return float(-1.0 / np.log(second) / (len(up) - 1))


def _few(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    slow = _relaxation(_turns(p))
    if slow > _SLOWEST:
        return {}
    built = logit_game(p, p.lam2, seed=draws.seed, count=p.N_small, updating="sequential")
    market = sweeps_a_month(built.market(), max(20.0, 10.0 * slow))
    start = {"users": np.arange(p.N_small) % 2 + 1}
    return {
        "gm.stat_open": mean_of(replays(market, len(draws.replicates(5000)), 1, start, share_open))
    }


# -- imitation -------------------------------------------------------------------------------


def _map(p: SimpleNamespace, draws: Draws, resolution: str, count: int) -> Measured:
    built = imitation(p, p.kappa, seed=draws.seed, count=count, start=p.p0, resolution=resolution)
    seen = paths(built, draws.replicates(40), [p.steps], share_open)
    return mean_of(seen[:, 0])


def _imitated(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    return {"gm.rep_map": _map(p, draws, "agents", _PEOPLE)}


def _imitated_cohorts(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    return {"gm.rep_map@cohorts": _map(p, draws, "cohorts", _CROWD)}


def _quick(p: SimpleNamespace) -> float:
    """Return a rate of copying that is fast, yet no chance of more than 0.9."""
    return 0.9 / max(abs(stake) for stake in theory.stakes(tuple(p.pay)))


def _edge(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Follow the mean field of imitation: its path, where it turns, how long it takes."""
    build = {"seed": draws.seed, "count": 10**6, "resolution": "mean_field"}
    path = month(imitation(p, p.kappa, start=p.p0, **build).market(), p.steps)
    found = {"gm.rep_map@mean_field": computed(share_open(path), 1e-9)}
    if min(theory.stakes(tuple(p.pay))) > 0:
        built = imitation(p, _quick(p), start=0.5, **build)

        def rise(share: float) -> float:
            return image(built, {"users": (share, 1.0 - share)})[0] - share

        found["gm.p_mixed"] = computed(brentq(rise, 1e-3, 1.0 - 1e-3, xtol=1e-12), 1e-8)
    time = theory.replicator_time(p.p0, p.p1, tuple(p.pay))
    if np.isfinite(time) and time > 0:
        # Steps are straight where the path is curved: the error halves with the rate.
        rough, fine = (
            _time_to(p, imitation(p, rate, start=p.p0, **build).market(), rate)
            for rate in (time / 400.0, time / 800.0)
        )
        found["gm.rep_time"] = computed(2.0 * fine - rough, 2e-4 * time)
    return found


def _time_to(p: SimpleNamespace, market, rate: float) -> float:
    """Return when the path from p0 crosses p1, in units of the replicator equation."""
    before, way = share_open(market), np.sign(p.p1 - p.p0)
    while way * (p.p1 - (now := share_open(month(market)))) > 0:
        before = now
    return rate * (market.month - 1 + (p.p1 - before) / (now - before))


def _basin(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Start anywhere, evenly, and see who ends open."""
    basin, people = theory.open_basin(tuple(p.pay)), 1000
    if not 0 < basin < 1:
        return {}
    market = imitation(p, _quick(p), seed=draws.seed, count=people, start=0.5).market()
    ended = []
    for begin in np.rint(draws.generator().random(len(draws.replicates(1000))) * people):
        start = {"users": np.where(np.arange(people) < begin, 1, 2)}
        end = replays(market, 1, 20, start, share_open)[0]
        ended.append(end > begin / people or end == 1.0)
    return {"gm.basin_open": share_of(ended)}


def fixations(p: SimpleNamespace, start: int, runs: int, rng: np.random.Generator) -> np.ndarray:
    """Return in which runs open takes over when pairs compare and one imitates, (R,) bool.

    Only the turns in which a pair differs and one copies the other are played.
    """
    a, b, c, d = p.pay
    people, count = p.N_small, np.arange(p.N_small + 1)
    earned_open = a * (count - 1) + b * (people - count)
    earned_closed = c * count + d * (people - count - 1)
    rise = expit(p.w * (earned_open - earned_closed) / (people - 1))
    now, which, won = np.full(runs, start), np.arange(runs), np.zeros(runs, bool)
    while len(now):
        now = np.where(rng.random(len(now)) < rise[now], now + 1, now - 1)
        won[which[now == people]] = True
        going = (now > 0) & (now < people)
        now, which = now[going], which[going]
    return won


def _fixation(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    if not 0 < p.k0 < p.N_small:
        return {}
    runs = len(draws.replicates(40_000))
    return {"gm.fix_fermi": share_of(fixations(p, p.k0, runs, draws.generator()))}


CHECKS = (
    Check("equilibria", _qre, cost=2.5),
    Check("equilibria, cohorts", _qre_cohorts, resolution="cohorts", cost=1.0),
    Check("equilibria, mean field", _qre_mean_field, resolution="mean_field", cost=0.1),
    Check("several equilibria", _several, resolution="mean_field", cost=0.3),
    Check("few", _few, cost=1.5),
    Check("imitated", _imitated, cost=0.6),
    Check("imitated, cohorts", _imitated_cohorts, resolution="cohorts", cost=0.3),
    Check("edge and time", _edge, resolution="mean_field", cost=0.4),
    Check("basin", _basin, cost=2.5),
    Check("fixation", _fixation, "dedicated", None, cost=0.1),
)
