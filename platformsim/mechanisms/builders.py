"""C06: open lets many more people build."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

import numpy as np

from platformsim.market.ledger import BUILDERS, CUSTOMERS, SUPPLIERS
from platformsim.mechanisms.base import Contrast, Mechanism, Values
from platformsim.parameters import param

_KINDS = ("builders_equipped", "builders_plain")
_STREAMS = ("builders.review", "builders.enter")
_ITEMS = 64  # draws kept for each kind
_ENTRY = ("capability", "toll_burden", "price_factor", "belief")
_READ = ("capability", "toll_burden", "service_loss", "price_factor", "belief")
_WRITTEN = (*_KINDS, "builders_open", "builders", "downstream_open", "downstream")


@functools.cache
def _loops() -> ModuleType:
    # Late: numba takes longer to import than the command line to answer.
    from platformsim.mechanisms import builders_month

    return builders_month


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
    U[p] += variety_weight * ln(1 + builders / 100) utils. A community that merely follows
    (follow_ratio > 0) improves it up to follow_ratio times the best model on sale and no further.

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
    reasons: ClassVar[tuple[str, ...]] = ("access", "inference", "products", "hosting")
    advances: ClassVar[tuple[str, ...]] = ("technologies.capability",)
    follows_own_side: ClassVar[bool] = False
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
    follow_ratio: float = param(
        0.0,
        0,
        1,
        "share",
        "M",
        "Ratio at which a community follows; 0: it leads.",
    )
    review_rate: float = param(0.1, 0, 1, "share/month", "M", "Builders that reconsider.")
    variety_weight: float = param(0.1, 0, 5, "utils", "M", "Users' weight of the variety built.")

    def utility(self, market: Any, side: str) -> Values:
        """See the class."""
        if side != "users" or not len(market.technologies):
            return None
        variety = np.log1p(market.technologies["builders"] / 100.0)
        return self.variety_weight * (variety @ market.on_technology)

    def ways_in(self, market: Any) -> np.ndarray:
        """Return the expected net margin of the open way and of the API, (2, L), cu/month."""
        rules = self.builder_income, self.access_cost_open, self.access_cost_closed
        return _loops().ways_in(rules, *_columns(market, _ENTRY), *_terms(market))

    def income_if_closed(self, market: Any) -> np.ndarray:
        """Access margin from the builders who would stay on as paying customers."""
        technologies = market.technologies
        opened = self.ways_in(market)[0]
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
        if any(technologies["fork_exodus"].tolist()):
            self._fork(market)
        plain = round(self.builder_pool * self.compute_barrier)
        rules = (
            self.builder_income, self.access_cost_open, self.access_cost_closed, self.spread,
            self.review_rate, self.community_gain, self.sigma,
            float(round(self.builder_pool * (1.0 - self.compute_barrier))), float(plain),
        )  # fmt: skip
        before = technologies["capability"].copy() if self.follow_ratio else None
        sold, hosted = _loops().month(
            rules, *_columns(market, _READ), *_terms(market), *_columns(market, _WRITTEN),
            *self._draws(market.flows, len(technologies)),
        )  # fmt: skip
        if before is not None:
            on_sale = (technologies["capability"] * market.terms.margin).max()
            reached = np.maximum(before, self.follow_ratio * on_sale)
            np.minimum(technologies["capability"], reached, out=technologies["capability"])
        self._pay(market, sold, hosted)

    def _fork(self, market: Any) -> None:
        """Let builders leave for a fork."""
        exodus = market.technologies["fork_exodus"]
        for kind, name in enumerate(_KINDS):
            column = market.technologies[name]
            column -= market.flows.binomials("builders.fork", column, exodus, kind * _ITEMS)

    def _draws(self, flows: Any, count: int) -> tuple[tuple[np.ndarray, ...], ...]:
        """Draws of who reconsiders and of who enters what, for the equipped and the plain."""
        leave, enter = _STREAMS
        return (
            (flows.uniforms(leave, 0, count + 1), flows.uniforms(leave, _ITEMS, count + 1)),
            (flows.uniforms(enter, 0, count), flows.uniforms(enter, _ITEMS, count)),
        )

    def _pay(self, market: Any, sold: float, hosted: float) -> None:
        pay = market.ledger.pay
        rows = market.technologies.rows("builders", "builders_open", "price_factor", "api_margin")
        for owner, (count, on_open, price, margin) in zip(
            market.owner_of_technology, rows, strict=True
        ):
            lab, bought = owner or SUPPLIERS, (count - on_open) * self.access_cost_closed
            pay(BUILDERS, lab, "access", bought * price)
            pay(lab, SUPPLIERS, "inference", bought * (1.0 - margin))
        pay(CUSTOMERS, BUILDERS, "products", sold)
        pay(BUILDERS, SUPPLIERS, "hosting", hosted * self.access_cost_open)


def _columns(market: Any, names: tuple[str, ...]) -> list[np.ndarray]:
    kept = market.technologies.columns
    return [kept[name] for name in names]


def _terms(market: Any) -> tuple[np.ndarray, ...]:
    terms = market.terms
    return (
        terms.open_capability, terms.open_access, terms.api_access,
        market.releaser_of_technology, market.releasers.columns["active"],
    )  # fmt: skip
