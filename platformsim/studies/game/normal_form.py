"""A game in normal form: what each player earns for every choice of strategies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from platformsim.errors import Problem, ScenarioError

# Payoffs this near to each other, relative to the game's spread, count as the same.
TIE = 1e-9
_KEY = 34


@dataclass(frozen=True, eq=False)
class NormalForm:
    """Payoffs of a finite game, with replicates of each.

    Attributes
    ----------
    players : tuple of str
    strategies : tuple of tuple of str
        Names of the strategies of each player.
    values : (players, S1, ..., Sn, replicates) float
        Payoff of each player; a replicate is the same luck for all choices of strategies.
    """

    players: tuple[str, ...]
    strategies: tuple[tuple[str, ...], ...]
    values: np.ndarray

    @property
    def means(self) -> np.ndarray:
        """Mean payoffs, (players, S1, ..., Sn)."""
        return self.values.mean(axis=-1)

    @property
    def replicates(self) -> int:
        """How many replicates there are."""
        return self.values.shape[-1]

    @property
    def symmetric_names(self) -> bool:
        """Whether all players choose from the same strategies."""
        return len(set(self.strategies)) == 1

    def profiles(self) -> Iterator[tuple[int, ...]]:
        """Iterate over the choices of strategies, by place."""
        return product(*[range(len(names)) for names in self.strategies])

    def resampled(self, draws: int) -> Iterator[np.ndarray]:
        """Iterate over mean payoffs of replicates drawn anew, whole replicates at a time.

        The draws are the same in every process; a game without replicates has none.
        """
        if self.replicates < 2:
            return
        rng = np.random.Generator(np.random.Philox(key=_KEY))
        for _ in range(draws):
            # Copied row by row, so that payoffs that are equal stay so to the last bit.
            yield self.values[..., rng.integers(0, self.replicates, self.replicates)].mean(axis=-1)

    def against(self, player: int) -> np.ndarray:
        """Return a player's payoffs, its own strategies first, (S, rivals' ..., replicates)."""
        return np.moveaxis(self.values[player], player, 0)

    def rivals(self, player: int, places: Sequence[int]) -> str:
        """Name a line-up of a player's rivals, by the places of their strategies."""
        others = [other for other in range(len(self.players)) if other != player]
        return line_up(
            {self.players[o]: self.strategies[o][p] for o, p in zip(others, places, strict=True)}
        )


def line_up(rivals: dict[str, str]) -> str:
    """Name a line-up of rivals."""
    return ", ".join(f"{name}: {rule}" for name, rule in rivals.items()) or "nobody"


def normal_form(
    payoffs: Sequence | np.ndarray,
    strategies: Sequence[Sequence[str]] | Sequence[str] | None = None,
    players: Sequence[str] | None = None,
) -> NormalForm:
    """Build a game from a table of payoffs.

    Parameters
    ----------
    payoffs : (n, S1, ..., Sn) or (n, S1, ..., Sn, replicates) array_like
        For each of n players the payoff of every choice of strategies, the first player's first.
    strategies : sequence, optional
        Names: one sequence for all, or one for each player; unset: s1, s2 ...
    players : sequence of str, optional
        Unset: player 1, player 2 ...

    Returns
    -------
    NormalForm

    Raises
    ------
    ScenarioError
        When the shapes do not fit, or a payoff is missing.

    Examples
    --------
    >>> row = [[3, 0], [5, 1]]
    >>> dilemma = normal_form([row, [[3, 5], [0, 1]]], ["cooperate", "defect"])
    >>> dilemma.means[0, 1, 0]
    np.float64(5.0)
    """
    try:
        values = np.array(payoffs, float)
    except (TypeError, ValueError):
        raise ScenarioError(Problem("payoffs", payoffs, "must be a table of numbers")) from None
    count = values.shape[0] if values.ndim else 0
    if count and values.ndim == count + 1:
        values = values[..., None]
    if not count or values.ndim != count + 2 or not values.size:
        allowed = "must have the shape (players, strategies of each player ..., replicates)"
        raise ScenarioError(Problem("payoffs", values.shape, allowed))
    if not np.isfinite(values).all():
        raise ScenarioError(Problem("payoffs", "nan", "must all be numbers"))
    shape = values.shape[1:-1]
    names = tuple(players or [f"player {place + 1}" for place in range(count)])
    if strategies is None:
        kinds = tuple(tuple(f"s{place + 1}" for place in range(size)) for size in shape)
    elif all(isinstance(entry, str) for entry in strategies):
        kinds = (tuple(strategies),) * count
    else:
        kinds = tuple(tuple(entry) for entry in strategies)
    if tuple(map(len, kinds)) != shape or len(names) != count:
        allowed = f"must name {count} players with {', '.join(map(str, shape))} strategies"
        raise ScenarioError(Problem("strategies", [list(k) for k in kinds], allowed))
    return NormalForm(names, kinds, values)


def spread(means: np.ndarray) -> float:
    """Return the largest difference that a player's own choice makes to its payoff."""
    widest = [float(np.ptp(part, axis=player).max()) for player, part in enumerate(means)]
    return max(max(widest), 1e-300)


def expected(payoff: np.ndarray, mixed: Sequence[np.ndarray], but: tuple[int, ...]) -> np.ndarray:
    """Average a player's payoffs over the mixed strategies of all but some players.

    Parameters
    ----------
    payoff : (S1, ..., Sn) float
    mixed : sequence of (S,) float
        Probabilities of each player's strategies.
    but : tuple of int
        Players whose axes are kept, in their order.
    """
    for player in reversed(range(payoff.ndim)):
        if player not in but:
            payoff = np.tensordot(payoff, mixed[player], axes=(player, 0))
    return payoff
