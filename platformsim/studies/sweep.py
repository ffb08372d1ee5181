"""Parameters over a grid, every arm at every design point."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd

from platformsim.errors import Problem, ScenarioError
from platformsim.results import Runs, RunsBuilder
from platformsim.scenario import Scenario, load
from platformsim.studies.execute import Task, execute


def sweep(
    scenario: Scenario | str | Path | dict[str, Any],
    over: dict[str, Sequence[Any]],
    *,
    arms: Sequence[str] | None = None,
    replicates: int = 20,
    seed: int | None = None,
    changes: dict[str, Any] | None = None,
    workers: int | None = None,
    progress: bool = True,
) -> Runs:
    """Run every combination of some parameters, with the same replicates at each.

    Parameters
    ----------
    scenario : Scenario, str, Path or dict
    over : dict of str to sequence
        Values by dotted key; the design is their product.
    arms : sequence of str, optional
        Arms to run at each design point; unset: the scenario as it stands.
    replicates : int
        Runs a design point and arm.
    seed, changes, workers, progress
        As in :func:`platformsim.studies.compare.compare`.

    Returns
    -------
    Runs
        ``summary`` and ``series`` carry a column for each swept key; ``arm`` is the arm's name,
        or the scenario's where there are none.

    Raises
    ------
    ScenarioError
        When a key or value is wrong, at any design point, before anything is run.
    """
    if not over:
        raise ScenarioError(Problem("over", over, "must name at least one setting"))
    whole = scenario if isinstance(scenario, Scenario) else load(scenario)
    fixed = {**(changes or {}), **({} if seed is None else {"run.seed": seed})}
    whole = whole.with_settings(fixed) if fixed else whole
    variants = {name: whole.with_arm(name) for name in arms} if arms else {whole.name: whole}
    points = [dict(zip(over, values, strict=True)) for values in product(*over.values())]
    scenarios, labels = {}, {}
    for number, point in enumerate(points):
        for name, variant in variants.items():
            label = f"{number}:{name}"
            scenarios[label] = variant.with_settings(point)
            labels[label] = (name, point)
    # Replicate-major: a sweep that is cut short still holds every design point equally often.
    tasks = [Task(label, replicate) for replicate in range(replicates) for label in scenarios]
    builder = RunsBuilder()
    for done in execute(scenarios, tasks, workers=workers, progress=progress):
        builder.add(done.task.label, done.task.replicate, done.measured)
    runs = builder.runs()
    return Runs(_named(runs.summary, labels), _named(runs.series, labels), runs.columns)


def _named(table: pd.DataFrame, labels: dict[str, tuple[str, dict[str, Any]]]) -> pd.DataFrame:
    keys = list(next(iter(labels.values()))[1])
    found = {key: [labels[label][1][key] for label in table["arm"]] for key in keys}
    rest = table.drop(columns="arm")
    rest.insert(0, "arm", [labels[label][0] for label in table["arm"]])
    for place, key in enumerate(keys, 1):
        rest.insert(place, key, found[key])
    return rest
