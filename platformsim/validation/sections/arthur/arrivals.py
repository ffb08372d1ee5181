"""Markets of the engine in which agents come one at a time, and each chooses once."""

from __future__ import annotations

from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from platformsim.market.laws import SameSide
from platformsim.market.market import Market
from platformsim.market.side import Appeal
from platformsim.theory import lock_in
from platformsim.validation.markets import stage

# What a leaning is moved by, in adopters, so that ties go to the technology one leans to.
_TIE = 1e-5
# Under the logarithmic law with such a curvature, utility is the logarithm of the adopters.
_STEEP = 1e12


class Runs(NamedTuple):
    """Leads of A after each adopter, (R, n), and whether each adopter leaned to A."""

    lead: np.ndarray
    leans: np.ndarray


def _market(people: int, seed: int, choice_noise: float, replicate: int) -> Market:
    built = stage(
        {"users": {
            "count": people, "updating": "sequential", "revise_rate": 0.0,
            "choice_noise": choice_noise, "tastes": {"leaning": {}},
        }},
        seed=seed, characteristics={"leaning": (1.0, 0.0)},
    )  # fmt: skip
    return built.market(replicate)


def _arrive(market: Market, start: np.ndarray, effect: SameSide) -> np.ndarray:
    """Let everybody who is nowhere yet choose, in the order of rows; return all choices."""
    side = market.sides["users"]
    side.choice[:] = start
    side.recount()
    market.month += 1
    steady = Appeal(np.zeros(2), same_side=[effect])
    nowhere = np.array([True, False, False])
    side.choose_in_turn(market.month, lambda: steady, nowhere, steady)
    return side.choice


def adoptions(
    p: SimpleNamespace, people: int, runs: int, seed: int, rng: np.random.Generator,
    chance_r: float | None = None,
) -> Runs:  # fmt: skip
    """Let adopters of two types choose between technologies with increasing returns.

    Utilities of a type are divided by its returns: one adopter is then worth 1 to everybody, and
    types differ in what they lean by.
    """
    market = _market(people, seed, 0.0, 0)
    to_a, to_b = (p.aR - p.bR) / p.r + _TIE, (p.aS - p.bS) / p.s - _TIE
    start, effect = np.zeros(people, np.int16), SameSide(float(people), "linear", 1.0)
    leans = rng.random((runs, people)) < (p.pi if chance_r is None else chance_r)
    chosen = np.empty((runs, people), np.int8)
    for run in range(runs):
        market.sides["users"].tastes[0] = np.where(leans[run], to_a, to_b)
        chosen[run] = _arrive(market, start, effect)
    return Runs(np.cumsum(3 - 2 * chosen, axis=1, dtype=np.int32), leans)


def enough(pi: float, leads: lock_in.Barriers) -> int:
    """Return a number of adopters after which hardly a market is not locked in."""
    time = lock_in.lock_in_time(pi, *leads)
    return int(time.mean + 14.0 * time.sd) + 20


def defections(runs: Runs) -> tuple[float, float]:
    """Return the smallest leads of A and of B at which somebody chose against its leaning."""
    step = np.diff(runs.lead, axis=1, prepend=0)
    before = runs.lead - step
    to_a, to_b = before[~runs.leans & (step > 0)], before[runs.leans & (step < 0)]
    return float(to_a.min(initial=np.iinfo(np.int32).max)), float(-to_b.max(initial=-(2**31)))


def locked(runs: Runs, leads: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Return how many adopters it took until lock-in, and whether it was to A, (R,) each."""
    over = (runs.lead >= leads[0]) | (runs.lead <= -leads[1])
    when = np.argmax(over, axis=1)
    done = over.any(axis=1)
    winner = runs.lead[np.arange(len(when)), when] > 0
    return when[done] + 1.0, winner[done]


def urn(
    first: int, second: int, draws: int, runs: int, seed: int, exponent: float = 1.0
) -> np.ndarray:
    """Return how many are on the first platform when newcomers choose as n^exponent, (R,).

    Their utility is the logarithm of the installed base, times the exponent, plus Gumbel noise.
    """
    people = first + second + draws
    market = _market(people, seed, 1.0, 0)
    market.sides["users"].tastes[:] = 0.0
    effect = SameSide(exponent * float(np.log1p(_STEEP)), "log", _STEEP)
    start = np.zeros(people, np.int16)
    start[:first], start[first : first + second] = 1, 2
    return np.array(
        [np.count_nonzero(_arrive(market, start, effect) == 1) for _ in range(runs)], float
    )
