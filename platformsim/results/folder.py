"""Results folders: whole or not there, and able to say how they were made."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import itertools
import json
import os
import platform as host
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from platformsim.errors import ResultError

MANIFEST, SCENARIO = "manifest.json", "scenario.toml"
_DPI = 200
_PACKAGES = ("platformsim", "mesa", "numpy", "pandas", "scipy", "pyarrow")


class Folder:
    """A results folder that is being written.

    Everything goes to ``<path>.partial`` and takes its name when it is complete, so a folder
    without that suffix is whole. An existing folder, or one that another process is writing, is
    never written over: the next free number is appended.

    Parameters
    ----------
    path : Path
        Where the folder should be.

    Examples
    --------
    >>> with Folder(Path("results/compare-llama3")) as folder:  # doctest: +SKIP
    ...     folder.table("summary", runs.summary)
    """

    def __init__(self, path: Path):
        self.path = Path(path)
        self._partial = self.path
        self._tables: dict[str, str] = {}
        self._texts: dict[str, str] = {}

    def __enter__(self) -> Folder:
        wanted = self.path if self.path.name.strip(".") else self.path.resolve()
        try:
            for number in itertools.count(1):
                self.path = wanted if number == 1 else wanted.with_name(f"{wanted.name}-{number}")
                if self._claimed():
                    return self
        except (OSError, ValueError) as error:
            raise _unwritable(wanted, error) from None

    def _claimed(self) -> bool:
        # Making the partial folder is what two processes cannot both do.
        self._partial = self.path.with_name(f"{self.path.name}.partial")
        try:
            self._partial.mkdir(parents=True)
        except FileExistsError:
            if os.path.lexists(self._partial):
                return False
            raise
        if os.path.lexists(self.path):
            self._partial.rmdir()
            return False
        return True

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if kind is not None:
            shutil.rmtree(self._partial, ignore_errors=True)
            if isinstance(error, OSError):
                raise _unwritable(self.path, error) from error
            return
        try:
            self._partial.replace(self.path)
        except OSError as late:
            raise _unwritable(self.path, late, f"; it is in {self._partial}") from None

    def table(self, name: str, frame: pd.DataFrame) -> None:
        """Write a table as Parquet and note its hash."""
        self.file(name, lambda target: frame.to_parquet(target, index=False))

    def file(self, name: str, write: Callable[[Path], object]) -> None:
        """Have a table written as Parquet by a function of its path, and note its hash."""
        target = self._put(f"{name}.parquet", write)
        self._tables[target.name] = digest(target)

    def text(self, name: str, content: str) -> None:
        """Write a text file and note its hash."""
        target = self._put(name, lambda target: target.write_text(content, encoding="utf-8"))
        self._texts[name] = digest(target)

    def _put(self, name: str, write: Callable[[Path], object]) -> Path:
        target = self._partial / name
        write(target)
        return target

    def figure(self, name: str, figure: Any) -> None:
        """Write a figure as PNG, at a resolution for print, with its text alternative."""
        described = {"Description": getattr(figure, "text_alternative", "")}
        self._put(f"{name}.png", lambda to: figure.savefig(to, dpi=_DPI, metadata=described))

    def manifest(self, verb: str, options: dict[str, Any], facts: dict[str, Any]) -> None:
        """Write what it takes to make the folder again.

        Parameters
        ----------
        verb : str
            The study, as on the command line.
        options : dict
            Its options, enough to repeat it from the scenario in the folder.
        facts : dict
            Anything else worth knowing: hash of the scenario, seed, arms, command.
        """
        content = {
            "verb": verb,
            "options": options,
            **facts,
            "tables": self._tables,
            "texts": self._texts,
            "versions": versions(),
            "python": sys.version.split()[0],
            "platform": host.platform(),
            "commit": _commit(),
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        self.text(MANIFEST, json.dumps(content, indent=2) + "\n")


def probe(path: Path) -> None:
    """Find out, before a long study, whether its folder can be written.

    Raises
    ------
    ResultError
        When it cannot.
    """
    parents = Path(path).resolve().parents
    parent = next((parent for parent in parents if parent.exists()), Path(path))
    if not (parents and parent.is_dir() and os.access(parent, os.W_OK | os.X_OK)):
        raise ResultError(f"{path}: cannot be written: {parent} is no folder to write to")


def _unwritable(path: Path, error: Exception, note: str = "") -> ResultError:
    reason = getattr(error, "strerror", None) or error
    return ResultError(f"{path}: cannot be written: {reason}{note}")


def read_manifest(path: Path) -> dict[str, Any]:
    """Return the manifest of a results folder.

    Raises
    ------
    ResultError
        When the folder holds none, or none that can be read.
    """
    try:
        content = json.loads((Path(path) / MANIFEST).read_text(encoding="utf-8"))
    except OSError as error:
        raise ResultError(
            f"{path}: is no results folder: {MANIFEST} cannot be read ({error.strerror})"
        ) from None
    except ValueError as error:
        raise ResultError(f"{path}/{MANIFEST}: is damaged: {error}") from None
    kinds = {"verb": str, "options": dict, "tables": dict}
    content = content if isinstance(content, dict) else {}
    wrong = [name for name, kind in kinds.items() if not isinstance(content.get(name), kind)]
    if wrong:
        raise ResultError(f"{path}/{MANIFEST}: is damaged: lacks {', '.join(wrong)}")
    return content


def read_table(path: Path, name: str) -> pd.DataFrame:
    """Load a table of a results folder.

    Raises
    ------
    ResultError
        When there is no such table.
    """
    target = Path(path) / f"{name}.parquet"
    if not target.is_file():
        known = ", ".join(sorted(file.stem for file in Path(path).glob("*.parquet"))) or "none"
        raise ResultError(f"{path}: has no table {name!r}; its tables are {known}")
    return pd.read_parquet(target)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@functools.cache
def program() -> str:
    """Return a hash of the package's own code: numbers of different ones are not to be mixed."""
    root = Path(__file__).parents[1]
    found = hashlib.sha256()
    for file in sorted(root.rglob("*.py")):
        found.update(f"{file.relative_to(root).as_posix()}\n".encode())
        found.update(file.read_bytes())
    return found.hexdigest()


def versions() -> dict[str, str | None]:
    """Return the versions of the packages that results depend on."""
    return {name: _version(name) for name in _PACKAGES}


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _commit() -> str | None:
    try:
        found = subprocess.run(
            ["git", "rev-parse", "HEAD"],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            timeout=5,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return found.stdout.strip()
