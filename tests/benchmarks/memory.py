"""Memory of the whole model, measured in a process that does nothing else.

As a program, ``python memory.py N`` builds llama3 with N users, takes three steps, and prints the
bytes of the arrays that hold its sides, and by how much the process grew at its peak.
"""

from __future__ import annotations

import ctypes
import gc
import json
import sys
from pathlib import Path

import numpy as np
from whole import llama3

from platformsim.model import PlatformModel

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def array_bytes(root: object) -> int:
    """Return the bytes of all numpy arrays that can be reached from an object's attributes."""
    seen: set[int] = set()
    waiting, total = [root], 0
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if isinstance(thing, np.ndarray):
            if thing.base is None:
                total += thing.nbytes
            else:
                waiting.append(thing.base)
        elif isinstance(thing, dict):
            waiting += thing.values()
        elif isinstance(thing, list | tuple):
            waiting += thing
        elif hasattr(thing, "__dict__") and not isinstance(thing, type):
            waiting += vars(thing).values()
    return total


def _reset_peak() -> int:
    """Forget the peak so far; return the bytes in use now."""
    gc.collect()
    # What was freed must go back to the system, or the model would use it again unseen.
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
    if not _STATUS.exists():
        return _peak()
    _CLEAR.write_text("5")
    return _status("VmRSS")


def _status(key: str) -> int:
    for line in _STATUS.read_text().splitlines():
        if line.startswith(key):
            return 1024 * int(line.split()[1])
    raise LookupError(key)


def _peak() -> int:
    if _STATUS.exists():
        return _status("VmHWM")
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


def main(users: int) -> None:
    """Measure, and print as JSON."""
    small = PlatformModel(llama3(2000))  # imports, compiled code and threads are not the model's
    for _ in range(3):
        small.step()
    PlatformModel(llama3(200_000)).step()
    del small
    before = _reset_peak()
    model = PlatformModel(llama3(users))
    for _ in range(3):
        model.step()
    grown = _peak() - before
    print(json.dumps({"arrays": array_bytes(model.market.sides), "peak": grown}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
