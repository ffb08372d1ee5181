"""How a small lead over an even split grows: an even split lasts while it shrinks."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from platformsim.errors import Problem, ScenarioError
from platformsim.model import PlatformModel
from platformsim.scenario import Scenario

# A push and a number of agents for which it is right.
_KICK, _COUNT = 0.02, 2_000
# How much the push differs between replicates, evenly spread by multiples of the golden ratio.
_DITHER, _GOLDEN = 0.2, (math.sqrt(5.0) - 1.0) / 2.0


@dataclass(frozen=True)
class Response:
    """How shares answer to a small push away from the even split.

    Attributes
    ----------
    sides : tuple of str
    matrices : (R, S, S) float
        One replicate each: entry (s, s') is the change of side s's choice probability for the
        first platform per unit by which side s' was pushed towards it.
    """

    sides: tuple[str, ...]
    matrices: np.ndarray

    @property
    def eigenvalue(self) -> float:
        """Largest real part of the mean matrix's eigenvalues: unstable when above 1."""
        return _largest(self.matrices.mean(axis=0))

    @property
    def standard_error(self) -> float:
        """Jackknife standard error of the eigenvalue over replicates."""
        count = len(self.matrices)
        total = self.matrices.sum(axis=0)
        left_out = np.array([_largest((total - one) / (count - 1)) for one in self.matrices])
        return float(np.sqrt((count - 1) / count * ((left_out - left_out.mean()) ** 2).sum()))


def kick_of(scenario: Scenario) -> float:
    """Return a push that suits the market's size.

    The noise of the response rises as the inverse root of push and count, its error falls faster
    with the push; of the two the error must be the smaller.
    """
    fewest = min((side.count for side in scenario.sides.values()), default=1)
    return _KICK * min(1.0, (_COUNT / fewest) ** 0.25)


def _largest(matrix: np.ndarray) -> float:
    return float(np.linalg.eigvals(matrix).real.max())


def response(scenario: Scenario, *, kick: float = 0.03, replicates: range = range(10)) -> Response:
    """Measure the linear response of all sides at the even split.

    Each side in turn starts with the share 1/K + h on the first platform and 1/K - h / (K - 1) on
    the others, then with the opposite sign, under the same draws; in one month in which everybody
    chooses, the shares answer, and D(h) is half the difference over h. From two pushes,

        Lambda = (4 D(h) - D(2 h)) / 3

    is the matrix of the mean-field map's derivative up to terms of order h**4 (Richardson's
    extrapolation). h is the kick, a little another one in each replicate: whole agents would
    round off the same way every time, which no spread over replicates could tell. With revision
    rate alpha the map's own eigenvalue is (1 - alpha) + alpha * lambda, so the even split is
    stable exactly when the largest eigenvalue lambda of Lambda is below 1, whatever alpha.

    Parameters
    ----------
    scenario : Scenario
        With platforms that are equal in everything.
    kick : float
        Size of the push, a share.
    replicates : range
        Which of them.

    Returns
    -------
    Response

    Raises
    ------
    ScenarioError
        When there are fewer than two platforms, or they differ.

    References
    ----------
    W. A. Brock & S. N. Durlauf (2002), "A multinomial-choice model of neighborhood effects",
    American Economic Review 92(2), 298-303, DOI 10.1257/000282802320189470.
    """
    platforms = [row.name for row in scenario.platforms]
    if len(platforms) < 2:
        raise ScenarioError(Problem("platforms", platforms, "tipping needs at least two"))
    alike = {repr(replace(row, name="", initial={}, slot=None)) for row in scenario.platforms}
    if len(alike) > 1:
        raise ScenarioError(Problem("platforms", platforms, "an even split needs equal platforms"))
    sides = tuple(scenario.sides)
    choosing = scenario.with_settings({f"sides.{side}.revise_rate": 1.0 for side in sides})
    matrices = np.empty((len(replicates), len(sides), len(sides)))
    for column, pushed in enumerate(sides):
        for place, replicate in enumerate(replicates):
            push = kick * (1.0 + _DITHER * (replicate * _GOLDEN % 1.0 - 0.5))
            once, twice = (_slope(choosing, pushed, size, replicate) for size in (push, 2.0 * push))
            matrices[place, :, column] = (4.0 * once - twice) / 3.0
    return Response(sides, matrices)


def _slope(scenario: Scenario, pushed: str, size: float, replicate: int) -> np.ndarray:
    """Return how much each side's share of the first platform answers, per unit of a push."""
    up, down = (
        _after_one_month(scenario.with_settings(_start(scenario, pushed, push)), replicate)
        for push in (size, -size)
    )
    return (up - down) / (2.0 * size)


def _start(scenario: Scenario, pushed: str, kick: float) -> dict[str, float]:
    platforms = [row.name for row in scenario.platforms]
    even, others = 1.0 / len(platforms), len(platforms) - 1
    shares = {}
    for side in scenario.sides:
        push = kick if side == pushed else 0.0
        for place, name in enumerate(platforms):
            share = even + push if place == 0 else even - push / others
            shares[f"platforms.{name}.initial.{side}"] = share
    return shares


def _after_one_month(scenario: Scenario, replicate: int) -> np.ndarray:
    model = PlatformModel(scenario, replicate=replicate)
    model.step()
    return np.array([share[0] for share in model.market.share.values()])
