"""Agents who look at few others: a ring, and cascades through a random graph."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
from scipy.optimize import brentq
from scipy.stats import poisson

from platformsim.market.graphs import Contacts, Graph
from platformsim.market.market import Market
from platformsim.mechanisms.base import Mechanism
from platformsim.mechanisms.direct_network import DirectNetwork
from platformsim.theory import cascades
from platformsim.validation.markets import (
    Stage,
    month,
    stage,
    sweeps_a_month,
    users,
)
from platformsim.validation.rows import Measured, computed, mean_of
from platformsim.validation.section import Check, Draws

_RING, _APART, _SAMPLES = 3_000, 3, 6
# Graphs side by side, agents of each, seeds tried on each; a cascade is global above a share.
_GRAPHS, _AGENTS, _SEEDS, _GLOBAL = 40, 4_000, 30, 0.1


def on_a_ring(seed: int, coupling: float, field: float, count: int = _RING) -> Stage:
    """Return two platforms, +1 and -1, and agents with two contacts each.

    P(+1) = 1 / (1 + exp(-2 (h + K (l + r)))): with x the share of contacts on a platform,
    l + r = 2 (x_+ - x_-), so that contacts weigh 4 K and qualities are +-h.
    """
    ring = {"kind": "watts_strogatz", "degree": 2, "rewiring": 0.0}
    return stage(
        {"users": {"count": count, "updating": "sequential", "graph": ring}}, seed=seed,
        start={"users": (0.5, 0.5)}, quality=(field, -field),
        mechanisms=[DirectNetwork(beta_direct=4.0 * coupling, law="local")],
    )  # fmt: skip


def mean_choice(market: Market) -> float:
    """Return the share of the first platform less that of the second."""
    return float(users(market)[0] - users(market)[1])


def neighbours_agree(market: Market) -> float:
    """Return the mean product of the choices of neighbours."""
    sign = np.where(market.sides["users"].choice == 1, 1.0, -1.0)
    return float((sign * np.roll(sign, 1)).mean())


def _relaxation(coupling: float) -> float:
    """Return the sweeps in which a ring forgets: Glauber's 1 / (1 - tanh 2K)."""
    return 1.0 / (1.0 - np.tanh(2.0 * abs(coupling)))


def _ring(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    coupling, found = p.ring[0], {}
    burn_in = 10.0 * _relaxation(coupling)
    for key, field, read in (
        ("x.ring_m", p.ring[1], mean_choice),
        ("x.ring_corr", 0.0, neighbours_agree),
    ):
        built, seen = on_a_ring(draws.seed + len(found), coupling, field), []
        for run in draws.replicates(20):
            market = month(sweeps_a_month(built.market(run), burn_in))
            sweeps_a_month(market, _APART)
            seen.append(np.mean([read(month(market)) for _ in range(_SAMPLES)]))
        found[key] = mean_of(seen)
    return found


@dataclass(frozen=True)
class AdoptedForGood(Mechanism, registered=False):
    """Nobody leaves what it once adopted."""

    title: ClassVar[str] = "nobody leaves"
    follows_own_side: ClassVar[bool] = False

    def own_utility(self, market: Any, side: str) -> np.ndarray:
        """See the class."""
        return np.full(len(market.platforms), 10.0)


def _random_graphs(rng: np.random.Generator, mean_degree: float, graphs: int, size: int) -> Graph:
    """Return random graphs side by side, each with as many links as the mean degree asks for."""
    links, ends = round(size * mean_degree / 2.0), []
    for graph in range(graphs):
        pairs = np.empty(0, np.int64)
        while len(pairs) < links:
            low, high = np.sort(rng.integers(size, size=(2, links)), axis=0)
            pairs = np.unique(np.concatenate((pairs, (low * size + high)[low < high])))
        # Any set of as many distinct pairs is as likely as another.
        chosen = rng.permutation(pairs)[:links]
        ends.append(graph * size + np.array(np.divmod(chosen, size)))
    low, high = np.concatenate(ends, axis=1)
    people = graphs * size
    codes = np.sort(np.concatenate((low * people + high, high * people + low)))
    row, contacts = np.divmod(codes, people)
    degree = np.bincount(row, minlength=people)
    return Graph(np.concatenate(([0], np.cumsum(degree))), contacts.astype(np.int32))


def cascade_shares(
    draws: Draws, mean_degree: float, threshold: float, seeds: int, graphs: int = _GRAPHS,
    size: int = _AGENTS,
) -> np.ndarray:  # fmt: skip
    """Return how often one seed reaches many, on each of some random graphs, (graphs,).

    One agent of every graph is seeded and adoption spreads, again and again. Who finds at least
    the threshold among its contacts adopts: as a best reply, and for good.
    """
    rng = draws.generator()
    built = stage(
        {"users": {"count": graphs * size, "choice_noise": 0.0, "outside_option": True}}, 1,
        # Who finds exactly the threshold adopts; shares of contacts are farther apart than this.
        seed=draws.seed, start={"users": [0.0]}, quality=[-threshold + 1e-5],
        mechanisms=[DirectNetwork(beta_direct=1.0, law="local"), AdoptedForGood()],
    )  # fmt: skip
    market, hits = built.market(), np.zeros(graphs)
    side = market.sides["users"]
    network = _random_graphs(rng, mean_degree, graphs, size)
    side.contacts = Contacts(network, side.alternatives.member[side.choice])
    for _ in range(seeds):
        side.choice[:], side.contacts.counts[:] = 0, 0
        side.recount()
        side.write("choice", np.arange(graphs) * size + rng.integers(size, size=graphs), 1)
        market.observe()
        before, adopters = np.zeros(graphs), np.full(graphs, 1.0 / size)
        # Until each cascade has become global or come to rest.
        while ((adopters > before) & (adopters <= _GLOBAL)).any():
            month(market)
            before, adopters = adopters, side.choice.reshape(graphs, size).mean(axis=1)
        hits += adopters > _GLOBAL
    return hits / seeds


def _cascades(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    mean_degree, threshold = p.watts
    spread = mean_degree * poisson.cdf(cascades.vulnerable_degree(threshold) - 2, mean_degree)
    # Near the edge of the window only large networks behave as infinite ones do.
    if spread < 1.1:
        return {}
    size = _AGENTS if spread > 1.3 else 4 * _AGENTS
    seeds = len(draws.replicates(_SEEDS))
    return {"x.watts_freq": mean_of(cascade_shares(draws, *p.watts, seeds, size=size))}


def _window(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Find the mean degrees at which a link to a vulnerable agent leads to one more on average."""
    degree = np.arange(cascades.vulnerable_degree(p.watts[1]) + 1)

    def excess(mean_degree: float) -> float:
        chance = poisson.pmf(degree, mean_degree)
        return float((degree * (degree - 1) * chance).sum() / mean_degree) - 1.0

    grid = np.linspace(0.05, 4.0 * len(degree), 4000)
    above = np.array([excess(z) for z in grid]) > 0
    edges = np.flatnonzero(np.diff(above))
    if len(edges) != 2:
        return {}
    ends = [brentq(excess, *grid[[k, k + 1]], xtol=1e-12) for k in edges]
    return {"x.watts_window": computed(ends, 1e-9)}


CHECKS = (
    Check("ring", _ring, cost=2.5),
    Check("cascades", _cascades, cost=2.5),
    Check("cascade window", _window, engine="computed", resolution=None, cost=0.3),
)
