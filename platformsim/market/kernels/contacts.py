"""Neighbour counts, kept up to date by those who moved."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
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
    platforms, change = np.empty(member.shape[1], np.int64), np.empty(member.shape[1], np.int32)
    for c in range(len(moved)):
        for place in range(c * chunk, c * chunk + moved[c]):
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
