"""The loops of one month shared out among threads.

Compiled loops let go of the interpreter's lock, so plain threads use all cores. Which thread does
which chunk changes nothing: every chunk has counts and sums of its own, added up in order.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Lock

VARIABLE = "PLATFORMSIM_THREADS"
# Below it, waking a thread costs more than it saves.
_LEAST_CHUNKS = 3
_PARTS = 6

_pool: ThreadPoolExecutor | None = None
_owner = (0, 0)


def count() -> int:
    """Return how many threads may work at once: the environment's word, else one a core.

    Raises
    ------
    ValueError
        When the environment variable is no whole number of 1 or more.
    """
    wanted = os.environ.get(VARIABLE, "")
    if not wanted:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    if not wanted.isdecimal() or int(wanted) < 1:
        raise ValueError(f"{VARIABLE}={wanted!r} must be a whole number of 1 or more")
    return int(wanted)


def share_out(work: Callable[[int, int], object], chunks: int) -> None:
    """Call ``work(first, last)`` so that every chunk is done once."""
    workers = chunks // _LEAST_CHUNKS
    if workers > 1:
        workers = min(workers, count())
    if workers <= 1:
        work(0, chunks)
        return
    # More parts than threads: one that is held up leaves its parts to the others.
    parts = min(workers * _PARTS, chunks)
    edges = pairwise(chunks * part // parts for part in range(parts + 1))
    taking = Lock()

    def take() -> None:
        while True:
            with taking:
                part = next(edges, None)
            if part is None:
                return
            work(*part)

    pool = _threads(workers)
    helping = [pool.submit(take) for _ in range(workers - 1)]
    take()
    for helper in helping:
        helper.result()


def _threads(workers: int) -> ThreadPoolExecutor:
    # A forked process inherits the pool, but not its threads.
    global _pool, _owner
    if _pool is None or _owner != (os.getpid(), workers):
        _pool, _owner = ThreadPoolExecutor(workers - 1), (os.getpid(), workers)
    return _pool
