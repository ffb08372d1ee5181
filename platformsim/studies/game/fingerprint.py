"""The fingerprint of a strategy: where, over two parameters, it pays more than a baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from platformsim.errors import Problem, ScenarioError
from platformsim.scenario import Scenario, load
from platformsim.strategies import named
from platformsim.studies.batch import Batch
from platformsim.studies.game import players as who
from platformsim.studies.judge import FEWEST_PAIRS, bootstrap_intervals
from platformsim.studies.keep import keep
from platformsim.views import Gallery
from platformsim.views.game import fingerprint_gallery


@dataclass(frozen=True)
class Fingerprint:
    """What came out of a fingerprint.

    Attributes
    ----------
    source : Scenario
    map : DataFrame
        One row a design point: both parameters, then ``mean``, ``low`` and ``high`` of the paired
        difference in payoff, ``pairs`` and ``zone``: ahead, behind, or cannot tell.
    options : dict
        What it takes to repeat it.
    """

    source: Scenario
    map: pd.DataFrame
    options: dict[str, Any]
    in_python: who.Rules

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return all tables by the name of their file."""
        return {"fingerprint": self.map}

    def to_frame(self) -> pd.DataFrame:
        """Return the map, a row a design point."""
        return self.map

    def notices(self) -> list[str]:
        """Return what a reader must know beside the map."""
        counts = self.map["zone"].value_counts()
        zones = ", ".join(f"{zone} at {counts.get(zone, 0)}" for zone in _ZONES)
        return [f"{self.options['strategy']} against {self.options['baseline']}: {zones} of "
                f"{len(self.map)} design points."]  # fmt: skip

    def plot(self) -> Gallery:
        """Draw the map."""
        return fingerprint_gallery(self.map, self.options, self.source.title)

    def save(self, path: str | Path) -> Path:
        """Write tables, figure, scenario and manifest to a new folder; return its path."""
        source = self.source
        for rule in self.in_python.values():
            source = source.with_strategy(self.options["player"], rule)
        return keep("fingerprint", source, self.options, self, Path(path))

    def _repr_html_(self) -> str:
        return self.map.to_html(index=False)


_ZONES = ("ahead", "behind", "cannot tell")


def fingerprint(
    scenario: Scenario | str | Path | dict[str, Any],
    strategy: Any,
    over: Mapping[str, Sequence[Any]],
    *,
    baseline: Any = "always_closed",
    player: str | None = None,
    rivals: Mapping[str, str] | None = None,
    metric: str = "profit",
    arm: str | None = None,
    replicates: int = FEWEST_PAIRS,
    seed: int | None = None,
    changes: dict[str, Any] | None = None,
    workers: int | None = None,
    start_method: str | None = None,
    progress: bool = True,
) -> Fingerprint:
    """Map what a strategy pays more than a baseline over two parameters, pair by pair.

    Parameters
    ----------
    scenario : Scenario, str, Path or dict
    strategy : str or callable
        The name of a strategy, or a function of an observation.
    over : dict of str to sequence
        Values of two parameters. A dotted key is a setting of the scenario; a plain name a
        parameter of the strategy, such as ``months`` of ``open_then_close``.
    baseline : str or callable
        What the player does otherwise.
    player : str, optional
        The releaser; unset: the first that owns a technology.
    rivals : dict of str to str, optional
        Strategies of other releasers; unset: the scenario's.
    metric, arm, replicates, seed, changes, workers, start_method, progress
        As in :func:`platformsim.studies.game.study.game`.

    Returns
    -------
    Fingerprint

    Raises
    ------
    ScenarioError
        When the scenario, a strategy, a parameter or an option is wrong.
    """
    who.check_replicates(replicates)
    if len(over) != 2 or not all(len(list(values)) for values in over.values()):
        raise ScenarioError(Problem("over", list(over), "must name two parameters with values"))
    whole = scenario if isinstance(scenario, Scenario) else load(scenario)
    settings = {**(changes or {}), **({} if seed is None else {"run.seed": seed})}
    table = who.table_of(whole, settings, arm)
    rivals = dict(rivals or {})
    if player is None:
        owners = {row.owner for row in table.scenario.technologies} - set(rivals)
        player = next((r.name for r in table.scenario.releasers if r.name in owners), "")
    who.players_of(table.scenario, [player, *rivals])
    others = {name: named(rule, "rivals") for name, rule in rivals.items()}
    rules = who.rules_of([strategy, baseline], 2)
    mine, theirs = rules
    points = [dict(zip(over, values, strict=True)) for values in product(*over.values())]
    batch, labels = Batch(), []
    for number, point in enumerate(points):
        here = {key: value for key, value in point.items() if "." in key}
        own = {key: value for key, value in point.items() if "." not in key}
        scene = who.Table(table.scenario.with_settings(here) if here else table.scenario)
        pair = []
        for name, rule in ((mine, who.adjusted(rules[mine], mine, own)), (theirs, rules[theirs])):
            scene.check([((player, name), *rivals.items())])
            # What does not depend on the point is run once.
            label = f"{name} {own if name == mine else ''} {here}"
            batch.add(label, scene.playing({player: rule, **others}), replicates)
            pair.append(label)
        labels.append((number, pair))
    numbers = batch.run(workers=workers, start_method=start_method, progress=progress)
    read = who.payoff_reader(numbers, labels[0][1][0], (player,), metric)
    rows = []
    for number, (first, second) in labels:
        paired = read(first, player) - read(second, player)
        low, high = (float(end[0]) for end in bootstrap_intervals(paired[:, None]))
        zone = _ZONES[0] if low > 0 else _ZONES[1] if high < 0 else _ZONES[2]
        rows.append(points[number] | {"mean": float(np.mean(paired)), "low": low, "high": high,
                                      "pairs": len(paired), "zone": zone})  # fmt: skip
    options = {
        "strategy": mine, "baseline": theirs, "over": {k: list(v) for k, v in over.items()},
        "player": player, "rivals": rivals, "metric": metric, "arm": arm,
        "replicates": replicates, "seed": seed, "changes": changes or {},
    }  # fmt: skip
    functions = who.in_python([strategy, baseline])
    return Fingerprint(whole, pd.DataFrame(rows), options, functions)
