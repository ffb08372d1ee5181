"""What every alternative is worth to somebody at every alternative, individual terms apart."""

import numpy as np
from numba import njit

from platformsim.market.kernels.cache import cached

_NEVER = -1e30
_BANNED = -1e29


@njit
def value_sets(value, member, size, outside_value, home_cost, home_variety, out):
    """Write the values of all sets of platforms; see ``Alternatives.values``."""
    out[0] = outside_value
    for a in range(1, len(size)):
        top, banned = -np.inf, False
        for p in range(len(value)):
            if member[a, p]:
                top = max(top, value[p])
                banned |= value[p] < _BANNED
        if banned:
            out[a] = _NEVER
        elif size[a] == 1:
            out[a] = top
        elif home_variety < 0.0:
            out[a] = -home_cost * (size[a] - 1)
            for p in range(len(value)):
                out[a] += value[p] * member[a, p]
        else:
            total = 0.0
            for p in range(len(value)):
                if member[a, p]:
                    total += np.exp(min(value[p] - top, 0.0) / home_variety)
            out[a] = top + home_variety * np.log(total) - home_cost * (size[a] - 1)


@njit
def _prepare_sets(
    common,
    own,
    member,
    size,
    joins,
    outside_value,
    home_cost,
    switch_cost,
    scale,
    summed,
    platform_table,
    table,
    best,
):
    """Leave the values of platforms and the costs of sets apart: values differ by agent."""
    # Values are relative to the best platform; a sum over a set misses that once a platform.
    width, platforms = member.shape
    top = common.max()
    again = top if summed else 0.0
    for c in range(width):
        best[c] = top
        for p in range(platforms):
            value = common[p] + own[p] * member[c, p] - top
            platform_table[c * platforms + p] = np.float32(max(value / scale, -1e30))
        for a in range(width):
            worth = outside_value - top if a == 0 else (again - home_cost) * (size[a] - 1)
            table[c * width + a] = np.float32((worth - switch_cost * joins[c, a]) / scale)


@cached
def prepare(
    common,
    own,
    member,
    size,
    joins,
    lane,
    outside_value,
    home_cost,
    home_variety,
    switch_cost,
    scale,
    alike_tastes,
    single,
    platform_table,
    table,
    best,
    log_sums,
    entrants,
    lane_blocks,
    lane_rows,
):
    """Compute the utilities of all alternatives from all alternatives, in units of the noise.

    Parameters
    ----------
    common, own : (P,) float64, utils
        Of a platform for everybody, and for those who are on it already.
    member, size, joins, lane : (A, P) int8, (A,) int64, (A, A) float64 and (A,) int64
        See :class:`platformsim.market.alternatives.Alternatives`.
    outside_value, home_cost, home_variety, switch_cost, scale : float
        Utils; scale is mu.
    alike_tastes : bool
        Nothing differs by agent: the table is to hold exp(-u).
    single : bool
        Nobody can join more than one platform. If neither holds, the values of sets are left to
        the choice itself.
    platform_table : (A * P,) float32
        Then receives the value of each platform relative to the best platform.
    table : (A * A,) float32
        Receives u relative to one value for all (single homes) or to the best of each row, or
        what sets cost.
    best, log_sums : (A,) float64, utils
        Receive what u is relative to, and mu log sum exp(u / mu) relative to the best of each row;
        where all are alike the former is that best, too.
    entrants, lane_blocks, lane_rows : (A,) int32, uint32 and int32
        Receive who can be chosen and where their draws are; see ``choose``.

    Returns
    -------
    int, int, int
        Number of entrants, of blocks of draws, and of alternatives that can be chosen.
    """
    width = len(size)
    worth, value = np.empty(width), common.copy()
    alike = not own.any()
    for c in range(width):
        if c == 0 or not alike:
            for p in range(len(common)):
                value[p] = common[p] + own[p] * member[c, p]
            value_sets(value, member, size, outside_value, home_cost, home_variety, worth)
        top = -np.inf
        for a in range(width):
            top = max(top, worth[a] - switch_cost * joins[c, a])
        total = 0.0
        for a in range(width):
            u = (worth[a] - switch_cost * joins[c, a] - top) / scale
            total += np.exp(u)
            if alike_tastes and not single:
                # What is too slow to have a float32 never wins the race.
                table[c * width + a] = np.exp(min(-u, 88.0))
        best[c], log_sums[c] = top, scale * np.log(total)
    if single:
        # Relative to one value for all, so that a column has two values: of who is there, of
        # others. It is the best for movers: switching costs, however high, are then relative to it.
        top = worth[0]
        for a in range(1, width):
            top = max(top, common[a - 1] - switch_cost)
        for c in range(width):
            for a in range(width):
                value = worth[0] if a == 0 else common[a - 1]
                if a == c and a > 0:
                    value += own[a - 1]
                u = (value - switch_cost * joins[c, a] - top) / scale
                u = max(u, -1e30)
                table[c * width + a] = np.exp(min(max(-u, -80.0), 88.0)) if alike_tastes else u
            if not alike_tastes:
                best[c] = top
    if not alike_tastes and not single:
        _prepare_sets(
            common, own, member, size, joins, outside_value, home_cost, switch_cost, scale,
            home_variety < 0.0, platform_table, table, best,
        )  # fmt: skip
    count, blocks = 0, 0
    for a in range(width):
        if worth[a] > _BANNED:
            entrants[count] = a
            block, place = lane[a] // 4, 0
            while place < blocks and lane_blocks[place] != block:
                place += 1
            if place == blocks:
                lane_blocks[blocks] = block
                blocks += 1
            lane_rows[count] = 4 * place + lane[a] % 4
            count += 1
    if count == 0:  # all platforms have closed down and nobody may stay out
        entrants[0], lane_blocks[0], lane_rows[0] = 0, lane[0] // 4, lane[0] % 4
        return 1, 1, 0
    return count, blocks, count
