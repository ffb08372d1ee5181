"""All the roots of a function of one variable, from the signs it takes."""

from collections.abc import Callable, Iterable

import numpy as np
from scipy.optimize import brentq, minimize_scalar

Function = Callable[[float], float]
# A value this small is a rounded zero.
ZERO = 1e-15


def roots_between(function: Function, knots: Iterable[float]) -> np.ndarray:
    """Return every root of a function that is monotone between neighbouring knots.

    Parameters
    ----------
    function : callable
        Continuous, from a float to a float.
    knots : iterable of float
        Both ends of the interval and every turning point in it, in any order.

    Returns
    -------
    (R,) float
        Ascending. A root of even order is found if it is itself a knot.
    """
    points = np.unique(np.asarray(list(knots), float))
    values = np.array([function(point) for point in points])
    signs = np.where(np.abs(values) <= ZERO, 0.0, np.sign(values))
    found = list(points[signs == 0.0])
    found += [
        brentq(function, points[place], points[place + 1], xtol=1e-300, rtol=1e-15)
        for place in np.flatnonzero(signs[:-1] * signs[1:] < 0)
    ]
    return np.unique(found)


def scanned_roots(function: Function, grid: np.ndarray) -> np.ndarray:
    """Return the roots of a function whose turning points are not known in advance.

    Where the values on the grid come near to zero and turn back, the turning point itself is
    located first, so that a pair of close roots is not stepped over.

    Parameters
    ----------
    function : callable
        Continuous, from a float to a float.
    grid : (G,) float
        Ascending; at most one turning point between neighbours.

    Returns
    -------
    (R,) float
        Ascending.
    """
    values = np.array([function(point) for point in grid])
    knots = list(grid)
    for place in range(1, len(grid) - 1):
        side = np.sign(values[place])
        size = side * values[place - 1 : place + 2]
        if size.min() > 0 and size[1] <= size[0] and size[1] <= size[2]:
            ends = (grid[place - 1], grid[place + 1])
            turn = minimize_scalar(
                lambda x, side=side: side * function(x),
                bounds=ends,
                method="bounded",
                options={"xatol": 1e-12 * max(abs(ends[0]), abs(ends[1]))},
            )
            knots.append(float(turn.x))
    return roots_between(function, knots)
