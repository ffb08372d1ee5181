"""Where a noisy curve crosses 0, with a band.

1. *Scan.* The quantity is evaluated at evenly spaced values; a change of sign between two of them,
   each sure at 99.8 %, brackets a crossing. What lies between and cannot be told belongs to it.
2. *Narrow.* Values inside the bracket are evaluated until it is narrower than the resolution asked
   for, or none of them can be told.
3. *Estimate.* Five values are laid over a window around the crossing, with the same replicates at
   each; from the spread of the first, the replicates are planned that make the band as narrow as
   asked for, within what is allowed. Each replicate gives a straight line, so that draws shared
   along the curve are allowed for; the band is Fieller's set of all x at which the mean line may
   be 0,

       (a + b x)^2 <= t^2 var(a + b x),

   wider on both sides by what a quadratic through the window would move the crossing. Where the
   curve bends within the window (the mean quadratic or cubic part differs from 0 at 99 %, and is
   more than a twentieth of the linear part), the window is halved. Where it bends still at the
   resolution asked for, or the slope cannot be told from 0, the band is the narrowest pair of
   values with sure signs: a jump is not located more exactly than that.

References
----------
E. C. Fieller (1954), "Some problems in interval estimation", Journal of the Royal Statistical
Society B 16(2), 175-185.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.stats import t as student

from platformsim.studies.boundary.curve import Curve, interval

_SCAN, _INSIDE, _WINDOW = 9, 3, 5
_ROUNDS, _MOST_CROSSINGS = 8, 8
_BENDS, _BENT = 0.01, 0.05
_MOST_AT_ONCE = 8.0


@dataclass(frozen=True)
class Effort:
    """How closely to look.

    Attributes
    ----------
    replicates : int
        At each value of the scan.
    most : int
        At each value around a crossing.
    precision : float
        Half-width of the band to be reached, as a share of the range.
    level : float
        Of the band.
    """

    replicates: int = 20
    most: int = 160
    precision: float = 0.005
    level: float = 0.95


@dataclass(frozen=True)
class Crossing:
    """A crossing of 0.

    Attributes
    ----------
    value, low, high : float
        Best estimate and band.
    rises : bool
        Whether the quantity goes from below 0 to above.
    method : str
        ``line``: from the line through the values around it; ``bracket``: between two values.
    replicates : int
        At each value that the estimate is made from.
    """

    value: float
    low: float
    high: float
    rises: bool
    method: str
    replicates: int


def crossings(curve: Curve, low: float, high: float, effort: Effort) -> list[Crossing]:
    """Return where a curve crosses 0 between two ends, rising."""
    count = effort.replicates
    scan = np.linspace(low, high, _SCAN)
    curve.at(scan, count)
    while not _brackets(curve, low, high) and _unsure(curve, low, high) and count < effort.most:
        count = min(2 * count, effort.most)
        curve.at(scan, count)
    for _ in range(_ROUNDS):
        wanted: list[float] = []
        for first, last in _brackets(curve, low, high)[:_MOST_CROSSINGS]:
            told = [s != 0 for x, s in curve.signs(first, last) if first < x < last]
            wide = last - first > 2 * effort.precision * (high - low)
            if wide and (any(told) or len(told) < _INSIDE):
                wanted += np.linspace(first, last, _INSIDE + 2)[1:-1].tolist()
        if not wanted:
            break
        curve.at(wanted, count)
    found = [
        _estimate(curve, bracket, (low, high), count, effort)
        for bracket in _brackets(curve, low, high)[:_MOST_CROSSINGS]
    ]
    return sorted(found, key=lambda one: one.value)


def _unsure(curve: Curve, low: float, high: float) -> bool:
    return any(s == 0 for _, s in curve.signs(low, high))


def _brackets(curve: Curve, low: float, high: float) -> list[tuple[float, float]]:
    told = [(x, s) for x, s in curve.signs(low, high) if s != 0]
    return [(x, y) for (x, s), (y, t) in pairwise(told) if s != t]


def _estimate(
    curve: Curve,
    bracket: tuple[float, float],
    ends: tuple[float, float],
    count: int,
    effort: Effort,
) -> Crossing:
    first, last = bracket
    rises = dict(curve.signs(first, last))[last] > 0
    finest = effort.precision * (ends[1] - ends[0])
    centre, half, planned = (first + last) / 2, (last - first) / 2, False
    for _ in range(3 * _ROUNDS):
        window = np.clip(np.linspace(centre - half, centre + half, _WINDOW), *ends)
        xs, values = curve.at(window, count)
        if len(xs) < 3:
            break
        line = _line(xs, values, effort.level)
        if line is not None and line.bends:
            if half <= finest / 2:
                break
            centre, half = (line.value if first < line.value < last else centre), half / 2
        elif line is not None and planned:
            return Crossing(line.value, line.low, line.high, rises, "line", values.shape[1])
        elif line is None and count >= effort.most:
            break
        else:
            # Planned once, from the spread: stopping at the first narrow band finds it too narrow.
            wanted = _MOST_AT_ONCE if line is None else ((line.high - line.low) / 2 / finest) ** 2
            factor = min(max(1.2 * wanted, 2.0), _MOST_AT_ONCE)
            planned = line is not None
            if line is None or line.high > line.low:
                count = min(math.ceil(factor * count), max(count, effort.most))
    return _between(curve, bracket, rises, count)


def _between(curve: Curve, bracket: tuple[float, float], rises: bool, replicates: int) -> Crossing:
    """Return the narrowest pair of sure signs within a bracket, with the crossing interpolated."""
    told = [(x, s) for x, s in curve.signs(*bracket) if s != 0]
    pairs = [(x, y) for (x, s), (y, t) in pairwise(told) if s != t and (t > 0) == rises]
    first, last = (pairs[0][0], pairs[-1][1]) if pairs else bracket
    xs, values = curve.at([first, last], replicates)
    means = np.nanmean(values, axis=1)
    part = np.clip(means[0] / (means[0] - means[1]), 0, 1) if means[0] != means[1] else 0.5
    return Crossing(
        float(xs[0] + part * (xs[1] - xs[0])), first, last, rises, "bracket", replicates
    )


@dataclass(frozen=True)
class _Line:
    value: float
    low: float
    high: float
    bends: bool


def _line(xs: np.ndarray, values: np.ndarray, level: float) -> _Line | None:
    """Return where the line through a window's values is 0, or None where its slope is unsure."""
    values = values[:, ~np.isnan(values).any(axis=0)]
    count = values.shape[1]
    if count < 2:
        return None
    middle, scale = xs.mean(), np.ptp(xs) / 2
    z = (xs - middle) / scale
    # Orthogonal polynomials: the quadratic part is what the line leaves.
    parts = np.linalg.qr(np.vander(z, min(4, len(xs)), increasing=True))[0].T @ values
    start, slope = np.linalg.lstsq(np.vander(z, 2, increasing=True), values, rcond=None)[0]
    a, b = start.mean(), slope.mean()
    reach = student.isf((1 - level) / 2, count - 1) ** 2 / count
    (saa, sab), (_, sbb) = np.cov(start, slope)
    square, cross, rest = b**2 - reach * sbb, a * b - reach * sab, a**2 - reach * saa
    if square <= 0:
        return None
    root = np.sqrt(max(cross**2 - square * rest, 0.0))
    places = [-a / b, (-cross - root) / square, (-cross + root) / square]
    bends = any(_differs(part, abs(parts[1].mean())) for part in parts[2:])
    # What a bend too small to be seen would shift the crossing by.
    c, d, e = np.polyfit(z, values.mean(axis=1), 2)
    inner = [float(w.real) for w in np.roots([c, d, e]) if abs(w.imag) < 1e-12 and abs(w) <= 1]
    nearest = min(inner, key=lambda w: abs(w - places[0]), default=places[0])
    value, low, high = (float(middle + scale * place) for place in places)
    shift = scale * abs(nearest - places[0])
    return _Line(value, low - shift, high + shift, bends)


def _differs(part: np.ndarray, slope: float) -> bool:
    """Return whether a bend is there and, set against the slope, matters."""
    mean, reach, _ = interval(part, _BENDS)
    return abs(mean) > max(reach, _BENT * slope)
