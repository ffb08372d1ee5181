"""Results as tables: one row a run, one row a month, one row a column."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from platformsim.metrics import Measured

ID_COLUMNS = ("arm", "replicate", "month")


@dataclass(frozen=True)
class Runs:
    """The tables of a set of runs.

    Attributes
    ----------
    summary : DataFrame
        One row a run: ``arm``, ``replicate``, then a column a metric.
    series : DataFrame
        One row a run and month (0 … T): ``arm``, ``replicate``, ``month``, then the metrics that
        have a path.
    columns : DataFrame
        The column dictionary: name, metric, side, entity, unit, summary, doc.
    agents : DataFrame
        On request, one row an agent of the last month; else empty.
    """

    summary: pd.DataFrame
    series: pd.DataFrame
    columns: pd.DataFrame
    agents: pd.DataFrame = field(default_factory=pd.DataFrame)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables by the name of their file."""
        found = {"summary": self.summary, "series": self.series, "columns": self.columns}
        return {**found, "agents": self.agents} if len(self.agents) else found

    @property
    def arms(self) -> list[str]:
        """The arms, in the order in which they were run."""
        return list(dict.fromkeys(self.summary["arm"]))


class RunsBuilder:
    """Collects the runs of a study, in order, into :class:`Runs`."""

    def __init__(self) -> None:
        self._rows: list[tuple[str, int, Measured]] = []
        self._agents: list[pd.DataFrame] = []

    def add(
        self, arm: str, replicate: int, measured: Measured, agents: pd.DataFrame | None = None
    ) -> None:
        """Add one run."""
        self._rows.append((arm, replicate, measured))
        if agents is not None:
            agents.insert(0, "arm", arm)
            agents.insert(1, "replicate", replicate)
            self._agents.append(agents)

    def runs(self) -> Runs:
        """Put the tables together."""
        columns = {column.name: column for *_, m in self._rows for column in m.columns}
        series = [_frame(arm, rep, m) for arm, rep, m in self._rows]
        summary = [
            {"arm": arm, "replicate": rep}
            | dict(zip((c.name for c in m.columns), m.summary.tolist(), strict=True))
            for arm, rep, m in self._rows
        ]
        return Runs(
            pd.DataFrame(summary),
            pd.concat(series, ignore_index=True),
            pd.DataFrame([dataclasses.asdict(column) for column in columns.values()]),
            pd.concat(self._agents, ignore_index=True) if self._agents else pd.DataFrame(),
        )


def _frame(arm: str, replicate: int, measured: Measured) -> pd.DataFrame:
    frame = pd.DataFrame(measured.series, columns=list(measured.series_columns))
    months = np.arange(len(frame))
    ids = pd.DataFrame({"arm": arm, "replicate": replicate, "month": months})
    return pd.concat([ids, frame], axis=1)
