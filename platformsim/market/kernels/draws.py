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
def _refined(slot, step, stream, key):
    """Return the digits of a slot's draw behind its first byte, in (0, 1)."""
    one, word = np.empty(1, np.uint32), np.empty((4, 1), np.uint32)
    one[0] = slot
    philox(one, 1, step, stream, np.uint32(1), key, word)
    return (np.float64(word[0, 0]) + 0.5) * 2.0**-32


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
def collect(lo, count, rate, step, stream, key, living, marks, rows, total):
    """Append the marked slots among the living of a span to ``rows``; return how many there are."""
    if _keep(marks, living[lo : lo + count], count) == count:
        for i in range(count):
            rows[total + i] = lo + i
        return total + count
    rest = rate * 256.0 - np.floor(rate * 256.0)
    groups = marks.view(np.uint64)
    for group in range(len(groups)):
        if groups[group] & _UNDECIDED:
            for i in range(8 * group, 8 * group + 8):
                if marks[i] == np.uint8(2):
                    drawn = _refined(np.uint32(lo + i), step, stream, key)
                    marks[i] = np.uint8(drawn < rest)
    for i in range(count):
        # Every slot is written and only the marked ones kept: nothing to mispredict.
        rows[total] = lo + i
        total += np.int64(marks[i] & np.uint8(1))
    return total


@cached
def rows_below(n, rate, step, stream, key, among):
    """Return the slots, ascending, that are ``among`` (bool) and draw below a rate."""
    blocks, words = np.empty(COUNTERS, np.uint32), np.empty((4, COUNTERS), np.uint32)
    marks, found, total = np.empty(SPAN, np.uint8), np.empty(n + 8, np.int32), 0
    for lo in range(0, n, SPAN):
        below(lo, rate, step, stream, key, blocks, words, marks)
        count = min(n - lo, SPAN)
        total = collect(lo, count, rate, step, stream, key, among, marks, found, total)
    return found[:total].copy()
