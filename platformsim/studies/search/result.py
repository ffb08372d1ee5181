"""What came out of a search."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from platformsim.results import Folder
from platformsim.scenario import Scenario
from platformsim.studies.keep import keep
from platformsim.views.gallery import Gallery
from platformsim.views.search import search_gallery


@dataclass(frozen=True)
class Search:
    """Strategies that nobody beats in everything.

    Attributes
    ----------
    source : Scenario or None
        None when a function was searched.
    objectives : tuple of (str, str)
        What was sought, with ``up`` or ``down``.
    trials : DataFrame
        One row a trial: ``trial``, a column a lever (empty where the strategy knows no such lever),
        a column an objective (its mean over the seeds of the search), ``on_front``, ``error``.
    front : DataFrame
        The front, run again with seeds that the search never saw: one row a trial and objective
        with ``trial``, ``strategy``, ``objective``, ``value``, ``low``, ``high``, ``gain`` (paired
        difference from the base) with ``gain_low`` and ``gain_high``, ``undominated`` (whether it
        is still on the front) and ``stays`` (in which share of resamples of the seeds it is).
        Trial -1 is the base: the scenario as it stands.
    options : dict
        What it takes to repeat it.
    name : str
        Title of the scenario, or name of the function.
    months : int or None
        Length of a run, where openings were searched.
    """

    source: Scenario | None
    objectives: tuple[tuple[str, str], ...]
    trials: pd.DataFrame
    front: pd.DataFrame
    options: dict[str, Any]
    name: str = ""
    months: int | None = None

    @property
    def title(self) -> str:
        """What was sought."""
        goals = " against ".join(name for name, _ in self.objectives)
        return f"{goals}: {self.name}"

    def to_frame(self) -> pd.DataFrame:
        """Return the front."""
        return self.front

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return all tables by the name of their file."""
        return {"front": self.front, "trials": self.trials}

    def notes(self) -> list[str]:
        """Return what a reader must know beside the table."""
        failed = self.trials[self.trials["error"] != ""]
        runs = self.front[self.front["trial"] >= 0]
        kept = runs.groupby("trial")["undominated"].first()
        lines = [
            f"{len(self.trials)} trials, {int(self.trials['on_front'].sum())} on the front of the "
            f"search; with fresh seeds {int(kept.sum())} of these {len(kept)} stay on it.",
            "A search finds the best of the luck of its seeds, too: values and intervals are from "
            "seeds that it never saw.",
        ]
        if len(failed):
            first = failed.iloc[0]
            lines.append(
                f"{len(failed)} trials failed and are left out; the first, {first['trial']}: "
                f"{first['error']}"
            )
        return lines

    def plot(self) -> Gallery:
        """Draw the front, and the strategies on it."""
        return search_gallery(self.trials, self.front, self.objectives, self.title, self.months)

    def save(self, path: str | Path) -> Path:
        """Write tables, figures, scenario and manifest to a new folder; return its path."""
        if self.source is not None:
            return keep("search", self.source, self.options, self, Path(path))
        with Folder(Path(path)) as folder:
            for name, frame in self.tables().items():
                folder.table(name, frame)
            for name, figure in self.plot().items():
                folder.figure(name, figure)
            folder.manifest("search", self.options, {"defined_in_python": [self.name]})
        return folder.path

    def _repr_html_(self) -> str:
        return self.front.to_html(index=False)
