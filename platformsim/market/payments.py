"""Who pays whom with every mechanism switched off.

Members pay fees, businesses pay for the hours of attention that they advertise in, users buy from
creators and businesses, and the platform takes its cut. All of it falls alike on open and closed.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def settle(market: Any) -> None:
    """Book the month's payments between sides and platform owners.

    For platform p with m members among the users (multi-homers divided over their homes):

    ============ ============================== ==================== =================
    reason       amount (cu/month)              payer                payee
    ============ ============================== ==================== =================
    fees         members * fee                  side                 owner
    subsidy      members * -fee, if negative    owner                side
    advertising  m * hours * ad_yield           businesses           owner
    content      m * creator_spend              users                creators
    sales        m * business_spend             users                businesses
    take         take_rate * (content + sales)  creators, businesses owner
    ============ ============================== ==================== =================

    Content and sales need a creator or a business on the platform.
    """
    pay, platforms, rules = market.ledger.pay, market.platforms, market.rules
    members = market.members
    for row, owner in enumerate(market.owner_of_platform):
        _fees(market, row, owner)
        if members[row] <= 0:
            continue
        take = platforms["take_rate"][row]
        if _present(market, "businesses", row):
            hours = members[row] * platforms["hours"][row]
            pay("businesses", owner, "advertising", hours * platforms["ad_yield"][row])
            sales = members[row] * rules.business_spend
            pay("users", "businesses", "sales", sales)
            pay("businesses", owner, "take", take * sales)
        elif "businesses" not in market.sides:
            hours = members[row] * platforms["hours"][row]
            pay("customers", owner, "advertising", hours * platforms["ad_yield"][row])
        if _present(market, "creators", row):
            content = members[row] * rules.creator_spend
            pay("users", "creators", "content", content)
            pay("creators", owner, "take", take * content)


def _present(market: Any, side: str, platform: int) -> bool:
    return side in market.sides and market.share[side][platform] > 0


def _fees(market: Any, row: int, owner: str) -> None:
    for name, side in market.sides.items():
        fee = market.platforms[f"fee_{name}"][row]
        if fee:
            members = side.alternatives.members(side.counts)[row]
            if fee > 0:
                market.ledger.pay(name, owner, "fees", fee * members)
            else:
                market.ledger.pay(owner, name, "subsidy", -fee * members)


def book(market: Any) -> None:
    """Close the month's ledger and carry each releaser's cash, revenue and cost."""
    market.ledger.close_month()
    releasers, ledger = market.releasers, market.ledger
    for row, name in enumerate(releasers.names):
        account = ledger.accounts.index(name)
        patronage = ledger.received[account, ledger.reasons.index("patronage")]
        releasers["patronage"][row] = patronage
        releasers["revenue"][row] = ledger.received[account].sum() - patronage
        releasers["cost"][row] = ledger.paid[account].sum()
    np.subtract(releasers["revenue"], releasers["cost"], out=releasers["profit"])
    cash = releasers["cash"]
    cash += releasers["profit"] + releasers["patronage"]
