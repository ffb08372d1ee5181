"""What a regulator may do: demand openness, make releasers liable, pay for adoption."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from platformsim.entities import SIDES
from platformsim.mechanisms.base import Mechanism
from platformsim.parameters import param

STATE = "state"


@dataclass(frozen=True)
class Regulation(Mechanism):
    """Rules and money of a regulator; all off unless a scenario, or a policy event, sets them.

    *Openness rule.* The owner of a technology whose newest generation is not free for all to
    build on pays ``openness_penalty`` cu a month to the state. It is part of what closing brings,

        income_if_closed[l] -= openness_penalty        (cu/month)

    so that releasers who weigh the two see it.

    *Liability.* The releaser pays users ``liability`` for each cu of harm done with its model,
    however it was come by.

    *Adoption subsidy.* The state pays ``adoption_subsidy`` cu a month to every member of
    ``subsidy_side`` on the platforms it pays for, all of them or those that stand on a technology
    which is free for all to build on. It is money and nothing else: for the side's weight of fees
    w_f, U[p] += w_f * adoption_subsidy utils.

    Only labs that are in business pay. No document asks for any of this: all figures are
    modelling choices. On liability against regulation beforehand: S. Shavell (1984), Journal of
    Legal Studies 13(2), 357-374, DOI 10.1086/467745.
    """

    title: ClassVar[str] = "a regulator's rules and money"
    neutral: ClassVar[dict[str, Any]] = {
        "openness_penalty": 0.0,
        "liability": 0.0,
        "adoption_subsidy": 0.0,
    }
    reasons: ClassVar[tuple[str, ...]] = ("penalty", "liability", "adoption")
    accounts: ClassVar[tuple[str, ...]] = (STATE,)
    follows_own_side: ClassVar[bool] = False

    openness_penalty: float = param(
        0.0, 0, 100_000, "cu/month", "M", "What a technology that is not open costs its owner."
    )
    liability: float = param(
        0.0, 0, 1, "cu/cu of harm", "M", "What the releaser pays users for harm with its model."
    )
    adoption_subsidy: float = param(0.0, 0, 10, "cu/month", "M", "Paid to each member.")
    subsidy_side: str = param("users", doc="Side that is subsidised.", choices=SIDES)
    subsidised: str = param(
        "open", doc="Platforms whose members are paid: on open technology, or all.",
        choices=("open", "all"),
    )  # fmt: skip

    def utility(self, market: Any, side: str) -> np.ndarray | None:
        """See the class."""
        if not self.adoption_subsidy or side != self.subsidy_side:
            return None
        worth = market.sides[side].rules.fee_weight * self.adoption_subsidy
        return worth * np.array(self._pays_for(market))

    def income_if_closed(self, market: Any) -> np.ndarray | None:
        """Return minus the penalty."""
        if not self.openness_penalty:
            return None
        return np.full(len(market.technologies), -self.openness_penalty)

    def update(self, market: Any) -> None:
        """Levy the penalty, let the liable pay, and pay the subsidy."""
        if self.openness_penalty or self.liability:
            self._charge(market)
        side = market.sides.get(self.subsidy_side)
        if not self.adoption_subsidy or side is None:
            return
        paid_for = self._pays_for(market)
        members = side.alternatives.members(side.counts).tolist()
        eligible = sum(count * due for count, due in zip(members, paid_for, strict=True))
        market.ledger.pay(STATE, side.name, "adoption", self.adoption_subsidy * eligible)

    def _charge(self, market: Any) -> None:
        active = [*market.releasers["active"].tolist(), 0.0]  # -1, nobody, never pays
        harms = market.technologies["harm"].tolist()
        for owner, lab, free, harm in zip(
            market.owner_of_technology, market.releaser_of_technology.tolist(),
            self._free(market), harms, strict=True,
        ):  # fmt: skip
            if active[lab] != 1:
                continue
            if self.openness_penalty and not free:
                market.ledger.pay(owner, STATE, "penalty", self.openness_penalty)
            if self.liability and harm and "users" in market.sides:
                market.ledger.pay(owner, "users", "liability", self.liability * harm)

    @staticmethod
    def _free(market: Any) -> list[bool]:
        """Whether the newest generation of each technology is free for all to build on."""
        terms = market.terms
        rows = zip(terms.api_access.tolist(), terms.licence.tolist(), strict=True)
        return [not closed and not licence for closed, licence in rows]

    def _pays_for(self, market: Any) -> list[float]:
        """1 for each platform whose members are paid, else 0."""
        if self.subsidised == "all":
            return [1.0] * len(market.platforms)
        free = [*self._free(market), False]  # -1: no technology
        return [float(free[at]) for at in market.technology_of_platform.tolist()]
