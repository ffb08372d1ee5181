"""Group 1 joins one platform, group 2 each platform for its own sake."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace

import numpy as np

from platformsim.market.market import Market
from platformsim.mechanisms.cross_network import CrossNetwork
from platformsim.theory import two_sided as theory
from platformsim.validation.demand import (
    FEW_TYPES,
    TYPES,
    Peak,
    best_prices,
    feedback,
    settle,
    smoothing,
    uniform,
)
from platformsim.validation.markets import Stage, month, stage
from platformsim.validation.rows import Measured, computed, mean_of
from platformsim.validation.section import Draws

PEOPLE, REACH = 10_000, 0.12


def ports(
    benefits: Sequence[float], transport: Sequence[float], seed: int, people: int = PEOPLE,
    types: int = 0,
) -> Stage:  # fmt: skip
    """Return platforms at the ends of a line along which users and creators live.

    A creator at y pays t_2 y to reach a and t_2 (1 - y) to reach b and may do both. The t_2 that
    all pay alike to reach b is that platform's quality, which does not matter to users.
    """
    t1, t2 = transport
    sides = {
        "users": {
            "count": people, "choice_noise": 2.0 * t1 * smoothing(types), "quality_weight": 0.0,
            "tastes": {"place": uniform(-t1, t1)},
        },
        "creators": {
            "count": people, "choice_noise": t2 * smoothing(types), "outside_option": True,
            "max_homes": 2, "home_value": "sum", "home_cost": 0.0,
            "tastes": {"distance": uniform(0.0, t2)},
        },
    }  # fmt: skip
    return stage(
        sides, seed=seed, start={"users": (0.5, 0.5), "creators": (0.4, 0.4)}, quality=(0.0, -t2),
        mechanisms=[CrossNetwork(beta_uc=benefits[0], beta_cu=benefits[1])],
        characteristics={"place": (0.5, -0.5), "distance": (-1.0, 1.0)}, nodes=types or TYPES,
    )  # fmt: skip


def demand(
    market: Market, prices: Sequence[float], rival: Sequence[float],
    advance: Callable[[Market], object] = month,
) -> np.ndarray:  # fmt: skip
    """Return the shares of both groups on platform a at rest, (2,)."""
    market.platforms["fee_users"] = (prices[0], rival[0])
    market.platforms["fee_creators"] = (prices[1], rival[1])
    share = settle(market, advance)
    return np.array([share["users"][0], share["creators"][0]])


def reply(
    market: Market, rival: Sequence[float], reach: float,
    advance: Callable[[Market], object] = month,
) -> Peak:  # fmt: skip
    """Return platform a's best prices against a rival's, looking around those."""

    def profit(prices: np.ndarray) -> float:
        return float(prices @ demand(market, prices, rival, advance))

    return best_prices(rival, reach, profit)


def setting(p: SimpleNamespace) -> tuple[tuple, tuple, theory.Bottleneck, float]:
    """Return benefits, transport costs, the equilibrium and how far prices may deviate."""
    b = p.bot
    benefits, transport = (b.a1, b.a2), (b.t1, b.t2)
    known, room = theory.bottleneck(benefits, transport), b.t1 * b.t2 - b.a1 * b.a2
    users = (b.t2 + b.a1) / (2.0 * room)
    free = 0.8 * min(known.multi_homing, 1.0 - known.multi_homing)
    reach = min(REACH, 0.4 / users, free * b.t2 / (b.a2 * users + 1.0))
    return benefits, transport, known, reach


def equilibrium(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Measure the best prices against a rival at the equilibrium, and who is where."""
    benefits, transport, known, reach = setting(p)
    if np.isnan(known.profit):
        return {}
    built, rival = ports(benefits, transport, draws.seed), np.array(known.prices)
    found = []
    for replicate in draws.replicates(30):
        market = built.market(replicate)
        shares = demand(market, rival, rival)
        found.append((shares[1], rival @ shares, *reply(market, rival, reach).prices))
    joined, profit, first, second = np.array(found).T
    return {
        "bot.n2": mean_of(joined), "bot.profit": mean_of(profit),
        "bot.p1": mean_of(first), "bot.p2": mean_of(second),
    }  # fmt: skip


def limit(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Compute the same in the mean field, and what a rival who holds utilities would change."""
    benefits, transport, known, reach = setting(p)
    if np.isnan(known.profit):
        return {}
    market = ports(benefits, transport, draws.seed, types=FEW_TYPES).at("mean_field").market()
    rival = np.array(known.prices)
    shares = demand(market, rival, rival)
    rate, top = feedback(market), reply(market, rival, reach)
    room = p.bot.t1 * p.bot.t2 * (1.0 - rate**2)
    held = theory.bottleneck(benefits, transport, rival_holds="utilities")
    offer = p.bot.a1 * held.multi_homing - held.prices[0]

    def keeping(market: Market) -> None:
        """Let the rival set the price at which users gain from it what they gained before."""
        theirs = p.bot.a1 * market.share["creators"][1] - offer
        market.platforms["fee_users"] = (market.platforms["fee_users"][0], theirs)
        month(market)

    other = reply(market, np.array(held.prices), reach, keeping)
    return {
        "bot.n2@mean_field": computed(shares[1]),
        "bot.profit@mean_field": computed(rival @ shares),
        "bot.p1@mean_field": computed(top.prices[0], 1e-5),
        "bot.p2@mean_field": computed(top.prices[1], 1e-5),
        "bot.cond": computed([4.0 * room**2 * np.linalg.det(top.curvature), room], 1e-5),
        "bot.p1_utility": computed(other.prices[0], 1e-5),
    }
