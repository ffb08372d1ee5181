"""A platform that needs both its sides, and two that compete for both."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from scipy.optimize import brentq

from platformsim.market.market import Market
from platformsim.mechanisms.cross_network import CrossNetwork
from platformsim.theory import two_sided_adoption as theory
from platformsim.validation.markets import (
    Stage,
    averages,
    eigenvalue,
    image,
    month,
    replays,
    stage,
    users,
)
from platformsim.validation.rows import Measured, computed, mean_of
from platformsim.validation.section import Check, Draws
from platformsim.validation.sections.extras.predictions import RIVALRY_LEAD

# Far enough from the critical seed for chance not to decide.
_MARGIN = 0.1
_EVEN = {"users": (0.5, 0.5), "creators": (0.5, 0.5)}


def launched(
    p: SimpleNamespace, seed: int, start: tuple[float, float], count: int = 1,
    revision: float | None = None,
) -> Stage:  # fmt: skip
    """Return one platform, seeded with shares of users and creators; the rest is outside."""
    rules = {"count": count, "outside_option": True,
             "revise_rate": p.ts_alpha if revision is None else revision}  # fmt: skip
    user_value, creator_effect, creator_value, user_effect = p.two
    return stage(
        {"users": rules, "creators": rules}, 1, seed=seed,
        start={"users": start[:1], "creators": start[1:]},
        # What the platform is worth without the other side is a fee with its sign changed.
        fees={"users": [-user_value], "creators": [-creator_value]},
        mechanisms=[CrossNetwork(beta_uc=creator_effect, beta_cu=user_effect)],
    )  # fmt: skip


def adoption(market: Market) -> np.ndarray:
    """Return the shares of users and creators on the platform."""
    return np.array([market.share["users"][0], market.share["creators"][0]])


def takes_off(built: Stage, middle: float) -> bool:
    """Say whether the mean field grows from a seed to the upper state.

    Each side gains from the other, so that once both grow, or both shrink, they always will:
    from above the middle state's users to the upper state, else to the lower one.
    """
    market = built.at("mean_field").market()
    before = adoption(market)
    while True:
        now = adoption(month(market))
        if (now >= before).all() or (now <= before).all():
            return bool(now[0] > middle)
        before = now


def _states(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    states = theory.adoption_states(*p.two)
    seed = theory.critical_seed(*p.two, p.ts_alpha)
    if len(states) != 3 or not 2.0 * _MARGIN < seed < 1.0 - _MARGIN:
        return {}
    value, se = np.full((2, 3, 2), np.nan)
    runs = draws.replicates(20)
    for place, start in ((0, seed - _MARGIN), (2, seed + _MARGIN)):
        pull = p.ts_alpha * (1.0 - states[place].eigenvalue)
        built = launched(p, draws.seed + place, (0.0, start), 8_000)
        seen = mean_of(averages(built, runs, int(np.ceil(12.0 / pull)), 40, adoption))
        value[place], se[place] = seen.value, seen.se
    return {"x.ts_states": Measured(value, se, 0.0, "mean", len(runs))}


def _states_mean_field(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    states = theory.adoption_states(*p.two)
    shares = [{"users": [s.users], "creators": [s.creators]} for s in states]
    built = launched(p, draws.seed, (0.0, 0.0), revision=1.0)
    found = {"x.ts_states@mean_field": computed([image(built, at) for at in shares], 1e-9)}
    if p.two[1] * p.two[3] > 0:
        # There are two eigenvalues, alike but for their signs.
        growth = [abs(eigenvalue(built, at)) for at in shares]
        found["x.ts_eig@mean_field"] = computed(growth, 1e-6)
    return found


def _seed(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    states = theory.adoption_states(*p.two)
    if min(p.two[1], p.two[3]) <= 0 or len(states) < 3:
        return {}

    def enough(seed: float) -> bool:
        return takes_off(launched(p, draws.seed, (0.0, seed)), states[1].users)

    low, high = 0.0, 1.0
    if enough(low) or not enough(high):
        return {}
    while high - low > 1e-6:
        middle = 0.5 * (low + high)
        low, high = (low, middle) if enough(middle) else (middle, high)
    return {"x.ts_seed@mean_field": computed(0.5 * (low + high), 2e-6)}


def _rivals(p: SimpleNamespace, seed: int, scale: float = 1.0, count: int = 1) -> Stage:
    """Return two platforms that share both sides but for a lead in users."""
    lead = 0.5 + RIVALRY_LEAD / 2.0
    of_creators, of_users = (scale * strength for strength in p.ts_J)
    return stage(
        {"users": {"count": count}, "creators": {"count": count}}, seed=seed,
        start={"users": (lead, 1.0 - lead), "creators": (0.5, 0.5)},
        mechanisms=[CrossNetwork(beta_uc=of_creators, beta_cu=of_users)],
    )  # fmt: skip


def _rivalry(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    product = p.ts_J[0] * p.ts_J[1]
    after = month(_rivals(p, draws.seed).at("mean_field").market(), 2)
    found = {"x.ts_comp_step@mean_field": computed(_lead(after) / RIVALRY_LEAD, 1e-9)}
    if product <= 0:
        return found

    def growth(scale: float) -> float:
        return abs(eigenvalue(_rivals(p, draws.seed, scale), _EVEN))

    scale = brentq(lambda scale: growth(scale) - 1.0, 0.01, 10.0 / np.sqrt(product))
    return found | {
        "x.ts_comp@mean_field": computed(scale**2 * product, 2e-5),
        "x.ts_comp_eig@mean_field": computed(growth(1.0), 1e-6),
    }


def _two_months(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    market = _rivals(p, draws.seed, count=100_000).market()
    start = {name: side.choice.copy() for name, side in market.sides.items()}
    leads = replays(market, len(draws.replicates(200)), 2, start, _lead)
    return {"x.ts_comp_step": mean_of(leads / RIVALRY_LEAD)}


def _lead(market: Market) -> float:
    return float(users(market)[0] - users(market)[1])


CHECKS = (
    Check("two sides", _states, cost=3.0),
    Check("two sides, mean field", _states_mean_field, resolution="mean_field", cost=0.1),
    Check("critical mass", _seed, resolution="mean_field", cost=0.3),
    Check("rivalry", _rivalry, resolution="mean_field", cost=0.1),
    Check("two months", _two_months, cost=1.5),
)
