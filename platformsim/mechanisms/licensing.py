"""C05: an open system for many makers of devices against an integrated closed one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from platformsim.mechanisms.base import Contrast, Mechanism, Values
from platformsim.parameters import param

MAKERS = "makers"


@dataclass(frozen=True)
class Licensing(Mechanism):
    """Who opens a system lets others make the devices; who keeps it shut makes them alone.

    *Makers.* While the terms of its technology give open access, makers join platform p at the
    monthly rate ``join_rate`` until there are ``oem_count``; otherwise they leave at that rate
    until the owner alone is left:

        n[p] <- n[p] + join_rate * (target - n[p]),   target = oem_count if open, else 1

    n makers press the price towards cost (the mark-up falls as 1 / n, Cournot) and bring devices
    for different wants (the inclusive value of n alike alternatives in a nest, McFadden):

        U[p] += price_gap * (1 - 1 / n[p]) + device_variety * ln(n[p])      (utils, users)

    *Money.* Let I[p] be what advertising and the platform's cut bring, cu a month. On open devices
    the owner's services are installed for the share ``bundle_coverage``; the rest of I goes to the
    makers. An owner that makes its devices itself earns their margin, too: its users pay it
    (arpu_ratio_closed_open - 1) * I on top. Openness thus buys users and forgoes the margin on
    devices.

    The head start of the closed system is the difference in ``launch_month`` of the platforms.
    That the two prices differ by the margins of makers, and that n makers join in time, are
    modelling choices; so are the figures but for bundle_coverage: Google's services came bundled
    with most Android devices sold outside China (European Commission, case AT.40099, 2018; tag E).

    References
    ----------
    D. McFadden (1978), "Modelling the choice of residential location", in A. Karlqvist et al.
    (eds), Spatial Interaction Theory and Planning Models, North-Holland, 75-96.
    """

    title: ClassVar[str] = "many makers against one"
    claims: ClassVar[tuple[str, ...]] = ("C05",)
    neutral: ClassVar[dict[str, Any]] = {
        "oem_count": 1,
        "bundle_coverage": 1.0,
        "arpu_ratio_closed_open": 1.0,
    }
    owns: ClassVar[dict[str, float]] = {"platforms.makers": 1.0}
    reasons: ClassVar[tuple[str, ...]] = ("devices", "unbundled")
    accounts: ClassVar[tuple[str, ...]] = (MAKERS,)
    follows_own_side: ClassVar[bool] = False
    contrast: ClassVar[Contrast] = Contrast("share", "users", "up", 0.05)

    oem_count: int = param(20, 1, 200, "makers", "M", "Makers of devices for an open system.")
    price_gap: float = param(0.5, 0, 2, "utils", "M", "What devices at cost are worth to a user.")
    arpu_ratio_closed_open: float = param(
        3.0, 1, 6, "ratio", "M", "Earnings per user of a closed system, relative to an open one."
    )
    bundle_coverage: float = param(
        0.8, 0, 1, "share", "E", "Open devices with the owner's services."
    )
    device_variety: float = param(
        0.2, 0, 1, "utils", "M", "How much wants for devices differ (scale of the nest)."
    )
    join_rate: float = param(0.1, 0, 1, "1/month", "M", "Speed at which makers join and leave.")

    def utility(self, market: Any, side: str) -> Values:
        """See the class."""
        if side != "users":
            return None
        makers = market.platforms["makers"].tolist()
        if max(makers) <= 1.0:
            return None
        return np.array(
            [self.price_gap * (1.0 - 1.0 / n) + self.device_variety * math.log(n) for n in makers]
        )

    def update(self, market: Any) -> None:
        """Let makers join and leave, and share out what devices bring."""
        pay, platforms, opened = market.ledger.pay, market.platforms, market.terms.open_access
        stand = zip(market.technology_of_platform.tolist(), market.owner_of_platform, strict=True)
        makers, incomes = platforms["makers"].tolist(), self._incomes(market)
        for row, (at, owner) in enumerate(stand):
            if at < 0:
                continue
            licensed = opened[at] > 0
            target = self.oem_count if licensed else 1.0
            platforms["makers"][row] = makers[row] + self.join_rate * (target - makers[row])
            if licensed:
                pay(owner, MAKERS, "unbundled", (1.0 - self.bundle_coverage) * incomes[row])
            elif market.owned_platforms[at, row] == 1:
                margin = self.arpu_ratio_closed_open - 1.0
                pay("users", owner, "devices", margin * incomes[row])

    @staticmethod
    def _incomes(market: Any) -> list[float]:
        """What advertising and its cut bring each platform, cu a month."""
        spend = []
        for side, name in (("creators", "creator_spend"), ("businesses", "business_spend")):
            spent = getattr(market.rules, name)
            shares = market.share.get(side)
            present = [False] * len(market.platforms) if shares is None else (shares > 0).tolist()
            spend.append([spent * there for there in present])
        advertised = "businesses" not in market.sides
        rows = market.platforms.rows("take_rate", "hours", "ad_yield")
        incomes = []
        for members, content, sales, (take, hours, ad_yield) in zip(
            market.members.tolist(), *spend, rows, strict=True
        ):
            advertising = hours * ad_yield if advertised or sales > 0 else 0.0
            incomes.append(members * (advertising + take * (content + sales)))
        return incomes
