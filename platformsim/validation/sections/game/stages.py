"""The release game as markets: platform 0 is to release openly, platform 1 closed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from platformsim.mechanisms.direct_network import DirectNetwork
from platformsim.theory import strategy_game as theory
from platformsim.validation.hazards import Hazards
from platformsim.validation.markets import Stage, stage


def logit_game(
    p: SimpleNamespace, precision: float, *, seed: int, count: int, start: float = 0.5,
    resolution: str = "agents", **rules: object,
) -> Stage:  # fmt: skip
    """Return releasers who reply to the present shares with logit noise.

    In shares, open gains (A + B) p - B: a linear network effect of strength (A + B) / 2 on both,
    and a quality of (A - B) / 2 of open.
    """
    to_open, to_closed = theory.stakes(tuple(p.pay))
    return stage(
        {"users": {"count": count, "choice_noise": 1.0 / precision} | rules}, seed=seed,
        start={"users": (start, 1.0 - start)}, quality=((to_open - to_closed) / 2.0, 0.0),
        mechanisms=[DirectNetwork(beta_direct=(to_open + to_closed) / 2.0)],
        resolution=resolution,
    )  # fmt: skip


def imitation(
    p: SimpleNamespace, rate: float, *, seed: int, count: int, start: float,
    resolution: str = "agents",
) -> Stage:  # fmt: skip
    """Return releasers who look at one other, and copy it in proportion to what it earns more."""
    a, b, c, d = p.pay

    def copying(market: Any) -> dict[tuple[int, int], float]:
        is_open, closed = (float(share) for share in market.share["users"])
        gain = (a * is_open + b * closed) - (c * is_open + d * closed)
        return {(2, 1): is_open * rate * max(gain, 0.0), (1, 2): closed * rate * max(-gain, 0.0)}

    return stage(
        {"users": {"count": count}}, seed=seed, start={"users": (start, 1.0 - start)},
        mechanisms=[Hazards(copying)], resolution=resolution,
    )  # fmt: skip


def share_open(market: Any) -> float:
    """Return the share of releasers that is open."""
    return float(market.share["users"][0])
