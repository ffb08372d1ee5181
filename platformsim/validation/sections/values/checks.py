"""What the members of a platform gain from each other, added up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace

import numpy as np

from platformsim.market.graphs import Contacts, Graph
from platformsim.market.market import Market
from platformsim.mechanisms.direct_network import DirectNetwork
from platformsim.theory.value_laws import log_slope
from platformsim.validation.markets import month, stage
from platformsim.validation.rows import Measured, computed, mean_of
from platformsim.validation.section import Check, Draws

_GRAPHS = 5
# Utils; so much better than staying out that everybody joins.
_SURELY = 40.0


def members_gain(
    people: Sequence[int], market: int, network: DirectNetwork | None, *, quality: float = 0.0,
    count_self: bool = False, interoperability: float = 0.0,
) -> np.ndarray:  # fmt: skip
    """Return what the members of platforms find them worth, added up over members, in utils.

    Parameters
    ----------
    people : (P,) int
        Members of each platform.
    market : int
        Everybody; the rest stays outside.
    network : DirectNetwork, optional
    quality : float, utils
    count_self : bool
        Whether members see themselves in the installed base.
    interoperability : float

    Returns
    -------
    (P,) float
    """
    members = np.asarray(people, float)
    built = stage(
        {"users": {"count": market, "outside_option": True, "count_self": count_self}},
        len(members), seed=0, start={"users": tuple(members / market)},
        quality=[quality] * len(members), mechanisms=[network] if network else [],
    ).market()  # fmt: skip
    built.rules = replace(built.rules, interoperability=interoperability)
    appeal = built.appeal("users")
    own = 0.0 if appeal.own is None else appeal.own
    return built.sides["users"].counts[1:] * (appeal.common + own)


def by_rank(market: int, strength: float = 1.0) -> DirectNetwork:
    """Return the engine's logarithmic law at ln(n) / ln(N), for those who leave themselves out."""
    return DirectNetwork(beta_direct=strength, law="log", shape=market - 1.0)


def random_graph(people: int, chance: float, rng: np.random.Generator) -> Graph:
    """Link every pair of people independently with the same chance."""
    pairs = people * (people - 1) // 2
    code = rng.choice(pairs, rng.binomial(pairs, chance), replace=False, shuffle=False)
    # Pair number high (high - 1) / 2 + low, with low < high.
    high = ((1.0 + np.sqrt(1.0 + 8.0 * code)) / 2.0).astype(np.int64)
    low = code - high * (high - 1) // 2
    ends = np.sort(np.concatenate((low * people + high, high * people + low)))
    row, neighbours = np.divmod(ends, people)
    indptr = np.concatenate(([0], np.cumsum(np.bincount(row, minlength=people))))
    return Graph(indptr.astype(np.int64), neighbours.astype(np.int32))


def links(market: Market) -> float:
    """Return the links between members of the one platform."""
    side = market.sides["users"]
    return float(side.contacts.counts[side.choice == 1, 0].sum()) / 2.0


def growing_links(few: int, many: int, chance: float, draws: Draws, replicate: int) -> np.ndarray:
    """Return links when a few people of a random graph are members, and when all have joined."""
    # Everybody values contacts; what they are worth does not change who joins.
    built = stage(
        {"users": {"count": many, "outside_option": True}}, 1, seed=draws.seed,
        start={"users": (few / many,)}, quality=(_SURELY,),
        mechanisms=[DirectNetwork(beta_direct=1.0, law="local")],
    )  # fmt: skip
    market = built.market(replicate)
    side = market.sides["users"]
    graph = random_graph(many, chance, draws.generator(replicate))
    side.contacts = Contacts(graph, side.alternatives.member[side.choice])
    return np.array([links(market), links(month(market))])


def _links(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    few, many = sorted((p.n1, p.n2))
    slopes = []
    for replicate in draws.replicates(40):
        # Several graphs a replicate, for the logarithm of a sum is off by less.
        each = range(replicate * _GRAPHS, (replicate + 1) * _GRAPHS)
        values = sum(growing_links(few, many, p.plink, draws, graph) for graph in each)
        slopes.append(log_slope(few, many, *values))
    return {"val.metcalfe_slope": mean_of(slopes)}


def contacts_by_rank(people: int, rng: np.random.Generator) -> int:
    """Return contacts among people of whom each keeps up with the k-th best other by chance 1/k."""
    return int(rng.binomial(people, 1.0 / np.arange(1, people)).sum())


def _ranks(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    slopes = []
    for replicate in draws.replicates(1500):
        rng = draws.generator(replicate)
        slopes.append(log_slope(p.n1, p.n2, *(contacts_by_rank(n, rng) for n in (p.n1, p.n2))))
    return {"val.zipf_slope": mean_of(slopes)}


def _laws(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    most = max(p.n1, p.n2)
    linear = DirectNetwork(beta_direct=1.0)

    def slope(network: DirectNetwork | None, quality: float = 0.0) -> Measured:
        worth = [members_gain([n], most, network, quality=quality)[0] for n in (p.n1, p.n2)]
        return computed(log_slope(p.n1, p.n2, *worth), 1e-9)

    return {
        "val.sarnoff_slope": slope(None, quality=1.0),
        "val.odlyzko_slope": slope(by_rank(most)),
        "val.metcalfe_slope@linear": slope(linear),
    }


def interconnection(
    people: Sequence[int], network: DirectNetwork, count_self: bool = False
) -> np.ndarray:
    """Return what the members of platforms gain when these become interoperable."""
    apart, together = (
        members_gain(people, sum(people), network, count_self=count_self, interoperability=kappa)
        for kappa in (0.0, 1.0)
    )
    return together - apart


def _interconnection(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    people = (p.n1, p.n2)
    everybody = sum(people)
    squares = interconnection(people, DirectNetwork(beta_direct=float(everybody)), True)
    ranks = interconnection(people, by_rank(everybody, math.log(everybody)))
    return {
        "val.merge_metcalfe": computed(squares[0], 1e-6),
        "val.merge_metcalfe@other": computed(squares[1], 1e-6),
        "val.merge_odlyzko": computed(ranks, 1e-6),
    }


def _groups(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    first, second = (2**n - n - 1 for n in (p.n1, p.n2))
    return {"val.reed_log2diff": computed(math.log2(second) - math.log2(first), 1e-9)}


CHECKS = (
    Check("links", _links, cost=4.0),
    Check("laws", _laws, cost=0.1),
    Check("interconnection", _interconnection, cost=0.1),
    Check("ranks", _ranks, engine="dedicated", resolution=None, cost=0.5),
    Check("groups", _groups, engine="computed", resolution=None, cost=0.1),
)
