"""C10: what a lab earns and spends, and whether it lasts."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

import numpy as np

from platformsim.market.ledger import CUSTOMERS, SUPPLIERS
from platformsim.mechanisms.base import Contrast, Mechanism
from platformsim.parameters import param

_PRICED = ("capability", "generation_gain", "api_margin", "competed_price")
_READ = ("api_demand", "rival_share", "rnd_saving", "generation_gain", "trains", "cost_share")
_WRITTEN = (
    "generation_cost", "rnd_bill", "progress", "generation", "generation_month",
    "previous_capability", "capability",
)  # fmt: skip


@functools.cache
def _loops() -> ModuleType:
    # Late: numba takes longer to import than the command line to answer.
    from platformsim.mechanisms import labs_month

    return labs_month


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
    Where young firms compete (see ``rebels``), the price is no higher than the best reply to
    them, and the lab sells to those alone whom they leave.

    *Training.* R&D is a budget of rnd_scale * train_cost_0 / gen_months a month. Generation g
    costs train_cost_0 * cost_growth**g, so that each takes longer than the last; a finished one
    multiplies capability by exp(generation_gain). ``generations`` may pause it or share its cost.

    *Learning (R5).* Each month a lab closes the fraction 1 - (1 - leak_rate)**(1/12) of its gap to
    the best open version elsewhere, and 1 - (1 - leak_closed)**(1/12) of its gap to the best
    closed one.

    *Exit (R9).* A lab that ended last month with its cash below zero, all that anybody gave it
    included, leaves: it neither trains nor serves, and its platforms close down.

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
        "technologies.generation_cost": 0.0,
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
        rules = self.gen_months, self.host_markup, self.lead_value, float(self.price_cap)
        columns = market.technologies.columns
        return _loops().prices(
            rules, *[columns[name] for name in _PRICED], market.terms.open_capability
        )

    def income_if_closed(self, market: Any) -> np.ndarray:
        """Return the margin on API demand and subscriptions, as if the newest were closed."""
        technologies = market.technologies
        margin = np.maximum(self.price(market) - (1.0 - technologies["api_margin"]), 0.0)
        subscriptions = self.sub_price * technologies["subscribers"]
        demand = technologies["api_demand"] * (1.0 - technologies["rival_share"])
        return self.api_scale * demand * margin + subscriptions

    def update(self, market: Any) -> None:
        """Sell access, train, learn, and see who is still in business."""
        if not len(market.technologies):
            return
        market.technologies["price_factor"] = self.price(market)
        if self.exits and market.month > 1:
            self._survive(market)
        sold, hosted, bills = self._month(market)
        self._pay(market, sold.tolist(), hosted.tolist(), bills.tolist())
        if self.sub_price and "users" in market.sides:
            self._subscribe(market)

    def _month(self, market: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Sell, train and learn; return sales at the full price, hosting, and training bills."""
        columns, terms, labs = market.technologies.columns, market.terms, market.releasers.columns
        rules = (
            self.api_scale, self.leak_rate, self.leak_closed, self.train_cost_0, self.cost_growth,
            self.gen_months,
        )  # fmt: skip
        return _loops().month(
            rules, float(market.month), labs["rnd_scale"], market.releaser_of_technology,
            labs["active"], terms.lab_pays_inference, terms.open_capability,
            terms.open_capability * terms.leak, *[columns[name] for name in _READ],
            tuple([columns[name] for name in _WRITTEN]),
        )  # fmt: skip

    def _pay(self, market: Any, sold: list[float], hosted: list[float], bills: list[float]) -> None:
        pay, rows = market.ledger.pay, market.technologies.rows("api_margin", "price_factor")
        for owner, own, others, bill, (margin, price) in zip(
            market.owner_of_technology, sold, hosted, bills, rows, strict=True
        ):
            running = 1.0 - margin
            if own:
                pay(CUSTOMERS, owner, "api", own * price)
                pay(owner, SUPPLIERS, "inference", own * running)
            if others:
                pay(CUSTOMERS, SUPPLIERS, "hosting", others * running * (1.0 + self.host_markup))
            if bill:
                pay(owner, SUPPLIERS, "training", bill)

    def _subscribe(self, market: Any) -> None:
        technologies, binomial = market.technologies, market.flows.binomial
        active = [*market.releasers["active"].tolist(), 0.0]  # -1, nobody, never is
        owners = market.releaser_of_technology.tolist()
        sells, column = market.terms.margin.tolist(), technologies["subscribers"]
        everybody = (market.owned_platforms @ market.members).tolist()
        for row, (before, price) in enumerate(technologies.rows("subscribers", "price_factor")):
            if not active[owners[row]]:
                continue
            members = math.floor(everybody[row])
            stock, joining = min(before, members), 0
            if sells[row]:
                joining = binomial("lab.subscribe", members - stock, self.sub_uptake, row)
            leaving = binomial("lab.unsubscribe", stock, self.churn, row)
            column[row] = subscribers = stock + joining - leaving
            bill = subscribers * sells[row] * (self.sub_price * price)
            market.ledger.pay("users", market.owner_of_technology[row], "subscription", bill)

    def _survive(self, market: Any) -> None:
        releasers = market.releasers
        for row, (active, cash) in enumerate(releasers.rows("active", "cash")):
            if active and cash < 0:
                releasers["active"][row] = 0.0
                market.platforms["closed_down"][market.releaser_of_platform == row] = 1.0
