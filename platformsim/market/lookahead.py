"""Draws for many months at once.

Who revises, and with what noise, depends on the seed alone, never on the state of the market. A
small market would spend its time in the fixed cost of calling the generator month by month; here
one call serves a block of months, and the draws are the same numbers as without it.
"""

from __future__ import annotations

import numpy as np

from platformsim.market.streams import Streams, gumbel

_DRAWS_PER_BLOCK = 1 << 16
_MONTHS_PER_BLOCK = 128


class Lookahead:
    """Revising rows and their Gumbel noise, month by month.

    Parameters
    ----------
    side : str
        Name of the side, which names the streams.
    n : int
        Slots of the side.
    lanes : (A,) int
        Lane of each alternative.
    streams : Streams
    """

    def __init__(self, side: str, n: int, lanes: np.ndarray, streams: Streams):
        self._side, self._n, self._lanes, self._streams = side, n, lanes, streams
        self._months = max(1, min(_MONTHS_PER_BLOCK, _DRAWS_PER_BLOCK // n))
        self._rate, self._first, self._rows, self._noise = -1.0, 0, [], []

    def month(self, month: int, rate: float) -> tuple[np.ndarray, np.ndarray]:
        """Return the revising rows, (m,), and their noise, (m, A), of a month."""
        where = month - self._first
        if rate != self._rate or not 0 <= where < len(self._rows):
            self._fill(month, rate)
            where = 0
        return self._rows[where], self._noise[where]

    def _fill(self, first: int, rate: float) -> None:
        months = np.arange(first, first + self._months)
        draw = self._streams.per_slot(f"{self._side}.revise", months, self._n)
        month, rows = np.nonzero(draw < rate)
        uniform = self._streams.per_lane(f"{self._side}.choice", months[month], rows, self._lanes)
        cuts = np.searchsorted(month, np.arange(1, self._months))
        self._rate, self._first = rate, first
        self._rows = np.split(rows, cuts)
        self._noise = np.split(gumbel(uniform), cuts)
