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

from platformsim.studies.game.normal_form import spread
from platformsim.theory.strategy_game import fixation_chance

# Time is in units of one over the spread of payoffs.
_LONGEST, _STEP, _STRIDE = 240.0, 0.2, 0.5
_AT_REST, _NASH = 1e-3, 1e-2
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


def replicator_path(
    payoffs: np.ndarray,
    start: list[np.ndarray],
    times: np.ndarray,
    *,
    shared: bool = False,
    step: float = _STEP,
) -> np.ndarray:
    """Follow replication from one or many starts: x'(s) = x(s) (u(s) - mean u).

    Parameters
    ----------
    payoffs : (players, S1, ..., Sn) float, or (S, ..., S) where ``shared``
        In one population what :func:`one_population` returns.
    start : list of (S,) or (starts, S) float
        Shares in each population; one entry where ``shared``.
    times : (K,) float
        Rising from 0, per unit of payoff.
    shared : bool
        Whether there is one population.
    step : float
        Longest step, in units of one over the spread of payoffs.

    Returns
    -------
    (K, S1 + ... + Sn) or (K, starts, S1 + ... + Sn) float
    """
    # In logarithms, x' = x (u - mean u) is log x' = u up to a constant, and no share leaves [0, 1].
    logs = [np.log(np.maximum(part, 1e-300)) for part in start]
    longest = step / spread(payoffs[None] if shared else payoffs)
    found = [np.concatenate([_shares(part) for part in logs], axis=-1)]
    for gap in np.diff(times):
        steps = max(1, int(np.ceil(gap / longest)))
        for _ in range(steps):
            logs = _onward(payoffs, logs, gap / steps, shared)
        found.append(np.concatenate([_shares(part) for part in logs], axis=-1))
    return np.array(found)


def _onward(
    payoffs: np.ndarray, logs: list[np.ndarray], step: float, shared: bool
) -> list[np.ndarray]:
    """Take a step of Runge and Kutta's fourth-order method."""

    def moved(by: list[np.ndarray], size: float) -> list[np.ndarray]:
        return [part + size * slope for part, slope in zip(logs, by, strict=True)]

    first = _worth(payoffs, [_shares(part) for part in logs], shared)
    second = _worth(payoffs, [_shares(part) for part in moved(first, step / 2)], shared)
    third = _worth(payoffs, [_shares(part) for part in moved(second, step / 2)], shared)
    last = _worth(payoffs, [_shares(part) for part in moved(third, step)], shared)
    ahead = [
        part + step / 6 * (a + 2 * b + 2 * c + d)
        for part, a, b, c, d in zip(logs, first, second, third, last, strict=True)
    ]
    return [part - part.max(axis=-1, keepdims=True) for part in ahead]


def _worth(payoffs: np.ndarray, mixed: list[np.ndarray], shared: bool) -> list[np.ndarray]:
    """Return what each strategy earns, a row a start."""
    if shared:
        return [_contracted(payoffs, mixed * (payoffs.ndim - 1))]
    found = []
    for player, payoff in enumerate(payoffs):
        others = [mixed[other] for other in range(len(mixed)) if other != player]
        found.append(_contracted(np.moveaxis(payoff, player, 0), others))
    return found


def _contracted(payoff: np.ndarray, others: list[np.ndarray]) -> np.ndarray:
    if not others:
        return payoff
    first, *rest = others
    worth = first @ np.moveaxis(payoff, 1, 0).reshape(len(payoff[0]), -1)
    worth = worth.reshape(*first.shape[:-1], *payoff.shape[:1], *payoff.shape[2:])
    for other in rest:
        worth = np.einsum("...sr,...r->...s", worth, other)
    return worth


def _shares(logs: np.ndarray) -> np.ndarray:
    weights = np.exp(logs - logs.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)


def endings(means: np.ndarray, *, shared: bool, starts: int = 100) -> list[Ending]:
    """Return where replication leads from starting points spread evenly over all mixtures.

    Parameters
    ----------
    means : (players, S1, ..., Sn) float
    shared : bool
        One population, or one each.
    starts : int
        Starting points, drawn (uniform Dirichlet).

    Returns
    -------
    list of Ending
        Most frequent first; all that never come to rest in one, the last.
    """
    payoffs = one_population(means) if shared else means
    sizes = payoffs.shape[:1] if shared else payoffs.shape[1:]
    rng = np.random.Generator(np.random.Philox(key=_KEY))
    start = [rng.dirichlet(np.ones(n), starts) for n in sizes]
    times = np.linspace(0.0, _LONGEST, 241) / spread(payoffs[None] if shared else payoffs)
    path = replicator_path(payoffs, start, times, shared=shared, step=_STRIDE)
    late = path[160:]
    cuts, groups = np.cumsum(sizes)[:-1], {}
    # What comes to rest from inside is a Nash equilibrium; a saddle is only passed slowly.
    steady = np.ptp(late[40:], axis=0).max(axis=-1) < _AT_REST
    rests = steady & (_regret(payoffs, np.split(path[-1], cuts, axis=-1), shared) < _NASH)
    ends = np.where(rests[:, None], path[-1], late.mean(axis=0))
    for end, at_rest in zip(ends, rests, strict=True):
        key = tuple(np.round(end, 2).tolist()) if at_rest else ()
        groups.setdefault(key, []).append(end)
    found = [
        Ending(tuple(np.split(np.mean(part, axis=0), cuts)), len(part) / starts, key != ())
        for key, part in groups.items()
    ]
    return sorted(found, key=lambda ending: (not ending.rests, -ending.starts))


def _regret(payoffs: np.ndarray, mixed: list[np.ndarray], shared: bool) -> np.ndarray:
    """Return what the best strategy earns above the mean, of the spread, a row a start."""
    worth = _worth(payoffs, mixed, shared)
    above = [w.max(axis=-1) - (w * part).sum(axis=-1) for w, part in zip(worth, mixed, strict=True)]
    return np.max(above, axis=0) / spread(payoffs[None] if shared else payoffs)


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
