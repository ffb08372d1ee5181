"""C09: better many holders than one company or one state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from platformsim.market.ledger import BUILDERS
from platformsim.mechanisms.base import Contrast, Mechanism
from platformsim.parameters import param

STATE = "state"
_STATE_ITEM = 255  # beyond the rows of releasers


@dataclass(frozen=True)
class ControlAbuse(Mechanism):
    """Whoever can deny access may abuse it, the more likely the more it controls.

    *Control.* The gate of a technology is 1 while its newest generation is served by its owner
    alone, and else the share of what is built on it that crosses the owner's control points (see
    ``open_gate``). A keeper controls

        control[k] = sum over its technologies of gate[l] * capability[l] / total capability

    With ``state_keeper`` one government stands in the place of all releasers: every gate is in
    its hands. It cannot deny what is openly available and has no gate.

    *Abuse.* A keeper begins with probability abuse_rate * control[k] a month, and stops with
    probability 1 / abuse_months, or when it has nothing left to deny. Meanwhile those who depend
    on it lose, cu a month on technology l,

        abuse_loss * gate[l] * surplus of the dependants on l

    Users of the platforms that stand on l get a worse service: that surplus is lost to all.
    Businesses there, and builders on l, pay a higher price: their loss is the keeper's gain, and
    is taken from what they net this month, so that nobody is driven into the red by it.
    Dependants are held up: they did not foresee it when they came, and moving away is left to the
    gate's own rules.

    How long an abuse lasts is a modelling choice, as are all figures: one that ended within the
    month would make the loss the same year by year, and leave nothing to fear of a bad keeper.
    Hold-up of those who depend: B. Klein, R. Crawford & A. Alchian (1978), Journal of Law and
    Economics 21(2), 297-326, DOI 10.1086/466922.
    """

    title: ClassVar[str] = "whoever can deny access may abuse it"
    claims: ClassVar[tuple[str, ...]] = ("C09",)
    neutral: ClassVar[dict[str, Any]] = {"abuse_rate": 0.0, "state_keeper": False}
    owns: ClassVar[dict[str, float]] = {
        "technologies.abused": 0.0,
        "technologies.users_abused": 0.0,
        "technologies.overcharged": 0.0,
        "technologies.state_kept": 0.0,
    }
    reasons: ClassVar[tuple[str, ...]] = ("abuse",)
    accounts: ClassVar[tuple[str, ...]] = (STATE,)
    contrast: ClassVar[Contrast] = Contrast("dependants_loss", "", "up", 1.0)

    abuse_rate: float = param(
        0.01, 0, 0.1, "probability/month", "M", "Start of an abuse, at full control."
    )
    abuse_loss: float = param(0.2, 0, 0.8, "share", "M", "What dependants lose of their surplus.")
    abuse_months: float = param(12.0, 1, 240, "months", "M", "Mean length of an abuse.")
    state_keeper: bool = param(False, doc="Whether one government holds all gates.")

    def update(self, market: Any) -> None:
        """Let abuses begin and end, and let dependants lose."""
        technologies = market.technologies
        if not len(technologies):
            return
        technologies["state_kept"].fill(1.0 if self.state_keeper else 0.0)
        if not self.abuse_rate:
            return
        gates = self._gates(market)
        self._begin_and_end(market, gates)
        technologies["users_abused"].fill(0.0)
        technologies["overcharged"].fill(0.0)
        abused = [gate * on for gate, on in zip(gates, technologies["abused"], strict=True)]
        if any(abused):
            self._take(market, abused)

    def _gates(self, market: Any) -> list[float]:
        """Share of what stands on each technology that its keeper can deny, (L,)."""
        rows = market.technologies.rows("crossing", "downstream")
        served = market.terms.api_access.tolist()
        return [
            1.0 if alone > 0 else (crossing / built if built > 0 else 0.0)
            for (crossing, built), alone in zip(rows, served, strict=True)
        ]

    def _keepers(self, market: Any) -> list[tuple[int, list[int]]]:
        """List keepers, each as its item among the draws and the rows of its technologies."""
        owners = market.releaser_of_technology.tolist()
        if self.state_keeper:
            return [(_STATE_ITEM, list(range(len(owners))))]
        active = market.releasers["active"].tolist()
        held: dict[int, list[int]] = {}
        for row, owner in enumerate(owners):
            if owner >= 0 and active[owner] == 1:
                held.setdefault(owner, []).append(row)
        return list(held.items())

    def _begin_and_end(self, market: Any, gates: list[float]) -> None:
        technologies, one, month = market.technologies, market.streams.one, market.month
        capability, abused = technologies["capability"].tolist(), technologies["abused"]
        before, total = abused.tolist(), sum(capability)
        abused.fill(0.0)
        for item, rows in self._keepers(market):
            control = sum(gates[row] * capability[row] for row in rows) / total
            if any(before[row] for row in rows):
                goes_on = control > 0 and one("abuse.end", month, item) >= 1.0 / self.abuse_months
            else:
                goes_on = one("abuse.begin", month, item) < self.abuse_rate * control
            if goes_on:
                abused[rows] = 1.0

    def _take(self, market: Any, abused: list[float]) -> None:
        technologies, ledger = market.technologies, market.ledger
        shares = {"businesses": self._standing(market, "businesses")}
        built = technologies["builders"].tolist()
        shares[BUILDERS] = [count / max(sum(built), 1.0) for count in built]
        surplus = {group: max(ledger.net(group), 0.0) for group in shares}
        users = market.sides.get("users")
        on_users = (market.on_technology @ market.members).tolist()
        for row, part in enumerate(abused):
            if not part:
                continue
            if users is not None:
                each = max(users.surplus, 0.0)
                technologies["users_abused"][row] = self.abuse_loss * part * each * on_users[row]
            keeper = STATE if self.state_keeper else market.owner_of_technology[row]
            for group, share in shares.items():
                due = self.abuse_loss * part * surplus[group] * share[row]
                ledger.pay(group, keeper, "abuse", due)
                technologies["overcharged"][row] += due

    def _standing(self, market: Any, side: str) -> list[float]:
        """Part of a side's members that is on platforms on each technology, (L,)."""
        if side not in market.sides:
            return [0.0] * len(market.technologies)
        share = market.share[side]
        return (market.on_technology @ share / max(float(share.sum()), 1e-300)).tolist()
