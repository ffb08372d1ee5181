"""Who is where, from the counts of the alternatives."""

import numpy as np

from platformsim.market.kernels.cache import cached


@cached
def tally(counts, member, size):
    """Return how many live, and where.

    Parameters
    ----------
    counts : (A,) int64 or float64
        Living agents at each alternative.
    member, size : (A, P) int8 and (A,) int64
        See :class:`platformsim.market.alternatives.Alternatives`.

    Returns
    -------
    living : float
    installed_base : (P,) float64
        Members of each platform as a share of the living.
    active : (P,) float64
        Members of each platform, a multi-homer divided over its homes.
    """
    width, platforms = member.shape
    living, base, active = 0.0, np.zeros(platforms), np.zeros(platforms)
    for a in range(width):
        living += counts[a]
        for p in range(platforms):
            if member[a, p]:
                base[p] += counts[a]
                active[p] += counts[a] / size[a]
    for p in range(platforms):
        base[p] /= max(living, 1.0)
    return living, base, active
