"""The course of a search: the sampler suggests, the model answers."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from platformsim.errors import MISSING, Problem, ScenarioError
from platformsim.studies.evaluate import Evaluator
from platformsim.studies.execute import RunError
from platformsim.studies.search.front import is_on_front, rounded
from platformsim.studies.search.levers import DEGREE, DEGREES, LEVERS, OPENS, STAYS
from platformsim.studies.search.objectives import Goals, upward

SAMPLERS = ("tpe", "nsga2")
# Trials that are asked for together, whatever the number of workers: the answer must not depend
# on who is quicker.
_TOGETHER = 8
_POPULATION = 24


class Course:
    """Asks the sampler, runs what it suggests, and tells it what came out.

    Parameters
    ----------
    evaluator : Evaluator
    space : callable
        From a trial of Optuna to the parameters that it suggests.
    goals : tuple of (str, str)
    replicates : int
    factors : list of Factor
        What is searched beside the opening.
    """

    def __init__(
        self, evaluator: Evaluator, space: Callable, goals: Goals, replicates: int, factors: list
    ):
        self.evaluator, self.space, self.goals = evaluator, space, goals
        self.seeds, self.factors = range(replicates), factors
        # Strategies that come out the same are run once.
        self.known: dict[str, dict[str, Any]] = {}

    def run(self, sampler: str, root: int, trials: int, months: int | None) -> pd.DataFrame:
        """Return all trials: see :class:`platformsim.studies.search.result.Search`.

        Raises
        ------
        RunError
            When every trial failed.
        """
        optuna = _optuna()
        before = optuna.logging.get_verbosity()
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
                ways = ["maximize" if way == "up" else "minimize" for _, way in self.goals]
                study = optuna.create_study(
                    directions=ways, sampler=_sampler(optuna, sampler, root, trials)
                )
                if months is not None:
                    # What everybody thinks of first: never, and each degree from the start.
                    for degree in DEGREES:
                        study.enqueue_trial({DEGREE: degree, OPENS: 0, STAYS: 1.0})
                rows: list[dict[str, Any]] = []
                while len(rows) < trials:
                    rows += self._together(study, min(_TOGETHER, trials - len(rows)))
        finally:
            optuna.logging.set_verbosity(before)
        return self._table(rows)

    def _together(self, study: Any, count: int) -> list[dict[str, Any]]:
        optuna = _optuna()
        asked = [study.ask() for _ in range(count)]
        points = [self.space(trial) for trial in asked]
        fresh = {_key(p): p for p in points if _key(p) not in self.known}
        runs = self.evaluator.run(list(fresh.values()), self.seeds)
        for number, key in enumerate(fresh):
            self.known[key] = _outcome(runs[runs["point"] == number], self.goals)
        rows = []
        for trial, point in zip(asked, points, strict=True):
            outcome = self.known[_key(point)]
            if outcome["error"]:
                study.tell(trial, state=optuna.trial.TrialState.FAIL)
            else:
                study.tell(trial, [outcome[metric] for metric, _ in self.goals])
            rows.append({"trial": trial.number, "_point": point, **outcome})
        return rows

    def _table(self, rows: list[dict[str, Any]]) -> pd.DataFrame:
        if all(row["error"] for row in rows):
            raise RunError(f"every trial failed; the first: {rows[0]['error']}")
        table = pd.DataFrame(rows)
        names = [name for row in rows for name in row["_point"]]
        order = [*LEVERS, *(factor.name for factor in self.factors)]
        for place, name in enumerate(n for n in order if n in names):
            values = [row["_point"].get(name) for row in rows]
            column = pd.Series(values)
            numbers = all(isinstance(v, int | float) or v is None for v in values)
            table.insert(1 + place, name, column.astype(float) if numbers else column)
        good = (table["error"] == "").to_numpy()
        values = rounded(upward(table, self.goals))
        on_front = np.zeros(len(table), bool)
        on_front[good] = is_on_front(values[good])
        # Of strategies that come out the same the first will do.
        table["on_front"] = on_front & ~pd.DataFrame(values).duplicated().to_numpy()
        errors = table.pop("error")
        return table.assign(error=errors.astype("str"))


def _optuna() -> Any:
    try:
        import optuna
    except ImportError:
        allowed = "needs Optuna: pip install 'platformsim[search]'"
        raise ScenarioError(Problem("search", MISSING, allowed)) from None
    return optuna


def _sampler(optuna: Any, name: str, seed: int, trials: int) -> Any:
    if name == "nsga2":
        return optuna.samplers.NSGAIISampler(seed=seed, population_size=min(_POPULATION, trials))
    return optuna.samplers.TPESampler(
        seed=seed, n_startup_trials=max(10, trials // 4), constant_liar=True
    )


def _key(point: dict[str, Any]) -> str:
    return json.dumps(point, sort_keys=True)


def _outcome(runs: pd.DataFrame, goals: Goals) -> dict[str, Any]:
    failed = runs[runs["error"] != ""]
    error = failed["error"].iloc[0] if len(failed) else ""
    found: dict[str, Any] = {}
    for metric, _ in goals:
        values = runs[metric].to_numpy() if metric in runs else np.full(len(runs), np.nan)
        found[metric] = float(values.mean()) if not error else float("nan")
        if not error and not np.isfinite(found[metric]):
            error = f"{metric} is not defined in every run"
    return found | {"error": error}
