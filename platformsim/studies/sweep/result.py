"""What came out of a sweep."""

from __future__ import annotations

import json
import shlex
import shutil
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import tomli_w

from platformsim.results.folder import SCENARIO
from platformsim.results.standing import StandingFolder
from platformsim.scenario.settings import known
from platformsim.studies.sweep import tables
from platformsim.studies.sweep.ledger import NAME, Ledger
from platformsim.studies.sweep.plan import Plan
from platformsim.views import Gallery

_FAILURE = ("replicate", "seed", "error", "command")


@dataclass(frozen=True)
class Sweep:
    """The runs of a sweep; tables are read from its folder when they are asked for.

    Attributes
    ----------
    plan : Plan
    folder : Path
    options : dict
        How the design came about.
    repeats : str
        What a command must say to name the scenario; empty where only Python can.
    """

    plan: Plan
    folder: Path
    options: dict[str, Any]
    repeats: str = field(default="", repr=False)

    @cached_property
    def summary(self) -> pd.DataFrame:
        """One row a run: ``arm``, a column a swept key, ``replicate``, a column a metric."""
        return self._read("summary")

    @cached_property
    def series(self) -> pd.DataFrame:
        """One row a run and month (0 … T), with the metrics that have a path."""
        return self._read("series") if self.plan.keep_series else pd.DataFrame()

    def _read(self, kind: str) -> pd.DataFrame:
        with Ledger(self.folder) as ledger:
            return tables.whole(ledger, self.design, kind)

    @cached_property
    def columns(self) -> pd.DataFrame:
        """The column dictionary: name, metric, side, entity, unit, summary, doc."""
        with Ledger(self.folder) as ledger:
            return tables.columns_frame(ledger)

    @cached_property
    def design(self) -> pd.DataFrame:
        """One row a design point, one column a swept key."""
        return tables.design_frame(self.plan.points, self.plan.keys)

    @cached_property
    def failures(self) -> pd.DataFrame:
        """One row a run that failed: its settings, seed and error, and what repeats it."""
        with Ledger(self.folder) as ledger:
            found = ledger.failures()
        points = self.plan.points
        rows = []
        for arm, point, replicate, seed, error, _ in found:
            about = (replicate, seed, error, self.command(arm, points[point], replicate))
            settings = {key: points[point].get(key) for key in self.plan.keys}
            rows.append({"arm": arm} | settings | dict(zip(_FAILURE, about, strict=True)))
        return pd.DataFrame(rows, columns=["arm", *self.plan.keys, *_FAILURE])

    def command(self, arm: str, settings: dict[str, Any], replicate: int) -> str:
        """Return what to type, in a shell or else in Python, to make one run again."""
        named = arm if self.plan.arms else None
        if not self.repeats:
            found = [f"changes={settings!r}", f"first={replicate}"]
            found[:0] = [f"arm={named!r}"] if named else []
            return f"platformsim.run(scenario, {', '.join(found)})"
        words = ["platformsim", "run", *shlex.split(self.repeats)]
        words += ["--arm", named] if named else []
        for key, value in settings.items():
            words += ["--set", f"{key}={value if isinstance(value, str) else json.dumps(value)}"]
        return shlex.join([*words, "--first", str(replicate), "--replicates", "1"])

    @property
    def arms(self) -> list[str]:
        """The arms, in the order in which they were run."""
        return list(self.plan.variants)

    @cached_property
    def missing(self) -> int:
        """How many runs are not done: failed, or still to be made."""
        with Ledger(self.folder) as ledger:
            return len(self.plan) - ledger.count()

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return all tables by the name of their file."""
        found = {"summary": self.summary, "series": self.series, "columns": self.columns,
                 "design": self.design, "failures": self.failures}  # fmt: skip
        return {name: frame for name, frame in found.items() if len(frame)}

    def to_frame(self) -> pd.DataFrame:
        """Return the summary."""
        return self.summary

    def plot(self, metrics: list[str] | None = None) -> Gallery:
        """Draw how metrics answer to each swept key, and how the arms differ.

        Parameters
        ----------
        metrics : list of str, optional
            Columns of the summary; unset: those that the scenario has predictions about.
        """
        from platformsim.views.sweep import main_metrics, sweep_gallery

        stated = [row.metric for row in self.plan.scenario.predictions]
        names = metrics or main_metrics(self.columns, stated)
        with Ledger(self.folder) as ledger:
            part = tables.whole(ledger, self.design, "summary", only=names)
        return sweep_gallery(
            part, self.columns, self.plan.keys, self.plan.scenario.title, names, self._units()
        )

    def _units(self) -> dict[str, str]:
        declared = known(self.plan.scenario.table)
        return {key: declared[key].unit for key in self.plan.keys if key in declared}

    def means(self, metrics: list[str]) -> pd.DataFrame:
        """Return means over replicates: one row a design point and arm, in order of the design."""
        with Ledger(self.folder) as ledger:
            part = tables.whole(ledger, self.design, "summary", only=metrics)
        where = ["arm", *self.plan.keys]
        found = part.groupby(where, sort=False, dropna=False)[metrics].mean()
        return found.reset_index()

    def save(self, path: str | Path) -> Path:
        """Write ledger, tables, figures, scenario and manifest to a new folder; return its path."""
        with StandingFolder(Path(path)) as folder:
            shutil.copyfile(self.folder / NAME, folder.path / NAME)
            moved = Sweep(self.plan, folder.path, self.options, standing(folder.path))
            fill(folder, moved)
        return folder.path

    def _repr_html_(self) -> str:
        done = len(self.plan) - self.missing
        note = f"{done} of {len(self.plan)} runs"
        shown = self.failures if len(self.failures) else self.summary.head(20)
        return f"<p>{note}; {len(self.failures)} failed</p>" + shown.to_html(index=False)


def standing(folder: Path) -> str:
    """Return how a command names the scenario that stands in a folder."""
    return shlex.quote(str(folder / SCENARIO))


def fill(folder: StandingFolder, sweep: Sweep, *, figures: bool = True) -> None:
    """Write the tables of all runs until now, figures and manifest to the sweep's own folder."""
    plan = sweep.plan
    folder.begin_anew()
    with Ledger(sweep.folder) as ledger:
        for kind in ("summary", "series") if plan.keep_series else ("summary",):
            tables.write(folder, ledger, sweep.design, kind)
        done = ledger.count()
    folder.table("columns", sweep.columns)
    folder.table("design", tables.storable(sweep.design))
    if len(sweep.failures):
        folder.table("failures", tables.storable(sweep.failures))
    else:
        folder.forget("failures")
    for name, figure in (sweep.plot() if figures and done else {}).items():
        folder.figure(name, figure)
    folder.text(SCENARIO, tomli_w.dumps(plan.scenario.table))
    in_python = [m.name for m in plan.scenario.extra_mechanisms]
    in_python += sorted(plan.scenario.extra_strategies)
    facts = {
        "scenario": plan.scenario.name,
        "arm": plan.scenario.arm,
        "fingerprint": plan.scenario.fingerprint,
        "defined_in_python": in_python,
        "runs": {"planned": len(plan), "done": done, "failed": len(sweep.failures)},
        "design": sweep.options,
        "command": f"platformsim rerun {folder.path}",
    }
    options = {"arms": list(plan.arms), "replicates": plan.replicates,
               "keep_series": plan.keep_series}  # fmt: skip
    folder.manifest("sweep", options, facts)
