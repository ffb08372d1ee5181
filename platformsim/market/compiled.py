"""From a side and its appeal to the compiled loops, and back."""

from __future__ import annotations

import functools
from types import SimpleNamespace
from typing import Any

import numpy as np

from platformsim.market.logit import LEAST_SCALE
from platformsim.market.side import Appeal, home_variety
from platformsim.market.streams import Streams

# Slots that are worked on, and summed over, together: results must not depend on who does it.
_CHUNK = 1 << 13
_STREAMS = ("revise", "choice", "turn")
_NEVER = -1e30
_NO_CONTACTS = np.zeros((0, 0), np.int32), np.zeros(0, np.int32)
_NO_MOVERS = np.zeros(0, np.int32), np.zeros(0, np.int16)
_NO_EDGES = np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros((0, 0), np.int32)
_NO_MARKS = np.zeros(0, bool)
_NO_EXPOSURE = np.float32(0.0)


@functools.cache
def _loops() -> SimpleNamespace:
    # Late, for numba takes half a second to import; once, for to ask again takes a microsecond.
    from platformsim.market.kernels import blocks, choice, contacts, draws, in_turn, table, threads

    return SimpleNamespace(
        blocks=blocks, choice=choice, contacts=contacts, draws=draws, in_turn=in_turn, table=table,
        threads=threads,
    )  # fmt: skip


class Room:
    """Where the compiled loops of one side work, month after month.

    Parameters
    ----------
    side : str
        Name of the side.
    n : int
        Slots.
    member : (A, P) int8
    tastes : int
    streams : Streams
    """

    def __init__(self, side: str, n: int, member: np.ndarray, tastes: int, streams: Streams):
        (width, platforms), chunks = member.shape, -(-n // _CHUNK)
        self.revise, self.choice, self.turn = (
            streams.number(f"{side}.{name}") for name in _STREAMS
        )
        self.nothing = np.zeros(platforms)
        self.platform_table = np.zeros(width * platforms, np.float32)
        self.table = np.zeros(width * width, np.float32)
        self.best, self.log_sums = np.zeros((2, width))
        self.entrants, self.lane_rows = np.zeros((2, width), np.int32)
        self.lane_blocks = np.zeros(width, np.uint32)
        self.seen, self.got = np.zeros((2, chunks, width), np.int64)
        self.switches, self.moved = np.zeros((2, chunks), np.int64)
        self.chunk_sums = np.zeros(chunks)
        self._traits = np.zeros((tastes, width), np.float32)

    def traits(self, characteristics: np.ndarray | None, scale: float) -> np.ndarray:
        """Return what tastes apply to, over the noise, for nothing and each platform, (K, A)."""
        if characteristics is not None:
            self._traits[:, 1 : characteristics.shape[1] + 1] = characteristics / scale
        return self._traits


def rows_below(
    streams: Streams, stream: str, month: int, rate: float, among: np.ndarray
) -> np.ndarray:
    """Return the rows ``among`` (bool) whose uniform lies below a rate; see ``Streams.below``."""
    if rate <= 0.0:
        return np.empty(0, np.int32)
    number = streams.number(stream)
    return _loops().draws.rows_below(len(among), rate, np.uint32(month), number, streams.key, among)


def choose(side: Any, month: int, appeal: Appeal, newcomers: np.ndarray, gone: np.ndarray) -> None:
    """Let a side choose; see :meth:`platformsim.market.side.Side.choose`.

    Parameters
    ----------
    side : Individuals
    month : int
    appeal : Appeal
    newcomers : (m,) int
        Rows that choose whatever their revision draw says.
    gone : (A,) bool
    """
    loops = _loops()
    rules, alternatives, streams, room = side.rules, side.alternatives, side.streams, side.room
    scale = max(rules.choice_noise, LEAST_SCALE)
    individual = bool(rules.tastes) or appeal.exposure != 0.0
    variety = home_variety(rules)
    connected = side.contacts is not None
    entrants, blocks, free = loops.table.prepare(
        appeal.common, room.nothing if appeal.own is None else appeal.own, alternatives.member,
        alternatives.size, alternatives.joins, alternatives.lane,
        rules.outside_value if alternatives.outside_option else _NEVER, rules.home_cost,
        variety, rules.switch_cost, scale, not individual, alternatives.single_homing,
        room.platform_table, room.table, room.best, room.log_sums, room.entrants,
        room.lane_blocks, room.lane_rows,
    )  # fmt: skip
    must = _marked(side.n, newcomers) if newcomers.size else _NO_MARKS
    step = np.uint32(month)
    lanes = room.entrants[:entrants], room.lane_blocks[:blocks], room.lane_rows[:entrants]
    met = (side.contacts.counts, side.contacts.graph.degree) if connected else _NO_CONTACTS
    movers = _NO_MOVERS
    if connected:
        movers = np.empty(side.n, np.int32), np.empty(side.n, np.int16)

    traits = room.traits(side.characteristics, scale)
    exposure = np.float32(appeal.exposure / scale) if appeal.exposure else _NO_EXPOSURE

    def work(first: int, last: int) -> None:
        loops.choice.choose(
            first, last, _CHUNK, side.n, side.choice, side.alive, must, gone, rules.revise_rate,
            room.revise, room.choice, step, streams.key, *lanes, room.table,
            side.tastes if individual else None, traits, exposure, *met,
            alternatives.single_homing, room.platform_table,
            alternatives.member, np.float32(variety / scale),
            individual and side.name == "users", room.seen, room.got, room.switches,
            room.chunk_sums, *movers, room.moved,
        )  # fmt: skip

    loops.threads.share_out(work, len(room.switches))
    if connected:
        graph, member = side.contacts.graph, alternatives.member
        loops.contacts.follow(
            *movers, _CHUNK, room.moved, side.choice, member, graph.indptr, graph.neighbours,
            side.contacts.counts,
        )  # fmt: skip
    side.switches, choosers, bests, rows, logs, counts, tally = loops.choice.totals(
        room.seen, room.got, room.switches, room.chunk_sums, room.best, room.log_sums,
        side.counts, alternatives.member, alternatives.size,
    )  # fmt: skip
    side.take_counts(counts, tally)
    if choosers and side.name == "users":
        relative = scale * logs / loops.blocks.QUANTA if individual else rows
        side.note_mean_surplus((bests + relative) / choosers, free)


def choose_in_turn(
    side: Any, month: int, appeal: Appeal, first: np.ndarray, turns: int
) -> tuple[int, float]:
    """Let agents choose one after the other; see ``Individuals.choose_in_turn``.

    Parameters
    ----------
    side : Individuals
    month : int
    appeal : Appeal
        Without the same-side network effects, which it lists.
    first : (m,) int64
        Rows that choose before all others.
    turns : int

    Returns
    -------
    int, float
        How many chose, and the sum of their log-sums in utils.
    """
    in_turn, counts_now = _loops().in_turn, side.counts.copy()
    rules, alternatives, room, effects = side.rules, side.alternatives, side.room, appeal.same_side
    edges, neighbours, counts = _NO_EDGES
    if side.contacts is not None:
        graph, counts = side.contacts.graph, side.contacts.counts
        edges, neighbours = graph.indptr, graph.neighbours
    traits = np.zeros((0, len(room.nothing)))
    side.switches, choosers, log_sums = in_turn.choose_in_turn(
        first, turns, room.turn, side.choice, side.alive, counts_now, appeal.common,
        room.nothing if appeal.own is None else appeal.own,
        np.array([effect.weight for effect in effects], np.float64),
        np.array([in_turn.LAWS.index(effect.law) for effect in effects], np.int64),
        np.array([effect.shape for effect in effects], np.float64),
        appeal.interoperability, rules.count_self, alternatives.member, alternatives.size,
        alternatives.joins, alternatives.lane,
        rules.outside_value if alternatives.outside_option else _NEVER, rules.home_cost,
        home_variety(rules), rules.switch_cost, max(rules.choice_noise, LEAST_SCALE), side.tastes,
        traits if side.characteristics is None else side.characteristics, appeal.exposure,
        edges, neighbours, counts, np.uint32(month), room.choice, side.streams.key,
    )  # fmt: skip
    side.counts = counts_now
    return choosers, log_sums


def _marked(n: int, rows: np.ndarray) -> np.ndarray:
    """Return a mark a slot, set for these rows; no marks where there are no rows."""
    marks = np.zeros(n if rows.size else 0, bool)
    marks[rows] = True
    return marks
