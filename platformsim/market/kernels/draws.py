"""Philox4x32-10 in a loop over slots, and who draws below a rate.

The numbers are those of :mod:`platformsim.market.streams`.
"""

import numpy as np
from numba import njit

from platformsim.market.kernels.cache import cached
from platformsim.market.kernels.scalars import select

_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint32(0x9E3779B9), np.uint32(0xBB67AE85)
_HALF, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)
# A span of slots shares this many counters, each with 16 bytes: one a slot.
COUNTERS, SPAN = 128, 2048
_UNDECIDED = np.uint64(0x0202020202020202)
_FIRST_BITS, _GATHER = np.uint64(0x0101010101010101), np.uint64(0x0102040810204080)
# Of every byte, how many bits are set and which.
_HOW_MANY = np.array([byte.bit_count() for byte in range(256)], np.uint8)
_PLACES = np.array(
    [place for byte in range(256)
     for place in ([i for i in range(8) if byte >> i & 1] + [0] * 8)[:8]], np.uint8
)  # fmt: skip


@njit
def philox(slots, n, step, stream, item, key, out):
    """Write the four words of each of the first n slots into the rows of ``out``, (4, n).

    A word is the lower half of 64 bits; whatever stands in the upper half is left there, since
    taking it out every round would cost more than the rounds.
    """
    for i in range(n):
        a, b, c, d = np.uint64(slots[i]), np.uint64(step), np.uint64(stream), np.uint64(item)
        k0, k1 = key[0], key[1]
        for _ in range(10):
            first, second = (a & _LOW) * _M0, (c & _LOW) * _M1
            a = (second >> _HALF) ^ b ^ np.uint64(k0)
            c = (first >> _HALF) ^ d ^ np.uint64(k1)
            b, d = second, first
            k0, k1 = np.uint32(k0 + _W0), np.uint32(k1 + _W1)
        out[0, i], out[1, i] = np.uint32(a), np.uint32(b)
        out[2, i], out[3, i] = np.uint32(c), np.uint32(d)


@njit
def _mark(values, limit, marks):
    for i in range(SPAN):
        value = values[i]
        marks[i] = np.uint8(value < limit) | np.uint8(np.uint8(value == limit) << 1)


@njit
def below(lo, rate, step, stream, key, blocks, words, marks):
    """Mark which of the 2048 slots from lo on draw below a rate; see ``Streams.below``.

    Parameters
    ----------
    lo : int
        A multiple of 2048.
    rate : float
    step, stream : uint32
    key : (2,) uint32
    blocks, words : (128,) and (4, 128) uint32
        Room to work.
    marks : (2048,) uint8
        Receives 1 where a draw lies below, 2 where its first byte does not tell, else 0.
    """
    if rate >= 1.0 or rate <= 0.0:
        marks[:] = np.uint8(rate > 0.0)
        return
    for i in range(COUNTERS):
        blocks[i] = np.uint32(lo // 16 + i)
    philox(blocks, COUNTERS, step, stream, np.uint32(0), key, words)
    _mark(words.reshape(-1).view(np.uint8), np.uint8(rate * 256.0), marks)


@njit
def _keep(marks, living, count):
    """Take the marks off the dead; return how many are marked for certain."""
    certain = np.int32(0)
    for i in range(count):
        mark = select(living[i], marks[i], np.uint8(0))
        marks[i] = mark
        certain += np.int32(mark & np.uint8(1))
    marks[count:] = np.uint8(0)
    return certain


@njit
def _settle(lo, rest, step, stream, key, slots, words, marks):
    """Draw the digits behind the first byte for the slots of a span that are marked 2."""
    groups, place = marks.view(np.uint64), 0
    while place < SPAN:
        count = 0
        while place < SPAN and count + 8 <= COUNTERS:
            if groups[place // 8] & _UNDECIDED:
                for i in range(place, place + 8):
                    slots[count] = np.uint32(lo + i)
                    count += np.int64(marks[i] == np.uint8(2))
            place += 8
        philox(slots, count, step, stream, np.uint32(1), key, words)
        for i in range(count):
            drawn = (np.float64(words[0, i]) + 0.5) * 2.0**-32
            marks[np.int64(slots[i]) - lo] = np.uint8(drawn < rest)


@njit
def collect(lo, count, rate, step, stream, key, living, slots, words, marks, rows, total):
    """Append the marked slots among the living of a span to ``rows``; return how many there are.

    Eight places behind the last are written to, too.
    """
    if _keep(marks, living[lo : lo + count], count) == count:
        for i in range(count):
            rows[total + i] = lo + i
        return total + count
    _settle(lo, rate * 256.0 - np.floor(rate * 256.0), step, stream, key, slots, words, marks)
    groups = marks.view(np.uint64)
    for group in range(len(groups)):
        # Eight marks become eight bits, which look up where the marked ones stand: nothing to
        # mispredict, and eight rows are written at once of which only the marked ones are kept.
        bits = ((groups[group] & _FIRST_BITS) * _GATHER) >> np.uint64(56)
        first, base = np.uint64(total), np.uint32(lo + 8 * group)
        for i in range(8):
            place = _PLACES[np.uint64(8) * bits + np.uint64(i)]
            rows[first + np.uint64(i)] = np.uint32(base + np.uint32(place))
        total += np.int64(_HOW_MANY[bits])
    return total


@cached
def rows_below(n, rate, step, stream, key, among):
    """Return the slots, ascending, that are ``among`` (bool) and draw below a rate."""
    blocks, words = np.empty(COUNTERS, np.uint32), np.empty((4, COUNTERS), np.uint32)
    marks, found, total = np.empty(SPAN, np.uint8), np.empty(n + 8, np.int32), 0
    for lo in range(0, n, SPAN):
        below(lo, rate, step, stream, key, blocks, words, marks)
        count = min(n - lo, SPAN)
        total = collect(
            lo, count, rate, step, stream, key, among, blocks, words, marks, found, total
        )
    return found[:total].copy()
