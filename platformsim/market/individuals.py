"""A side as individuals: a row per agent, a column per attribute."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import ndtri

from platformsim import entities
from platformsim.market import logit
from platformsim.market.alternatives import NOTHING, Alternatives
from platformsim.market.lookahead import Lookahead
from platformsim.market.side import Appeal, Side
from platformsim.market.streams import Streams, gumbel


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
    columns : dict of str to (n,) array
        ``choice`` (alternative), ``alive`` and one ``taste_*`` column a taste.
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
        self.columns: dict[str, np.ndarray] = {
            "choice": self._initial_choice(initial),
            "alive": np.ones(self.n, bool),
        }
        for taste, law in rules.tastes.items():
            self.columns[f"taste_{taste}"] = self._tastes(taste, law, 0, np.arange(self.n))
        self.contacts = None
        self._lookahead = Lookahead(name, self.n, alternatives.lane, streams)
        self.recount()

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

    def _tastes(self, taste: str, law: entities.Taste, step: int, rows: np.ndarray) -> np.ndarray:
        draw = self.streams.per_lane(f"{self.name}.taste.{taste}", step, rows, np.zeros(1, int))
        return law.mean + law.sd * ndtri(draw[:, 0])

    def recount(self) -> None:
        """Count anew who is where; needed after columns were written from outside."""
        living = self.columns["choice"][self.columns["alive"]]
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
            living = self.columns["alive"][rows]
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
        alive = self.columns["alive"]
        leave = self.streams.per_slot(f"{self.name}.leave", month, self.n) < self.rules.churn_rate
        arrive = self.streams.per_slot(f"{self.name}.arrive", month, self.n)
        newcomers = np.flatnonzero(~alive & (arrive < self.rules.arrival_rate))
        leavers = np.flatnonzero(alive & leave)
        self._move(leavers, np.full(len(leavers), NOTHING, np.int16))
        alive[leavers] = False
        alive[newcomers] = True
        for taste, law in self.rules.tastes.items():
            self.columns[f"taste_{taste}"][newcomers] = self._tastes(taste, law, month, newcomers)
        self.recount()
        return newcomers

    def choosers(self, month: int, forced: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows that choose this month and their Gumbel noise, (m,) and (m, A).

        Parameters
        ----------
        month : int
        forced : (k,) int
            Rows that must choose whatever their revision draw says.
        """
        rows, noise = self._lookahead.month(month, self.rules.revise_rate)
        alive = self.columns["alive"]
        if not alive.all():
            keep = alive[rows]
            rows, noise = rows[keep], noise[keep]
        if forced.size and (extra := np.setdiff1d(forced, rows)).size:
            lanes = self.alternatives.lane
            draws = self.streams.per_lane(f"{self.name}.choice", month, extra, lanes)
            rows, noise = np.concatenate((rows, extra)), np.concatenate((noise, gumbel(draws)))
        return rows, noise

    def utilities(self, rows: np.ndarray, appeal: Appeal) -> np.ndarray:
        """Return the utility before noise of every alternative for some agents, (m, A)."""
        theta = None
        if self.rules.tastes:
            theta = np.stack([self.columns[f"taste_{t}"][rows] for t in self.rules.tastes], axis=1)
        exposed = None
        if appeal.exposure and self.contacts is not None:
            exposed = appeal.exposure * self.contacts.share(rows)
        return self.alternative_values(appeal, rows, theta, self.columns["choice"][rows], exposed)

    def _must_choose(self, month: int, gone: np.ndarray) -> np.ndarray:
        """Newcomers, and members of a platform that has closed down."""
        newcomers = self.churn(month)
        if not self.counts[gone].any():
            return newcomers
        stranded = np.flatnonzero(gone[self.columns["choice"]] & self.columns["alive"])
        return np.concatenate((newcomers, stranded))

    def choose(self, month: int, appeal: Appeal, gone: np.ndarray) -> None:
        """See :meth:`platformsim.market.side.Side.choose`."""
        rows, noise = self.choosers(month, self._must_choose(month, gone))
        if not rows.size:
            self.switches = 0
            return
        utility = self.utilities(rows, appeal)
        self.note_surplus(utility)
        self._move(rows, logit.choose(utility, noise, self.rules.choice_noise))

    def choose_in_turn(
        self, month: int, appeal_now: Callable[[], Appeal], gone: np.ndarray
    ) -> None:
        """Let revising agents choose one after the other, each seeing the present installed base.

        ``revise_rate * n`` times a slot is drawn uniformly, with replacement; an empty slot's turn
        passes. n such turns are one sweep, the unit of time of Glauber dynamics.
        """
        rate, n, seen = self.rules.revise_rate, self.n, 0
        turns = int(np.floor(rate * n * month) - np.floor(rate * n * (month - 1)))
        who = np.floor(self.streams.per_slot(f"{self.name}.turn", month, turns) * n)
        order = np.concatenate((self._must_choose(month, gone), who.astype(np.int64)))
        draws = self.streams.per_lane(
            f"{self.name}.choice", month, np.arange(len(order)), self.alternatives.lane
        )
        noise = gumbel(draws)
        for turn, row in enumerate(order):
            if not self.columns["alive"][row]:
                continue
            rows = np.array([row])
            utility = self.utilities(rows, appeal_now())
            before = self.switches
            self._move(rows, logit.choose(utility, noise[[turn]], self.rules.choice_noise))
            seen += self.switches
            self.switches = before
        if len(order):
            self.note_surplus(self.utilities(order, appeal_now()))
        self.switches = seen

    def _move(self, rows: np.ndarray, chosen: np.ndarray) -> None:
        choice = self.columns["choice"]
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
