"""The exact long-run law of people who choose among platforms in turn, seeing only the others."""

from typing import NamedTuple

import numpy as np
from scipy.special import gammaln, softmax

from platformsim.theory.choice_chain import compositions


class CountLaw(NamedTuple):
    """People on each platform, (S, P), and the long-run chance of each such state, (S,)."""

    counts: np.ndarray
    chance: np.ndarray

    @property
    def mean_share(self) -> np.ndarray:
        """Expected share of each platform, (P,)."""
        return self.chance @ self.counts / self.counts.sum(axis=1).max()

    def lead_chance(self, platform: int = 0, rival: int = 1) -> float:
        """Return the chance that one platform has more people than another."""
        return float(self.chance @ (self.counts[:, platform] > self.counts[:, rival]))


def gibbs_law(
    people: int, values: np.ndarray, strength: float, outside: float | None = None
) -> CountLaw:
    """Return the stationary law when the share seen is that among the N - 1 others.

    pi(n) is proportional to N! / prod_j n_j! times the exponential of
    sum_j V_j n_j + J / (2 (N - 1)) sum_j n_j (n_j - 1), the second sum over platforms only. Not
    counting oneself makes the game a potential game.

    Parameters
    ----------
    people : int
        N, at least 2.
    values : (P,) float, units of the noise
    strength : float, units of the noise
        J.
    outside : float, optional
        V_0; None where everybody must join.

    Returns
    -------
    CountLaw

    References
    ----------
    Exact. L. E. Blume (1993), Games and Economic Behavior 5(3), 387-424,
    DOI 10.1006/game.1993.1023.
    """
    values = np.asarray(values, float)
    worth = values if outside is None else np.append(values, outside)
    counts = compositions(people, len(worth))
    joined = counts[:, : len(values)]
    energy = counts @ worth - gammaln(counts + 1).sum(axis=1)
    energy = energy + strength / (2 * (people - 1)) * (joined * (joined - 1)).sum(axis=1)
    return CountLaw(joined, softmax(energy))
