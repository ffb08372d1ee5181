"""A side as cohorts: how many agents of each type are where.

Without a graph, agents of one type at one alternative are exchangeable, so their number is all
that the law of the market depends on. One binomial draw (who revises) and one multinomial draw
(what they choose) a cohort replace a draw an agent; the law is the same, and a month costs the
same at any number of agents.

References
----------
J. Kemeny & J. L. Snell (1960), Finite Markov Chains, Van Nostrand, ch. 6 (lumpability).
S. Banisch (2016), Markov Chain Aggregation for Agent-Based Models, Springer,
DOI 10.1007/978-3-319-24877-6.
T. G. Kurtz (1970), "Solutions of ordinary differential equations as limits of pure jump Markov
processes", Journal of Applied Probability 7(1), 49-58, DOI 10.2307/3212147 (the mean field).
"""

from __future__ import annotations

from itertools import product

import numpy as np

from platformsim import entities
from platformsim.market import logit
from platformsim.market.alternatives import NOTHING, Alternatives
from platformsim.market.side import Appeal, Side
from platformsim.market.streams import Streams
from platformsim.market.tastes import quantile


class Cohorts(Side):
    """Users, creators or businesses as counts per type and present alternative.

    Continuous tastes become types: each taste is cut into ``nodes`` parts of equal probability
    and every part is stood for by its median. Without tastes there is one type, and the law is
    exact.

    Parameters
    ----------
    name, rules, alternatives, characteristics, streams
        See :class:`platformsim.market.side.Side`.
    initial : (P,) float
        Shares of the side's slots at month 0; the rest start with nothing.
    nodes : int
        Types a taste.

    Attributes
    ----------
    theta : (T, K) float or None
        Tastes of each type.
    cohorts : (T, A) int64
        Living agents of each type at each alternative.
    empty : (T,) int64
        Slots of each type that nobody holds at present.
    """

    def __init__(
        self,
        name: str,
        rules: entities.Side,
        alternatives: Alternatives,
        initial: np.ndarray,
        characteristics: dict[str, np.ndarray],
        streams: Streams,
        nodes: int,
    ):
        super().__init__(name, rules, alternatives, characteristics, streams)
        self.theta = _types(rules, nodes)
        sizes = self._divide(self.n, np.full(1 if self.theta is None else len(self.theta), 1.0))
        shares = np.zeros(len(alternatives.size))
        shares[NOTHING] = max(0.0, 1.0 - initial.sum())
        shares[1 : len(initial) + 1] = initial
        self.cohorts = np.array([self._divide(size, shares) for size in sizes])
        self.empty = np.zeros_like(sizes)
        self.counts = self.cohorts.sum(axis=0)

    def choose(self, month: int, appeal: Appeal, gone: np.ndarray) -> None:
        """See :meth:`platformsim.market.side.Side.choose`."""
        self._open(month)
        leaving = self._binomial(self.cohorts, self.rules.churn_rate)
        arriving = self._binomial(self.empty, self.rules.arrival_rate)
        self.cohorts = self.cohorts - leaving
        self.empty = self.empty + leaving.sum(axis=1) - arriving
        rate = np.where(gone, 1.0, self.rules.revise_rate)
        revising = self._binomial(self.cohorts, rate)
        types, width = self.cohorts.shape
        current = np.tile(np.arange(width), types)
        theta = None if self.theta is None else np.repeat(self.theta, width, axis=0)
        utility = self.alternative_values(appeal, np.arange(types * width), theta, current)
        chance = _chances(utility, self.rules.choice_noise).reshape(types, width, width)
        moved = self._multinomial(revising, chance)
        settled = self._multinomial(arriving, chance[:, NOTHING])
        # Summed over those who move: the difference of two sums of fractions can be negative.
        self.switches = moved[:, ~np.eye(width, dtype=bool)].sum() + settled[:, 1:].sum()
        self.cohorts = self.cohorts - revising + moved.sum(axis=1) + settled
        self.counts = self.cohorts.sum(axis=0)
        self.note_surplus(utility, revising.ravel())

    # What the mean field does differently: how a whole is divided, and how a cohort draws.

    def _divide(self, whole: float, parts: np.ndarray) -> np.ndarray:
        edges = np.rint(np.cumsum(parts) / parts.sum() * whole).astype(np.int64)
        return np.diff(edges, prepend=0)

    def _open(self, month: int) -> None:
        self._rng = self.streams.generator(f"{self.name}.cohorts", month)

    def _binomial(self, n: np.ndarray, p: float | np.ndarray) -> np.ndarray:
        return self._rng.binomial(n, p) if np.any(p) else np.zeros_like(n)

    def _multinomial(self, n: np.ndarray, p: np.ndarray) -> np.ndarray:
        return self._rng.multinomial(n, p)


class MeanField(Cohorts):
    """The limit of many agents: every cohort moves by its expectation, and nothing is drawn."""

    def _divide(self, whole: float, parts: np.ndarray) -> np.ndarray:
        return whole * parts / parts.sum()

    def _open(self, month: int) -> None:
        pass

    def _binomial(self, n: np.ndarray, p: float | np.ndarray) -> np.ndarray:
        return n * p

    def _multinomial(self, n: np.ndarray, p: np.ndarray) -> np.ndarray:
        return n[..., None] * p


def _types(rules: entities.Side, nodes: int) -> np.ndarray | None:
    if not rules.tastes:
        return None
    middle = (np.arange(nodes) + 0.5) / nodes
    columns = [quantile(law, middle) if law.sd else [law.mean] for law in rules.tastes.values()]
    return np.array(list(product(*columns)))


def _chances(utility: np.ndarray, scale: float) -> np.ndarray:
    if scale > 0:
        return logit.probabilities(utility, scale)
    best = utility == utility.max(axis=1, keepdims=True)
    return best / best.sum(axis=1, keepdims=True)
