"""What a releaser decides: how far to open a technology, when, and for how long."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from platformsim.errors import Problem, ScenarioError, nearest, one_of
from platformsim.scenario import Scenario, from_table
from platformsim.studies.batch import alone
from platformsim.studies.factors import Factor
from platformsim.studies.model_function import ModelFunction, as_function

DEGREE, OPENS, CLOSES, DELAY, CAP = (
    "degree", "open_month", "close_month", "delay_months", "licence_cap"
)  # fmt: skip
LEVERS = (DEGREE, OPENS, CLOSES, DELAY, CAP)
CLOSED = "closed_api"
# From the least open to the most; closing again is a lever of its own.
DEGREES = (CLOSED, "staged", "delayed_open", "open_capped", "open_weights")
STAYS = "stays_open"
_LONGEST_DELAY = 48


@dataclass(frozen=True)
class Opening:
    """How far a technology is opened, when, and until when.

    Attributes
    ----------
    degree : str
        A release mode; ``closed_api``: never opened, whatever the rest says.
    open_month : int
        First month in which it is open; 0: from the start.
    close_month : int or None
        First month in which it is closed again; None: never.
    delay_months : int or None
        For ``delayed_open``: how long each generation waits.
    licence_cap : float or None
        For ``open_capped``: share of users above which a licensee pays.
    """

    degree: str
    open_month: int = 0
    close_month: int | None = None
    delay_months: int | None = None
    licence_cap: float | None = None

    def applied(self, scenario: Scenario, technology: str) -> Scenario:
        """Return a scenario in which a technology is released so.

        The timing becomes events, so that the scenario can be saved and shown like any other.

        Raises
        ------
        ScenarioError
            When an event of the scenario sets the technology's release mode too.
        """
        key = f"technologies.{technology}.release_mode"
        months = scenario.run.months
        opens = self.degree != CLOSED and self.open_month <= months
        closing = self.close_month
        closes = opens and closing is not None and self.open_month < closing <= months
        at_once = opens and self.open_month == 0
        settings: dict[str, Any] = {key: self.degree if at_once else CLOSED}
        for name in (DELAY, CAP):
            value = getattr(self, name)
            if value is not None:
                settings[f"technologies.{technology}.{name}"] = value
        events: list[dict[str, Any]] = []
        if opens and not at_once:
            events.append({"month": self.open_month, "target": key, "change": self.degree})
            if closes:
                events[0]["duration"] = closing - self.open_month
        elif closes:
            events.append({"month": closing, "target": key, "change": CLOSED})
        changed = scenario.with_settings(settings)
        if not events:
            return changed
        table = changed.table | {"events": [*changed.table.get("events", []), *events]}
        fresh = from_table(table, scenario.file, scenario.extra_mechanisms)
        extra = scenario.extra_strategies
        return alone(dataclasses.replace(fresh, arm=scenario.arm, extra_strategies=extra))

    @property
    def text(self) -> str:
        """The opening in words."""
        if self.degree == CLOSED:
            return "never opens"
        closing = "" if self.close_month is None else f", closes in month {self.close_month}"
        detail = ""
        if self.degree == "delayed_open" and self.delay_months is not None:
            detail = f" after {self.delay_months} months"
        if self.degree == "open_capped" and self.licence_cap is not None:
            detail = f" up to {self.licence_cap:.0%} of users"
        return f"{self.degree}{detail} from month {self.open_month}{closing}"


class OpeningFunction:
    """``f(**parameters, seed) -> dict`` in which the opening's levers are parameters too.

    Parameters
    ----------
    scenario : Scenario
    technology : str
    metrics : sequence of str
    """

    def __init__(self, scenario: Scenario, technology: str, metrics: Sequence[str]):
        self.scenario, self.technology, self.metrics = scenario, technology, tuple(metrics)
        self._last: tuple[Opening | None, ModelFunction] | None = None

    def __call__(self, *, seed: int = 0, **parameters: Any) -> dict[str, float]:
        """Run the model; without ``degree``, as the scenario stands."""
        function, rest = self._function(parameters)
        return function(seed=seed, **rest)

    def variant(self, parameters: Mapping[str, Any]) -> Scenario:
        """Return the scenario with some parameters in force."""
        function, rest = self._function(dict(parameters))
        return function.scenario.with_settings(rest) if rest else function.scenario

    def _function(self, parameters: dict[str, Any]) -> tuple[ModelFunction, dict[str, Any]]:
        levers = {name: v for name, v in parameters.items() if name in LEVERS}
        rest = {name: v for name, v in parameters.items() if name not in LEVERS}
        opening = Opening(**levers) if levers else None
        if self._last is None or self._last[0] != opening:
            scenario = self.scenario
            if opening is not None:
                scenario = opening.applied(scenario, self.technology)
            self._last = opening, as_function(scenario, self.metrics)
        return self._last[1], rest

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_last": None}


def opening_space(trial: Any, months: int, *, closes: bool) -> dict[str, Any]:
    """Let an Optuna trial suggest an opening; only what its degree knows is asked for."""
    degree = trial.suggest_categorical(DEGREE, DEGREES)
    found: dict[str, Any] = {DEGREE: degree}
    if degree == CLOSED:
        return found
    found[OPENS] = trial.suggest_int(OPENS, 0, months)
    if closes and found[OPENS] < months:
        stays = trial.suggest_float(STAYS, 0.0, 1.0)
        left = months - found[OPENS]
        # The upper half stands for staying open, so that this is tried as often as closing.
        if stays < 0.5:
            found[CLOSES] = found[OPENS] + max(1, round(2.0 * stays * left))
    if degree == "delayed_open":
        found[DELAY] = trial.suggest_int(DELAY, 1, min(_LONGEST_DELAY, months))
    if degree == "open_capped":
        found[CAP] = round(trial.suggest_float(CAP, 0.0, 1.0), 3)
    return found


def suggested(trial: Any, factor: Factor) -> Any:
    """Let an Optuna trial suggest the value of a factor."""
    if factor.levels:
        return trial.suggest_categorical(factor.name, list(factor.levels))
    if factor.whole:
        return trial.suggest_int(factor.name, int(factor.low), int(factor.high))
    return trial.suggest_float(factor.name, float(factor.low), float(factor.high))


def technology_of(scenario: Scenario, name: str | None, releaser: str | None) -> tuple[str, str]:
    """Return the technology to open and its owner.

    Raises
    ------
    ScenarioError
        When there is no such technology or releaser, or nobody owns it.
    """
    owned = {row.name: row.owner for row in scenario.technologies if row.owner}
    if name is None and releaser is not None:
        name = next((tech for tech, owner in owned.items() if owner == releaser), None)
        if name is None:
            owners = list(owned.values())
            hint = nearest(releaser, owners)
            raise ScenarioError(Problem("releaser", releaser, one_of(owners), nearest=hint))
    name = next(iter(owned), None) if name is None else name
    if name not in owned:
        hint = nearest(name, owned) if name else None
        allowed = "no releaser owns a technology here" if name is None else one_of(owned)
        raise ScenarioError(Problem("technology", name, allowed, nearest=hint))
    return name, owned[name]
