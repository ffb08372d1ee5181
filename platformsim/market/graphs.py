"""Who knows whom: contact graphs, and counting each agent's contacts on each platform.

With local network effects an agent cares how many of *its contacts* use a platform, not how many
agents do (Sundararajan 2007). The graph is drawn once per run; what changes from step to step is
only who is where, so neighbour counts follow the switchers instead of being recounted.

All four laws are drawn with numpy. igraph takes 3 to 7 s for a million agents, nearly half of it
to hand five million edges to Python one by one; it draws from a process-wide generator; and its
Watts-Strogatz model moves *both* ends of an edge, so that a share (1 - p)**2 stays and not 1 - p.

References
----------
A. Sundararajan (2007), "Local network effects and complex network structure", The B.E. Journal of
Theoretical Economics 7(1), art. 46, DOI 10.2202/1935-1704.1319.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

KINDS = ("erdos_renyi", "watts_strogatz", "barabasi_albert", "block")
_CHUNK = 1 << 14


@dataclass(frozen=True, eq=False)
class Graph:
    """Undirected graph, no loops or repeated edges, in compressed rows.

    Parameters
    ----------
    indptr : (n + 1,) int64
        The neighbours of agent i are ``neighbours[indptr[i]:indptr[i + 1]]``.
    neighbours : (2 * edges,) int32
        Every edge twice, ascending within a row.
    """

    indptr: np.ndarray
    neighbours: np.ndarray

    @property
    def n(self) -> int:
        """Number of agents."""
        return len(self.indptr) - 1

    @cached_property
    def degree(self) -> np.ndarray:
        """Number of contacts of each agent, (n,) int32."""
        return np.diff(self.indptr).astype(np.int32)

    def rows(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """List the contacts of the agents ``rows``, (r,) int, end to end.

        Returns
        -------
        owner : (k,) int64
            Position in ``rows`` (not the agent) that each contact belongs to.
        neighbour : (k,) int32
            The contact; k is the sum of the degrees of ``rows``.
        """
        starts = self.indptr[rows]
        sizes = self.indptr[np.asarray(rows) + 1] - starts
        where = np.arange(sizes.sum())
        where += np.repeat(starts - np.cumsum(sizes) + sizes, sizes)
        return np.repeat(np.arange(len(sizes)), sizes), self.neighbours[where]


class Contacts:
    """How many contacts of each agent are on each platform, N[i, p] = sum_j A[i, j] M[j, p].

    A is the adjacency matrix and M the membership. Members of several platforms count on each.

    Parameters
    ----------
    graph : Graph
    membership : (n, P) array of 0 and 1
        Where everybody starts; ``counts``, (n, P) int32 in agents, follows from there.
    """

    def __init__(self, graph: Graph, membership: np.ndarray):
        self.graph = graph
        self.counts = np.zeros(np.shape(membership), np.int32)
        self.update(np.arange(graph.n), np.zeros_like(membership), membership)

    def update(self, rows: np.ndarray, before: np.ndarray, after: np.ndarray) -> None:
        """Move the counts along: N[j, p] += sum_i A[i, j] (after[i, p] - before[i, p]).

        Parameters
        ----------
        rows : (r,) int
            Agents that may have moved.
        before, after : (r, P) int8
            Their memberships. Only entries that differ cost anything.
        """
        # bool and unsigned memberships have no -1, hence the signed type.
        change = np.subtract(after, before, dtype=np.int32)
        position, platform = np.nonzero(change)
        owner, neighbour = self.graph.rows(np.asarray(rows)[position])
        cells = neighbour * np.int64(self.counts.shape[1]) + platform[owner]
        # add.at touches only the cells that change; a bincount would pass over all n * P.
        np.add.at(self.counts.reshape(-1), cells, change[position, platform][owner])

    def share(self, rows: np.ndarray) -> np.ndarray:
        """Return N[i, p] / degree[i], 0 without contacts, for rows (r,) int: (r, P) float64."""
        degree = self.graph.indptr[np.asarray(rows) + 1] - self.graph.indptr[rows]
        return self.counts[rows] / np.maximum(degree, 1)[:, None]


def block_of(n: int, blocks: int) -> np.ndarray:
    """Return floor(i * blocks / n), (n,) int64: contiguous blocks of sizes at most 1 apart."""
    return np.arange(n, dtype=np.int64) * blocks // n


def build(
    kind: str, n: int, seed: int, *, degree=10, rewiring=0.1, blocks=4, mix_across=0.02
) -> Graph:
    """Draw a contact graph without loops or repeated edges, from the seed alone.

    Parameters
    ----------
    kind : str
        "erdos_renyi": G(n, m), all graphs with m = n * degree / 2 edges equally likely.
        "watts_strogatz": ring lattice with degree / 2 contacts on either side, each edge moved
        with probability ``rewiring``, one end held, to an agent not yet a contact.
        "barabasi_albert": from a complete graph of m + 1 agents, m = degree / 2, each newcomer
        meets m different agents drawn in proportion to their degrees.
        "block": stochastic block model, every pair independently linked, with one probability
        within blocks and another across (see Notes).
    n : int, agents
    seed : int, not negative
    degree : int, contacts per agent
        Mean degree: even, at least 2, below n.
    rewiring : float, probability
    blocks : int, from 2 to n, laid out by :func:`block_of`
    mix_across : float, expected share of contacts outside the own block

    Raises
    ------
    ValueError
        For an unknown kind, a parameter outside its range, or too few pairs for the degree.

    Notes
    -----
    The mean degree is exact for the first two, expected for "block", and
    degree - m * (m + 1) / n for "barabasi_albert", whose first agents find fewer to meet.
    "block" links a pair within with probability n * degree * (1 - mix_across) / 2 over the number
    of such pairs, and across likewise with mix_across. "watts_strogatz" moves edges all at once,
    not lap by lap: that changes only which draws collide, of order degree / n.

    References
    ----------
    P. Erdős & A. Rényi (1959), "On random graphs I", DOI 10.5486/PMD.1959.6.3-4.12.
    D. J. Watts & S. H. Strogatz (1998), Nature 393, 440-442, DOI 10.1038/30918.
    A.-L. Barabási & R. Albert (1999), Science 286, 509-512, DOI 10.1126/science.286.5439.509.
    P. W. Holland, K. B. Laskey & S. Leinhardt (1983), "Stochastic blockmodels: first steps",
    Social Networks 5(2), 109-137, DOI 10.1016/0378-8733(83)90021-7.
    """
    if kind not in KINDS:
        raise ValueError(f"unknown graph kind {kind!r}; allowed: {', '.join(KINDS)}")
    if degree % 2 or not 2 <= degree < n:
        raise ValueError(f"degree must be even, at least 2 and below n = {n}; got {degree}")
    rng = np.random.Generator(np.random.Philox(seed))
    if kind == "erdos_renyi":
        pairs = n * (n - 1) // 2
        low, high = _unrank(rng.choice(pairs, n * degree // 2, replace=False, shuffle=False))
    elif kind == "watts_strogatz":
        low, high = _watts_strogatz(rng, n, degree // 2, rewiring)
    elif kind == "barabasi_albert":
        low, high = _barabasi_albert(rng, n, degree // 2)
    else:
        low, high = _block(rng, n, degree, blocks, mix_across)
    # Sorting one integer per edge end is several times faster than a lexicographic sort.
    codes = np.concatenate((low * n + high, high * n + low))
    codes.sort()
    row, neighbours = np.divmod(codes, n)
    indptr = np.concatenate(([0], np.cumsum(np.bincount(row, minlength=n))))
    return Graph(indptr.astype(np.int64), neighbours.astype(np.int32))


def _unrank(code: np.ndarray) -> np.ndarray:
    # Inverts code = high (high - 1) / 2 + low, exactly as long as 8 code < 2**53.
    high = ((1 + np.sqrt(1 + 8 * code)) / 2).astype(np.int64)
    return np.stack((code - high * (high - 1) // 2, high))


def _watts_strogatz(rng: np.random.Generator, n: int, half: int, rewiring: float) -> tuple:
    if not 0 <= rewiring <= 1:
        raise ValueError(f"rewiring must lie in [0, 1]; got {rewiring}")
    near = np.repeat(np.arange(n), half)
    far = (near + np.tile(np.arange(1, half + 1), n)) % n
    pending = np.flatnonzero(rng.random(near.size) < rewiring)
    while pending.size:
        # An edge keeps its place until it has a new one, so the graph is simple throughout.
        taken = np.sort(np.minimum(near, far) * n + np.maximum(near, far))
        held, drawn = near[pending], rng.integers(n, size=pending.size)
        fresh = np.minimum(held, drawn) * n + np.maximum(held, drawn)
        order = np.argsort(fresh, kind="stable")
        fits = held != drawn
        fits[order[1:]] &= np.diff(fresh[order]) > 0
        fits &= taken[np.searchsorted(taken[:-1], fresh)] != fresh
        far[pending[fits]] = drawn[fits]
        pending = pending[~fits]
        # An agent that has met everyone has nowhere to move an edge to.
        room = np.bincount(near, minlength=n) + np.bincount(far, minlength=n) < n - 1
        pending = pending[room[near[pending]]]
    return near, far


def _barabasi_albert(rng: np.random.Generator, n: int, m: int) -> np.ndarray:
    # Each agent appears in `ends` once per contact: a uniform draw from it is the preference.
    # Newcomers depend on one another, so this is a loop; lists beat arrays at single look-ups.
    ends = [end for high in range(m + 1) for low in range(high) for end in (low, high)]
    seeded = len(ends)
    for start in range(m + 1, n, _CHUNK):
        newcomers = np.arange(start, min(start + _CHUNK, n))
        known = seeded + 2 * m * (newcomers - m - 1)
        draws = rng.integers(known[:, None], size=(len(newcomers), m)).tolist()
        for newcomer, places in zip(newcomers.tolist(), draws, strict=True):
            met = [ends[place] for place in places]
            while len(set(met)) < m:
                met = [*dict.fromkeys(met), ends[rng.integers(len(ends))]]
            for agent in met:
                ends += (agent, newcomer)
    return np.array(ends, np.int64).reshape(-1, 2).T


def _block(rng: np.random.Generator, n: int, degree: int, blocks: int, mix: float) -> np.ndarray:
    if not (2 <= blocks <= n and 0 <= mix <= 1):
        raise ValueError(f"need 2 to {n} blocks, mix_across in [0, 1]; got {blocks}, {mix}")
    sizes = np.bincount(block_of(n, blocks))
    starts = np.cumsum(sizes) - sizes
    ends = []
    # Pairs across are listed under the later of their two blocks.
    for within, pairs in ((True, sizes * (sizes - 1) // 2), (False, starts * sizes)):
        total, expected = pairs.sum(), n * degree / 2 * (1 - mix if within else mix)
        if expected > total:
            raise ValueError(f"{blocks} blocks of {n} agents cannot give degree {degree}")
        edges = rng.binomial(total, expected / max(total, 1))
        code = rng.choice(total, edges, replace=False, shuffle=False)
        block = np.searchsorted(np.cumsum(pairs), code, side="right")
        code -= (np.cumsum(pairs) - pairs)[block]
        if within:
            ends.append(_unrank(code) + starts[block])
        else:
            ends.append((code // sizes[block], code % sizes[block] + starts[block]))
    return np.concatenate(ends, axis=1)
