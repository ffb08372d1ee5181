"""C32: the uncommitted turn quickly, the grown have to work at it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from platformsim.market.ledger import SUPPLIERS
from platformsim.mechanisms.base import Contrast, Mechanism, Values
from platformsim.parameters import param


@dataclass(frozen=True)
class Dilemma(Mechanism):
    """A new wave of technology arrives; taking it up disturbs what a firm has built so far.

    *The wave.* From shock_month on, the new technology is worth to the users of a platform that
    has adopted it

        v(t) = wave_value * (1 - exp(-(t - shock_month) / wave_months))     (utils)

    times the share of the platform's members whom it has reached (see ``incumbent_base``): it
    begins as less than what there is and improves.

    *The commitment.* Revenue that has grown at ``legacy_growth`` since the platform began, n
    months ago, rests for the share

        committed = 1 - (1 + legacy_growth) ** -n

    on what was built since. For ``transition_months`` after adopting, the owner loses the part
    commit_cost * (1 - relief) of that, paid as ``transition``.

    *The decision.* To first order the logit gives an adopter the share (1 - s) * v(t) / noise of
    its revenue more, s its present share of users. It looks ``horizon`` months ahead and adopts
    in the first month in which that is worth the transition,

        horizon * (1 - s) * v(t) / noise >= transition_months * commit_cost * (1 - relief)
                                            * committed

    so revenue cancels, a newcomer adopts at once, and the delay rises with age and with the share
    that is at stake (Arrow's replacement effect). It never adopts while the wave at its full value
    is not worth it.

    *Staying dynamic.* An established platform (``age`` above 0) may spend explore_budget of its
    advertising revenue on exploring until it has adopted, which lowers the cost of turning:

        relief = explore_effect * (1 - exp(-explore_budget / explore_scale))

    Diminishing returns are what gives the budget an optimum inside its range: were the relief all
    or nothing, the smallest budget would be the best.

    References
    ----------
    C. M. Christensen (1997), The Innovator's Dilemma, Harvard Business School Press.
    K. J. Arrow (1962), "Economic welfare and the allocation of resources for invention", in The
    Rate and Direction of Inventive Activity, Princeton University Press, 609-626.
    All figures are modelling choices.
    """

    title: ClassVar[str] = "the uncommitted turn quickly"
    claims: ClassVar[tuple[str, ...]] = ("C32",)
    neutral: ClassVar[dict[str, Any]] = {"wave_value": 0.0}
    owns: ClassVar[dict[str, float]] = {
        "platforms.adopted": 1.0,
        "platforms.waited": 0.0,
        "platforms.committed": 0.0,
    }
    reasons: ClassVar[tuple[str, ...]] = ("transition", "exploration")
    follows_own_side: ClassVar[bool] = False
    contrast: ClassVar[Contrast] = Contrast("turnover", "users", "up", 0.2)

    commit_cost: float = param(
        0.3, 0, 1, "share", "M", "Committed revenue that a transition puts at risk."
    )
    legacy_growth: float = param(
        0.02, 0, 0.1, "1/month", "M", "Growth of revenue that commitments come from."
    )
    explore_budget: float = param(0.05, 0, 0.3, "share", "M", "Revenue spent on exploring.")
    explore_effect: float = param(0.5, 0, 1, "share", "M", "Most that exploring saves.")
    explore_scale: float = param(
        0.02, 0.001, 0.3, "share", "M", "Budget at which 63 % of that is saved."
    )
    shock_month: int = param(36, 0, 1200, "month", "M", "Arrival of the new wave.")
    wave_value: float = param(1.0, 0, 10, "utils", "M", "What the wave is worth when grown up.")
    wave_months: float = param(24.0, 1, 240, "months", "M", "Time in which it grows up by 63 %.")
    transition_months: int = param(12, 1, 60, "months", "M", "Length of a transition.")
    horizon: float = param(24.0, 1, 240, "months", "M", "How far owners look ahead.")

    @property
    def relief(self) -> float:
        """What exploring saves of the cost of turning, as a share."""
        return -self.explore_effect * math.expm1(-self.explore_budget / self.explore_scale)

    def value(self, month: int) -> float:
        """Return what the wave is worth in a month, in utils."""
        since = max(month - self.shock_month, 0)
        return -self.wave_value * math.expm1(-since / self.wave_months)

    def start(self, market: Any) -> None:
        """Before the wave nobody has adopted it."""
        if self.wave_value > 0:
            market.platforms["adopted"] = 0.0

    def utility(self, market: Any, side: str) -> Values:
        """See the class."""
        value = self.value(market.month) if side == "users" else 0.0
        if value <= 0.0:
            return None
        return value * market.platforms["adopted"] * market.platforms["attached"]

    def update(self, market: Any) -> None:
        """Let owners explore, decide, and bear their transitions."""
        users = market.sides.get("users")
        if users is None or self.wave_value <= 0.0:
            return
        platforms, pay, month = market.platforms, market.ledger.pay, market.month
        noise, since = users.rules.choice_noise, month - self.shock_month
        shares, members = market.share["users"].tolist(), market.members.tolist()
        at_risk = self.commit_cost * (1.0 - self.relief)
        rows = platforms.rows(
            "adopted", "waited", "committed", "age", "launch_month", "hours", "ad_yield"
        )
        for row, (adopted, waited, committed, age, launch, hours, ad_yield) in enumerate(rows):
            owner, revenue = market.owner_of_platform[row], members[row] * hours * ad_yield
            if adopted:
                if committed and since - waited < self.transition_months:
                    pay(owner, SUPPLIERS, "transition", at_risk * committed * revenue)
                continue
            if age > 0:
                pay(owner, SUPPLIERS, "exploration", self.explore_budget * revenue)
            if since < 0:
                continue
            months = age + max(month - launch, 0)
            committed = 1.0 - (1.0 + self.legacy_growth) ** -months
            platforms["waited"][row], platforms["committed"][row] = since, committed
            # Compared as products: without noise any gain is worth any transition.
            gain = self.horizon * (1.0 - shares[row]) * self.value(month)
            cost = self.transition_months * at_risk * committed
            platforms["adopted"][row] = float(gain >= noise * cost)
