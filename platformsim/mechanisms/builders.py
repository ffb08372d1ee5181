"""C06: open lets many more people build."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from platformsim.market.ledger import BUILDERS, CUSTOMERS, SUPPLIERS
from platformsim.mechanisms.base import Contrast, Mechanism, Values
from platformsim.parameters import param

_KINDS = ("builders_equipped", "builders_plain")
_STREAMS = ("builders.review", "builders.enter")
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
    review_rate: float = param(0.1, 0, 1, "share/month", "M", "Builders that reconsider.")
    variety_weight: float = param(0.1, 0, 5, "utils", "M", "Users' weight of the variety built.")

    def utility(self, market: Any, side: str) -> Values:
        """See the class."""
        if side != "users" or not len(market.technologies):
            return None
        variety = np.log1p(market.technologies["builders"] / 100.0)
        return self.variety_weight * (variety @ market.on_technology)

    def ways_in(self, market: Any) -> list[tuple[float, float]]:
        """Return each technology's expected net margin of the open way and of the API, cu/month."""
        technologies, terms, ways = market.technologies, market.terms, []
        frontier = max(technologies["capability"].tolist())
        active = [*market.releasers["active"].tolist(), 1.0]  # -1, nobody, always serves
        rows = zip(
            technologies.rows("capability", "toll_burden", "price_factor", "belief"),
            terms.open_capability.tolist(),
            terms.open_access.tolist(),
            terms.api_access.tolist(),
            market.releaser_of_technology.tolist(),
            strict=True,
        )
        for (capability, burden, price, belief), best_open, open_access, api_access, owner in rows:
            earned = self.builder_income * (1.0 - burden)
            closed = earned * capability / frontier - self.access_cost_closed * price
            opened = earned * best_open / frontier - self.access_cost_open
            opened = belief * opened + (1.0 - belief) * closed
            served = api_access * active[owner] > 0
            ways.append((opened if open_access > 0 else _NO_WAY, closed if served else _NO_WAY))
        return ways

    def shares(self, values: list[float]) -> np.ndarray:
        """Return the logit shares of staying out and of each technology, (L + 1,)."""
        best = max(0.0, *values)
        weight = [math.exp((value - best) / self.spread) for value in (0.0, *values)]
        total = sum(weight)
        return np.array([part / total for part in weight])

    def income_if_closed(self, market: Any) -> np.ndarray:
        """Access margin from the builders who would stay on as paying customers."""
        technologies = market.technologies
        opened = np.array([opened for opened, _ in self.ways_in(market)])
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
        ways = self.ways_in(market)
        by_best, by_api = [max(way) for way in ways], [closed for _, closed in ways]
        bonus_equipped = self._flow(market, 0, by_best, 1.0 - self.compute_barrier)
        bonus_plain = self._flow(market, 1, by_api, self.compute_barrier)
        equipped, plain = technologies[_KINDS[0]], technologies[_KINDS[1]]
        on_open, capability = technologies["builders_open"], technologies["capability"]
        on_open[:] = [
            count if opened >= closed and opened > _NO_WAY else 0.0
            for count, (opened, closed) in zip(equipped.tolist(), ways, strict=True)
        ]
        np.add(equipped, plain, out=technologies["builders"])
        self._earn(market, zip(bonus_equipped, bonus_plain, strict=True))
        capability += self.community_gain * on_open**self.sigma

    def _flow(self, market: Any, kind: int, values: list[float], part: float) -> list[float]:
        """Move builders of a kind; return what an entrant earns above the average idea."""
        column, exodus = market.technologies[_KINDS[kind]], market.technologies["fork_exodus"]
        pool, target, item = round(self.builder_pool * part), self.shares(values), kind * 64
        if any(exodus.tolist()):
            column -= market.flows.binomials("builders.fork", column, exodus, item)
        inside = column.tolist()
        stock = [max(pool - sum(inside), 0.0), *inside]
        column[:] = market.flows.turnover(_STREAMS, stock, self.review_rate, target, item)
        out = min(max(target[0].item(), 1e-300), 1.0 - 1e-12)
        expected = self.spread * -math.log(out) / (1.0 - out)
        return [max(expected - v, 0.0) if v > _NO_WAY else 0.0 for v in values]

    def _earn(self, market: Any, bonus: Iterable[tuple[float, float]]) -> None:
        """Let builders earn by what they build on, and pay for it."""
        technologies, pay, income = market.technologies, market.ledger.pay, self.builder_income
        frontier, hosted = max(technologies["capability"].tolist()), 0.0
        opened, downstream = [], []
        rows = technologies.rows(
            *_KINDS, "builders_open", "toll_burden", "service_loss", "capability", "price_factor",
            "api_margin",
        )  # fmt: skip
        for owner, row, best_open, (bonus_equipped, bonus_plain) in zip(
            market.owner_of_technology, rows, market.terms.open_capability.tolist(), bonus,
            strict=True,
        ):  # fmt: skip
            equipped, plain, on_open, burden, loss, capability, price, margin = row
            on_api, kept = equipped + plain - on_open, 1.0 - burden
            served = income * (1.0 - loss) / frontier
            ideas = (equipped - on_open) * bonus_equipped + plain * bonus_plain
            opened.append(on_open * served * best_open + on_open * bonus_equipped / kept)
            api = on_api * income * capability / frontier
            downstream.append(opened[-1] + api + ideas / kept)
            lab, bought = owner or SUPPLIERS, on_api * self.access_cost_closed
            pay(BUILDERS, lab, "access", bought * price)
            pay(lab, SUPPLIERS, "inference", bought * (1.0 - margin))
            hosted += on_open
        technologies["downstream_open"], technologies["downstream"] = opened, downstream
        pay(CUSTOMERS, BUILDERS, "products", sum(downstream))
        pay(BUILDERS, SUPPLIERS, "hosting", hosted * self.access_cost_open)
