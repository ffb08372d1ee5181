"""C16: an open base layer, and applications on it that are open or closed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from platformsim.market.ledger import CUSTOMERS
from platformsim.mechanisms.base import Contrast, Mechanism, Values
from platformsim.parameters import param

CHAIN = "chain"
_MEASURED = ("app_closed", "app_charge", "app_revenue", "app_reward")


@dataclass(frozen=True)
class Layers(Mechanism):
    """Applications (platforms that stand on the technology ``base``) on a common base layer.

    The base holds identity, content and a token. While it is open, all that an open application
    posts can be read, and taken along, everywhere on it; of a closed application that holds for the
    share kappa_base. On a base that is not open, kappa is 0 and no application is open: a market of
    walled platforms. With s the shares of users, c[q] = 1 for a closed application and readable[q]
    = 1 if open, kappa if closed, users gain

        U[p] += content_value * (s[p] + sum over q != p of readable[q] * s[q])
                + c[p] * (closed_app_gain - fee_weight * charge[p])
                + (1 - c[p]) * fee_weight * (1 - stake_concentration) * reward        (utils)

    and who is on p already would lose identity_value * (1 - readable[p]) utils by leaving.

    *Ways to earn.* An open application lives on the token: the base pays ``reward`` cu a month to
    each of its members, who leave it the platform's take rate of that. The reward halves every
    emission_halving months. It is spread with the Gini coefficient stake_concentration, so that it
    is worth (1 - Gini) times its mean to users (A. Sen 1976, "Real national income", Review of
    Economic Studies 43(1), 19-39). Steem's stakes proved far more concentrated than designed
    (arXiv:1904.07310, tag E).

    A closed application charges its members app_fee cu a month by ``fee_model``: advertising,
    subscription or a take of what they pay creators. Whatever the model, members bear it: in money
    or in attention worth as much. Nobody can charge more than its application offers beyond an open
    copy of it, for anybody may put up such a copy on an open base:

        charge = min(app_fee, rent / fee_weight)
        rent   = closed_app_gain + (1 - kappa) * (content_value * s[p] + identity_value)

    *Choice.* Applications start open. Each month one that may choose (``apps`` = "choose") reviews
    its mode with probability review_rate and takes the one with the higher income, given how users
    would answer in the end: share' = s * e / (1 - s + s * e), e = exp(dU / choice_noise).

    *Moving on.* Of five equal applications without content effects a member of one that ties it
    with L utils leaves at the rate revise_rate * 4 / (exp(L) + 4). On the base L is (1 - kappa) *
    identity_value, behind walls all of it: at kappa = 0.8 a member of a walled platform stays twice
    as long where identity_value is 1.94, so that the default of 2 stands close to that line.

    What the market itself pays every platform (fees, advertising, take) comes on top. Where no
    source is named these are modelling choices.
    """

    title: ClassVar[str] = "open base, closed applications"
    claims: ClassVar[tuple[str, ...]] = ("C16",)
    neutral: ClassVar[dict[str, Any]] = {
        "content_value": 0.0,
        "identity_value": 0.0,
        "closed_app_gain": 0.0,
        "token_reward": 0.0,
        "app_fee": 0.0,
    }
    owns: ClassVar[dict[str, float]] = {f"platforms.{column}": 0.0 for column in _MEASURED}
    reasons: ClassVar[tuple[str, ...]] = ("reward",)
    accounts: ClassVar[tuple[str, ...]] = (CHAIN,)
    contrast: ClassVar[Contrast] = Contrast("closed_prevails", "", "up", 0.70)

    kappa_base: float = param(0.8, 0, 1, "share", "M", "Portability that the base imposes.")
    closed_app_gain: float = param(0.3, 0, 1, "utils", "M", "What closed features add.")
    token_reward: float = param(1.0, 0, 10, "cu/user/month", "M", "Reward at month 0.")
    emission_halving: int = param(24, 1, 1200, "months", "M", "Time in which rewards halve.")
    stake_concentration: float = param(0.6, 0, 1, "Gini", "E", "Concentration of the rewards.")
    content_value: float = param(1.5, 0, 6, "utils/unit share", "M", "Value of readable content.")
    identity_value: float = param(
        2.0, 0, 10, "utils", "M", "Identity and content that a member would leave behind."
    )
    app_fee: float = param(0.6, 0, 10, "cu/user/month", "M", "What a closed application charges.")
    fee_model: str = param(
        "ads", doc="How a closed application earns.", choices=("ads", "subscription", "take")
    )
    apps: str = param(
        "choose",
        doc="Whether applications choose their mode.",
        choices=("choose", "open", "closed"),
    )
    review_rate: float = param(0.1, 0, 1, "1/month", "M", "How often an application reconsiders.")
    base: str = param("", doc="Technology that is the base; empty: all platforms stand on it.")

    def start(self, market: Any) -> None:
        """Set the modes and what is charged and paid at month 0."""
        if "users" not in market.sides:
            return
        kappa, on_base = self._kappa(market), self._on_base(market)
        closed = 1.0 if self.apps == "closed" or kappa is None else 0.0
        market.platforms["app_closed"] = [closed * on for on in on_base]
        self._set(market, kappa or 0.0, on_base)

    def utility(self, market: Any, side: str) -> Values:
        """See the class."""
        if side != "users" or self._is_neutral():
            return None
        rules, platforms = market.sides["users"].rules, market.platforms
        shares, weight = market.share["users"].tolist(), rules.fee_weight
        rows = list(platforms.rows("app_closed", "app_charge", "app_reward"))
        on_base, kappa = self._on_base(market), self._kappa(market) or 0.0
        readable = [
            on * share * (kappa if row[0] else 1.0)
            for on, share, row in zip(on_base, shares, rows, strict=True)
        ]
        everything, typical = sum(readable), 1.0 - self.stake_concentration
        total = np.zeros(len(platforms))
        for place, (closed, charge, reward) in enumerate(rows):
            if not on_base[place]:
                continue
            content = shares[place] + everything - readable[place]
            mode = self.closed_app_gain - weight * charge if closed else weight * typical * reward
            total[place] = self.content_value * content + mode
        return total

    def own_utility(self, market: Any, side: str) -> np.ndarray | None:
        """Return what members would leave behind."""
        if side != "users" or not self.identity_value:
            return None
        tied = 1.0 - (self._kappa(market) or 0.0)
        return self.identity_value * tied * market.platforms["app_closed"]

    def update(self, market: Any) -> None:
        """Let applications review their mode, set charges and rewards, and pay them."""
        if "users" not in market.sides or self._is_neutral():
            return
        kappa, on_base = self._kappa(market), self._on_base(market)
        closed = market.platforms["app_closed"]
        alive = market.alive.tolist()
        for row, on in enumerate(on_base):
            if not (on and alive[row]):
                continue
            if kappa is None or self.apps != "choose":
                closed[row] = float(kappa is None or self.apps == "closed")
            elif self._reviews(market, row):
                closed[row] = float(self._closing_pays(market, row, kappa))
        self._set(market, kappa or 0.0, on_base)
        self._pay(market)

    def _reviews(self, market: Any, row: int) -> bool:
        item = market.slot_of_platform[row] - 1
        return market.streams.one("layers.review", market.month, item) < self.review_rate

    def _is_neutral(self) -> bool:
        settings = (self.content_value, self.identity_value, self.closed_app_gain)
        return not any((*settings, self.token_reward, self.app_fee))

    def _on_base(self, market: Any) -> list[float]:
        if not self.base:
            return [1.0] * len(market.platforms)
        row = market.technologies.index.get(self.base, -2)
        return [float(at == row) for at in market.technology_of_platform.tolist()]

    def _kappa(self, market: Any) -> float | None:
        """Return the portability that the base imposes, None while it is not open."""
        row = market.technologies.index.get(self.base)
        if row is not None and not market.terms.open_access[row] > 0:
            return None
        return self.kappa_base

    def _reward(self, market: Any) -> float:
        return self.token_reward * 0.5 ** (market.month // self.emission_halving)

    def _charge(self, market: Any, row: int, kappa: float) -> float:
        """Return what a closed application can charge, cu a month."""
        own = self.content_value * market.share["users"][row].item() + self.identity_value
        rent = self.closed_app_gain + (1.0 - kappa) * own
        return min(self.app_fee, rent / market.sides["users"].rules.fee_weight)

    def _closing_pays(self, market: Any, row: int, kappa: float) -> bool:
        rules, share = market.sides["users"].rules, market.share["users"][row].item()
        charge, reward = self._charge(market, row, kappa), self._reward(market)
        as_closed = self.closed_app_gain - rules.fee_weight * charge
        as_open = rules.fee_weight * (1.0 - self.stake_concentration) * reward
        now = as_closed if market.platforms["app_closed"][row] else as_open
        incomes = []
        kept = market.platforms["take_rate"][row].item() * reward
        for value, income in ((as_closed, charge), (as_open, kept)):
            rise = (value - now) / max(rules.choice_noise, 1e-9)
            answer = math.exp(min(max(rise, -50.0), 50.0))
            incomes.append(income * share * answer / (1.0 - share + share * answer))
        return incomes[0] > incomes[1]

    def _set(self, market: Any, kappa: float, on_base: list[float]) -> None:
        """Set what closed applications charge and open ones hand out."""
        platforms, reward = market.platforms, self._reward(market)
        for row, closed in enumerate(platforms["app_closed"].tolist()):
            platforms["app_charge"][row] = self._charge(market, row, kappa) if closed else 0.0
            platforms["app_reward"][row] = reward * on_base[row] * (1.0 - closed)

    def _pay(self, market: Any) -> None:
        pay, owners = market.ledger.pay, market.owner_of_platform
        payer = "users"
        if self.fee_model == "ads":
            payer = "businesses" if "businesses" in market.sides else CUSTOMERS
        elif self.fee_model == "take" and "creators" in market.sides:
            payer = "creators"
        reason = {"ads": "advertising", "subscription": "fees", "take": "take"}[self.fee_model]
        rows = market.platforms.rows("app_charge", "app_reward", "take_rate")
        for row, (charge, reward, take) in enumerate(rows):
            members = market.members[row].item()
            pay(payer, owners[row], reason, members * charge)
            pay(CHAIN, "users", "reward", members * reward)
            pay("users", owners[row], "take", members * reward * take)
            market.platforms["app_revenue"][row] = members * (charge + reward * take)
