"""One scenario, one arm, some replicates."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from platformsim.errors import Problem, ScenarioError
from platformsim.results import Runs, RunsBuilder
from platformsim.scenario import Scenario, load
from platformsim.studies.execute import Task, execute
from platformsim.studies.keep import keep
from platformsim.views import Gallery, run_gallery


@dataclass(frozen=True)
class Run:
    """What came out of running a scenario.

    Attributes
    ----------
    source : Scenario
        As it was before the arm and the changes.
    scenario : Scenario
        With the arm's settings and the changes in force.
    runs : Runs
    options : dict
        What it takes to repeat the run.
    """

    source: Scenario
    scenario: Scenario
    runs: Runs
    options: dict[str, Any]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return all tables by the name of their file."""
        return self.runs.tables()

    def to_frame(self) -> pd.DataFrame:
        """Return the paths: one row a replicate and month."""
        return self.runs.series

    def overview(self) -> pd.DataFrame:
        """Return mean and spread of every metric over the replicates."""
        values = self.runs.summary.drop(columns=["arm", "replicate"])
        table = self.runs.columns[["name", "unit"]].copy()
        table["mean"] = values.mean().reindex(table["name"]).to_numpy()
        table["sd"] = values.std().reindex(table["name"]).to_numpy()
        return table

    def plot(self) -> Gallery:
        """Draw the run: adoption curves and who earns what."""
        return run_gallery(self.tables(), self.scenario.title)

    def save(self, path: str | Path) -> Path:
        """Write tables, figures, scenario and manifest to a new folder; return its path."""
        return keep("run", self.source, self.options, self, Path(path))

    def _repr_html_(self) -> str:
        return self.overview().to_html(index=False)


def run(
    scenario: Scenario | str | Path | dict[str, Any],
    arm: str | None = None,
    *,
    replicates: int = 1,
    first: int = 0,
    seed: int | None = None,
    changes: dict[str, Any] | None = None,
    workers: int | None = None,
    start_method: str | None = None,
    progress: bool = True,
    keep_agents: bool = False,
) -> Run:
    """Run a scenario.

    Parameters
    ----------
    scenario : Scenario, str, Path or dict
    arm : str, optional
        Which of its arms; unset: the scenario as it stands.
    replicates : int
        How many runs, at least 1.
    first : int
        Number of the first replicate: what repeats one run of a larger study.
    seed : int, optional
        Root seed; unset: the scenario's.
    changes : dict, optional
        Settings to change, by dotted key.
    workers, start_method, progress, keep_agents
        See :func:`platformsim.studies.execute.execute`.

    Returns
    -------
    Run

    Raises
    ------
    ScenarioError
        When the scenario or an option is wrong.
    """
    if isinstance(replicates, bool) or not isinstance(replicates, int) or replicates < 1:
        problem = Problem("replicates", replicates, "must be a whole number of at least 1")
        raise ScenarioError(problem)
    if isinstance(first, bool) or not isinstance(first, int) or first < 0:
        raise ScenarioError(Problem("first", first, "must be a whole number of at least 0"))
    whole = scenario if isinstance(scenario, Scenario) else load(scenario)
    chosen = whole.with_arm(arm) if arm else whole
    settings = {**(changes or {}), **({} if seed is None else {"run.seed": seed})}
    chosen = chosen.with_settings(settings) if settings else chosen
    label = chosen.arm or chosen.name or "run"
    builder = RunsBuilder()
    tasks = [Task(label, replicate) for replicate in range(first, first + replicates)]
    for done in execute(
        {label: chosen},
        tasks,
        workers=workers,
        start_method=start_method,
        progress=progress,
        keep_agents=keep_agents,
    ):
        builder.add(label, done.task.replicate, done.measured, done.agents)
    options = {"arm": arm, "replicates": replicates, "first": first, "seed": seed}
    options["changes"] = changes or {}
    return Run(whole, chosen, builder.runs(), {**options, "keep_agents": keep_agents})
