"""Releasing openly or closed as a game: equilibria, learning and imitation.

Releasers meet at random. Open earns a against open and b against closed; closed earns c against
open and d against closed. With p the share that is open, open gains D(p) = (A + B) p - B over
closed, A = a - c and B = d - b. Payoffs are (a, b, c, d) and may have any order.
"""

from typing import NamedTuple

import numpy as np
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import expit, logit, logsumexp, xlogy

from platformsim.theory.birth_death import choice_moments, logit_turns, stationary_law
from platformsim.theory.social_interactions import mean_choices


class Payoffs(NamedTuple):
    """Open on open, open on closed, closed on open, closed on closed."""

    open_open: float
    open_closed: float
    closed_open: float
    closed_closed: float


Game = Payoffs | tuple[float, float, float, float]


def stakes(payoffs: Game) -> tuple[float, float]:
    """Return A = a - c and B = d - b: what it costs to differ from open and from closed rivals."""
    a, b, c, d = payoffs
    return a - c, d - b


def advantage(share: np.ndarray | float, payoffs: Game) -> np.ndarray | float:
    """Return the gain of open over closed when a share of releasers is open.

    D(p) = (A + B) p - B.

    Parameters
    ----------
    share : float or array, in [0, 1]
    payoffs : (a, b, c, d)

    Returns
    -------
    float or array

    References
    ----------
    Definition.
    """
    to_open, to_closed = stakes(payoffs)
    return (to_open + to_closed) * share - to_closed


def mixed_equilibrium(payoffs: Game) -> float:
    """Return the share of open at which both earn the same: p* = B / (A + B).

    Parameters
    ----------
    payoffs : (a, b, c, d)

    Returns
    -------
    float
        nan where one of them is always at least as good.

    References
    ----------
    Published: P. Taylor & L. Jonker (1978), Mathematical Biosciences 40, 145-156,
    DOI 10.1016/0025-5564(78)90077-9.
    """
    to_open, to_closed = stakes(payoffs)
    if to_open * to_closed <= 0:
        return np.nan
    return to_closed / (to_open + to_closed)


def open_basin(payoffs: Game) -> float:
    """Return the share of starting points from which replication makes everybody open.

    1 - p* in a coordination game (A, B > 0), where open is risk dominant if that exceeds 1/2; one
    if open dominates, zero if closed does or if both persist (A, B < 0).

    Parameters
    ----------
    payoffs : (a, b, c, d)

    Returns
    -------
    float, in [0, 1]

    References
    ----------
    Published: P. Taylor & L. Jonker (1978), DOI 10.1016/0025-5564(78)90077-9; M. Kandori,
    G. Mailath & R. Rob (1993), Econometrica 61(1), 29-56, DOI 10.2307/2951777.
    """
    to_open, to_closed = stakes(payoffs)
    if to_open > 0 and to_closed > 0:
        return to_open / (to_open + to_closed)
    return float(to_open >= 0 and to_closed <= 0 and (to_open, to_closed) != (0, 0))


def quantal_responses(payoffs: Game, precision: float) -> np.ndarray:
    """Return every symmetric logit equilibrium: p = 1 / (1 + exp(-lambda D(p))).

    It is the binary logit with social interactions for m = 2 p - 1, coupling lambda (A + B) / 4
    and field lambda (A - B) / 4.

    Parameters
    ----------
    payoffs : (a, b, c, d)
    precision : float, per unit of payoff
        lambda.

    Returns
    -------
    (R,) float
        Shares of open, ascending; one or three.

    References
    ----------
    Published: R. McKelvey & T. Palfrey (1995), Games and Economic Behavior 10(1), 6-38,
    DOI 10.1006/game.1995.1023.
    """
    to_open, to_closed = stakes(payoffs)
    coupling = precision * (to_open + to_closed) / 4
    field = precision * (to_open - to_closed) / 4
    share = (1 + mean_choices(coupling, field)) / 2
    return expit(precision * advantage(share, payoffs))


def multiplicity_precision(payoffs: Game) -> float:
    """Return the precision lambda_c above which there are several logit equilibria.

    There also lambda (A + B) p (1 - p) = 1, so that p solves p (1 - p) logit(p) = p - p*; the
    difference of the two sides only falls in p.

    Parameters
    ----------
    payoffs : (a, b, c, d)

    Returns
    -------
    float, per unit of payoff
        Infinite unless it is a coordination game: there is then one at any precision.

    References
    ----------
    Derived; R. McKelvey & T. Palfrey (1995), DOI 10.1006/game.1995.1023, for the equilibrium.
    """
    to_open, to_closed = stakes(payoffs)
    if not (to_open > 0 and to_closed > 0):
        return np.inf
    mixed = to_closed / (to_open + to_closed)

    def excess(share: float) -> float:
        other = 1 - share
        spread = other * xlogy(share, share) - share * xlogy(other, other)
        return float(spread - share + mixed)

    share = brentq(excess, 0.0, 1.0, xtol=1e-15)
    return 1 / ((to_open + to_closed) * share * (1 - share))


def stationary_open(people: int, payoffs: Game, precision: float, count_self: bool = True) -> float:
    """Return the long-run mean share of open among N who reconsider in turn, by logit.

    Parameters
    ----------
    people : int
        N.
    payoffs : (a, b, c, d)
    precision : float, per unit of payoff
    count_self : bool
        Whether releasers count themselves among those they meet.

    Returns
    -------
    float

    References
    ----------
    Exact. L. E. Blume (1993), Games and Economic Behavior 5(3), 387-424,
    DOI 10.1006/game.1993.1023.
    """
    turns = logit_turns(people, lambda share: precision * advantage(share, payoffs), count_self)
    return (1 + choice_moments(stationary_law(turns)).mean) / 2


def fixation_chance(start: int, people: int, payoffs: Game, intensity: float) -> float:
    """Return the probability that open takes over when pairs compare and one imitates (Fermi).

    sum_{i < k} exp(-w sum_{j <= i} D_j) over the same sum up to N, with D_j the gain of open when
    j are, nobody meeting itself: (a (j - 1) + b (N - j) - c j - d (N - j - 1)) / (N - 1).

    Parameters
    ----------
    start : int, in 0 .. N
        Open releasers at first, k.
    people : int
        N, at least 2.
    payoffs : (a, b, c, d)
    intensity : float, per unit of payoff
        w, of selection.

    Returns
    -------
    float

    References
    ----------
    Exact: A. Traulsen, M. Nowak & J. Pacheco (2006), Physical Review E 74, 011909,
    DOI 10.1103/PhysRevE.74.011909.
    """
    if start in (0, people):
        return float(start == people)
    a, b, c, d = payoffs
    others, j = people - 1, np.arange(1, people)
    gain = (a * (j - 1) + b * (people - j) - c * j - d * (people - j - 1)) / others
    terms = np.concatenate(([0.0], -intensity * np.cumsum(gain)))
    return float(np.exp(logsumexp(terms[:start]) - logsumexp(terms)))


def replicator_time(start: float, end: float, payoffs: Game) -> float:
    """Return how long p' = p (1 - p) D(p) takes from one share to another.

    The integral of dp / (p (1 - p) D(p)), taken over logit(p).

    Parameters
    ----------
    start, end : float, in [0, 1]
    payoffs : (a, b, c, d)

    Returns
    -------
    float, per unit of payoff
        Infinite if the path never gets there.

    References
    ----------
    Published: P. Taylor & L. Jonker (1978), DOI 10.1016/0025-5564(78)90077-9; K. Schlag (1998),
    J. Economic Theory 78(1), 130-156, DOI 10.1006/jeth.1997.2347, for imitation behind it.
    """
    if start == end:
        return 0.0
    # The advantage is linear: of one sign between the ends if it is at both.
    way = np.sign(end - start)
    slowest = min(way * advantage(start, payoffs), way * advantage(end, payoffs))
    if slowest <= 0 or {start, end} & {0.0, 1.0}:
        return np.inf
    time, _ = quad(lambda x: 1 / advantage(expit(x), payoffs), logit(start), logit(end))
    return float(time)


def imitation_path(start: float, steps: int, payoffs: Game, rate: float) -> np.ndarray:
    """Return the mean path of people who look at one other and copy in proportion to the gain.

    With copying chance kappa (payoff gap)+ the share obeys p' = p + kappa p (1 - p) D(p).

    Parameters
    ----------
    start : float, in [0, 1]
    steps : int
    payoffs : (a, b, c, d)
    rate : float, per unit of payoff
        kappa, so small that no chance exceeds one.

    Returns
    -------
    (steps + 1,) float

    References
    ----------
    Published: K. Schlag (1998), DOI 10.1006/jeth.1997.2347.
    """
    if rate * max(abs(stake) for stake in stakes(payoffs)) > 1:
        raise ValueError("rate times the largest gain must not exceed one")
    path = np.empty(steps + 1)
    path[0] = start
    for now in range(steps):
        here = path[now]
        path[now + 1] = here + rate * here * (1 - here) * advantage(here, payoffs)
    return path
