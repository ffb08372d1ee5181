"""Neighbour counts, kept up to date by those who moved."""

import numpy as np
from numba import njit

from platformsim.market.kernels.cache import cached
from platformsim.market.kernels.scalars import prefetch

# How many movers ahead their edges, their contacts and the contacts' counts are asked for.
_FAR, _MIDDLE, _NEAR = 24, 12, 4


@njit
def _only_change(member, now, before):
    """Return the platforms joined and left where it is one each, else -1 and -1."""
    gained, lost, changes = -1, -1, 0
    for p in range(member.shape[1]):
        if member[now, p] > member[before, p]:
            gained = p
            changes += 1
        elif member[now, p] < member[before, p]:
            lost = p
            changes += 1
    if changes == 2 and gained >= 0 and lost >= 0:
        return gained, lost
    return -1, -1


@njit
def _shift(cells, neighbours, first, end, width, gained, lost):
    """Count one more on one platform and one less on another for every contact."""
    up, down = np.uint64(gained), np.uint64(lost)
    for edge in range(first, end):
        at = np.uint64(neighbours[edge]) * width
        cells[at + up] += np.int32(1)
        cells[at + down] -= np.int32(1)


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
    width, cells = np.uint64(member.shape[1]), counts.reshape(-1)
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
                    prefetch(cells, np.int64(neighbours[edge]) * np.int64(width))
            row = movers[place]
            now, before = choice[row], origins[place]
            first, end = indptr[row], indptr[row + 1]
            gained, lost = _only_change(member, now, before)
            if gained >= 0:
                _shift(cells, neighbours, first, end, width, gained, lost)
                continue
            for p in range(member.shape[1]):
                change = np.int32(member[now, p]) - np.int32(member[before, p])
                if change:
                    for edge in range(first, end):
                        cells[np.uint64(neighbours[edge]) * width + np.uint64(p)] += change
