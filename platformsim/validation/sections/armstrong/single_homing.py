"""Both groups join one platform each: demand, and prices that are best replies."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np

from platformsim.market.market import Market
from platformsim.mechanisms.cross_network import CrossNetwork
from platformsim.theory import two_sided as theory
from platformsim.validation.demand import (
    FEW_TYPES,
    LEAST_TYPES,
    TYPES,
    Peak,
    best_prices,
    feedback,
    settle,
    smoothing,
    uniform,
)
from platformsim.validation.markets import Stage, stage
from platformsim.validation.rows import Measured, computed, mean_of
from platformsim.validation.section import Draws

MANY, PEOPLE, REACH, _ROUNDS = 60_000, 15_000, 0.12, 40
SIDES = ("users", "creators")


def towns(
    benefits: Sequence[float], transport: Sequence[float], seed: int, people: int = PEOPLE,
    types: int = 0,
) -> Stage:  # fmt: skip
    """Return platforms at the ends of two lines, groups 1 and 2 being users and creators.

    Somebody at y in [0, 1] who pays t a unit of distance prefers platform a by t (1 - 2 y): a taste
    spread evenly over [-t, t] for a place that is 1/2 at a and -1/2 at b.

    Parameters
    ----------
    benefits, transport : (2,) float
    seed, people : int
    types : int
        Of a smooth mean field; 0: individuals.
    """
    sides = {
        name: {"count": people, "choice_noise": 2.0 * t * smoothing(types),
               "tastes": {"place": uniform(-t, t)}}
        for name, t in zip(SIDES, transport, strict=True)
    }  # fmt: skip
    feeds = CrossNetwork(beta_uc=benefits[0], beta_cu=benefits[1])
    return stage(sides, seed=seed, mechanisms=[feeds], characteristics={"place": (0.5, -0.5)},
                 nodes=types or TYPES)  # fmt: skip


def demand(
    market: Market, prices: Sequence[float], rival: Sequence[float], still: float = 1e-12
) -> np.ndarray:
    """Return the shares of both groups on platform a at rest, (2,)."""
    for name, own, other in zip(SIDES, prices, rival, strict=True):
        market.platforms[f"fee_{name}"] = (own, other)
    share = settle(market, still=still)
    return np.array([share[name][0] for name in SIDES])


def reply(
    market: Market, rival: Sequence[float], costs: Sequence[float], centre: Sequence[float],
    reach: float, still: float = 1e-12,
) -> Peak:  # fmt: skip
    """Return platform a's best prices against a rival's."""

    def profit(prices: np.ndarray) -> float:
        return float((prices - costs) @ demand(market, prices, rival, still))

    return best_prices(centre, reach, profit)


def reach_of(benefits: Sequence[float], transport: Sequence[float]) -> float:
    """Return deviations of both prices that leave some of each group on each platform."""
    (a1, a2), (t1, t2) = benefits, transport
    room = theory.conditions(benefits, transport).participation
    return min(REACH, 0.35 * 2.0 * room / max(a1 + t2, a2 + t1, t1, t2))


def setting(p: SimpleNamespace) -> tuple[tuple, tuple, np.ndarray, theory.SingleHoming]:
    """Return benefits, transport costs, costs and the equilibrium."""
    benefits, transport, costs = (p.a1, p.a2), (p.t1, p.t2), np.array([p.f1, p.f2])
    return benefits, transport, costs, theory.single_homing(benefits, transport, tuple(costs))


def off_equilibrium(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Measure the shares of a platform that deviates from the equilibrium."""
    benefits, transport, _, known = setting(p)
    if np.isnan(known.profit):
        return {}
    rival, built = np.array(known.prices), towns(benefits, transport, draws.seed, MANY)
    prices = rival + np.array((p.dp1, p.dp2))
    found = [demand(built.market(each), prices, rival) for each in draws.replicates(30)]
    return {"arm.n_dev": mean_of(found)}


def equilibrium(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Measure the best prices against a rival at the equilibrium."""
    benefits, transport, costs, known = setting(p)
    if np.isnan(known.profit):
        return {}
    built, reach = towns(benefits, transport, draws.seed), reach_of(benefits, transport)
    rival, prices, profits = np.array(known.prices), [], []
    for replicate in draws.replicates(30):
        market = built.market(replicate)
        profits.append((rival - costs) @ demand(market, rival, rival))
        prices.append(reply(market, rival, costs, rival, reach).prices)
    first, second = np.array(prices).T
    return {
        "arm.p1": mean_of(first), "arm.p2": mean_of(second), "arm.profit": mean_of(profits),
    }  # fmt: skip


def limit(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Compute the same in the mean field, and both conditions from what it does."""
    benefits, transport, costs, known = setting(p)
    if np.isnan(known.profit):
        return {}
    market = towns(benefits, transport, draws.seed, types=FEW_TYPES).at("mean_field").market()
    rival, reach = np.array(known.prices), reach_of(benefits, transport)
    deviating = demand(market, rival + np.array((p.dp1, p.dp2)), rival)
    profit = (rival - costs) @ demand(market, rival, rival)
    rate, top = feedback(market), reply(market, rival, costs, rival, reach)
    room = p.t1 * p.t2 * (1.0 - rate**2)
    # The determinant of the second derivatives of profit is the first condition over 4 room^2.
    found = {
        "arm.p1@mean_field": computed(top.prices[0], 1e-5),
        "arm.p2@mean_field": computed(top.prices[1], 1e-5),
        "arm.profit@mean_field": computed(profit),
        "arm.eig": computed(rate),
        "arm.cond": computed([4.0 * room**2 * np.linalg.det(top.curvature), room], 1e-5),
    }
    if deviating.min() > 0.05 and deviating.max() < 0.95:
        found["arm.n_dev@mean_field"] = computed(deviating)
    return found


def in_turn(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Compute where platforms end that price at cost at first and then reply in turn."""
    benefits, transport, costs, known = setting(p)
    if np.isnan(known.profit):
        return {}
    market = towns(benefits, transport, draws.seed, types=LEAST_TYPES).at("mean_field").market()
    prices, reach = costs, reach_of(benefits, transport)
    for _ in range(_ROUNDS):
        before, prices = prices, reply(market, prices, costs, prices, reach, 1e-8).prices
        if np.abs(prices - before).max() < 1e-5:
            break
    return {
        "arm.p1@replies": computed(prices[0], 1e-4),
        "arm.p2@replies": computed(prices[1], 1e-4),
    }
