"""C26: what is found out with a model in science and medicine, and who gains from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from platformsim.market.ledger import SUPPLIERS
from platformsim.mechanisms.base import Contrast, Mechanism
from platformsim.parameters import param

FIELDS = ("science", "health")
FOUNDATION, RESEARCHERS = "foundation", "researchers"
_LONGEST_LAG = 60
_PAST = tuple(f"month_{place}" for place in range(_LONGEST_LAG + 1))


@dataclass(frozen=True)
class Spillover(Mechanism):
    """Models as a tool of research: knowledge grows with what researchers can get at.

    Each field of research (science, health) has ``researchers`` people and a stock of knowledge S,
    1 at month 0, at which research without models holds it. The share

        x = access_research_closed + (1 - access_research_closed) * grant_share * foundation_grant

    of the researchers can pay for any model or is granted access, and works with the best there is,
    of capability a_best; the rest works with what the release terms leave open to research, of
    capability a_open = max(research_access[l] * capability[l]), where it has compute: all but the
    share compute_scarcity of it. ``lag`` months later each may have made a discovery:

        S <- S - knowledge_decay * (S - 1) + discoveries / researchers
        discoveries ~ Binomial(x * researchers, spill_rate * (a_best / 100)**psi)
                    + Binomial((1 - x) * (1 - compute_scarcity) * researchers,
                               spill_rate * (a_open / 100)**psi)

    so that S settles at 1 + spill_rate / knowledge_decay * (accessible capability)**psi. Before
    ``lag`` months have passed nothing can have been found. A staged or reverted release gives
    research what its terms say, no more.

    *Money.* Who works with a closed model pays its owner research_fee cu a month each, or the
    foundation does for those it grants access to; the owner pays for inference. With an open model
    the running cost goes to those who host it. Knowledge itself is nobody's property: its value,
    knowledge_value * (S - 1) cu a month, is on no account, so that whatever a releaser receives
    from it are these fees. That an open release earns none of it is the rule and not a finding;
    what a run tells is how large the gain is that nobody is paid for.

    The decay, the fee and the values are modelling choices. Knowledge as a good that others cannot
    be kept from: K. Arrow (1962), "Economic welfare and the allocation of resources for
    invention", in The Rate and Direction of Inventive Activity, Princeton University Press.
    """

    title: ClassVar[str] = "spill-overs to science and health"
    claims: ClassVar[tuple[str, ...]] = ("C26",)
    neutral: ClassVar[dict[str, Any]] = {"spill_rate": 0.0, "research_fee": 0.0}
    tables: ClassVar[dict[str, tuple[str, ...]]] = {"fields": FIELDS, "research_past": _PAST}
    owns: ClassVar[dict[str, float]] = {
        "fields.knowledge": 1.0,
        "fields.value": 0.0,
        "research_past.best": 0.0,
        "research_past.opened": 0.0,
    }
    reasons: ClassVar[tuple[str, ...]] = ("research", "inference", "hosting")
    accounts: ClassVar[tuple[str, ...]] = (RESEARCHERS, FOUNDATION)
    contrast: ClassVar[Contrast] = Contrast("spillover", "", "up", 0.10)

    spill_rate: float = param(
        0.01, 0, 0.1, "discoveries/researcher/month", "M", "Discoveries at capability 100."
    )
    psi: float = param(1.0, 0.5, 2, "exponent", "M", "Returns to accessible capability.")
    access_research_closed: float = param(
        0.4, 0.1, 1, "share", "M", "Researchers who can pay for a closed model or are let in."
    )
    lag: int = param(12, 0, _LONGEST_LAG, "months", "M", "From access to a discovery.")
    foundation_grant: bool = param(False, doc="Whether a foundation pays for access.")
    grant_share: float = param(0.5, 0, 1, "share", "M", "Of those without access, who gets it.")
    compute_scarcity: float = param(
        0.0, 0, 1, "share", "M", "Researchers without access who lack compute for an open model."
    )
    researchers: int = param(100, 1, 100_000, "researchers", "M", "Researchers in each field.")
    knowledge_decay: float = param(0.01, 0, 0.1, "1/month", "M", "Knowledge going out of date.")
    research_fee: float = param(1.0, 0, 20, "cu/month", "M", "A researcher's bill, closed model.")
    knowledge_value: float = param(
        1000.0, 0, 1e6, "cu/month", "M", "What a field's knowledge of month 0 is worth to all."
    )

    def update(self, market: Any) -> None:
        """Keep what is accessible now, let discoveries of earlier access arrive, and pay."""
        if not len(market.technologies):
            return
        past, month = market.tables["research_past"], market.month
        best, seller, opened, host = self._accessible(market)
        place = month % len(past)
        past["best"][place], past["opened"][place] = best / 100.0, opened / 100.0
        granted = self.grant_share if self.foundation_grant else 0.0
        paying = round(self.researchers * self.access_research_closed)
        granted = round((self.researchers - paying) * granted)
        rest = round((self.researchers - paying - granted) * (1.0 - self.compute_scarcity))
        self._pay(market, seller, host, (paying, granted, rest if opened else 0))
        if month > self.lag and self.spill_rate:
            since = (month - self.lag) % len(past)
            self._discover(market, since, paying + granted, rest)

    def _accessible(self, market: Any) -> tuple[float, int, float, int]:
        """Return the best capability to be had and the best open one, each with its row.

        The row of the best is -1 where it need not be bought.
        """
        terms, best, opened, seller, host = market.terms, 0.0, 0.0, -1, -1
        active = [*market.releasers["active"].tolist(), 1.0]  # -1, nobody, always serves
        rows = zip(
            market.technologies["capability"].tolist(),
            terms.research_access.tolist(),
            terms.api_access.tolist(),
            market.releaser_of_technology.tolist(),
            strict=True,
        )
        for row, (capability, access, api, owner) in enumerate(rows):
            if access * capability > opened:
                opened, host = access * capability, row
            if api > 0 and active[owner] and capability > best:
                best, seller = capability, row
        return (best, seller, opened, host) if best > opened else (opened, -1, opened, host)

    def _pay(self, market: Any, seller: int, host: int, users: tuple[int, int, int]) -> None:
        """Let researchers, and the foundation for those it supports, pay for what they use."""
        fee, pay = len(FIELDS) * self.research_fee, market.ledger.pay
        if not fee:
            return
        margins, (paying, granted, rest) = market.technologies["api_margin"].tolist(), users
        if seller >= 0:
            owner = market.owner_of_technology[seller] or SUPPLIERS
            pay(RESEARCHERS, owner, "research", paying * fee)
            pay(FOUNDATION, owner, "research", granted * fee)
            pay(owner, SUPPLIERS, "inference", (paying + granted) * fee * (1.0 - margins[seller]))
            paying = granted = 0
        if host >= 0:
            running = fee * (1.0 - margins[host])
            pay(RESEARCHERS, SUPPLIERS, "hosting", (paying + rest) * running)
            pay(FOUNDATION, SUPPLIERS, "hosting", granted * running)

    def _discover(self, market: Any, since: int, able: int, rest: int) -> None:
        fields, past = market.tables["fields"], market.tables["research_past"]
        by_best = self.spill_rate * past["best"][since].item() ** self.psi
        by_open = self.spill_rate * past["opened"][since].item() ** self.psi
        binomial = market.flows.binomial
        for row, stock in enumerate(fields["knowledge"].tolist()):
            found = binomial("spillover.best", able, by_best, row)
            found += binomial("spillover.open", rest, by_open, row)
            stock += found / self.researchers - self.knowledge_decay * (stock - 1.0)
            fields["knowledge"][row] = stock
            fields["value"][row] = self.knowledge_value * (stock - 1.0)
