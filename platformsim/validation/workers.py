"""Calls of one function on all cores."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import Any

from platformsim.studies.execute import default_workers, hidden_main

_LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "PLATFORMSIM_THREADS")


def spread(
    function: Callable[..., Any], calls: Sequence[tuple], workers: int | None
) -> Iterator[Any]:
    """Yield what a function of a module returns for each call, as soon as it is known.

    Parameters
    ----------
    function : callable
    calls : sequence of tuple
        Arguments; the first start first.
    workers : int or None
        Processes; None: one a core. 1 runs in this process.
    """
    workers = min(workers or default_workers(), len(calls))
    if workers <= 1:
        for call in calls:
            yield function(*call)
        return
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    if "forkserver" in methods:
        context.set_forkserver_preload([function.__module__])
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_one_thread) as pool:
        with hidden_main():
            futures = [pool.submit(function, *call) for call in calls]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _one_thread() -> None:
    for name in _LIMITS:
        os.environ[name] = "1"
