"""C10: what a lab earns and spends, and whether it lasts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from platformsim.market.ledger import CUSTOMERS, SUPPLIERS
from platformsim.market.tables import best_elsewhere
from platformsim.mechanisms.base import Contrast, Mechanism
from platformsim.parameters import param

_PRICED = ("capability", "generation_gain", "api_margin")


@dataclass(frozen=True)
class LabEconomics(Mechanism):
    """Income from access, the cost of training and inference, learning from rivals, and exit.

    *Price.* API demand D[l] is what customers spend at the full price 1. An open alternative of
    capability a_o caps the price at what hosting it costs, plus the value of the lead:

        price[l] = min(1, (1 - api_margin) * (1 + host_markup) * (1 + lead_value * lead / 12))
        lead     = gen_months * ln(a[l] / a_o) / generation_gain            (months, at least 0)

    Where the lab sells its newest generation it receives price * D and pays (1 - api_margin) * D
    for inference; where the newest is open it receives nothing and deployers pay their hosts
    (1 - api_margin) * (1 + host_markup) * D; a staged release splits the demand. Members of the
    lab's own platforms may subscribe at sub_price * price a month while the newest is closed.

    *Training.* R&D is a budget of rnd_scale * train_cost_0 / gen_months a month. Generation g
    costs train_cost_0 * cost_growth**g, so that each takes longer than the last; a finished one
    multiplies capability by exp(generation_gain).

    *Learning (R5).* Each month a lab closes the fraction 1 - (1 - leak_rate)**(1/12) of its gap to
    the best open version elsewhere, and 1 - (1 - leak_closed)**(1/12) of its gap to the best
    closed one.

    *Exit (R9).* A patron covers patron_topup of the month's loss. A lab whose cash falls below
    zero leaves: it neither trains nor serves, and its platforms close down.

    Figures are modelling choices but for the pace of learning: the best open models trailed the
    best closed ones by about a year in late 2024 and by three to four months in 2025-26 (Epoch AI,
    tag E), which a leak_rate of 0.3 a year and a generation a year stand for. That free
    alternatives cap a price is Bertrand's argument; cf. N. Economides & E. Katsamakas (2006),
    Management Science 52(7), 1057-1071, DOI 10.1287/mnsc.1060.0549.
    """

    title: ClassVar[str] = "labs must pay their way"
    claims: ClassVar[tuple[str, ...]] = ("C10",)
    neutral: ClassVar[dict[str, Any]] = {
        "train_cost_0": 0.0,
        "api_scale": 0.0,
        "leak_rate": 0.0,
        "leak_closed": 0.0,
        "sub_price": 0.0,
        "price_cap": False,
        "exits": False,
    }
    owns: ClassVar[dict[str, float]] = {
        "technologies.price_factor": 1.0,
        "technologies.progress": 0.0,
        "technologies.subscribers": 0.0,
        "technologies.rnd_bill": 0.0,
    }
    advances: ClassVar[tuple[str, ...]] = (
        "technologies.capability",
        "technologies.previous_capability",
        "technologies.generation",
        "technologies.generation_month",
        "releasers.active",
        "platforms.closed_down",
    )
    reasons: ClassVar[tuple[str, ...]] = ("api", "inference", "hosting", "subscription", "training")
    contrast: ClassVar[Contrast] = Contrast("exits", "", "up", 0.15)

    train_cost_0: float = param(10_000.0, 0, 200_000, "cu", "M", "Cost of the first generation.")
    cost_growth: float = param(3.0, 1, 10, "x/generation", "M", "Growth of that cost.")
    gen_months: float = param(12.0, 1, 60, "months", "M", "Time for the first generation.")
    api_scale: float = param(1.0, 0, 100, "", "M", "Multiplier of every lab's API demand.")
    host_markup: float = param(0.3, 0, 1, "share", "M", "Mark-up of hosts of open models.")
    lead_value: float = param(
        0.6, 0, 5, "1/year", "M", "What a year of lead adds to the price cap."
    )
    price_cap: bool = param(True, doc="Whether open alternatives cap the price.")
    leak_rate: float = param(0.3, 0, 1, "share/year", "M", "Open lead that rivals learn.")
    leak_closed: float = param(0.05, 0, 0.1, "share/year", "M", "Closed lead that rivals learn.")
    sub_price: float = param(0.0, 0, 20, "cu/month", "M", "Price of a subscription.")
    sub_uptake: float = param(0.005, 0, 1, "share/month", "M", "Members who subscribe.")
    churn: float = param(0.05, 0.01, 0.2, "share/month", "M", "Subscribers who leave.")
    exits: bool = param(True, doc="Whether a lab without cash leaves the market.")

    def price(self, market: Any) -> np.ndarray:
        """Return the price of access relative to the full price, (L,)."""
        technologies = market.technologies
        best = max(market.terms.open_capability.tolist(), default=0.0)
        if best <= 0 or not self.price_cap:
            return np.ones(len(technologies))
        caps = []
        for capability, gain, margin in technologies.rows(*_PRICED):
            lead = math.log(capability / best)
            months = max(lead / (max(gain, 1e-9) / self.gen_months), 0.0)
            hosting = (1.0 - margin) * (1.0 + self.host_markup)
            caps.append(min(1.0, hosting * (1.0 + self.lead_value * months / 12.0)))
        return np.array(caps)

    def income_if_closed(self, market: Any) -> np.ndarray:
        """Return the margin on API demand and subscriptions, as if the newest were closed."""
        technologies = market.technologies
        margin = np.maximum(self.price(market) - (1.0 - technologies["api_margin"]), 0.0)
        subscriptions = self.sub_price * technologies["subscribers"]
        return self.api_scale * technologies["api_demand"] * margin + subscriptions

    def update(self, market: Any) -> None:
        """Sell access, train, learn, and see who is still in business."""
        if not len(market.technologies):
            return
        market.technologies["price_factor"] = self.price(market)
        active = self._active(market)
        self._sell(market, active)
        if self.sub_price and "users" in market.sides:
            self._subscribe(market, active)
        self._train(market, active)
        self._learn(market, active)
        self._survive(market)

    def _active(self, market: Any) -> list[bool]:
        """Whether each technology has an owner who is in business, (L,)."""
        active = [*market.releasers["active"].tolist(), 0.0]  # -1, nobody, never is
        return [active[owner] == 1 for owner in market.releaser_of_technology.tolist()]

    def _sell(self, market: Any, active: list[bool]) -> None:
        technologies, terms, pay = market.technologies, market.terms, market.ledger.pay
        rows = technologies.rows("api_demand", "api_margin", "price_factor")
        for (api_demand, margin, price), owner, in_business, share, opened in zip(
            rows,
            market.owner_of_technology,
            active,
            terms.lab_pays_inference.tolist(),
            terms.open_capability.tolist(),
            strict=True,
        ):
            demand, running = self.api_scale * api_demand, 1.0 - margin
            sold = demand * share if in_business else 0.0
            hosted = (demand - sold) * (opened > 0)
            if sold:
                pay(CUSTOMERS, owner, "api", sold * price)
                pay(owner, SUPPLIERS, "inference", sold * running)
            if hosted:
                pay(CUSTOMERS, SUPPLIERS, "hosting", hosted * running * (1.0 + self.host_markup))

    def _subscribe(self, market: Any, active: list[bool]) -> None:
        technologies, binomial = market.technologies, market.flows.binomial
        sells, column = market.terms.margin.tolist(), technologies["subscribers"]
        everybody = (market.owned_platforms @ market.members).tolist()
        for row, (before, price) in enumerate(technologies.rows("subscribers", "price_factor")):
            if not active[row]:
                continue
            members = math.floor(everybody[row])
            stock, joining = min(before, members), 0
            if sells[row]:
                joining = binomial("lab.subscribe", members - stock, self.sub_uptake, row)
            leaving = binomial("lab.unsubscribe", stock, self.churn, row)
            column[row] = subscribers = stock + joining - leaving
            bill = subscribers * sells[row] * (self.sub_price * price)
            market.ledger.pay("users", market.owner_of_technology[row], "subscription", bill)

    def _train(self, market: Any, active: list[bool]) -> None:
        technologies, scale = market.technologies, market.releasers["rnd_scale"].tolist()
        labs, pay = market.releaser_of_technology.tolist(), market.ledger.pay
        columns = technologies.rows("rnd_saving", "generation", "progress", "capability")
        for row, (saving, generation, progress, capability) in enumerate(columns):
            if not active[row]:
                continue
            budget = scale[labs[row]] * self.train_cost_0 / self.gen_months
            technologies["rnd_bill"][row] = budget
            pay(market.owner_of_technology[row], SUPPLIERS, "training", budget * (1.0 - saving))
            if budget <= 0:
                continue
            progress += budget / (self.train_cost_0 * self.cost_growth**generation)
            technologies["progress"][row] = progress
            if progress >= 1.0 - 1e-9:
                technologies["progress"][row] = 0.0
                technologies["generation"][row] += 1.0
                technologies["generation_month"][row] = market.month
                technologies["previous_capability"][row] = capability
                technologies["capability"][row] *= np.exp(technologies["generation_gain"][row])

    def _learn(self, market: Any, active: list[bool]) -> None:
        capability, terms = market.technologies["capability"], market.terms
        fast = 1.0 - (1.0 - self.leak_rate) ** (1 / 12)
        slow = 1.0 - (1.0 - self.leak_closed) ** (1 / 12)
        newest = capability.tolist()
        best_closed = best_elsewhere(newest)
        best_open = best_elsewhere((terms.open_capability * terms.leak).tolist())
        for row, own in enumerate(newest):
            if active[row]:
                gain = max(fast * (best_open[row] - own), slow * (best_closed[row] - own), 0.0)
                capability[row] = own + gain

    def _survive(self, market: Any) -> None:
        releasers, ledger = market.releasers, market.ledger
        columns = releasers.rows("active", "cash", "patron_topup")
        for row, (active, cash, topup) in enumerate(columns):
            name = releasers.names[row]
            if not active:
                continue
            net, patron = ledger.net(name), market.patrons[name]
            if patron and net < 0:
                ledger.pay(patron, name, "patronage", topup * -net)
                net = ledger.net(name)
            if self.exits and cash + net < 0:
                releasers["active"][row] = 0.0
                market.platforms["closed_down"][market.releaser_of_platform == row] = 1.0
