"""Coordinates of a side's cohorts on the simplex: fractions of each type, one left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from platformsim.market.cohorts import Cohorts
from platformsim.market.market import Market


@dataclass(frozen=True)
class Block:
    """Where one side stands in the state vector.

    A type's agents are divided over the alternatives that can hold anybody and, where slots can
    be empty, over one more entry for these. The fractions of a type add up to 1, so the last one
    is left out: with it every Jacobian would have an eigenvalue 1 that says only that nobody is
    lost, and its difference from the identity would be singular.

    Attributes
    ----------
    side : str
    types, width : int
        Types T of the side, and entries W of each.
    first : int
        Its first alternative: 0 with an outside option, else 1, for nobody can be nowhere.
    has_empty : bool
        Whether the last entry stands for empty slots.
    start : int
        Place of its first coordinate; it has T * (W - 1).
    """

    side: str
    types: int
    width: int
    first: int
    has_empty: bool
    start: int

    @property
    def stop(self) -> int:
        """Place after its last coordinate."""
        return self.start + self.types * (self.width - 1)

    def whole(self, state: np.ndarray) -> np.ndarray:
        """Return all fractions, (T, W), from the state vector."""
        part = state[self.start : self.stop].reshape(self.types, self.width - 1)
        return np.concatenate((part, 1.0 - part.sum(axis=1, keepdims=True)), axis=1)

    def reduced(self, whole: np.ndarray) -> np.ndarray:
        """Return the coordinates, (T * (W - 1),), of all fractions."""
        return whole[:, :-1].ravel()

    def place(self, side: Cohorts, whole: np.ndarray) -> None:
        """Put the agents of a side where the fractions say; its types keep their sizes."""
        sizes = type_sizes(side)
        alternatives = whole[:, :-1] if self.has_empty else whole
        cohorts = np.zeros_like(side.cohorts)
        cohorts[:, self.first :] = alternatives * sizes[:, None]
        empty = whole[:, -1] * sizes if self.has_empty else np.zeros_like(sizes)
        side.cohorts, side.empty, side.counts = cohorts, empty, cohorts.sum(axis=0)

    def read(self, side: Cohorts) -> np.ndarray:
        """Return all fractions, (T, W), of a side as it stands."""
        sizes = type_sizes(side)[:, None]
        parts = [side.cohorts[:, self.first :]]
        if self.has_empty:
            parts.append(side.empty[:, None])
        return np.concatenate(parts, axis=1) / sizes

    def names(self, side: Cohorts, platforms: tuple[str, ...]) -> list[str]:
        """Name every coordinate: ``users[a+b]``, with tastes ``users.type3[a+b]``."""
        member = side.alternatives.member[self.first :]
        entries = ["+".join(n for n, on in zip(platforms, row, strict=True) if on) or "nothing"
                   for row in member]  # fmt: skip
        if self.has_empty:
            entries.append("empty")
        prefixes = [f"{self.side}.type{t}" if self.types > 1 else self.side
                    for t in range(self.types)]  # fmt: skip
        return [f"{prefix}[{entry}]" for prefix in prefixes for entry in entries[:-1]]


def type_sizes(side: Cohorts) -> np.ndarray:
    """Return the slots of each type, held or empty, (T,): in the mean field all the same."""
    return np.full(len(side.cohorts), side.n / len(side.cohorts))


def blocks(market: Market) -> tuple[Block, ...]:
    """Lay out the sides of a market, in their order, in one state vector."""
    found, start = [], 0
    for name, side in market.sides.items():
        types, alternatives = side.cohorts.shape
        first = 0 if side.alternatives.outside_option else 1
        # Without arrivals no slot is ever empty: churn alone is refused, for it ends the market.
        has_empty = side.rules.arrival_rate > 0
        block = Block(name, types, alternatives - first + has_empty, first, has_empty, start)
        found.append(block)
        start = block.stop
    return tuple(found)
