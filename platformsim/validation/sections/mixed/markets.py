"""A proprietary and a free good that get better with use, for users of differing taste.

User x values a good of quality a at a x. So the qualities of the two goods are what tastes apply
to, and they are written anew every month from last month's shares, and the price with them.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np

from platformsim.market.market import Market
from platformsim.theory import mixed_duopoly as theory
from platformsim.theory import mixed_duopoly_foresight as foresight
from platformsim.validation.markets import Stage, month, stage, users
from platformsim.validation.sections.mixed.predictions import Case

# Everybody's taste is in [0, 1].
_EVENLY = {"law": "uniform", "mean": 0.5, "sd": float(1.0 / np.sqrt(12.0))}
# A price at which nobody buys a good that is no better.
_REFUSED = 1.0

Rule = Callable[[float], float]


def duopoly(
    p: SimpleNamespace, seed: int, start: float, *, types: int = 1000, **rules: object
) -> Stage:
    """Return the two goods, users choosing the better one for them with chance dt a month.

    An even number of types has none on the fence when half of them buy.
    """
    settings = {"count": p.N, "revise_rate": p.dt, "choice_noise": 0.0,
                "tastes": {"use": _EVENLY}}  # fmt: skip
    return stage(
        {"users": settings | rules}, seed=seed, start={"users": (start, 1.0 - start)},
        characteristics={"use": (0.0, 0.0)}, nodes=types,
    )  # fmt: skip


def proprietary(market: Market) -> float:
    """Return the share of the proprietary good."""
    return float(users(market)[0])


def myopic(case: Case) -> Rule:
    """Return the rule of a firm that maximises this month's profit."""
    return lambda share: theory.myopic_price(case.gap, share)


def forward_looking(case: Case, target: float) -> Rule:
    """Return the rule of a firm that sells to a share of those who choose, whatever its base."""
    return lambda share: foresight.feedback_price(case.gap, target, share)


def sell(market: Market, case: Case, rule: Rule, months: int = 1) -> Market:
    """Let the goods learn, the firm set its price, and users choose, month by month."""
    for _ in range(months):
        share = proprietary(market)
        qualities = (
            case.quality + case.learning * share,
            case.free_quality + case.free_learning * (1.0 - share),
        )
        price = rule(share)
        market.sides["users"].characteristics[0] = qualities
        market.platforms["fee_users"] = (price if price > 0.0 else _REFUSED, 0.0)
        month(market)
    return market


def evenly_spread(built: Stage) -> Market:
    """Return a market whose users' tastes are the middles of as many equal parts of [0, 1]."""
    market = built.market()
    side = market.sides["users"]
    side.tastes[0] = (np.arange(side.n) + 0.5) / side.n
    return market
