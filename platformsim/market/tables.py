"""Small struct-of-arrays tables for the few: platforms, technologies, releasers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

_FIRST_ROOM = 64


class Table:
    """Named rows, float columns.

    Parameters
    ----------
    kind : str
        What a row is, in the plural; used in messages.
    names : tuple of str
        One name a row, all different.

    Attributes
    ----------
    versions : list of list of (float, float)
        For technologies, the generations of each: month of release and capability.
    """

    def __init__(self, kind: str, names: tuple[str, ...]):
        self.kind, self.names = kind, names
        self.index = {name: row for row, name in enumerate(names)}
        # One matrix, a row a column, so that a month is recorded in one stroke; ``columns`` are
        # views of its rows.
        self._room = np.empty((_FIRST_ROOM, len(names)))
        self.columns: dict[str, np.ndarray] = {}
        self.versions: list[list[tuple[float, float]]] = []

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, column: str) -> np.ndarray:
        """Return a column; the array itself, so that its owner may write to it."""
        return self.columns[column]

    def __setitem__(self, column: str, values: object) -> None:
        """Write to an existing column, in place."""
        self.columns[column][:] = values

    def rows(self, *columns: str) -> Iterator[tuple[float, ...]]:
        """Iterate over the rows of some columns, as they are now.

        A rule for a single row is quicker in plain numbers than in arrays of two or three.
        """
        kept = self.columns
        return zip(*[kept[column].tolist() for column in columns], strict=True)

    def add(self, column: str, values: object) -> None:
        """Add a column from one value or one a row; ask for the other columns anew."""
        place = len(self.columns)
        if place == len(self._room):
            self._room = np.concatenate((self._room, np.empty_like(self._room)))
            self._look()
        self.columns[column] = self._room[place]
        self.columns[column][:] = values

    @property
    def values(self) -> np.ndarray:
        """All columns, (columns, rows) float, in the order in which they were added."""
        return self._room[: len(self.columns)]

    def _look(self) -> None:
        self.columns = dict(zip(self.columns, self._room, strict=False))

    def __getstate__(self) -> dict[str, object]:
        return self.__dict__ | {"columns": dict.fromkeys(self.columns)}

    def __setstate__(self, state: dict[str, object]) -> None:
        # Copied one by one, the columns would not be views of the copied matrix.
        self.__dict__.update(state)
        self._look()
