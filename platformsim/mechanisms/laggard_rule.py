"""C34: the one behind opens - a lab weighs what opening brings it against what it gives away."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from platformsim.market.release import CLOSED, OPEN
from platformsim.mechanisms.base import Contrast, Mechanism
from platformsim.parameters import param


@dataclass(frozen=True)
class LaggardRule(Mechanism):
    """Each lab opens when it expects to gain more by it than it loses.

    Every review_months months, lab l with capability a compares, in cu a month,

        gain = income_if_open + rivalry * harm + stake * (P(x_open) - P(x_closed))
        loss = income_if_closed

    and is open with probability 1 / (1 + exp((loss - gain) / noise)). The incomes are what the
    other mechanisms say (advertising next door, saved R&D, tolls; API margin and access). With
    L = ln(a / best other) the lead, and m * D the margin on the best other's API demand,

        harm     = m * D * exp(L / harm_scale)      while L < 0 and that other sells, else 0

    is what a free model that trails by -L takes from the leader. ``stake``, the margin on all API
    demand, goes to whoever leads in the end: P(x) = 1 / (1 + exp(-x / contest_scale)), and

        x_closed = L + F - challenger_edge
        x_open   = L + F - challenger_edge - leak_rate * max(L, 0) + (1 - leak_rate) * c
        c        = ln(1 + horizon * community_gain * builders**sigma / a)
        F        = flywheel * (own share of users - that of the best other)

    so a leader gives away the share leak_rate of its lead, and rivals learn the same share of what
    outsiders add to an open model. F is the advantage in data. The lead enters on both sides:
    harm counts for laggards alone, and leakage for leaders alone.

    What a leak costs is greatest where the contest is close. With a challenger who may come with a
    generation more (challenger_edge), a leader with a weak flywheel has little to lose and one with
    a very strong flywheel little to fear; between, it is careful. That is the shape of F. Xu, X.
    Wang, W. Chen & K. Xie (2025), arXiv:2510.15200, whose two-period game this does not solve.
    ``builders`` are all who build in the market, since any of them could come. All other figures
    are modelling choices; leads are in log index (0.025 a month at the usual pace).
    """

    title: ClassVar[str] = "the one behind opens"
    claims: ClassVar[tuple[str, ...]] = ("C34",)
    neutral: ClassVar[dict[str, Any]] = {"review_months": 0}
    contrast: ClassVar[Contrast] = Contrast("open_share", "", "up", 0.10)

    leak_rate: float = param(0.3, 0, 1, "share", "M", "Advantage that rivals learn.")
    rivalry: float = param(0.5, 0, 1, "share", "M", "Weight on the harm done to the leader.")
    flywheel: float = param(
        0.0, 0, 10, "log index", "M", "Advantage in data of having all users, in capability."
    )
    challenger_edge: float = param(
        0.3, 0, 2, "log index", "M", "How far ahead of today the next challenger comes."
    )
    contest_scale: float = param(
        0.1, 0.01, 2, "log index", "M", "Lead at which odds of staying ahead are e to 1."
    )
    harm_scale: float = param(
        0.3, 0.01, 2, "log index", "M", "Lag at which a free model does a third of the harm."
    )
    horizon: float = param(24.0, 0, 120, "months", "M", "How far ahead labs look.")
    community_gain: float = param(
        0.02,
        0,
        0.2,
        "index points/builder**sigma/month",
        "M",
        "Expected improvements from outside.",
    )
    sigma: float = param(0.5, 0.3, 1, "", "M", "Expected returns to the number of improvers.")
    noise: float = param(20.0, 0.01, 1000, "cu/month", "M", "How much labs err about their gain.")
    review_months: int = param(12, 0, 120, "months", "M", "How often labs decide; 0: never.")

    def decides(self, market: Any) -> np.ndarray | None:
        """See the class."""
        if not self.review_months or market.month % self.review_months:
            return None
        gains = self.gains(market)
        opened = market.technologies["newest_open"].tolist()
        found = np.full(len(gains), np.nan)
        for row, (gain, is_open) in enumerate(zip(gains, opened, strict=True)):
            chance = 1.0 / (1.0 + math.exp(min(max(-gain / self.noise, -700.0), 700.0)))
            wanted = market.streams.one("laggard_rule.open", market.month, row) < chance
            if wanted != bool(is_open):
                found[row] = OPEN if wanted else CLOSED
        return found

    def gains(self, market: Any) -> list[float]:
        """Return what each technology's owner expects to gain by opening, (L,) cu/month."""
        technologies, owners = market.technologies, market.releaser_of_technology.tolist()
        if not owners:
            return []
        capability = technologies["capability"].tolist()
        worth = (technologies["api_demand"] * technologies["api_margin"]).tolist()
        selling, users = market.terms.margin.tolist(), self._users(market)
        builders = float(technologies["builders"].sum())
        incomes = (market.total("income_if_open") - market.total("income_if_closed")).tolist()
        found = []
        for row, (own, income) in enumerate(zip(capability, incomes, strict=True)):
            others = [o for o, owner in enumerate(owners) if owner != owners[row]]
            if not others:
                found.append(income)
                continue
            best = max(others, key=capability.__getitem__)
            lead = math.log(own / capability[best])
            harmed = worth[best] * selling[best] if lead < 0 else 0.0
            edge = lead + self.flywheel * (users[row] - users[best]) - self.challenger_edge
            added = math.log1p(self.horizon * self.community_gain * builders**self.sigma / own)
            opened = edge - self.leak_rate * max(lead, 0.0) + (1.0 - self.leak_rate) * added
            contest = self._odds(opened) - self._odds(edge)
            harm = self.rivalry * harmed * math.exp(min(lead, 0.0) / self.harm_scale)
            found.append(income + harm + sum(worth) * contest)
        return found

    def _odds(self, edge: float) -> float:
        return 1.0 / (1.0 + math.exp(min(max(-edge / self.contest_scale, -700.0), 700.0)))

    def _users(self, market: Any) -> list[float]:
        """Share of users on the platforms of each technology's owner, (L,)."""
        if "users" not in market.share:
            return [0.0] * len(market.technologies)
        return (market.owned_platforms @ market.share["users"]).tolist()
