"""What a worker does, wherever it stands: some runs of a sweep, of which plain bytes come back."""

from __future__ import annotations

import functools
import hashlib
import threading
import traceback
import zlib
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import cloudpickle
import numpy as np

import platformsim
from platformsim.errors import PlatformsimError
from platformsim.metrics import Column
from platformsim.results.folder import program
from platformsim.scenario import Scenario
from platformsim.studies.execute import REGISTRIES, Task, run_task, take_over
from platformsim.studies.pool import told_to_stop
from platformsim.studies.processes import one_thread_each

_MOST_SCENARIOS = 256
_MOST_LETTERS = 4000


@dataclass(frozen=True)
class Order:
    """One run that is wanted."""

    number: int
    arm: str
    point: int
    replicate: int
    settings: dict[str, Any]


@dataclass(frozen=True)
class Layout:
    """The columns of a run: all of them, and the names of those that have a path."""

    columns: tuple[Column, ...]
    series: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """One run that is finished: its numbers as bytes of float64, or else why there are none."""

    number: int
    arm: str
    point: int
    replicate: int
    seed: int
    seconds: float = 0.0
    layout: str | None = None
    error: str | None = None
    trace: str | None = None
    summary: bytes | None = None
    series: bytes | None = None


class ProgramError(PlatformsimError):
    """A worker has another version of the program than the driver."""


@dataclass(frozen=True)
class Job:
    """What all runs of a sweep have in common.

    Attributes
    ----------
    variants : dict of str to Scenario
        By arm.
    keep_series : bool
    """

    variants: dict[str, Scenario]
    keep_series: bool

    def parcel(self, *, far: bool) -> Parcel:
        """Pack the job for workers, and keep it at hand for those in this process.

        Parameters
        ----------
        far : bool
            Whether workers may have another version of the program, and must look.
        """
        body = cloudpickle.dumps((self, REGISTRIES))
        key = hashlib.sha256(body).hexdigest()
        _jobs[key] = self
        return Parcel(key, program() if far else "", zlib.compress(body))


@dataclass(frozen=True)
class Parcel:
    """A job as it travels: as bytes, so that rules defined in a notebook travel too."""

    key: str
    program: str
    body: bytes

    def forget(self) -> None:
        """Let go of the job in this process."""
        _jobs.pop(self.key, None)


_jobs: dict[str, Job] = {}
_scenarios: OrderedDict[tuple[str, str, str], Scenario] = OrderedDict()
# A month is not made for threads that share a process; they take turns.
_turn = threading.Lock()


def work(parcel: Parcel, orders: list[Order]) -> tuple[list[Outcome], dict[str, Layout]]:
    """Make some runs; one that fails is an outcome like the others.

    Raises
    ------
    ProgramError
        When this process runs another version of the program.
    """
    with _turn:
        job = _jobs.get(parcel.key) or _unpacked(parcel)
        layouts: dict[str, Layout] = {}
        outcomes = []
        for order in orders:
            if told_to_stop():
                break
            outcomes.append(_outcome(job, parcel.key, order, layouts))
        return outcomes, layouts


def _unpacked(parcel: Parcel) -> Job:
    if parcel.program and parcel.program != program():
        raise ProgramError(
            f"a worker runs another version of platformsim ({platformsim.__file__}) than the driver"
        )
    one_thread_each()
    job, registries = cloudpickle.loads(zlib.decompress(parcel.body))
    take_over(registries)
    _jobs.clear()
    _scenarios.clear()
    _jobs[parcel.key] = job
    return job


def _outcome(job: Job, key: str, order: Order, layouts: dict[str, Layout]) -> Outcome:
    place = (order.number, order.arm, order.point, order.replicate)
    seed = job.variants[order.arm].run.seed
    try:
        scenario = _scenario(job, key, order)
        seed = scenario.run.seed
        done = run_task(scenario, Task(order.arm, order.replicate))
    except Exception as error:
        cause = error.__cause__ or error
        trace = "".join(traceback.format_exception(error))
        text = f"{type(cause).__name__}: {cause}"[:_MOST_LETTERS]
        return Outcome(*place, seed, error=text, trace=trace[-_MOST_LETTERS:])
    measured = done.measured
    layout = Layout(measured.columns, measured.series_columns)
    name = _name(layout)
    layouts[name] = layout
    return Outcome(
        *place,
        seed,
        done.seconds,
        name,
        summary=np.ascontiguousarray(measured.summary, np.float64).tobytes(),
        series=np.ascontiguousarray(measured.series, np.float64).tobytes()
        if job.keep_series
        else None,
    )


def _scenario(job: Job, key: str, order: Order) -> Scenario:
    # Not the number of the point: the next sweep of this job may have another design.
    name = (key, order.arm, repr(order.settings))
    found = _scenarios.pop(name, None)
    if found is None:
        variant = job.variants[order.arm]
        found = variant.with_settings(order.settings) if order.settings else variant
    _scenarios[name] = found
    if len(_scenarios) > _MOST_SCENARIOS:
        _scenarios.popitem(last=False)
    return found


@functools.lru_cache(maxsize=64)
def _name(layout: Layout) -> str:
    text = repr([[list(vars(c).values()) for c in layout.columns], layout.series])
    return hashlib.sha256(text.encode()).hexdigest()[:16]
