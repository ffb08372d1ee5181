"""Sensitivity analysis of a scenario, or of any function of parameters and a seed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from platformsim.errors import Problem, ScenarioError, nearest, one_of
from platformsim.scenario import Scenario, load
from platformsim.studies.evaluate import Evaluator, Function
from platformsim.studies.factors import (
    ARM,
    DUMMY,
    Factor,
    Over,
    entries_of,
    factors_of,
    given_factor,
)
from platformsim.studies.model_function import ModelFunction, as_function
from platformsim.studies.sensitivity.analysis import IncompleteError, analysed, missing_from
from platformsim.studies.sensitivity.designs import Design, designed
from platformsim.studies.sensitivity.result import Sensitivity
from platformsim.studies.sensitivity.unfinished import fingerprint, runs_of

_REPLICATES = {"ofat": 20, "morris": 5, "sobol": 5}
_MOST_SHOWN = 6


def sensitivity(
    model: Scenario | str | Path | dict[str, Any] | Function,
    over: Over | None = None,
    *,
    method: str = "ofat",
    metric: str | Sequence[str] | None = None,
    arms: Sequence[str] | None = None,
    points: int | None = None,
    replicates: int | None = None,
    second_order: bool = False,
    dummy: bool = True,
    seed: int | None = None,
    changes: dict[str, Any] | None = None,
    known: IncompleteError | str | Path | None = None,
    workers: int | None = None,
    start_method: str | None = None,
    progress: bool = True,
) -> Sensitivity:
    """Ask which factors move a metric, and which move the difference between two arms.

    Parameters
    ----------
    model : Scenario, str, Path, dict or callable
        A scenario, or any ``f(**parameters, seed) -> dict``.
    over : mapping or iterable of str, optional
        Factors: ``{key: values}`` with values None (the declared range), ``(low, high)`` or a list
        of levels; or texts such as ``"key=low:high"``. The key ``arm`` makes the arms levels of a
        factor. Unset: every parameter of the active mechanisms over its declared range.
    method : str
        ``ofat`` (one at a time, over wide ranges; begin with it), ``morris`` (screening) or
        ``sobol`` (shares of variance).
    metric : str or sequence of str, optional
        Unset: that of the scenario's first prediction; of a function, all that it returns.
    arms : sequence of str, optional
        Arms to compare at each point, the base first. Unset: those of the first prediction about
        the metric; without predictions, or with ``arm`` as a factor, none.
    points : int, optional
        Levels of a factor (unset: 5), trajectories (10), or base samples, a power of two (64).
    replicates : int, optional
        Seeds at each point, the same at all. Unset: 20 for ofat, else 5.
    second_order : bool
        For sobol: also the indices of pairs.
    dummy : bool
        Whether to add a factor that does nothing, and must rank last.
    seed : int, optional
        Root seed of the runs and of the sampling; unset: the scenario's (of a function: 0).
    changes : dict, optional
        Settings to change at every point, by dotted key.
    known : IncompleteError, str or Path, optional
        Runs that need not be made again: what an attempt at the same design raised, or the folder
        to which it was saved.
    workers, start_method, progress
        See :func:`platformsim.studies.execute.execute`.

    Returns
    -------
    Sensitivity

    Raises
    ------
    ScenarioError
        When the scenario, a factor, a point of the design or an option is wrong; before any run.
    IncompleteError
        When runs failed; it carries those that did not.
    """
    entries = None if over is None else entries_of(over)
    asked = {"over": entries, "metric": metric, "arms": arms, "changes": changes, "seed": seed}
    source, function, factors, left_out, root = (
        _of_function(model, **asked) if callable(model) else _of_scenario(model, **asked)
    )
    design = designed(
        method, factors, points=points, seed=root, dummy=dummy, second_order=second_order
    )
    count = _REPLICATES[method] if replicates is None else replicates
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise ScenarioError(Problem("replicates", count, "must be a whole number of at least 1"))
    identity = fingerprint(design, function)
    done = None if known is None else runs_of(known, identity)
    with Evaluator(
        function, workers=workers, start_method=start_method, progress=progress
    ) as evaluator:
        _check(design, evaluator)
        runs = _run(design, evaluator, range(count), done)
    outcomes = None
    if callable(model) and metric is not None:
        outcomes = [metric] if isinstance(metric, str) else list(metric)
    options = {
        "over": None if over is None else {f.name: _json(f) for f in factors},
        "method": method, "metric": metric if metric is None else _names(metric),
        "arms": None if arms is None else list(arms), "points": points, "replicates": replicates,
        "second_order": second_order, "dummy": dummy, "seed": seed, "changes": changes or {},
    }  # fmt: skip
    try:
        tables = analysed(design, runs, range(count), outcomes)
    except IncompleteError as error:
        error.identity, error.options = identity, options
        raise
    name = source.title if source is not None else getattr(function, "__name__", repr(function))
    return Sensitivity(
        source, design, tables["indices"], tables["noise"], tables.get("curves", pd.DataFrame()),
        _factor_table(design), runs, tuple(left_out), options, name,
    )  # fmt: skip


def _names(metric: str | Sequence[str]) -> list[str]:
    return [metric] if isinstance(metric, str) else list(metric)


def _json(factor: Factor) -> str | list[Any]:
    if factor.levels:
        return list(factor.levels)
    return f"{float(factor.low)!r}:{float(factor.high)!r}"


def _of_function(
    function: Callable,
    *,
    over: Mapping[str, Any] | None,
    metric: Any,
    arms: Any,
    changes: Any,
    seed: int | None,
) -> tuple:
    for key, value in (("arms", arms), ("changes", changes)):
        if value:
            raise ScenarioError(Problem(key, value, "belongs to scenarios, not to a function"))
    if not over:
        raise ScenarioError(Problem("over", over, "must name the function's factors"))
    if isinstance(function, ModelFunction):
        factors, left_out = factors_of(function.scenario, over, function.arms)
        return None, function, factors, left_out, seed or 0
    return None, function, [given_factor(k, v) for k, v in over.items()], [], seed or 0


def _of_scenario(
    model: Any,
    *,
    over: Mapping[str, Any] | None,
    metric: str | Sequence[str] | None,
    arms: Sequence[str] | None,
    changes: dict[str, Any] | None,
    seed: int | None,
) -> tuple:
    whole = model if isinstance(model, Scenario) else load(model)
    fixed = {**(changes or {}), **({} if seed is None else {"run.seed": seed})}
    changed = whole.with_settings(fixed) if fixed else whole
    stated = changed.predictions
    if metric is None and not stated:
        allowed = "must be given: the scenario states no predictions"
        raise ScenarioError(Problem("metric", None, allowed))
    names = [stated[0].metric] if metric is None else _names(metric)
    if over is not None and ARM in over:
        if arms:
            raise ScenarioError(Problem("arms", list(arms), "cannot be compared and be a factor"))
        chosen: tuple[str, ...] = ()
    else:
        chosen = _arms(changed, arms, names[0])
    factors, left_out = factors_of(changed, over, chosen)
    function = as_function(changed, names, chosen or None)
    # One run tells whether there is such a metric, before a thousand do.
    function(seed=0, **({ARM: next(f for f in factors if f.name == ARM).levels[0]}
                        if over is not None and ARM in over else {}))  # fmt: skip
    return whole, function, factors, left_out, changed.run.seed


def _arms(scenario: Scenario, names: Sequence[str] | None, metric: str) -> tuple[str, ...]:
    for name in names or ():
        if name not in scenario.arms:
            hint = nearest(name, scenario.arms)
            raise ScenarioError(Problem("arms", name, one_of(scenario.arms), nearest=hint))
    if names is not None:
        return tuple(names)
    about = [row for row in scenario.predictions if row.metric == metric] or scenario.predictions
    if scenario.arm or not about:
        return ()
    return about[0].base, about[0].arm


def _check(design: Design, evaluator: Evaluator) -> None:
    refused = evaluator.refused(design.points())
    if refused:
        shown = list(refused.items())[:_MOST_SHOWN]
        problems = [
            Problem(f"point {row}", design.points()[row], text) for row, text in shown
        ]  # fmt: skip
        allowed = f"{len(refused)} of {len(design)} points of the design are no valid scenario"
        raise ScenarioError([Problem("over", design.names, f"{allowed}; narrow them"), *problems])


def _run(
    design: Design, evaluator: Evaluator, seeds: range, known: pd.DataFrame | None
) -> pd.DataFrame:
    points = design.points()
    if known is None:
        return evaluator.run(points, seeds)
    wanted = missing_from(design, known, seeds)
    calls = list(zip(wanted["point"].tolist(), wanted["seed"].tolist(), strict=True))
    fresh = evaluator.calls(calls, points) if calls else known.iloc[:0]
    kept = known[(known["error"] == "") & known["seed"].isin(seeds)]
    runs = pd.concat([kept, fresh], ignore_index=True)
    return runs.sort_values(["point", "seed"], ignore_index=True)


def _factor_table(design: Design) -> pd.DataFrame:
    rows = [
        {"factor": f.name, "values": f.text, "base": str(f.middle), "unit": f.unit,
         "levels": "|".join(str(level) for level in f.levels)}
        for f in design.factors if f.name != DUMMY
    ]  # fmt: skip
    return pd.DataFrame(rows)
