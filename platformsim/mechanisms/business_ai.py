"""C21: every business will want an AI on its own side."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, ClassVar

import numpy as np

from platformsim.market.classes import logit, parts, resized, review
from platformsim.market.ledger import CUSTOMERS, SUPPLIERS
from platformsim.mechanisms.base import Contrast, Mechanism
from platformsim.parameters import param

SIZES = ("smallest", "small", "middle", "large", "largest")
MODES = ("shared", "own_closed", "own_open")
SELLERS = "sponsored_sellers"
_WEIGHTS = tuple(1.0 / len(SIZES) for _ in SIZES)
_SCORES = tuple(NormalDist().inv_cdf((row + 0.5) / len(SIZES)) for row in range(len(SIZES)))
_STREAMS = ("business_ai.review", "business_ai.choose")


@dataclass(frozen=True)
class BusinessAi(Mechanism):
    """Firms meet their customers through the platform's assistant, or through an AI of their own.

    A firm with n prospects a month and ``margin`` m a sale earns, in cu a month,

        shared assistant   m * n * (reach_shared - steer_leak)
        own AI, closed     m * n * reach_own * c_closed - own_ai_cost_closed
        own AI, open       m * n * reach_own * c_open - own_ai_cost_open

    with c the capability of the best model of that kind relative to the best of all. The closed
    kind needs a lab that sells access, the open kind an open release; a firm that does neither is
    met through the shared assistant. Running an AI on somebody else's servers shows it the firm's
    data, which is worth data_fear utils less. Firms fall into five equally frequent size classes,
    at the 10, 30, 50, 70 and 90 % points of a lognormal distribution whose median is ``prospects``
    and whose logarithm spreads by ``size_spread``. Each month the side's revise_rate of them
    chooses anew by a logit with its choice noise over fee_weight * income, in utils.

    With equal capabilities a firm is indifferent to an own AI of cost k where

        steer_leak = (reach_shared - reach_own) + k / (m * n)

    (see :mod:`platformsim.theory.own_ai`): at the defaults 0.125 for the open kind and 0.2 for the
    closed one, before data_fear, against a steer_leak of 0.15.

    Money: customers pay businesses the margin on what is sold. What is steered away is bought from
    other sellers, of whom the share ``rivals_inside`` are businesses of this market too (whatever
    their own choice, so that it changes nobody's switch point); whoever gets it pays the
    assistant's platform the share ``placement`` of it. Closed own AIs are paid to the lab, which
    pays for inference; open ones to hosts. All this comes on top of ``market.business_spend``.
    Own AIs answer at any hour: time spent where businesses are rises by ``eng_lift`` times the
    share of prospects that have one to talk to.

    The figures are modelling choices. On steering by an intermediary that is paid by one side, see
    A. Hagiu & B. Jullien (2011), "Why do intermediaries divert search?", RAND Journal of Economics
    42(2), 337-362, DOI 10.1111/j.1756-2171.2011.00136.x.
    """

    title: ClassVar[str] = "a business wants an AI on its own side"
    claims: ClassVar[tuple[str, ...]] = ("C21",)
    neutral: ClassVar[dict[str, Any]] = {"prospects": 0.0}
    tables: ClassVar[dict[str, tuple[str, ...]]] = {"firms": SIZES}
    owns: ClassVar[dict[str, float]] = {
        **{f"firms.{mode}": 0.0 for mode in MODES},
        "platforms.business_chats": 0.0,
        "platforms.business_chat_lift": 0.0,
    }
    reasons: ClassVar[tuple[str, ...]] = (
        "assisted_sales",
        "placement",
        "own_ai",
        "inference",
        "hosting",
    )
    accounts: ClassVar[tuple[str, ...]] = (SELLERS,)
    contrast: ClassVar[Contrast] = Contrast("own_ai", "", "up", 0.10)

    prospects: float = param(20.0, 0, 500, "1/month", "M", "Prospects of the median firm.")
    margin: float = param(1.0, 0, 10, "cu", "M", "What a sale leaves.")
    steer_leak: float = param(
        0.15, 0, 0.5, "share", "M", "Prospects that a shared assistant steers to others."
    )
    reach_shared: float = param(1.0, 0.2, 1, "share", "M", "Prospects met through it.")
    reach_own: float = param(0.95, 0.2, 1, "share", "M", "Prospects met through an own AI.")
    own_ai_cost_closed: float = param(3.0, 0, 20, "cu/month", "M", "Own AI on a lab's API.")
    own_ai_cost_open: float = param(1.5, 0, 20, "cu/month", "M", "Own AI on an open model.")
    data_fear: float = param(0.3, 0, 2, "utils", "M", "Dislike of showing a lab one's data.")
    size_spread: float = param(1.0, 0, 3, "log", "M", "Spread of firm sizes; 0: all alike.")
    rivals_inside: float = param(
        0.0, 0, 1, "share", "M", "Steered prospects that other businesses of this market get."
    )
    placement: float = param(0.3, 0, 1, "share", "M", "What steered sales pay the assistant.")
    eng_lift: float = param(0.05, 0, 0.5, "share", "M", "Lift in hours if all have an own AI.")

    def start(self, market: Any) -> None:
        """Put every firm on the shared assistant."""
        side, firms = market.sides.get("businesses"), market.tables["firms"]
        living = side.living if side is not None and self.prospects > 0 else 0.0
        firms["shared"] = parts(living, _WEIGHTS, market.flows.expected)
        firms["own_closed"] = firms["own_open"] = 0.0

    def engagement(self, market: Any) -> np.ndarray | None:
        """Return the lift in hours, (P,)."""
        lift = market.platforms["business_chat_lift"]
        return lift if any(lift.tolist()) else None

    def sizes(self) -> list[float]:
        """Return the prospects of a firm of each size class."""
        return [self.prospects * math.exp(self.size_spread * score) for score in _SCORES]

    def incomes(self, prospects: float, quality: tuple[float, float]) -> tuple[float, float, float]:
        """Return what a firm earns in each mode, cu/month.

        Parameters
        ----------
        prospects : float
        quality : (closed, open)
            Relative capability of the best model of each kind; 0 where there is none.
        """
        met = self.margin * prospects
        return (
            met * max(self.reach_shared - self.steer_leak, 0.0),
            met * self.reach_own * quality[0] - self.own_ai_cost_closed,
            met * self.reach_own * quality[1] - self.own_ai_cost_open,
        )

    def update(self, market: Any) -> None:
        """Let firms choose anew, sell, and pay for their AIs."""
        side = market.sides.get("businesses")
        if side is None or self.prospects <= 0 or side.living <= 0:
            self._rest(market)
            return
        labs, quality = self._models(market)
        weight, noise = side.rules.fee_weight, side.rules.choice_noise
        firms, sizes = market.tables["firms"], self.sizes()
        totals = parts(side.living, _WEIGHTS, market.flows.expected)
        counts, sold, met, own_met = [0.0, 0.0, 0.0], 0.0, 0.0, 0.0
        for row, stock in enumerate(firms.rows(*MODES)):
            incomes = self.incomes(sizes[row], quality)
            utils = [weight * income for income in incomes]
            utils[1] = utils[1] - self.data_fear if quality[0] > 0 else -math.inf
            utils[2] = utils[2] if quality[1] > 0 else -math.inf
            now = resized(list(stock), totals[row])
            now = review(market, _STREAMS, now, logit(utils, noise), side.rules.revise_rate, row)
            for mode, count in enumerate(now):
                firms[MODES[mode]][row] = count
                counts[mode] += count
            shared, own = now[0] * sizes[row], (now[1] + now[2]) * sizes[row]
            sold += now[0] * incomes[0]
            sold += now[1] * (incomes[1] + self.own_ai_cost_closed)
            sold += now[2] * (incomes[2] + self.own_ai_cost_open)
            met, own_met = met + shared, own_met + own
        self._pay(market, labs, counts, sold, met)
        self._engage(market, met * self.reach_shared + own_met * self.reach_own, met, own_met)

    def _rest(self, market: Any) -> None:
        """Nobody is there to have an AI."""
        for column in self.owns:
            table, name = column.split(".")
            market.tables[table][name].fill(0.0)

    def _models(self, market: Any) -> tuple[list[str], tuple[float, float]]:
        """Return who sells the best closed model, and the relative quality of both kinds."""
        technologies, terms = market.technologies, market.terms
        if not len(technologies):
            return [], (0.0, 0.0)
        active = [*market.releasers["active"].tolist(), 1.0]  # -1, nobody, always serves
        newest = technologies["capability"].tolist()
        served = [
            level * (access > 0 and active[owner] > 0)
            for level, access, owner in zip(
                newest, terms.api_access.tolist(), market.releaser_of_technology.tolist(),
                strict=True,
            )
        ]  # fmt: skip
        copies = [
            level * (access > 0)
            for level, access in zip(
                terms.open_capability.tolist(), terms.open_access.tolist(), strict=True
            )
        ]
        frontier, best = max(newest), max(served)
        owners = market.owner_of_technology
        labs = [owners[row] or SUPPLIERS for row, level in enumerate(served) if level == best]
        return labs if best > 0 else [], (best / frontier, max(copies) / frontier)

    def _pay(
        self, market: Any, labs: list[str], counts: list[float], sold: float, met: float
    ) -> None:
        pay = market.ledger.pay
        steered = self.margin * met * min(self.steer_leak, self.reach_shared)
        inside = steered * self.rivals_inside
        pay(CUSTOMERS, "businesses", "assisted_sales", sold + inside)
        pay(CUSTOMERS, SELLERS, "assisted_sales", steered - inside)
        everybody = sum(market.members.tolist())
        for owner, members in zip(market.owner_of_platform, market.members.tolist(), strict=True):
            part = self.placement * members / everybody if everybody > 0 else 0.0
            if part > 0:
                pay("businesses", owner, "placement", part * inside)
                pay(SELLERS, owner, "placement", part * (steered - inside))
        for lab in labs:
            bill = counts[1] * self.own_ai_cost_closed / len(labs)
            pay("businesses", lab, "own_ai", bill)
            if lab != SUPPLIERS:
                row = market.owner_of_technology.index(lab)
                running = 1.0 - market.technologies["api_margin"][row].item()
                pay(lab, SUPPLIERS, "inference", bill * running)
        pay("businesses", SUPPLIERS, "hosting", counts[2] * self.own_ai_cost_open)

    def _engage(self, market: Any, chats: float, met: float, own_met: float) -> None:
        """Note the talk with AIs of businesses, where businesses are."""
        users = sum(market.members.tolist())
        per_user = chats / users if users > 0 else 0.0
        share = own_met / (met + own_met)
        for row, present in enumerate(market.share["businesses"].tolist()):
            market.platforms["business_chats"][row] = per_user * (present > 0)
            market.platforms["business_chat_lift"][row] = self.eng_lift * share * present
