"""The ledger of a sweep: every finished run, committed at once; written by the driver alone."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from platformsim.errors import ResultError
from platformsim.metrics import Column
from platformsim.results.patience import patiently
from platformsim.studies.sweep.work import Layout, Outcome

NAME, LOCK = "ledger.sqlite", "ledger.lock"
# Long cells stand last, so that looking through the others never reads them.
_TABLES = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS points (point INTEGER PRIMARY KEY, settings TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS layouts (layout TEXT PRIMARY KEY, columns TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS runs (
    number INTEGER PRIMARY KEY, arm TEXT NOT NULL, point INTEGER NOT NULL,
    replicate INTEGER NOT NULL, status TEXT NOT NULL, seed INTEGER, seconds REAL, layout TEXT,
    error TEXT, trace TEXT, summary BLOB, series BLOB
);
"""


class Ledger:
    """Finished runs in a file of SQLite.

    A run is committed in one transaction; a driver that is killed leaves a file that is whole.
    One driver at a time writes; others may read.

    Parameters
    ----------
    folder : Path
    writes : bool
        Whether this process is the driver.

    Raises
    ------
    ResultError
        When there is nothing to read, or another driver is at work.
    """

    def __init__(self, folder: Path, *, writes: bool = False):
        self.file = Path(folder) / NAME
        self._held: sqlite3.Connection | None = None
        if not writes and not self.file.is_file():
            raise ResultError(f"{folder}: holds no sweep: {NAME} is missing")
        if writes:
            self._hold()
        try:
            self._link = self._open()
            if writes:
                self._link.execute("PRAGMA journal_mode = WAL")
                self._link.execute("PRAGMA synchronous = NORMAL")
                self._link.executescript(_TABLES)
        except sqlite3.Error as error:
            self._release()
            raise ResultError(f"{self.file}: cannot be used: {error}") from None

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self.file, timeout=60.0, isolation_level=None)

    def _hold(self) -> None:
        # The lock of a file of its own is let go of when this process dies, however it dies,
        # and readers of the ledger do not meet it.
        self._held = sqlite3.connect(self.file.with_name(LOCK), timeout=0.0, isolation_level=None)
        try:
            self._held.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            self._release()
            what = "another process is at work there" if "locked" in str(error) else error
            raise ResultError(f"{self.file.parent}: cannot be written: {what}") from None

    def _release(self) -> None:
        if self._held is not None:
            self._held.close()
            self._held = None

    def close(self) -> None:
        """Let go of the files; a driver leaves one that needs no other beside it."""
        if self._held is not None:
            with suppress(sqlite3.Error):
                self._link.execute("PRAGMA journal_mode = DELETE")
        self._link.close()
        self._release()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- what the runs belong to ---------------------------------------------------------------

    def facts(self) -> dict[str, Any]:
        """Return what is known of the sweep as a whole."""
        rows = self._link.execute("SELECT name, value FROM facts")
        return {name: json.loads(value) for name, value in rows}

    def points(self) -> list[dict[str, Any]]:
        """Return the settings of each design point."""
        rows = self._link.execute("SELECT settings FROM points ORDER BY point")
        return [json.loads(settings) for (settings,) in rows]

    def begin(self, facts: dict[str, Any], points: list[dict[str, Any]]) -> None:
        """Write down what the runs belong to; points that are there already stay."""
        patiently(lambda: self._begin(facts, points), self.file, self._reopen)

    def _begin(self, facts: dict[str, Any], points: list[dict[str, Any]]) -> None:
        with self._transaction():
            self._link.executemany(
                "INSERT OR REPLACE INTO facts VALUES (?, ?)",
                [(name, json.dumps(value)) for name, value in facts.items()],
            )
            self._link.executemany(
                "INSERT OR IGNORE INTO points VALUES (?, ?)",
                ((number, json.dumps(point)) for number, point in enumerate(points)),
            )

    # -- runs ----------------------------------------------------------------------------------

    def write(self, outcomes: list[Outcome], layouts: dict[str, Layout]) -> None:
        """Commit finished runs; wait for a while if the disk is full.

        Raises
        ------
        ResultError
            When it cannot be written to.
        """
        patiently(lambda: self._write(outcomes, layouts), self.file, self._reopen)

    def _write(self, outcomes: list[Outcome], layouts: dict[str, Layout]) -> None:
        with self._transaction():
            self._link.executemany(
                "INSERT OR IGNORE INTO layouts VALUES (?, ?)",
                ((key, _written(layout)) for key, layout in layouts.items()),
            )
            self._link.executemany(
                f"INSERT OR REPLACE INTO runs VALUES ({', '.join('?' * 12)})",
                (
                    (o.number, o.arm, o.point, o.replicate, "failed" if o.error else "done",
                     o.seed, o.seconds, o.layout, o.error, o.trace, o.summary, o.series)
                    for o in outcomes
                ),
            )  # fmt: skip

    def _reopen(self) -> None:
        with suppress(sqlite3.Error):
            self._link.close()
        self._link = self._open()

    def _transaction(self) -> _Transaction:
        return _Transaction(self._link)

    def done(self) -> set[int]:
        """Return the numbers of the runs that are done; those that failed are not."""
        return {number for (number,) in self._link.execute(
            "SELECT number FROM runs WHERE status = 'done'")}  # fmt: skip

    def count(self) -> int:
        """Return how many runs are done."""
        return self._link.execute("SELECT COUNT(*) FROM runs WHERE status = 'done'").fetchone()[0]

    def layouts(self) -> dict[str, Layout]:
        """Return the columns of the runs, by layout, in the order of the runs that have them."""
        rows = self._link.execute(
            "SELECT l.layout, l.columns FROM layouts l JOIN runs r USING (layout) "
            "GROUP BY l.layout ORDER BY MIN(r.number)"
        )
        return {key: _read(text) for key, text in rows}

    def rows(self, blob: str) -> Iterator[tuple[str, int, int, str, bytes]]:
        """Give (arm, point, replicate, layout, values) of every run that is done, in order.

        Parameters
        ----------
        blob : str
            ``summary`` or ``series``.
        """
        assert blob in ("summary", "series")
        yield from self._link.execute(
            f"SELECT arm, point, replicate, layout, {blob} FROM runs WHERE status = 'done' "
            "ORDER BY number"
        )

    def failures(self) -> list[tuple[str, int, int, int, str, str]]:
        """Return (arm, point, replicate, seed, error, trace) of every run that failed, in order."""
        return self._link.execute(
            "SELECT arm, point, replicate, seed, error, trace FROM runs WHERE status = 'failed' "
            "ORDER BY number"
        ).fetchall()

    def seconds(self) -> float:
        """Return the processor time of all runs."""
        return self._link.execute("SELECT TOTAL(seconds) FROM runs").fetchone()[0]


class _Transaction:
    def __init__(self, link: sqlite3.Connection):
        self._link = link

    def __enter__(self) -> None:
        self._link.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type | None, *_: object) -> None:
        if kind is None:
            self._link.execute("COMMIT")
        elif self._link.in_transaction:
            self._link.execute("ROLLBACK")


def _written(layout: Layout) -> str:
    columns = [list(vars(column).values()) for column in layout.columns]
    return json.dumps({"columns": columns, "series": layout.series})


def _read(text: str) -> Layout:
    found = json.loads(text)
    return Layout(tuple(Column(*row) for row in found["columns"]), tuple(found["series"]))
