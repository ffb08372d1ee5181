"""Where the runs of a sweep are made: here, in processes of this machine, or on any executor."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, Protocol

from platformsim.errors import MISSING, Problem, ScenarioError
from platformsim.studies.pool import Pool
from platformsim.studies.processes import default_workers

_ANSWER_WITHIN, _ASK_EVERY = 15.0, 5.0


class Engine(Protocol):
    """Takes calls and answers with futures.

    Attributes
    ----------
    seconds : float
        Work worth sending at once.
    far : bool
        Whether workers may stand on other machines.
    """

    seconds: float
    far: bool

    def room(self) -> int:
        """Return how many calls may be under way, so that nobody waits for work."""
        ...

    def submit(self, function: Callable, *arguments: Any) -> Future:
        """Have a function of an importable module called."""
        ...

    def is_lost(self) -> bool:
        """Return whether nothing that is under way will ever come back.

        Asked when nothing has come back for a while; an engine may also look after its workers.
        """
        ...

    def restart(self) -> bool:
        """Begin anew after workers died; return whether that is possible."""
        ...

    def stop(self) -> None:
        """End at once; harmless when done again."""
        ...


class Here:
    """The process itself: a call is made when it is submitted."""

    seconds, far = 0.0, False

    def room(self) -> int:
        """Return 1."""
        return 1

    def submit(self, function: Callable, *arguments: Any) -> Future:
        """Call the function."""
        future: Future = Future()
        future.set_result(function(*arguments))
        return future

    def is_lost(self) -> bool:
        """Return False: nothing is ever under way."""
        return False

    def restart(self) -> bool:
        """Return False: there is nobody else."""
        return False

    def stop(self) -> None:
        """Do nothing."""


class Processes:
    """Processes of this machine; when one dies, all are started anew."""

    # A driver that is killed loses no more than this; sending a call takes a thousandth of it.
    seconds, far = 0.1, False

    def __init__(self, workers: int, start_method: str | None):
        self._workers, self._method = workers, start_method
        self._pool = Pool(workers, start_method)

    def room(self) -> int:
        """Return twice the number of processes."""
        return 2 * self._workers

    def submit(self, function: Callable, *arguments: Any) -> Future:
        """Have a function of an importable module called."""
        return self._pool.submit(function, *arguments)

    def is_lost(self) -> bool:
        """Return False: a pool that breaks says so, and is made to see that it must."""
        self._pool.look_round()
        return False

    def restart(self) -> bool:
        """Start new processes."""
        self._pool.stop()
        self._pool = Pool(self._workers, self._method)
        return True

    def stop(self) -> None:
        """End the processes."""
        self._pool.stop()


class Elsewhere:
    """An executor of the caller's own, left running at the end, or what makes one."""

    seconds, far = 1.0, True

    def __init__(self, executor: Executor | Callable[[], Executor], workers: int | None):
        self._make = None if hasattr(executor, "submit") else executor
        made = executor if self._make is None else callable(executor) and executor()
        if not hasattr(made, "submit"):
            allowed = "must be an executor of concurrent.futures, or a function that makes one"
            raise ScenarioError(Problem("executor", executor, allowed))
        self._executor = made
        self._workers = workers

    def room(self) -> int:
        """Return twice the number of workers, as far as it is known."""
        own = (getattr(self._executor, name, None) for name in ("_max_workers", "num_workers"))
        known = next((n for n in (self._workers, *own) if isinstance(n, int)), default_workers())
        return 2 * known

    def submit(self, function: Callable, *arguments: Any) -> Future:
        """Have a function of an importable module called."""
        return self._executor.submit(function, *arguments)

    def is_lost(self) -> bool:
        """Return False: executors say so themselves."""
        return False

    def restart(self) -> bool:
        """Have a new executor made, where the caller said how."""
        if self._make is None:
            return False
        self._executor.shutdown(wait=False)
        self._executor = self._make()
        return True

    def stop(self) -> None:
        """End the executor if it was made here."""
        if self._make is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)


class Dask:
    """A Dask cluster; its scheduler gives the work of workers that are lost to others.

    Raises
    ------
    ScenarioError
        When Dask is not installed or no scheduler answers.
    """

    seconds, far = 1.0, True

    def __init__(self, address: str):
        try:
            from distributed import Client
        except ImportError:
            allowed = "needs Dask: pip install 'platformsim[cluster]'"
            raise ScenarioError(Problem("dask", address, allowed)) from None
        try:
            self._client = Client(address, timeout=_ANSWER_WITHIN, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            text = (str(error) or type(error).__name__).splitlines()[0]
            allowed = f"must be the address of a Dask scheduler: {text}"
            raise ScenarioError(Problem("dask", address or MISSING, allowed)) from None
        # Calls with equal arguments are calls of their own.
        self._executor = self._client.get_executor(pure=False)
        self._threads, self._asked = 0, -_ASK_EVERY

    def room(self) -> int:
        """Return three times the cluster's threads: it takes a while to hand out work."""
        if time.monotonic() > self._asked + _ASK_EVERY:
            self._threads = sum(self._client.ncores().values())
            self._asked = time.monotonic()
        return 3 * max(self._threads, 2)

    def submit(self, function: Callable, *arguments: Any) -> Future:
        """Have a function of an importable module called."""
        return self._executor.submit(function, *arguments)

    def is_lost(self) -> bool:
        """Return whether the scheduler is gone."""
        return self._client.status in ("closed", "closing")

    def restart(self) -> bool:
        """Return True: the scheduler goes on with other workers."""
        return not self.is_lost()

    def stop(self) -> None:
        """Give up what is under way, and leave the cluster."""
        if not self.is_lost():
            self._executor.shutdown(wait=False)
        self._client.close()


def engine(
    *,
    runs: int,
    workers: int | None = None,
    start_method: str | None = None,
    executor: Executor | Callable[[], Executor] | None = None,
    dask: str | None = None,
) -> Engine:
    """Return where runs are to be made; see :func:`platformsim.studies.sweep.sweep`."""
    if dask is not None and executor is not None:
        raise ScenarioError(Problem("dask", dask, "cannot be had beside an executor"))
    if dask is not None:
        return Dask(dask)
    if executor is not None:
        return Elsewhere(executor, workers)
    workers = min(workers or default_workers(), runs)
    return Here() if workers <= 1 else Processes(workers, start_method)
