"""Operations on blocks of agents: one a loop, agents innermost, nothing that hinders the vectors.

``n`` is how many agents there are in the block; arrays may be longer. Alternatives are numbered as
in :class:`platformsim.market.alternatives.Alternatives`.
"""

import numpy as np
from numba import njit

from platformsim.market.kernels.scalars import exp, exponential, log, select

# Log-sums are added up in units of 2**-20 of the choice noise.
QUANTA = 2.0**20
LEAST = np.float32(-3.0e38)


@njit
def draw_exponential(words, n, out):
    """Write exponential noise."""
    for i in range(n):
        out[i] = exponential(words[i])


@njit
def enter_race(words, u, n, a, best, arg):
    """Let alternative a enter: the smallest E * u wins, with E exponential noise."""
    for i in range(n):
        time = exponential(words[i]) * u[i]
        better = time < best[i]
        best[i] = select(better, time, best[i])
        arg[i] = select(better, np.int32(a), arg[i])


@njit
def enter_race_from_two(words, cur, stay, move, n, a, best, arg):
    """Let alternative a enter, u being one number for who is there and another for all others."""
    for i in range(n):
        time = exponential(words[i]) * select(cur[i] == a, stay, move)
        better = time < best[i]
        best[i] = select(better, time, best[i])
        arg[i] = select(better, np.int32(a), arg[i])


@njit
def enter_race_alike(words, u, n, a, best, arg):
    """Let alternative a enter, u being one number for all."""
    for i in range(n):
        time = exponential(words[i]) * u
        better = time < best[i]
        best[i] = select(better, time, best[i])
        arg[i] = select(better, np.int32(a), arg[i])


@njit
def enter(noise, u, n, a, best, arg):
    """Let alternative a enter: the largest u - log E wins, with E exponential noise.

    The noise is drawn before: two logarithms in one loop are more than the registers hold.
    """
    for i in range(n):
        value = u[i] - log(noise[i])
        better = value > best[i]
        best[i] = select(better, value, best[i])
        arg[i] = select(better, np.int32(a), arg[i])


@njit
def copy_choice(choice, n, cur):
    """Copy the present alternatives of rows that follow each other."""
    for i in range(n):
        cur[i] = choice[i]


@njit
def store_choice(choice, arg, n):
    """Write the choices of rows that follow each other."""
    for i in range(n):
        choice[i] = np.int16(arg[i])


@njit
def scatter_choice(choice, rows, arg, n):
    """Write the choices of some rows."""
    for i in range(n):
        choice[rows[i]] = np.int16(arg[i])


@njit
def gather(column, rows, n, out):
    """Copy a column of some rows."""
    for i in range(n):
        out[i] = column[rows[i]]


@njit
def gather_exposure(counts, degree, rows, n, platform, weight, out):
    """Write the weighted share of some rows' contacts who are on a platform."""
    for i in range(n):
        row = rows[i]
        contacts = np.float32(max(degree[row], 1))
        out[i] = weight * (np.float32(counts[row, platform]) / contacts)


@njit
def from_table(table, cur, width, n, a, u):
    """Write what alternative a is worth to those at each alternative."""
    for i in range(n):
        u[i] = table[cur[i] * width + a]


@njit
def from_two(cur, stay, move, n, a, u):
    """Write what alternative a is worth to those who are there, and to all others."""
    for i in range(n):
        u[i] = select(cur[i] == a, stay, move)


@njit
def add_two_tastes(theta, x, other, y, n, u):
    """Add two tastes times their traits."""
    for i in range(n):
        u[i] = u[i] + theta[i] * x + other[i] * y


@njit
def add_tastes(theta, start, traits, a, n, u):
    """Add all tastes of the rows from ``start`` on times the traits of alternative a."""
    for k in range(1, len(theta), 2):
        one, other = theta[k - 1][start : start + n], theta[k][start : start + n]
        add_two_tastes(one, traits[k - 1, a], other, traits[k, a], n, u)
    if len(theta) % 2:
        add_taste(theta[-1][start : start + n], traits[-1, a], n, u)


@njit
def add_taste(theta, x, n, u):
    """Add a taste times a trait."""
    for i in range(n):
        u[i] += theta[i] * x


@njit
def add(more, n, u):
    """Add one value an agent."""
    for i in range(n):
        u[i] += more[i]


@njit
def add_scaled_exp(value, top, scale, n, total):
    """Add exp((value - top) * scale) to a total."""
    for i in range(n):
        total[i] += exp((value[i] - top[i]) * scale)


@njit
def add_inclusive(top, total, variety, n, u):
    """Add top + variety * log(total)."""
    for i in range(n):
        u[i] += top[i] + variety * log(total[i])


@njit
def add_set(values, holds, variety, n, top, total, u):
    """Add the value of a set of platforms; see ``Alternatives.values``."""
    size, only = 0, 0
    for p in range(len(holds)):
        if holds[p]:
            size, only = size + 1, p
    if size == 1:
        add(values[only], n, u)
    if size <= 1:
        return
    if variety < np.float32(0.0):
        for p in range(len(holds)):
            if holds[p]:
                add(values[p], n, u)
        return
    fill(top, LEAST, n)
    fill(total, np.float32(0.0), n)
    for p in range(len(holds)):
        if holds[p]:
            largest(values[p], n, top)
    for p in range(len(holds)):
        if holds[p]:
            add_scaled_exp(values[p], top, np.float32(1.0) / variety, n, total)
    add_inclusive(top, total, variety, n, u)


@njit
def fill(out, value, n):
    """Write one value to all."""
    for i in range(n):
        out[i] = value


@njit
def largest(u, n, top):
    """Keep the larger of two."""
    for i in range(n):
        top[i] = select(u[i] > top[i], u[i], top[i])


@njit
def add_exp(u, top, n, total):
    """Add exp(u - top) to a total."""
    for i in range(n):
        total[i] += exp(u[i] - top[i])


@njit
def log_sum(top, total, n):
    """Return the sum over agents of top + log(total), in millionths or so of the choice noise.

    Of whole numbers below 2**53, so that it is the same in any order.
    """
    found = 0.0
    for i in range(n):
        found += np.rint(np.float64(top[i] + log(total[i])) * QUANTA)
    return found


@njit
def count_equal(values, n, wanted):
    """Count the agents with a value, in numbers as wide as the values: blocks are short."""
    kind = values.dtype.type
    found, sought = kind(0), kind(wanted)
    for i in range(n):
        found = kind(found + kind(values[i] == sought))
    return np.int64(found)


@njit
def count_all(values, n, width, counts):
    """Add to the counts of every alternative."""
    rest = n
    for a in range(1, width):
        here = count_equal(values, n, a)
        counts[a] += here
        rest -= here
    counts[0] += rest


@njit
def count_moves(cur, arg, n):
    """Return how many moved."""
    stayed = np.int32(0)
    for i in range(n):
        stayed += np.int32(cur[i] == arg[i])
    return n - stayed


@njit
def note_movers(rows, cur, arg, n, movers, origins, place):
    """Append who moves, and from where; return the next place."""
    for i in range(n):
        movers[place], origins[place] = rows[i], cur[i]
        place += cur[i] != arg[i]
    return place
