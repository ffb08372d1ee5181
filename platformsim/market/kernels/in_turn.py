"""Agents who choose one after the other, each seeing the present installed base."""

import numpy as np
from numba import njit

from platformsim.market.kernels.cache import cached
from platformsim.market.kernels.draws import philox
from platformsim.market.kernels.table import value_sets

LAWS = ("linear", "log", "power", "saturating")


@njit
def _network_value(share, law, shape):
    """Return the value of an installed base; see :func:`platformsim.market.laws.network_value`."""
    if law == 1:
        return np.log1p(shape * share) / np.log1p(shape)
    if law == 2:
        return share**shape
    if law == 3:
        return share * (1.0 + shape) / (share + shape)
    return share


@njit
def _same_side(members, living, without, kappa, count_self, law, shape):
    """Return the value of a platform with some members, for somebody on it or not."""
    share = members / max(living, 1)
    if not count_self:
        others = max(living, 2)
        share = (share * others - without) / (others - 1)
        share = min(max((1.0 - kappa) * share + kappa, 0.0), 1.0)
    else:
        share = (1.0 - kappa) * share + kappa
    return _network_value(share, law, shape)


@njit
def _gumbel(words, row):
    return -np.log(-np.log((np.float64(words[row, 0]) + 0.5) * 2.0**-32))


@cached
def choose_in_turn(
    first,
    turns,
    turn_stream,
    choice,
    alive,
    counts,
    common,
    own,
    weights,
    laws,
    shapes,
    kappa,
    count_self,
    member,
    size,
    joins,
    lane,
    outside_value,
    home_cost,
    home_variety,
    switch_cost,
    scale,
    tastes,
    traits,
    exposure,
    indptr,
    neighbours,
    contacts,
    step,
    stream,
    key,
):
    """Let some agents choose first, and then so many drawn uniformly.

    Agent i takes the alternative of the largest

        W(V) - sigma * joins[c, a] + mu G,    V[p] = common[p] + own[p] [i on p]
            + sum_t weights[t] g_t(members of p now) + sum_k tastes[k, i] traits[k, p]
            + exposure * share of i's contacts on p now

    with the Gumbel draws of its turn.

    Parameters
    ----------
    first : (m,) int64
        Rows.
    turns : int
        Turns of slots that are drawn.
    turn_stream : uint32
    choice, alive : (n,) int16 and bool
        ``choice`` is overwritten.
    counts : (A,) int64
        Living agents at each alternative; kept up to date.
    common, own : (P,) float64, utils
        Without the network terms.
    weights, laws, shapes : (T,) float64, int64, float64
        Network terms; laws by their place in ``LAWS``.
    kappa : float
        Interoperability.
    count_self : bool
    member, size, joins, lane
        See :class:`platformsim.market.alternatives.Alternatives`.
    outside_value, home_cost, home_variety, switch_cost, scale : float, utils
    tastes, traits : (K, n) float32 and (K, P) float64
    exposure : float, utils
    indptr, neighbours, contacts : (n + 1,) int64, (edges,) int32, (n, P) int32, or empty
        The graph and its counts, which are kept up to date.
    step, stream : uint32
    key : (2,) uint32

    Returns
    -------
    int, int, float
        How many moved, how many chose, and the sum of their log-sums in utils.
    """
    width, platforms = member.shape
    living, members = 0, np.zeros(platforms, np.int64)
    for a in range(width):
        living += counts[a]
        for p in range(platforms):
            members[p] += counts[a] * member[a, p]
    value, values = np.empty(platforms), np.empty(width)
    turn_of, words = np.empty(1, np.uint32), np.empty((4, 1), np.uint32)
    switches, choosers, log_sums = 0, 0, 0.0
    for turn in range(len(first) + turns):
        drawn = turn - len(first)
        if drawn < 0:
            row = first[turn]
        else:
            turn_of[0] = drawn // 4
            philox(turn_of, 1, step, turn_stream, np.uint32(0), key, words)
            uniform = (np.float64(words[drawn % 4, 0]) + 0.5) * 2.0**-32
            row = np.int64(uniform * len(choice))
        if not alive[row]:
            continue
        choosers += 1
        now = choice[row]
        degree = max(indptr[row + 1] - indptr[row], 1) if exposure != 0.0 else 1
        for p in range(platforms):
            total = common[p]
            for t in range(len(weights)):
                total += weights[t] * _same_side(
                    members[p], living, member[now, p], kappa, count_self, laws[t], shapes[t]
                )
            for k in range(len(traits)):
                total += np.float64(tastes[k, row]) * traits[k, p]
            if exposure != 0.0:
                total += exposure * (contacts[row, p] / degree)
            value[p] = total + own[p] * member[now, p]
        value_sets(value, member, size, outside_value, home_cost, home_variety, values)
        turn_of[0] = turn
        best, chosen, block, top, total = -np.inf, 0, -1, -np.inf, 0.0
        for a in range(width):
            values[a] -= switch_cost * joins[now, a]
            top = max(top, values[a])
        for a in range(width):
            total += np.exp((values[a] - top) / scale)
            if lane[a] // 4 != block:
                block = lane[a] // 4
                philox(turn_of, 1, step, stream, np.uint32(block), key, words)
            noisy = values[a] + scale * _gumbel(words, lane[a] % 4)
            if noisy > best:
                best, chosen = noisy, a
        log_sums += top + scale * np.log(total)
        if chosen == now:
            continue
        switches += 1
        choice[row] = chosen
        counts[now] -= 1
        counts[chosen] += 1
        for p in range(platforms):
            change = np.int32(member[chosen, p]) - np.int32(member[now, p])
            members[p] += change
            if change != 0 and len(contacts):
                for edge in range(indptr[row], indptr[row + 1]):
                    contacts[neighbours[edge], p] += change
    return switches, choosers, log_sums
