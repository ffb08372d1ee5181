"""C04: you can open the technology and still own the gate."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from platformsim.market.ledger import BUILDERS
from platformsim.market.tables import best_elsewhere
from platformsim.mechanisms.base import Contrast, Mechanism
from platformsim.parameters import param

# A substitute counts when it is reachable within 3 months at less than 10 % of a year's revenue.
_SUBSTITUTE_MONTHS = 0.1 * 12
_COMPARABLE = 0.9
_MEASURED = ("tolls", "toll_burden", "service_loss", "crossing", "gated")


@dataclass(frozen=True)
class OpenGate(Mechanism):
    """Control points downstream of a release: store, default placement, hosting, brand, licence.

    The owner of technology l covers the share

        coverage[l] = control_coverage * control_points[l] * (1 - interoperability)

    of what builders on it sell, and takes ``toll`` of that. Builders on the open version may fork:
    they escape the toll, lose the control points' services (worth ``service_value`` of the
    covered revenue), and pay fork_cost months of income once. Fork costs are exponentially
    distributed with that mean and builders look ``fork_horizon`` months ahead, so that the share

        1 - exp(-fork_horizon * coverage * max(0, toll - service_value) / fork_cost)

    wants to fork; it is approached at the monthly rate fork_rate. Under ``open_capped`` a platform
    of somebody else that stands on the technology pays licence_fee for each user above
    licence_cap of all users.

    The gatekeeper index counts downstream revenue that crosses the owner's control points and has
    no substitute reachable within 3 months at less than 10 % of a year's revenue: on the open
    version, builders whose fork cost exceeds 1.2 months of income; on the API, those for whom no
    other model of at least 0.9 of the capability can be had (openly by those with compute,
    through an API by the rest).

    Toll: observed platform cuts run from a few per cent to 45-50 % (App Store 15-30 %, YouTube
    45 %, Twitch 50 %; tag E). Licence cap: 700 million monthly users in the Llama 3 licence.
    """

    title: ClassVar[str] = "open the technology, own the gate"
    claims: ClassVar[tuple[str, ...]] = ("C04",)
    neutral: ClassVar[dict[str, Any]] = {"control_coverage": 0.0, "licensing": False}
    owns: ClassVar[dict[str, float]] = {
        "technologies.toll_burden": 0.0,
        "technologies.service_loss": 0.0,
        "technologies.forked": 0.0,
        "technologies.tolls": 0.0,
        "technologies.licences": 0.0,
        "technologies.crossing": 0.0,
        "technologies.gated": 0.0,
    }
    reasons: ClassVar[tuple[str, ...]] = ("toll", "licence")
    contrast: ClassVar[Contrast] = Contrast("gatekeeper_index", "", "up", 0.05)

    control_coverage: float = param(
        0.5, 0, 1, "share", "M", "Downstream activity that control points cover."
    )
    toll: float = param(0.15, 0, 0.45, "share", "E", "Cut of the covered revenue.")
    fork_cost: float = param(6.0, 0, 36, "months of income", "M", "Mean cost of forking.")
    fork_horizon: float = param(24.0, 1, 120, "months", "M", "How far builders look ahead.")
    fork_rate: float = param(0.1, 0, 1, "1/month", "M", "Speed at which builders fork.")
    service_value: float = param(0.05, 0, 0.5, "share", "M", "What the services are worth.")
    licensing: bool = param(True, doc="Whether licence caps are enforced.")

    def coverage(self, market: Any) -> np.ndarray:
        """Return the covered share of downstream revenue by technology, (L,)."""
        held = market.technologies["control_points"]
        return self.control_coverage * held * (1.0 - market.rules.interoperability)

    def income_if_open(self, market: Any) -> np.ndarray:
        """Tolls on the open version, and licence fees, as paid last."""
        technologies = market.technologies
        opened = technologies["downstream_open"]
        total = np.maximum(technologies["downstream"], 1e-300)
        return technologies["tolls"] * opened / total + technologies["licences"]

    def update(self, market: Any) -> None:
        """Let builders fork, levy tolls and licence fees, and measure what crosses the gate."""
        technologies = market.technologies
        if not len(technologies):
            return
        coverage = self.coverage(market).tolist()
        wish, forked = self._wants_fork(coverage, market), technologies["forked"].tolist()
        forked = [f + self.fork_rate * (w - f) for f, w in zip(forked, wish, strict=True)]
        technologies["forked"] = forked
        stuck = math.exp(-_SUBSTITUTE_MONTHS / self.fork_cost) if self.fork_cost > 0 else 0.0
        gate = 1.0 if self.control_coverage > 0 else 0.0
        columns = [technologies[name] for name in _MEASURED]
        rows = technologies.rows("downstream_open", "downstream")
        no_others, owners = self._no_other(market), market.owner_of_technology
        for row, (opened, downstream) in enumerate(rows):
            covered, away, no_other = coverage[row], forked[row], no_others[row]
            served, stay = downstream - opened, 1.0 - away
            tolls = self.toll * (covered * (opened * stay + served))
            burden, loss = self.toll * covered * stay, self.service_value * covered * away
            crossing = covered * opened * stay
            gated = crossing * stuck + gate * served * no_other
            measured = tolls, burden, loss, crossing + gate * served, gated
            for column, value in zip(columns, measured, strict=True):
                column[row] = value
            if owners[row]:
                market.ledger.pay(BUILDERS, owners[row], "toll", tolls)
        technologies["licences"] = self._licences(market)

    def _wants_fork(self, coverage: list[float], market: Any) -> list[float]:
        margin = max(0.0, self.toll - self.service_value)
        saved = [self.fork_horizon * covered * margin for covered in coverage]
        if self.fork_cost > 0:
            wish = [-math.expm1(-worth / self.fork_cost) for worth in saved]
        else:
            wish = [float(worth > 0) for worth in saved]
        return [
            w * access for w, access in zip(wish, market.terms.open_access.tolist(), strict=True)
        ]

    def _no_other(self, market: Any) -> list[float]:
        """Share of each technology's served builders who have no comparable other model."""
        technologies, terms, found = market.technologies, market.terms, []
        newest = zip(technologies["capability"].tolist(), terms.api_access.tolist(), strict=True)
        copies = zip(terms.open_capability.tolist(), terms.open_access.tolist(), strict=True)
        by_api = best_elsewhere([level if access > 0 else 0.0 for level, access in newest])
        openly = best_elsewhere([level if access > 0 else 0.0 for level, access in copies])
        rows = technologies.rows("capability", "builders", "builders_plain", "builders_open")
        for row, (capability, builders, plain, on_open) in enumerate(rows):
            bar, equipped = _COMPARABLE * capability, builders - plain - on_open
            an_api, a_copy = by_api[row] >= bar, openly[row] >= bar
            stuck = plain * (not an_api) + equipped * (not (an_api or a_copy))
            found.append(stuck / max(plain + equipped, 1.0))
        return found

    def _licences(self, market: Any) -> list[float]:
        income, licensed = [0.0] * len(market.technologies), market.terms.licence.tolist()
        if not (self.licensing and any(licensed)) or "users" not in market.sides:
            return income
        rows = market.technologies.rows("licence_cap", "licence_fee")
        for row, (cap, fee) in enumerate(rows):
            owner = market.owner_of_technology[row]
            if not (owner and licensed[row]):
                continue
            users = market.sides["users"].living
            for platform, share in enumerate(market.share["users"].tolist()):
                payer = market.owner_of_platform[platform]
                stands = market.technology_of_platform[platform] == row
                if stands and share > cap and payer != owner:
                    due = fee * (share - cap) * users
                    market.ledger.pay(payer, owner, "licence", due)
                    income[row] += due
        return income
