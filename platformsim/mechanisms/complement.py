"""C13: the money is made next door."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from platformsim.mechanisms.base import Contrast, Mechanism
from platformsim.parameters import param


@dataclass(frozen=True)
class Complement(Mechanism):
    """An open model pays through the products around it.

    While the newest generation is open, hours on the owner's own platforms rise by ``eng_lift``
    and outside improvements save ``cost_saving`` of the monthly R&D bill; in exchange the owner
    forgoes the API margin (see ``lab_economics``). With network effects off, open earns more than
    closed exactly when

        eng_lift * ad_yield * hours * users + cost_saving * R&D > api_margin * api_demand

    in cu a month; at the defaults 120 + 83 = 203 against 200, the break-even line.

    References
    ----------
    N. Economides & E. Katsamakas (2006), "Two-sided competition of proprietary vs. open source
    technology platforms", Management Science 52(7), 1057-1071, DOI 10.1287/mnsc.1060.0549.
    """

    title: ClassVar[str] = "the money is made next door"
    claims: ClassVar[tuple[str, ...]] = ("C13",)
    neutral: ClassVar[dict[str, Any]] = {"eng_lift": 0.0, "cost_saving": 0.0}
    owns: ClassVar[dict[str, float]] = {"technologies.rnd_saving": 0.0}
    contrast: ClassVar[Contrast] = Contrast("profit", "", "up", 5.0)

    eng_lift: float = param(0.1, 0, 0.5, "share", "M", "Lift in hours on the owner's platforms.")
    cost_saving: float = param(0.1, 0, 0.5, "share", "M", "R&D that outsiders save the owner.")

    def engagement(self, market: Any) -> np.ndarray:
        """See the class."""
        lift = market.owned_platforms * self._openness(market)[:, None]
        return self.eng_lift * np.maximum.reduce(lift, axis=0, initial=0.0)

    def income_if_open(self, market: Any) -> np.ndarray:
        """Return the advertising on the lift, and the saved R&D, (L,) cu/month."""
        lift = self.eng_lift * (1.0 - market.rules.displacement)
        per_user = lift * market.rules.hours * market.platforms["ad_yield"]
        advertising = market.owned_platforms @ (per_user * market.members)
        return advertising + self.cost_saving * market.technologies["rnd_bill"]

    def update(self, market: Any) -> None:
        """Set what outsiders save next month's R&D."""
        market.technologies["rnd_saving"][:] = self.cost_saving * self._openness(market)

    def _openness(self, market: Any) -> np.ndarray:
        technologies = market.technologies
        return np.maximum(technologies["newest_open"], technologies["lingering"])
