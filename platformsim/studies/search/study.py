"""The search for timing and degree of opening, or for any settings, that nobody beats."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from platformsim.errors import Problem, ScenarioError, nearest, one_of
from platformsim.scenario import Scenario, load
from platformsim.studies.batch import alone
from platformsim.studies.evaluate import Evaluator, Function
from platformsim.studies.factors import (
    ARM,
    Factor,
    Over,
    entries_of,
    factors_of,
    given_factor,
)
from platformsim.studies.judge import FEWEST_PAIRS
from platformsim.studies.search.confirm import confirmed
from platformsim.studies.search.course import SAMPLERS, Course
from platformsim.studies.search.levers import (
    OpeningFunction,
    opening_space,
    suggested,
    technology_of,
)
from platformsim.studies.search.objectives import Goals, goals_of
from platformsim.studies.search.result import Search


def search(
    model: Scenario | str | Path | dict[str, Any] | Function,
    over: Over | None = None,
    *,
    objectives: Sequence[str] | None = None,
    technology: str | None = None,
    releaser: str | None = None,
    arm: str | None = None,
    opening: bool = True,
    closes: bool = True,
    trials: int = 80,
    replicates: int = 20,
    confirm: int = 40,
    sampler: str = "tpe",
    seed: int | None = None,
    changes: dict[str, Any] | None = None,
    workers: int | None = None,
    start_method: str | None = None,
    progress: bool = True,
) -> Search:
    """Search for strategies of a releaser that no other beats in every objective.

    All trials meet the same seeds. What is on the front of the search is run again with seeds that
    the search never saw, beside the scenario as it stands; values, intervals and paired gains are
    from these.

    Parameters
    ----------
    model : Scenario, str, Path, dict or callable
        A scenario, or any ``f(**parameters, seed) -> dict``.
    over : mapping or iterable of str, optional
        Settings to search beside the opening, as in :func:`platformsim.sensitivity`.
    objectives : sequence of str, optional
        Metrics to make large; ``metric:down``: small. Unset: the profit of the technology's owner,
        and welfare.
    technology, releaser : str, optional
        The technology to open, by its name or its owner's; unset: the first that has an owner.
    arm : str, optional
        The arm in force; unset: the scenario as it stands.
    opening : bool
        Whether to search the degree and the timing of opening.
    closes : bool
        Whether closing again is part of it.
    trials : int
        Strategies to try.
    replicates : int
        Seeds of each trial.
    confirm : int
        Fresh seeds for the front, at least 20.
    sampler : str
        ``tpe`` (tree-structured Parzen estimator) or ``nsga2`` (genetic).
    seed : int, optional
        Root seed of the runs and of the sampler; unset: the scenario's (of a function: 0).
    changes : dict, optional
        Settings to change in every trial, by dotted key.
    workers, start_method, progress
        See :func:`platformsim.studies.execute.execute`.

    Returns
    -------
    Search

    Raises
    ------
    ScenarioError
        When the scenario, a lever, an objective or an option is wrong.
    RunError
        When the base or every trial fails.
    """
    for key, value, least in (
        ("trials", trials, 1), ("replicates", replicates, 1), ("confirm", confirm, FEWEST_PAIRS)
    ):  # fmt: skip
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            problem = Problem(key, value, f"must be a whole number of at least {least}")
            raise ScenarioError(problem)
    if sampler not in SAMPLERS:
        hint = nearest(sampler, SAMPLERS)
        raise ScenarioError(Problem("sampler", sampler, one_of(SAMPLERS), nearest=hint))
    entries = entries_of(over)
    if ARM in entries:
        raise ScenarioError(Problem("over", ARM, "cannot be searched; search the settings it sets"))
    source: Scenario | None = None
    if callable(model):
        goals = goals_of(objectives)
        function: Function = model
        factors = [given_factor(k, v) for k, v in entries.items()]
        base, root, months = {f.name: f.middle for f in factors}, seed or 0, None
        name = getattr(model, "__name__", repr(model))
    else:
        source = model if isinstance(model, Scenario) else load(model)
        fixed = {**(changes or {}), **({} if seed is None else {"run.seed": seed})}
        changed = source.with_arm(arm) if arm else source
        changed = alone(changed.with_settings(fixed) if fixed else changed)
        tech, owner = technology_of(changed, technology, releaser)
        goals = goals_of([f"profit[{owner}]", "welfare"] if objectives is None else objectives)
        factors = factors_of(changed, entries, ())[0] if entries else []
        function = OpeningFunction(changed, tech, [goal for goal, _ in goals])
        base, root = {}, changed.run.seed
        months = changed.run.months if opening else None
        name = source.title
    if months is None and not factors:
        raise ScenarioError(Problem("over", over, "must name something to search"))
    space = _space(months, closes, factors)
    with Evaluator(
        function, workers=workers, start_method=start_method, progress=progress
    ) as evaluator:
        _try_base(function, base, goals)
        course = Course(evaluator, space, goals, replicates, factors)
        found = course.run(sampler, root, trials, months)
        front = confirmed(evaluator, found, goals, base, replicates, confirm)
    options = {
        "over": None if over is None else {f.name: _json(f) for f in factors},
        "objectives": None if objectives is None else list(objectives), "technology": technology,
        "releaser": releaser, "arm": arm, "opening": opening, "closes": closes, "trials": trials,
        "replicates": replicates, "confirm": confirm, "sampler": sampler, "seed": seed,
        "changes": changes or {},
    }  # fmt: skip
    table = found.drop(columns="_point")
    return Search(source, goals, table, front, options, name, months)


def _json(factor: Factor) -> str | list[Any]:
    if factor.levels:
        return list(factor.levels)
    return f"{float(factor.low)!r}:{float(factor.high)!r}"


def _space(months: int | None, closes: bool, factors: list[Factor]) -> Callable:
    def space(trial: Any) -> dict[str, Any]:
        point = {} if months is None else opening_space(trial, months, closes=closes)
        return point | {factor.name: suggested(trial, factor) for factor in factors}

    return space


def _try_base(function: Function, base: dict[str, Any], goals: Goals) -> None:
    """Find out before the search whether the objectives exist."""
    there = function(**base, seed=0)
    for metric, _ in goals:
        if metric not in there:
            hint = nearest(metric, there)
            raise ScenarioError(Problem("objectives", metric, one_of(there), nearest=hint))
