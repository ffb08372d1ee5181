"""C24: the creator must own and train it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from platformsim.market.ledger import SUPPLIERS
from platformsim.mechanisms.base import Contrast, Mechanism
from platformsim.mechanisms.creator_ai import TIERS
from platformsim.parameters import param

_COLUMNS = ("taken", "gain", "fit", "cost", "portable")


@dataclass(frozen=True)
class CreatorOwns(Mechanism):
    """Creators can own their AI and train it, instead of using the platform's.

    Owning it makes replies worth fit_gain more, escapes the platform's cut, and is trusted; it
    costs k a month to train and run. With a the income from the AI's replies (``creator_ai``),
    owning is better for a creator where

        gain = fee_weight * (a * (fit_gain + platform_cut) - k) + trust_gain > 0        (utils)

    which is then added to what an AI is worth to it when it chooses; all with an AI in a tier take
    the better form. An owned AI moves with its creator, as far as ``portability`` goes, so that it
    does not tie the creator to a platform. k is owning_cost_open where some model can be had
    openly, else owning_cost_closed, which is paid to hosts in either case. Where platforms shut
    out AIs from elsewhere (``blocks``), nobody owns one.

    Costs do not grow with the audience, so that owning is for creators above some size. What
    platforms gain by it may have either sign: they lose the cut, and win by engagement. The
    incentive to invest in what one owns is the point of S. Grossman & O. Hart (1986), "The costs
    and benefits of ownership", Journal of Political Economy 94(4), 691-719, DOI 10.1086/261404.
    The figures are modelling choices.
    """

    title: ClassVar[str] = "the creator must own and train it"
    claims: ClassVar[tuple[str, ...]] = ("C24",)
    neutral: ClassVar[dict[str, Any]] = {"blocks": True}
    builds_on: ClassVar[tuple[str, ...]] = ("creator_ai",)
    tables: ClassVar[dict[str, tuple[str, ...]]] = {"owned_ais": TIERS}
    owns: ClassVar[dict[str, float]] = {f"owned_ais.{name}": 0.0 for name in _COLUMNS}
    reasons: ClassVar[tuple[str, ...]] = ("hosting",)
    contrast: ClassVar[Contrast] = Contrast("creator_adoption", "", "up", 0.10)

    fit_gain: float = param(0.2, 0, 0.5, "share", "M", "Replies are worth more by this.")
    trust_gain: float = param(0.3, 0, 1, "utils", "M", "Worth of trust in an AI of one's own.")
    portability: float = param(1.0, 0, 1, "share", "M", "How far an owned AI moves along.")
    owning_cost_open: float = param(0.1, 0, 5, "cu/month", "M", "Cost on an open model.")
    owning_cost_closed: float = param(0.2, 0, 5, "cu/month", "M", "Cost on a closed model.")
    blocks: bool = param(False, doc="Whether platforms shut out AIs from elsewhere.")

    def update(self, market: Any) -> None:
        """Let each tier take the better form, and pay for the owned ones."""
        side, table = market.sides.get("creators"), market.tables["owned_ais"]
        if self.blocks or side is None:
            for name in _COLUMNS:
                table[name].fill(0.0)
            return
        opened = any(access > 0 for access in market.terms.open_access.tolist())
        cost = self.owning_cost_open if opened else self.owning_cost_closed
        bill, weight, audiences = 0.0, side.rules.fee_weight, market.tables["audiences"]
        rows = audiences.rows("with_ai", "ai_income", "ai_cut")
        for row, (with_ai, income, cut) in enumerate(rows):
            bill += with_ai * table["cost"][row].item()
            gain = weight * (income * self.fit_gain + cut - cost) + self.trust_gain
            taken = float(gain > 0 and income > 0)
            values = taken, gain * taken, self.fit_gain * taken, cost * taken
            for name, value in zip(_COLUMNS, (*values, self.portability * taken), strict=True):
                table[name][row] = value
        market.ledger.pay("creators", SUPPLIERS, "hosting", bill)
