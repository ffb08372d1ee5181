"""Markets of several platforms: at rest, fluctuating, small."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
from scipy.special import xlogy

from platformsim.theory import choice_chain, gibbs, multinomial
from platformsim.validation.markets import (
    Stage,
    averages,
    cliques,
    eigenvalue,
    image,
    month,
    paths,
    sweeps_a_month,
)
from platformsim.validation.rows import Measured, computed, mean_of
from platformsim.validation.section import Check, Draws
from platformsim.validation.sections.multinomial import thresholds
from platformsim.validation.sections.multinomial.predictions import (
    REVISION,
    alike_states,
    first_stable,
    stable,
    unequal_states,
)
from platformsim.validation.sections.multinomial.stages import alike, unequal

# The mean is off by order 1 / N, its standard error by 1 / sqrt(N): many agents keep it apart.
_PEOPLE, _CROWD = 70_000, 10**9
_LONGEST = 400


def _weight(states: np.ndarray, values: np.ndarray, strength: float) -> np.ndarray:
    """Return the exponential rate in N of the long-run chance of some shares, (S,)."""
    outside = np.clip(1.0 - states.sum(axis=1), 0.0, None)
    mixing = -xlogy(states, states).sum(axis=1) - xlogy(outside, outside)
    return states @ np.asarray(values, float) + strength / 2.0 * (states**2).sum(axis=1) + mixing


def _lasting(states: np.ndarray, values: np.ndarray, strength: float, people: int) -> np.ndarray:
    """Return which states people do not leave by chance within a check, (S,) bool."""
    firm, weight = stable(states, strength), _weight(states, values, strength)
    pass_at = weight[~firm].max() if (~firm).any() else -np.inf
    return firm & (people * (weight - pass_at) > 20.0)


def _burn_in(strength: float, state: np.ndarray, revision: float = 1.0) -> int:
    rate = multinomial.eigenvalues(state, strength)[0]
    return int(np.clip(3.0 * multinomial.relaxation_steps(rate, revision), 20, _LONGEST))


def _means(
    key: str, built: Callable[..., Stage], states: np.ndarray, lasting: np.ndarray,
    strength: float, draws: Draws, months: int,
) -> dict[str, Measured]:  # fmt: skip
    """Measure the shares at the states that last, starting there; nan at the others."""
    value, se = np.full((2, *states.shape), np.nan)
    replicates = draws.replicates(30)
    for row in np.flatnonzero(lasting):
        market = built(seed=draws.seed + int(row), start=states[row])
        seen = averages(market, replicates, _burn_in(strength, states[row]), months)
        found = mean_of(seen)
        value[row], se[row] = found.value, found.se
    if not lasting.any():
        return {}
    people = market.spec.sides["users"].count
    return {key: Measured(value, se, 10.0 / people, "mean", len(replicates))}


def _even_and_tipped(
    p: SimpleNamespace, draws: Draws, resolution: str, count: int, months: int
) -> dict[str, Measured]:
    states = alike_states(p)
    lasting = _lasting(states, np.full(3, p.V), p.J3, count)
    suffix = "" if resolution == "agents" else f"@{resolution}"

    def built(**options: object) -> Stage:
        return alike(3, p.J3, count=count, value=p.V, resolution=resolution, **options)

    return _means(f"mnl.P3_states{suffix}", built, states, lasting, p.J3, draws, months)


def _leaders(
    p: SimpleNamespace, draws: Draws, resolution: str, count: int, months: int
) -> dict[str, Measured]:
    states = unequal_states(p)
    lasting = _lasting(states, p.Va, p.Ja, count)
    suffix = "" if resolution == "agents" else f"@{resolution}"

    def built(**options: object) -> Stage:
        return unequal(p, count=count, resolution=resolution, **options)

    return _means(f"mnl.asym_states{suffix}", built, states, lasting, p.Ja, draws, months)


def _three(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    return _even_and_tipped(p, draws, "agents", _PEOPLE, 12)


def _two(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    return _leaders(p, draws, "agents", _PEOPLE // 2, 12)


def _cohorts(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    three = _even_and_tipped(p, draws, "cohorts", _CROWD, 15)
    return three | _leaders(p, draws, "cohorts", _CROWD, 15)


def _mean_field(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    found = {}
    for name, states, built in (
        ("P3", alike_states(p), alike(3, p.J3, seed=1, count=1000, value=p.V)),
        ("asym", unequal_states(p), unequal(p, seed=1, count=1000)),
    ):
        after = [image(built, {"users": state}) for state in states]
        slopes = [eigenvalue(built, {"users": state}) for state in states]
        found[f"mnl.{name}_states@mean_field"] = computed(after, 1e-8)
        found[f"mnl.{name}_lambda"] = computed(slopes, 1e-6)
    return found


# -- fluctuations --------------------------------------------------------------------------


def _jackknife(seen: np.ndarray, read: Callable[[np.ndarray], np.ndarray]) -> Measured:
    """Return a function of the pooled covariance of the shares, (R, T, 2) values."""
    apart = seen - seen.mean(axis=(0, 1))
    each = np.einsum("rti,rtj->rij", apart, apart) / apart.shape[1]
    count, whole = len(each), each.mean(axis=0)
    left_out = np.array([read((count * whole - one) / (count - 1)) for one in each])
    return mean_of(count * read(whole) - (count - 1) * left_out)


def _spread(both: np.ndarray) -> np.ndarray:
    sd = np.sqrt(np.diag(both))
    return np.array([*sd, both[0, 1] / sd.prod()])


def _around(
    p: SimpleNamespace, draws: Draws, resolution: str, revision: float, full: int, months: int
) -> np.ndarray:
    state = first_stable(p)
    begin = _burn_in(p.Ja, state, revision)
    built = unequal(p, seed=draws.seed, count=p.N, start=state, revise_rate=revision)
    return paths(built.at(resolution), draws.replicates(full), range(begin, begin + months, 2))


def _all_revise(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    return {"mnl.sdsync": _jackknife(_around(p, draws, "agents", 1.0, 40, 64), _spread)}


def _all_revise_cohorts(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    seen = _around(p, draws, "cohorts", 1.0, 40, 100)
    return {"mnl.sdsync@cohorts": _jackknife(seen, _spread)}


def _some_revise(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    seen = _around(p, draws, "agents", REVISION, 40, 90)
    return {"mnl.sd_alpha": _jackknife(seen, lambda both: _spread(both)[:2])}


def _some_revise_cohorts(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    seen = _around(p, draws, "cohorts", REVISION, 30, 70)
    return {"mnl.sd_alpha@cohorts": _jackknife(seen, lambda both: _spread(both)[:2])}


def _in_turn(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    people, state = 5000, first_stable(p)
    begin = _burn_in(p.Ja, state)
    built = unequal(p, seed=draws.seed, count=people, start=state, updating="sequential")
    seen = paths(built, draws.replicates(40), range(begin, begin + 25, 3))
    return {
        "mnl.Ncov_async": _jackknife(
            seen, lambda both: people * np.array([both[0, 0], both[1, 1], both[0, 1]])
        )
    }


# -- few people ----------------------------------------------------------------------------


def with_oneself(p: SimpleNamespace) -> tuple[np.ndarray, float]:
    """Return mean shares, and the chance that the first leads, of people who count themselves."""
    people, strength = int(p.gibbs[0]), p.gibbs[1]
    states, turn = choice_chain.turn_matrix(people, [*p.Va, 0.0], strength, [1.0, 1.0, 0.0])
    law = choice_chain.stationary_law(turn)
    return law @ states[:, :2] / people, float(law @ (states[:, 0] > states[:, 1]))


def small_markets(p: SimpleNamespace, seed: int, markets: int):
    """Return many small markets of people who choose in turn and see only the others."""
    people, strength = int(p.gibbs[0]), p.gibbs[1]
    built = unequal(p, seed=seed, count=markets * people, strength=strength, law="local",
                    updating="sequential")  # fmt: skip
    return cliques(built.market(), people, count_self=False)


def members(market, people: int) -> np.ndarray:
    """Return how many of each small market are on each platform, (markets, 2)."""
    choice = market.sides["users"].choice.reshape(-1, people)
    return np.stack([(choice == 1).sum(axis=1), (choice == 2).sum(axis=1)], axis=1)


def _exact(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    people, markets, months, sweeps = int(p.gibbs[0]), len(draws.replicates(1500)), 330, 3.0
    market = small_markets(p, draws.seed, markets)
    month(sweeps_a_month(market, 40.0))
    sweeps_a_month(market, sweeps)
    count, lead = np.zeros((markets, 2)), np.zeros(markets)
    for _ in range(months):
        now = members(month(market), people)
        count += now
        lead += now[:, 0] > now[:, 1]
    key = "mnl.gibbs_lead"
    if not _tells_oneself(p, markets * months * sweeps):
        key += "@agents"
    return {"mnl.gibbs_shares": mean_of(count / (months * people)), key: mean_of(lead / months)}


def _tells_oneself(p: SimpleNamespace, sweeps: float) -> bool:
    """Say whether so many sweeps tell people who count themselves from those who do not.

    Six sweeps, about, are worth one independent draw.
    """
    others = gibbs.gibbs_law(int(p.gibbs[0]), p.Va, p.gibbs[1], 0.0).lead_chance()
    se = np.sqrt(6.0 * others * (1.0 - others) / sweeps)
    return abs(with_oneself(p)[1] - others) > 8.2 * se


CHECKS = (
    Check("kicked", thresholds.kicked, cost=2.5),
    Check("kicked, cohorts", thresholds.kicked_cohorts, resolution="cohorts", cost=0.7),
    Check("growth", thresholds.growth_at, cost=0.7),
    Check("onsets", thresholds.onsets, resolution="mean_field", cost=0.5),
    Check("equal weight", thresholds.equal_weight, resolution="mean_field", cost=0.2),
    Check("tricritical", thresholds.sudden_below, resolution="mean_field", cost=0.2),
    Check("three platforms", _three, cost=4.0),
    Check("two platforms", _two, cost=1.5),
    Check("states, cohorts", _cohorts, resolution="cohorts", cost=2.5),
    Check("mean field", _mean_field, resolution="mean_field", cost=0.2),
    Check("all revise", _all_revise, cost=1.5),
    Check("all revise, cohorts", _all_revise_cohorts, resolution="cohorts", cost=2.0),
    Check("some revise", _some_revise, cost=1.5),
    Check("some revise, cohorts", _some_revise_cohorts, resolution="cohorts", cost=1.2),
    Check("in turn", _in_turn, cost=3.0),
    Check("exact", _exact, cost=6.0),
)
