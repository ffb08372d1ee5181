"""C20: what running the models costs, and who pays it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from platformsim.market.ledger import SUPPLIERS
from platformsim.mechanisms.base import Contrast, Mechanism
from platformsim.parameters import param


@dataclass(frozen=True)
class InferenceCost(Mechanism):
    """The bill for the tasks that users of platforms give to the models these stand on.

    Users ask for ``task_rate`` tasks a month at first. Use grows by the factor use_growth a year,
    the computing that a task takes by weight_growth, and a unit of it gets cheaper by the factor
    ``decline``, so that the tasks of N users cost, t months after the start and in cu a month,

        bill = task_rate * N * unit_cost * (use_growth * weight_growth / decline)**(t / 12)

    which rises exactly when use_growth * weight_growth > decline (closed form in
    ``platformsim.theory.inference_bill``). Where assistants learn to do whole jobs, ``agentic``
    multiplies the computing of a task further. The tasks earn nothing themselves: what is sold
    for a price stands in ``lab_economics``, and what users see beside them in advertising.

    On its own platforms a technology's owner pays, whatever the release. On other platforms the
    share lab_pays_inference of the release terms runs at the lab; of the rest, free_riders stay
    with a service that the lab hosts for nothing, and the platform's owner has the others run at
    a host, at (1 + host_markup) times their cost. Opening thus takes

        (1 - free_riders) * (bill on other platforms)

    off the lab, and puts 1 + host_markup times that on others. Where the lab is out of business
    there is nobody to run a closed model, and users do without.

    Prices of constant quality have fallen about tenfold a year (a16z, "LLMflation", tag E); that
    of the newest quality falls more slowly, and the default stands on the break-even line. The
    rest are modelling choices.
    """

    title: ClassVar[str] = "inference becomes the big bill"
    claims: ClassVar[tuple[str, ...]] = ("C20",)
    neutral: ClassVar[dict[str, Any]] = {"task_rate": 0.0}
    owns: ClassVar[dict[str, float]] = {
        "technologies.inference_by_lab": 0.0,
        "technologies.inference_by_others": 0.0,
    }
    reasons: ClassVar[tuple[str, ...]] = ("inference", "hosting")
    contrast: ClassVar[Contrast] = Contrast("inference_bill", "", "up", 5.0)

    task_rate: float = param(10.0, 0, 10_000, "tasks/user/month", "M", "Use at month 0.")
    unit_cost: float = param(0.01, 0, 10, "cu/task", "M", "Cost of a task at month 0.")
    decline: float = param(3.0, 1.5, 100, "x/year", "E/M", "Factor by which computing cheapens.")
    use_growth: float = param(3.0, 1, 20, "x/year", "M", "Growth of tasks per user.")
    weight_growth: float = param(1.0, 1, 20, "x/year", "M", "Growth of the computing per task.")
    host_markup: float = param(0.3, 0, 1, "share", "M", "Mark-up of hosts of open models.")
    free_riders: float = param(
        0.0, 0, 1, "share", "M", "Deployers who stay with the lab's free service."
    )

    def per_user(self, month: int) -> float:
        """Return what a user's tasks cost, cu/month."""
        factor = self.use_growth * self.weight_growth / self.decline
        return self.task_rate * self.unit_cost * factor ** (month / 12.0)

    def update(self, market: Any) -> None:
        """Run the month's tasks and let who has to pay for them."""
        each = self.per_user(market.month)
        if not len(market.technologies):
            return
        if not each:
            for column in self.owns:
                market.technologies[column.split(".")[1]].fill(0.0)
            return
        by_lab, by_others = ([0.0] * len(market.technologies) for _ in range(2))
        served, opened = self._served(market)
        weight = market.technologies["task_weight"].tolist()
        for row, owner, members in zip(
            market.technology_of_platform.tolist(),
            market.owner_of_platform,
            market.members.tolist(),
            strict=True,
        ):
            if row < 0 or members <= 0:
                continue
            lab, bill = market.owner_of_technology[row], each * weight[row] * members
            share = 1.0 if owner == lab else served[row]
            if share:
                market.ledger.pay(lab, SUPPLIERS, "inference", share * bill)
                by_lab[row] += share * bill
            if share < 1.0 and opened[row]:
                hosted = (1.0 - share) * bill * (1.0 + self.host_markup)
                market.ledger.pay(owner, SUPPLIERS, "hosting", hosted)
                by_others[row] += hosted
        market.technologies["inference_by_lab"] = by_lab
        market.technologies["inference_by_others"] = by_others

    def _served(self, market: Any) -> tuple[list[float], list[bool]]:
        """Return which share of others' tasks each lab runs, and whether others can run it."""
        terms, active = market.terms, [*market.releasers["active"].tolist(), 0.0]
        owners = market.releaser_of_technology.tolist()
        shares = [
            (paid + (1.0 - paid) * self.free_riders) * active[owner]
            for paid, owner in zip(terms.lab_pays_inference.tolist(), owners, strict=True)
        ]
        return shares, [level > 0 for level in terms.open_capability.tolist()]
