"""The sides of the market: many small agents that choose platforms."""

from __future__ import annotations

from dataclasses import dataclass

from platformsim.parameters import param

SIDES = ("users", "creators", "businesses")
GRAPH_KINDS = ("complete", "erdos_renyi", "watts_strogatz", "barabasi_albert", "block")
UPDATING = ("synchronous", "sequential")


@dataclass(frozen=True)
class Graph:
    """Who is in contact with whom on a side: ``[sides.NAME.graph]``."""

    kind: str = param(
        "complete", doc="Random graph of contacts.", choices=GRAPH_KINDS, structural=True
    )
    degree: int = param(10, 2, 1000, "contacts", "M", "Mean number of contacts.", structural=True)
    rewiring: float = param(
        0.1, 0, 1, "share", "M", "Watts-Strogatz: share of rewired contacts.", structural=True
    )
    blocks: int = param(
        4, 1, 1000, "blocks", "M", "Block model: number of regions.", structural=True
    )
    mix_across: float = param(
        0.02, 0, 1, "share", "M", "Block model: contacts outside the own region.", structural=True
    )


@dataclass(frozen=True)
class Taste:
    """A taste for a platform characteristic, spread over the side."""

    law: str = param(
        "normal", doc="How tastes are spread.", choices=("normal", "uniform"), structural=True
    )
    mean: float = param(0.0, -20, 20, "utils/unit", "M", "Mean taste.", structural=True)
    sd: float = param(1.0, 0, 20, "utils/unit", "M", "Spread of tastes.", structural=True)


@dataclass(frozen=True)
class Side:
    """One side of the market: many small agents that choose platforms."""

    count: int = param(1000, 1, 100_000_000_000, "agents", "M", "Number of slots.", structural=True)
    revise_rate: float = param(
        0.10, 0, 1, "share/month", "M", "Share that chooses again each month."
    )
    choice_noise: float = param(
        1.0, 0, 20, "utils", "M", "Scale of the Gumbel noise; 0: best reply."
    )
    switch_cost: float = param(0.0, 0, 20, "utils", "M", "Cost of each newly joined platform.")
    quality_weight: float = param(1.0, 0, 10, "utils/unit", "M", "Weight of platform quality.")
    fee_weight: float = param(
        1.0, 0.001, 100, "utils/cu", "M", "Weight of fees (marginal utility)."
    )
    max_homes: int = param(
        1, 1, 4, "platforms", "M", "Most platforms joined at once (multi-homing).", structural=True
    )
    home_cost: float = param(0.5, 0, 20, "utils", "M", "Cost of each platform beyond the first.")
    home_value: str = param(
        "best",
        doc="A set of platforms is worth the best on each occasion, or the sum of its platforms.",
        choices=("best", "sum"),
    )
    home_variety: float = param(
        1.0, 0.01, 20, "utils", "M", "best: how much occasions differ, so that two homes pay."
    )
    outside_option: bool = param(
        False, doc="Whether agents may stay out of all platforms.", structural=True
    )
    outside_value: float = param(0.0, -20, 20, "utils", "M", "Utility of staying out.")
    count_self: bool = param(
        True, doc="Whether an agent sees itself in the installed base.", structural=True
    )
    updating: str = param(
        "synchronous",
        doc="All see last month's state, or one after the other in random order.",
        choices=UPDATING,
        structural=True,
    )
    churn_rate: float = param(0.0, 0, 1, "share/month", "M", "Agents that leave the market.")
    arrival_rate: float = param(0.0, 0, 1, "share/month", "M", "Empty slots filled by newcomers.")
    graph: Graph = param(factory=Graph, doc="Contacts.", structural=True)
    tastes: dict[str, Taste] = param(
        factory=dict, doc="Tastes by platform characteristic.", structural=True
    )


@dataclass(frozen=True)
class Users(Side):
    """People who use platforms: ``[sides.users]``."""

    count: int = param(2000, 1, 100_000_000_000, "agents", "M", "Number of slots.", structural=True)


@dataclass(frozen=True)
class Creators(Side):
    """People who make content for users: ``[sides.creators]``.

    About 0.06 of users: 200 million creators over some 3.3 billion users.
    """

    count: int = param(
        120, 1, 100_000_000_000, "agents", "D/E", "Number of slots.", structural=True
    )


@dataclass(frozen=True)
class Businesses(Side):
    """Firms that sell to users: ``[sides.businesses]``."""

    count: int = param(100, 1, 100_000_000_000, "agents", "M", "Number of slots.", structural=True)
