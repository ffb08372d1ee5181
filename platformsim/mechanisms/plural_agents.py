"""C22: not one AI but many."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from platformsim.market.laws import SameSide
from platformsim.mechanisms.base import Contrast, Mechanism, Values
from platformsim.parameters import param

_COLUMNS = ("agent_share", "agents_held", "agent_count")


@dataclass(frozen=True)
class PluralAgents(Mechanism):
    """People deal with many agents that act for others, across platforms if protocols allow it.

    Let f be the share of businesses and creators with an AI of their own (``business_ai``,
    ``creator_ai``). A share phi <= f of what people do with each other then runs through agents.
    A dealing through an agent is worth beta_agent more than one in person, which is worth
    ``beta_contact``; in person both must be on the same platform, while an agent reaches the
    share kappa_agent of those elsewhere. So platform p with reach n[p] among users gains

        U[p] += phi * (beta_agent * n[p] + kappa_agent * (beta_contact + beta_agent) * (1 - n[p]))
                - search_cost * k                                                      (utils)

    Its slope in n, phi * (beta_agent - kappa_agent * (beta_contact + beta_agent)), is what agents
    add to the network effect. It is positive below, and negative above

        kappa* = beta_agent / (beta_contact + beta_agent),

    0.25 at the defaults: closed protocols make agents one more reason to be where others are, open
    ones replace being there (see :mod:`platformsim.theory.agent_protocols`).

    *Search.* Dealing with k agents besides the default one covers the share 1 - exp(-k) of what
    agents could do, and each costs search_cost. With B = f * (the bracket above for the average
    user) the best number is k = ln(B / search_cost), which covers phi = f * (1 - search_cost / B);
    where search costs more than all it could bring, people keep to one default and k = phi = 0.

    The claim's own formula, a value proportional to the agents within reach, could flatten the
    network effect but never turn it round; dealings replacing each other is what gives the sign.
    Agents at work as a form of compatibility: M. Katz & C. Shapiro (1985), "Network externalities,
    competition, and compatibility", American Economic Review 75(3), 424-440. The figures are
    modelling choices; beta_contact is that of ``direct_network``.
    """

    title: ClassVar[str] = "not one AI but many"
    claims: ClassVar[tuple[str, ...]] = ("C22",)
    neutral: ClassVar[dict[str, Any]] = {"beta_agent": 0.0, "kappa_agent": 0.0}
    owns: ClassVar[dict[str, float]] = {f"platforms.{name}": 0.0 for name in _COLUMNS}
    follows_own_side: ClassVar[bool] = False
    contrast: ClassVar[Contrast] = Contrast("largest_share", "users", "down", 0.05)

    kappa_agent: float = param(0.3, 0, 1, "share", "M", "Agents elsewhere that can be reached.")
    beta_agent: float = param(
        0.5, 0, 3, "utils/unit share", "M", "What an agent adds to a dealing."
    )
    beta_contact: float = param(
        1.5, 0, 12, "utils/unit share", "M", "What a dealing in person is worth."
    )
    search_cost: float = param(0.1, 0, 1, "utils/agent", "M", "Cost of each further agent.")

    @property
    def slope(self) -> float:
        """What dealings through agents add to the network effect, utils per unit share."""
        return self.beta_agent - self.kappa_agent * (self.beta_contact + self.beta_agent)

    def same_side(self, market: Any, side: str) -> SameSide | None:
        """See the class."""
        if side != "users":
            return None
        share = max(market.platforms["agent_share"].tolist())
        return SameSide(share * self.slope, "linear", 1.0) if share > 0 else None

    def utility(self, market: Any, side: str) -> Values:
        """Return the part that is the same on every platform."""
        share = max(market.platforms["agent_share"].tolist())
        if side != "users" or share <= 0:
            return None
        elsewhere = self.kappa_agent * (self.beta_contact + self.beta_agent)
        search = self.search_cost * market.platforms["agents_held"]
        return np.full(len(market.platforms), share * elsewhere) - search

    def update(self, market: Any) -> None:
        """Count the agents, and let people take up as many as they are worth."""
        if self.beta_agent == 0.0 and self.kappa_agent == 0.0:
            return
        own, everybody = self.agents(market)
        reach = market.reach("users").tolist() if "users" in market.sides else []
        total = sum(market.members.tolist())
        share = held = 0.0
        if own > 0 and total > 0:
            parts = [members / total for members in market.members.tolist()]
            here = sum(part * base for part, base in zip(parts, reach, strict=True))
            share, held = self.uptake(own / everybody, here)
        for name, value in zip(_COLUMNS, (share, held, own), strict=True):
            market.platforms[name].fill(value)

    def agents(self, market: Any) -> tuple[float, float]:
        """Return how many businesses and creators have an agent, and how many there are."""
        own = everybody = 0.0
        firms, creators = market.tables.get("firms"), market.tables.get("audiences")
        if firms is not None and "businesses" in market.sides:
            having = sum(firms["own_closed"].tolist()) + sum(firms["own_open"].tolist())
            own, everybody = own + having, everybody + having + sum(firms["shared"].tolist())
        if creators is not None and "creators" in market.sides:
            own += sum(creators["with_ai"].tolist())
            everybody += sum(creators["creators"].tolist())
        return own, max(everybody, 1e-300)

    def uptake(self, having: float, here: float) -> tuple[float, float]:
        """Return the share of dealings that agents do and the agents held besides the default.

        Parameters
        ----------
        having : float
            Share of others with an agent, f.
        here : float
            Reach on the platform of the average user.
        """
        elsewhere = self.kappa_agent * (self.beta_contact + self.beta_agent)
        worth = having * (self.beta_agent * here + elsewhere * (1.0 - here))
        if worth <= self.search_cost or worth <= 0:
            return 0.0, 0.0
        if self.search_cost <= 0:
            return having, 0.0
        return having * (1.0 - self.search_cost / worth), math.log(worth / self.search_cost)
