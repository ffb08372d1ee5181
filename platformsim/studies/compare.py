"""The main job: arms of a scenario against each other, pair by pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from platformsim.errors import Problem, ScenarioError, nearest, one_of
from platformsim.results import Runs, RunsBuilder
from platformsim.scenario import Scenario, load
from platformsim.scenario.settings import difference
from platformsim.studies.execute import Task, execute
from platformsim.studies.keep import keep
from platformsim.studies.until import Judging, planned
from platformsim.views import Gallery, comparison_gallery


@dataclass(frozen=True)
class Comparison:
    """What came out of a comparison.

    Attributes
    ----------
    source : Scenario or None
        The scenario whose arms these are; None when the caller gave the arms one by one.
    scenarios : dict of str to Scenario
        The scenario of each arm, the base first.
    runs : Runs
        All runs.
    verdicts : DataFrame
        One row a metric and arm, judged against the base; see :mod:`platformsim.studies.judge`.
    settings : DataFrame
        Every setting that differs between the arms.
    options : dict
        What it takes to repeat the comparison.
    looks : DataFrame or None
        With ``until="decided"`` one row a look: ``look``, ``pairs``, ``boundary`` of the
        standardised mean, ``error`` of the look's intervals, and how many of the rows waited for
        were ``settled`` by then ``of`` all.
    """

    source: Scenario | None
    scenarios: dict[str, Scenario]
    runs: Runs
    verdicts: pd.DataFrame
    settings: pd.DataFrame
    options: dict[str, Any]
    looks: pd.DataFrame | None = None

    @property
    def base(self) -> str:
        """The arm that the others are judged against."""
        return next(iter(self.scenarios))

    @property
    def title(self) -> str:
        """Title of the scenario."""
        return self.scenarios[self.base].title

    @property
    def pairs(self) -> int:
        """Pairs that were run."""
        return self.runs.summary["replicate"].nunique()

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return all tables by the name of their file."""
        found = {**self.runs.tables(), "verdicts": self.verdicts, "settings": self.settings}
        return found if self.looks is None else {**found, "looks": self.looks}

    def to_frame(self) -> pd.DataFrame:
        """Return the verdicts."""
        return self.verdicts

    def notices(self) -> list[str]:
        """Return what a reader must know beside the table: looks made, two-humped differences."""
        swinging = self.verdicts[self.verdicts["swing_share"].fillna(0.0) >= 0.05]
        names = [
            f"{row.side}: {row.metric} ({row.arm}, {row.swing_share:.0%})"
            for row in swinging.itertuples()
        ]
        if not names:
            return self._looked()
        return [
            *self._looked(),
            "Two-humped: in some pairs the difference exceeds 0.3, so the mean alone misleads; "
            "read the median and the share in direction. " + "; ".join(names) + ".",
        ]

    def _looked(self) -> list[str]:
        if self.looks is None:
            return []
        last = self.looks.iloc[-1]
        made = ", ".join(str(pairs) for pairs in self.looks["pairs"])
        return [
            f"Looked at {made} pairs; {last['settled']:.0f} of {last['of']:.0f} rows that were "
            "waited for are settled. Intervals are wider for it, by the look at which a row was "
            "settled (column look; 0: the last)."
        ]

    def plot(self) -> Gallery:
        """Draw the comparison: adoption curves, paired differences, who earns what."""
        return comparison_gallery(self.tables(), self.title)

    def save(self, path: str | Path) -> Path:
        """Write tables, figures, scenario and manifest to a new folder; return its path."""
        scenario = self.source or self.scenarios[self.base]
        options = self.options | ({} if self.source else {"arms_given_in_python": True})
        return keep("compare", scenario, options, self, Path(path))

    def _repr_html_(self) -> str:
        columns = [c for c in self.verdicts if c not in ("claim", "registered", "unit", "doc")]
        return self.verdicts.loc[self.verdicts["headline"], columns].to_html(index=False)


def compare(
    scenario: Scenario | str | Path | dict[str, Any],
    arms: Sequence[str] | None = None,
    *,
    pairs: int | None = None,
    until: str | None = None,
    seed: int | None = None,
    changes: dict[str, Any] | None = None,
    workers: int | None = None,
    start_method: str | None = None,
    progress: bool = True,
    keep_agents: bool = False,
) -> Comparison:
    """Compare arms, paired seed by seed.

    Parameters
    ----------
    scenario : Scenario, str, Path or dict
        A scenario with arms, or a dict of arms by name, each a Scenario: then the first is the
        base.
    arms : sequence of str, optional
        Which arms; unset: all. The first of them in the scenario's order is the base.
    pairs : int, optional
        Pairs of runs, at least 20; unset: the scenario's. With ``until`` the most there may be;
        unset: 320, or the scenario's where these are more.
    until : str, optional
        ``decided``: look at 20, 40, 80, ... pairs, and stop when the registered predictions are
        settled (headline metrics where none are registered), with intervals that allow for looking
        more than once; see :mod:`platformsim.studies.looks`. Verdicts then also have the
        columns ``settled`` (as what; empty: not) and ``look`` (at which; 0: at none).
    seed : int, optional
        Root seed; unset: the scenario's.
    changes : dict, optional
        Settings to change in every arm, by dotted key.
    workers, start_method, progress, keep_agents
        See :func:`platformsim.studies.execute.execute`.

    Returns
    -------
    Comparison

    Raises
    ------
    ScenarioError
        When the scenario, an arm or an option is wrong.
    """
    source, available = _available(scenario)
    chosen = _chosen(available, arms, {**(changes or {}), **_given(seed=seed, pairs=pairs)})
    builder, judging, made = RunsBuilder(), Judging(chosen), 0
    for look in planned(next(iter(chosen.values())).run.pairs, pairs, until):
        tasks = [Task(name, replicate) for replicate in range(made, look.pairs) for name in chosen]
        for done in execute(
            chosen, tasks, workers=workers, start_method=start_method, progress=progress,
            keep_agents=keep_agents,
        ):  # fmt: skip
            builder.add(done.task.label, done.task.replicate, done.measured, done.agents)
        runs, made = builder.runs(), look.pairs
        if judging.settles(look, runs):
            break
    options = {
        "arms": list(chosen),
        "pairs": pairs,
        "seed": seed,
        "changes": changes or {},
        "keep_agents": keep_agents,
    }
    rows, table = judging.verdicts, None
    if until is None:
        rows = rows.drop(columns=["look", "settled"])
    else:
        options, table = {**options, "until": until}, judging.looks()
    return Comparison(source, chosen, runs, rows, _settings(chosen), options, table)


def _given(*, seed: int | None, pairs: int | None) -> dict[str, Any]:
    found = {"run.seed": seed, "run.pairs": pairs}
    return {key: value for key, value in found.items() if value is not None}


def _available(source: Any) -> tuple[Scenario | None, dict[str, Scenario]]:
    given = isinstance(source, dict) and source
    if given and all(isinstance(entry, Scenario) for entry in source.values()):
        return None, dict(source)
    whole = source if isinstance(source, Scenario) else load(source)
    return whole, {name: whole.with_arm(name) for name in whole.arms}


def _chosen(
    available: dict[str, Scenario], names: Sequence[str] | None, changes: dict[str, Any]
) -> dict[str, Scenario]:
    for name in names or ():
        if name not in available:
            hint = nearest(name, available)
            raise ScenarioError(Problem("arms", name, one_of(available), nearest=hint))
    wanted = {name: arm for name, arm in available.items() if names is None or name in names}
    if len(wanted) < 2:
        raise ScenarioError(Problem("arms", list(wanted), "a comparison needs at least two arms"))
    if changes:
        wanted = {name: arm.with_settings(changes) for name, arm in wanted.items()}
    for key in ("seed", "pairs", "months"):
        values = {name: getattr(arm.run, key) for name, arm in wanted.items()}
        if len(set(values.values())) > 1:
            raise ScenarioError(Problem(f"run.{key}", values, "must be the same in all arms"))
    return wanted


def _settings(scenarios: dict[str, Scenario]) -> pd.DataFrame:
    differing = difference({name: arm.table for name, arm in scenarios.items()})
    for name, arm in scenarios.items():
        for mechanism in arm.extra_mechanisms:
            entry = differing.setdefault(f"mechanisms.{mechanism.name}", dict.fromkeys(scenarios))
            entry[name] = repr(mechanism)
    rows = [
        {"setting": key, **{n: str(v) for n, v in row.items()}} for key, row in differing.items()
    ]
    return pd.DataFrame(rows, columns=["setting", *scenarios])
