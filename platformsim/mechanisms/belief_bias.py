"""C31: others cannot picture it, so they price it wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from platformsim.market.release import OPEN
from platformsim.mechanisms.base import Contrast, Mechanism
from platformsim.parameters import param

_FUNDERS = "funders"
_YEAR = 12


@dataclass(frozen=True)
class BeliefBias(Mechanism):
    """Funders value what labs do by the business models they know, and labs need their money.

    With V_open and V_closed what a technology really brings its owner open and closed, in cu a
    month (the market's own ``income_if_open`` and ``income_if_closed``), a funder sees

        V_closed    for a closed one, and    (1 - d) * V_open    for an open one,
        d = imagination_discount * (1 - learn_per_success)**successes

    with the successes that it has noticed. A success is a release that has been open for a year,
    or another year, and brings no less than closing would; each funder notices it with probability
    ``notice``. Every month each funder hands out ``capital``, in proportion to what it sees in the
    labs in business.

    *Who opens.* A lab with cash of its own, at least ``reserve_months`` of its R&D bill, opens when
    V_open > V_closed, where ``self_funding`` allows it: under a founder's control, or on the cash
    of another business. Any other lab follows the money, and opens when some funder agrees:
    (1 - d) * V_open > V_closed. The mechanism opens what was never open and closes nothing: that
    is ``reversion``. Without capital to hand out funders have no say, and it does nothing.

    True values are the same whatever funders believe, so that arms that differ in
    imagination_discount differ in beliefs alone; where V_open < V_closed the sceptics are right.

    Figures are modelling choices. Waiting to see others succeed is herding on observed outcomes:
    S. Bikhchandani, D. Hirshleifer & I. Welch (1992), "A theory of fads, fashion, custom, and
    cultural change as informational cascades", Journal of Political Economy 100(5), 992-1026,
    DOI 10.1086/261849.
    """

    title: ClassVar[str] = "funders discount what they cannot picture"
    claims: ClassVar[tuple[str, ...]] = ("C31",)
    neutral: ClassVar[dict[str, Any]] = {"capital": 0.0}
    tables: ClassVar[dict[str, tuple[str, ...]]] = {_FUNDERS: ("venture", "institution")}
    owns: ClassVar[dict[str, float]] = {
        "funders.successes": 0.0,
        "funders.markdown": 0.0,
        "technologies.months_open": 0.0,
        "technologies.opened_on_own": 0.0,
        "releasers.own_cash": 0.0,
    }
    accounts: ClassVar[tuple[str, ...]] = (_FUNDERS,)
    contrast: ClassVar[Contrast] = Contrast("openers", "", "down", 0.15)

    imagination_discount: float = param(
        0.5, 0, 0.9, "share of value", "M", "What funders take off an unfamiliar strategy."
    )
    learn_per_success: float = param(
        0.1, 0, 0.5, "share per success", "M", "How far a success seen narrows that."
    )
    self_funding: bool = param(False, doc="Whether labs may open on cash of their own.")
    capital: float = param(100.0, 0, 100_000, "cu/month", "M", "What each funder hands out.")
    notice: float = param(0.5, 0, 1, "probability", "M", "That a funder notices a success.")
    reserve_months: float = param(
        24.0, 0, 240, "months", "M", "R&D bills that cash of one's own must cover."
    )

    def start(self, market: Any) -> None:
        """Set the first discount."""
        market.tables[_FUNDERS]["markdown"][:] = self.imagination_discount * (self.capital > 0)

    def decides(self, market: Any) -> np.ndarray | None:
        """See the class."""
        if not self.capital or market.month < 1 or not len(market.technologies):
            return None
        opened = market.terms.open_capability.tolist()
        candidates = [
            row
            for row, owner in enumerate(market.releaser_of_technology.tolist())
            if owner >= 0 and not opened[row]
        ]
        if not candidates:
            return None
        if_open, if_closed = self._values(market)
        seen = 1.0 - min(market.tables[_FUNDERS]["markdown"].tolist())
        own_cash = market.releasers["own_cash"].tolist()
        wanted = np.full(len(market.technologies), np.nan)
        for row in candidates:
            free = self.self_funding and own_cash[market.releaser_of_technology[row]]
            if (1.0 if free else seen) * if_open[row] > if_closed[row]:
                wanted[row] = OPEN
        return wanted

    def _values(self, market: Any) -> tuple[list[float], list[float]]:
        """What each technology brings its owner open and closed, cu/month."""
        hooks = "income_if_open", "income_if_closed"
        if_open, if_closed = (market.total(hook).tolist() for hook in hooks)
        return if_open, if_closed

    def update(self, market: Any) -> None:
        """Hand out capital, watch what is open, and learn."""
        if not self.capital or not len(market.technologies):
            return
        if_open, if_closed = self._values(market)
        self._watch(market, if_open, if_closed)
        funders, successes = market.tables[_FUNDERS], market.tables[_FUNDERS]["successes"].tolist()
        kept = 1.0 - self.learn_per_success
        markdowns = [self.imagination_discount * kept**count for count in successes]
        funders["markdown"] = markdowns
        for markdown in markdowns:
            self._hand_out(market, 1.0 - markdown, if_open, if_closed)
        self._count_cash(market)

    def _watch(self, market: Any, if_open: list[float], if_closed: list[float]) -> None:
        technologies, funders = market.technologies, market.tables[_FUNDERS]
        owners, own_cash = market.releaser_of_technology.tolist(), market.releasers["own_cash"]
        rows = technologies.rows("newest_open", "months_open")
        for row, (is_open, months) in enumerate(rows):
            if is_open and not months and owners[row] >= 0:
                technologies["opened_on_own"][row] = own_cash[owners[row]]
            months = months + 1.0 if is_open else 0.0
            technologies["months_open"][row] = months
            if months and months % _YEAR == 0 and if_open[row] >= if_closed[row]:
                for funder in range(len(funders)):
                    item = row * len(funders) + funder
                    draw = market.streams.one("belief_bias.notice", market.month, item)
                    funders["successes"][funder] += draw < self.notice

    def _hand_out(
        self, market: Any, seen: float, if_open: list[float], if_closed: list[float]
    ) -> None:
        active = [*market.releasers["active"].tolist(), 0.0]  # -1, nobody, never is
        owners = market.releaser_of_technology.tolist()
        newest_open = market.technologies["newest_open"].tolist()
        values = [
            max(seen * if_open[row] if newest_open[row] else if_closed[row], 0.0) * active[owner]
            for row, owner in enumerate(owners)
        ]
        total = sum(values)
        if total <= 0:
            return
        for name, value in zip(market.owner_of_technology, values, strict=True):
            if value:
                market.ledger.pay(_FUNDERS, name, "capital", self.capital * (value / total))

    def _count_cash(self, market: Any) -> None:
        releasers, bills = market.releasers, [0.0] * len(market.releasers)
        for owner, bill in zip(
            market.releaser_of_technology.tolist(),
            market.technologies["rnd_bill"].tolist(),
            strict=True,
        ):
            if owner >= 0:
                bills[owner] += bill
        releasers["own_cash"] = [
            float(cash >= self.reserve_months * bill)
            for cash, bill in zip(releasers["cash"].tolist(), bills, strict=True)
        ]
