"""Writing that waits while the disk is full."""

from __future__ import annotations

import errno
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from platformsim.errors import ResultError

# How long a full disk is waited for, and how often it is tried again, in seconds.
PATIENCE, _PAUSE = 1800.0, 1.0
_LEAST_SPACE = 1 << 20


def patiently(
    write: Callable[[], object], file: Path, before_again: Callable[[], object] | None = None
) -> None:
    """Write, and while the disk is full wait and write again.

    Parameters
    ----------
    write : callable
        Must be able to begin anew.
    file : Path
        What is written, for messages.
    before_again : callable, optional
        Called before every further attempt.

    Raises
    ------
    ResultError
        When it cannot be written for another reason, or the disk stays full.
    """
    started, said = time.monotonic(), False
    while True:
        try:
            write()
            return
        except (OSError, sqlite3.Error) as error:
            if not _is_full(error, file):
                reason = getattr(error, "strerror", None) or error
                raise ResultError(f"{file}: cannot be written: {reason}") from error
            if time.monotonic() - started > PATIENCE:
                raise ResultError(f"{file}: cannot be written: the disk stays full") from error
            if not said:
                print(f"{file}: the disk is full; waiting for space", file=sys.stderr)
                said = True
        time.sleep(_PAUSE)
        if before_again is not None:
            with suppress(sqlite3.Error):
                before_again()


def _is_full(error: Exception, file: Path) -> bool:
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    # The low byte is the kind of error; the rest says where it arose.
    kind = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    if kind in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN) and file.parent.is_dir():
        return shutil.disk_usage(file.parent).free < _LEAST_SPACE
    return kind == sqlite3.SQLITE_FULL
