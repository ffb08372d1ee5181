"""A scenario as a plain function, for every tool that wants to call one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from platformsim.errors import Problem, ScenarioError, nearest, one_of
from platformsim.scenario import Scenario, load
from platformsim.scenario.settings import known
from platformsim.studies.batch import alone, arm_alone, place_of
from platformsim.studies.execute import Task, run_task

# Scenarios kept at a time: the replicates of a design point come one after the other.
_KEPT = 8


class ModelFunction:
    """``f(**parameters, seed) -> dict``: one run a call, or one run of each arm.

    Made by :func:`as_function`. It can be pickled by cloudpickle, holds no state that matters, and
    returns the same numbers for the same arguments, in any process.

    Attributes
    ----------
    scenario : Scenario
    metrics : dict of str to str
        Metrics by the name under which they are returned.
    arms : tuple of str
        The base first; empty: the scenario as it stands.
    outputs : tuple of str
        Names of what is returned: ``metric`` without arms; else ``metric@arm`` for each arm and
        ``metric@arm-base`` for the difference of each from the first, pair by pair.
    """

    def __init__(self, scenario: Scenario, metrics: Mapping[str, str], arms: Sequence[str]):
        self.scenario, self.metrics, self.arms = scenario, dict(metrics), tuple(arms)
        self.outputs = tuple(
            name for metric in self.metrics for name in _outputs(metric, self.arms)
        )
        self._bare: dict[str, Scenario] = {}
        self._kinds = {key: entry.kind for key, entry in known(scenario.table).items()}
        self._made: dict[Any, Scenario] = {}

    def __call__(self, *, seed: int = 0, arm: str | None = None, **parameters: Any) -> dict:
        """Run the model.

        Parameters
        ----------
        seed : int
            Which replicate: runs with the same seed meet the same people and the same luck,
            whatever the parameters and the arm. ``seed=3`` is pair 3 of a comparison.
        arm : str, optional
            The arm to run alone, where the function was made without arms; so a release mode can
            be a factor like any other.
        **parameters
            Settings to change, by dotted key; where a key must be an identifier, ``__`` stands for
            the dot: ``mechanisms__complement__eng_lift=0.2``.

        Returns
        -------
        dict of str to float
            One number a name of ``outputs``.

        Raises
        ------
        ScenarioError
            When a key, a value, an arm or a metric is wrong.
        RunError
            When the run fails.
        """
        seed = _whole(seed)
        levels = {}
        for name in self.arms or (arm or self.scenario.arm,):
            scenario = self._variant(name, parameters)
            measured = run_task(scenario, Task(name or scenario.name, seed)).measured
            columns = [column.name for column in measured.columns]
            levels[name] = {
                label: _level(measured.summary, columns, metric)
                for label, metric in self.metrics.items()
            }
        if not self.arms:
            return next(iter(levels.values()))
        found = {}
        for label in self.metrics:
            base, *others = (levels[name][label] for name in self.arms)
            values = (base, *others, *(other - base for other in others))
            found.update(zip(_outputs(label, self.arms), values, strict=True))
        return found

    def check(self, *, arm: str | None = None, **parameters: Any) -> None:
        """Refuse parameters with which the model cannot run, without running it.

        Raises
        ------
        ScenarioError
        """
        for name in self.arms or (arm or self.scenario.arm,):
            self._variant(name, parameters)

    def _variant(self, arm: str, parameters: Mapping[str, Any]) -> Scenario:
        if arm not in self._bare:
            self._bare[arm] = self._without_list(arm)
        # A list cannot be part of a key, and 1, 1.0 and True are equal but not the same.
        key = (arm, repr(sorted(parameters.items())))
        if key not in self._made:
            changes = {self._key(name): v for name, v in parameters.items()}
            changes = {name: self._value(name, v) for name, v in changes.items()}
            bare = self._bare[arm]
            if len(self._made) >= _KEPT:
                self._made.pop(next(iter(self._made)))
            self._made[key] = bare.with_settings(changes) if changes else bare
        return self._made[key]

    def _without_list(self, arm: str) -> Scenario:
        if arm == self.scenario.arm:
            return alone(self.scenario)
        return arm_alone(self.scenario, arm)

    def _key(self, name: str) -> str:
        return name if "." in name else name.replace("__", ".")

    def _value(self, key: str, value: Any) -> Any:
        value = value.item() if hasattr(value, "item") else value
        # Samplers know real numbers alone.
        whole = self._kinds.get(key) is int and isinstance(value, float) and value.is_integer()
        return int(value) if whole else value

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_bare": {}, "_made": {}}

    def __repr__(self) -> str:
        return f"ModelFunction({self.scenario.name!r}, {', '.join(self.outputs)})"


def as_function(
    scenario: Scenario | str | Path | dict[str, Any],
    metrics: str | Iterable[str] | Mapping[str, str],
    arms: Sequence[str] | None = None,
    *,
    changes: dict[str, Any] | None = None,
) -> ModelFunction:
    """Turn a scenario into a function ``f(**parameters, seed) -> dict``.

    The signature that SALib, EMA Workbench and Optuna can call; see ``docs/connectors.md``.

    Parameters
    ----------
    scenario : Scenario, str, Path or dict
    metrics : str, iterable of str or mapping of str to str
        Columns of the summary such as ``profit[giant]``; or names of your own with the column that
        each stands for.
    arms : sequence of str, optional
        Arms that every call runs under the same draws, the base first; then differences are
        returned too. Unset: one run a call.
    changes : dict, optional
        Settings to change in every call, by dotted key.

    Returns
    -------
    ModelFunction

    Examples
    --------
    >>> f = as_function("complement_breakeven", {"gain": "profit[giant]"}, ["closed", "open"])
    >>> f.outputs
    ('gain@closed', 'gain@open', 'gain@open-closed')
    >>> found = f(mechanisms__complement__eng_lift=0.2, run__months=24, seed=7)
    >>> found["gain@open-closed"] == found["gain@open"] - found["gain@closed"]
    True
    """
    whole = scenario if isinstance(scenario, Scenario) else load(scenario)
    whole = whole.with_settings(changes) if changes else whole
    names = [metrics] if isinstance(metrics, str) else metrics
    wanted = dict(names) if isinstance(names, Mapping) else {name: name for name in names}
    if not wanted:
        raise ScenarioError(Problem("metrics", metrics, "must name at least one metric"))
    for name in arms or ():
        if name not in whole.arms:
            hint = nearest(name, whole.arms)
            raise ScenarioError(Problem("arms", name, one_of(whole.arms), nearest=hint))
    if arms is not None and (len(arms) < 2 or len(set(arms)) < len(arms)):
        raise ScenarioError(Problem("arms", list(arms), "must be two arms or more, the base first"))
    return ModelFunction(whole, wanted, arms or ())


def _outputs(metric: str, arms: tuple[str, ...]) -> tuple[str, ...]:
    if not arms:
        return (metric,)
    base, *others = arms
    levels = (f"{metric}@{arm}" for arm in arms)
    return (*levels, *(f"{metric}@{arm}-{base}" for arm in others))


def _level(summary: Any, columns: list[str], metric: str) -> float:
    place = place_of(tuple(columns), metric)
    if place is None:
        allowed = "is no metric of this scenario; `compare --all` prints them"
        short = [name.partition(".")[2] or name for name in columns]
        hint = nearest(metric, [*columns, *short])
        raise ScenarioError(Problem("metric", metric, allowed, nearest=hint))
    return float(summary[place])


def _whole(seed: Any) -> int:
    seed = seed.item() if hasattr(seed, "item") else seed
    whole = int(seed) if isinstance(seed, float) and seed.is_integer() else seed
    if isinstance(whole, bool) or not isinstance(whole, int) or whole < 0:
        raise ScenarioError(Problem("seed", seed, "must be a whole number of at least 0"))
    return whole
