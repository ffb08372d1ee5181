"""From resolved tables to checked parts, collecting every mistake."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace
from typing import Any

import numpy as np

from platformsim import entities, mechanisms
from platformsim.errors import Problem, nearest, one_of
from platformsim.mechanisms.base import Mechanism
from platformsim.parameters import parameters_of
from platformsim.scenario import checks, settings
from platformsim.scenario.validation import build

_TEXTS = ("name", "title", "question")
_TOP = (*_TEXTS, "claims", "extends", "run", "market", "sides", "technologies", "platforms",
        "releasers", "mechanisms", "events", "arms", "predictions")  # fmt: skip


def parts_of(
    table: dict[str, Any], extra: tuple[Mechanism, ...]
) -> tuple[SimpleNamespace, list[Problem]]:
    """Build and check the parts of a scenario.

    Parameters
    ----------
    table : dict
        Resolved tables.
    extra : tuple of Mechanism
        Mechanisms that come from Python rather than from the tables.

    Returns
    -------
    (SimpleNamespace, list of Problem)
        The parts by name, without what is wrong in them; and all problems.
    """
    problems = [
        Problem(
            key, value, f"unknown table; known are {', '.join(_TOP)}", nearest=nearest(key, _TOP)
        )
        for key, value in table.items()
        if key not in _TOP
    ]
    parts: dict[str, Any] = {}
    for key in _TEXTS:
        parts[key] = table.get(key, "")
        if not isinstance(parts[key], str):
            problems.append(Problem(key, parts[key], "must be a text"))
    claims = table.get("claims", [])
    if not isinstance(claims, list) or not all(isinstance(claim, str) for claim in claims):
        problems.append(Problem("claims", claims, "must be a list of claim ids"))
        claims = []
    for key, cls in settings.TABLES.items():
        parts[key] = _one(cls, table.get(key, {}), key, problems) or cls()
    parts["sides"] = _by_name(settings.SIDE_KINDS, table.get("sides", {}), "sides", problems)
    for key, cls in {**settings.LISTS, "events": entities.Event,
                     "predictions": entities.Prediction}.items():  # fmt: skip
        parts[key] = _rows(cls, table.get(key, []), key, problems)
    parts["mechanisms"] = _mechanisms(table.get("mechanisms", {}), extra, problems)
    parts["arms"] = _arms(table.get("arms", {}), problems)
    parts["claims"] = tuple(claims)
    made = SimpleNamespace(**parts)
    return made, problems + checks.check(made)


def _mechanisms(
    tables: Any, extra: tuple[Mechanism, ...], problems: list[Problem]
) -> tuple[Mechanism, ...]:
    """Build the mechanisms; one made in Python takes over what its table says."""
    given = {mechanism.name: mechanism for mechanism in extra}
    if not isinstance(tables, dict):
        given, tables = {}, tables
    rest = tables if not given else {n: row for n, row in tables.items() if n not in given}
    active = _by_name(mechanisms.REGISTRY, rest, "mechanisms", problems)
    for name, mechanism in given.items():
        row = tables.get(name, {})
        stated = {**_attributes(mechanism), **row} if isinstance(row, dict) else row
        made = _one(type(mechanism), stated, f"mechanisms.{name}", problems)
        changed = {key: getattr(made, key) for key in row} if made is not None else {}
        active[name] = dataclasses.replace(mechanism, **changed)
    return tuple(mechanisms.in_order(list(active.values())))


def _attributes(mechanism: Mechanism) -> dict[str, Any]:
    values = {name: getattr(mechanism, name) for name in parameters_of(type(mechanism))}
    return {name: list(v) if isinstance(v, tuple) else v for name, v in values.items()}


def plain(mechanism: Mechanism) -> dict[str, Any]:
    """Return a mechanism's parameters as a scenario file would state them.

    What no file can hold, such as a function, is left out.
    """
    values = {
        name: value.item() if isinstance(value, np.generic) else value
        for name, value in _attributes(mechanism).items()
    }
    return {
        name: value
        for name, value in values.items()
        if all(
            isinstance(entry, float | int | str)
            for entry in (value if isinstance(value, list) else [value])
        )
    }


def _arms(tables: Any, problems: list[Problem]) -> dict[str, entities.Arm]:
    if not isinstance(tables, dict):
        problems.append(Problem("arms", tables, "must be a table"))
        return {}
    built = {
        name: _one(entities.Arm, arm, f"arms.{name}", problems) for name, arm in tables.items()
    }
    return {name: arm for name, arm in built.items() if arm is not None}


def _one(cls: type, table: Any, key: str, problems: list[Problem]) -> Any:
    made, wrong = build(cls, table, key)
    problems += wrong
    return made


def _by_name(kinds: dict[str, type], tables: Any, key: str, problems: list[Problem]) -> dict:
    if not isinstance(tables, dict):
        problems.append(Problem(key, tables, "must be a table"))
        return {}
    built = {}
    for name, table in tables.items():
        if name in kinds:
            made = _one(kinds[name], table, f"{key}.{name}", problems)
            built |= {} if made is None else {name: made}
        else:
            hint = nearest(name, kinds)
            problems.append(Problem(f"{key}.{name}", table, one_of(kinds), nearest=hint))
    return built


def _rows(cls: type, rows: Any, key: str, problems: list[Problem]) -> tuple[Any, ...]:
    if not isinstance(rows, list):
        problems.append(Problem(key, rows, f"must be a list of tables, [[{key}]]"))
        return ()
    built = []
    for place, row in enumerate(rows):
        name = row.get("name") if isinstance(row, dict) else None
        where = f"{key}.{name if isinstance(name, str) else place}"
        built.append(_one(cls, row, where, problems))
    return tuple(row for row in built if row is not None)
