"""Many runs on all cores, in a fixed order, with the same bytes whatever the number of workers."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Future
from dataclasses import dataclass
from typing import Any

import cloudpickle
import pandas as pd

from platformsim import metrics, strategies
from platformsim.errors import ConservationError, PlatformsimError, Problem, ScenarioError
from platformsim.metrics import Measured, measure
from platformsim.model import PlatformModel
from platformsim.scenario import Scenario
from platformsim.studies.compiling import PARTS, compile_part
from platformsim.studies.pool import Pool, told_to_stop
from platformsim.studies.processes import default_workers

# Small parts, so that at the end no worker waits long for another.
_CHUNKS_PER_WORKER = 32
# What the caller may have added to; workers get it as it stands.
REGISTRIES = (metrics.REGISTRY, strategies.REGISTRY)


@dataclass(frozen=True)
class Task:
    """One run: which scenario, which replicate."""

    label: str
    replicate: int


@dataclass(frozen=True)
class Done:
    """One finished run, and the seconds of processor time that it took."""

    task: Task
    measured: Measured
    agents: pd.DataFrame | None
    seconds: float = 0.0


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
                yield run_task(scenarios[task.label], task, keep_agents)
                bar.update()
            return
        size = max(1, len(tasks) // (workers * _CHUNKS_PER_WORKER))
        chunks = [tasks[start : start + size] for start in range(0, len(tasks), size)]
        payload = cloudpickle.dumps((scenarios, keep_agents, REGISTRIES))
        pool = Pool(workers, start_method, _load, payload)
        try:
            for part in [pool.submit(_compile, tasks[0].label, part) for part in PARTS]:
                pool.answer(part)
            futures: list[Future] = [pool.submit(_run_chunk, chunk) for chunk in chunks]
            for future in futures:
                done = pool.answer(future)
                bar.update(len(done))
                yield from done
        except BaseException as error:
            pool.stop()
            if isinstance(error, BrokenExecutor):
                hint = "a worker process died, perhaps for lack of memory; try fewer workers"
                raise RunError(hint) from error
            raise
        pool.close()


_worker: dict[str, Any] = {}


def _load(payload: bytes) -> None:
    scenarios, keep_agents, registries = cloudpickle.loads(payload)
    take_over(registries)
    _worker.update(scenarios=scenarios, keep_agents=keep_agents)


def take_over(registries: tuple[dict[str, Any], ...]) -> None:
    """Let this process know the metrics and strategies that another one knows, and no others."""
    for here, there in zip(REGISTRIES, registries, strict=True):
        here.clear()
        here.update(there)


def _compile(label: str, part: str) -> None:
    compile_part(_worker["scenarios"][label], part)


def _run_chunk(chunk: list[Task]) -> list[Done]:
    scenarios, keep = _worker["scenarios"], _worker["keep_agents"]
    return [run_task(scenarios[task.label], task, keep) for task in chunk if not told_to_stop()]


def run_task(scenario: Scenario, task: Task, keep_agents: bool = False) -> Done:
    """Make one run in this process.

    Raises
    ------
    RunError
        When it fails; what caused it is its ``__cause__``.
    """
    started = time.process_time()
    try:
        model = simulate(scenario, task.replicate)
        measured, agents = measure(model.history), agents_table(model) if keep_agents else None
        done = Done(task, measured, agents, time.process_time() - started)
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
