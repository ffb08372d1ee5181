"""The strategies that come with the package.

Those that say when to open or close count months from the start of the scenario.
"""

from __future__ import annotations

from dataclasses import dataclass

from platformsim.parameters import param
from platformsim.strategies.observation import Observation
from platformsim.strategies.registry import strategy

_OPEN, _CLOSED = "open_weights", "closed_api"


@strategy
def hold(seen: Observation) -> None:
    """Keep the release mode that the scenario states."""
    return None


@strategy
def always_open(seen: Observation) -> str:
    """Release every generation openly."""
    return _OPEN


@strategy
def always_closed(seen: Observation) -> str:
    """Sell access, and release nothing."""
    return _CLOSED


@strategy
def capped(seen: Observation) -> str:
    """Release openly, free up to a licence cap: ``licence_cap`` of the technology says which."""
    return "open_capped"


@strategy
def delayed(seen: Observation) -> str:
    """Release each generation ``delay_months`` of the technology after it came out."""
    return "delayed_open"


@strategy
def staged(seen: Observation) -> str:
    """Release the generation before the newest."""
    return "staged"


@strategy
@dataclass(frozen=True)
class OpenThenClose:
    """Open for some months, then closed whatever happened.

    Unlike the release mode of that name it needs no [mechanisms.reversion], which would let the
    opener close when that pays.
    """

    months: int = param(24, 0, 1200, "months", "M", "How long it stays open.")

    def __call__(self, seen: Observation) -> str:
        """See the class."""
        return _OPEN if seen.month < self.months else _CLOSED


@strategy
@dataclass(frozen=True)
class ClosedThenOpen:
    """Closed for some months, then open whatever happened."""

    months: int = param(24, 0, 1200, "months", "M", "How long it stays closed.")

    def __call__(self, seen: Observation) -> str:
        """See the class."""
        return _CLOSED if seen.month < self.months else _OPEN


@strategy
def open_when_behind(seen: Observation) -> str:
    """Open while a rival is ahead, close while leading: opening as the laggard's move."""
    return _OPEN if seen.capability < seen.rival_capability else _CLOSED


@strategy
def open_if_complement_pays(seen: Observation) -> str:
    """Open while what openness brings next door exceeds the forgone margin."""
    return _OPEN if seen.income_if_open > seen.income_if_closed else _CLOSED


@strategy
def follow_the_leader(seen: Observation) -> str | None:
    """Be open when any rival is, closed otherwise."""
    if not seen.rival_modes:
        return None
    return _OPEN if any(seen.rivals_open) else _CLOSED
