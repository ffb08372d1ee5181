"""C08: some capability is too dangerous to hand out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from platformsim.market.release import CLOSED, DELAYED, STAGED
from platformsim.mechanisms.base import Contrast, Mechanism
from platformsim.parameters import param


@dataclass(frozen=True)
class DangerThreshold(Mechanism):
    """Above some capability, misuse may bring a large loss that cannot be undone.

    Each attempt at misuse that gets through (see ``misuse``) on a version of a model whose
    capability exceeds a_danger brings the catastrophe with probability p_cat, so that a month with
    n of them does so with probability

        hazard = 1 - (1 - p_cat)**n

    The loss is loss_cat years of the market's total surplus, at the rate of that month. It comes
    at most once in a run and is booked in its month: it is not repaired, and cannot come twice.

    *Open below the threshold*, a policy (``open_below``): owners open only what does not exceed
    a_danger. Once the newest generation does, they open the generation before it and serve the
    newest; once that one would exceed the threshold too, they close. What was open before stays
    available. A release that is closed anyway is not touched.

    All figures are modelling choices. On threshold policies for dangerous capabilities cf.
    E. Seger et al. (2023), "Open-sourcing highly capable foundation models", arXiv:2311.09227.
    """

    title: ClassVar[str] = "some capability is too dangerous to hand out"
    claims: ClassVar[tuple[str, ...]] = ("C08",)
    neutral: ClassVar[dict[str, Any]] = {"p_cat": 0.0, "open_below": False}
    builds_on: ClassVar[tuple[str, ...]] = ("misuse",)
    owns: ClassVar[dict[str, float]] = {
        "technologies.hazard": 0.0,
        "technologies.catastrophe": 0.0,
        "technologies.catastrophe_years": 0.0,
    }
    contrast: ClassVar[Contrast] = Contrast("catastrophe_risk", "", "up", 0.001)

    a_danger: float = param(160.0, 100, 400, "index", "M", "Capability beyond which it is great.")
    p_cat: float = param(
        1e-5, 0, 1e-3, "1/bad-actor access/month", "M", "Catastrophe from one successful misuse."
    )
    loss_cat: float = param(10.0, 1, 100, "years of total surplus", "M", "What it costs.")
    open_below: bool = param(False, doc="Whether owners open only what lies below the threshold.")

    def decides(self, market: Any) -> np.ndarray | None:
        """See the class."""
        if not self.open_below:
            return None
        rows = market.technologies.rows("mode", "capability", "previous_capability")
        wanted = []
        for mode, newest, previous in rows:
            if mode == CLOSED or newest <= self.a_danger:
                wanted.append(math.nan)
            elif previous <= self.a_danger and mode != DELAYED:
                wanted.append(float(STAGED))
            else:
                wanted.append(float(CLOSED))
        return np.array(wanted)

    def update(self, market: Any) -> None:
        """Draw whether it happens this month."""
        technologies = market.technologies
        if not len(technologies) or not self.p_cat:
            return
        hazard, years = technologies["hazard"], technologies["catastrophe_years"]
        hazard.fill(0.0)
        years.fill(0.0)
        if technologies["catastrophe"].any():
            return
        for row, (misused, level) in enumerate(technologies.rows("misused", "misused_level")):
            if misused <= 0 or level <= self.a_danger:
                continue
            hazard[row] = -math.expm1(misused * math.log1p(-self.p_cat))
            if market.streams.one("danger.catastrophe", market.month, row) < hazard[row]:
                technologies["catastrophe"][row] = 1.0
                years[row] = self.loss_cat
