"""A block of agents and all their alternatives: what these are worth, and which one wins."""

import numpy as np
from numba import njit

from platformsim.market.kernels.blocks import (
    LEAST,
    add,
    add_exp,
    add_set,
    add_tastes,
    draw_exponential,
    enter,
    enter_race,
    enter_race_alike,
    enter_race_from_two,
    fill,
    from_table,
    from_two,
    gather_exposure,
    largest,
    log_sum,
)

_MOST = np.float32(3.0e38)


@njit
def is_alike(table, width, a):
    """Tell whether alternative a is worth the same to those at any alternative."""
    alike = True
    for c in range(1, width):
        alike &= table[c * width + a] == table[a]
    return alike


@njit
def look_up(table, single, cur, width, n, a, u):
    """Write what the table says of alternative a to those at each alternative."""
    if is_alike(table, width, a):
        fill(u, table[a], n)
    elif single:
        # An alternative has two values: to who is there, and to all others.
        elsewhere = 1 if a == 0 else 0
        from_two(cur, table[a * width + a], table[elsewhere * width + a], n, a, u)
    else:
        from_table(table, cur, width, n, a, u)


@njit
def race_all(words, lane_rows, entrants, table, single, cur, width, n, u, best, arg):
    """Let the smallest E * table[c, a] win: nothing differs by agent but where it is."""
    fill(best, _MOST, n)
    for e in range(len(entrants)):
        a, drawn = entrants[e], words[lane_rows[e]]
        if is_alike(table, width, a):
            enter_race_alike(drawn, table[a], n, a, best, arg)
        elif single:
            elsewhere = 1 if a == 0 else 0
            stay, move = table[a * width + a], table[elsewhere * width + a]
            enter_race_from_two(drawn, cur, stay, move, n, a, best, arg)
        else:
            from_table(table, cur, width, n, a, u)
            enter_race(drawn, u, n, a, best, arg)


@njit
def value_all(
    tastes, start, traits, table, cur, width, entrants, exposure, contacts, degree, rows, single,
    platform_table, member, variety, n, values, more, total, u,
):  # fmt: skip
    """Write the utilities of all entrants into the rows of ``u``."""
    if not single:
        for p in range(member.shape[1]):
            from_table(platform_table, cur, member.shape[1], n, p, values[p])
            add_tastes(tastes, start, traits, p + 1, n, values[p])
            if exposure != np.float32(0.0):
                gather_exposure(contacts, degree, rows, n, p, exposure, more)
                add(more, n, values[p])
    for e in range(len(entrants)):
        a = entrants[e]
        look_up(table, single, cur, width, n, a, u[e])
        if not single:
            add_set(values, member[a], variety, n, more, total, u[e])
            continue
        add_tastes(tastes, start, traits, a, n, u[e])
        if exposure != np.float32(0.0) and a > 0:
            gather_exposure(contacts, degree, rows, n, a - 1, exposure, more)
            add(more, n, u[e])


@njit
def enter_all(words, lane_rows, entrants, n, noise, u, best, arg):
    """Let the largest utility plus Gumbel noise win."""
    fill(best, LEAST, n)
    for e in range(len(entrants)):
        draw_exponential(words[lane_rows[e]], n, noise)
        enter(noise, u[e], n, entrants[e], best, arg)


@njit
def log_sum_all(u, entrants, n, top, total):
    """Return the sum over agents of the log-sum of their utilities."""
    fill(top, LEAST, n)
    for e in range(entrants):
        largest(u[e], n, top)
    fill(total, np.float32(0.0), n)
    for e in range(entrants):
        add_exp(u[e], top, n, total)
    return log_sum(top, total, n)
