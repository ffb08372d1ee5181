"""Release strategies: functions of the observed market.

A strategy is a function that takes an :class:`Observation` and returns the release mode it wants
its technology to have this month, or None to leave it. It sees what a manager could see: public
facts of last month and its own books, never the tastes or beliefs of agents. One that asks for a
forecast (:class:`BestReply`) gets numbers, never the market that they come from.
"""

from platformsim.strategies.best_reply import BestReply
from platformsim.strategies.built_in import (
    ClosedThenOpen,
    OpenThenClose,
    always_closed,
    always_open,
    capped,
    delayed,
    follow_the_leader,
    hold,
    open_if_complement_pays,
    open_when_behind,
    staged,
)
from platformsim.strategies.foresight import expected_profit
from platformsim.strategies.observation import Observation, observe
from platformsim.strategies.registry import REGISTRY, Strategy, named, strategy

__all__ = [
    "REGISTRY",
    "BestReply",
    "ClosedThenOpen",
    "Observation",
    "OpenThenClose",
    "Strategy",
    "always_closed",
    "always_open",
    "capped",
    "delayed",
    "expected_profit",
    "follow_the_leader",
    "hold",
    "named",
    "observe",
    "open_if_complement_pays",
    "open_when_behind",
    "staged",
    "strategy",
]
