"""How long a market runs and what holds in all of it: ``[run]`` and ``[market]``."""

from __future__ import annotations

from dataclasses import dataclass

from platformsim.parameters import param

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
    displacement: float = param(
        0.0, 0, 1, "share", "M", "Share of the time that mechanisms add which leaves other use."
    )
    creator_spend: float = param(
        0.1, 0, 10, "cu/user/month", "M", "What a user pays to creators on its platforms."
    )
    business_spend: float = param(
        1.0, 0, 100, "cu/user/month", "M", "What a user buys from businesses on its platforms."
    )
