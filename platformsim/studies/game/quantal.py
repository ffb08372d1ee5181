"""Logit (quantal response) equilibria along the principal branch.

Each player uses strategy s with probability proportional to exp(lambda u(s)), u(s) being what it
earns against the others' mixed strategies. At lambda = 0 everybody is indifferent; the branch that
leads on from there, the principal one, ends for almost every game in one Nash equilibrium as
lambda grows. It may turn back in lambda on the way, so it is followed along its own length.

References
----------
R. McKelvey & T. Palfrey (1995), "Quantal response equilibria for normal form games", Games and
Economic Behavior 10(1), 6-38, DOI 10.1006/game.1995.1023.
T. Turocy (2005), "A dynamic homotopy interpretation of the logistic quantal response equilibrium
correspondence", Games and Economic Behavior 51(2), 243-263.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import softmax

from platformsim.studies.equilibria.branch import Curve, Point, trace
from platformsim.studies.game.normal_form import NormalForm, expected, spread

# Where the branch ends: precision per unit of the game's spread.
HIGHEST = 200.0
_BEND = 6.0
_STEP, _MOST = 0.05, 3000


@dataclass(frozen=True, eq=False)
class Principal:
    """The principal branch.

    Attributes
    ----------
    precision : (K,) float
        lambda times the spread of payoffs, in the order in which the branch is followed.
    mixed : (K, S1 + ... + Sn) float
        Probabilities, player by player.
    spread : float
        The largest difference that a player's own choice makes, in the unit of payoffs.
    ended : bool
        Whether it was followed to the highest precision.
    """

    precision: np.ndarray
    mixed: np.ndarray
    spread: float
    ended: bool


class _Logit(Curve):
    """The equations of the branch: softmax(lambda(q) u(p)) - p = 0, z = (p, q)."""

    def __init__(self, means: np.ndarray):
        self.payoffs = means / spread(means)
        self.sizes = means.shape[1:]
        self.cuts = np.cumsum(self.sizes)[:-1]
        self._known: tuple[bytes, np.ndarray] = (b"", np.empty(0))

    def precision(self, q: float) -> float:
        """Return lambda, finely spaced where it is low."""
        return HIGHEST * np.expm1(_BEND * q) / np.expm1(_BEND)

    def residual(self, z: np.ndarray) -> np.ndarray:
        """Return what the mixed strategies lack to logit replies."""
        return np.concatenate(self._replies(z)[0]) - z[:-1]

    def _replies(self, z: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
        mixed = np.split(z[:-1], self.cuts)
        worth = [expected(u, mixed, (player,)) for player, u in enumerate(self.payoffs)]
        return [softmax(self.precision(z[-1]) * each) for each in worth], worth

    def _derivative(self, z: np.ndarray) -> np.ndarray:
        mixed = np.split(z[:-1], self.cuts)
        replies, worth = self._replies(z)
        precision = self.precision(z[-1])
        slope = HIGHEST * _BEND * np.exp(_BEND * z[-1]) / np.expm1(_BEND)
        starts = (0, *self.cuts)
        matrix = np.zeros((len(z) - 1, len(z)))
        for player, reply in enumerate(replies):
            rows = slice(starts[player], starts[player] + self.sizes[player])
            shape = np.diag(reply) - np.outer(reply, reply)
            matrix[rows, -1] = slope * shape @ worth[player]
            for other in range(len(replies)):
                if other == player:
                    continue
                columns = slice(starts[other], starts[other] + self.sizes[other])
                both = expected(self.payoffs[player], mixed, (player, other))
                both = both if player < other else both.T
                matrix[rows, columns] = precision * shape @ both
        matrix[:, :-1] -= np.eye(len(z) - 1)
        return matrix

    def point(self, z: np.ndarray, guide: np.ndarray) -> Point:
        """Return a solved point with its tangent, on the guide's side."""
        tangent = np.linalg.svd(self.derivative(z))[2][-1]
        return Point(z, tangent if tangent @ guide >= 0 else -tangent, np.empty(0, complex))


def principal_branch(game: NormalForm | np.ndarray) -> Principal:
    """Follow the principal branch of logit equilibria from indifference on.

    Parameters
    ----------
    game : NormalForm, or (players, S1, ..., Sn) float

    Returns
    -------
    Principal
    """
    means = game.means if isinstance(game, NormalForm) else game
    curve = _Logit(means)
    even = np.concatenate([np.full(size, 1.0 / size) for size in curve.sizes])
    points, ended = trace(curve, np.append(even, 0.0), step=_STEP, most=_MOST)
    z = np.array([point.z for point in points])
    return Principal(
        np.array([curve.precision(q) for q in z[:, -1]]), z[:, :-1], spread(means), ended
    )
