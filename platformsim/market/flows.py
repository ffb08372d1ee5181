"""Flows between stocks of people who are counted, not named: builders, subscribers."""

from __future__ import annotations

import functools
from types import ModuleType

import numpy as np

from platformsim.market.streams import Streams

# Beyond it walking through the distribution would take longer than numpy's generator.
_LARGE = 100_000
_NO_DRAWS = np.empty(0)


@functools.cache
def _compiled() -> ModuleType:
    # Late: to import numba takes longer than many a run without flows.
    from platformsim.market import binomial

    return binomial


class Flows:
    """How many members of a stock do something this month.

    One uniform a stock is pushed through the binomial distribution, so that a flow rises with the
    stock and the probability under the same luck, and two arms that agree on both draw the same
    number. In the mean field a flow is its expectation, and not a whole number.

    Parameters
    ----------
    streams : Streams
    expected : bool
        True in the mean field.

    Attributes
    ----------
    month : int
    """

    def __init__(self, streams: Streams, expected: bool):
        self.streams, self.expected, self.month = streams, expected, 0

    def binomial(self, name: str, n: float, p: float, item: int = 0) -> float:
        """Return how many of n independent members of a stock do something.

        Parameters
        ----------
        name : str
            Stream of the decision.
        n : float
            Stock, a whole number.
        p : float
            Probability, clipped to [0, 1].
        item : int
            Which of several stocks of that name.
        """
        if n <= 0 or p <= 0:
            return 0.0
        if self.expected:
            return n * min(p, 1.0)
        if n > _LARGE:
            drawn = self.streams.generator(name, self.month, item).binomial(int(n), min(p, 1.0))
            return float(drawn)
        uniform = self.streams.one(name, self.month, item)
        return _compiled().inverse(uniform, float(n), float(p))

    def binomials(self, name: str, n: np.ndarray, p: np.ndarray, item: int = 0) -> np.ndarray:
        """Return :meth:`binomial` for stocks ``item``, ``item + 1``, …, (m,) float."""
        if self.expected or max(n.tolist(), default=0.0) > _LARGE:
            draws = zip(n.tolist(), p.tolist(), range(item, item + len(n)), strict=True)
            return np.array([self.binomial(name, *draw) for draw in draws])
        uniform = self.streams.several(name, self.month, item, len(n))
        return _compiled().inverses(uniform, n, p)

    def uniforms(self, name: str, item: int, count: int) -> np.ndarray:
        """Return this month's draws for stocks ``item``, ``item + 1``, …, (count,) float.

        None at all in the mean field, where flows are what is expected.
        """
        return _NO_DRAWS if self.expected else self.streams.several(name, self.month, item, count)

    def turnover(
        self, names: tuple[str, str], stock: list[float], rate: float, shares: np.ndarray, item: int
    ) -> np.ndarray:
        """Let members of m stocks leave at a rate, and share all who left out among the stocks.

        Parameters
        ----------
        names : tuple of two str
            Streams of leaving (:meth:`binomials`) and of entering (:meth:`multinomial`).
        stock : list of float
            Whole numbers.
        rate : float
        shares : (m,) float
            Adding up to 1.
        item : int

        Returns
        -------
        (m - 1,) float
            All stocks after that but the first, which gets the rest.
        """
        (leave, enter), before, m = names, np.array(stock, np.float64), len(stock)
        if not self.expected and sum(stock) <= _LARGE:
            leaving = self.streams.several(leave, self.month, item, m)
            entering = self.streams.several(enter, self.month, item, m - 1)
            return _compiled().turned_over(leaving, entering, before, rate, shares)
        leaving = self.binomials(leave, before, np.full(m, rate), item)
        came = self.multinomial(enter, leaving.sum(), shares, item)
        return before[1:] - leaving[1:] + came

    def multinomial(self, name: str, n: float, shares: np.ndarray, item: int = 0) -> np.ndarray:
        """Share n out among m parts, by one conditional binomial after the other.

        Parameters
        ----------
        name : str
        n : float
            Whole number.
        shares : (m,) float
            Adding up to 1.
        item : int

        Returns
        -------
        (m - 1,) float
            All parts but the first, which gets the rest.
        """
        if self.expected:
            return n * shares[1:]
        if n > _LARGE:
            found, left = np.zeros(len(shares) - 1), 1.0
            for row, share in enumerate(shares[1:].tolist()):
                found[row] = self.binomial(name, n, share / left if left > 0 else 0.0, item + row)
                n, left = n - found[row], left - share
            return found
        uniform = self.streams.several(name, self.month, item, len(shares) - 1)
        return _compiled().shared_out(uniform, float(n), shares)
