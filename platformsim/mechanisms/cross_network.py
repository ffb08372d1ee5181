"""C02: the sides feed each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from platformsim.market.laws import NETWORK_LAWS, network_value
from platformsim.mechanisms.base import Contrast, Mechanism, Values
from platformsim.parameters import param

# Whom each side gains from, and by which parameter.
_PULLS = {
    "users": (("creators", "beta_uc"), ("businesses", "beta_ub")),
    "creators": (("users", "beta_cu"),),
    "businesses": (("users", "beta_bu"),),
}


@dataclass(frozen=True)
class CrossNetwork(Mechanism):
    """Cross-side network effects between users, creators and businesses.

    A member of side s gains from the other side s' on platform p

        U_s[p] += beta_ss' * g(n_s'[p])        (utils)

    ``beta_uc`` is what users gain from creators, ``beta_cu`` what creators gain from users, and so
    on. With two sides, K platforms and noise 1 the even split is unstable when the product
    beta_uc * beta_cu exceeds K**2. A platform may subsidise one side to launch; the subsidy is
    paid in money, utils divided by the side's weight of fees, until its budget is spent.

    References
    ----------
    J.-C. Rochet & J. Tirole (2003), "Platform competition in two-sided markets", Journal of the
    European Economic Association 1(4), 990-1029, DOI 10.1162/154247603322493212.
    M. Armstrong (2006), "Competition in two-sided markets", RAND Journal of Economics 37(3),
    668-691, DOI 10.1111/j.1756-2171.2006.tb00037.x.
    """

    title: ClassVar[str] = "the sides feed each other"
    claims: ClassVar[tuple[str, ...]] = ("C02",)
    neutral: ClassVar[dict[str, Any]] = {
        "beta_uc": 0.0,
        "beta_cu": 0.0,
        "beta_ub": 0.0,
        "beta_bu": 0.0,
        "subsidy": 0.0,
    }
    owns: ClassVar[dict[str, float]] = {"platforms.subsidised": 0.0}
    follows_own_side: ClassVar[bool] = False
    contrast: ClassVar[Contrast] = Contrast("largest_share", "users", "up", 0.10)

    beta_uc: float = param(1.5, 0, 12, "utils/unit share", "M", "What users gain from creators.")
    beta_cu: float = param(1.5, 0, 12, "utils/unit share", "M", "What creators gain from users.")
    beta_ub: float = param(0.5, 0, 12, "utils/unit share", "M", "What users gain from businesses.")
    beta_bu: float = param(0.5, 0, 12, "utils/unit share", "M", "What businesses gain from users.")
    law: str = param(
        "linear", doc="Network law.", choices=tuple(law for law in NETWORK_LAWS if law != "local")
    )
    shape: float = param(1.0, 0.01, 100, "", "M", "Shape of the log, power or saturating law.")
    subsidy: float = param(0.0, 0, 1, "utils/month", "M", "Subsidy to each member of a side.")
    subsidy_side: str = param(
        "none", doc="Side that is subsidised.", choices=("none", "users", "creators", "businesses")
    )
    subsidy_platform: str = param("", doc="Platform that pays the subsidy; empty: none does.")
    subsidy_budget: float = param(1e12, 0, 1e12, "cu", "M", "What it can spend on it in all.")

    def utility(self, market: Any, side: str) -> Values:
        """See the class."""
        total = np.zeros(len(market.platforms))
        for source, name in _PULLS[side]:
            if source in market.sides:
                value = network_value(market.reach(source), self.law, self.shape)
                total += getattr(self, name) * value
        if side == self.subsidy_side and self.subsidy_platform in market.platforms.index:
            row = market.platforms.index[self.subsidy_platform]
            if self._left(market, row) > 0:
                total[row] += self.subsidy
        return total

    def update(self, market: Any) -> None:
        """Pay the subsidy: ``members * subsidy / fee_weight`` from the platform's owner."""
        row = market.platforms.index.get(self.subsidy_platform)
        side = market.sides.get(self.subsidy_side)
        if row is None or side is None or not self.subsidy:
            return
        members = side.alternatives.members(side.counts)[row]
        due = (members * self.subsidy / side.rules.fee_weight).item()
        amount = min(due, self._left(market, row))
        market.platforms["subsidised"][row] += amount
        market.ledger.pay(market.owner_of_platform[row], side.name, "subsidy", amount)

    def _left(self, market: Any, row: int) -> float:
        """Return what is left of the budget, cu."""
        return max(self.subsidy_budget - market.platforms["subsidised"][row].item(), 0.0)
