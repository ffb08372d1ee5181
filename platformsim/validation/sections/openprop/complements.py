"""A system of platform and application, sold by two firms or, on an open platform, by one."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from platformsim.market.market import Market
from platformsim.theory import open_source as theory
from platformsim.validation.demand import best_prices, uniform
from platformsim.validation.markets import Stage, month, stage
from platformsim.validation.rows import Measured, mean_of
from platformsim.validation.section import Draws

PEOPLE = 30_000


def buyers(p: SimpleNamespace, seed: int) -> Stage:
    """Return one system and users who value it at anything up to a."""
    rules = {"count": PEOPLE, "choice_noise": 0.0, "outside_option": True,
             "tastes": {"value": uniform(0.0, p.a)}}  # fmt: skip
    return stage({"users": rules}, 1, seed=seed, characteristics={"value": (1.0,)})


def sold(market: Market, price: float, p: SimpleNamespace) -> float:
    """Return how many systems are sold at a price, a unit of money of valuations being 1 / b."""
    market.platforms["fee_users"] = (price,)
    return float(month(market).share["users"][0]) * p.a / p.b


def application(market: Market, price: float, royalty: float, p: SimpleNamespace) -> float:
    """Return the application's best price, given the platform's price and royalty."""

    def profit(own: np.ndarray) -> float:
        return float((own[0] - royalty) * sold(market, price + own[0], p))

    left = p.a - price - royalty
    return float(best_prices([royalty + left / 2.0], 0.4 * left, profit, 7).prices[0])


def _sale(market: Market, price: float, royalty: float, p: SimpleNamespace) -> np.ndarray:
    """Return quantity, profit of the platform and profit of the application."""
    own = application(market, price, royalty, p)
    quantity = sold(market, price + own, p)
    return quantity * np.array([1.0, price + royalty, own - royalty])


def _owned(market: Market, p: SimpleNamespace) -> float:
    """Return the best sum of platform price and royalty, foreseeing the application's price.

    Half of it is charged to users and half to the application: only the sum matters.
    """

    def profit(total: np.ndarray) -> float:
        return float(_sale(market, total[0] / 2.0, total[0] / 2.0, p)[1])

    return float(best_prices([p.a / 2.0], 0.3 * p.a, profit, 5).prices[0])


def _breakeven(market: Market, most: float, p: SimpleNamespace) -> float:
    """Return the cost of going open at which the application alone earns ``most``."""
    costs = np.linspace(0.0, 0.3 * p.a, 4)
    earned = [_sale(market, cost, 0.0, p)[2] for cost in costs]
    curve, slope, level = np.polyfit(costs, earned, 2)
    inside = slope**2 - 4.0 * curve * (level - most)
    return float((-slope - np.sqrt(inside)) / (2.0 * curve)) if inside >= 0.0 else np.nan


def complements(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Measure both industries on the same users."""
    built, found = buyers(p, draws.seed), []
    known = theory.proprietary_system(p.a, p.b).price
    for replicate in draws.replicates(30):
        market = built.market(replicate)
        closed = _sale(market, known / 2.0, known / 2.0, p)
        opened = _sale(market, 0.0, 0.0, p)
        even = _breakeven(market, closed[1] + closed[2], p)
        found.append((_owned(market, p), *closed, opened[0], opened[2], even))
    total, quantity, platform, seller, open_quantity, open_profit, even = np.array(found).T
    return {
        "ek.prop_sumprice": mean_of(total), "ek.prop_Q": mean_of(quantity),
        "ek.prop_profits": mean_of(np.column_stack([platform, seller])),
        "ek.open_Q": mean_of(open_quantity), "ek.open_profit": mean_of(open_profit),
        "ek.cost_breakeven": mean_of(even),
    }  # fmt: skip
