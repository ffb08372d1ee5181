"""Worker processes that leave when their driver does, however it ends."""

from __future__ import annotations

import gc
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor, wait
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from typing import Any

from platformsim.studies.processes import (
    default_workers,
    hidden_main,
    one_thread_each,
    process_context,
)

# numba takes half a second to import: once for all workers.
_PRELOAD = [
    "platformsim.studies.execute",
    *(f"platformsim.market.kernels.{name}" for name in ("choice", "table", "threads")),
]
_GRACE, _LOOK_ROUND = 2.0, 5.0
_present: dict[str, Connection] = {}


def start_server(workers: int | None = None, start_method: str | None = None) -> None:
    """Have the fork server import what workers need while this process still imports the same.

    Harmless where there is none, and where nothing comes of it: the server ends with this process.
    """
    if (workers or default_workers()) > 1:
        _context(start_method)


def _context(start_method: str | None) -> BaseContext:
    context = process_context(start_method, _PRELOAD)
    if context.get_start_method() == "forkserver":
        # Where there is no fork server these cannot be imported.
        from multiprocessing import forkserver, resource_tracker

        # Ctrl-C reaches every process of the terminal, and one that is importing would say so at
        # length. A new process starts with its parent's mask, which the tracker meddles with.
        resource_tracker.ensure_running()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            forkserver.ensure_running()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return context


class Pool:
    """Processes on this machine.

    Parameters
    ----------
    workers : int
    start_method : str or None
        As in :func:`platformsim.studies.processes.process_context`.
    load : callable, optional
        Called with ``payload`` in each process as it starts.
    payload : bytes
    """

    def __init__(
        self,
        workers: int,
        start_method: str | None,
        load: Callable[[bytes], None] | None = None,
        payload: bytes = b"",
    ):
        context = _context(start_method)
        # A pipe, for unlike an event it does not wait for the dead.
        self._hear, self._tell = context.Pipe(duplex=False)
        start = {"initializer": _start, "initargs": (self._hear, load, payload)}
        self._executor = ProcessPoolExecutor(workers, mp_context=context, **start)

    def submit(self, function: Callable, *arguments: Any) -> Future:
        """Have a function of an importable module called in some process."""
        with hidden_main():
            return self._executor.submit(function, *arguments)

    def answer(self, future: Future) -> Any:
        """Return what a call came to; see :meth:`look_round`."""
        while not wait([future], timeout=_LOOK_ROUND).done:
            self.look_round()
        return future.result()

    def look_round(self) -> None:
        """Break a pool that does not see that a worker died.

        A worker that is killed while it sends leaves half a message in the pipe that all share,
        and the executor waits for the other half for as long as anybody can write to that pipe:
        the other workers, and this process itself.
        """
        processes = list((self._executor._processes or {}).values())
        if all(process.is_alive() for process in processes):
            return
        for process in processes:
            process.kill()
        answers = self._executor._result_queue
        if answers is not None:
            answers._writer.close()

    def close(self) -> None:
        """Wait for what was submitted, and end the processes."""
        self._executor.shutdown(wait=True)
        self._forget()

    def stop(self) -> None:
        """End the processes at once; what they are at may end, unless it takes long.

        Harmless when done again.
        """
        if not self._tell.closed:
            self._tell.send_bytes(b"stop")
        self.look_round()
        self._executor.shutdown(wait=True, cancel_futures=True)
        self._forget()

    def _forget(self) -> None:
        self._hear.close()
        self._tell.close()


def told_to_stop() -> bool:
    """Return, in a worker, whether the driver wants nothing more."""
    stop = _present.get("stop")
    return stop is not None and stop.poll()


def _start(stop: Connection, load: Callable[[bytes], None] | None, payload: bytes) -> None:
    # Ctrl-C reaches every process of the terminal; the driver decides what follows from it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    one_thread_each()
    if load is not None:
        load(payload)
    _present["stop"] = stop
    threading.Thread(target=_leave, args=(stop,), daemon=True).start()
    # What is imported by now stays; the collector need not look through it after every run, nor
    # look for cycles among the short-lived rows of a month: a run leaves one, and is tidied away.
    gc.freeze()
    gc.set_threshold(50_000)


def _leave(stop: Connection) -> None:
    # The pipe speaks up when the driver says so, or is gone; forked workers hold its other end
    # too, but see that they were adopted. The present run may end, unless it takes long.
    parent = os.getppid()
    while os.getppid() == parent:
        if stop.poll(1.0):
            time.sleep(_GRACE)
            break
    os._exit(1)
