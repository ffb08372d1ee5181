"""C19: from answering questions to doing jobs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from platformsim.mechanisms.base import Contrast, Mechanism, Values
from platformsim.parameters import param


@dataclass(frozen=True)
class Agentic(Mechanism):
    """Assistants move on from single replies to jobs that they do alone.

    A reply is the unit, of compute as of value. A delegated job takes ``w_agent`` times the
    compute and is worth ``v_agent`` times as much. In month t users hand over the share

        x(t) = delegate_trust / (1 + exp(-(t - shift_mid) / shift_scale))

    of what they ask for, provided that a unit of compute then brings more than it has to,
    v_agent / w_agent > compute_price (else x = 0). Compute per request and value per request are

        task_weight = 1 + (w_agent - 1) * x
        task_value  = 1 + (v_agent - 1) * x

    and a platform that stands on a technology is worth task_utility * (task_value - 1) utils more
    to its users. An agent that does jobs knows its user: leaving a platform forgoes what it has
    learnt, unless that can be taken along,

        own utility = context_value * (1 - context_portability) * x        (utils)

    which acts as a switching cost.

    The bill for the compute is not part of this rule, which says how much is needed and lets
    others charge for it; compute_price only decides whether a job is worth handing over. That
    switching costs ease tipping, which they also slow down, is the lock-in argument of
    J. Farrell & P. Klemperer (2007), "Coordination and lock-in", Handbook of Industrial
    Organization 3, 1967-2072, DOI 10.1016/S1573-448X(06)03031-7. The figures are modelling choices.
    """

    title: ClassVar[str] = "from answering questions to doing jobs"
    claims: ClassVar[tuple[str, ...]] = ("C19",)
    neutral: ClassVar[dict[str, Any]] = {"delegate_trust": 0.0}
    owns: ClassVar[dict[str, float]] = {
        "technologies.task_weight": 1.0,
        "platforms.task_value": 1.0,
        "platforms.delegated": 0.0,
    }
    follows_own_side: ClassVar[bool] = False
    contrast: ClassVar[Contrast] = Contrast("largest_share", "users", "up", 0.05)

    w_agent: float = param(50.0, 5, 500, "x compute", "M", "Compute of a job, relative to a reply.")
    v_agent: float = param(10.0, 2, 50, "x value", "M", "Value of a job, relative to a reply.")
    shift_mid: float = param(48.0, 0, 240, "months", "M", "When half of the shift has happened.")
    shift_scale: float = param(8.0, 1, 60, "months", "M", "Pace of the shift: logistic scale.")
    delegate_trust: float = param(0.5, 0, 1, "share", "M", "Jobs that people dare to hand over.")
    compute_price: float = param(
        0.1, 0, 5, "value/compute", "M", "What a unit of compute must bring in value."
    )
    task_utility: float = param(0.1, 0, 2, "utils", "M", "Worth of a reply's value to a user.")
    context_value: float = param(2.0, 0, 10, "utils", "M", "Worth of what an agent has learnt.")
    context_portability: float = param(
        0.0, 0, 1, "share", "M", "Share of that which moves with the user."
    )

    def start(self, market: Any) -> None:
        """Set the state of month 0."""
        self.update(market)

    def utility(self, market: Any, side: str) -> Values:
        """See the class."""
        if side != "users":
            return None
        return self.task_utility * (market.platforms["task_value"] - 1.0)

    def own_utility(self, market: Any, side: str) -> np.ndarray | None:
        """Return what moving to another platform would forgo, (P,) utils."""
        stays = self.context_value * (1.0 - self.context_portability)
        if side != "users" or stays == 0.0:
            return None
        delegated = market.platforms["delegated"]
        return stays * delegated if any(delegated.tolist()) else None

    def update(self, market: Any) -> None:
        """Let the shift go on."""
        share = self.delegated(market.month)
        market.technologies["task_weight"].fill(1.0 + (self.w_agent - 1.0) * share)
        with_ai = market.technology_of_platform >= 0
        market.platforms["delegated"][:] = share * with_ai
        market.platforms["task_value"][:] = 1.0 + (self.v_agent - 1.0) * share * with_ai

    def delegated(self, month: int) -> float:
        """Return the share of requests that are jobs handed over, x."""
        if self.v_agent <= self.compute_price * self.w_agent:
            return 0.0
        late = min(max((self.shift_mid - month) / self.shift_scale, -700.0), 700.0)
        return self.delegate_trust / (1.0 + math.exp(late))
