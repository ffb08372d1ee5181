"""C04: you can open the technology and still own the gate."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

import numpy as np

from platformsim.market.ledger import BUILDERS
from platformsim.mechanisms.base import Contrast, Mechanism
from platformsim.parameters import param

_READ = (
    "control_points", "capability", "builders", "builders_plain", "builders_open",
    "downstream_open", "downstream",
)  # fmt: skip
_WRITTEN = ("forked", "tolls", "toll_burden", "service_loss", "crossing", "gated")


@functools.cache
def _loops() -> ModuleType:
    # Late: numba takes longer to import than the command line to answer.
    from platformsim.mechanisms import gate_month

    return gate_month


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

    def income_if_open(self, market: Any) -> np.ndarray:
        """Tolls on the open version, and licence fees, as paid last."""
        technologies = market.technologies
        opened = technologies["downstream_open"]
        total = np.maximum(technologies["downstream"], 1e-300)
        return technologies["tolls"] * opened / total + technologies["licences"]

    def update(self, market: Any) -> None:
        """Let builders fork, levy tolls and licence fees, and measure what crosses the gate."""
        technologies, terms = market.technologies, market.terms
        if not len(technologies):
            return
        rules = (
            self.control_coverage, market.rules.interoperability, self.toll, self.service_value,
            self.fork_cost, self.fork_horizon, self.fork_rate,
        )  # fmt: skip
        columns = technologies.columns
        _loops().month(
            rules, *[columns[name] for name in _READ], terms.open_capability, terms.open_access,
            terms.api_access, *[columns[name] for name in _WRITTEN],
        )  # fmt: skip
        tolls = technologies["tolls"].tolist()
        for owner, amount in zip(market.owner_of_technology, tolls, strict=True):
            if owner:
                market.ledger.pay(BUILDERS, owner, "toll", amount)
        technologies["licences"] = self._licences(market)

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
