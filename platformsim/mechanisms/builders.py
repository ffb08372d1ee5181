"""C06: open lets many more people build."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from platformsim.market.ledger import BUILDERS, CUSTOMERS, SUPPLIERS
from platformsim.mechanisms.base import Contrast, Mechanism, Values
from platformsim.parameters import param

_KINDS = ("builders_equipped", "builders_plain")
_NO_WAY = -1e30


@dataclass(frozen=True)
class Builders(Mechanism):
    """Potential builders enter where the expected margin exceeds the cost of access.

    A builder on technology l earns ``builder_income`` times the capability it builds on relative
    to the frontier, less the burden of tolls. There are two ways in: the open version, for those
    who have compute (all but the share compute_barrier), at access_cost_open; and the API, for
    anybody with permission, at access_cost_closed times the going price. A builder who believes
    that the release stays open with probability b expects

        v_open = b * (income_open - cost_open) + (1 - b) * (income_api - cost_closed)

    and takes the better way. Each month the share review_rate of the pool chooses anew among
    technologies and staying out (worth 0), by a logit with spread ``spread`` cu/month:
    P(l) = exp(v_l / spread) / (1 + sum_m exp(v_m / spread)). Counts are whole numbers.

    Who enters has a better idea than the average. With P_0 the share that stays out, an entrant
    expects to net m = spread * (-ln P_0) / (1 - P_0), whatever it chose (the inclusive value of
    the logit, shared among those who enter), so its revenue is what makes that true: builders
    never lose money on average, and few earn it where entry is easy.

    Builders on the open version improve it, capability[l] += community_gain * builders**sigma, and
    their products attract users to platforms that stand on the technology:
    U[p] += variety_weight * ln(1 + builders / 100) utils.

    References
    ----------
    J. Church & N. Gandal (1992), "Network effects, software provision, and standardization",
    Journal of Industrial Economics 40(1), 85-103, DOI 10.2307/2950628 (variety as an indirect
    network effect).
    """

    title: ClassVar[str] = "open lets more people build"
    claims: ClassVar[tuple[str, ...]] = ("C06",)
    neutral: ClassVar[dict[str, Any]] = {"builder_pool": 0}
    owns: ClassVar[dict[str, float]] = {
        "technologies.builders": 0.0,
        "technologies.builders_equipped": 0.0,
        "technologies.builders_plain": 0.0,
        "technologies.builders_open": 0.0,
        "technologies.downstream": 0.0,
        "technologies.downstream_open": 0.0,
    }
    advances: ClassVar[tuple[str, ...]] = ("technologies.capability",)
    contrast: ClassVar[Contrast] = Contrast("builders", "", "up", 5.0)

    builder_pool: int = param(500, 0, 20_000, "builders", "M", "Potential builders.")
    access_cost_open: float = param(
        1.0, 0, 20, "cu/month", "M", "Cost of building on an open model."
    )
    access_cost_closed: float = param(3.0, 0, 20, "cu/month", "M", "API bill of a builder.")
    community_gain: float = param(
        0.02, 0, 0.2, "index points/builder**sigma/month", "M", "Improvements from outside."
    )
    sigma: float = param(0.5, 0.3, 1, "", "M", "Returns to the number of improvers.")
    compute_barrier: float = param(
        0.3, 0, 1, "share", "M", "Builders without compute of their own."
    )
    builder_income: float = param(
        2.0, 0, 50, "cu/month", "M", "Income of a product at the frontier."
    )
    spread: float = param(1.0, 0.01, 50, "cu/month", "M", "How much builders' margins differ.")
    review_rate: float = param(0.1, 0, 1, "share/month", "M", "Builders that reconsider.")
    variety_weight: float = param(0.1, 0, 5, "utils", "M", "Users' weight of the variety built.")

    def utility(self, market: Any, side: str) -> Values:
        """See the class."""
        if side != "users" or not len(market.technologies):
            return None
        variety = np.log1p(market.technologies["builders"] / 100.0)
        return self.variety_weight * (variety @ market.on_technology)

    def ways_in(self, market: Any) -> tuple[np.ndarray, np.ndarray]:
        """Return the expected net margin of the open way and of the API, (L,) cu/month each."""
        technologies, terms = market.technologies, market.terms
        frontier = technologies["capability"].max()
        earned = self.builder_income * (1.0 - technologies["toll_burden"])
        closed = earned * technologies["capability"] / frontier
        closed = closed - self.access_cost_closed * technologies["price_factor"]
        opened = earned * terms.open_capability / frontier - self.access_cost_open
        belief = technologies["belief"]
        opened = belief * opened + (1.0 - belief) * closed
        available = terms.api_access * self._served(market) > 0
        return (
            np.where(terms.open_access > 0, opened, _NO_WAY),
            np.where(available, closed, _NO_WAY),
        )

    def shares(self, values: np.ndarray) -> np.ndarray:
        """Return the logit shares of staying out and of each technology, (L + 1,)."""
        scaled = np.concatenate(([0.0], values / self.spread))
        weight = np.exp(scaled - scaled.max())
        return weight / weight.sum()

    def income_if_closed(self, market: Any) -> np.ndarray:
        """Access margin from the builders who would stay on as paying customers."""
        technologies = market.technologies
        opened, closed = self.ways_in(market)
        frontier = technologies["capability"].max()
        closed = self.builder_income * technologies["capability"] / frontier
        closed = closed - self.access_cost_closed * technologies["price_factor"]
        stay = np.exp(np.clip((closed - opened) / self.spread, -700.0, 0.0))
        margin = self.access_cost_closed * technologies["api_margin"]
        return margin * technologies["builders_open"] * stay

    def update(self, market: Any) -> None:
        """Let builders choose anew, pay, and improve what is open."""
        technologies = market.technologies
        if not len(technologies):
            return
        opened, closed = self.ways_in(market)
        best = np.maximum(opened, closed)
        bonus = [
            self._flow(market, 0, best, 1.0 - self.compute_barrier),
            self._flow(market, 1, closed, self.compute_barrier),
        ]
        equipped, plain = (technologies[kind] for kind in _KINDS)
        on_open = np.where(opened >= closed, equipped, 0.0) * (opened > _NO_WAY)
        technologies["builders"] = equipped + plain
        technologies["builders_open"] = on_open
        self._earn(
            market, on_open, on_open * bonus[0], (equipped - on_open) * bonus[0] + plain * bonus[1]
        )
        technologies["capability"] += np.where(
            on_open > 0, self.community_gain * on_open**self.sigma, 0.0
        )

    def _served(self, market: Any) -> np.ndarray:
        owner = market.releaser_of_technology
        if not len(market.releasers):
            return np.ones(len(owner))
        return np.where(owner >= 0, market.releasers["active"][owner], 1.0)

    def _flow(self, market: Any, kind: int, values: np.ndarray, part: float) -> np.ndarray:
        """Move builders of a kind; return what an entrant earns above the average idea, (L,)."""
        column = market.technologies[_KINDS[kind]]
        pool = round(self.builder_pool * part)
        target = self.shares(values)
        item = kind * 64
        for row, exodus in enumerate(market.technologies["fork_exodus"]):
            column[row] -= market.binomial("builders.fork", column[row], exodus, item + row)
        stock = np.concatenate(([max(pool - column.sum(), 0.0)], column))
        leaving = np.array(
            [
                market.binomial("builders.review", n, self.review_rate, item + place)
                for place, n in enumerate(stock)
            ]
        )
        moving, left = leaving.sum(), 1.0
        column -= leaving[1:]
        for row, share in enumerate(target[1:]):
            arrived = market.binomial(
                "builders.enter", moving, share / left if left > 0 else 0.0, item + row
            )
            column[row] += arrived
            moving, left = moving - arrived, left - share
        out = min(max(target[0], 1e-300), 1.0 - 1e-12)
        expected = self.spread * -np.log(out) / (1.0 - out)
        return np.where(values > _NO_WAY, np.maximum(expected - values, 0.0), 0.0)

    def _earn(
        self, market: Any, on_open: np.ndarray, bonus_open: np.ndarray, bonus_api: np.ndarray
    ) -> None:
        technologies, pay = market.technologies, market.ledger.pay
        frontier = technologies["capability"].max()
        on_api = technologies["builders"] - on_open
        kept = 1.0 - technologies["toll_burden"]
        served = self.builder_income * (1.0 - technologies["service_loss"]) / frontier
        opened = on_open * served * market.terms.open_capability + bonus_open / kept
        api = on_api * self.builder_income * technologies["capability"] / frontier
        technologies["downstream_open"] = opened
        technologies["downstream"] = opened + api + bonus_api / kept
        pay(CUSTOMERS, BUILDERS, "products", technologies["downstream"].sum())
        pay(BUILDERS, SUPPLIERS, "hosting", on_open.sum() * self.access_cost_open)
        bill = on_api * self.access_cost_closed * technologies["price_factor"]
        running = on_api * self.access_cost_closed * (1.0 - technologies["api_margin"])
        for row, owner in enumerate(market.owner_of_technology):
            lab = owner or SUPPLIERS
            pay(BUILDERS, lab, "access", bill[row])
            pay(lab, SUPPLIERS, "inference", running[row])
