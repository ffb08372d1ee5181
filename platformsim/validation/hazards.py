"""Stated chances to move, as a choice: adoption, exit and imitation.

Many results of theory state no utilities but hazards: the chance of an agent to go from one place
to another within a step. Such a chance is a logit choice between values that differ by its log
odds, so that the engine's agents can be moved by any hazard that depends on the market.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from platformsim.mechanisms.base import Mechanism, Values

# Log odds of what never happens: rarer than the noise can resolve.
_NEVER = 30.0

Moves = Mapping[tuple[int, int], float]


@dataclass(frozen=True)
class Hazards(Mechanism, registered=False):
    """Agents move between places with stated chances, and else stay.

    Place 0 is outside, place p + 1 is platform p. An agent at place i is at place j a month later
    with chance ``moves(market)[i, j]``; pairs that are not named never happen. Adoption with
    hazard h is ``{(0, 1): h}``, exit ``{(1, 0): mu}``, imitation between two platforms
    ``{(1, 2): up, (2, 1): down}``.

    It needs choice noise 1, full revision, no switching cost, single homes and nothing else of
    worth. With one platform and an outside option, or two platforms and none, the choice is made
    by the compiled loops; else it is made row by row.

    Attributes
    ----------
    moves : callable
        From the market to the chance of each move, by (from, to); what leaves a place sums to at
        most 1.
    side : str
    """

    title: ClassVar[str] = "agents move with stated chances"

    moves: Callable[[Any], Moves]
    side: str = "users"

    def utility(self, market: Any, side: str) -> Values:
        """Return the log odds of every place, seen from where an agent is."""
        if side != self.side:
            return None
        odds = self._log_odds(market)
        if _two_places(market, side):
            return self._from_elsewhere(odds, market)
        people = market.sides[side]

        def by_row(rows: np.ndarray) -> np.ndarray:
            # Cohorts are numbered type by type, and within a type by where they are.
            at = rows % len(odds) if not hasattr(people, "choice") else people.choice[rows]
            return odds[at]

        return by_row

    def own_utility(self, market: Any, side: str) -> np.ndarray | None:
        """Return what staying on a platform is worth beyond going there."""
        if side != self.side or not _two_places(market, side):
            return None
        odds = self._log_odds(market)
        return np.diagonal(odds[1:]) - self._from_elsewhere(odds, market)

    def _log_odds(self, market: Any) -> np.ndarray:
        """Return the log odds of each platform from each place, (P + 1, P): against outside.

        Where nobody may stay outside it is the plain log of the chance.
        """
        size = len(market.platforms) + 1
        chance = np.zeros((size, size))
        for place, probability in self.moves(market).items():
            chance[place] = probability
        at = np.arange(size)
        chance[at, at] = 1.0 - chance.sum(axis=1)
        value = np.log(np.maximum(chance, np.exp(-_NEVER)))
        if not market.sides[self.side].rules.outside_option:
            return value[:, 1:]
        return value[:, 1:] - value[:, :1]

    def _from_elsewhere(self, odds: np.ndarray, market: Any) -> np.ndarray:
        if market.sides[self.side].rules.outside_option:
            return odds[0]
        return np.array([odds[2, 0], odds[1, 1]])


def _two_places(market: Any, side: str) -> bool:
    return len(market.platforms) + market.sides[side].rules.outside_option == 2
