"""One month of choices of one side, chunk by chunk.

For every slot that revises, or must choose, the alternative of the largest noisy utility is
written over the present one. What is left to the caller are counts.
"""

import numpy as np

from platformsim.market.kernels.blocks import (
    copy_choice,
    count_all,
    count_moves,
    fill,
    gather,
    note_movers,
    scatter_choice,
    store_choice,
)
from platformsim.market.kernels.cache import cached
from platformsim.market.kernels.draws import COUNTERS, SPAN, below, collect, philox
from platformsim.market.kernels.tally import tally
from platformsim.market.kernels.values import enter_all, log_sum_all, race_all, value_all

# Agents that choose at once: what they need fits into the first-level cache.
_BLOCK = 512


@cached
def choose(
    first,
    last,
    chunk,
    n,
    choice,
    alive,
    must,
    gone,
    rate,
    revise_stream,
    choice_stream,
    step,
    key,
    entrants,
    lane_blocks,
    lane_rows,
    table,
    tastes,
    traits,
    exposure,
    contacts,
    degree,
    single,
    platform_table,
    member,
    variety,
    wants_surplus,
    seen,
    got,
    switches,
    log_sums,
    movers,
    origins,
    moved,
):
    """Let the revising agents of some chunks choose.

    Agent i at alternative c values alternative a, in units of the choice noise mu, at

        u[i, a] = table[c, a] + sum_k tastes[k, i] traits[k, a] + exposure * share of contacts on a

    and takes the largest u + Gumbel noise. Without the individual terms it takes the smallest
    E exp(-u), E = exp(-Gumbel) being the exponential noise of the same draw: the same choice for
    half the logarithms.

    Parameters
    ----------
    first, last, chunk, n : int
        Chunks first … last - 1 of ``chunk`` slots each, out of n slots.
    choice : (n,) int16
        Present alternatives; overwritten.
    alive : (n,) bool
    must : (n,) or (0,) bool
        Who chooses whatever the revision draw says.
    gone : (A,) bool
        Alternatives whose members must choose.
    rate : float
        Revision rate.
    revise_stream, choice_stream, step : uint32
    key : (2,) uint32
    entrants : (m,) int32
        Alternatives that can be chosen.
    lane_blocks : (b,) uint32
        Blocks of four draws that their lanes fall into.
    lane_rows : (m,) int32
        Row of the draws of each entrant, among 4 * b.
    table : (A * A,) float32
        Utilities over mu, relative to a best; without tastes, exp(-that).
    tastes, traits : (K, n) and (K, A) float32
        ``traits`` over mu. None instead of tastes: nothing differs by agent.
    exposure : float32
        Over mu.
    contacts : (n, P) or (0, 0) int32
    degree : (n,) or (0,) int32
    single : bool
        Nobody can join more than one platform. Else, with tastes, ``table`` holds what sets cost,
        and the inclusive value of each is computed from the agent's own values of platforms.
    platform_table, member : (A * P,) float32 and (A, P) int8
    variety : float32
        Over mu.
    wants_surplus : bool
    seen, got : (chunks, A) int64
        Receive how many came from, and went to, each alternative.
    switches, moved : (chunks,) int64
    log_sums : (chunks,) float64
    movers, origins : (n,) int32 and int16, or (0,)
        Receive who moved, and from where, from the first slot of its chunk on.
    """
    width = len(gone)
    blocks, marks = np.empty(COUNTERS, np.uint32), np.empty(SPAN, np.uint8)
    scan_words = np.empty((4, COUNTERS), np.uint32)
    rows = np.empty(_BLOCK + SPAN + 8, np.uint32)
    words = np.empty((4 * len(lane_blocks), _BLOCK), np.uint32)
    cur, arg = np.empty(_BLOCK, np.int32), np.empty(_BLOCK, np.int32)
    best, u = np.empty(_BLOCK, np.float32), np.empty((len(entrants), _BLOCK), np.float32)
    theta = np.empty((len(traits), _BLOCK), np.float32)
    values = np.empty((member.shape[1], _BLOCK), np.float32)
    more, total = np.empty(_BLOCK, np.float32), np.empty(_BLOCK, np.float32)
    any_gone = gone.any()
    for c in range(first, last):
        seen[c], got[c], switches[c], log_sums[c] = 0, 0, 0, 0.0
        waiting, place = 0, c * chunk
        end = min(n, (c + 1) * chunk)
        for lo in range(c * chunk, end, SPAN):
            hi = min(end, lo + SPAN)
            below(lo, rate, step, revise_stream, key, blocks, scan_words, marks)
            if len(must):
                for i in range(hi - lo):
                    marks[i] |= must[lo + i]
            if any_gone:
                for i in range(hi - lo):
                    marks[i] |= gone[choice[lo + i]]
            waiting = collect(
                lo,
                hi - lo,
                rate,
                step,
                revise_stream,
                key,
                alive,
                blocks,
                scan_words,
                marks,
                rows,
                waiting,
            )
            done = 0
            while waiting - done >= _BLOCK or (hi == end and waiting > done):
                m = min(_BLOCK, waiting - done)
                some = rows[done : done + m]
                done += m
                start = np.int64(some[0])
                straight = np.int64(some[m - 1]) - start == m - 1
                if straight:
                    copy_choice(choice[start : start + m], m, cur)
                else:
                    gather(choice, some, m, cur)
                for b in range(len(lane_blocks)):
                    philox(
                        some, m, step, choice_stream, lane_blocks[b], key, words[4 * b : 4 * b + 4]
                    )
                fill(arg, np.int32(entrants[0]), m)
                if tastes is None:
                    race_all(
                        words, lane_rows, entrants, table, single, cur, width, m, more, best, arg
                    )
                else:
                    own, at = tastes, start
                    if not straight:
                        for k in range(len(traits)):
                            gather(tastes[k], some, m, theta[k])
                        own, at = theta, 0
                    value_all(
                        own, at, traits, table, cur, width, entrants, exposure, contacts, degree,
                        some, single, platform_table, member, variety, m, values, more, total, u,
                    )  # fmt: skip
                    enter_all(words, lane_rows, entrants, m, more, u, best, arg)
                    if wants_surplus:
                        log_sums[c] += log_sum_all(u, len(entrants), m, best, total)
                if len(movers):
                    place = note_movers(some, cur, arg, m, movers, origins, place)
                switches[c] += count_moves(cur, arg, m)
                if straight:
                    # Counted in the column itself, whose numbers are half as wide.
                    column = choice[start : start + m]
                    count_all(column, m, width, seen[c])
                    store_choice(column, arg, m)
                    count_all(column, m, width, got[c])
                else:
                    count_all(cur, m, width, seen[c])
                    scatter_choice(choice, some, arg, m)
                    count_all(arg, m, width, got[c])
            for i in range(waiting - done):
                rows[i] = rows[done + i]
            waiting -= done
        moved[c] = place - c * chunk


@cached
def totals(seen, got, switches, log_sums, best, row_sums, counts, member, size):
    """Add up what the chunks counted.

    Parameters
    ----------
    seen, got, switches, log_sums
        See :func:`choose`.
    best, row_sums : (A,) float64
        Best utility from each alternative, and the log-sum relative to it.
    counts : (A,) int64
        Before they chose.
    member, size
        See :func:`platformsim.market.kernels.tally.tally`.

    Returns
    -------
    int, int, float, float, float
        How many moved and chose; the sums of best, of row_sums and of log_sums over who chose.
    (A,) int64, tuple
        The counts now, and what ``tally`` says of them.
    """
    moved, choosers, bests, rows, logs = 0, 0, 0.0, 0.0, 0.0
    counts = counts.copy()
    for c in range(len(switches)):
        moved += switches[c]
        logs += log_sums[c]
    for a in range(len(counts)):
        came = 0
        for c in range(len(switches)):
            came += seen[c, a]
            counts[a] += got[c, a] - seen[c, a]
        choosers += came
        bests += came * best[a]
        rows += came * row_sums[a]
    return moved, choosers, bests, rows, logs, counts, tally(counts, member, size)
