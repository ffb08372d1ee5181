"""C18: each generation is larger, and not every lab buys the next."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from platformsim.market.release import CLOSED
from platformsim.mechanisms.base import Contrast, Mechanism
from platformsim.parameters import param

# 70 billion parameters are out when the market starts, and 400 billion on the way.
_FIRST_SIZE, _TEN_BILLION = 70.0, 10.0


@dataclass(frozen=True)
class Generations(Mechanism):
    """Labs pass over a generation that does not pay, and an opener closes when it must.

    Generation g costs C = train_cost_0 * cost_growth**g (see ``lab_economics``). It raises
    capability by the technology's generation_gain, and its owner expects income to follow. With m
    the owner's income before training, in cu a month (last month's, divided over the technologies
    that it owns), and r the share of C that it has not yet spent,

        return = payback_months * m * (exp(income_elasticity * generation_gain) - 1)

    and it trains exactly when return >= r * C * (1 - rnd_saving). It asks every month: what is
    spent is spent, and a lab that paused goes on when income has grown. A patron's money counts
    as no return.

    *Consortium.* Labs that pool the bill train each generation together, pay equal parts of it,
    and go on while their returns together cover the cost. What those who gain more may pay the
    others for taking part stays among them and is not booked.

    An opener stays open while its own income pays for the next generation, even where closing
    would bring more: it satisfices. The cost at which that ends is its cost_stop. Then it closes
    if selling access brings more than openness does, and pauses training otherwise; in a market
    with a single opener of income m the closed form is

        cost_stop = payback_months * m * (exp(income_elasticity * generation_gain) - 1)

    *What is only read off.* A generation has params_ratio times the parameters of the last,
    from 70 billion; costs are translated into dollars such that generation g_10bn costs ten
    billion.

    The ratio is that of the two sizes in the documents (tag D); investing where the expected
    return covers what is still to be paid is the rule of A. Dixit & R. Pindyck (1994), Investment
    under Uncertainty, Princeton University Press, without the value of waiting; horizon and
    elasticity are modelling choices.
    """

    title: ClassVar[str] = "each generation costs more"
    claims: ClassVar[tuple[str, ...]] = ("C18",)
    builds_on: ClassVar[tuple[str, ...]] = ("lab_economics",)
    neutral: ClassVar[dict[str, Any]] = {"selective": False, "consortium": False}
    owns: ClassVar[dict[str, float]] = {
        "technologies.trains": 1.0,
        "technologies.cost_share": 1.0,
        "technologies.cost_stop": 0.0,
        "technologies.model_size": 0.0,
        "technologies.outlay": 0.0,
    }
    contrast: ClassVar[Contrast] = Contrast("frontier_labs", "", "down", 1.0)

    selective: bool = param(True, doc="Whether labs ask what a generation brings.")
    payback_months: float = param(
        36.0, 1, 240, "months", "M", "Time in which a generation must earn its cost."
    )
    income_elasticity: float = param(
        1.0, 0, 3, "log income/log capability", "M", "How income follows capability."
    )
    consortium: bool = param(False, doc="Whether all labs in business pool their training.")
    params_ratio: float = param(5.7, 1, 20, "x/generation", "D", "Growth of the parameter count.")
    g_10bn: float = param(
        3.0, 0, 10, "generation", "M", "The one whose cost is read as ten billion dollars."
    )

    def expected_return(self, market: Any) -> list[float]:
        """Return what each technology's owner expects of its next generation, (L,) cu."""
        technologies, profit = market.technologies, market.releasers["profit"].tolist()
        owners = market.releaser_of_technology.tolist()
        spent = [
            bill * (1.0 - saved) for bill, saved in technologies.rows("rnd_bill", "rnd_saving")
        ]
        found = []
        for owner, gain in zip(owners, technologies["generation_gain"].tolist(), strict=True):
            if owner < 0:
                found.append(0.0)
                continue
            own = [bill for bill, other in zip(spent, owners, strict=True) if other == owner]
            income = (profit[owner] + sum(own)) / len(own)
            worth = self.payback_months * math.expm1(self.income_elasticity * gain)
            found.append(max(income, 0.0) * worth)
        return found

    def pays(self, market: Any) -> list[bool]:
        """Return whether each technology's next generation is expected to pay, (L,)."""
        worth = self.expected_return(market)
        if self.consortium:
            # All pay an equal part of the cost, so that the average return is what must cover it.
            members = self._members(market)
            mean = sum(w for w, member in zip(worth, members, strict=True) if member)
            mean /= max(sum(members), 1)
            worth = [mean if member else 0.0 for member in members]
        rows = market.technologies.rows("generation_cost", "progress", "rnd_saving")
        return [
            expected >= cost * (1.0 - progress) * (1.0 - saved)
            for expected, (cost, progress, saved) in zip(worth, rows, strict=True)
        ]

    def _members(self, market: Any) -> list[bool]:
        """Return which technologies have an owner in business, (L,)."""
        active = [*market.releasers["active"].tolist(), 0.0]  # -1, nobody, never is
        return [active[owner] == 1 for owner in market.releaser_of_technology.tolist()]

    def decides(self, market: Any) -> np.ndarray | None:
        """See the class."""
        if not self.selective or market.month < 1:
            return None
        newest_open = market.technologies["newest_open"].tolist()
        if 1.0 not in newest_open:
            return None
        stops = [
            is_open == 1 and not pays
            for is_open, pays in zip(newest_open, self.pays(market), strict=True)
        ]
        if not any(stops):
            return None
        better = market.total("income_if_closed") > market.total("income_if_open")
        return np.where(better & np.array(stops), float(CLOSED), np.nan)

    def update(self, market: Any) -> None:
        """Decide what is trained this month, and read off sizes and outlays."""
        technologies = market.technologies
        if not len(technologies):
            return
        shares = max(sum(self._members(market)), 1) if self.consortium else 1
        technologies["cost_share"].fill(1.0 / shares)
        technologies["model_size"] = _FIRST_SIZE * self.params_ratio ** technologies["generation"]
        lab = next(entry for entry in market.mechanisms if entry.name == "lab_economics")
        reference = lab.train_cost_0 * lab.cost_growth**self.g_10bn
        if reference > 0:
            # The whole of the bill, whoever shares it.
            technologies["outlay"] = technologies["generation_cost"] * (
                _TEN_BILLION * shares / reference
            )
        # There are books to look into from the second month on.
        if self.selective and market.month > 1:
            self._select(market)
        elif not self.selective:
            technologies["trains"].fill(1.0)

    def _select(self, market: Any) -> None:
        technologies, pays = market.technologies, self.pays(market)
        technologies["trains"] = pays
        rows = technologies.rows("newest_open", "reverted_month", "cost_stop", "generation_cost")
        for row, (is_open, closed_in, stopped_at, cost) in enumerate(rows):
            if not (pays[row] or stopped_at) and (is_open or closed_in == market.month):
                technologies["cost_stop"][row] = cost
