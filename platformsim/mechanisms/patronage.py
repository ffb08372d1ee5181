"""C11: labs that live on a giant's money."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from platformsim.market.ledger import SUPPLIERS
from platformsim.mechanisms.base import Contrast, Mechanism
from platformsim.parameters import param

_COMPUTING = ("training", "inference")


@dataclass(frozen=True)
class Patronage(Mechanism):
    """A patron covers part of a lab's losses, for a cut of its revenue and its computing orders.

    A lab's ``patron`` is named among the releasers. With N the month's net income of the lab
    after the cut, in cu a month, and C its bill for training and inference,

        top-up  = patron_topup * max(0, -N)
        compute = min(compute_buyback * top-up, C)
        cut     = patron_cut * revenue             from the month after the first top-up on

    The lab receives the top-up and pays the cut; the computing that it needs anyway it orders
    from the patron instead of others, so that ``compute`` moves from other suppliers to the
    patron and costs the lab nothing more. (Were it an extra purchase, money would run in a circle
    and a lab would order machines that it has no use for.) The cut is one of revenue, which every
    lab has, and not of profit. Exclusivity means that a lab has one patron at most. Each month
    the patron leaves for good with probability withdraw_rate, and in ``withdraw_month`` at the
    latest; so does a patron who is out of business itself. Whether a lab survives with what it
    gets is decided in ``lab_economics``, on the cash at the end of the month.

    Cuts of about 0.2 of revenue and of 0.5 of gross profit are reported of two deals, at second
    hand (tag E); the other figures are modelling choices. An investor who is also a supplier is
    vendor financing: cf. M. Petersen & R. Rajan (1997), "Trade credit: theories and evidence",
    Review of Financial Studies 10(3), 661-691, DOI 10.1093/rfs/10.3.661.
    """

    title: ClassVar[str] = "labs live on the giants' money"
    claims: ClassVar[tuple[str, ...]] = ("C11",)
    neutral: ClassVar[dict[str, Any]] = {"patron_topup": 0.0}
    owns: ClassVar[dict[str, float]] = {"releasers.backed": 0.0, "releasers.withdrawn": 0.0}
    reasons: ClassVar[tuple[str, ...]] = ("patron_cut", "compute")
    contrast: ClassVar[Contrast] = Contrast("patron_dependence", "", "up", 0.10)

    patron_topup: float = param(0.5, 0, 1, "share", "M", "Share of a month's loss that is covered.")
    compute_buyback: float = param(
        0.6, 0, 1, "share of the top-up", "M", "Computing that is ordered from the patron."
    )
    patron_cut: float = param(0.2, 0, 0.5, "share of revenue", "E", "What the patron takes.")
    withdraw_rate: float = param(
        0.005, 0, 0.05, "probability/month", "M", "That the patron leaves for good."
    )
    withdraw_month: int = param(0, 0, 1200, "month", "M", "Month in which it leaves; 0: none.")

    def update(self, market: Any) -> None:
        """Let patrons leave, take their cut and cover losses."""
        if not self.patron_topup:
            return
        releasers = market.releasers
        for row, lab in enumerate(releasers.names):
            patron = market.patrons[lab]
            if not patron or not releasers["active"][row] or releasers["withdrawn"][row]:
                continue
            if self._leaves(market, row, patron):
                releasers["withdrawn"][row] = 1.0
            else:
                self._support(market, row, lab, patron)

    def _leaves(self, market: Any, row: int, patron: str) -> bool:
        releasers, month = market.releasers, market.month
        if patron in releasers.index and not releasers["active"][releasers.index[patron]]:
            return True
        if 0 < self.withdraw_month <= month:
            return True
        rate = self.withdraw_rate
        return rate > 0 and market.streams.one("patronage.withdraw", month, row) < rate

    def _support(self, market: Any, row: int, lab: str, patron: str) -> None:
        ledger, backed = market.ledger, market.releasers["backed"]
        if backed[row] and self.patron_cut:
            ledger.pay(lab, patron, "patron_cut", self.patron_cut * ledger.earned(lab))
        net = ledger.net(lab)
        if net >= 0:
            return
        backed[row] = 1.0
        topup = self.patron_topup * -net
        ledger.pay(patron, lab, "patronage", topup)
        computing = sum(ledger.gave(lab, reason) for reason in _COMPUTING)
        bought = min(self.compute_buyback * topup, computing)
        ledger.pay(SUPPLIERS, patron, "compute", bought)
