"""The value at which an answer flips, or the line, with a band."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from platformsim.errors import Problem, ScenarioError, nearest, one_of
from platformsim.metrics import REGISTRY
from platformsim.scenario import Scenario, load
from platformsim.scenario.settings import known
from platformsim.studies.asked import first_metric, two_arms
from platformsim.studies.batch import alone, arm_alone
from platformsim.studies.boundary.crossing import Crossing, Effort, crossings
from platformsim.studies.boundary.curve import Curve
from platformsim.studies.boundary.quantity import OfGrowth, OfMetric, Quantity, checked, moved_in
from platformsim.studies.boundary.zones import Mosaic
from platformsim.studies.judge import FEWEST_PAIRS
from platformsim.studies.keep import keep
from platformsim.views.boundary import crossing_figure, zones_figure
from platformsim.views.gallery import Gallery

GROWTH = "even_split_growth"
_MOST_DEPTH = 4
Over = dict[str, tuple[float, float]]


@dataclass(frozen=True)
class Boundary:
    """Where a quantity changes its sign over one parameter or two.

    Attributes
    ----------
    source : Scenario
    over : dict of str to (float, float)
        The parameters' ranges.
    label : str
        What is followed.
    zones : tuple of str
        What it is called where it is above 0, and below.
    points : DataFrame
        One row an evaluated point: ``x`` (and ``y``), ``mean`` of the quantity with ``low`` and
        ``high``, ``replicates`` and ``zone``.
    crossings : DataFrame
        Over one parameter: ``value`` with its band ``low`` and ``high``, ``rises``, ``method`` and
        ``replicates``; see :mod:`platformsim.studies.boundary.crossing`.
    cells, line : DataFrame
        Over two: cells with their ``zone``, and the segments of the best estimate of the line; see
        :mod:`platformsim.studies.boundary.zones`.
    options : dict
        What it takes to repeat it.
    """

    source: Scenario
    over: Over
    label: str
    zones: tuple[str, str]
    points: pd.DataFrame
    crossings: pd.DataFrame
    cells: pd.DataFrame
    line: pd.DataFrame
    options: dict[str, Any]

    @property
    def title(self) -> str:
        """The scenario's title, and what is looked for in it."""
        return f"{self.source.title or self.source.name}: where the answer flips"

    def to_frame(self) -> pd.DataFrame:
        """Return the crossings, or the cells."""
        return self.cells if len(self.over) == 2 else self.crossings

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return all tables by the name of their file."""
        if len(self.over) == 2:
            return {"points": self.points, "cells": self.cells, "line": self.line}
        return {"points": self.points, "crossings": self.crossings}

    def notes(self) -> list[str]:
        """Return what was found, in sentences."""
        if len(self.over) == 2:
            return [_zone_sentence(self.cells)]
        key = next(iter(self.over))
        found = [
            f"{key} = {row.value:.6g} [{row.low:.6g}, {row.high:.6g}]: below it "
            f"{self.zones[row.rises]}, above it {self.zones[not row.rises]}."
            for row in self.crossings.itertuples()
        ]
        seen = ", ".join(dict.fromkeys(self.points["zone"]))
        return found or [f"No flip was found over {key}; what was seen: {seen}."]

    def plot(self) -> Gallery:
        """Draw the curve with its crossings, or the map."""
        gallery, keys = Gallery(), tuple(axis_label(self.source, key) for key in self.over)
        options = {"zones": self.zones, "title": self.title}
        if len(keys) == 2:
            note = f"Zones: the sign of {self.label}."
            gallery["map"] = zones_figure(
                self.cells, self.line, self.points, keys, **options, note=note
            )
        else:
            gallery["boundary"] = crossing_figure(
                self.points, self.crossings, keys[0], label=self.label, **options
            )
        return gallery

    def save(self, path: str | Path) -> Path:
        """Write tables, figure, scenario and manifest to a new folder; return its path."""
        return keep("boundary", self.source, self.options, self, Path(path))

    def _repr_html_(self) -> str:
        return self.to_frame().to_html(index=False)


def boundary(
    scenario: Scenario | str | Path | dict[str, Any],
    over: Over,
    metric: str | None = None,
    *,
    arms: Sequence[str] | None = None,
    value: float | None = None,
    pairs: int = 20,
    most: int = 160,
    precision: float = 0.005,
    depth: int = 2,
    seed: int | None = None,
    changes: dict[str, Any] | None = None,
    workers: int | None = None,
    start_method: str | None = None,
    progress: bool = True,
) -> Boundary:
    """Find where an answer flips.

    With two arms the answer is the paired difference of a metric, with one arm, or none, its
    level less ``value``. The metric ``even_split_growth`` is the factor by which a small lead over
    an even split of equal platforms grows in a round of choices: at 1 the split loses stability.

    Parameters
    ----------
    scenario : Scenario, str, Path or dict
    over : dict of str to (float, float)
        Range of one parameter or of two, by dotted key. A parameter is moved in both arms; one
        that differs between them is moved in the other arm, not in the base.
    metric : str, optional
        Unset: that of the scenario's first prediction.
    arms : sequence of str, optional
        Two arms, the base first; or one. Unset: the first prediction's, or, where a value is
        given, the scenario as it stands.
    value : float, optional
        What the metric, or the difference, is compared with; unset: 0, and 1 for the growth.
    pairs : int
        Replicates at each point, at least 20; 5 are enough for the growth of a large market.
    most : int
        Over one parameter, most replicates at points around a crossing.
    precision : float
        Over one parameter: half-width of the band that is worth reaching, a share of the range.
    depth : int
        Over two parameters: how often cells are cut, from 0 (6 by 6 cells) to 4 (96 by 96).
    seed, changes, workers, start_method, progress
        As in :func:`platformsim.studies.compare.compare`.

    Returns
    -------
    Boundary

    Raises
    ------
    ScenarioError
        When the scenario, a parameter, an arm, the metric or an option is wrong.
    """
    check_effort(pairs, most, precision, depth, 5 if metric == GROWTH else FEWEST_PAIRS)
    whole = scenario if isinstance(scenario, Scenario) else load(scenario)
    settings = {**(changes or {}), **({} if seed is None else {"run.seed": seed})}
    changed = whole.with_settings(settings) if settings else whole
    ranges = {key: (float(ends[0]), float(ends[1])) for key, ends in over.items()}
    checked(changed, ranges)
    running = {"workers": workers, "start_method": start_method, "progress": progress}
    quantity = quantity_of(changed, tuple(ranges), metric, arms, value, running)
    effort = Effort(pairs, most, precision)
    empty = pd.DataFrame()
    if len(ranges) == 2:
        mosaic = Mosaic(quantity, tuple(ranges.values()), pairs, depth)
        mosaic.refine()
        tables = {**mosaic.tables(), "crossings": empty}
    else:
        points, found = follow(quantity, changed, ranges, effort)
        tables = {"points": points, "crossings": found, "cells": empty, "line": empty}
    options = {
        "over": {key: list(ends) for key, ends in ranges.items()}, "metric": metric,
        "arms": None if arms is None else list(arms), "value": value, "pairs": pairs, "most": most,
        "precision": precision, "depth": depth, "seed": seed, "changes": changes or {},
    }  # fmt: skip
    return Boundary(whole, ranges, quantity.label, quantity.zones, **tables, options=options)


def axis_label(scenario: Scenario, key: str) -> str:
    """Return a parameter with its unit."""
    unit = known(scenario.table)[key].unit
    return f"{key} ({unit})" if unit else key


def follow(
    quantity: Quantity, scenario: Scenario, over: Over, effort: Effort
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the points evaluated over one parameter, and where the quantity crosses 0."""
    ((key, ends),) = over.items()
    curve = Curve(quantity, whole=known(scenario.table)[key].entry.kind is int)
    found = [dataclasses.asdict(one) for one in crossings(curve, *ends, effort)]
    names = [field.name for field in dataclasses.fields(Crossing)]
    return curve.frame(), pd.DataFrame(found, columns=names)


def quantity_of(
    scenario: Scenario,
    keys: tuple[str, ...],
    metric: str | None,
    arms: Sequence[str] | None,
    value: float | None,
    running: dict[str, Any],
) -> Quantity:
    """Return what is followed.

    Raises
    ------
    ScenarioError
    """
    name = metric or first_metric(scenario)
    if arms is not None and len(arms) == 1 and arms[0] not in scenario.arms:
        hint = nearest(arms[0], scenario.arms)
        raise ScenarioError(Problem("arms", arms[0], one_of(scenario.arms), nearest=hint))
    single = arms is not None and len(arms) == 1
    if name == GROWTH:
        if arms is not None and not single:
            raise ScenarioError(Problem("arms", list(arms), f"{GROWTH} is of one arm"))
        if value not in (None, 1.0):
            raise ScenarioError(Problem("value", value, f"{GROWTH} is compared with 1"))
        chosen = arm_alone(scenario, arms[0]) if arms else alone(scenario)
        return OfGrowth(chosen, keys)
    if single or (arms is None and value is not None):
        if value is None:
            raise ScenarioError(Problem("value", None, "must be given where there is one arm"))
        title = arms[0] if arms else scenario.arm or "scenario"
        one = {title: arm_alone(scenario, arms[0]) if arms else alone(scenario)}
        moved = dict.fromkeys(keys, (title,))
        label = f"{_with_unit(name)}, less {value:g}"
        zones = (f"above {value:g}", f"below {value:g}")
        return OfMetric(one, moved, name, float(value), label, zones, running)
    base, arm = two_arms(scenario, arms, name)
    two = {base: arm_alone(scenario, base), arm: arm_alone(scenario, arm)}
    moved = {key: moved_in(two, key) for key in keys}
    label, zones = f"{_with_unit(name)}, {arm} less {base}", (arm, base)
    if value:
        label, zones = f"{label}, less {value:g}", (f"above {value:g}", f"below {value:g}")
    return OfMetric(two, moved, name, float(value or 0.0), label, zones, running)


def _with_unit(metric: str) -> str:
    known_ = REGISTRY.get(metric.partition("[")[0].rpartition(".")[2])
    return f"{metric} ({known_.unit})" if known_ else metric


def check_effort(
    pairs: int, most: int, precision: float, depth: int = 0, fewest: int = FEWEST_PAIRS
) -> None:
    """Refuse an effort that is none.

    Raises
    ------
    ScenarioError
    """
    problems = []
    for key, number, least, greatest in (
        ("pairs", pairs, fewest, 100_000), ("most", most, pairs, 1_000_000),
        ("depth", depth, 0, _MOST_DEPTH),
    ):  # fmt: skip
        if isinstance(number, bool) or not isinstance(number, int):
            problems.append(Problem(key, number, "must be a whole number"))
        elif not least <= number <= greatest:
            problems.append(Problem(key, number, f"must be from {least} to {greatest}"))
    if not 0 < precision <= 0.25:
        problems.append(Problem("precision", precision, "must be above 0 and at most 0.25"))
    if problems:
        raise ScenarioError(problems)


def _zone_sentence(cells: pd.DataFrame) -> str:
    area = (cells["x_end"] - cells["x"]) * (cells["y_end"] - cells["y"])
    shares = (area.groupby(cells["zone"]).sum() / area.sum()).sort_values(ascending=False)
    return "Of the area: " + ", ".join(f"{name} {part:.0%}" for name, part in shares.items()) + "."
