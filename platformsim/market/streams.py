"""Counter-based random numbers, addressed rather than drawn.

A draw is a pure function of (seed, replicate, stream, step, slot, item). Nothing is ever "next":
results cannot depend on threads, chunks, workers or order, and two arms under one seed meet the
same people and the same luck, agent by agent.
"""

from __future__ import annotations

import zlib

import numpy as np

_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = 0x9E3779B9, 0xBB67AE85
_LOW, _SHIFT = np.uint64(0xFFFFFFFF), np.uint64(32)
LANES = 4
_SCALAR_BLOCK = 128
# Slots whose bytes are laid out together, and slots that are worked on at once.
_SPAN = 2048
_SLICE = 1 << 16


def philox(counter: tuple, key: tuple[int, int]) -> np.ndarray:
    """Return the four output words of Philox4x32-10 for every counter.

    Parameters
    ----------
    counter : tuple of four array_like of int
        Counter words, each below 2**32, broadcast against each other.
    key : tuple of two int
        Key words, each below 2**32.

    Returns
    -------
    words : (4, n) uint64, each below 2**32

    References
    ----------
    J. K. Salmon, M. A. Moraes, R. O. Dror & D. E. Shaw (2011), "Parallel random numbers: as easy
    as 1, 2, 3", SC '11, DOI 10.1145/2063384.2063405.
    """
    shape = np.broadcast_shapes(*(np.shape(word) for word in counter), (1,))
    x = np.empty((4, *shape), np.uint64)
    for row, word in zip(x, counter, strict=True):
        row[...] = word
    a, b, c, d = x
    high0, high1 = np.empty_like(a), np.empty_like(a)
    k0, k1 = key
    for _ in range(10):
        a *= _M0
        c *= _M1
        np.right_shift(a, _SHIFT, out=high0)
        np.right_shift(c, _SHIFT, out=high1)
        a &= _LOW
        c &= _LOW
        high1 ^= b
        high1 ^= np.uint64(k0)
        high0 ^= d
        high0 ^= np.uint64(k1)
        # The new words are (high1, low of c, high0, low of a); buffers swap roles.
        a, b, c, d, high0, high1 = high1, c, high0, a, b, d
        k0, k1 = (k0 + _W0) & 0xFFFFFFFF, (k1 + _W1) & 0xFFFFFFFF
    return np.stack((a, b, c, d))


def unit(words: np.ndarray) -> np.ndarray:
    """Map 32-bit words to the open unit interval: (w + 1/2) / 2**32."""
    return (words.astype(np.float64) + 0.5) * 2.0**-32


def gumbel(uniform: np.ndarray) -> np.ndarray:
    """Map uniforms to standard Gumbel noise, -log(-log u)."""
    return -np.log(-np.log(uniform))


class Streams:
    """All random numbers of one run.

    Parameters
    ----------
    seed, replicate : int
        The Philox key; both below 2**32. Arms of a comparison share both.

    Notes
    -----
    The counter holds (slot, step, stream, item). A slot belongs to one agent for the whole run,
    whether it is alive or not, so a different head-count shifts nobody's draws.
    """

    def __init__(self, seed: int, replicate: int = 0):
        self._names: dict[int, str] = {}
        self.replicate = int(replicate)
        self.turn_to(seed)

    def turn_to(self, seed: int) -> None:
        """Draw from another seed from now on, as a copy of a market must that is to look ahead."""
        self.seed = int(seed)
        self._key = (self.seed & 0xFFFFFFFF, self.replicate & 0xFFFFFFFF)
        self.key = np.array(self._key, np.uint32)
        self._rows: dict[tuple[str, int, int, int], np.ndarray] = {}
        self._scalars: dict[tuple[str, int, int], list[float]] = {}

    def _stream(self, name: str) -> int:
        number = zlib.crc32(name.encode())
        if self._names.setdefault(number, name) != name:
            raise ValueError(f"streams {name!r} and {self._names[number]!r} share a number; rename")
        return number

    def per_slot(self, name: str, step: int | np.ndarray, n: int) -> np.ndarray:
        """One uniform for each of the slots 0 … n-1; an array of steps gives a row a step.

        Returns
        -------
        (n,) or (len(step), n) float64, in (0, 1)
        """
        if n > _SLICE and np.ndim(step) == 0:
            # In slices: what the generator needs to work is six times what it returns.
            blocks = range(0, n, _SLICE)
            parts = [self._per_slot(name, step, first, min(n - first, _SLICE)) for first in blocks]
            return np.concatenate(parts)
        return self._per_slot(name, step, 0, n)

    def _per_slot(self, name: str, step: int | np.ndarray, first: int, n: int) -> np.ndarray:
        blocks = np.arange(first // LANES, -(-(first + n) // LANES), dtype=np.uint64)
        steps = np.atleast_1d(np.asarray(step, np.uint64))[:, None]
        words = philox((blocks, steps, self._stream(name), 0), self._key)
        flat = unit(words).transpose(1, 2, 0).reshape(len(steps), -1)[:, :n]
        return flat[0] if np.ndim(step) == 0 else flat

    def number(self, name: str) -> np.uint32:
        """Return the counter word of a stream."""
        return np.uint32(self._stream(name))

    def below(self, name: str, step: int, n: int, rate: float) -> np.ndarray:
        """Tell for each of the slots 0 … n-1 whether its uniform lies below a rate.

        The first byte of the uniform comes from a counter that sixteen slots share, and decides
        255 times out of 256; what follows it is drawn only where it does not, from a counter of
        the slot's own. So u = (byte + v) / 256 with v in (0, 1) uniform on 2**32 points.

        Returns
        -------
        (n,) bool
        """
        marks = np.full(n, rate > 0.0)
        if rate <= 0.0 or rate >= 1.0:
            return marks
        whole, stream = int(rate * 256.0), self._stream(name)
        for first in range(0, n, _SLICE):
            spans = -(-min(n - first, _SLICE) // _SPAN)
            counters = first // 16 + np.arange(spans * _SPAN // 16)
            words = philox((counters, step, stream, 0), self._key).astype("<u4")
            # By span, then word, then counter, then byte: each span is one run of the four words.
            order = words.reshape(4, spans, _SPAN // 16).transpose(1, 0, 2)
            byte = np.ascontiguousarray(order).view(np.uint8).reshape(-1)[: n - first]
            marks[first : first + _SLICE] = byte < whole
            edge = first + np.flatnonzero(byte == whole)
            if edge.size:
                rest = unit(philox((edge, step, stream, 1), self._key)[0])
                marks[edge] = rest < rate * 256.0 - whole
        return marks

    def per_lane(
        self, name: str, step: int | np.ndarray, slots: np.ndarray, lanes: np.ndarray
    ) -> np.ndarray:
        """One uniform for each listed slot and each listed lane.

        A lane of a slot is the same number whatever other lanes are asked for, so that adding a
        platform leaves the draws for the others alone.

        Parameters
        ----------
        name : str
        step : int or (n,) array of int
        slots : (n,) array of int
        lanes : (A,) array of int

        Returns
        -------
        (n, A) float64, in (0, 1)
        """
        stream = self._stream(name)
        blocks, where = np.unique(np.asarray(lanes) // LANES, return_inverse=True)
        words = [philox((slots, step, stream, block), self._key) for block in blocks]
        stacked = np.stack(words)[where, np.asarray(lanes) % LANES]
        return unit(stacked).T

    def generator(self, name: str, step: int, item: int = 0) -> np.random.Generator:
        """Return a numpy generator of its own for one address, for draws of varying number.

        Its bits come from Philox4x64-10, keyed by seed and replicate and counted from the
        address, so that no two addresses share a draw (each has 2**64 blocks to itself).
        """
        key = self._key[0] | self._key[1] << 32
        counter = np.array([0, step, self._stream(name), item], np.uint64)
        return np.random.Generator(np.random.Philox(key=key, counter=counter))

    def several(self, name: str, step: int, item: int, count: int) -> np.ndarray:
        """Return :meth:`one` for items ``item``, ``item + 1``, …, (count,) float64."""
        block, place = divmod(step, _SCALAR_BLOCK)
        key = (name, item, block, count)
        if key not in self._rows:
            first = block * _SCALAR_BLOCK
            steps = np.arange(first, first + _SCALAR_BLOCK, dtype=np.uint64)[:, None]
            items = np.arange(item, item + count, dtype=np.uint64)
            self._rows[key] = unit(philox((0, steps, self._stream(name), items), self._key)[0])
        return self._rows[key][place]

    def one(self, name: str, step: int, item: int = 0) -> float:
        """Return the single uniform of a market-wide draw."""
        block, place = divmod(step, _SCALAR_BLOCK)
        key = (name, item, block)
        if key not in self._scalars:
            first = block * _SCALAR_BLOCK
            steps = np.arange(first, first + _SCALAR_BLOCK, dtype=np.uint64)
            words = philox((0, steps, self._stream(name), item), self._key)
            self._scalars[key] = unit(words[0]).tolist()
        return self._scalars[key][place]
