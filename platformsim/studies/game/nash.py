"""Nash equilibria of payoff tables: pure ones of any game, mixed ones of two players.

Mixed equilibria come from the vertices of nashpy's best-reply polytopes, which hold the extreme
equilibria of degenerate games, too. Strategies that make no difference to
anybody's payoff are taken as one before, and strictly dominated ones are left out. For three
players only pure equilibria are sought.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.spatial import HalfspaceIntersection

from platformsim.studies.game.normal_form import TIE, expected, spread

# Vertices of larger polytopes are too many to be looked at pair by pair.
MOST_STRATEGIES = 8
_NEAR = 1e-6


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """Probabilities of each player's strategies, and what each player earns."""

    mixed: tuple[np.ndarray, ...]
    payoffs: tuple[float, ...]

    @property
    def pure(self) -> bool:
        """Whether nobody mixes."""
        return all((part > 1 - _NEAR).any() for part in self.mixed)

    @property
    def support(self) -> tuple[tuple[int, ...], ...]:
        """Places of the strategies that each player uses."""
        return tuple(tuple(np.flatnonzero(part > _NEAR).tolist()) for part in self.mixed)


def best_replies(means: np.ndarray) -> np.ndarray:
    """Return where each player could not do better by itself, (players, S1, ..., Sn) bool."""
    reach = TIE * spread(means)
    return np.stack(
        [part >= part.max(axis=player, keepdims=True) - reach for player, part in enumerate(means)]
    )


def pure_equilibria(means: np.ndarray) -> list[Equilibrium]:
    """Return every equilibrium in which nobody mixes; in a tie every best reply counts."""
    found = []
    for profile in np.argwhere(best_replies(means).all(axis=0)):
        mixed = tuple(np.eye(size)[at] for at, size in zip(profile, means.shape[1:], strict=True))
        found.append(Equilibrium(mixed, tuple(float(part[tuple(profile)]) for part in means)))
    return found


def equilibria(means: np.ndarray) -> tuple[list[Equilibrium], bool]:
    """Return the equilibria of a game, and whether mixed ones were sought.

    Parameters
    ----------
    means : (players, S1, ..., Sn) float

    Returns
    -------
    list of Equilibrium
        Pure ones first.
    bool
        False for other than two players, and where more than ``MOST_STRATEGIES`` are left.
    """
    pure = pure_equilibria(means)
    if len(means) != 2:
        return pure, False
    kept = undominated(means)
    small = means[np.ix_(range(2), *kept)]
    if max(small.shape[1:]) > MOST_STRATEGIES:
        return pure, False
    mixed: dict[tuple, Equilibrium] = {}
    for pair in _vertices(small):
        whole = [np.zeros(size) for size in means.shape[1:]]
        for part, places, weights in zip(whole, kept, pair, strict=True):
            part[places] = weights
        earned = tuple(float(expected(payoff, whole, ())) for payoff in means)
        candidate = Equilibrium(tuple(whole), earned)
        key = tuple(np.round(np.concatenate(whole), 6).tolist())
        if key not in mixed and not candidate.pure and at_rest(means, candidate):
            mixed[key] = candidate
    return pure + sorted(mixed.values(), key=lambda found: found.support), True


def at_rest(means: np.ndarray, found: Equilibrium) -> bool:
    """Return whether nobody could gain by itself, up to rounding."""
    reach = _NEAR * spread(means)
    return all(
        expected(payoff, found.mixed, (player,)).max() <= found.payoffs[player] + reach
        for player, payoff in enumerate(means)
    )


def _vertices(small: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield candidates for equilibria, of payoffs scaled to where nashpy's tolerances fit."""
    if 1 in small.shape[1:]:
        return  # against one strategy a player mixes only where it does not matter
    first, second = (1.0 + (part - part.min()) / max(float(np.ptp(part)), 1e-300) for part in small)
    sizes = small.shape[1:]
    rows, columns = _labelled(second.T), _labelled(first)
    # A label is a strategy that is a best reply or not used; a pair must have them all. As bits,
    # all pairs are looked at in one go, where nashpy's own loop takes seconds.
    here = np.array([_bits((label + sizes[0]) % sum(sizes) for label in seen) for _, seen in rows])
    there = np.array([_bits(seen) for _, seen in columns])
    whole = (1 << sum(sizes)) - 1
    for row, column in np.argwhere((here[:, None] | there[None]) == whole):
        x, y = rows[row][0], columns[column][0]
        yield x / x.sum(), y / y.sum()


def _labelled(payoffs: np.ndarray) -> list[tuple[np.ndarray, set[int]]]:
    """Return the vertices but 0 of {x >= 0, payoffs x <= 1}, each with its labels.

    The payoffs lie between 1 and 2, so that a small even mixture is inside, and no linear program
    is needed to find a point there.
    """
    from nashpy.polytope import build_halfspaces
    from nashpy.polytope.polytope import labels

    halfspaces = build_halfspaces(payoffs)
    inside = np.full(payoffs.shape[1], 0.25 / payoffs.shape[1])
    corners = HalfspaceIntersection(halfspaces, inside).intersections
    kept = [
        corner for corner in corners if not np.allclose(corner, 0) and np.isfinite(corner).all()
    ]
    return [(corner, labels(corner, halfspaces)) for corner in kept]


def _bits(labels: Iterable[int]) -> int:
    return sum(1 << int(label) for label in labels)


def same_strategies(means: np.ndarray, player: int) -> list[list[int]]:
    """Group a player's strategies that make no difference to anybody's payoff."""
    rows = np.moveaxis(means, player + 1, 0).reshape(means.shape[player + 1], -1)
    reach, groups = TIE * max(float(np.ptp(means)), 1e-300), []
    for place, row in enumerate(rows):
        for group in groups:
            if np.abs(rows[group[0]] - row).max() <= reach:
                group.append(place)
                break
        else:
            groups.append([place])
    return groups


def undominated(means: np.ndarray) -> list[np.ndarray]:
    """Return the places of each player's strategies that iterated elimination leaves.

    Doubles are taken out first, then strictly dominated strategies, again and again.
    """
    kept = [
        np.array([group[0] for group in same_strategies(means, player)])
        for player in range(len(means))
    ]
    changed, reach = True, TIE * spread(means)
    while changed:
        changed = False
        for player in range(len(means)):
            part = means[player][np.ix_(*kept)]
            rows = np.moveaxis(part, player, 0).reshape(len(kept[player]), -1)
            better = (rows[:, None] > rows[None] + reach).all(axis=2).any(axis=0)
            if better.any():
                kept[player], changed = kept[player][~better], True
    return kept
