"""Neighbour counts, kept up to date by those who moved."""

import numpy as np

from platformsim.market.kernels.cache import cached
from platformsim.market.kernels.scalars import prefetch

# How many movers ahead their edges, their contacts and the contacts' counts are asked for.
_FAR, _MIDDLE, _NEAR = 24, 12, 4


@cached
def follow(movers, origins, chunk, moved, choice, member, indptr, neighbours, counts):
    """Move the counts along: counts[j, p] += member[now, p] - member[before, p] for each contact j.

    Parameters
    ----------
    movers, origins : (n,) int32 and int16
        Who moved and from which alternative; those of chunk c start at ``c * chunk``.
    chunk : int
    moved : (chunks,) int64
        How many moved.
    choice : (n,) int16
        Present alternatives.
    member : (A, P) int8
    indptr, neighbours : (n + 1,) int64 and (edges,) int32
    counts : (n, P) int32
    """
    width = member.shape[1]
    platforms, change = np.empty(member.shape[1], np.int64), np.empty(member.shape[1], np.int32)
    for c in range(len(moved)):
        last = c * chunk + moved[c]
        for place in range(c * chunk, last):
            # Contacts are scattered over memory: waiting for each in turn takes most of the time.
            if place + _FAR < last:
                prefetch(indptr, np.int64(movers[place + _FAR]))
            if place + _MIDDLE < last:
                prefetch(neighbours, indptr[movers[place + _MIDDLE]])
            if place + _NEAR < last:
                coming = movers[place + _NEAR]
                for edge in range(indptr[coming], indptr[coming + 1]):
                    prefetch(counts, np.int64(neighbours[edge]) * width)
            row, differing = movers[place], 0
            now, before = choice[row], origins[place]
            for p in range(member.shape[1]):
                if member[now, p] != member[before, p]:
                    platforms[differing] = p
                    change[differing] = np.int32(member[now, p]) - np.int32(member[before, p])
                    differing += 1
            for edge in range(indptr[row], indptr[row + 1]):
                contact = neighbours[edge]
                for d in range(differing):
                    counts[contact, platforms[d]] += change[d]
