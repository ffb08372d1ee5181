"""Calls of one function on all cores."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import Any

from platformsim.studies.processes import (
    default_workers,
    hidden_main,
    one_thread_each,
    process_context,
)


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
    context = process_context(None, [function.__module__])
    with ProcessPoolExecutor(workers, mp_context=context, initializer=one_thread_each) as pool:
        with hidden_main():
            futures = [pool.submit(function, *call) for call in calls]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
