"""What no event may do: change what is set at month 0, or undo another event's change."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from platformsim import entities
from platformsim.errors import Problem
from platformsim.mechanisms.base import Mechanism
from platformsim.parameters import Parameter
from platformsim.scenario import settings
from platformsim.scenario.tables import parts_of


def event_problems(
    parts: Any, table: dict[str, Any], extra: tuple[Mechanism, ...]
) -> list[Problem]:
    """Return what is wrong with the events of a scenario whose parts have been built."""
    found: list[Problem] = []
    if not parts.events:
        return found
    valid, known = settings.known(table), parts_of(table, extra)[1]
    present = {mechanism.name for mechanism in parts.mechanisms}
    for place, event in enumerate(parts.events):
        key = f"events.{place}."
        if event.month > parts.run.months:
            allowed = f"must be at most run.months ({parts.run.months})"
            found.append(Problem(f"{key}month", event.month, allowed))
        if other := _clash(event, parts.events[:place]):
            allowed = f"overlaps the event of month {other.month} on the same target; nest the two"
            found.append(Problem(f"{key}month", event.month, allowed))
        kind, name, *_ = (*event.target.split("."), "")
        if _is_fixed(event.target, valid, table):
            allowed = "is set at month 0 and cannot change during a run"
            found.append(Problem(f"{key}target", event.target, allowed))
        elif kind == "mechanisms" and event.target in valid and name not in present:
            allowed = "names a mechanism that the scenario does not have; add its table"
            found.append(Problem(f"{key}target", event.target, allowed))
        else:
            change = {event.target: event.change}
            changed, problems = settings.change(table, change, f"{key}target: ")
            before = {str(problem) for problem in known}
            fresh = [p for p in parts_of(changed, extra)[1] if str(p) not in before]
            found += problems
            found += [dataclasses.replace(p, key=f"{key}target: {p.key}") for p in fresh]
    return found


def _is_fixed(target: str, valid: dict[str, Parameter], table: dict[str, Any]) -> bool:
    """Return whether a setting exists but shapes the market at month 0."""
    parameter = valid.get(target)
    if parameter is None:
        return settings.is_open_key(target, table)
    scalar = parameter.kind in (float, int, bool, str) or ".fees." in target
    return parameter.structural or not scalar


def _clash(event: entities.Event, others: Iterable[entities.Event]) -> entities.Event | None:
    """Return an event on the same target that would restore its old value during this one."""
    for other in others:
        first, second = sorted((other, event), key=lambda entry: entry.month)
        together = first.month == second.month
        if other.target == event.target and (together or second.month < _end(first) < _end(second)):
            return other
    return None


def _end(event: entities.Event) -> float:
    return event.month + event.duration if event.duration else float("inf")
