"""Where a noisy quantity is above 0 and below it, over two parameters.

Corners of a coarse grid of cells are evaluated; a cell whose corners do not all say the same is cut
into four, and so on, so that work goes to where the answer flips. All corners have the same
replicates, and share their draws. A cell belongs to a zone when all its corners do, and to *cannot
tell* else: the line lies in the cells that cannot be told, and they are its band.

A corner is told when its mean is more than c standard errors from 0, with the same c for all: the
quantile, at the level asked for, of the largest standardised mean of all corners under 0, from
weights drawn for the replicates (multiplier bootstrap). So with that probability no corner at all
is put into a wrong zone, whatever the corners share. What is smaller than a cell of the coarse grid
may be missed.

References
----------
V. Chernozhukov, D. Chetverikov & K. Kato (2013), "Gaussian approximations and multiplier bootstrap
for maxima of sums of high-dimensional random vectors", Annals of Statistics 41(6), 2786-2819,
DOI 10.1214/13-AOS1161.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.stats import norm
from scipy.stats import t as student

from platformsim.studies.boundary.curve import sign, zone
from platformsim.studies.boundary.quantity import Quantity

_FIRST = 6
_DRAWS, _KEY = 2000, 36

Corner = tuple[int, int]
Cell = tuple[int, int, int]


@dataclass
class Mosaic:
    """A square lattice of corners over two ranges, evaluated where it is asked for.

    Attributes
    ----------
    quantity : Quantity
    ranges : tuple of (float, float)
        Of the first and the second parameter.
    replicates : int
    depth : int
        How often a cell may be cut.
    level : float
        Chance that no corner is put into a wrong zone.
    """

    quantity: Quantity
    ranges: tuple[tuple[float, float], tuple[float, float]]
    replicates: int = 20
    depth: int = 2
    level: float = 0.95
    _values: dict[Corner, np.ndarray] = field(default_factory=dict)
    _cells: list[Cell] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Finest cells along a side."""
        return _FIRST * 2**self.depth

    def refine(self) -> None:
        """Evaluate, and cut what cannot be told, as often as allowed."""
        step = 2**self.depth
        cells = [(i, j, step) for i in range(0, self.size, step) for j in range(0, self.size, step)]
        while cells:
            self._evaluate(cells)
            signs = {corner: sign(row) for corner, row in self._values.items()}
            cut = [c for c in cells if c[2] > 1 and len({signs[k] for k in corners(c)}) > 1]
            self._cells += [cell for cell in cells if cell not in set(cut)]
            cells = [part for cell in cut for part in _quarters(cell)]

    def _evaluate(self, cells: list[Cell]) -> None:
        wanted = dict.fromkeys(corner for cell in cells for corner in corners(cell))
        fresh = [corner for corner in wanted if corner not in self._values]
        if fresh:
            points = [self.place(corner) for corner in fresh]
            rows = self.quantity.values(points, range(self.replicates))
            self._values.update(zip(fresh, rows, strict=True))

    def place(self, corner: tuple[float, float]) -> tuple[float, float]:
        """Return the parameters at a corner."""
        return tuple(
            float(low + (high - low) * part / self.size)
            for part, (low, high) in zip(corner, self.ranges, strict=True)
        )

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the corners (``points``), the ``cells`` with their zones, and the ``line``.

        The line is drawn through each cell from the means at its corners, a row a segment.
        """
        order = sorted(self._values)
        rows = np.array([self._values[corner] for corner in order])
        means, errors, bound = _simultaneous(rows, self.level)
        told = np.where(np.abs(means) > bound * errors, np.sign(means), 0.0)
        told = dict(zip(order, np.nan_to_num(told).astype(int).tolist(), strict=True))
        names = self.quantity.zones
        points = pd.DataFrame([self.place(corner) for corner in order], columns=["x", "y"])
        points["mean"], points["low"] = means, means - bound * errors
        points["high"], points["replicates"] = means + bound * errors, self.replicates
        points["zone"] = [zone(told[corner], names) for corner in order]
        cells, line = [], []
        known = dict(zip(order, means.tolist(), strict=True))
        for cell in sorted(self._cells):
            i, j, step = cell
            (x, y), (x_end, y_end) = self.place((i, j)), self.place((i + step, j + step))
            signs = {told[corner] for corner in corners(cell)}
            name = zone(signs.pop() if len(signs) == 1 else 0, names)
            cells.append({"x": x, "x_end": x_end, "y": y, "y_end": y_end, "zone": name})
            ends = [self.place(end) for end in _crossed(cell, known)]
            line += [(*a, *b) for a, b in zip(ends[::2], ends[1::2], strict=False)]
        segments = pd.DataFrame(line, columns=["x", "y", "x_end", "y_end"], dtype=float)
        return {"points": points, "cells": pd.DataFrame(cells), "line": segments}


def corners(cell: Cell) -> tuple[Corner, ...]:
    """Return the corners of a cell, around it."""
    i, j, step = cell
    return (i, j), (i + step, j), (i + step, j + step), (i, j + step)


def _quarters(cell: Cell) -> list[Cell]:
    i, j, step = cell
    half = step // 2
    return [(i, j, half), (i + half, j, half), (i, j + half, half), (i + half, j + half, half)]


def _crossed(cell: Cell, means: dict[Corner, float]) -> list[tuple[float, float]]:
    """Return where the mean crosses 0 on the edges of a cell, in pairs."""
    around, found = corners(cell), []
    for first, last in zip(around, (*around[1:], around[0]), strict=True):
        a, b = means[first], means[last]
        if a * b < 0:
            part = a / (a - b)
            found.append(tuple(f + part * (e - f) for f, e in zip(first, last, strict=True)))
    return found


def _simultaneous(rows: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray, float]:
    """Return means, standard errors and the bound that all standardised means keep together."""
    count = (~np.isnan(rows)).sum(axis=1)
    few = count < 2
    means = np.where(few, np.nan, np.nansum(rows, axis=1) / np.maximum(count, 1))
    shifted = np.where(np.isnan(rows), 0.0, rows - means[:, None])
    spread = np.sqrt((shifted**2).sum(axis=1) / np.maximum(count - 1, 1))
    errors = spread / np.sqrt(np.maximum(count, 1))
    moving = ~few & (spread > 0)
    if not moving.any():
        return means, errors, 0.0
    unit = shifted[moving] / (spread[moving] * np.sqrt(count[moving]))[:, None]
    draws = np.random.Generator(np.random.Philox(key=_KEY)).normal(size=(_DRAWS, rows.shape[1]))
    bound = float(np.quantile(np.abs(draws @ unit.T).max(axis=1), level))
    # Few replicates know their spread badly: as far out as Student's, not as the normal.
    return means, errors, float(student.isf(norm.sf(bound), int(count[moving].min()) - 1))
