"""What a scenario plans beyond the market itself: events, arms and predictions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from platformsim.parameters import param


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
    control: bool = param(
        False, doc="A negative control: where the claim's effect should be absent."
    )
    statistic: str = param(
        "mean",
        doc="What is compared over the pairs: the mean, or the mean of the highest 5 %.",
        choices=("mean", "tail"),
    )
