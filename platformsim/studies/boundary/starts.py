"""Which parameter values let the start decide, and where an even split is lost."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from platformsim.errors import Problem, ScenarioError
from platformsim.scenario import Scenario, load
from platformsim.studies.batch import Batch, alone
from platformsim.studies.boundary.crossing import Effort
from platformsim.studies.boundary.quantity import OfGrowth, OfMetric, checked, settings_at
from platformsim.studies.boundary.study import Over, axis_label, check_effort, follow
from platformsim.studies.keep import keep
from platformsim.views.boundary import hysteresis_figure
from platformsim.views.gallery import Gallery

# A quarter of a start's lead: what is left of it when the start decides is more, else next to none.
_LEFT = 0.25
_VALUES = 17


@dataclass(frozen=True)
class Hysteresis:
    """Where runs end from several starts, over a parameter.

    Attributes
    ----------
    source : Scenario
    over : dict of str to (float, float)
    critical : DataFrame
        One row a critical value: ``what`` (*the start decides*, or *even split is lost*), ``value``
        with its band ``low`` and ``high``, ``rises`` (whether it begins there, or ends), ``method``
        and ``replicates``.
    branches : DataFrame
        One row a value and start, swept up and down: ``value``, ``start``, and mean, 10 % and 90 %
        quantile of the first platform's share and of the largest (``share``, ``share_low``, ...).
    side : str
    platforms : tuple of str
        The two that lead in turn.
    options : dict
    """

    source: Scenario
    over: Over
    critical: pd.DataFrame
    branches: pd.DataFrame
    side: str
    platforms: tuple[str, str]
    options: dict[str, Any]

    @property
    def title(self) -> str:
        """What is looked for."""
        return f"{self.source.title or self.source.name}: does the start decide?"

    def to_frame(self) -> pd.DataFrame:
        """Return the critical values."""
        return self.critical

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return all tables by the name of their file."""
        return {"critical": self.critical, "branches": self.branches}

    def notes(self) -> list[str]:
        """Return what was found, in sentences."""
        key, lines = next(iter(self.over)), []
        for row in self.critical.itertuples():
            way = "above" if row.rises else "below"
            lines.append(
                f"{row.what} {way} {key} = {row.value:.5g} [{row.low:.5g}, {row.high:.5g}]"
            )
        return lines or [f"No critical value was found over {key}."]

    def plot(self) -> Gallery:
        """Draw where runs end, from each start."""
        gallery, key = Gallery(), axis_label(self.source, next(iter(self.over)))
        gallery["hysteresis"] = hysteresis_figure(
            self.branches, self.critical, key, self.side, self.platforms[0], self.title
        )
        return gallery

    def save(self, path: str | Path) -> Path:
        """Write tables, figure, scenario and manifest to a new folder; return its path."""
        return keep("hysteresis", self.source, self.options, self, Path(path))

    def _repr_html_(self) -> str:
        return self.critical.to_html(index=False)


def hysteresis(
    scenario: Scenario | str | Path | dict[str, Any],
    over: Over,
    *,
    side: str = "users",
    lead: float = 0.9,
    pairs: int = 20,
    most: int = 160,
    precision: float = 0.005,
    seed: int | None = None,
    changes: dict[str, Any] | None = None,
    workers: int | None = None,
    start_method: str | None = None,
    progress: bool = True,
) -> Hysteresis:
    """Sweep a parameter from opposite starts, and find where the start decides.

    In pairs of runs under the same draws the first platform leads in one and the second in the
    other, on every side. The start decides where a quarter or more of the difference that they
    began with is left at the end. A third start is an even split; with equal platforms, the value
    is also found at which a small lead over it grows instead of shrinking. Between two such values
    the market has both outcomes: that is hysteresis.

    Parameters
    ----------
    scenario : Scenario, str, Path or dict
        With at least two platforms.
    over : dict of str to (float, float)
        Range of one parameter, by dotted key.
    side : str
        Whose shares are followed.
    lead : float
        Share with which the leader starts; the others have equal parts of the rest.
    pairs, most, precision
        As in :func:`platformsim.studies.boundary.boundary`.
    seed, changes, workers, start_method, progress
        As in :func:`platformsim.studies.compare.compare`.

    Returns
    -------
    Hysteresis

    Raises
    ------
    ScenarioError
        When the scenario, the parameter or an option is wrong.
    """
    check_effort(pairs, most, precision)
    whole = scenario if isinstance(scenario, Scenario) else load(scenario)
    settings = {**(changes or {}), **({} if seed is None else {"run.seed": seed})}
    changed = alone(whole.with_settings(settings) if settings else whole)
    ranges = {key: (float(ends[0]), float(ends[1])) for key, ends in over.items()}
    if len(ranges) != 1:
        raise ScenarioError(Problem("over", list(ranges), "must name one parameter"))
    checked(changed, ranges)
    starts = _starts(changed, side, lead)
    running = {"workers": workers, "start_method": start_method, "progress": progress}
    names = tuple(row.name for row in changed.platforms)[:2]
    behind = (1.0 - lead) / (len(changed.platforms) - 1)
    effort = Effort(pairs, most, precision)
    opposite = {name: starts[name] for name in reversed(starts) if name != "even split"}
    memory = OfMetric(
        opposite, {key: tuple(opposite) for key in ranges}, f"{side}.share[{names[0]}]",
        _LEFT * (lead - behind), "what is left of the lead", ("start", "no start"), running,
    )  # fmt: skip
    found = {"the start decides": follow(memory, changed, ranges, effort)[1]}
    try:
        growth = OfGrowth(changed, tuple(ranges))
        found["an even split is lost"] = follow(growth, changed, ranges, effort)[1]
    except ScenarioError:  # unequal platforms have no even split to lose
        pass
    parts = [frame.assign(what=what) for what, frame in found.items()]
    columns = ["what", *next(iter(found.values())).columns]
    critical = pd.concat([p for p in parts if len(p)] or parts[:1], ignore_index=True)[columns]
    table = _branches(starts, ranges, side, names[0], pairs, running)
    options = {
        "over": {key: list(ends) for key, ends in ranges.items()}, "side": side, "lead": lead,
        "pairs": pairs, "most": most, "precision": precision, "seed": seed,
        "changes": changes or {},
    }  # fmt: skip
    return Hysteresis(whole, ranges, critical, table, side, names, options)


def _starts(scenario: Scenario, side: str, lead: float) -> dict[str, Scenario]:
    names = [row.name for row in scenario.platforms]
    if len(names) < 2:
        raise ScenarioError(Problem("platforms", names, "a start is a matter of at least two"))
    if side not in scenario.sides:
        raise ScenarioError(Problem("side", side, "must be one of " + ", ".join(scenario.sides)))
    if not 1.0 / len(names) < lead <= 1.0:
        raise ScenarioError(Problem("lead", lead, "must be above an equal part, and at most 1"))
    found = {}
    for leader in names[:2]:
        rest = (1.0 - lead) / (len(names) - 1)
        found[f"{leader} leads"] = {name: lead if name == leader else rest for name in names}
    found["even split"] = dict.fromkeys(names, 1.0 / len(names))
    return {
        start: scenario.with_settings(
            {f"platforms.{n}.initial.{s}": share for n, share in shares.items()
             for s in scenario.sides}
        )
        for start, shares in found.items()
    }  # fmt: skip


def _branches(
    starts: dict[str, Scenario],
    over: Over,
    side: str,
    platform: str,
    replicates: int,
    running: dict[str, Any],
) -> pd.DataFrame:
    ((key, ends),) = over.items()
    batch, places = Batch(), {}
    for value in np.linspace(*ends, _VALUES).tolist():
        for name, start in starts.items():
            settings = settings_at(start, {key: value})
            places[f"{value!r}/{name}"] = settings[key], name
            batch.add(f"{value!r}/{name}", start.with_settings(settings), replicates)
    numbers, rows = batch.run(**running), []
    for label, (value, name) in places.items():
        row = {"value": value, "start": name}
        columns = {"share": f"{side}.share[{platform}]", "largest": f"{side}.largest_share"}
        for short, column in columns.items():
            ends_ = numbers.of(label, column)
            low, high = np.quantile(ends_, (0.1, 0.9))
            row |= {short: ends_.mean(), f"{short}_low": low, f"{short}_high": high}
        rows.append(row)
    return pd.DataFrame(rows)
