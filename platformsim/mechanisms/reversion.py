"""C28: openness as a pause between proprietary phases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from platformsim.market.release import THEN_CLOSE
from platformsim.mechanisms.base import Contrast, Mechanism
from platformsim.parameters import param


@dataclass(frozen=True)
class Reversion(Mechanism):
    """When the opener closes again, what others expect, and what they do about it.

    *Belief.* Builders expect an open release to stay open with probability b, the mean of a Beta
    distribution that starts at belief_0 with the weight of ``belief_months`` observations and sees
    one more success every month that the release stays open; it falls to 0 when it is closed.

    *Closing.* After its first ``open_months``, an ``open_then_close`` release closes when its
    share of all builders (of users, where there are no builders) exceeds ``revert_share``, or
    when closing pays. With Pi the owner's monthly income from the open ecosystem, T the extra
    monthly income from closing, delta = 1 / (1 + discount) and

        L = 1 - (1 - fork_prob * fork_keep) * (1 - trust_loss)

    the share of Pi that is lost in the end, closing pays exactly when
    T > L * Pi * delta**fork_months (both sides discounted for ever).

    *Fork and distrust.* What the open ecosystem brought lingers for ``fork_months`` after closing.
    Then, with probability fork_prob, a fork takes the share fork_keep of the builders, and
    distrust takes the share trust_loss of what is left.

    References
    ----------
    M. Appleyard & H. Chesbrough (2017), "The dynamics of open strategy: from adoption to
    reversion", Long Range Planning 50(3), 310-321, DOI 10.1016/j.lrp.2016.07.004. Relicensing of
    Terraform, Redis and Elasticsearch each produced a fork (fork_prob, tag E).
    """

    title: ClassVar[str] = "openness as a pause"
    claims: ClassVar[tuple[str, ...]] = ("C28",)
    neutral: ClassVar[dict[str, Any]] = {"rule": "never", "belief_0": 1.0}
    owns: ClassVar[dict[str, float]] = {
        "technologies.belief": 1.0,
        "technologies.belief_weight": 0.0,
        "technologies.lingering": 0.0,
        "technologies.fork": 0.0,
        "technologies.fork_exodus": 0.0,
    }
    contrast: ClassVar[Contrast] = Contrast("builders", "", "down", 5.0)

    revert_share: float = param(0.6, 0, 1, "share", "M", "Share of builders that tempts to close.")
    rule: str = param(
        "either", doc="What triggers closing.", choices=("share", "profit", "either", "never")
    )
    open_months: int = param(24, 0, 240, "months", "M", "First months, in which it stays open.")
    belief_0: float = param(0.5, 0, 1, "probability", "M", "Belief at month 0 that it stays open.")
    belief_months: float = param(24.0, 1, 240, "months", "M", "Weight of that first belief.")
    fork_prob: float = param(0.5, 0, 1, "probability", "E", "A fork follows a reversion.")
    fork_keep: float = param(0.4, 0, 1, "share", "M", "Share of builders who leave for a fork.")
    trust_loss: float = param(0.5, 0, 1, "share", "M", "What distrust takes in the end.")
    fork_months: int = param(18, 3, 48, "months", "M", "Until forks and distrust bite.")
    discount: float = param(0.01, 0.002, 0.05, "1/month", "M", "Discount rate of the releaser.")

    @property
    def lost_share(self) -> float:
        """L, the share of the ecosystem's income that is lost in the end."""
        return 1.0 - (1.0 - self.fork_prob * self.fork_keep) * (1.0 - self.trust_loss)

    @property
    def break_even(self) -> float:
        """The ratio T / Pi above which closing pays."""
        return self.lost_share * (1.0 + self.discount) ** -self.fork_months

    def start(self, market: Any) -> None:
        """Set the first belief."""
        market.technologies["belief"][:] = self.belief_0
        market.technologies["belief_weight"][:] = self.belief_months

    def closes(self, market: Any) -> np.ndarray | None:
        """See the class."""
        technologies = market.technologies
        early = self.rule == "never" or market.month <= self.open_months
        if early or THEN_CLOSE not in technologies["mode"].tolist():
            return None
        open_now = (technologies["mode"] == THEN_CLOSE) & (technologies["newest_open"] == 1)
        if not open_now.any():
            return None
        trigger = np.zeros(len(technologies), bool)
        if self.rule in ("share", "either"):
            trigger |= self._share(market) > self.revert_share
        if self.rule in ("profit", "either"):
            gain = market.total("income_if_closed")
            trigger |= gain > self.break_even * market.total("income_if_open")
        return open_now & trigger

    def _share(self, market: Any) -> np.ndarray:
        builders = market.technologies["builders"]
        if builders.sum() > 0:
            return builders / builders.sum()
        return market.on_technology @ market.members / max(market.members.sum(), 1.0)

    def update(self, market: Any) -> None:
        """Update beliefs, and let forks and distrust bite when their time has come."""
        technologies = market.technologies
        technologies["fork_exodus"].fill(0.0)
        rows = technologies.rows(
            "newest_open", "reverted", "reverted_month", "belief", "belief_weight"
        )
        for row, (newest_open, reverted, closed_in, belief, weight) in enumerate(rows):
            if newest_open:
                technologies["belief"][row] = (belief * weight + 1.0) / (weight + 1.0)
                technologies["belief_weight"][row] = weight + 1.0
            if reverted:
                technologies["belief"][row] = 0.0
                self._linger(market, row, market.month - closed_in)

    def _linger(self, market: Any, row: int, since: float) -> None:
        """Let what an ecosystem brought linger for a while, then let fork and distrust bite."""
        technologies = market.technologies
        if since < self.fork_months:
            technologies["lingering"][row] = 1.0
        if since == self.fork_months:
            forks = market.streams.one("reversion.fork", market.month, row) < self.fork_prob
            kept = self.fork_keep if forks else 0.0
            technologies["fork"][row] = float(forks)
            technologies["fork_exodus"][row] = kept
            technologies["lingering"][row] = (1.0 - kept) * (1.0 - self.trust_loss)
