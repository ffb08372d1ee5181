"""C04: you can open the technology and still own the gate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from platformsim.market.ledger import BUILDERS
from platformsim.mechanisms.base import Contrast, Mechanism
from platformsim.parameters import param

# A substitute counts when it is reachable within 3 months at less than 10 % of a year's revenue.
_SUBSTITUTE_MONTHS = 0.1 * 12
_COMPARABLE = 0.9


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
        coverage = self.coverage(market)
        forked = technologies["forked"]
        forked += self.fork_rate * (self._wants_fork(coverage, market) - forked)
        opened = technologies["downstream_open"]
        served = technologies["downstream"] - opened
        covered = coverage * (opened * (1.0 - forked) + served)
        technologies["tolls"][:] = self.toll * covered
        technologies["toll_burden"][:] = self.toll * coverage * (1.0 - forked)
        technologies["service_loss"][:] = self.service_value * coverage * forked
        technologies["licences"][:] = self._licences(market)
        for row, owner in enumerate(market.owner_of_technology):
            if owner:
                market.ledger.pay(BUILDERS, owner, "toll", technologies["tolls"][row])
        crossing = coverage * opened * (1.0 - forked)
        stuck = np.exp(-_SUBSTITUTE_MONTHS / self.fork_cost) if self.fork_cost > 0 else 0.0
        gate = 1.0 if self.control_coverage > 0 else 0.0
        technologies["crossing"][:] = crossing + gate * served
        technologies["gated"][:] = crossing * stuck + gate * served * self._no_other(market)

    def _wants_fork(self, coverage: np.ndarray, market: Any) -> np.ndarray:
        saved = self.fork_horizon * coverage * max(0.0, self.toll - self.service_value)
        if self.fork_cost > 0:
            wish = 1.0 - np.exp(-saved / self.fork_cost)
        else:
            wish = (saved > 0).astype(np.float64)
        return wish * market.terms.open_access

    def _no_other(self, market: Any) -> np.ndarray:
        technologies, terms = market.technologies, market.terms
        capability = technologies["capability"]
        plain = technologies["builders_plain"]
        equipped = technologies["builders"] - plain - technologies["builders_open"]
        bar = _COMPARABLE * capability[:, None]
        others = ~np.eye(len(capability), dtype=bool)
        by_api = (others & (capability >= bar) & (terms.api_access > 0)).any(axis=1)
        openly = (others & (terms.open_capability >= bar) & (terms.open_access > 0)).any(axis=1)
        stuck = plain * ~by_api + equipped * ~(by_api | openly)
        return stuck / np.maximum(plain + equipped, 1.0)

    def _licences(self, market: Any) -> np.ndarray:
        technologies = market.technologies
        income = np.zeros(len(technologies))
        if not self.licensing or "users" not in market.sides:
            return income
        users = market.sides["users"].living
        for row, owner in enumerate(market.owner_of_technology):
            if not (owner and market.terms.licence[row]):
                continue
            above = np.maximum(market.share["users"] - technologies["licence_cap"][row], 0.0)
            for platform in np.flatnonzero(market.on_technology[row] * above > 0):
                payer = market.owner_of_platform[platform]
                if payer != owner:
                    due = technologies["licence_fee"][row] * above[platform] * users
                    market.ledger.pay(payer, owner, "licence", due)
                    income[row] += due
        return income
