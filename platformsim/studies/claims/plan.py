"""What has to be run to judge a claim."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from platformsim.entities import Prediction
from platformsim.metrics import REGISTRY
from platformsim.scenario import Scenario, load
from platformsim.studies.batch import Batch, Numbers, arm_alone
from platformsim.studies.claims.contrasts import Stated, contrasts
from platformsim.studies.claims.hinges import Grid, Point, grid, point
from platformsim.studies.claims.register import Claim, Hinge
from platformsim.studies.judge import judge, judge_tail
from platformsim.studies.verdicts import smallest_effect

# A hinge needs the shape of the effect, not a verdict at each value; tails need more to be seen.
_PART_OF_PAIRS, _FEWEST, _MOST, _TAIL = 3, 10, 14, 40


@dataclass(frozen=True)
class Effort:
    """How much is run.

    Attributes
    ----------
    pairs : int or None
        Pairs of a contrast; None: the scenario's.
    each_way, finer : int
        Values of a hinge on each side of the default, and around its flip.
    hinge_pairs : int
        Fewest pairs at a value.
    """

    pairs: int | None = None
    each_way: int = 3
    finer: int = 3
    hinge_pairs: int = _FEWEST


@dataclass(frozen=True)
class Judgement:
    """One contrast: a prediction in its scenario.

    Attributes
    ----------
    scenario : Scenario
    prediction : Prediction
    sesoi : float
    """

    scenario: Scenario
    prediction: Prediction
    sesoi: float

    @property
    def pairs(self) -> int:
        """Pairs of runs."""
        return self.scenario.run.pairs

    def label(self, arm: str, key: str = "", value: float = 0.0) -> str:
        """Return the label of an arm's runs, perhaps with a setting moved."""
        moved = f"{key}={value:.12g}" if key else ""
        return "/".join(filter(None, (self.scenario.name, arm, moved)))

    def values(self, numbers: Numbers) -> tuple[np.ndarray, np.ndarray]:
        """Return the metric in the base and in the judged arm, a replicate each."""
        stated = self.prediction
        return tuple(
            numbers.of(self.label(arm), stated.metric, self.pairs)
            for arm in (stated.base, stated.arm)
        )

    def judged(self, numbers: Numbers) -> dict:
        """Judge the prediction; see :func:`platformsim.studies.judge.judge`."""
        stated = self.prediction
        base, arm = self.values(numbers)
        if stated.statistic == "tail":
            return judge_tail(base, arm, stated.direction, self.sesoi)
        columns = base[:, None], arm[:, None]
        return judge(*columns, [stated.direction], np.array([self.sesoi]), [False])[0]


@dataclass
class Plan:
    """Everything to be run for some claims, what they share once.

    Attributes
    ----------
    batch : Batch
    tested : dict of str to (Judgement or None, Judgement or None)
        Contrast and control of each claim, by id.
    grids : dict of str to list of Grid
        Of each claim's contrast.
    labels : dict of str to set of str
        The runs that each claim needs.
    """

    effort: Effort
    seed: int | None = None
    batch: Batch = field(default_factory=Batch)
    tested: dict[str, tuple[Judgement | None, Judgement | None]] = field(default_factory=dict)
    grids: dict[str, list[Grid]] = field(default_factory=dict)
    labels: dict[str, set[str]] = field(default_factory=dict)
    _scenarios: dict[str, Scenario] = field(default_factory=dict)
    _arms: dict[str, Scenario] = field(default_factory=dict)

    def add(self, claims: list[Claim]) -> Plan:
        """Plan the runs of claims; return the plan."""
        for id_, (contrast, control) in contrasts(claims).items():
            self.labels[id_] = set()
            self.tested[id_] = (self._stated(id_, contrast), self._stated(id_, control))
        for claim in claims:
            contrast = self.tested[claim.id][0]
            self.grids[claim.id] = [
                self._hinge(claim.id, contrast, hinge)
                for hinge in (claim.hinges if contrast is not None else ())
            ]
        return self

    def _stated(self, id_: str, stated: Stated | None) -> Judgement | None:
        if stated is None:
            return None
        scenario = self._scenario(stated.scenario)
        prediction = scenario.predictions[stated.place]
        tested = Judgement(scenario, prediction, smallest_effect(scenario, prediction))
        for arm in (prediction.base, prediction.arm):
            label = tested.label(arm)
            self._arms.setdefault(label, arm_alone(scenario, arm))
            self._ask(id_, label, self._arms[label], tested.pairs)
        return tested

    def _scenario(self, name: str) -> Scenario:
        if name not in self._scenarios:
            changes = {"run.seed": self.seed, "run.pairs": self.effort.pairs}
            given = {key: value for key, value in changes.items() if value is not None}
            self._scenarios[name] = load(name, given)
        return self._scenarios[name]

    def _ask(self, id_: str, label: str, scenario: Scenario, replicates: int) -> None:
        self.batch.add(label, scenario, replicates)
        self.labels[id_].add(label)

    def _hinge(self, id_: str, tested: Judgement, hinge: Hinge) -> Grid:
        stated = tested.prediction
        arms = {arm: self._arms[tested.label(arm)] for arm in (stated.base, stated.arm)}
        made = grid(hinge, stated, arms, self.effort.each_way)
        self._ask_along(id_, tested, made, made.values)
        return made

    def _ask_along(self, id_: str, tested: Judgement, grid: Grid, values: Iterable[float]) -> None:
        for value in values:
            for arm in grid.arms:
                changed = self._arms[tested.label(arm)].with_settings(grid.settings(value))
                label = tested.label(arm, grid.key, value)
                self._ask(id_, label, changed, self.hinge_pairs(tested))

    def refine(self, id_: str, grid: Grid, around: tuple[float, float]) -> None:
        """Plan a finer grid between two values of a claim's hinge."""
        tested, place = self.tested[id_][0], self.grids[id_].index(grid)
        finer = grid.finer(around, self.effort.finer)
        new = [value for value in finer.values if value not in grid.values]
        self._ask_along(id_, tested, finer, new)
        self.grids[id_][place] = finer

    def hinge_pairs(self, tested: Judgement) -> int:
        """Return the pairs at each value of a setting that is moved."""
        if tested.prediction.statistic == "tail":
            return min(tested.pairs, _TAIL)
        part = min(tested.pairs // _PART_OF_PAIRS, _MOST)
        return min(tested.pairs, max(self.effort.hinge_pairs, part))

    def points(self, tested: Judgement, grid: Grid, judged: dict, numbers: Numbers) -> list[Point]:
        """Return the effect along a grid, the default first."""
        stated, count = tested.prediction, self.hinge_pairs(tested)
        known = [judged[key] for key in ("mean", "low", "high")]
        first = [np.nan if number is None else number for number in known]
        found = [Point(grid.default, *first)]
        for value in grid.values:
            base, arm = (
                numbers.of(
                    tested.label(name, grid.key, value)
                    if name in grid.arms
                    else tested.label(name),
                    stated.metric,
                    count,
                )
                for name in (stated.base, stated.arm)
            )
            found.append(point(value, base, arm, stated.statistic))
        return found


def differences(id_: str, role: str, tested: Judgement, numbers: Numbers) -> pd.DataFrame:
    """Return a contrast's values pair by pair."""
    base, arm = tested.values(numbers)
    return pd.DataFrame(
        {
            "id": id_,
            "role": role,
            "replicate": np.arange(len(base)),
            "base": base,
            "arm": arm,
            "difference": arm - base,
        }
    )


def unit_of(metric: str) -> str:
    """Return the unit of a metric, by a name such as ``users.share[social]``."""
    name = metric.partition("[")[0].rpartition(".")[2]
    return REGISTRY[name].unit if name in REGISTRY else ""
