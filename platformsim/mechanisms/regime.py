"""C29: openness as a lasting order, in a repeated game among releasers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from platformsim.market.ledger import CUSTOMERS, SUPPLIERS
from platformsim.market.release import CLOSED, OPEN
from platformsim.mechanisms.base import Contrast, Mechanism
from platformsim.parameters import param
from platformsim.theory.patience import lost_by_exclusion

_PAIRS = 64


@dataclass(frozen=True)
class Regime(Mechanism):
    """Releasers who share a commons as long as nobody finds it better to leave.

    *Payoffs.* A releaser whose newest generation is open and who is in good standing saves
    commons_gain cu a month for every other releaser of whom the same holds. Who closes while
    others are open still shares in that month, takes defect_gain once (out of its customers'
    pockets), and is shut out of the commons for the ``punish`` months that follow.

    *Play.* Each month a releaser sees who was open in good standing last month, misreads each
    peer's move with probability ``error``, and is open exactly when openness would enforce itself
    against the k peers it sees,

        commons_gain * k * A >= defect_gain,      A = delta * (1 - delta**punish) / (1 - delta)

    while those who are shut out stay closed. All-open is therefore self-enforcing exactly when
    commons_gain * (n - 1) * A >= defect_gain (2.25 against 2 cu at the defaults with three
    releasers), and all-closed always is, for nobody gains by opening alone. ``commit`` takes the
    possibility of closing away from those who are open; it opens nobody.

    Opening costs nothing and the same test is used for opening and for staying: a releaser who
    joined in order to leave would be paid for passing through. Closing brings nothing when no
    peer is open, since there is no commons to take from; else one could open and close alone for
    gain. Misreadings are private: who misreads answers what it believes it saw, and is then shut
    out for what it truly did. A technology without an owner in business does not play.

    References
    ----------
    J. Friedman (1971), "A non-cooperative equilibrium for supergames", Review of Economic Studies
    38(1), 1-12, DOI 10.2307/2296617. E. Green & R. Porter (1984), "Noncooperative collusion under
    imperfect price information", Econometrica 52(1), 87-100, DOI 10.2307/1911462 (misreadings
    that bring an order down). All figures are modelling choices.
    """

    title: ClassVar[str] = "openness as a lasting order"
    claims: ClassVar[tuple[str, ...]] = ("C29",)
    neutral: ClassVar[dict[str, Any]] = {"play": False, "commons_gain": 0.0, "defect_gain": 0.0}
    owns: ClassVar[dict[str, float]] = {
        "technologies.shut_out": 0.0,
        "technologies.in_order": 0.0,
    }
    reasons: ClassVar[tuple[str, ...]] = ("commons", "defection")
    contrast: ClassVar[Contrast] = Contrast("all_open", "", "up", 0.15)

    commons_gain: float = param(0.1, 0, 0.5, "cu/month", "M", "Worth of an open peer.")
    defect_gain: float = param(2.0, 0, 10, "cu", "M", "What closing brings, once.")
    punish: int = param(12, 1, 60, "months", "M", "How long a defector is shut out.")
    commit: bool = param(False, doc="Whether who is open can no longer close.")
    error: float = param(0.02, 0, 0.2, "1/month", "M", "Chance of misreading a peer's move.")
    delta: float = param(0.99, 0.95, 0.998, "share/month", "M", "Monthly discount factor.")
    play: bool = param(True, doc="Whether releasers decide by this game, or only its payoffs hold.")

    @property
    def worth_of_a_peer(self) -> float:
        """What is lost with each open peer by being shut out, cu."""
        return self.commons_gain * lost_by_exclusion(self.delta, self.punish)

    def decides(self, market: Any) -> np.ndarray | None:
        """See the class."""
        if not self.play:
            return None
        technologies = market.technologies
        opened, barred = technologies["newest_open"].tolist(), technologies["shut_out"].tolist()
        owners, worth = market.releaser_of_technology.tolist(), self.worth_of_a_peer
        found = np.full(len(opened), np.nan)
        for row, is_open in enumerate(opened):
            if is_open and self.commit:
                continue
            seen = sum(self._sees(market, row, other, owners) for other in range(len(opened)))
            wanted = barred[row] == 0 and worth * seen >= self.defect_gain
            if wanted != bool(is_open):
                found[row] = OPEN if wanted else CLOSED
        return found

    def _sees(self, market: Any, row: int, other: int, owners: list[int]) -> bool:
        if owners[other] < 0 or owners[other] == owners[row]:
            return False
        misread = (
            self.error > 0
            and market.streams.one("regime.misread", market.month, row * _PAIRS + other)
            < self.error
        )
        return bool((market.technologies["in_order"][other] == 1) != misread)

    def _member(self, market: Any, row: int) -> bool:
        technologies, owner = market.technologies, market.releaser_of_technology[row]
        present = owner >= 0 and market.releasers["active"][owner] == 1
        return bool(
            present and technologies["newest_open"][row] == 1 and technologies["shut_out"][row] == 0
        )

    def start(self, market: Any) -> None:
        """See who belongs to the order at month 0."""
        if self.play or self.commons_gain or self.defect_gain:
            rows = range(len(market.technologies))
            market.technologies["in_order"] = [float(self._member(market, row)) for row in rows]

    def update(self, market: Any) -> None:
        """Pay for defections and for the commons, and count the months of exclusion."""
        if not (self.commons_gain or self.defect_gain or self.play):
            return
        technologies, pay = market.technologies, market.ledger.pay
        owners, accounts = market.releaser_of_technology.tolist(), market.owner_of_technology
        before, opened = technologies["in_order"].tolist(), technologies["newest_open"].tolist()
        members = [float(self._member(market, row)) for row in range(len(before))]
        barred = [max(months - 1.0, 0.0) for months in technologies["shut_out"].tolist()]
        for row, (was_in, is_open) in enumerate(zip(before, opened, strict=True)):
            if was_in and not is_open and self._peers(before, owners, row):
                barred[row] = float(self.punish)
                pay(CUSTOMERS, accounts[row], "defection", self.defect_gain)
            elif not members[row]:
                continue
            shared = self.commons_gain * self._peers(members, owners, row)
            pay(SUPPLIERS, accounts[row], "commons", shared)
        technologies["in_order"], technologies["shut_out"] = members, barred

    def _peers(self, members: list[float], owners: list[int], row: int) -> float:
        return sum(
            member for member, owner in zip(members, owners, strict=True) if owner != owners[row]
        )
