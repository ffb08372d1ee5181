"""What a scenario file may hold: sides, technologies, platforms, releasers, events, arms.

Each class is one kind of table. A parameter's default, range, unit and source stand here and
nowhere else. Economics of the month (who pays whom) is in :mod:`platformsim.market.market`;
what a release mode changes is in :mod:`platformsim.market.release`.
"""

from platformsim.entities.actors import RELEASE_MODES, Platform, Releaser, Technology
from platformsim.entities.market import RESOLUTIONS, MarketRules, Run
from platformsim.entities.plans import Arm, Event, Prediction
from platformsim.entities.sides import (
    GRAPH_KINDS,
    SIDES,
    UPDATING,
    Businesses,
    Creators,
    Graph,
    Side,
    Taste,
    Users,
)

__all__ = [
    "GRAPH_KINDS",
    "RELEASE_MODES",
    "RESOLUTIONS",
    "SIDES",
    "UPDATING",
    "Arm",
    "Businesses",
    "Creators",
    "Event",
    "Graph",
    "MarketRules",
    "Platform",
    "Prediction",
    "Releaser",
    "Run",
    "Side",
    "Taste",
    "Technology",
    "Users",
]
