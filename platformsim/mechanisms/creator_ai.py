"""C23: creators run out of hours; their AI does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from platformsim.market.classes import logit, parts, review
from platformsim.market.ledger import SUPPLIERS
from platformsim.mechanisms.base import Contrast, Mechanism
from platformsim.parameters import param

TIERS = ("small", "middling", "large", "famous", "stars")
# The lower half of the creators, the next 30, 15 and 4 %, and the top 1 %.
SHARES = (0.50, 0.30, 0.15, 0.04, 0.01)
_STREAMS = ("creator_ai.review", "creator_ai.choose")
_OWNED = ("gain", "taken", "fit", "cost", "portable")
_MEASURED = ("requests", "answered", "income_without", "income_with", "ai_income", "ai_cut")
_TOTALS = (
    "content", "more_content", "hand", "more_contact", "requests", "answered", "cut", "running",
    "locked",
)  # fmt: skip


class Tier(NamedTuple):
    """A creator's month: replies and money (cu), with the platform's AI and without any.

    ``ai_income`` is what the AI's replies earn before the platform's cut and their cost.
    """

    requests: float
    content: float
    most: float
    by_hand: float
    by_ai: float
    factor: float
    running: float
    ai_income: float
    without: float
    income: float


@dataclass(frozen=True)
class CreatorAi(Mechanism):
    """Fans want more contact than a creator's day allows; an AI answers the rest.

    Audiences follow a Pareto law with exponent ``tail`` and are held in five tiers, each with its
    mean, by the Lorenz curve L(p) = 1 - (1 - p)**(1 - 1 / tail). On average a creator has
    users * follows * fans_represented / creators fans, and each fan asks for contact
    requests_per_fan times a month. With R requests, by hand a creator answers

        H = hours * contact_share * 60 / min_per_reply        replies at most, min(R, H) of them.

    With an AI it answers as many by hand, or only personal_share of them where that brings more,
    and the AI all others, at the value q = max(0, ai_reply_value - authenticity_penalty) of a
    reply by hand. Of the hours so saved the share redirect_to_content goes into new work, which
    raises what it makes by the factor
    (1 + saved / (hours * (1 - contact_share)))**content_elasticity. Income, in cu a month:

        by hand        content + reply_income * min(R, H) / F
        with the AI    content * factor + reply_income * by hand / F
                       + (reply_income * q * (1 - platform_cut) - reply_cost) * by AI / F

    with content = users * creator_spend shared out by audience, all but reply_cost less the
    platforms' take rate, and F = fans_represented: a simulated user stands for F fans, so that
    money is counted at the scale of the market, while hours are a real person's hours. Each month
    the side's revise_rate chooses by a logit with its choice noise over fee_weight * income.

    The AI here is the platform's: it keeps platform_cut of what the AI's replies earn, and who
    leaves the platform leaves the trained AI behind, worth ``lock_in`` utils (own utility, for
    the share of creators with an AI that is not portable; see ``creator_owns``). Hours per user
    rise by eng_lift times the relative increase of what fans get, content and contact alike.

    References
    ----------
    A.-L. Barabasi & R. Albert (1999), "Emergence of scaling in random networks", Science
    286(5439), 509-512, DOI 10.1126/science.286.5439.509: preferential attachment gives the
    exponent 2 (tag E). Pareto tails in the income of stars: S. Rosen (1981), "The economics of
    superstars", American Economic Review 71(5), 845-858. The other figures are modelling choices;
    at the default reply_income an hour of replies earns about what an hour of content does.
    """

    title: ClassVar[str] = "creators lack time, their AI does not"
    claims: ClassVar[tuple[str, ...]] = ("C23",)
    neutral: ClassVar[dict[str, Any]] = {"requests_per_fan": 0.0}
    tables: ClassVar[dict[str, tuple[str, ...]]] = {"audiences": TIERS}
    owns: ClassVar[dict[str, float]] = {
        "audiences.creators": 0.0,
        "audiences.with_ai": 0.0,
        **{f"audiences.{name}": 0.0 for name in _MEASURED},
        "platforms.fan_replies": 0.0,
        "platforms.creator_lift": 0.0,
        "platforms.creator_lock": 0.0,
    }
    reasons: ClassVar[tuple[str, ...]] = ("contact", "content", "take", "ai_cut", "inference")
    follows_own_side: ClassVar[bool] = False
    contrast: ClassVar[Contrast] = Contrast("cov_creator", "", "up", 0.20)

    offered: bool = param(True, doc="Whether creators can have an AI at all.")
    hours: float = param(100.0, 1, 200, "h/month", "M", "Working time of a creator.")
    contact_share: float = param(0.3, 0.01, 0.99, "share", "M", "Part of it for contact with fans.")
    min_per_reply: float = param(3.0, 0.5, 15, "minutes", "M", "Time that a reply takes.")
    follows: float = param(10.0, 0, 1000, "creators/user", "M", "Creators that a user follows.")
    tail: float = param(2.0, 1.05, 10, "exponent", "E", "Pareto exponent of audiences.")
    fans_represented: float = param(
        100.0, 1, 10_000, "fans/follow", "M", "Real fans that a simulated follow stands for."
    )
    requests_per_fan: float = param(0.05, 0, 1, "1/month", "M", "Requests for contact.")
    ai_reply_value: float = param(0.5, 0, 1, "share", "M", "Worth of an AI's reply to a fan.")
    authenticity_penalty: float = param(0.0, 0, 1, "share", "M", "What fans take off for it.")
    reply_cost: float = param(0.01, 0, 0.2, "cu/reply", "M", "Cost of a reply by the AI.")
    redirect_to_content: float = param(0.5, 0, 1, "share", "M", "Saved hours that go to content.")
    personal_share: float = param(0.5, 0, 1, "share", "M", "Replies still made by hand.")
    reply_income: float = param(0.1, 0, 2, "cu/reply", "M", "What fans pay for a reply by hand.")
    content_elasticity: float = param(0.5, 0, 1, "elasticity", "M", "Returns to more content.")
    platform_cut: float = param(0.3, 0, 0.5, "share", "M", "Platform's cut of its AI's income.")
    lock_in: float = param(0.5, 0, 5, "utils", "M", "Worth of an AI that is left behind.")
    eng_lift: float = param(0.1, 0, 1, "share", "M", "Lift in hours if fans get twice as much.")

    def start(self, market: Any) -> None:
        """Nobody has an AI yet."""
        side, table = market.sides.get("creators"), market.tables["audiences"]
        living = side.living if side is not None and self.requests_per_fan > 0 else 0.0
        table["creators"] = parts(living, SHARES, market.flows.expected)
        table["with_ai"] = 0.0

    def own_utility(self, market: Any, side: str) -> np.ndarray | None:
        """Return what leaving a platform's AI behind costs the average creator, (P,) utils."""
        lock = market.platforms["creator_lock"]
        return lock if side == "creators" and any(lock.tolist()) else None

    def engagement(self, market: Any) -> np.ndarray | None:
        """Return the lift in hours, (P,)."""
        lift = market.platforms["creator_lift"]
        return lift if any(lift.tolist()) else None

    @property
    def capacity(self) -> float:
        """Replies by hand that a creator has time for, H a month."""
        return self.hours * self.contact_share * 60.0 / self.min_per_reply

    @property
    def quality(self) -> float:
        """Value of the AI's reply as a share of one by hand, q."""
        return max(self.ai_reply_value - self.authenticity_penalty, 0.0)

    def audiences(self, creators: list[float], fans: float) -> list[float]:
        """Return the fans of a creator in each tier, which have ``fans`` in all."""
        power, below, passed, sizes = 1.0 - 1.0 / self.tail, 0.0, 0.0, []
        for share in SHARES:
            passed = min(passed + share, 1.0)
            lorenz = 1.0 - max(1.0 - passed, 0.0) ** power
            sizes.append((lorenz - below) / share)
            below = lorenz
        total = sum(count * size for count, size in zip(creators, sizes, strict=True))
        return [fans * size / total for size in sizes]

    def update(self, market: Any) -> None:
        """Let creators choose anew, answer their fans, and be paid."""
        side, table = market.sides.get("creators"), market.tables["audiences"]
        here = self._fans_by_platform(market)
        users = sum(here)
        nobody = side is None or side.living <= 0 or users <= 0 or self.follows <= 0
        if nobody or self.requests_per_fan <= 0:
            for column in self.owns:  # nobody is there to be asked, or to ask
                kind, name = column.split(".")
                market.tables[kind][name].fill(0.0)
            return
        counts = parts(side.living, SHARES, market.flows.expected)
        table["creators"] = counts
        fans = self.audiences(counts, users * self.follows * self.fans_represented)
        per_fan = market.rules.creator_spend / (self.follows * self.fans_represented)
        takes = market.platforms["take_rate"].tolist()
        keep = 1.0 - sum(take * part / users for take, part in zip(takes, here, strict=True))
        owning = market.tables.get("owned_ais")
        owned = list(owning.rows(*_OWNED)) if owning else [(0.0,) * len(_OWNED)] * len(TIERS)
        total = [0.0] * len(_TOTALS)
        for row, count in enumerate(counts):
            tier = self.tier(fans[row] * self.requests_per_fan, fans[row] * per_fan, keep)
            had = min(table["with_ai"][row].item(), count)
            shares = [1.0, 0.0]
            if self.offered:
                worth = side.rules.fee_weight * (tier.income - tier.without) + owned[row][0]
                shares = logit([0.0, worth], side.rules.choice_noise)
            stock, rate = [count - had, had], side.rules.revise_rate
            adopters = review(market, _STREAMS, stock, shares, rate, row)[1]
            table["with_ai"][row] = adopters
            for place, more in enumerate(self._book(table, row, tier, adopters, owned[row])):
                total[place] += more
        self._pay(market, here, dict(zip(_TOTALS, total, strict=True)))

    def _fans_by_platform(self, market: Any) -> list[float]:
        """Users on each platform that has creators, (P,)."""
        if "creators" not in market.sides:
            return [0.0] * len(market.platforms)
        present = market.share["creators"].tolist()
        return [n * (here > 0) for n, here in zip(market.members.tolist(), present, strict=True)]

    def tier(self, requests: float, content: float, keep: float) -> Tier:
        """Return what a creator does and earns with so many requests; see the class.

        Parameters
        ----------
        requests : float, per month
        content : float, cu/month
            What the content of a creator without an AI sells for.
        keep : float
            What the platforms leave of it.
        """
        most = min(requests, self.capacity)
        kept = self._month(requests, content, keep, most)
        handed_over = self._month(requests, content, keep, self.personal_share * most)
        return handed_over if handed_over.income > kept.income else kept

    def _month(self, requests: float, content: float, keep: float, by_hand: float) -> Tier:
        most, price = min(requests, self.capacity), self.reply_income / self.fans_represented
        by_ai = requests - by_hand
        saved = self.redirect_to_content * (most - by_hand) * self.min_per_reply / 60.0
        making = self.hours * (1.0 - self.contact_share)
        factor = (1.0 + saved / making) ** self.content_elasticity
        running = self.reply_cost * by_ai / self.fans_represented
        ai_income = keep * price * self.quality * by_ai
        without = keep * (content + price * most)
        income = keep * (content * factor + price * by_hand) - running
        income += (1.0 - self.platform_cut) * ai_income
        return Tier(
            requests, content, most, by_hand, by_ai, factor, running, ai_income, without, income
        )

    def _book(
        self, table: Any, row: int, tier: Tier, adopters: float, owned: tuple[float, ...]
    ) -> tuple[float, ...]:
        """Note a tier's month and return its part of the totals, in the order of ``_TOTALS``."""
        _, taken, fit, cost, portable = owned
        count = table["creators"][row].item()
        answered = count * tier.most + adopters * (tier.requests - tier.most)
        cut, asked = self.platform_cut * tier.ai_income, count * tier.requests
        income = tier.income + tier.ai_income * fit + cut * taken - cost
        measured = asked, answered, tier.without, income, tier.ai_income, cut
        for name, number in zip(_MEASURED, measured, strict=True):
            table[name][row] = number
        worth = self.quality * (1.0 + fit) * tier.by_ai
        return (
            count * tier.content,
            adopters * tier.content * (tier.factor - 1.0),
            count * tier.most,
            adopters * (tier.by_hand + worth - tier.most),
            asked,
            answered,
            adopters * (1.0 - taken) * cut,
            adopters * tier.running,
            adopters * (1.0 - portable) / max(sum(table["creators"].tolist()), 1e-300),
        )

    def _pay(self, market: Any, here: list[float], total: dict[str, float]) -> None:
        """Make the payments, platform by platform, and note what the market sees of it."""
        pay, users = market.ledger.pay, sum(here)
        contact = (total["hand"] + total["more_contact"]) * self.reply_income
        contact /= self.fans_represented
        more = (total["more_content"] / total["content"]) if total["content"] > 0 else 0.0
        more += total["more_contact"] / total["hand"] if total["hand"] > 0 else 0.0
        replies = total["answered"] / self.fans_represented / users
        platforms = market.platforms
        platforms["creator_lock"].fill(self.lock_in * total["locked"])
        rows = zip(market.owner_of_platform, platforms["take_rate"].tolist(), here, strict=True)
        for row, (owner, take, members) in enumerate(rows):
            part = members / users
            platforms["fan_replies"][row] = replies * (part > 0)
            platforms["creator_lift"][row] = max(self.eng_lift * more, -0.5) * (part > 0)
            if part > 0:
                pay("users", "creators", "content", part * total["more_content"])
                pay("users", "creators", "contact", part * contact)
                pay("creators", owner, "take", take * part * (total["more_content"] + contact))
                pay("creators", owner, "ai_cut", part * total["cut"])
        pay("creators", SUPPLIERS, "inference", total["running"])
