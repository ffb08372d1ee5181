"""Looking more than once: how many pairs at each look, and how strict a look must be.

Who looks at the data again and again and stops at the first interval that excludes 0 is wrong far
more often than 5 % of the time. So each look k, at the share t of the most pairs, may spend only a
part of the whole error alpha; up to t it may have spent, on each side,

    a(t) = 2 - 2 Phi(z / sqrt(t)),    z the upper quantile of the normal at alpha / 4,

next to nothing early and almost all at the last look, whose interval is hardly wider than that of a
study with one look. From a(t) follows the boundary b of the standardised mean at each look, since
sums over disjoint sets of pairs are independent; the interval at a look has the coverage
2 Phi(b) - 1, so that all looks together keep 1 - alpha.

Shares, counts and exits are not normal, and their intervals at 20 to 80 pairs come out a little
short. Who looks more than once therefore plans with nine tenths of alpha: under the symmetry null
all of it gave 5.2 % of false verdicts for 5 % (11 200 verdicts in 400 repetitions).

References
----------
K. K. G. Lan & D. L. DeMets (1983), "Discrete sequential boundaries for clinical trials",
Biometrika 70(3), 659-663, DOI 10.1093/biomet/70.3.659.
P. C. O'Brien & T. R. Fleming (1979), "A multiple testing procedure for clinical trials",
Biometrics 35(3), 549-556, DOI 10.2307/2530245.
C. Jennison & B. W. Turnbull (1989), "Interim analyses: the repeated confidence interval approach",
Journal of the Royal Statistical Society B 51(3), 305-334.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

from platformsim.studies.judge import ERROR, FEWEST_PAIRS

MOST_PAIRS = 320
_NODES = 241
# What no look can need: beyond it normal probabilities vanish.
_FARTHEST = 37.0
_PLANNED = 0.9


@dataclass(frozen=True)
class Look:
    """One look at the pairs.

    Attributes
    ----------
    number : int
        From 1.
    pairs : int
        Pairs run by then.
    boundary : float
        What the standardised mean must exceed.
    error : float
        One less the coverage of the intervals at this look.
    """

    number: int
    pairs: int
    boundary: float
    error: float


def looks(most: int, error: float = ERROR) -> tuple[Look, ...]:
    """Return the looks at 20, 40, 80, ... pairs, the last at ``most``.

    Parameters
    ----------
    most : int
        Most pairs, at least 20.
    error : float
        Chance that any look is wrong.
    """
    sizes = [FEWEST_PAIRS]
    while sizes[-1] < most:
        sizes.append(min(2 * sizes[-1], most))
    planned = error if len(sizes) == 1 else _PLANNED * error
    found = boundaries([size / most for size in sizes], planned)
    return tuple(
        Look(place, size, bound, 2.0 * float(norm.sf(bound)))
        for place, (size, bound) in enumerate(zip(sizes, found, strict=True), 1)
    )


def spent(share: float, alpha: float) -> float:
    """Return the error that may have been spent, on one side, by a share of all pairs."""
    return float(2.0 * norm.sf(norm.isf(alpha / 4.0) / np.sqrt(share)))


def boundaries(shares: Sequence[float], alpha: float) -> list[float]:
    """Return the boundary of the standardised mean at each look, two-sided.

    Parameters
    ----------
    shares : sequence of float
        Share of the most pairs at each look, rising to 1.
    alpha : float
        Error of all looks together.
    """
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    found: list[float] = []
    # Density of the sum at the look before, where nothing was decided then.
    places, density, before, used = np.zeros(1), np.ones(1), 0.0, 0.0
    for share in shares:
        allowed, step = spent(share, alpha), np.sqrt(share - before)

        root = np.sqrt(share)

        def beyond(bound: float, places=places, density=density, step=step, root=root) -> float:
            return float(density @ norm.sf((bound * root - places) / step))

        wanted = allowed - used
        bound = brentq(lambda b, f=beyond, w=wanted: f(b) - w, 0.0, _FARTHEST, xtol=1e-12)
        edge = bound * np.sqrt(share)
        ahead = edge * nodes
        kernel = norm.pdf((ahead[:, None] - places) / step) / step
        places, density = ahead, (kernel @ density) * weights * edge
        before, used = share, allowed
        found.append(float(bound))
    return found
