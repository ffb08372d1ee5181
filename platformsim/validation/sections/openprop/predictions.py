"""What theory says of open and proprietary platforms, from the setting."""

from __future__ import annotations

from types import SimpleNamespace

from platformsim.theory import head_to_head
from platformsim.theory import open_source as theory
from platformsim.validation.rows import Prediction


def predictions(p: SimpleNamespace) -> dict[str, Prediction]:
    """See :class:`platformsim.validation.section.Section`."""
    closed, opened = theory.proprietary_system(p.a, p.b), theory.open_system(p.a, p.b)
    owned = theory.proprietary_platform(p.v, p.al, p.pi, p.D)
    free = theory.open_platform(p.v, p.al, p.pi, p.D)
    duel = head_to_head.priced_application(p.t, p.e, p.Del)
    given = head_to_head.free_application(p.t, p.e, p.Del)
    values = {
        "ek.prop_sumprice": (closed.price, "proprietary: platform price plus royalty"),
        "ek.prop_Q": (closed.quantity, "proprietary: systems sold"),
        "ek.prop_profits": (
            (closed.platform_profit, closed.application_profit), "of platform and application",
        ),
        "ek.open_Q": (opened.quantity, "open: systems sold"),
        "ek.open_profit": (opened.application_profit, "open: profit of the application"),
        "ek.cost_breakeven": (
            theory.breakeven_adoption_cost(p.a), "cost of going open at which industries tie",
        ),
        "ek.prop_users_devs": ((owned.users, owned.developers), "proprietary: who joins"),
        "ek.prop_prices": (
            (owned.user_price, owned.access_fee), "price to users, fee of developers",
        ),
        "ek.prop_profit": (owned.platform_profit, "profit of the platform"),
        "ek.open_users_devs": ((free.users, free.developers), "open: who joins"),
        "ek.variety_ratio": (free.developers / owned.developers, "developers, open over not"),
        "ek.devsurplus": (
            (owned.developer_profit, free.developer_profit), "developers' profits: not, open",
        ),
        "ek.total_profit": (
            (owned.industry_profit, free.industry_profit), "of platform and developers: not, open",
        ),
        "ek.variety_cond": (
            theory.variety_condition(p.al, p.pi, p.D), "above 0: open has more developers",
        ),
        "ek.duo_prices": (
            (duel.proprietary_price, duel.application_price), "head to head: system, application",
        ),
        "ek.duo_share": (duel.proprietary_share, "share of the proprietary system"),
        "ek.duo_profits": (
            (duel.proprietary_profit, duel.application_profit), "of system and application",
        ),
        "ek.free_share": (given.proprietary_share, "its share if the application is free"),
    }  # fmt: skip
    return {key: Prediction(value, "derived", meaning) for key, (value, meaning) in values.items()}
