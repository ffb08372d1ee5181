"""What a releaser knows when it decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from platformsim.entities import RELEASE_MODES


@dataclass(frozen=True, slots=True)
class Observation:
    """What a releaser knows when it decides; all figures are last month's.

    Attributes
    ----------
    month : int
    technology : str
        The technology that is decided on.
    mode : str
        Its present release mode.
    capability, rival_capability, open_capability : float
        Own newest; best of the other releasers'; best that they have openly available. Index.
    user_share : float
        Share of users on the releaser's own platforms.
    builders, rival_builders : float
        Builders on the technology, and on the others'.
    rival_modes : tuple of str
    rivals_open : tuple of bool
        Whether the newest generation of each rival technology is open: what a mode alone does not
        say of one that opens late or has closed again.
    profit, cash : float
        Own, cu a month and cu.
    income_if_open, income_if_closed : float
        Own estimate of what openness brings now, and of what closing would bring, cu a month.
    forecast : tuple of float
        Expected own profit in each of the modes that the strategy asked about, cu a month; empty
        for a strategy that asks nothing.
    """

    month: int
    technology: str
    mode: str
    capability: float
    rival_capability: float
    open_capability: float
    user_share: float
    builders: float
    rival_builders: float
    rival_modes: tuple[str, ...]
    rivals_open: tuple[bool, ...]
    profit: float
    cash: float
    income_if_open: float
    income_if_closed: float
    forecast: tuple[float, ...] = ()


def observe(market: Any, row: int) -> Observation:
    """Build what the owner of technology ``row`` sees."""
    technologies, releasers = market.technologies, market.releasers
    owner = market.releaser_of_technology[row]
    # A second technology of the same owner is no rival; one without an owner is.
    owners = market.releaser_of_technology
    others = [other for other in range(len(technologies)) if owners[other] != owner]
    capability, builders = technologies["capability"], technologies["builders"]
    users = market.share.get("users")
    return Observation(
        month=market.month,
        technology=technologies.names[row],
        mode=RELEASE_MODES[int(technologies["mode"][row])],
        capability=float(capability[row]),
        rival_capability=float(max((capability[o] for o in others), default=0.0)),
        open_capability=float(
            max((technologies["open_capability"][o] for o in others), default=0.0)
        ),
        user_share=0.0 if users is None else float(market.owned_platforms[row] @ users),
        builders=float(builders[row]),
        rival_builders=float(sum(builders[o] for o in others)),
        rival_modes=tuple(RELEASE_MODES[int(technologies["mode"][o])] for o in others),
        rivals_open=tuple(bool(technologies["newest_open"][o]) for o in others),
        profit=float(releasers["profit"][owner]),
        cash=float(releasers["cash"][owner]),
        income_if_open=float(market.total("income_if_open")[row]),
        income_if_closed=float(market.total("income_if_closed")[row]),
    )
