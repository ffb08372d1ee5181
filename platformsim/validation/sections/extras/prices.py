"""What a platform loses by a higher price: the markup from the engine's own demand."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from platformsim.market.market import Market
from platformsim.mechanisms.direct_network import DirectNetwork
from platformsim.theory import price_competition as theory
from platformsim.validation.markets import Stage, month, stage, users
from platformsim.validation.rows import Measured, computed, mean_of
from platformsim.validation.section import Check, Draws

_MOST = 2000


def _priced(p: SimpleNamespace, seed: int, count: int = 1) -> Stage:
    platforms, strength = int(p.bl[0]), p.bl[1]
    return stage(
        {"users": {"count": count}}, platforms, seed=seed,
        start={"users": np.full(platforms, 1.0 / platforms)},
        mechanisms=[DirectNetwork(beta_direct=strength)],
    )  # fmt: skip


def _demand(market: Market, fees: np.ndarray, least: float) -> np.ndarray:
    """Return the shares at which demand is at rest, every user keeping its tastes.

    Draws are addressed by month: who lives through the first month again and again meets the
    same tastes.
    """
    market.platforms["fee_users"] = fees
    before = users(market)
    for _ in range(_MOST):
        market.month = 0
        now = users(month(market))
        if np.abs(now - before).max() <= least:
            return now
        before = now
    raise RuntimeError("demand does not come to rest")


def _markup(market: Market, change: float, least: float = 0.0) -> float:
    """Return share over its fall with the own price, from a small change of each price."""
    platforms, shares = len(market.platforms), []
    for sign in (-1.0, 1.0):
        ends = [
            _demand(market, sign * change * row, least)[place]
            for place, row in enumerate(np.eye(platforms))
        ]
        shares.append(np.mean(ends))
    return 2.0 * change * np.mean(shares) / (shares[0] - shares[1])


def _agents(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    room = 1.0 - p.bl[1] / p.bl[0]
    if not room > 0.05 or np.isnan(theory.symmetric_markup(int(p.bl[0]), p.bl[1])):
        return {}
    built = _priced(p, draws.seed, 50_000)
    # The nearer to tipping, the farther a change of price carries.
    found = [_markup(built.market(run), 0.08 * room) for run in draws.replicates(20)]
    return {"x.bl_markup": mean_of(found)}


def _mean_field(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    if not p.bl[1] < 0.99 * p.bl[0]:
        return {}
    market = _priced(p, draws.seed).at("mean_field").market()
    return {"x.bl_markup@mean_field": computed(_markup(market, 1e-4, 1e-14), 1e-5)}


CHECKS = (
    Check("markup", _agents, cost=1.5),
    Check("markup, mean field", _mean_field, resolution="mean_field", cost=0.2),
)
