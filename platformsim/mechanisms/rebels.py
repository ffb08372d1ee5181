"""C33: arm the rebels - what an open model gives to those who challenge the leader."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from platformsim.market.ledger import CUSTOMERS, SUPPLIERS
from platformsim.mechanisms.base import Contrast, Mechanism
from platformsim.parameters import param
from platformsim.theory.fringe_competition import best_markup, fringe_share

ENTRANTS = "entrants"
_SLOTS = tuple(f"entrant_{number}" for number in range(1, 25))
_STATE = ("alive", "age", "capability", "cash", "profit", "worth")
_COUNTS = ("entered", "lasted", "failed", "won")


@dataclass(frozen=True)
class Rebels(Mechanism):
    """Young firms that sell against the labs' APIs, and what an open model does for them.

    *Entry.* On average entry_rate founders a month, each with capital of his own, exponential with
    mean ``capital``, look for one of 24 places in the market; who can pay the cost of entry comes
    in. Where a model may be built on openly, the cost is entry_cost_ratio * entry_cost and a firm
    starts from the best open capability a_open; else it pays entry_cost and starts from
    scratch * frontier. Later it closes the share catch_up of its distance to the better of the two
    each month.

    *Competition.* A lab that sells access at unit cost c = 1 - api_margin (the full price is 1)
    loses buyers by logit to the firms j, who sell at c * (1 + markup):

        ln K  = ln sum_j exp((quality_value * ln(a_j / a) - c * markup) / differentiation)
        price = min(1, c + differentiation * (1 + W(exp(-1) / K)))
        share = K exp((price - c) / differentiation) / (1 + K exp((price - c) / differentiation))

    where the price is the lab's best reply (W is Lambert's function) and share is what the firms
    serve of its demand, each by its part in K. Demand does not grow as the price falls.

    *Survival.* A firm earns its margin, pays ``overhead`` a month and leaves when its capital is
    spent; without any income half of all would last three years at the defaults. Each month,
    newcomers included and before they compete, a firm is bought up with probability absorb_rate by
    the most capable lab that sells, for ``payback`` months of its last profit, or the cost of
    entering now if that is more.

    *Allies.* What the firms make takes hours off platforms, the share raid times their share of
    all API demand. Under ally_releaser they leave the platforms of those alone whose model is
    open.

    Founders enter on what they own rather than on a forecast: otherwise nobody would ever try
    from scratch, and no survival could be compared. What founders put in is no payment on this
    market. All figures are modelling choices, in cu, cu/month and shares; the price is that of
    S. Anderson, A. de Palma & J.-F. Thisse (1992), Discrete Choice Theory of Product
    Differentiation, MIT Press, ch. 7.
    """

    title: ClassVar[str] = "arm the rebels"
    claims: ClassVar[tuple[str, ...]] = ("C33",)
    neutral: ClassVar[dict[str, Any]] = {"entry_rate": 0.0}
    owns: ClassVar[dict[str, float]] = {
        "technologies.rival_share": 0.0,
        "technologies.competed_price": 1.0,
        **{f"rebels.{column}": 0.0 for column in (*_STATE, *_COUNTS)},
    }
    tables: ClassVar[dict[str, tuple[str, ...]]] = {"rebels": _SLOTS}
    reasons: ClassVar[tuple[str, ...]] = ("api", "inference", "training", "acquisition")
    accounts: ClassVar[tuple[str, ...]] = (ENTRANTS,)
    builds_on: ClassVar[tuple[str, ...]] = ("lab_economics",)
    contrast: ClassVar[Contrast] = Contrast("leader_margin", "", "down", 0.05)

    entry_rate: float = param(0.5, 0, 5, "firms/month", "M", "Founders who try to enter.")
    entry_cost: float = param(1000.0, 0, 100_000, "cu", "M", "Cost of entry from scratch.")
    entry_cost_ratio: float = param(
        0.1, 0.01, 1, "share", "M", "Cost of entry on an open model, relative to from scratch."
    )
    scratch: float = param(
        0.5, 0.01, 1, "share", "M", "Capability from scratch, relative to the frontier."
    )
    catch_up: float = param(0.2, 0, 1, "share/month", "M", "Gap to the open model closed a month.")
    capital: float = param(1000.0, 1, 100_000, "cu", "M", "Mean capital of a founder.")
    overhead: float = param(20.0, 0, 1000, "cu/month", "M", "Fixed cost of a firm.")
    markup: float = param(0.3, 0, 1, "share", "M", "Mark-up of the firms on running costs.")
    differentiation: float = param(
        0.1, 0.02, 1, "full price", "M", "Scale of tastes between suppliers."
    )
    quality_value: float = param(
        1.0, 0, 5, "full price/log index", "M", "What capability is worth to an API customer."
    )
    absorb_rate: float = param(0.0, 0, 1, "1/month", "M", "Chance that the leader buys a firm.")
    payback: float = param(24.0, 0, 120, "months", "M", "Months of profit that a firm costs.")
    raid: float = param(0.1, 0, 0.9, "share", "M", "Hours that the firms could take off platforms.")
    ally_releaser: bool = param(False, doc="Whether they spare the platforms of those who open.")
    survival_months: int = param(
        36, 1, 120, "months", "M", "Age at which a firm counts as lasting."
    )
    discount: float = param(0.01, 0.002, 0.05, "1/month", "M", "Discount rate of the firms.")

    def engagement(self, market: Any) -> np.ndarray | None:
        """Return what the firms take off the platforms."""
        technologies = market.technologies
        served = technologies["rival_share"]
        if not served.any():
            return None
        demand = technologies["api_demand"]
        taken = self.raid * float(demand @ served) / max(float(demand.sum()), 1e-300)
        lift = np.full(len(market.platforms), -taken)
        if self.ally_releaser:
            lift[market.terms.open_access @ market.owned_platforms > 0] = 0.0
        return lift

    def update(self, market: Any) -> None:
        """Let firms enter, improve, compete for API demand, be bought, and leave."""
        if self.entry_rate <= 0 or not len(market.technologies):
            return
        firms = market.tables["rebels"]
        level, opened = self._level(market)
        self._enter(market, firms, level, opened)
        if self.absorb_rate > 0:
            self._buy(market, firms, self._cost(opened))
        inside = np.flatnonzero(firms["alive"]).tolist()
        if not inside:
            market.technologies["rival_share"].fill(0.0)
            market.technologies["competed_price"].fill(1.0)
            return
        capability = firms["capability"]
        for row in inside:
            capability[row] += self.catch_up * max(level - capability[row].item(), 0.0)
        margins = self._compete(market, capability[inside].tolist())
        market.ledger.pay(ENTRANTS, SUPPLIERS, "training", self.overhead * len(inside))
        for row, margin in zip(inside, margins, strict=True):
            self._live_on(firms, row, margin - self.overhead)

    def _level(self, market: Any) -> tuple[float, bool]:
        """What a firm can start from, and whether that is an open model."""
        copies = market.terms.open_capability * (market.terms.open_access > 0)
        best, own = max(copies.tolist()), self.scratch * max(market.technologies["capability"])
        return max(best, float(own)), bool(best >= own)

    def _cost(self, opened: bool) -> float:
        return self.entry_cost * (self.entry_cost_ratio if opened else 1.0)

    def _enter(self, market: Any, firms: Any, level: float, opened: bool) -> None:
        free = np.flatnonzero(firms["alive"] == 0).tolist()
        cost = self._cost(opened)
        draw, month = market.streams.one, market.month
        for row in free:
            if draw("rebels.try", month, row) * len(free) >= self.entry_rate:
                continue
            left = -math.log(draw("rebels.capital", month, row)) * self.capital - cost
            if left < 0:
                continue
            market.ledger.pay(ENTRANTS, SUPPLIERS, "training", cost)
            for column, value in zip(_STATE, (1.0, 0.0, level, left, 0.0, -cost), strict=True):
                firms[column][row] = value
            firms["entered"][row] += 1.0

    def _compete(self, market: Any, capability: list[float]) -> list[float]:
        """Share out each lab's demand; return what each firm earns over running costs."""
        technologies, pay = market.technologies, market.ledger.pay
        labs = next(m for m in market.mechanisms if m.name == "lab_economics")
        power = self.quality_value / self.differentiation
        logs = [math.log(level) for level in capability]
        top, earned = max(logs), 0.0
        weights = [math.exp(power * (level - top)) for level in logs]
        total = sum(weights)
        served, prices = [], []
        for row, (own, margin, demand) in enumerate(
            technologies.rows("capability", "api_margin", "api_demand")
        ):
            sold = labs.api_scale * demand * market.terms.lab_pays_inference[row].item()
            if sold <= 0 or not self._sells(market, row):
                served.append(0.0)
                prices.append(1.0)
                continue
            cost = 1.0 - margin
            worth = power * (top - math.log(own)) + math.log(total)
            worth -= cost * self.markup / self.differentiation
            price = min(1.0, cost + self.differentiation * best_markup(worth))
            share = fringe_share(worth, (price - cost) / self.differentiation)
            pay(CUSTOMERS, ENTRANTS, "api", share * sold * cost * (1.0 + self.markup))
            pay(ENTRANTS, SUPPLIERS, "inference", share * sold * cost)
            earned += share * sold * cost * self.markup
            served.append(share)
            prices.append(price)
        technologies["rival_share"], technologies["competed_price"] = served, prices
        return [earned * weight / total for weight in weights]

    def _sells(self, market: Any, row: int) -> bool:
        owner = market.releaser_of_technology[row]
        selling = market.terms.margin[row] > 0 and owner >= 0
        return bool(selling and market.releasers["active"][owner] == 1)

    def _buyer(self, market: Any) -> str:
        """Name the most capable lab that sells access, if any."""
        capability = market.technologies["capability"].tolist()
        selling = [row for row in range(len(capability)) if self._sells(market, row)]
        best = max(selling, key=capability.__getitem__, default=-1)
        return market.owner_of_technology[best] if best >= 0 else ""

    def _buy(self, market: Any, firms: Any, cost: float) -> None:
        buyer, month = self._buyer(market), market.month
        if not buyer:
            return
        for row in np.flatnonzero(firms["alive"]).tolist():
            if market.streams.one("rebels.absorb", month, row) < self.absorb_rate:
                paid = max(self.payback * firms["profit"][row].item(), cost)
                market.ledger.pay(buyer, ENTRANTS, "acquisition", paid)
                firms["worth"][row] += paid * (1.0 + self.discount) ** -firms["age"][row].item()
                self._leave(firms, row)

    def _live_on(self, firms: Any, row: int, profit: float) -> None:
        """Book a firm's month, and see whether its capital is spent."""
        age = firms["age"][row].item() + 1.0
        firms["age"][row], firms["profit"][row] = age, profit
        firms["cash"][row] += profit
        firms["worth"][row] += profit * (1.0 + self.discount) ** -age
        if age == self.survival_months:
            firms["lasted"][row] += 1.0
        if firms["cash"][row] < 0:
            self._leave(firms, row)

    def _leave(self, firms: Any, row: int) -> None:
        firms["failed"][row] += firms["age"][row] < self.survival_months
        firms["won"][row] += firms["worth"][row] > 0
        for column in _STATE:
            firms[column][row] = 0.0
