"""Exact laws of a few people who choose between two alternatives one after the other.

The number k at the second alternative moves by at most one in a turn: a birth-death chain, whose
stationary law and waiting times are finite sums for every number of people.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.special import expit

Utility = Callable[[np.ndarray], np.ndarray]


class Turns(NamedTuple):
    """Chances that a turn raises and lowers the count, by count, (N + 1,) each."""

    up: np.ndarray
    down: np.ndarray


class ChoiceMoments(NamedTuple):
    """Means of m, |m| and m^2, with m = 2 k / N - 1."""

    mean: float
    absolute: float
    square: float


def logit_turns(people: int, advantage: Utility, count_self: bool = True) -> Turns:
    """Return the chances of a turn in which one person, drawn uniformly, chooses anew by logit.

    Somebody who sees the share x at the second alternative takes it with chance
    1 / (1 + exp(-advantage(x))), with x = k / N, or (k - own) / (N - 1) not counting oneself.

    Parameters
    ----------
    people : int
        N.
    advantage : callable
        Utility of the second alternative less that of the first, in units of the noise, of an
        array of shares.
    count_self : bool
        Whether people count themselves in the share that they see.

    Returns
    -------
    Turns

    References
    ----------
    Exact. R. J. Glauber (1963), J. Mathematical Physics 4, 294-307, DOI 10.1063/1.1703954;
    L. E. Blume (1993), Games and Economic Behavior 5(3), 387-424, DOI 10.1006/game.1993.1023.
    """
    if people < 1 + (not count_self):
        raise ValueError("there must be somebody to be seen")
    count = np.arange(people + 1.0)
    if count_self:
        seen_below = seen_above = count / people
    else:
        seen_below = np.minimum(count / (people - 1), 1.0)
        seen_above = np.maximum((count - 1) / (people - 1), 0.0)
    up = (people - count) / people * expit(advantage(seen_below))
    down = count / people * expit(-np.asarray(advantage(seen_above)))
    return Turns(up, down)


def binary_turns(
    people: int,
    coupling: float,
    field: float = 0.0,
    precision: float = 1.0,
    count_self: bool = True,
) -> Turns:
    """Return the chances of a turn when +1 is chosen with chance 1 / (1 + exp(-2 beta (h + J m))).

    Parameters
    ----------
    people : int
    coupling, field : float, utils
        J and h.
    precision : float, per util
        beta.
    count_self : bool

    Returns
    -------
    Turns
        By the number of people at +1.

    References
    ----------
    Exact; the choice is that of W. A. Brock & S. N. Durlauf (2001), DOI 10.1111/1467-937X.00168.
    """
    return logit_turns(
        people,
        lambda share: 2 * precision * (field + coupling * (2 * share - 1)),
        count_self,
    )


def stationary_law(turns: Turns) -> np.ndarray:
    """Return the long-run chance of every count: pi(k + 1) / pi(k) = up(k) / down(k + 1).

    Parameters
    ----------
    turns : Turns

    Returns
    -------
    (N + 1,) float
        Sums to one.

    References
    ----------
    Exact: detailed balance of a birth-death chain.
    """
    with np.errstate(divide="ignore"):
        steps = np.log(turns.up[:-1]) - np.log(turns.down[1:])
    weight = np.concatenate(([0.0], np.cumsum(steps)))
    law = np.exp(weight - weight.max())
    return law / law.sum()


def choice_moments(law: np.ndarray) -> ChoiceMoments:
    """Return the moments of the mean choice m = 2 k / N - 1 under a law of the count.

    Parameters
    ----------
    law : (N + 1,) float

    Returns
    -------
    ChoiceMoments

    References
    ----------
    Exact.
    """
    mean = np.linspace(-1, 1, len(law))
    return ChoiceMoments(float(law @ mean), float(law @ np.abs(mean)), float(law @ mean**2))


def first_passage_turns(turns: Turns, start: int, target: int) -> float:
    """Return the mean number of turns until the count first reaches a target.

    Upwards, the mean wait e(k) from k to k + 1 obeys up(k) e(k) = 1 + down(k) e(k - 1).

    Parameters
    ----------
    turns : Turns
    start, target : int, in 0 .. N

    Returns
    -------
    float, turns

    References
    ----------
    Exact: first-step analysis of a birth-death chain.
    """
    up, down = turns
    if target < start:
        last = len(up) - 1
        return first_passage_turns(Turns(down[::-1], up[::-1]), last - start, last - target)
    wait, total = 0.0, 0.0
    for count in range(target):
        wait = (1 + down[count] * wait) / up[count]
        if count >= start:
            total += wait
    return float(total)


def tipping_sweeps(
    people: int,
    coupling: float,
    field: float = 0.0,
    precision: float = 1.0,
    count_self: bool = True,
) -> float:
    """Return the mean time from everybody at -1 until m >= 0, in sweeps of N turns.

    Parameters
    ----------
    people : int
    coupling, field : float, utils
    precision : float, per util
    count_self : bool

    Returns
    -------
    float, sweeps

    References
    ----------
    Exact; R. J. Glauber (1963), DOI 10.1063/1.1703954, for the dynamics.
    """
    turns = binary_turns(people, coupling, field, precision, count_self)
    return first_passage_turns(turns, 0, (people + 1) // 2) / people
