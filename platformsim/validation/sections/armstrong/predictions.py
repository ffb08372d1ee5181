"""What theory says of two-sided platforms, from the setting."""

from __future__ import annotations

from types import SimpleNamespace

from platformsim.theory import two_sided as theory
from platformsim.validation.rows import Prediction


def predictions(p: SimpleNamespace) -> dict[str, Prediction]:
    """See :class:`platformsim.validation.section.Section`."""
    benefits, transport = (p.a1, p.a2), (p.t1, p.t2)
    prices, profit = theory.single_homing(benefits, transport, (p.f1, p.f2))
    b = p.bot
    both = (b.a1, b.a2), (b.t1, b.t2)
    neck = theory.bottleneck(*both)
    seller = monopoly(p)
    published, derived = "published", "derived"
    return {
        "arm.p1": Prediction(prices[0], published, "price to group 1: f1 + t1 - alpha2"),
        "arm.p2": Prediction(prices[1], published, "price to group 2: f2 + t2 - alpha1"),
        "arm.profit": Prediction(profit, published, "profit of each platform"),
        "arm.cond": Prediction(
            theory.conditions(benefits, transport), published,
            "above 0: price equilibrium, stable participation",
        ),
        "arm.eig": Prediction(
            theory.participation_rate(benefits, transport), derived, "factor a round of replies"
        ),
        "arm.n_dev": Prediction(
            theory.participation(benefits, transport, (p.dp1, p.dp2)), published,
            "shares of a platform that deviates",
        ),
        "bot.n2": Prediction(neck.multi_homing, published, "group 2 on each platform"),
        "bot.p2": Prediction(neck.prices[1], published, "price to the multi-homing side"),
        "bot.p1": Prediction(neck.prices[0], derived, "price to the single-homing side"),
        "bot.profit": Prediction(neck.profit, derived, "profit of each platform"),
        "bot.cond": Prediction(
            theory.bottleneck_conditions(*both), derived,
            "above 0: second order, stable participation",
        ),
        "bot.p1_utility": Prediction(
            theory.bottleneck(*both, rival_holds="utilities").prices[0], derived,
            "p1 if the rival held utilities, not prices",
        ),
        "rt.pB_pS": Prediction(seller.prices, published, "prices a transaction: buyer, seller"),
        "rt.margin": Prediction(seller.margin, published, "prices less cost"),
        "rt.volume": Prediction(seller.volume, published, "share of pairs that trade"),
        "rt.profit": Prediction(seller.profit, published, "profit per possible pair"),
    }  # fmt: skip


def monopoly(p: SimpleNamespace) -> theory.Monopoly:
    """Return the monopolist of the setting: rt lists highest benefits, spreads and cost."""
    return theory.transaction_monopoly((p.rt[0], p.rt[1]), (p.rt[2], p.rt[3]), p.rt[4])
