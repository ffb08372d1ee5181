"""Users and developers on one platform, proprietary or open."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np

from platformsim.market.market import Market
from platformsim.mechanisms.cross_network import CrossNetwork
from platformsim.theory import open_source as theory
from platformsim.validation.demand import TYPES, best_prices, settle, smoothing, uniform
from platformsim.validation.markets import Stage, stage
from platformsim.validation.rows import Measured, computed, mean_of
from platformsim.validation.section import Draws

MANY, PEOPLE, REACH = 40_000, 15_000, 0.1
FREE = (0.0, 0.0)


def platform(p: SimpleNamespace, seed: int, people: int = PEOPLE, types: int = 0) -> Stage:
    """Return an empty platform; creators are developers, whose costs spread up to 1 / D.

    Its quality v is there for users only.
    """
    widths = {"users": 1.0, "creators": 1.0 / p.D}
    sides = {
        name: {
            "count": people, "choice_noise": width * smoothing(types), "outside_option": True,
            "quality_weight": float(name == "users"), "tastes": {"cost": uniform(0.0, width)},
        }
        for name, width in widths.items()
    }  # fmt: skip
    return stage(
        sides, 1, seed=seed, start={"users": (0.0,), "creators": (0.0,)}, quality=(p.v,),
        mechanisms=[CrossNetwork(beta_uc=p.al, beta_cu=p.pi)], characteristics={"cost": (-1.0,)},
        nodes=types or TYPES,
    )  # fmt: skip


def joined(market: Market, prices: Sequence[float], afresh: bool = False) -> np.ndarray:
    """Return the shares of users and developers on the platform at rest, (2,).

    ``afresh``: nobody is thought to be there at first.
    """
    for side, price in zip(("users", "creators"), prices, strict=True):
        market.platforms[f"fee_{side}"] = (price,)
    if afresh:
        market.share = {side: np.zeros(1) for side in market.share}
    share = settle(market)
    return np.array([share["users"][0], share["creators"][0]])


def earned(market: Market, p: SimpleNamespace) -> float:
    """Return the developers' profits, counted one by one, over their number."""
    side = market.sides["creators"]
    gain = p.pi * market.share["users"][0] - market.platforms["fee_creators"][0]
    costs = side.columns["taste_cost"][side.choice == 1]
    return float(np.sum(gain - costs, dtype=float)) / side.n


def reach_of(p: SimpleNamespace) -> float:
    """Return deviations of both prices that leave some of each side on and off the platform."""
    known = theory.proprietary_platform(p.v, p.al, p.pi, p.D)
    room = 1.0 - p.al * p.pi * p.D
    moved = np.array([1.0 + p.al * p.D, p.D * (1.0 + p.pi)]) / room
    shares = np.array([known.users, known.developers])
    return min(REACH, float((0.6 * np.minimum(shares, 1.0 - shares) / moved).min()))


def best(market: Market, p: SimpleNamespace) -> np.ndarray:
    """Return the proprietary platform's best price and access fee, (2,)."""
    known = theory.proprietary_platform(p.v, p.al, p.pi, p.D)

    def profit(prices: np.ndarray) -> float:
        return float(prices @ joined(market, prices))

    return best_prices((known.user_price, known.access_fee), reach_of(p), profit).prices


def _known(p: SimpleNamespace) -> tuple[theory.Participation, theory.Participation] | None:
    owned = theory.proprietary_platform(p.v, p.al, p.pi, p.D)
    free = theory.open_platform(p.v, p.al, p.pi, p.D)
    return None if np.isnan(owned.users + free.users) else (owned, free)


def participation(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Measure who joins, and what is earned, from an empty platform on."""
    known = _known(p)
    if known is None:
        return {}
    prices = known[0].user_price, known[0].access_fee
    built, found = platform(p, draws.seed, MANY), []
    for replicate in draws.replicates(30):
        market = built.market(replicate)
        for charged in (prices, FREE):
            users, developers = joined(market, charged, afresh=True)
            profit = charged[0] * users + charged[1] * developers
            found.append((users, developers, profit, earned(market, p)))
    owned, free = np.swapaxes(np.reshape(found, (-1, 2, 4)), 0, 1)
    ratio = free[:, 1] / owned[:, 1]
    surplus = np.column_stack([owned[:, 3], free[:, 3]])
    # What the ratio less one is multiplied by in theory is positive and made of parameters alone.
    scale = (p.al + p.pi) * (1.0 - p.al * p.pi * p.D)
    return {
        "ek.prop_users_devs": mean_of(owned[:, :2]),
        "ek.prop_profit": mean_of(owned[:, 2]),
        "ek.open_users_devs": mean_of(free[:, :2]),
        "ek.variety_ratio": mean_of(ratio),
        "ek.variety_cond": mean_of((ratio - 1.0) * scale),
        "ek.devsurplus": mean_of(surplus),
        "ek.total_profit": mean_of(surplus + np.column_stack([owned[:, 2], free[:, 2]])),
    }


def prices(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Measure the proprietary platform's best prices."""
    if _known(p) is None:
        return {}
    built = platform(p, draws.seed)
    found = [best(built.market(replicate), p) for replicate in draws.replicates(30)]
    return {"ek.prop_prices": mean_of(found)}


def limit(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Compute the same in the mean field."""
    known = _known(p)
    if known is None:
        return {}
    market = platform(p, draws.seed, types=TYPES).at("mean_field").market()
    free, top = joined(market, FREE), best(market, p)
    return {
        "ek.open_users_devs@mean_field": computed(free, 1e-5),
        "ek.prop_prices@mean_field": computed(top, 1e-5),
        "ek.prop_users_devs@mean_field": computed(joined(market, top), 1e-5),
    }
