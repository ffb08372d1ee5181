"""A proprietary system against an open platform, head to head for the same users."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from platformsim.market.market import Market
from platformsim.mechanisms.direct_network import DirectNetwork
from platformsim.theory import head_to_head as theory
from platformsim.validation.demand import TYPES, best_prices, settle, smoothing, uniform
from platformsim.validation.markets import Stage, stage
from platformsim.validation.rows import Measured, computed, mean_of
from platformsim.validation.section import Draws

PEOPLE, REACH = 25_000, 0.2


def rivals(p: SimpleNamespace, seed: int, people: int = PEOPLE, types: int = 0) -> Stage:
    """Return the proprietary and the open system at the ends of a line of users.

    The quality that the first has over the other is its advantage Delta.
    """
    rules = {"count": people, "choice_noise": 2.0 * p.t * smoothing(types),
             "tastes": {"place": uniform(-p.t, p.t)}}  # fmt: skip
    return stage(
        {"users": rules}, seed=seed, mechanisms=[DirectNetwork(beta_direct=p.e)],
        quality=(p.Del, 0.0), characteristics={"place": (0.5, -0.5)}, nodes=types or TYPES,
    )  # fmt: skip


def shares(market: Market, prices: tuple[float, float]) -> np.ndarray:
    """Return the shares of both systems at rest, (2,)."""
    market.platforms["fee_users"] = prices
    return settle(market)["users"]


def best(market: Market, p: SimpleNamespace, prices: tuple[float, float], system: int) -> float:
    """Return a system's best price against the other's, looking around its own."""

    def profit(own: np.ndarray) -> float:
        asked = [own[0], prices[1]] if system == 0 else [prices[0], own[0]]
        return float(own[0] * shares(market, tuple(asked))[system])

    there = shares(market, prices).min()
    reach = min(REACH, 1.2 * (p.t - p.e) * float(there))
    return float(best_prices([prices[system]], reach, profit, 5).prices[0])


def _outcome(market: Market, p: SimpleNamespace) -> tuple[np.ndarray, np.ndarray, float]:
    """Return shares, best prices and the share against a free application."""
    known, given = _known(p)
    prices = known.proprietary_price, known.application_price
    there = shares(market, prices)
    replies = np.array([best(market, p, prices, system) for system in (0, 1)])
    if np.isnan(given.proprietary_share) or given.proprietary_share > 0.95:
        return there, replies, np.nan
    alone = best(market, p, (given.proprietary_price, 0.0), 0)
    return there, replies, float(shares(market, (alone, 0.0))[0])


def _known(p: SimpleNamespace) -> tuple[theory.Duopoly, theory.Duopoly]:
    setting = p.t, p.e, p.Del
    return theory.priced_application(*setting), theory.free_application(*setting)


def _apart(p: SimpleNamespace) -> bool:
    """Whether both systems have users."""
    share = _known(p)[0].proprietary_share
    return bool(0.05 < share < 0.95)


def duel(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Measure shares and profits at the equilibrium, and best prices there."""
    if not _apart(p):
        return {}
    known, built = _known(p)[0], rivals(p, draws.seed)
    outcomes = [_outcome(built.market(each), p) for each in draws.replicates(30)]
    there, replies, alone = (np.array(part) for part in zip(*outcomes, strict=True))
    charged = np.array((known.proprietary_price, known.application_price))
    found = {
        "ek.duo_share": mean_of(there[:, 0]),
        "ek.duo_profits": mean_of(there * charged),
        "ek.duo_prices": mean_of(replies),
    }
    return found if np.isnan(alone).any() else found | {"ek.free_share": mean_of(alone)}


def limit(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Compute the same in the mean field."""
    if not _apart(p):
        return {}
    market = rivals(p, draws.seed, types=TYPES).at("mean_field").market()
    there, replies, alone = _outcome(market, p)
    found = {
        "ek.duo_share@mean_field": computed(there[0]),
        "ek.duo_prices@mean_field": computed(replies, 1e-5),
    }
    return found if np.isnan(alone) else found | {"ek.free_share@mean_field": computed(alone, 1e-5)}
