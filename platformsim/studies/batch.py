"""Many variants of many scenarios in one pool, of which single numbers are kept."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from platformsim.errors import Problem, ScenarioError, nearest
from platformsim.metrics import Measured
from platformsim.scenario import Scenario, from_table
from platformsim.studies.execute import Task, execute


@dataclass(frozen=True)
class Numbers:
    """What came out of a batch.

    Attributes
    ----------
    columns : dict of str to tuple of str
        Names of the metrics that the runs of each label have.
    seconds : dict of str to float
        Processor time that the runs of each label took.
    """

    columns: dict[str, tuple[str, ...]]
    seconds: dict[str, float]
    _values: dict[str, np.ndarray] = field(repr=False)

    def of(self, label: str, metric: str, replicates: int | None = None) -> np.ndarray:
        """Return a metric of a label's first replicates, (n,); NaN where the runs lack it."""
        rows = self._values[label][:replicates]
        place = place_of(self.columns[label], metric)
        return np.full(len(rows), np.nan) if place is None else rows[:, place]

    def __or__(self, other: Numbers) -> Numbers:
        """Return what both batches brought; their labels must differ."""
        parts = zip(vars(self).values(), vars(other).values(), strict=True)
        return Numbers(*({**mine, **theirs} for mine, theirs in parts))

    def require(self, label: str, metric: str, key: str) -> None:
        """Refuse a metric that a label's runs do not have.

        Raises
        ------
        ScenarioError
        """
        if place_of(self.columns[label], metric) is None:
            allowed = "is no metric of this scenario; `compare --all` prints them"
            short = [name.partition(".")[2] or name for name in self.columns[label]]
            hint = nearest(metric, [*self.columns[label], *short])
            raise ScenarioError(Problem(key, metric, allowed, nearest=hint))


def place_of(names: tuple[str, ...], metric: str) -> int | None:
    """Return where a metric stands, by its column or, without a side, by the first such column."""
    if metric in names:
        return names.index(metric)
    ends = [place for place, name in enumerate(names) if name.partition(".")[2] == metric]
    return ends[0] if ends else None


@dataclass
class Batch:
    """Runs to be made: scenarios by label, each with so many replicates.

    What is asked for twice is run once, with as many replicates as the one who wants most.
    """

    scenarios: dict[str, Scenario] = field(default_factory=dict)
    replicates: dict[str, int] = field(default_factory=dict)

    def add(self, label: str, scenario: Scenario, replicates: int) -> None:
        """Ask for runs of a scenario."""
        self.scenarios.setdefault(label, scenario)
        self.replicates[label] = max(self.replicates.get(label, 0), replicates)

    def __len__(self) -> int:
        return sum(self.replicates.values())

    def run(
        self,
        *,
        first: int = 0,
        workers: int | None = None,
        start_method: str | None = None,
        progress: bool = True,
    ) -> Numbers:
        """Make all runs from replicate ``first`` on.

        For the rest see :func:`platformsim.studies.execute.execute`.
        """
        counts = self.replicates.items()
        tasks = [Task(label, r) for label, count in counts for r in range(first, count)]
        rows: dict[str, list[np.ndarray]] = {label: [] for label in self.scenarios}
        columns: dict[str, tuple[str, ...]] = {}
        seconds = dict.fromkeys(self.scenarios, 0.0)
        options = {"workers": workers, "start_method": start_method, "progress": progress}
        for done in execute(self.scenarios, tasks, **options) if tasks else ():
            label = done.task.label
            columns.setdefault(label, _names(done.measured))
            rows[label].append(done.measured.summary)
            seconds[label] += done.seconds
        return Numbers(columns, seconds, {label: np.array(part) for label, part in rows.items()})


def _names(measured: Measured) -> tuple[str, ...]:
    return tuple(column.name for column in measured.columns)


def arm_alone(scenario: Scenario, arm: str) -> Scenario:
    """Return an arm's scenario without the list of arms; see :func:`alone`."""
    return alone(scenario.with_arm(arm))


def alone(scenario: Scenario) -> Scenario:
    """Return a scenario without its list of arms, which every change would check anew."""
    table = {k: v for k, v in scenario.table.items() if k not in ("arms", "predictions")}
    bare = from_table(table, scenario.file, scenario.extra_mechanisms)
    return replace(bare, arm=scenario.arm, extra_strategies=scenario.extra_strategies)
