"""What every resolution of a side has in common: who is where, in numbers."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from platformsim import entities
from platformsim.market import logit
from platformsim.market.alternatives import SUMMED, Alternatives
from platformsim.market.laws import SameSide
from platformsim.market.streams import Streams

_BANNED = -1e29
RowValues = Callable[[np.ndarray], np.ndarray]


@functools.cache
def _compiled_tally() -> Callable:
    # Late: numba takes half a second to import.
    from platformsim.market.kernels.tally import tally

    return tally


@dataclass
class Appeal:
    """What the platforms are worth to a side this month.

    Attributes
    ----------
    common : (P,) float, utils
        The same for every agent; below -1e29 where a platform cannot be joined.
    by_row : list of callables
        Each takes row numbers and returns (len(rows), P) utils: values that differ by agent.
    own : (P,) float or None, utils
        Added for the platforms an agent is on already (own weight in the installed base).
    exposure : float, utils
        Times the share of an agent's contacts on a platform: local network effects.
    same_side, interoperability : list of SameSide, float
        Network effects of the side on itself that are not in ``common`` yet: agents who choose in
        turn add them as they find the installed base.
    """

    common: np.ndarray
    by_row: list[RowValues] = field(default_factory=list)
    own: np.ndarray | None = None
    exposure: float = 0.0
    same_side: list[SameSide] = field(default_factory=list)
    interoperability: float = 0.0


def home_variety(rules: entities.Side) -> float:
    """Return how much occasions differ, or ``SUMMED``; see ``Alternatives.values``."""
    return rules.home_variety if rules.home_value == "best" else SUMMED


class Side:
    """Users, creators or businesses, counted.

    Parameters
    ----------
    name : str
    rules : platformsim.entities.Side
    alternatives : Alternatives
    characteristics : dict of str to (P,) float
        What tastes apply to.
    streams : Streams

    Attributes
    ----------
    counts : (A,) int64 or float64
        Living agents at each alternative.
    switches : int or float
        Changes of alternative this month: one an agent at most, unless agents choose in turn.
    surplus : float
        Of users, the mean log-sum of those who choose, in cu per agent and month, over what they
        would have where every alternative is worth nothing; other sides' surplus is their income.
    """

    counts: np.ndarray

    def __init__(
        self,
        name: str,
        rules: entities.Side,
        alternatives: Alternatives,
        characteristics: dict[str, np.ndarray],
        streams: Streams,
    ):
        self.name, self.rules, self.streams = name, rules, streams
        self.alternatives, self.n = alternatives, rules.count
        rows = [characteristics[taste] for taste in rules.tastes]
        self.characteristics = np.array(rows) if rows else None
        self.surplus, self.switches = 0.0, 0
        self._tallied: np.ndarray | None = None
        self._tally = (0.0, np.zeros(0), np.zeros(0))

    @property
    def living(self) -> float:
        """Number of agents in the market."""
        return self.totals()[0]

    @property
    def installed_base(self) -> np.ndarray:
        """Members of each platform as a share of the side's living agents, (P,); to read only."""
        return self.totals()[1]

    @property
    def active(self) -> np.ndarray:
        """Members of each platform, a multi-homer divided over its homes, (P,); to read only."""
        return self.totals()[2]

    def totals(self) -> tuple[float, np.ndarray, np.ndarray]:
        """Return ``living``, ``installed_base`` and ``active``."""
        # Asked for many times a month. Counts are replaced when they change, never written to.
        if self._tallied is not self.counts:
            places = self.alternatives
            tally = _compiled_tally()(self.counts, places.member, places.size)
            self.take_counts(self.counts, tally)
        return self._tally

    def take_counts(self, counts: np.ndarray, tally: tuple[float, np.ndarray, np.ndarray]) -> None:
        """Replace the counts, with the ``totals`` that belong to them."""
        _, base, active = tally
        base.flags.writeable = active.flags.writeable = False
        self.counts = self._tallied = counts
        self._tally = tally

    def choose(self, month: int, appeal: Appeal, gone: np.ndarray) -> None:
        """Let agents leave and arrive, and the revising ones choose, all on last month's state.

        Parameters
        ----------
        month : int
        appeal : Appeal
        gone : (A,) bool
            Alternatives that contain a platform which has closed down: who is there must choose.
        """
        raise NotImplementedError

    def alternative_values(
        self,
        appeal: Appeal,
        rows: np.ndarray | None,
        theta: np.ndarray | None,
        current: np.ndarray,
        exposed: np.ndarray | None = None,
    ) -> np.ndarray:
        """Return the utility before noise of every alternative, (m, A).

        Parameters
        ----------
        appeal : Appeal
        rows : (m,) int
            Row numbers, for values that differ by agent.
        theta : (m, K) float or None
            Tastes.
        current : (m,) int
            Present alternatives.
        exposed : (m, P) float or None, utils
            What each agent's contacts add.
        """
        rules = self.rules
        value = logit.platform_values(appeal.common, theta, self.characteristics)
        if appeal.by_row or appeal.own is not None or exposed is not None:
            value = np.broadcast_to(value, (len(current), len(appeal.common))).copy()
            if exposed is not None:
                value += exposed
            for by_row in appeal.by_row:
                value += by_row(rows)
            if appeal.own is not None:
                value += appeal.own * self.alternatives.member[current]
        values = self.alternatives.values(
            value, rules.home_cost, home_variety(rules), rules.outside_value
        )
        return logit.utilities(values, -rules.switch_cost * self.alternatives.joins, current)

    def note_surplus(self, utility: np.ndarray, weight: np.ndarray | None = None) -> None:
        """Keep the mean log-sum over a market in which every alternative is worth 0.

        Parameters
        ----------
        utility : (m, A) float
            Before noise.
        weight : (m,) float, optional
            How many agents each row stands for; unset: one.
        """
        if self.name != "users":
            return
        best = logit.expected_maximum(utility, self.rules.choice_noise)
        if weight is None:
            self.note_mean_surplus(best.mean(), np.count_nonzero(utility[0] > _BANNED))
        elif weight.sum() > 0:
            mean = weight @ best / weight.sum()
            self.note_mean_surplus(mean, np.count_nonzero(utility[0] > _BANNED))

    def note_mean_surplus(self, log_sum: float, free: int) -> None:
        """Keep a mean log-sum over a market in which every alternative is worth 0.

        Parameters
        ----------
        log_sum : float, utils
        free : int
            How many alternatives can be chosen; none: the surplus is 0.
        """
        if not free:
            self.surplus = 0.0
            return
        gained = log_sum - self.rules.choice_noise * math.log(free)
        self.surplus = float(gained) / self.rules.fee_weight
