"""C27: a general-purpose technology spreads through the sectors of the economy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from platformsim.market.ledger import CUSTOMERS, SUPPLIERS
from platformsim.mechanisms.base import Contrast, Mechanism
from platformsim.parameters import param

SECTORS = ("science", "health", "commerce", "entertainment")
_OFFERED = ("capability", "api_margin", "price_factor")


@dataclass(frozen=True)
class Diffusion(Mechanism):
    """Firms of four sectors adopt along a Bass curve, the quicker the better an offer fits.

    A firm of sector s that has not adopted does so in a month with probability

        pace[s] * (p_innov + q_imit * A[s])

    where A is the share of the sector that has adopted: the neighbours it imitates. The share
    ``barred`` of a sector may not adopt at all, by regulation or for fear of liability. The pace is
    that of the best offer there is, of capability a at price pi, the full API price being 1:

        pace = a / frontier * fit * pi**-price_elasticity
        API:          fit = 1 - need[s],   pi = price of access
        open version: fit = 1 - self_run,  pi = (1 - api_margin) * (1 + host_markup)

    so that what comes ready-made serves all but the part of the work that needs adaptation, and
    the open version can be adapted in full but has to be run. At equal prices open is the better
    offer where need > self_run; the default of 0.5 for both stands on that line. With a constant
    pace m the time to half adoption is that of Bass over m, in months:

        T_50 = ln((p_innov + q_imit / 2) / (p_innov / 2)) / (m * (p_innov + q_imit))

    Firms that have adopted pay for the sector's best offer, firm_spend times its price in cu a
    month each: to the owner, who pays for inference, or to those who host.

    F. M. Bass (1969), "A new product growth model for consumer durables", Management Science
    15(5), 215-227, DOI 10.1287/mnsc.15.5.215. Rates, needs and prices are modelling choices.
    """

    title: ClassVar[str] = "it spreads through the sectors"
    claims: ClassVar[tuple[str, ...]] = ("C27",)
    neutral: ClassVar[dict[str, Any]] = {"firms": 0}
    tables: ClassVar[dict[str, tuple[str, ...]]] = {"sectors": SECTORS}
    owns: ClassVar[dict[str, float]] = {
        "sectors.adopted": 0.0,
        "sectors.pace": 0.0,
        "sectors.by_open": 0.0,
    }
    reasons: ClassVar[tuple[str, ...]] = ("api", "inference", "hosting")
    contrast: ClassVar[Contrast] = Contrast("half_adoption", "", "down", 6.0)

    firms: int = param(100, 0, 100_000, "firms", "M", "Firms in each sector.")
    p_innov: float = param(0.003, 0.0005, 0.02, "1/month", "M", "Coefficient of innovation.")
    q_imit: float = param(0.05, 0.01, 0.15, "1/month", "M", "Coefficient of imitation.")
    need_science: float = param(0.5, 0, 1, "share", "M", "Work in science to be adapted to.")
    need_health: float = param(0.5, 0, 1, "share", "M", "Work in health to be adapted to.")
    need_commerce: float = param(0.5, 0, 1, "share", "M", "Work in commerce to be adapted to.")
    need_entertainment: float = param(
        0.5, 0, 1, "share", "M", "Work in entertainment to be adapted to."
    )
    self_run: float = param(0.5, 0, 1, "share", "M", "What running an open model oneself takes.")
    price_elasticity: float = param(0.5, 0, 5, "exponent", "M", "How price slows adoption.")
    host_markup: float = param(0.3, 0, 1, "share", "M", "Mark-up of hosts of open models.")
    barred: float = param(0.0, 0, 1, "share", "M", "Firms that rules or liability keep out.")
    firm_spend: float = param(1.0, 0, 100, "cu/month", "M", "An adopter's bill at full price.")

    @property
    def needs(self) -> tuple[float, ...]:
        """What each sector needs adapted, in the order of the table."""
        return (self.need_science, self.need_health, self.need_commerce, self.need_entertainment)

    def offers(self, market: Any) -> list[tuple[int, bool, float, float]]:
        """Return what can be adopted: technology, whether open, worth before fit, and price."""
        technologies, terms, found = market.technologies, market.terms, []
        frontier = max(technologies["capability"].tolist())
        active = [*market.releasers["active"].tolist(), 1.0]  # -1, nobody, always serves
        rows = zip(
            technologies.rows(*_OFFERED),
            terms.open_capability.tolist(),
            terms.open_access.tolist(),
            terms.api_access.tolist(),
            market.releaser_of_technology.tolist(),
            strict=True,
        )
        for row, ((capability, margin, price), best_open, opened, api, owner) in enumerate(rows):
            if opened > 0:
                hosting = (1.0 - margin) * (1.0 + self.host_markup)
                worth = best_open / frontier * hosting**-self.price_elasticity
                found.append((row, True, worth, hosting))
            if api > 0 and active[owner]:
                worth = capability / frontier * price**-self.price_elasticity
                found.append((row, False, worth, price))
        return found

    def update(self, market: Any) -> None:
        """Let firms adopt, and let those who have adopted pay."""
        if not len(market.technologies) or not self.firms:
            return
        sectors, offers = market.tables["sectors"], self.offers(market)
        open_to_all = round(self.firms * (1.0 - self.barred))
        for row, (need, adopted) in enumerate(
            zip(self.needs, sectors["adopted"].tolist(), strict=True)
        ):
            best = (0.0, -1, False, 0.0)
            for technology, opened, worth, price in offers:
                pace = worth * (1.0 - (self.self_run if opened else need))
                best = max(best, (pace, technology, opened, price))
            pace, technology, opened, price = best
            hazard = pace * (self.p_innov + self.q_imit * adopted)
            count = adopted * self.firms
            waiting = max(open_to_all - count, 0.0)
            if not market.flows.expected:
                count, waiting = round(count), round(waiting)
            count += market.flows.binomial("diffusion.adopt", waiting, hazard, row)
            sectors["adopted"][row] = count / self.firms
            sectors["pace"][row], sectors["by_open"][row] = pace, float(opened)
            if technology >= 0:
                self._pay(market, technology, opened, count * self.firm_spend, price)

    def _pay(self, market: Any, row: int, opened: bool, spend: float, price: float) -> None:
        pay = market.ledger.pay
        if opened:
            pay(CUSTOMERS, SUPPLIERS, "hosting", spend * price)
            return
        owner = market.owner_of_technology[row] or SUPPLIERS
        margin = market.technologies["api_margin"][row].item()
        pay(CUSTOMERS, owner, "api", spend * price)
        pay(owner, SUPPLIERS, "inference", spend * (1.0 - margin))
