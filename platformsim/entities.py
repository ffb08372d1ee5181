"""What a scenario file may hold: sides, technologies, platforms, releasers, events, arms.

Each class is one kind of table. A parameter's default, range, unit and source stand here and
nowhere else. Economics of the month (who pays whom) is in :mod:`platformsim.market.market`;
what a release mode changes is in :mod:`platformsim.market.release`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from platformsim.parameters import param

SIDES = ("users", "creators", "businesses")
RELEASE_MODES = (
    "closed_api",
    "open_weights",
    "open_capped",
    "delayed_open",
    "staged",
    "open_then_close",
)
GRAPH_KINDS = ("complete", "erdos_renyi", "watts_strogatz", "barabasi_albert", "block")
UPDATING = ("synchronous", "sequential")
RESOLUTIONS = ("agents", "cohorts", "mean_field")


@dataclass(frozen=True)
class Run:
    """How long and how often: the ``[run]`` table."""

    months: int = param(120, 1, 1200, "months", "M", "Length of a run.", structural=True)
    burn_in: int = param(
        12, 0, 1199, "months", "M", "First months, left out of averages.", structural=True
    )
    pairs: int = param(
        200, 20, 100_000, "pairs", "M", "Replicates of each arm in a comparison.", structural=True
    )
    seed: int = param(20240418, 0, 2**32 - 1, "", "M", "Root of all random draws.", structural=True)
    resolution: str = param(
        "agents", doc="Resolution at which the model runs.", choices=RESOLUTIONS, structural=True
    )
    type_nodes: int = param(
        21,
        1,
        1001,
        "types",
        "M",
        "cohorts, mean_field: types that a taste becomes.",
        structural=True,
    )


@dataclass(frozen=True)
class MarketRules:
    """What holds for the market as a whole: the ``[market]`` table."""

    interoperability: float = param(
        0.0, 0, 1, "share", "M", "Share of a rival's installed base that counts as one's own."
    )
    hours: float = param(
        30.0, 0, 200, "hours/month", "M", "Time a user spends on platforms before any flywheel."
    )
    attention: float = param(
        90.0, 0, 400, "hours/month", "M", "A user's attention budget: time never exceeds it."
    )
    creator_spend: float = param(
        0.1, 0, 10, "cu/user/month", "M", "What a user pays to creators on its platforms."
    )
    business_spend: float = param(
        1.0, 0, 100, "cu/user/month", "M", "What a user buys from businesses on its platforms."
    )


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


@dataclass(frozen=True)
class Technology:
    """A foundation model, phone system or chain that platforms stand on: ``[[technologies]]``."""

    name: str = param(doc="Unique name.", structural=True)
    owner: str = param("", doc="The releaser that owns it; empty: nobody.", structural=True)
    capability: float = param(
        100.0, 1, 10_000, "index", "M", "Capability; the frontier at month 0 is 100."
    )
    generation_gain: float = param(
        0.3, 0, 0.7, "log index", "M", "What a new generation adds to capability."
    )
    release_mode: str = param("closed_api", doc="Release mode.", choices=RELEASE_MODES)
    delay_months: int = param(12, 0, 1200, "months", "M", "delayed_open: wait before opening.")
    licence_cap: float | None = param(
        None, 0, 1, "share of users", "E", "open_capped: share above which a licensee pays."
    )
    licence_fee: float = param(
        0.1, 0, 10, "cu/user/month", "M", "open_capped: fee per user above the cap."
    )
    api_demand: float = param(
        0.0, 0, 100_000, "cu/month", "M", "What API customers spend at the full price."
    )
    api_margin: float = param(0.5, 0, 0.9, "share", "M", "Margin in the API price.")
    control_points: float = param(
        1.0, 0, 1, "share", "M", "Share of the market's usual control points that the owner holds."
    )


@dataclass(frozen=True)
class Platform:
    """A place where sides meet: ``[[platforms]]``."""

    name: str = param(doc="Unique name.", structural=True)
    owner: str = param("", doc="The releaser that owns it; empty: independent.", structural=True)
    technology: str = param("", doc="The technology it stands on.", structural=True)
    quality: float = param(0.0, -20, 20, "units", "M", "Quality apart from the technology.")
    ad_yield: float = param(0.02, 0, 0.2, "cu/hour", "M", "Advertising income of a user hour.")
    take_rate: float = param(
        0.15, 0, 0.5, "share", "E", "Cut of what users pay creators and businesses."
    )
    posting_hook: float = param(
        0.0, 0, 1, "share", "M", "How far the model is built in and posts by itself."
    )
    launch_month: int = param(0, 0, 1200, "month", "M", "First month open.", structural=True)
    fees: dict[str, float] = param(
        factory=dict, low=-100, high=100, unit="cu/month", doc="Membership fee by side."
    )
    initial: dict[str, float] = param(
        factory=dict,
        low=0,
        high=1,
        unit="share",
        doc="Share of each side at month 0; unset: an equal part of what is left.",
        structural=True,
    )
    characteristics: dict[str, float] = param(
        factory=dict,
        low=-100,
        high=100,
        unit="units",
        doc="What tastes apply to.",
        structural=True,
    )
    slot: int | None = param(
        None, 1, 255, "", "M", "Which random draws it meets; unset: its place.", structural=True
    )


@dataclass(frozen=True)
class Releaser:
    """A lab that owns technologies and perhaps platforms: ``[[releasers]]``."""

    name: str = param(doc="Unique name.", structural=True)
    cash: float = param(0.0, -1e9, 1e9, "cu", "M", "Money at month 0.", structural=True)
    strategy: str = param("hold", doc="Rule by which it changes its release mode.", structural=True)
    patron: str = param("", doc="Who tops up its shortfall; empty: nobody.", structural=True)
    patron_topup: float = param(0.5, 0, 1, "share", "M", "Share of a shortfall the patron covers.")
    rnd_scale: float = param(
        1.0, 0, 100, "share", "M", "R&D budget relative to the market's usual one."
    )


@dataclass(frozen=True)
class Event:
    """A change at a set month, for a time or for good: ``[[events]]``."""

    month: int = param(low=1, high=1200, unit="month", doc="First month in which it holds.")
    target: str = param(doc="Dotted key of what changes.")
    change: float | int | bool | str = param(doc="The new value.")
    duration: int | None = param(
        None, 1, 1200, "months", "M", "How long it holds; unset: for good."
    )


@dataclass(frozen=True)
class Arm:
    """One variant of the scenario: ``[arms.NAME]``."""

    title: str = param("", doc="What the arm is, in a few words.")
    set: dict[str, float | int | bool | str] = param(
        factory=dict, doc="Settings that differ from the scenario, by dotted key."
    )


@dataclass(frozen=True)
class Prediction:
    """A registered prediction about two arms: ``[[predictions]]``."""

    DIRECTIONS: ClassVar = ("up", "down")

    metric: str = param(doc="Name of the metric.")
    arm: str = param(doc="Arm that is judged.")
    base: str = param(doc="Arm it is judged against.")
    direction: str = param("up", doc="Stated direction.", choices=("up", "down"))
    sesoi: float | None = param(
        None, 0, 1e12, "", "M", "Smallest effect of interest; unset: the metric's own."
    )
    claim: str = param("", doc="Claim that the prediction comes from.")
