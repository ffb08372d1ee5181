"""The full Markov chain of a few people who choose among several alternatives in turn.

For any number of alternatives and either way of counting, at the price of a matrix over all the
ways in which the people can be spread.
"""

from itertools import combinations

import numpy as np


def compositions(people: int, alternatives: int) -> np.ndarray:
    """Return every way to spread people over alternatives.

    Parameters
    ----------
    people, alternatives : int

    Returns
    -------
    (S, alternatives) int
        Rows sum to ``people``, in lexicographic order.
    """
    places = people + alternatives - 1
    bars = np.array(list(combinations(range(places), alternatives - 1)), int)
    bars = bars.reshape(len(bars), alternatives - 1)
    ends = np.full((len(bars), 1), -1)
    return np.diff(np.hstack((ends, bars, ends + places + 1)), axis=1) - 1


def turn_matrix(
    people: int,
    values: np.ndarray,
    strength: float,
    networked: np.ndarray,
    count_self: bool = True,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the states of the chain and the matrix of one turn.

    In a turn somebody drawn uniformly chooses anew by logit with utilities V_j + J s_j.

    Parameters
    ----------
    people : int
    values : (A,) float, units of the noise
    strength : float, units of the noise
        J.
    networked : (A,) bool or float
        Which alternatives gain from their share: not the outside option.
    count_self : bool
        Whether the share seen is n_j / N, or that among the N - 1 others.

    Returns
    -------
    states : (S, A) int
        People at each alternative.
    turn : (S, S) float
        Row: before, column: after.

    References
    ----------
    Exact. L. E. Blume (1993), Games and Economic Behavior 5(3), 387-424,
    DOI 10.1006/game.1993.1023.
    """
    values, networked = np.asarray(values, float), np.asarray(networked, float)
    states = compositions(people, len(values))
    place = {tuple(state): row for row, state in enumerate(states.tolist())}
    turn = np.zeros((len(states), len(states)))
    for row, state in enumerate(states):
        for own in np.flatnonzero(state):
            others = state - (np.arange(len(values)) == own)
            seen = state / people if count_self else others / (people - 1)
            utility = values + strength * seen * networked
            weight = np.exp(utility - utility.max())
            for chosen, chance in enumerate(weight / weight.sum()):
                after = others + (np.arange(len(values)) == chosen)
                turn[row, place[tuple(after.tolist())]] += state[own] / people * chance
    return states, turn


def stationary_law(turn: np.ndarray) -> np.ndarray:
    """Return the law that a turn leaves as it is.

    Parameters
    ----------
    turn : (S, S) float

    Returns
    -------
    (S,) float

    References
    ----------
    Exact.
    """
    size = len(turn)
    system = np.vstack((turn.T - np.eye(size), np.ones(size)))
    return np.linalg.lstsq(system, np.append(np.zeros(size), 1.0), rcond=None)[0]
