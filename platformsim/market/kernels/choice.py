"""One month of choices of one side, chunk by chunk.

For every slot that revises, or must choose, the alternative of the largest noisy utility is
written over the present one. What is left to the caller are counts.
"""

import numpy as np
from numba import njit

from platformsim.market.kernels.cache import cached
from platformsim.market.kernels.draws import COUNTERS, SPAN, below, collect, philox
from platformsim.market.kernels.scalars import exp, exponential, gumbel, log, select

# Agents that choose at once: what they need fits into the first-level cache.
_BLOCK = 512
# Log-sums are added up in units of 2**-20 of the choice noise.
QUANTA = 2.0**20
_LEAST = np.float32(-3.0e38)
_MOST = np.float32(3.0e38)


@njit
def _race(words, u, n, a, best, arg):
    """Let alternative a enter: the smallest E * u wins, with E exponential noise."""
    for i in range(n):
        time = exponential(words[i]) * u[i]
        better = time < best[i]
        best[i] = select(better, time, best[i])
        arg[i] = select(better, np.int32(a), arg[i])


@njit
def _enter(words, u, n, a, best, arg):
    """Let alternative a enter: the largest u + Gumbel noise wins."""
    for i in range(n):
        value = u[i] + gumbel(words[i])
        better = value > best[i]
        best[i] = select(better, value, best[i])
        arg[i] = select(better, np.int32(a), arg[i])


@njit
def _gather_choice(choice, rows, n, cur):
    for i in range(n):
        cur[i] = choice[rows[i]]


@njit
def _gather(column, rows, n, out):
    for i in range(n):
        out[i] = column[rows[i]]


@njit
def _gather_exposure(counts, degree, rows, n, platform, weight, out):
    for i in range(n):
        row = rows[i]
        contacts = np.float32(max(degree[row], 1))
        out[i] = weight * (np.float32(counts[row, platform]) / contacts)


@njit
def _from_table(table, cur, width, n, a, u):
    for i in range(n):
        u[i] = table[cur[i] * width + a]


@njit
def _add_taste(theta, x, n, u):
    for i in range(n):
        u[i] += theta[i] * x


@njit
def _add(more, n, u):
    for i in range(n):
        u[i] += more[i]


@njit
def _fill(out, value, n):
    for i in range(n):
        out[i] = value


@njit
def _largest(u, n, top):
    for i in range(n):
        top[i] = select(u[i] > top[i], u[i], top[i])


@njit
def _add_exp(u, top, n, total):
    for i in range(n):
        total[i] += exp(u[i] - top[i])


@njit
def _log_sum(top, total, n):
    """Return the sum over agents of top + log(total), in millionths or so of the choice noise.

    Of whole numbers below 2**53, so that it is the same in any order.
    """
    found = 0.0
    for i in range(n):
        found += np.rint(np.float64(top[i] + log(total[i])) * QUANTA)
    return found


@njit
def _count(values, n, wanted):
    found = np.int32(0)
    for i in range(n):
        found += np.int32(values[i] == wanted)
    return found


@njit
def _settle(choice, rows, cur, arg, n, members, width, seen, got):
    """Write the choices, and count who came from where and went where."""
    for i in range(n):
        choice[rows[i]] = np.int16(arg[i])
    for a in range(width):
        seen[a] += _count(cur, n, a)
        got[a] += _count(arg, n, a)
    stayed = np.int32(0)
    for i in range(n):
        stayed += np.int32(cur[i] == arg[i])
    return n - stayed


@njit
def _note_movers(rows, cur, arg, n, movers, origins, place):
    for i in range(n):
        movers[place], origins[place] = rows[i], cur[i]
        place += cur[i] != arg[i]
    return place


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
    race,
    tastes,
    traits,
    exposure,
    contacts,
    degree,
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
        Utilities over mu, relative to the best of the row; with ``race``, exp(-that).
    race : bool
    tastes, traits : (K, n) and (K, A) float32
        ``traits`` over mu.
    exposure : float32
        Over mu.
    contacts : (n, P) or (0, 0) int32
    degree : (n,) or (0,) int32
    wants_surplus : bool
    seen, got : (chunks, A) int64
        Receive how many came from, and went to, each alternative.
    switches, moved : (chunks,) int64
    log_sums : (chunks,) float64
    movers, origins : (n,) int32 and int16, or (0,)
        Receive who moved, and from where, from the first slot of its chunk on.
    """
    width, n_tastes = len(gone), len(traits)
    blocks, marks = np.empty(COUNTERS, np.uint32), np.empty(SPAN, np.uint8)
    scan_words = np.empty((4, COUNTERS), np.uint32)
    rows = np.empty(_BLOCK + SPAN + 8, np.uint32)
    words = np.empty((4 * len(lane_blocks), _BLOCK), np.uint32)
    cur, arg = np.empty(_BLOCK, np.int32), np.empty(_BLOCK, np.int32)
    best, u = np.empty(_BLOCK, np.float32), np.empty((len(entrants), _BLOCK), np.float32)
    theta = np.empty((n_tastes, _BLOCK), np.float32)
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
                lo, hi - lo, rate, step, revise_stream, key, alive, marks, rows, waiting
            )
            done = 0
            while waiting - done >= _BLOCK or (hi == end and waiting > done):
                m = min(_BLOCK, waiting - done)
                some = rows[done : done + m]
                done += m
                _gather_choice(choice, some, m, cur)
                for k in range(n_tastes):
                    _gather(tastes[k], some, m, theta[k])
                for b in range(len(lane_blocks)):
                    philox(
                        some, m, step, choice_stream, lane_blocks[b], key, words[4 * b : 4 * b + 4]
                    )
                _fill(best, _MOST if race else _LEAST, m)
                _fill(arg, np.int32(entrants[0]), m)
                for e in range(len(entrants)):
                    a = entrants[e]
                    _from_table(table, cur, width, m, a, u[e])
                    if race:
                        _race(words[lane_rows[e]], u[e], m, a, best, arg)
                        continue
                    for k in range(n_tastes):
                        _add_taste(theta[k], traits[k, a], m, u[e])
                    if exposure != np.float32(0.0) and a > 0:
                        _gather_exposure(contacts, degree, some, m, a - 1, exposure, more)
                        _add(more, m, u[e])
                    _enter(words[lane_rows[e]], u[e], m, a, best, arg)
                if wants_surplus:
                    _fill(best, _LEAST, m)
                    for e in range(len(entrants)):
                        _largest(u[e], m, best)
                    _fill(total, np.float32(0.0), m)
                    for e in range(len(entrants)):
                        _add_exp(u[e], best, m, total)
                    log_sums[c] += _log_sum(best, total, m)
                if len(movers):
                    place = _note_movers(some, cur, arg, m, movers, origins, place)
                switches[c] += _settle(choice, some, cur, arg, m, m, width, seen[c], got[c])
            for i in range(waiting - done):
                rows[i] = rows[done + i]
            waiting -= done
        moved[c] = place - c * chunk
