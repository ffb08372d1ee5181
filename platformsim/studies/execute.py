"""Many runs on all cores, in a fixed order, with the same bytes whatever the number of workers."""

from __future__ import annotations

import gc
import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import cloudpickle
import pandas as pd

from platformsim import metrics, strategies
from platformsim.errors import ConservationError, PlatformsimError, Problem, ScenarioError
from platformsim.metrics import Measured, measure
from platformsim.model import PlatformModel
from platformsim.scenario import Scenario
from platformsim.studies.processes import (
    default_workers,
    hidden_main,
    one_thread_each,
    process_context,
)

# numba takes half a second to import: once for all workers.
_LOOPS = [f"platformsim.market.kernels.{name}" for name in ("choice", "table", "threads")]
# Small parts, so that at the end no worker waits long for another.
_CHUNKS_PER_WORKER = 32
_GRACE = 2.0
# What the caller may have added to; workers get it as it stands.
_REGISTRIES = (metrics.REGISTRY, strategies.REGISTRY)


@dataclass(frozen=True)
class Task:
    """One run: which scenario, which replicate."""

    label: str
    replicate: int


@dataclass(frozen=True)
class Done:
    """One finished run."""

    task: Task
    measured: Measured
    agents: pd.DataFrame | None


class RunError(PlatformsimError):
    """A run failed; names it, so that it can be repeated alone."""


def simulate(scenario: Scenario, replicate: int = 0) -> PlatformModel:
    """Run one replicate of a scenario to its end and return the model."""
    return PlatformModel(scenario, replicate=replicate).run()


def execute(
    scenarios: dict[str, Scenario],
    tasks: list[Task],
    *,
    workers: int | None = None,
    start_method: str | None = None,
    progress: bool = True,
    keep_agents: bool = False,
) -> Iterator[Done]:
    """Run tasks and yield them in the order given.

    Parameters
    ----------
    scenarios : dict of str to Scenario
        By label.
    tasks : list of Task
    workers : int, optional
        Processes; unset: one a core. 1 runs in this process.
    start_method : str, optional
        ``forkserver``, ``spawn`` or ``fork``; unset: forkserver where there is one.
    progress : bool
        Whether to show a progress bar on a terminal.
    keep_agents : bool
        Whether to keep every agent's columns at the end of the run.

    Yields
    ------
    Done

    Raises
    ------
    RunError
        When a run fails.
    ScenarioError
        When there are no agents to keep.
    """
    from tqdm.auto import tqdm

    for scenario in scenarios.values():
        if keep_agents and scenario.run.resolution != "agents":
            allowed = "must be agents, for at any other there are none to keep"
            raise ScenarioError(Problem("run.resolution", scenario.run.resolution, allowed))
    workers = min(workers or default_workers(), len(tasks))
    bar = tqdm(
        total=len(tasks),
        unit="run",
        disable=None if progress else True,
        leave=False,
        mininterval=0.5,
    )
    with bar:
        if workers <= 1:
            for task in tasks:
                yield _run(scenarios[task.label], task, keep_agents)
                bar.update()
            return
        size = max(1, len(tasks) // (workers * _CHUNKS_PER_WORKER))
        chunks = [tasks[start : start + size] for start in range(0, len(tasks), size)]
        payload = cloudpickle.dumps((scenarios, keep_agents, _REGISTRIES))
        pool, stop = _pool(workers, start_method, payload)
        with pool:
            try:
                with hidden_main():
                    futures: list[Future] = [pool.submit(_run_chunk, chunk) for chunk in chunks]
                for future in futures:
                    done = future.result()
                    bar.update(len(done))
                    yield from done
            except BaseException as error:
                stop.send_bytes(b"stop")
                pool.shutdown(wait=True, cancel_futures=True)
                if isinstance(error, BrokenExecutor):
                    hint = "a worker process died, perhaps for lack of memory; try fewer workers"
                    raise RunError(hint) from error
                raise


def _pool(
    workers: int, start_method: str | None, payload: bytes
) -> tuple[ProcessPoolExecutor, Connection]:
    context = process_context(start_method, ["platformsim.studies.execute", *_LOOPS])
    # A pipe, for unlike an event it does not wait for the dead.
    hear, tell = context.Pipe(duplex=False)
    start = {"initializer": _start_worker, "initargs": (payload, hear)}
    return ProcessPoolExecutor(workers, mp_context=context, **start), tell


_worker: dict[str, Any] = {}


def _start_worker(payload: bytes, stop: Connection) -> None:
    # Ctrl-C reaches every process of the terminal; the driver decides what follows from it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    one_thread_each()
    scenarios, keep_agents, registries = cloudpickle.loads(payload)
    for here, there in zip(_REGISTRIES, registries, strict=True):
        here.clear()
        here.update(there)
    _worker.update(scenarios=scenarios, keep_agents=keep_agents, stop=stop)
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


def _run_chunk(chunk: list[Task]) -> list[Done]:
    scenarios, keep = _worker["scenarios"], _worker["keep_agents"]
    stop = _worker["stop"]
    return [_run(scenarios[task.label], task, keep) for task in chunk if not stop.poll()]


def _run(scenario: Scenario, task: Task, keep_agents: bool) -> Done:
    try:
        model = simulate(scenario, task.replicate)
        done = Done(task, measure(model.history), agents_table(model) if keep_agents else None)
    except Exception as error:
        if isinstance(error, PlatformsimError) and not isinstance(error, ConservationError):
            raise
        where = f"{scenario.name}, arm {task.label}, replicate {task.replicate}"
        raise RunError(
            f"the run failed ({where}, seed {scenario.run.seed}): {type(error).__name__}: {error}"
        ) from error
    del model
    _tidy()
    return done


_since_tidy = 0


def _tidy() -> None:
    # A Mesa model is a reference cycle; left to the collector, a sweep holds dozens of them.
    global _since_tidy
    _since_tidy += 1
    if _since_tidy >= 20:
        gc.collect()
        _since_tidy = 0


def agents_table(model: PlatformModel) -> pd.DataFrame:
    """Return one row an agent, with the columns of all sides."""
    frames = []
    for name, side in model.market.sides.items():
        frame = pd.DataFrame({"side": name, "slot": range(side.n), **side.columns})
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)
