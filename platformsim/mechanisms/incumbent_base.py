"""C12: the giants already have the customers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from platformsim.market.ledger import SUPPLIERS
from platformsim.mechanisms.base import Contrast, Mechanism, Values
from platformsim.parameters import param

_NOBODY = 1e-12


@dataclass(frozen=True)
class IncumbentBase(Mechanism):
    """Whoever has users puts a new product before them for nothing; a newcomer must buy reach.

    *Reach.* Of all users, the share r[p] considers platform p: its members at month 0, those who
    find it by themselves (all but the share ``unaware``), and whoever has been won over since, at
    ``cac`` cu each. An owner spends on that what it earns this month and 1 / ``spend_months`` of
    its reserves, never more than there is. Who does not know a platform cannot choose it; in the
    logit that is the sampling correction for those who are not on it yet,

        U[p] += choice_noise * ln(r[p])                              (utils, users)

    *Attachment.* Platforms that were in business before month 0 (``age`` above 0) bring their
    members the new product bit by bit, newcomers consist of nothing else:

        attached[p] += attach_rate * (1 - attached[p])               (share of members, a month)

    so an incumbent that keeps its base s reaches the share x of all users with the new product
    after ln(1 - x / s) / ln(1 - attach_rate) months. It brings the product from the month in which
    it has adopted it (see ``dilemma``; at once where that is not in force). Without
    ``cross_cash``, an incumbent may spend on reach only what its attached members bring.

    The base itself is the share of users that the platform starts with, ``initial``. Where this
    rule is not in force there is no new product, and nobody is reached with it.

    References
    ----------
    D. McFadden (1978), "Modelling the choice of residential location", in A. Karlqvist et al.
    (eds), Spatial Interaction Theory and Planning Models, North-Holland, 75-96 (the logit over a
    sample of the alternatives). Rates and costs are modelling choices.
    """

    title: ClassVar[str] = "the giants already have the customers"
    claims: ClassVar[tuple[str, ...]] = ("C12",)
    neutral: ClassVar[dict[str, Any]] = {"unaware": 0.0}
    owns: ClassVar[dict[str, float]] = {
        "platforms.reached": 1.0,
        "platforms.attached": 1.0,
        "platforms.new_product": 0.0,
    }
    reasons: ClassVar[tuple[str, ...]] = ("acquisition",)
    follows_own_side: ClassVar[bool] = False
    contrast: ClassVar[Contrast] = Contrast("reach_lead", "", "up", 12.0)

    attach_rate: float = param(
        0.05, 0.005, 0.3, "share/month", "M", "Members to whom an incumbent brings the product."
    )
    cac: float = param(5.0, 0, 100, "cu/user", "M", "Cost of winning over one more user.")
    cross_cash: bool = param(True, doc="Whether an incumbent's old income pays for new reach.")
    unaware: float = param(
        1.0, 0, 1, "share", "M", "Users who do not look for a new product by themselves."
    )
    spend_months: float = param(
        12.0, 1, 120, "months", "M", "Time over which an owner spends its reserves on reach."
    )

    def start(self, market: Any) -> None:
        """Let members know what they are on, and everybody else what they find."""
        if "users" in market.sides:
            unknown = self.unaware * (1.0 - market.share["users"])
            market.platforms["reached"] = 1.0 - unknown
        market.platforms["new_product"].fill(1.0)
        market.platforms["attached"] = [
            0.0 if age > 0 and self.unaware > 0 else 1.0 for (age,) in market.platforms.rows("age")
        ]

    def utility(self, market: Any, side: str) -> Values:
        """See the class."""
        return self._unknown(market) if side == "users" else None

    def own_utility(self, market: Any, side: str) -> np.ndarray | None:
        """Give members back what the others lack: they know what they are on."""
        unknown = self._unknown(market) if side == "users" else None
        return None if unknown is None else -unknown

    def _unknown(self, market: Any) -> np.ndarray | None:
        reached = market.platforms["reached"].tolist()
        if min(reached) >= 1.0:
            return None
        noise = market.sides["users"].rules.choice_noise
        return np.array([noise * math.log(max(share, _NOBODY)) for share in reached])

    def update(self, market: Any) -> None:
        """Attach members, and spend on reach what there is."""
        users = market.sides.get("users")
        if users is None:
            return
        platforms, left = market.platforms, dict[str, float]()
        rows = platforms.rows("reached", "attached", "adopted", "age")
        alive, everybody = market.alive.tolist(), max(users.living, 1.0)
        for row, (reached, attached, adopted, age) in enumerate(rows):
            if not alive[row]:
                continue
            if attached < 1.0 and adopted:
                platforms["attached"][row] = attached + self.attach_rate * (1.0 - attached)
            if reached >= 1.0:
                continue
            owner = market.owner_of_platform[row]
            if owner not in left:
                left[owner] = self._budget(market, owner, age, attached)
            missing = everybody * (1.0 - reached)
            won = min(missing, left[owner] / self.cac) if self.cac > 0 else missing
            market.ledger.pay(owner, SUPPLIERS, "acquisition", self.cac * won)
            left[owner] = max(left[owner] - self.cac * won, 0.0)  # rounding owes nobody
            platforms["reached"][row] = min(reached + won / everybody, 1.0)

    def _budget(self, market: Any, owner: str, age: float, attached: float) -> float:
        earned = max(market.ledger.net(owner), 0.0)
        if age > 0 and not self.cross_cash:
            return attached * earned
        place = market.releasers.index.get(owner)
        if place is None:
            reserves = market.ledger.balance[market.ledger.accounts.index(owner)].item()
        else:
            reserves = market.releasers["cash"][place].item()
        return earned + max(reserves, 0.0) / self.spend_months
