"""From a sweep's ledger to the tables that people load, a few runs at a time."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator
from itertools import batched
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from platformsim.results import Folder
from platformsim.studies.sweep.ledger import Ledger
from platformsim.studies.sweep.work import Layout

# Rows that are put together at a time: the memory that it takes to write a table of any length.
_RUNS = {"summary": 2000, "series": 100}


def design_frame(points: list[dict[str, Any]], keys: list[str]) -> pd.DataFrame:
    """Return a row a design point, a column a key; empty where the scenario's own value holds."""
    return pd.DataFrame({key: [_cell(point.get(key)) for point in points] for key in keys})


def _cell(value: Any) -> Any:
    # Lists cannot be grouped by.
    return str(value) if isinstance(value, list | dict) else value


def frames(
    ledger: Ledger, design: pd.DataFrame, kind: str, only: Collection[str] | None = None
) -> Iterator[pd.DataFrame]:
    """Give a table in parts, runs in order; at least one part, be it empty.

    Parameters
    ----------
    ledger : Ledger
    design : DataFrame
        A row a design point.
    kind : str
        ``summary``: a row a run. ``series``: a row a run and month.
    only : collection of str, optional
        The metrics that are wanted; unset: all.
    """
    layouts = ledger.layouts()
    shown = {key: _shown(layout, kind) for key, layout in layouts.items()}
    names = list(dict.fromkeys(name for part in shown.values() for name in part))
    places = {name: place for place, name in enumerate(names)}
    where = {key: np.array([places[n] for n in part], int) for key, part in shown.items()}
    rows = ledger.rows(kind)
    parts = batched(rows, _RUNS[kind])
    surplus = [name for name in names if only is not None and name not in only]

    def chosen(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.drop(columns=surplus).copy() if surplus else frame

    yield chosen(_frame(list(next(parts, ())), design, kind, names, where))
    for part in parts:
        yield chosen(_frame(list(part), design, kind, names, where))


def _shown(layout: Layout, kind: str) -> list[str]:
    return [c.name for c in layout.columns] if kind == "summary" else list(layout.series)


def _frame(
    rows: list[tuple[str, int, int, str, bytes]],
    design: pd.DataFrame,
    kind: str,
    names: list[str],
    where: dict[str, np.ndarray],
) -> pd.DataFrame:
    blocks = []
    for *_, layout, values in rows:
        found = np.frombuffer(values, np.float64)
        length = found.size // max(len(where[layout]), 1) if kind == "series" else 1
        blocks.append(found.reshape(length, len(where[layout])))
    lengths = np.array([len(block) for block in blocks], int)
    numbers = np.full((int(lengths.sum()), len(names)), np.nan)
    start = 0
    for (*_, layout, _), block in zip(rows, blocks, strict=True):
        numbers[start : start + len(block), where[layout]] = block
        start += len(block)
    run = np.repeat(np.arange(len(rows)), lengths)
    points = np.array([row[1] for row in rows], int)[run]
    columns: dict[str, Any] = {
        "arm": pd.Series([row[0] for row in rows], dtype="str").take(run).array
    }
    columns |= {key: design[key].take(points).array for key in design}
    columns["replicate"] = np.array([row[2] for row in rows], int)[run]
    if kind == "series":
        columns["month"] = np.concatenate([np.arange(n) for n in lengths] or [np.empty(0, int)])
    ids = pd.DataFrame(columns)
    return pd.concat([ids, pd.DataFrame(numbers, columns=names)], axis=1)


def columns_frame(ledger: Ledger) -> pd.DataFrame:
    """Return the column dictionary."""
    found = {c.name: c for layout in ledger.layouts().values() for c in layout.columns}
    return pd.DataFrame([dataclasses.asdict(column) for column in found.values()])


def whole(
    ledger: Ledger, design: pd.DataFrame, kind: str, only: Collection[str] | None = None
) -> pd.DataFrame:
    """Return a table in one piece."""
    return pd.concat(list(frames(ledger, design, kind, only)), ignore_index=True)


def write(folder: Folder, ledger: Ledger, design: pd.DataFrame, kind: str) -> None:
    """Write a table as Parquet, part by part."""
    folder.file(kind, lambda path: _write(path, frames(ledger, design, kind)))


def _write(path: Path, parts: Iterator[pd.DataFrame]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    first = storable(next(parts))
    schema = pa.Schema.from_pandas(first, preserve_index=False)
    with pq.ParquetWriter(path, schema) as writer:
        writer.write_table(pa.Table.from_pandas(first, schema, preserve_index=False))
        for part in parts:
            writer.write_table(pa.Table.from_pandas(storable(part), schema, preserve_index=False))


def storable(frame: pd.DataFrame) -> pd.DataFrame:
    """Write values of several kinds, which Parquet does not hold, as text."""
    mixed = [
        name
        for name in frame.columns[[kind.kind == "O" for kind in frame.dtypes]]
        if len({type(value) for value in frame[name] if value is not None}) > 1
    ]
    return frame.astype(dict.fromkeys(mixed, "str")) if mixed else frame
