"""Who plays, and what: releasers, strategies and line-ups as scenarios of a batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, is_dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from platformsim.errors import Problem, ScenarioError, nearest, one_of
from platformsim.parameters import parameters_of
from platformsim.scenario import Scenario
from platformsim.strategies import Strategy, named
from platformsim.studies.batch import Batch, Numbers, alone
from platformsim.studies.judge import FEWEST_PAIRS

MOST_PLAYERS = 3
Rules = dict[str, Strategy]
Profile = tuple[tuple[str, str], ...]
Reader = Callable[[str, str], np.ndarray]
# By number of players; more of them make the table too large to be made while somebody waits.
USUAL = {
    1: ("always_closed", "always_open", "closed_then_open", "open_then_close", "delayed", "staged",
        "open_if_complement_pays", "best_reply"),
    2: ("always_closed", "always_open", "closed_then_open", "open_then_close", "follow_the_leader",
        "open_if_complement_pays"),
    3: ("always_closed", "always_open", "open_then_close", "follow_the_leader"),
}  # fmt: skip


def rules_of(given: Sequence[Any] | Mapping[str, Any] | None, count: int) -> Rules:
    """Return strategies by name.

    Parameters
    ----------
    given : sequence of str or callable, dict of str to either, or None
        Registered names, such as ``always_open`` or ``open_then_close(months=36)``; functions go
        by their own name. None: the usual ones.
    count : int
        How many players there are.
    """
    given = USUAL[count] if given is None else given
    if isinstance(given, str):
        given = [given]
    pairs = (
        list(given.items())
        if isinstance(given, Mapping)
        else [(_name(rule), rule) for rule in given]
    )
    found: Rules = {}
    for name, rule in pairs:
        if name in found:
            raise ScenarioError(Problem("strategies", name, "stands twice; names must differ"))
        if not isinstance(rule, str) and not callable(rule):
            allowed = "must be the name of a strategy, or a function of an observation"
            raise ScenarioError(Problem("strategies", rule, allowed))
        found[str(name)] = named(rule, "strategies") if isinstance(rule, str) else rule
    if not found:
        raise ScenarioError(Problem("strategies", list(given), "must name at least one"))
    return found


def _name(rule: Any) -> str:
    return rule if isinstance(rule, str) else str(getattr(rule, "__name__", None) or repr(rule))


def adjusted(rule: Strategy, name: str, values: Mapping[str, Any]) -> Strategy:
    """Return a strategy with some of its parameters changed.

    Raises
    ------
    ScenarioError
        When it has no such parameter, or a value is not allowed.
    """
    known = parameters_of(type(rule)) if is_dataclass(rule) else {}
    for key, value in values.items():
        if key not in known:
            allowed = one_of(known) if known else f"{name} has no parameters"
            raise ScenarioError(Problem("over", key, allowed, nearest=nearest(key, known)))
        if not isinstance(value, known[key].kind) or not known[key].permits(value):
            raise ScenarioError(Problem(f"over.{key}", value, known[key].allowed))
    return replace(rule, **values) if values else rule


def check_replicates(replicates: Any) -> None:
    """Refuse too few replicates.

    Raises
    ------
    ScenarioError
    """
    if isinstance(replicates, bool) or not isinstance(replicates, int) or replicates < FEWEST_PAIRS:
        allowed = f"must be a whole number of at least {FEWEST_PAIRS}"
        raise ScenarioError(Problem("replicates", replicates, allowed))


def players_of(scenario: Scenario, given: Sequence[str] | None) -> tuple[str, ...]:
    """Return the releasers who play; unset: all who own a technology."""
    owners = {row.owner for row in scenario.technologies}
    able = [row.name for row in scenario.releasers if row.name in owners]
    chosen = tuple(able if given is None else given)
    for name in chosen:
        if name not in able:
            allowed = f"must own a technology; {one_of(able)}"
            raise ScenarioError(Problem("players", name, allowed, nearest=nearest(name, able)))
    if not 1 <= len(chosen) <= MOST_PLAYERS or len(set(chosen)) < len(chosen):
        allowed = f"must be one to {MOST_PLAYERS} releasers; others keep the scenario's strategies"
        raise ScenarioError(Problem("players", list(chosen), allowed))
    return chosen


def player_against(
    scenario: Scenario, players: Sequence[str] | None, line_ups: Sequence[Mapping[str, str]]
) -> str:
    """Return the one player whom some line-ups of rivals leave.

    Raises
    ------
    ScenarioError
        When a rival cannot be one, or it is not clear who plays.
    """
    owners = {row.owner for row in scenario.technologies}
    able = [row.name for row in scenario.releasers if row.name in owners]
    named_in = {name: None for rivals in line_ups for name in rivals}
    for name in named_in:
        if name not in able:
            allowed = f"must own a technology; {one_of(able)}"
            raise ScenarioError(Problem("line_ups", name, allowed, nearest=nearest(name, able)))
    if players is not None:
        left = list(players_of(scenario, players))
    else:
        left = [name for name in able if name not in named_in]
    if not line_ups or len(left) != 1 or left[0] in named_in:
        allowed = "must leave one player whose rivals they are; name it in players"
        raise ScenarioError(Problem("line_ups", [dict(rivals) for rivals in line_ups], allowed))
    return left[0]


def with_rivals(rules: Rules, line_ups: Sequence[Mapping[str, str]]) -> Rules:
    """Add what rivals play and the player does not choose from."""
    used = {rule: None for rivals in line_ups for rule in rivals.values()}
    return {**rules, **{rule: named(rule, "line_ups") for rule in used if rule not in rules}}


def in_python(given: Sequence[Any] | Mapping[str, Any] | None) -> Rules:
    """Return those strategies that were given as functions."""
    if given is None or isinstance(given, str):
        return {}
    pairs = given.items() if isinstance(given, Mapping) else [(_name(rule), rule) for rule in given]
    return {str(name): rule for name, rule in pairs if not isinstance(rule, str) or name != rule}


@dataclass(frozen=True)
class Table:
    """A market in which releasers are given strategies.

    What players have is closed at month 0, so that every strategy starts from the same past,
    except for one that holds what the scenario states.
    """

    scenario: Scenario

    def playing(self, profile: Mapping[str, Strategy]) -> Scenario:
        """Return the scenario with these releasers' strategies in force."""
        playing, hold = self.scenario, named("hold")
        closed = {
            f"technologies.{row.name}.release_mode": "closed_api"
            for row in playing.technologies
            if row.release_mode != "closed_api" and profile.get(row.owner, hold) is not hold
        }
        playing = playing.with_settings(closed) if closed else playing
        for releaser, rule in profile.items():
            playing = playing.with_strategy(releaser, rule)
        return playing

    def check(self, profiles: Sequence[Profile]) -> None:
        """Refuse what cannot be played.

        Raises
        ------
        ScenarioError
        """
        capped = {player for profile in profiles for player, rule in profile if rule == "capped"}
        for row in self.scenario.technologies:
            if row.owner in capped and row.licence_cap is None:
                key = f"technologies.{row.name}.licence_cap"
                allowed = "must be set for the strategy capped, which cannot set it"
                raise ScenarioError(Problem(key, row.licence_cap, allowed))

    @property
    def overruled(self) -> list[str]:
        """Mechanisms that may decide release modes in place of strategies."""
        return [m.name for m in self.scenario.mechanisms if m.enabled and m.overrides("decides")]


def table_of(scenario: Scenario, changes: dict[str, Any], arm: str | None = None) -> Table:
    """Return the market that is played in."""
    chosen = scenario.with_arm(arm) if arm else scenario
    chosen = alone(chosen)
    return Table(chosen.with_settings(changes) if changes else chosen)


def label_of(profile: Profile) -> str:
    """Name a choice of strategies in a batch."""
    return " | ".join(f"{player}: {rule}" for player, rule in profile)


def all_profiles(players: Sequence[str], rules: Rules) -> list[Profile]:
    """Return every choice of strategies."""
    return [
        tuple(zip(players, chosen, strict=True)) for chosen in product(rules, repeat=len(players))
    ]


def play(
    table: Table, profiles: Sequence[Profile], rules: Rules, replicates: int, **options: Any
) -> Numbers:
    """Run all choices of strategies, each with the same replicates."""
    batch = Batch()
    for profile in profiles:
        chosen = {player: rules[rule] for player, rule in profile}
        batch.add(label_of(profile), table.playing(chosen), replicates)
    return batch.run(**options)


def payoff_reader(numbers: Numbers, label: str, players: Sequence[str], metric: str) -> Reader:
    """Return what reads a player's payoffs in a choice of strategies, by its label.

    A metric of releasers is read for each (``profit`` stands for ``profit[giant]``); any other,
    such as welfare, is everybody's.

    Raises
    ------
    ScenarioError
        When there is no such metric, or it has no value in some run.
    """
    columns = {name.partition(".")[2] or name for name in numbers.columns[label]}
    own = all(f"{metric}[{player}]" in columns for player in players)
    if not own:
        numbers.require(label, metric, "metric")

    def read(label: str, player: str) -> np.ndarray:
        name = f"{metric}[{player}]" if own else metric
        values = numbers.of(label, name)
        if not np.isfinite(values).all():
            allowed = f"has no value in some runs of {label}; choose another"
            raise ScenarioError(Problem("metric", name, allowed))
        return values

    return read
