"""Results folders that are there from the start and are filled in the course of a long study."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from platformsim.errors import ResultError
from platformsim.results.folder import MANIFEST, Folder
from platformsim.results.patience import patiently


class StandingFolder(Folder):
    """A results folder that stays when the study is cut short.

    Every file in it is whole at every moment; the manifest is written last and says what belongs
    together. While the disk is full it waits.

    Parameters
    ----------
    path : Path
    resumes : bool
        Whether it is there already; else the next free number is appended to a name in use.
    """

    def __init__(self, path: Path, *, resumes: bool = False):
        super().__init__(path)
        self._resumes = resumes

    def __enter__(self) -> StandingFolder:
        if self._resumes:
            self._partial = self.path
            if not self.path.is_dir():
                raise ResultError(f"{self.path}: is no folder")
            return self
        super().__enter__()
        # Claimed under its own name, without the suffix that says it may go.
        super().__exit__(None, None, None)
        self._partial = self.path
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        """Leave everything where it is."""

    def begin_anew(self) -> None:
        """Take back the manifest, before the files that it speaks of change."""
        (self.path / MANIFEST).unlink(missing_ok=True)

    def forget(self, name: str) -> None:
        """Remove a table that is no more."""
        (self.path / f"{name}.parquet").unlink(missing_ok=True)

    def _put(self, name: str, write: Callable[[Path], object]) -> Path:
        target = self._partial / name
        # The suffix stays, for it says in which format a figure is written.
        fresh = target.with_name(f".fresh.{name}")

        def whole() -> None:
            write(fresh)
            with fresh.open("rb") as file:
                os.fsync(file.fileno())
            fresh.replace(target)

        patiently(whole, target)
        return target
