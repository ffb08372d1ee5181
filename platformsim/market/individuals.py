"""A side as individuals: a row per agent, a column per attribute.

Choices are computed by compiled loops (:mod:`platformsim.market.compiled`). What stands here is
the same choice in numpy: the readable reference, and the way for whatever the loops do not know.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from platformsim import entities
from platformsim.market import compiled, logit
from platformsim.market.alternatives import NOTHING, Alternatives
from platformsim.market.side import Appeal, Side
from platformsim.market.streams import Streams, gumbel
from platformsim.market.tastes import quantile

_SLICE = 1 << 16


class Individuals(Side):
    """Users, creators or businesses as columns.

    Parameters
    ----------
    name, rules, alternatives, characteristics, streams
        See :class:`platformsim.market.side.Side`.
    initial : (P,) float
        Shares of the side's slots at month 0; the rest start with nothing.

    Attributes
    ----------
    choice : (n,) int16
        Present alternative.
    alive : (n,) bool
        Whether the slot is taken.
    tastes : (K, n) float32
    kernel : str
        ``compiled``, or ``numpy`` for the reference.
    contacts : Contacts or None
        Neighbours on each platform, where the side has a graph.
    """

    def __init__(
        self,
        name: str,
        rules: entities.Side,
        alternatives: Alternatives,
        initial: np.ndarray,
        characteristics: dict[str, np.ndarray],
        streams: Streams,
    ):
        super().__init__(name, rules, alternatives, characteristics, streams)
        self.choice = self._initial_choice(initial)
        self.alive = np.ones(self.n, bool)
        self.tastes = np.empty((len(rules.tastes), self.n), np.float32)
        self._draw_tastes(0, np.arange(self.n))
        self.contacts, self.kernel = None, "compiled"
        self.room = compiled.Room(name, self.n, alternatives.member, len(rules.tastes), streams)
        self.recount()

    @property
    def columns(self) -> dict[str, np.ndarray]:
        """The side's columns by name: ``choice``, ``alive`` and a ``taste_*`` column a taste."""
        tastes = {
            f"taste_{name}": row for name, row in zip(self.rules.tastes, self.tastes, strict=True)
        }
        return {"choice": self.choice, "alive": self.alive, **tastes}

    def _initial_choice(self, initial: np.ndarray) -> np.ndarray:
        # Exact quotas, handed out in random order: a stated share of 0.45 is 0.45 of the slots.
        order = np.argsort(self.streams.per_slot(f"{self.name}.initial", 0, self.n), kind="stable")
        # By slot, so that another order of the platforms gives everybody the same start.
        by_slot = np.argsort(self.alternatives.lane[1 : len(initial) + 1])
        edges = np.rint(np.cumsum(initial[by_slot]) * self.n).astype(np.int64)
        choice = np.full(self.n, NOTHING, np.int16)
        for platform, start, stop in zip(by_slot, (0, *edges), edges, strict=False):
            choice[order[start:stop]] = platform + 1
        return choice

    def _draw_tastes(self, step: int, rows: np.ndarray) -> None:
        for row, (name, law) in zip(self.tastes, self.rules.tastes.items(), strict=True):
            for some in np.split(rows, range(_SLICE, len(rows), _SLICE)):
                stream = f"{self.name}.taste.{name}"
                draw = self.streams.per_lane(stream, step, some, np.zeros(1, int))
                row[some] = quantile(law, draw[:, 0])

    def recount(self) -> None:
        """Count anew who is where; needed after columns were written from outside."""
        living = self.choice[self.alive]
        self.counts = np.bincount(living, minlength=len(self.alternatives.size))

    def write(self, column: str, rows: np.ndarray, value: object) -> None:
        """Write a column from outside, keeping counts and contacts true.

        Raises
        ------
        AttributeError
            When there is no such column.
        ValueError
            When a choice names no alternative or a row stands twice.
        """
        rows = np.asarray(rows)
        if len(np.unique(rows)) < len(rows):
            raise ValueError("a row stands twice; write each agent once")
        if column not in self.columns:
            known = ", ".join(self.columns)
            raise AttributeError(f"{column!r} is not a column of {self.name}; columns are {known}")
        if column == "choice":
            chosen = np.broadcast_to(np.asarray(value, np.int64), len(rows))
            if len(rows) and not (chosen.min() >= 0 and chosen.max() < len(self.counts)):
                raise ValueError(f"choice must be from 0 to {len(self.counts) - 1}, got {value!r}")
            living = self.alive[rows]
            rows, value = rows[living], chosen[living]
            self._move(rows, value)
        elif column == "alive":
            leaving = rows[~np.broadcast_to(np.asarray(value, bool), len(rows))]
            self._move(leaving, np.full(len(leaving), NOTHING))
        self.columns[column][rows] = value
        self.recount()

    def churn(self, month: int) -> np.ndarray:
        """Let agents leave and newcomers take empty slots; return the newcomers' rows."""
        if not (self.rules.churn_rate or self.rules.arrival_rate):
            return np.empty(0, np.int64)
        leavers = self._drawn("leave", month, self.rules.churn_rate, self.alive)
        newcomers = self._drawn("arrive", month, self.rules.arrival_rate, ~self.alive)
        self._move(leavers, np.full(len(leavers), NOTHING, np.int16))
        self.alive[leavers] = False
        self.alive[newcomers] = True
        self._draw_tastes(month, newcomers)
        self.recount()
        return newcomers

    def _drawn(self, stream: str, month: int, rate: float, among: np.ndarray) -> np.ndarray:
        """Return the rows among some whose uniform of a stream lies below a rate."""
        stream = f"{self.name}.{stream}"
        if self.kernel == "compiled":
            return compiled.rows_below(self.streams, stream, month, rate, among)
        return np.flatnonzero(self.streams.below(stream, month, self.n, rate) & among)

    def choosers(
        self, month: int, newcomers: np.ndarray, gone: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows that choose this month and their Gumbel noise, (m,) and (m, A).

        Parameters
        ----------
        month : int
        newcomers : (k,) int
            Rows that must choose whatever their revision draw says.
        gone : (A,) bool
            Alternatives whose members must choose, too.
        """
        chosen = self.streams.below(f"{self.name}.revise", month, self.n, self.rules.revise_rate)
        chosen[newcomers] = True
        chosen |= gone[self.choice]
        rows = np.flatnonzero(chosen & self.alive)
        lanes = self.alternatives.lane
        return rows, gumbel(self.streams.per_lane(f"{self.name}.choice", month, rows, lanes))

    def utilities(self, rows: np.ndarray, appeal: Appeal) -> np.ndarray:
        """Return the utility before noise of every alternative for some agents, (m, A)."""
        theta = None
        if self.rules.tastes:
            theta = self.tastes[:, rows].T.astype(np.float64)
        exposed = None
        if appeal.exposure and self.contacts is not None:
            exposed = appeal.exposure * self.contacts.share(rows)
        return self.alternative_values(appeal, rows, theta, self.choice[rows], exposed)

    def choose(self, month: int, appeal: Appeal, gone: np.ndarray) -> None:
        """See :meth:`platformsim.market.side.Side.choose`."""
        newcomers = self.churn(month)
        # The compiled loops do not know what a mechanism computes row by row in Python.
        if self.kernel == "compiled" and not appeal.by_row:
            compiled.choose(self, month, appeal, newcomers, gone)
            return
        rows, noise = self.choosers(month, newcomers, gone)
        if not rows.size:
            self.switches = 0
            return
        utility = self.utilities(rows, appeal)
        self.note_surplus(utility)
        self._move(rows, logit.choose(utility, noise, self.rules.choice_noise))

    def choose_in_turn(
        self,
        month: int,
        appeal_now: Callable[[], Appeal],
        gone: np.ndarray,
        steady: Appeal | None = None,
    ) -> None:
        """Let revising agents choose one after the other, each seeing the present installed base.

        ``revise_rate * n`` times a slot is drawn uniformly, with replacement; an empty slot's turn
        passes. n such turns are one sweep, the unit of time of Glauber dynamics.

        Parameters
        ----------
        month : int
        appeal_now : callable
            Returns what platforms are worth at the present installed base.
        gone : (A,) bool
            Alternatives whose members must choose.
        steady : Appeal, optional
            The same with the same-side network effects apart, where all else stays as it is
            while the side chooses.
        """
        rate, n = self.rules.revise_rate, self.n
        turns = int(np.floor(rate * n * month) - np.floor(rate * n * (month - 1)))
        newcomers = self.churn(month)
        stranded = np.flatnonzero(gone[self.choice] & self.alive)
        first = np.concatenate((newcomers, stranded)).astype(np.int64)
        if self.kernel == "compiled" and steady is not None and not steady.by_row:
            choosers, log_sums = compiled.choose_in_turn(self, month, steady, first, turns)
        else:
            choosers, log_sums = self._choose_in_turn(month, appeal_now, first, turns)
        if choosers and self.name == "users":
            free = np.count_nonzero(~gone) - (not self.alternatives.outside_option)
            self.note_mean_surplus(log_sums / choosers, free)

    def _choose_in_turn(
        self, month: int, appeal_now: Callable[[], Appeal], first: np.ndarray, turns: int
    ) -> tuple[int, float]:
        who = np.floor(self.streams.per_slot(f"{self.name}.turn", month, turns) * self.n)
        order = np.concatenate((first, who.astype(np.int64)))
        lanes, scale = self.alternatives.lane, self.rules.choice_noise
        draws = self.streams.per_lane(f"{self.name}.choice", month, np.arange(len(order)), lanes)
        noise, seen, choosers, log_sums = gumbel(draws), 0, 0, 0.0
        for turn, row in enumerate(order):
            if not self.alive[row]:
                continue
            rows = np.array([row])
            utility = self.utilities(rows, appeal_now())
            choosers += 1
            log_sums += logit.expected_maximum(utility, scale)[0]
            self._move(rows, logit.choose(utility, noise[[turn]], scale))
            seen += self.switches
        self.switches = seen
        return choosers, log_sums

    def _move(self, rows: np.ndarray, chosen: np.ndarray) -> None:
        choice = self.choice
        moved = chosen != choice[rows]
        self.switches = int(np.count_nonzero(moved))
        if not self.switches:
            return
        rows, chosen = rows[moved], chosen[moved]
        size, before = len(self.counts), choice[rows]
        self.counts = (
            self.counts + np.bincount(chosen, minlength=size) - np.bincount(before, minlength=size)
        )
        choice[rows] = chosen
        if self.contacts is not None:
            member = self.alternatives.member
            self.contacts.update(rows, member[before], member[chosen])
