"""Imitation: the replicator dynamics, and few who copy each other (Fermi, Moran).

Releasers are few, but those who decide are many and look at each other: firms over several markets,
or managers over the years. In **one population** everybody may find itself in any releaser's place,
so that a strategy earns the mean over the places; with **a population each** everybody keeps to its
own.

References
----------
P. Taylor & L. Jonker (1978), Mathematical Biosciences 40, 145-156,
DOI 10.1016/0025-5564(78)90077-9.
A. Traulsen, M. Nowak & J. Pacheco (2006), Physical Review E 74, 011909,
DOI 10.1103/PhysRevE.74.011909. Copying with odds exp(w gain) fixes with the same chance as a Moran
process whose fitness is exp(w payoff).
D. Fudenberg & L. Imhof (2006), "Imitation processes with small mutations", Journal of Economic
Theory 131(1), 251-262, DOI 10.1016/j.jet.2005.04.006, for the long run.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.integrate import solve_ivp

from platformsim.studies.game.normal_form import expected, spread
from platformsim.theory.strategy_game import fixation_chance

# Time is in units of one over the spread of payoffs.
_LONGEST = 1000.0
_AT_REST = 1e-5
_KEY = 33


@dataclass(frozen=True, eq=False)
class Ending:
    """Where replication leads.

    Attributes
    ----------
    mixed : tuple of (S,) float
        Shares of the strategies in each population: at the end, or where it never comes to rest
        the mean over the second half of the time.
    starts : float
        Share of the starting points from which it leads there.
    rests : bool
        False where it goes on in circles.
    """

    mixed: tuple[np.ndarray, ...]
    starts: float
    rests: bool


def one_population(means: np.ndarray) -> np.ndarray:
    """Return what a strategy earns against the others', averaged over the players' places.

    Parameters
    ----------
    means : (players, S, ..., S) float

    Returns
    -------
    (S, ..., S) float
        Own strategy first.
    """
    parts = [np.moveaxis(payoff, player, 0) for player, payoff in enumerate(means)]
    return np.mean(parts, axis=0)


def velocity(means: np.ndarray, mixed: list[np.ndarray]) -> list[np.ndarray]:
    """Return the replicator dynamics of a population each: x'(s) = x(s) (u(s) - mean u)."""
    found = []
    for player, payoff in enumerate(means):
        worth = expected(payoff, mixed, (player,))
        found.append(mixed[player] * (worth - mixed[player] @ worth))
    return found


def shared_velocity(payoff: np.ndarray, mixed: np.ndarray) -> np.ndarray:
    """Return the replicator dynamics of one population, (S,)."""
    worth = expected(payoff, [mixed] * payoff.ndim, (0,))
    return mixed * (worth - mixed @ worth)


def replicator_path(
    payoffs: np.ndarray, start: list[np.ndarray], times: np.ndarray, *, shared: bool = False
) -> np.ndarray:
    """Follow replication from a start.

    Parameters
    ----------
    payoffs : (players, S1, ..., Sn) float, or (S, ..., S) where ``shared``
    start : list of (S,) float
        Shares in each population; one where ``shared``.
    times : (K,) float
        Rising from 0, per unit of payoff.
    shared : bool
        Whether there is one population.

    Returns
    -------
    (K, S1 + ... + Sn) float
    """
    cuts = np.cumsum([len(part) for part in start])[:-1]

    def slope(_: float, logs: np.ndarray) -> np.ndarray:
        mixed = [_shares(part) for part in np.split(logs, cuts)]
        if shared:
            return expected(payoffs, mixed * payoffs.ndim, (0,))
        worth = [expected(payoff, mixed, (player,)) for player, payoff in enumerate(payoffs)]
        return np.concatenate(worth)

    # In logarithms, x' = x (u - mean u) is log x' = u up to a constant, and no share leaves [0, 1].
    logs = np.log(np.maximum(np.concatenate(start), 1e-300))
    found = solve_ivp(slope, (times[0], times[-1]), logs, t_eval=times, rtol=1e-8, atol=1e-8)
    return np.hstack([_shares(part) for part in np.split(found.y.T, cuts, axis=1)])


def _shares(logs: np.ndarray) -> np.ndarray:
    weights = np.exp(logs - logs.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)


def endings(means: np.ndarray, *, shared: bool, starts: int = 60) -> list[Ending]:
    """Return where replication leads from starting points spread evenly over all mixtures.

    Parameters
    ----------
    means : (players, S1, ..., Sn) float
    shared : bool
        One population, or one each.
    starts : int
        Starting points: the first is the even mixture, the others are drawn (uniform Dirichlet).

    Returns
    -------
    list of Ending
        Most frequent first.
    """
    payoffs = one_population(means) if shared else means
    scale = spread(means)
    sizes = payoffs.shape[:1] if shared else payoffs.shape[1:]
    cuts = np.cumsum(sizes)[:-1]
    rng = np.random.Generator(np.random.Philox(key=_KEY))
    times = np.linspace(0.0, _LONGEST, 401) / scale
    seen: dict[tuple, list] = {}
    for number in range(starts):
        start = [
            np.full(n, 1.0 / n) if number == 0 else rng.dirichlet(np.ones(n)) for n in sizes
        ]
        path = replicator_path(payoffs, start, times, shared=shared)
        late = path[len(path) // 2 :]
        rests = bool(np.ptp(late[len(late) // 2 :], axis=0).max() < 100 * _AT_REST)
        end = path[-1] if rests else late.mean(axis=0)
        # Orbits about one point have means that differ by the part of a round that is left over.
        key = (rests, *np.round(end, 2 if rests else 1).tolist())
        seen.setdefault(key, [0, end])[0] += 1
    found = [
        Ending(tuple(np.split(end, cuts)), count / starts, key[0])
        for key, (count, end) in seen.items()
    ]
    return sorted(found, key=lambda ending: -ending.starts)


def fixation(payoff: np.ndarray, people: int, intensity: float) -> np.ndarray:
    """Return the chance that one mutant takes over from residents, (S, S): mutant, resident.

    Parameters
    ----------
    payoff : (S, S) float
        One population, own strategy first.
    people : int
        Population, at least 2.
    intensity : float, per unit of payoff
        Of selection: how strongly payoffs decide who copies whom.
    """
    size = len(payoff)
    found = np.full((size, size), np.nan)
    for mutant in range(size):
        for resident in range(size):
            if mutant != resident:
                pair = payoff[np.ix_((mutant, resident), (mutant, resident))]
                found[mutant, resident] = fixation_chance(1, people, tuple(pair.ravel()), intensity)
    return found


def long_run(chances: np.ndarray) -> np.ndarray:
    """Return how much of the time everybody uses each strategy, where new ones are rarely tried.

    Parameters
    ----------
    chances : (S, S) float
        What :func:`fixation` returns.

    Returns
    -------
    (S,) float
        Stationary law of the chain over populations of one strategy.
    """
    size = len(chances)
    if size == 1:
        return np.ones(1)
    moves = np.nan_to_num(chances.T) / (size - 1)
    np.fill_diagonal(moves, 1.0 - moves.sum(axis=1))
    # Grassmann, Taksar & Heyman: no subtraction, so that rare moves keep their digits.
    chain = moves.copy()
    for last in range(size - 1, 0, -1):
        chain[:last, last] /= max(chain[last, :last].sum(), 1e-300)
        chain[:last, :last] += np.outer(chain[:last, last], chain[last, :last])
    law = np.ones(size)
    for place in range(1, size):
        law[place] = law[:place] @ chain[:place, place]
    return law / law.sum()
