"""How processes are started, whatever they are to do."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.context import BaseContext

_THREAD_LIMITS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "PLATFORMSIM_THREADS",
)


def default_workers() -> int:
    """Return how many processes may run at once on this machine."""
    if hasattr(os, "process_cpu_count"):
        return os.process_cpu_count() or 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def process_context(start_method: str | None, preload: Sequence[str]) -> BaseContext:
    """Return how to start processes.

    Parameters
    ----------
    start_method : str or None
        ``forkserver``, ``spawn`` or ``fork``; None: forkserver where there is one.
    preload : sequence of str
        Modules that a fork server imports once for all workers.
    """
    methods = multiprocessing.get_all_start_methods()
    method = start_method or ("forkserver" if "forkserver" in methods else "spawn")
    context = multiprocessing.get_context(method)
    if method == "forkserver":
        context.set_forkserver_preload(list(preload))
    return context


def one_thread_each() -> None:
    """Let libraries of this process use one thread: the cores are shared out among processes."""
    for name in _THREAD_LIMITS:
        os.environ[name] = "1"


@contextmanager
def hidden_main() -> Iterator[None]:
    """Keep workers from importing the caller's script again.

    Everything they need travels by value (cloudpickle), so ``compare(...)`` works at the top level
    of a script without a ``__main__`` guard, and in a notebook.
    """
    main = sys.modules.get("__main__")
    kept = {name: getattr(main, name, None) for name in ("__file__", "__spec__")}
    for name in kept:
        if hasattr(main, name):
            setattr(main, name, None)
    try:
        yield
    finally:
        for name, value in kept.items():
            if hasattr(main, name):
                setattr(main, name, value)
