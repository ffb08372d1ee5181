"""The scenario: a market, checked and complete, and its variants."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from platformsim import entities, strategies
from platformsim.errors import Problem, ScenarioError, nearest, one_of
from platformsim.mechanisms.base import Mechanism
from platformsim.scenario import files, policies, reading, settings
from platformsim.scenario.scheduled import event_problems
from platformsim.scenario.tables import parts_of, plain


@dataclass(frozen=True)
class Scenario:
    """A market, checked and complete.

    Attributes
    ----------
    name, title, question : str
    claims : tuple of str
        Claims of the register that it tests.
    run, market : entities.Run, entities.MarketRules
    sides : dict of str to entities.Side
    technologies, platforms, releasers : tuples of entities
    mechanisms : tuple of Mechanism
        In the order in which they act; a disabled one is kept, so that an event can enable it.
    events, predictions : tuples of entities
    arms : dict of str to entities.Arm
    arm : str
        The arm whose settings are in force; empty: none.
    table : dict
        The resolved tables that the scenario was built from.
    extra_mechanisms : tuple of Mechanism
        Mechanisms added in Python rather than in the file.
    extra_strategies : dict of str to callable
        Strategies of releasers set in Python, by releaser.
    """

    name: str
    title: str
    question: str
    claims: tuple[str, ...]
    run: entities.Run
    market: entities.MarketRules
    sides: dict[str, entities.Side]
    technologies: tuple[entities.Technology, ...]
    platforms: tuple[entities.Platform, ...]
    releasers: tuple[entities.Releaser, ...]
    mechanisms: tuple[Mechanism, ...]
    events: tuple[entities.Event, ...]
    predictions: tuple[entities.Prediction, ...]
    arms: dict[str, entities.Arm]
    arm: str
    table: dict[str, Any] = field(repr=False)
    file: str = ""
    extra_mechanisms: tuple[Mechanism, ...] = ()
    extra_strategies: dict[str, Any] = field(default_factory=dict)

    def with_settings(self, changes: dict[str, Any]) -> Scenario:
        """Return the scenario with some settings changed, by dotted key.

        Raises
        ------
        ScenarioError
            When a key is unknown or a value is not allowed.
        """
        return self._changed(changes, "", self.arm)

    def with_arm(self, name: str) -> Scenario:
        """Return the scenario with the settings of one of its arms in force.

        Raises
        ------
        ScenarioError
            When there is no such arm, or another one is in force: its settings would remain.
        """
        if name not in self.arms:
            problem = Problem("arms", name, one_of(self.arms), self.file, nearest(name, self.arms))
            raise ScenarioError(problem)
        if self.arm == name:
            return self
        if self.arm:
            allowed = f"cannot be added to arm {self.arm!r}, whose settings are in force"
            raise ScenarioError(Problem("arms", name, allowed, self.file))
        return self._changed(self.arms[name].set, f"arms.{name}.set.", name)

    def with_mechanism(self, mechanism: Mechanism) -> Scenario:
        """Return the scenario with a mechanism added, or replaced where it has one of that name."""
        if "__dataclass_fields__" not in type(mechanism).__dict__:
            raise TypeError(f"decorate {type(mechanism).__name__} with @dataclass(frozen=True)")
        extra = [m for m in self.extra_mechanisms if m.name != mechanism.name]
        changed = dataclasses.replace(self, extra_mechanisms=(*extra, mechanism))
        # Its values stand in the table like everybody's, so that later settings can change them.
        rows = {**self.table.get("mechanisms", {}), mechanism.name: plain(mechanism)}
        return changed._rebuilt({**self.table, "mechanisms": rows}, self.arm)

    def with_strategy(self, releaser: str, strategy: strategies.Strategy) -> Scenario:
        """Return the scenario with a releaser that follows a strategy of the caller's own."""
        names = [row.name for row in self.releasers]
        if releaser not in names:
            problem = Problem(
                "releasers", releaser, one_of(names), nearest=nearest(releaser, names)
            )
            raise ScenarioError(problem)
        extra = {**self.extra_strategies, releaser: strategy}
        return dataclasses.replace(self, extra_strategies=extra)

    def with_policy(
        self,
        name: str,
        *,
        month: int = 24,
        strength: float | None = None,
        duration: int | None = None,
    ) -> Scenario:
        """Return the scenario, and with it every arm, under a policy from some month on.

        Parameters
        ----------
        name : str
            One of :data:`platformsim.scenario.policies.POLICIES`.
        month : int
            First month in which it holds.
        strength : float, optional
            In the policy's unit; unset: its default.
        duration : int, optional
            Months for which it holds; unset: for good.

        Raises
        ------
        ScenarioError
            When there is no such policy, its strength is out of range, or its events clash with
            those of the scenario.
        """
        return self._rebuilt(policies.table_under(self, name, month, strength, duration), self.arm)

    def _changed(self, changes: dict[str, Any], where: str, arm: str) -> Scenario:
        table, problems = settings.change(self.table, changes, where)
        try:
            changed = self._rebuilt(table, arm)
        except ScenarioError as error:
            problems += error.problems
        if problems:
            raise ScenarioError(_in_file(problems, self.file))
        return changed

    def _rebuilt(self, table: dict[str, Any], arm: str) -> Scenario:
        fresh = from_table(table, self.file, self.extra_mechanisms)
        return dataclasses.replace(fresh, arm=arm, extra_strategies=self.extra_strategies)

    @property
    def strategies(self) -> dict[str, strategies.Strategy]:
        """The strategy of each releaser that has one other than to hold."""
        named = {
            row.name: strategies.named(row.strategy)
            for row in self.releasers
            if row.strategy != "hold"
        }
        return {**named, **self.extra_strategies}

    @property
    def fingerprint(self) -> str:
        """Hash of all settings in force; equal for equal scenarios."""
        table = {key: entry for key, entry in self.table.items() if key != "arms"}
        extra = [repr(mechanism) for mechanism in self.extra_mechanisms]
        extra += [
            f"{name}={getattr(rule, '__name__', repr(rule))}"
            for name, rule in self.extra_strategies.items()
        ]
        text = json.dumps([table, extra], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def load(source: str | Path | dict[str, Any], changes: dict[str, Any] | None = None) -> Scenario:
    """Read a scenario by name, from a file, or from a dict.

    Parameters
    ----------
    source : str, Path or dict
        The name of a shipped scenario, the path of a TOML file, or tables in a dict.
    changes : dict of str to object, optional
        Settings to change, by dotted key.

    Returns
    -------
    Scenario

    Raises
    ------
    ScenarioError
        With every mistake of the file.
    """
    if isinstance(source, dict):
        scenario = from_table(settings.copied(files.resolved(source, "", ())), "")
    else:
        path = files.find(source)
        scenario = from_table(
            files.resolved(reading.read(path), str(path), (path,)), files.label(path)
        )
    return scenario.with_settings(changes) if changes else scenario


def from_table(
    table: dict[str, Any], file: str = "", extra: tuple[Mechanism, ...] = ()
) -> Scenario:
    """Build a scenario from resolved tables.

    Raises
    ------
    ScenarioError
        With every mistake in the tables, in their arms and in their events.
    """
    parts, problems = parts_of(table, extra)
    problems += event_problems(parts, table, extra)
    for name, arm in parts.arms.items():
        problems += _arm_problems(table, arm.set, f"arms.{name}.set.", extra, problems)
    if problems:
        raise ScenarioError(_in_file(problems, file))
    return Scenario(**vars(parts), arm="", table=table, file=file, extra_mechanisms=extra)


def _in_file(problems: list[Problem], file: str) -> list[Problem]:
    unique = dict.fromkeys(str(problem) for problem in problems)
    kept = {str(problem): problem for problem in problems}
    return [dataclasses.replace(kept[text], file=file) for text in unique]


def _arm_problems(
    table: dict[str, Any],
    changes: dict[str, Any],
    where: str,
    extra: tuple[Mechanism, ...],
    known: list[Problem],
) -> list[Problem]:
    """Return what is wrong with a changed scenario and was not wrong before."""
    changed, problems = settings.change(table, changes, where)
    parts, found = parts_of(changed, extra)
    found += event_problems(parts, changed, extra)
    before = {str(problem) for problem in known}
    fresh = [problem for problem in found if str(problem) not in before]
    return problems + [dataclasses.replace(p, key=f"{where}{p.key}") for p in fresh]
