"""Compile once a machine: the machine code is kept for the next process."""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba

_HERE = Path(__file__).parent


def cached(function: Callable) -> Any:
    """Compile a loop that lets go of the interpreter's lock, and keep its machine code.

    numba takes kept code for fresh as long as the file of the function itself is unchanged; but a
    loop calls functions of other files. So every state of these files has a folder of its own.
    """
    folder = _folder()
    if folder is None:
        return numba.njit(nogil=True)(function)
    before, numba.config.CACHE_DIR = numba.config.CACHE_DIR, str(folder)
    try:
        return numba.njit(nogil=True, cache=True)(function)
    finally:
        numba.config.CACHE_DIR = before


def compiled_before() -> bool:
    """Return whether machine code of these sources is kept on this machine."""
    folder = _folder()
    return folder is not None and next(folder.rglob("*.nbi"), None) is not None


@functools.cache
def _folder() -> Path | None:
    """Return a folder for the present state of the sources; None where nothing can be written."""
    digest = hashlib.sha256()
    for source in (*sorted(_HERE.glob("*.py")), _HERE.parent / "binomial.py"):
        digest.update(source.read_bytes())
    name = f"kernels-{digest.hexdigest()[:12]}"
    places = [Path(numba.config.CACHE_DIR)] if numba.config.CACHE_DIR else []
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    places += [_HERE / "__pycache__", Path(home) / "platformsim"]
    for place in places:
        try:
            (place / name).mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(place / name, os.W_OK):
            return place / name
    return None
