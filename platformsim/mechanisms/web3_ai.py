"""C17: a niche project takes up an open model, on tokens that run out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from platformsim.market.ledger import SUPPLIERS
from platformsim.mechanisms.base import Contrast, Mechanism, Values
from platformsim.parameters import param

CHAIN = "chain"
_EARNED = ("fees", "advertising", "take")
_ADOPTED, _GIVEN_UP = 1.0, -1.0


@dataclass(frozen=True)
class Web3Ai(Mechanism):
    """A small platform pays members in tokens, builds an open model in, and has to earn its keep.

    *Tokens.* The plan is laid out for the share niche_size of all users: the project hands out

        pool = token_reward * niche_size * users * 0.5**(month // emission_halving)    cu a month

    to its members in equal parts, out of a treasury of ``treasury`` months of the first pool. A
    part r cu attracts: U += fee_weight * r utils. Of those whom it attracts, which is the share
    1 - exp(-fee_weight * r / choice_noise) of the members of a small platform, seeker_share are
    there for the reward alone: they give no time and make no posts.

    *The model.* From ai_adopt_month on, once a model can be had openly, the project builds it in as
    far as ``hook`` and gets the loop of ``autopost`` at its own scale. Running it costs
    hosting_cost cu a member and month. If the model is closed again its owner must be paid, the
    same with the margin of the API: hosting_cost / (1 - api_margin).

    *The business.* Earned revenue is what the owner receives in fees, advertising and take; costs
    are running_cost cu a member and month and the model. Losses are met out of the treasury and
    take away from tokens; when it is empty, and a loss has lasted for more than ``grace`` months,
    the project gives the model up for good.

    At the default running_cost a platform without a model breaks even (30 hours at 0.02 cu), as
    free entry has it. With a loop gain G the model pays, rewards aside, exactly when

        G >= hosting_cost / (running_cost + hosting_cost)

    which is 0.118 at the defaults, where G = 0.12: the break-even line again. No gain above 1 is
    needed. These are modelling choices.
    """

    title: ClassVar[str] = "a niche project on an open model"
    claims: ClassVar[tuple[str, ...]] = ("C17",)
    neutral: ClassVar[dict[str, Any]] = {
        "token_reward": 0.0,
        "hook": 0.0,
        "hosting_cost": 0.0,
        "running_cost": 0.0,
    }
    owns: ClassVar[dict[str, float]] = {
        "platforms.project": 0.0,
        "platforms.model_state": 0.0,
        "platforms.treasury": 0.0,
        "platforms.token_share": 0.0,
        "platforms.seekers": 0.0,
        "platforms.earned": 0.0,
        "platforms.project_cost": 0.0,
        "platforms.loss_months": 0.0,
    }
    advances: ClassVar[tuple[str, ...]] = ("platforms.hook",)
    reasons: ClassVar[tuple[str, ...]] = (
        "reward",
        "treasury",
        "operations",
        "hosting",
        "access",
        "inference",
    )
    accounts: ClassVar[tuple[str, ...]] = (CHAIN,)
    builds_on: ClassVar[tuple[str, ...]] = ("autopost",)
    follows_own_side: ClassVar[bool] = False
    contrast: ClassVar[Contrast] = Contrast("leads", "", "up", 0.10)

    platform: str = param("", doc="The project's platform; empty: the smallest at month 0.")
    niche_size: float = param(0.05, 0.005, 0.3, "share of users", "M", "Base that tokens plan for.")
    ai_adopt_month: int = param(12, 0, 240, "month", "M", "When the model is taken up.")
    treasury: float = param(24.0, 6, 60, "months of rewards", "M", "Tokens to hand out.")
    token_reward: float = param(1.0, 0, 10, "cu/user/month", "M", "Reward at month 0.")
    emission_halving: int = param(24, 1, 1200, "months", "M", "Time in which rewards halve.")
    seeker_share: float = param(0.5, 0, 1, "share", "M", "Attracted members who want no more.")
    hook: float = param(1.0, 0, 1, "share", "M", "How far the model is built in.")
    hosting_cost: float = param(0.08, 0, 5, "cu/user/month", "M", "Running the open model.")
    running_cost: float = param(0.6, 0, 5, "cu/user/month", "M", "Running everything else.")
    grace: int = param(6, 0, 60, "months", "M", "Losses borne without a treasury.")

    def start(self, market: Any) -> None:
        """Find the project and fill its treasury."""
        if "users" not in market.sides:
            return
        row = market.platforms.index.get(self.platform)
        if row is None:
            row = int(np.argmin(market.share["users"]))
        market.platforms["project"] = 0.0
        market.platforms["project"][row] = 1.0
        users = market.sides["users"].living
        plan = self.token_reward * self.niche_size * users
        market.platforms["treasury"][row] = self.treasury * plan

    def utility(self, market: Any, side: str) -> Values:
        """See the class."""
        if side != "users" or not self.token_reward:
            return None
        return market.sides["users"].rules.fee_weight * market.platforms["token_share"]

    def engagement(self, market: Any) -> np.ndarray | None:
        """Who is there for the reward alone gives no time."""
        return -market.platforms["seekers"] if self.token_reward else None

    def update(self, market: Any) -> None:
        """Settle the project's month: model, costs, losses, tokens."""
        if "users" not in market.sides:
            return
        platforms = market.platforms
        row = platforms["project"].tolist().index(1.0)
        if not market.alive[row]:
            return
        members, owner = market.members[row].item(), market.owner_of_platform[row]
        model = self._model(market, row)
        state, hosting = platforms["model_state"][row].item(), 0.0
        if not state and model >= 0 and self.hook and market.month >= self.ai_adopt_month:
            state = _ADOPTED * (market.terms.open_access[model].item() > 0)
        if state == _ADOPTED:
            hosting = self._host(market, model, owner, members * self.hook * self.hosting_cost)
        market.ledger.pay(owner, SUPPLIERS, "operations", members * self.running_cost)
        cost = members * self.running_cost + hosting
        earned = sum(market.ledger.got(owner, reason) for reason in _EARNED)
        unmet = self._cover(market, row, owner, cost - earned)
        lost = platforms["loss_months"][row].item() + 1.0 if unmet > 0 else 0.0
        if state == _ADOPTED and lost > self.grace:
            state = _GIVEN_UP
            platforms["hook"][row] = platforms["posting_hook"][row]
        seekers = self._reward(market, row, members)
        if state == _ADOPTED:
            own = self.hook * (1.0 - seekers)
            platforms["hook"][row] = max(platforms["posting_hook"][row].item(), own)
        platforms["model_state"][row], platforms["loss_months"][row] = state, lost
        platforms["earned"][row], platforms["project_cost"][row] = earned, cost

    def _model(self, market: Any, row: int) -> int:
        """Return the project's technology, or else the best open one; -1 where there is none."""
        own = market.technology_of_platform[row].item()
        opened = market.terms.open_capability.tolist()
        if own >= 0 or max(opened, default=0.0) <= 0:
            return own
        return opened.index(max(opened))

    def _host(self, market: Any, model: int, owner: str, cost: float) -> float:
        """Pay for running the model; return what that took."""
        if market.terms.open_access[model] > 0:
            market.ledger.pay(owner, SUPPLIERS, "hosting", cost)
            return cost
        price = cost / (1.0 - market.technologies["api_margin"][model].item())
        lab = market.owner_of_technology[model] or SUPPLIERS
        market.ledger.pay(owner, lab, "access", price)
        market.ledger.pay(lab, SUPPLIERS, "inference", cost)
        return price

    def _cover(self, market: Any, row: int, owner: str, loss: float) -> float:
        """Meet a loss out of the treasury; return what remains of it."""
        column = market.platforms["treasury"]
        drawn = min(max(loss, 0.0), column[row].item())
        column[row] -= drawn
        market.ledger.pay(CHAIN, owner, "treasury", drawn)
        return max(loss, 0.0) - drawn

    def _reward(self, market: Any, row: int, members: float) -> float:
        """Hand out this month's tokens; return which share of members is there for them alone."""
        platforms, side = market.platforms, market.sides["users"]
        plan = self.token_reward * self.niche_size * side.living
        pool = plan * 0.5 ** (market.month // self.emission_halving)
        paid = min(pool, platforms["treasury"][row].item()) if members > 0 else 0.0
        platforms["treasury"][row] -= paid
        market.ledger.pay(CHAIN, "users", "reward", paid)
        each = paid / members if members > 0 else 0.0
        worth = side.rules.fee_weight * each / max(side.rules.choice_noise, 1e-9)
        seekers = -self.seeker_share * math.expm1(-worth)
        platforms["token_share"][row], platforms["seekers"][row] = each, seekers
        return seekers
