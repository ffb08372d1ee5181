"""Forecasts: what a releaser expects to earn in each release mode."""

from __future__ import annotations

import copy
import zlib
from collections.abc import Sequence
from typing import Any

from platformsim.market.release import MODE


def expected_profit(
    market: Any, row: int, modes: Sequence[str], months: int, paths: int = 1
) -> tuple[float, ...]:
    """Return the mean monthly profit of a technology's owner in each of some modes, cu/month.

    Copies of the market are advanced for some months, each with the technology in one mode from
    now on. Everybody else keeps the mode that they have now (naive expectations about rivals),
    scheduled events are not foreseen, and luck is not either: copies draw from streams of their
    own, the same for every mode, so that modes are compared under the same luck. Nothing that
    happens in a copy reaches the market.

    Parameters
    ----------
    market : Market
        Between two months.
    row : int
        Row of the technology.
    modes : sequence of str
        Release modes.
    months : int
        How far ahead.
    paths : int
        How many draws the mean is over.

    Returns
    -------
    tuple of float
        In the order of ``modes``.

    Notes
    -----
    A forecast costs ``len(modes) * paths`` copies of the market and as many times ``months``
    months of it.
    """
    owner = int(market.releaser_of_technology[row])
    found = []
    for mode in modes:
        total = 0.0
        for path in range(paths):
            ahead = copy.deepcopy(market)
            streams = ahead.streams
            streams.turn_to(zlib.crc32(f"foresight.{streams.seed}.{path}".encode()))
            ahead.technologies["mode"][row] = MODE[mode]
            for _ in range(months):
                ahead.open_month()
                ahead.choose()
                ahead.advance()
                total += float(ahead.releasers["profit"][owner])
        found.append(total / (months * paths))
    return tuple(found)
