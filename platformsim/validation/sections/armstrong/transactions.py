"""A monopolist who charges buyers and sellers for each transaction."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from platformsim.market.market import Market
from platformsim.validation.demand import TYPES, smoothing, uniform
from platformsim.validation.markets import Stage, month, stage
from platformsim.validation.rows import Measured, computed, mean_of
from platformsim.validation.section import Draws
from platformsim.validation.sections.armstrong.predictions import monopoly

PEOPLE, _ROUNDS = 30_000, 40
SIDES = ("users", "creators")


def market_place(p: SimpleNamespace, seed: int, types: int = 0) -> Stage:
    """Return one platform; who gains at least the price from a transaction is ready to trade."""
    sides = {
        name: {
            "count": PEOPLE, "choice_noise": width * smoothing(types), "outside_option": True,
            "tastes": {"benefit": uniform(highest - width, highest)},
        }
        for name, highest, width in zip(SIDES, p.rt[:2], p.rt[2:4], strict=True)
    }  # fmt: skip
    return stage(sides, 1, seed=seed, characteristics={"benefit": (1.0,)}, nodes=types or TYPES)


def ready(market: Market, prices: np.ndarray) -> np.ndarray:
    """Return the shares of buyers and of sellers who are ready to trade, (2,)."""
    for name, price in zip(SIDES, prices, strict=True):
        market.platforms[f"fee_{name}"] = (price,)
    month(market)
    return np.array([market.share[name][0] for name in SIDES])


def reach_of(p: SimpleNamespace) -> np.ndarray:
    """Return how far each price may be off and leave some, but not all, of a side ready, (2,)."""
    served = np.array(p.rt[:2]) - monopoly(p).prices
    return np.minimum(0.45 * served, 0.9 * (np.array(p.rt[2:4]) - served))


def best(market: Market, p: SimpleNamespace) -> np.ndarray:
    """Return the prices of which each is best given the other, (2,).

    The price to the other side is what a trade brings besides; how many of them are ready only
    scales the profit. So a ladder of prices, and a parabola through its profits, will do.
    """
    ladder = np.array(monopoly(p).prices) + reach_of(p) * np.linspace(-1.0, 1.0, 9)[:, None]
    shares = np.array([ready(market, prices) for prices in ladder])
    prices = ladder[-1].copy()
    for _ in range(_ROUNDS):
        for side in (0, 1):
            profit = (ladder[:, side] + prices[1 - side] - p.rt[4]) * shares[:, side]
            curve, slope, _ = np.polyfit(ladder[:, side], profit, 2)
            prices[side] = -slope / (2.0 * curve)
    return prices


def transactions(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Measure best prices, and trade at the prices that theory finds best."""
    known, built = monopoly(p), market_place(p, draws.seed)
    if known.volume <= 0.0:
        return {}
    prices, volumes = [], []
    for replicate in draws.replicates(50):
        market = built.market(replicate)
        volumes.append(ready(market, np.array(known.prices)).prod())
        if reach_of(p).min() > 0.0:
            prices.append(best(market, p))
    found = {
        "rt.volume": mean_of(volumes), "rt.profit": mean_of(known.margin * np.array(volumes)),
    }  # fmt: skip
    if prices:
        margins = np.sum(prices, axis=1) - p.rt[4]
        found |= {"rt.pB_pS": mean_of(prices), "rt.margin": mean_of(margins)}
    return found


def limit(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Compute the same in the mean field."""
    known = monopoly(p)
    if known.volume <= 0.0 or reach_of(p).min() <= 0.0:
        return {}
    market = market_place(p, draws.seed, TYPES).at("mean_field").market()
    prices = best(market, p)
    volume = float(ready(market, prices).prod())
    return {
        "rt.pB_pS@mean_field": computed(prices),
        "rt.volume@mean_field": computed(volume),
        "rt.profit@mean_field": computed((prices.sum() - p.rt[4]) * volume),
    }
