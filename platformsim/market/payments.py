"""Who pays whom with every mechanism switched off.

Members pay fees, businesses pay for the hours of attention that they advertise in, users buy from
creators and businesses, and the platform takes its cut. All of it falls alike on open and closed.
"""

from __future__ import annotations

from typing import Any

from platformsim.market.ledger import FUNDING

_BOOKED = (*FUNDING, "revenue", "cost", "profit")


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
    pay, sides, rules = market.ledger.pay, market.sides, market.rules
    for name in sides:
        for row, fee in enumerate(market.platforms[f"fee_{name}"].tolist()):
            if fee:
                _fee(market, sides[name], row, market.owner_of_platform[row], fee)
    creators, businesses = (_present(market, side) for side in ("creators", "businesses"))
    rows = zip(
        market.owner_of_platform, market.members.tolist(), creators, businesses,
        market.platforms.rows("take_rate", "hours", "ad_yield"), strict=True,
    )  # fmt: skip
    for owner, members, has_creators, has_businesses, (take, hours, ad_yield) in rows:
        if members <= 0:
            continue
        if has_businesses:
            pay("businesses", owner, "advertising", members * hours * ad_yield)
            sales = members * rules.business_spend
            pay("users", "businesses", "sales", sales)
            pay("businesses", owner, "take", take * sales)
        elif "businesses" not in sides:
            pay("customers", owner, "advertising", members * hours * ad_yield)
        if has_creators:
            content = members * rules.creator_spend
            pay("users", "creators", "content", content)
            pay("creators", owner, "take", take * content)


def _present(market: Any, side: str) -> list[bool]:
    if side not in market.sides:
        return [False] * len(market.platforms)
    return [share > 0 for share in market.share[side].tolist()]


def _fee(market: Any, side: Any, row: int, owner: str, fee: float) -> None:
    members = side.alternatives.members(side.counts)[row]
    if fee > 0:
        market.ledger.pay(side.name, owner, "fees", fee * members)
    else:
        market.ledger.pay(owner, side.name, "subsidy", -fee * members)


def book(market: Any) -> None:
    """Close the month's ledger and carry each releaser's cash, revenue and cost."""
    ledger, releasers = market.ledger, market.releasers
    received, paid = ledger.close_month()
    rows = []
    for name in releasers.names:
        account = ledger.accounts.index(name)
        patronage, capital = ledger.got(name, "patronage"), ledger.got(name, "capital")
        revenue, cost = received[account] - (patronage + capital), paid[account]
        rows.append((patronage, capital, revenue, cost, revenue - cost))
    if not rows:
        return
    for column, amounts in zip(_BOOKED, zip(*rows, strict=True), strict=True):
        releasers[column] = amounts
    releasers["cash"] += releasers["profit"] + (releasers["patronage"] + releasers["capital"])
