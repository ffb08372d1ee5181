"""What a study is about where the caller does not say: the scenario's own predictions."""

from __future__ import annotations

from collections.abc import Sequence

from platformsim.errors import Problem, ScenarioError, nearest, one_of
from platformsim.scenario import Scenario


def two_arms(scenario: Scenario, names: Sequence[str] | None, metric: str) -> tuple[str, str]:
    """Return the base and the other arm.

    Unset, those of the first prediction about the metric, or of the first prediction, or else the
    scenario's first two.

    Raises
    ------
    ScenarioError
    """
    for name in names or ():
        if name not in scenario.arms:
            hint = nearest(name, scenario.arms)
            raise ScenarioError(Problem("arms", name, one_of(scenario.arms), nearest=hint))
    if names is None and scenario.predictions:
        about = [row for row in scenario.predictions if row.metric == metric]
        first = (about or scenario.predictions)[0]
        return first.base, first.arm
    chosen = tuple(names) if names is not None else tuple(scenario.arms)[:2]
    if len(chosen) != 2 or chosen[0] == chosen[1]:
        raise ScenarioError(Problem("arms", list(chosen), "must be two arms, the base first"))
    return chosen


def first_metric(scenario: Scenario) -> str:
    """Return the metric of the first prediction.

    Raises
    ------
    ScenarioError
        When there is none.
    """
    if not scenario.predictions:
        raise ScenarioError(
            Problem("metric", None, "must be given: the scenario states no predictions")
        )
    return scenario.predictions[0].metric
