"""From a history to the columns of the result tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from platformsim.market.history import History
from platformsim.metrics.base import REGISTRY, column_name


@dataclass(frozen=True)
class Column:
    """One column of the result tables, for the column dictionary."""

    name: str
    metric: str
    side: str
    entity: str
    unit: str
    summary: str
    doc: str


@dataclass(frozen=True)
class Measured:
    """All metrics of one run.

    Attributes
    ----------
    columns : tuple of Column
        Every metric of the run, in order.
    summary : (C,) float64
        One number a column.
    series_columns : tuple of str
        Names of the columns that have a path.
    series : (T+1, S) float64
        Their values at months 0 … T.
    """

    columns: tuple[Column, ...]
    summary: np.ndarray
    series_columns: tuple[str, ...]
    series: np.ndarray


def measure(history: History) -> Measured:
    """Apply every registered metric that a history has to it."""
    columns, numbers, names, paths = [], [], [], []
    for entry in REGISTRY.values():
        if entry.mechanism and entry.mechanism not in history.mechanisms:
            continue
        for (side, entity), path in entry.compute(history).items():
            name = column_name(entry.name, side, entity)
            columns.append(
                Column(name, entry.name, side, entity, entry.unit, entry.summary, entry.doc)
            )
            numbers.append(entry.summarise(path, history))
            if entry.summary != "run":
                names.append(name)
                paths.append(path)
    series = np.column_stack(paths) if paths else np.empty((history.months + 1, 0))
    return Measured(tuple(columns), np.array(numbers, np.float64), tuple(names), series)
