"""What an agent may choose: nothing, one platform, or a set of platforms."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from math import comb

import numpy as np

NOTHING = 0
_NEVER = -1e30
_SLOTS = 256
# In place of the variety of occasions: a set is worth the sum of its platforms.
SUMMED = -1.0


@dataclass(frozen=True)
class Alternatives:
    """The choice set of a side.

    Alternative 0 is always the empty set; then come single platforms in order, then pairs, and
    so on up to the multi-homing limit. With single-homing, alternative p + 1 is platform p.

    Attributes
    ----------
    member : (A, P) int8
        1 where the alternative contains the platform.
    size : (A,) int64
        Number of platforms in the alternative.
    joins : (A, A) float64
        ``joins[c, a]`` is the number of platforms in a that c does not contain: what an agent
        at c pays the switching cost for when it moves to a.
    lane : (A,) int64
        Which random draw of an agent belongs to the alternative; depends on the slots of its
        platforms alone, so that it survives adding or reordering platforms.
    outside_option : bool
        Whether the empty set may be chosen.
    """

    member: np.ndarray
    size: np.ndarray
    joins: np.ndarray
    lane: np.ndarray
    outside_option: bool

    @cached_property
    def single_homing(self) -> bool:
        """True when nobody can join more than one platform."""
        return len(self.size) == self.member.shape[1] + 1

    @cached_property
    def wide(self) -> np.ndarray:
        """``member`` as (A, P) float64."""
        return self.member.astype(np.float64)

    def values(
        self, value: np.ndarray, home_cost: float, home_variety: float, outside_value: float
    ) -> np.ndarray:
        """Turn values of platforms into values of alternatives.

        Where platforms serve different purposes, a set is worth the sum of its platforms less the
        cost of each beyond the first, W(S) = sum_{p in S} V_p - h * (|S| - 1); with h = 0 each
        platform is then joined for its own sake.

        Else somebody who has joined the set S uses on each occasion the best platform of S for
        that occasion. If occasions shift values by independent Gumbel noise of scale nu, the set is
        worth its inclusive value, less the cost h of each platform beyond the first:

            W(S) = nu * log(sum_{p in S} exp(V_p / nu)) - h * (|S| - 1)

        which is V_p for a single platform, and shifts one to one with a constant added to all V.

        Parameters
        ----------
        value : (n, P) or (P,) float
            V_p in utils, less than -1e29 for platforms that cannot be joined.
        home_cost, home_variety, outside_value : float
            h, nu (``SUMMED``: the sum) and the value of the empty set, in utils.

        Returns
        -------
        (n, A) or (A,) float

        References
        ----------
        D. McFadden (1978), "Modelling the choice of residential location", in A. Karlqvist et
        al. (eds), Spatial Interaction Theory and Planning Models, North-Holland, 75-96.
        """
        nothing = np.full((*value.shape[:-1], 1), outside_value if self.outside_option else _NEVER)
        if self.single_homing:
            return np.concatenate((nothing, value), axis=-1)
        if home_variety == SUMMED:
            sets = np.zeros((*value.shape[:-1], len(self.size) - 1))
            for platform, holds in enumerate(self.wide[1:].T):
                sets += value[..., platform, None] * holds
            sets = np.maximum(sets - home_cost * (self.size[1:] - 1), _NEVER)
            return np.concatenate((nothing, sets), axis=-1)
        inside = self.member[1:] == 1
        top = np.full((*value.shape[:-1], len(inside)), -np.inf)
        for platform, holds in enumerate(inside.T):
            np.maximum(top, value[..., platform, None], out=top, where=holds)
        sums = np.zeros_like(top)
        for platform, holds in enumerate(inside.T):
            # Relative to the best of the set, so that no set's value underflows.
            sums += holds * np.exp(np.minimum(value[..., platform, None] - top, 0.0) / home_variety)
        sets = top + home_variety * np.log(sums) - home_cost * (self.size[1:] - 1)
        banned = (value < -1e29).astype(np.int8) @ self.member[1:].T > 0
        sets = np.where(banned, _NEVER, sets)
        return np.concatenate((nothing, sets), axis=-1)

    def members(self, counts: np.ndarray) -> np.ndarray:
        """Return the installed base of each platform from the counts of each alternative."""
        return counts[1:] if self.single_homing else counts @ self.wide


@functools.lru_cache(maxsize=64)
def alternatives(slots: tuple[int, ...], max_homes: int, outside_option: bool) -> Alternatives:
    """Return the choice set over platforms with the given slots; one for all who ask.

    Parameters
    ----------
    slots : tuple of int
        Slot of each platform, 1 or more, all different; slot 0 is the empty set's.
    max_homes : int
        Most platforms joined at once.
    outside_option : bool

    Returns
    -------
    Alternatives
    """
    platforms = range(len(slots))
    sets: list[tuple[int, ...]] = [()]
    for size in range(1, min(max_homes, len(slots)) + 1):
        sets += combinations(platforms, size)
    member = np.zeros((len(sets), len(slots)), np.int8)
    for row, chosen in enumerate(sets):
        member[row, list(chosen)] = 1
    wide = member.astype(np.float64)
    joins = (1.0 - wide) @ wide.T
    lane = np.array([_lane(tuple(sorted(slots[p] for p in chosen))) for chosen in sets])
    return Alternatives(member, member.sum(1).astype(np.int64), joins, lane, outside_option)


def _lane(slots: tuple[int, ...]) -> int:
    # The combinatorial number system numbers sets of slots independently of how many there are:
    # singles keep lane = slot, pairs follow behind all singles, and so on.
    if len(slots) <= 1:
        return slots[0] if slots else 0
    smaller = sum(comb(_SLOTS, size) for size in range(1, len(slots)))
    return smaller + sum(comb(slot, place) for place, slot in enumerate(slots, 1))
