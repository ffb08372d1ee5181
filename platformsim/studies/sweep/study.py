"""The sweep: arms at many design points, with the same seeds at each."""

from __future__ import annotations

import json
import shlex
import shutil
import tempfile
import warnings
import weakref
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import tomli_w

from platformsim.errors import Problem, ScenarioError
from platformsim.results.folder import SCENARIO
from platformsim.results.standing import StandingFolder
from platformsim.scenario import Scenario, shipped
from platformsim.studies.execute import RunError
from platformsim.studies.sweep.asked import asked
from platformsim.studies.sweep.drive import make_runs
from platformsim.studies.sweep.engines import Engine, engine
from platformsim.studies.sweep.ledger import Ledger
from platformsim.studies.sweep.plan import Plan
from platformsim.studies.sweep.result import Sweep, fill, standing


class Cut(KeyboardInterrupt):
    """The sweep was cut short; says how to go on."""


def sweep(
    scenario: Scenario | str | Path | dict[str, Any] | None = None,
    over: Mapping[str, Sequence[Any] | str] | None = None,
    *,
    arms: Sequence[str] | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    changes: dict[str, Any] | None = None,
    design: str = "grid",
    points: int | None = None,
    table: Any = None,
    keep_series: bool = True,
    out: str | Path | None = None,
    resume: str | Path | None = None,
    workers: int | None = None,
    start_method: str | None = None,
    executor: Executor | Callable[[], Executor] | None = None,
    dask: str | None = None,
    progress: bool = True,
) -> Sweep:
    """Run a design, with the same replicates at each of its points.

    Each finished run is committed at once to a ledger; whatever ends the sweep, resuming it makes
    the runs that are missing and no others, and the tables come out the same to the last bit. A
    run that fails is a row of ``failures`` and does not stop the rest.

    Parameters
    ----------
    scenario : Scenario, str, Path or dict
        May be left out when a sweep is resumed.
    over : mapping of str to sequence or str
        By dotted key the values to try; or as text ``low:high:levels``, ``low:high`` (for ``lhs``
        and ``sobol``) or ``v1,v2,v3``.
    arms : sequence of str, optional
        Arms to run at each design point; unset: the scenario as it stands.
    replicates : int, optional
        Runs a design point and arm; unset: 20. A sweep that is resumed may be given more.
    seed : int, optional
        Root seed; unset: the scenario's.
    changes : dict, optional
        Settings to change in every run, by dotted key.
    design : str
        ``grid``: all combinations; ``lhs``: a Latin hypercube; ``sobol``: Sobol points.
    points : int, optional
        How many, for ``lhs`` and ``sobol``.
    table : DataFrame, sequence of dict, or path of a CSV file, optional
        A design of the caller's own, in place of ``over``: a column a key, a row a point.
    keep_series : bool
        Whether to keep every metric's path, or one number a run.
    out : str or Path, optional
        Folder for ledger, tables and figures; unset: nothing is kept beyond the result.
    resume : str or Path, optional
        Folder of a sweep to go on with. What is not given is taken from there.
    workers, start_method
        Processes on this machine; see :func:`platformsim.studies.execute.execute`.
    executor : Executor, or callable that makes one, optional
        Where to make the runs instead: any executor of ``concurrent.futures``. One that can be
        made anew is replaced when it breaks.
    dask : str, optional
        Address of a Dask scheduler to make the runs on.
    progress : bool
        Whether to show a progress bar on a terminal.

    Returns
    -------
    Sweep

    Raises
    ------
    ScenarioError
        When a key or value is wrong, at any design point, before anything is run; or when the
        folder to resume holds runs of another sweep.
    ResultError
        When the folder cannot be used.
    RunError
        When there are no workers left. What is done is in the folder.
    """
    if resume is not None and out is not None:
        raise ScenarioError(Problem("out", str(out), "must not be given when a sweep is resumed"))
    plan, options = asked(
        scenario, over, None if resume is None else Path(resume), arms=arms,
        replicates=replicates, seed=seed, changes=changes, design=design, points=points,
        table=table, keep_series=keep_series,
    )  # fmt: skip
    made = engine(
        runs=len(plan), workers=workers, start_method=start_method, executor=executor, dask=dask
    )
    try:
        if resume is None and out is None:
            result = _passing(plan, options, made, progress, _named(scenario, seed, changes))
        else:
            result = _standing(plan, options, made, progress, resume, out)
    finally:
        made.stop()
    if count := len(result.failures):
        text = f"{count} of {len(plan)} runs failed; failures, in the result, says which"
        warnings.warn(text, RuntimeWarning, stacklevel=2)
    return result


def _passing(
    plan: Plan, options: dict[str, Any], made: Engine, progress: bool, repeats: str
) -> Sweep:
    """Run in a folder that lasts as long as the result."""
    folder = Path(tempfile.mkdtemp(prefix="platformsim-sweep-"))
    result = Sweep(plan, folder, options, repeats)
    weakref.finalize(result, shutil.rmtree, folder, ignore_errors=True)
    with Ledger(folder, writes=True) as ledger:
        make_runs(plan, options, ledger, made, progress)
    return result


def _standing(
    plan: Plan,
    options: dict[str, Any],
    made: Engine,
    progress: bool,
    resume: str | Path | None,
    out: str | Path | None,
) -> Sweep:
    """Run in a folder that stays."""
    path = Path(out if resume is None else resume)
    with StandingFolder(path, resumes=resume is not None) as folder:
        # Before the first run: whoever resumes may have nothing but the folder.
        if not (folder.path / SCENARIO).is_file():
            folder.text(SCENARIO, tomli_w.dumps(plan.scenario.table))
        result = Sweep(plan, folder.path, options, standing(folder.path))
        with Ledger(folder.path, writes=True) as ledger:
            try:
                make_runs(plan, options, ledger, made, progress)
            except (KeyboardInterrupt, RunError) as error:
                # What is done is worth tables of its own.
                fill(folder, result, figures=False)
                if isinstance(error, RunError):
                    raise
                raise Cut(
                    f"{ledger.count()} of {len(plan)} runs are in {folder.path}; go on with "
                    f"platformsim sweep --resume {shlex.quote(str(folder.path))}"
                ) from None
            fill(folder, result)
    return result


def _named(scenario: Any, seed: int | None, changes: dict[str, Any] | None) -> str:
    """Return how a command names the scenario with its changes; empty where it cannot."""
    if isinstance(scenario, Scenario | dict) or scenario is None:
        return ""
    known = str(scenario) in shipped() or Path(scenario).is_file()
    words = [str(scenario)] if known else []
    for key, value in (changes or {}).items():
        words += ["--set", f"{key}={value if isinstance(value, str) else json.dumps(value)}"]
    return shlex.join(words + ([] if seed is None else ["--seed", str(seed)]))
