"""Dotted keys: how a setting is named, found, changed and compared.

``sides.users.count``, ``technologies.llama_like.release_mode``,
``mechanisms.open_gate.control_coverage``: rows of lists are found by their name.
"""

from __future__ import annotations

import tomllib
from typing import Any

import numpy as np

from platformsim import entities, mechanisms
from platformsim.errors import Problem, nearest
from platformsim.parameters import Parameter, parameters_of

LISTS = {
    "technologies": entities.Technology,
    "platforms": entities.Platform,
    "releasers": entities.Releaser,
}
SIDE_KINDS = {
    "users": entities.Users,
    "creators": entities.Creators,
    "businesses": entities.Businesses,
}
TABLES = {"run": entities.Run, "market": entities.MarketRules}


def parse(text: str) -> Any:
    """Read the value of ``--set key=value`` as TOML would, else as text."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):
        return text


def known(table: dict[str, Any]) -> dict[str, Parameter]:
    """Return every setting that a resolved scenario table has, by dotted key."""
    found: dict[str, Parameter] = {}
    for name, cls in TABLES.items():
        _collect(found, name, cls)
    tables = table.get("sides")
    sides = [side for side in SIDE_KINDS if isinstance(tables, dict) and side in tables]
    for side in sides:
        _collect(found, f"sides.{side}", SIDE_KINDS[side])
        _collect(found, f"sides.{side}.graph", entities.Graph)
    for kind, cls in LISTS.items():
        for name in _rows(table, kind):
            _collect(found, f"{kind}.{name}", cls)
            if kind == "platforms":
                for side in sides:
                    for entry in ("fees", "initial"):
                        declared = parameters_of(cls)[entry]
                        found[f"{kind}.{name}.{entry}.{side}"] = declared
    for name, cls in mechanisms.REGISTRY.items():
        _collect(found, f"mechanisms.{name}", cls)
    return found


def _rows(table: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    """Return the rows of a list by name, whatever else may stand in its place."""
    rows = table.get(kind)
    found = {}
    for row in rows if isinstance(rows, list) else []:
        name = row.get("name") if isinstance(row, dict) else None
        if isinstance(name, str) and name and "." not in name:
            found.setdefault(name, row)
    return found


def _collect(found: dict[str, Parameter], prefix: str, cls: type) -> None:
    for parameter in parameters_of(cls).values():
        if parameter.name != "name":
            found[f"{prefix}.{parameter.name}"] = parameter


def change(
    table: dict[str, Any], settings: dict[str, Any], where: str = ""
) -> tuple[dict[str, Any], list[Problem]]:
    """Return a copy of a scenario table with some settings changed, and what was wrong.

    Parameters
    ----------
    table : dict
        A resolved scenario table.
    settings : dict of str to object
        New values by dotted key. Types and ranges are checked later, with everything else.
    where : str
        Key under which the settings stand, for messages.
    """
    table, problems = copied(table), []
    valid = known(table)
    for key, value in settings.items():
        if key not in valid and not is_open_key(key, table):
            hint = nearest(key, valid)
            problems.append(
                Problem(
                    f"{where}{key}",
                    value,
                    "unknown setting; `platformsim show` lists them",
                    nearest=hint,
                )
            )
            continue
        _put(table, key.split("."), copied(value))
    return table, problems


def copied(node: Any) -> Any:
    """Copy tables and lists as a file would hold them: what is None is left out."""
    # The general deepcopy is several times slower.
    if isinstance(node, dict):
        return {key: copied(entry) for key, entry in node.items() if entry is not None}
    if isinstance(node, list | tuple):
        return [copied(entry) for entry in node]
    return node.item() if isinstance(node, np.generic) else node


def is_open_key(key: str, table: dict[str, Any]) -> bool:
    """Return whether a key lies below a table with free names: tastes and characteristics."""
    parts = key.split(".")
    if len(parts) == 5 and parts[0] == "sides" and parts[2] == "tastes":
        tastes: Any = table
        for part in parts[:3]:
            tastes = tastes.get(part) if isinstance(tastes, dict) else None
        known_taste = isinstance(tastes, dict) and parts[3] in tastes
        return known_taste and parts[4] in parameters_of(entities.Taste)
    if len(parts) == 4 and parts[0] == "platforms" and parts[2] == "characteristics":
        return parts[1] in _rows(table, "platforms")
    return False


def _put(table: dict[str, Any], parts: list[str], value: Any) -> None:
    if parts[0] in LISTS:
        node = _rows(table, parts[0])[parts[1]]
        parts = parts[2:]
    else:
        node = table
    for part in parts[:-1]:
        # What is no table here was set a moment ago, and the later setting wins.
        if not isinstance(node.get(part), dict):
            node[part] = {}
        node = node[part]
    if value is None:
        node.pop(parts[-1], None)
    else:
        node[parts[-1]] = value


def get(table: dict[str, Any], key: str) -> Any:
    """Return the value of a dotted key, or the declared default where the table is silent."""
    parts = key.split(".")
    node: Any = table
    if parts[0] in LISTS:
        node = _rows(table, parts[0]).get(parts[1], {})
        parts = parts[2:]
    for part in parts:
        if not isinstance(node, dict) or part not in node:
            parameter = known(table).get(key)
            return None if parameter is None else parameter.default
        node = node[part]
    return node


def flat(table: dict[str, Any]) -> dict[str, Any]:
    """Flatten a scenario table to dotted keys, rows of lists by name."""
    found: dict[str, Any] = {}

    def walk(prefix: str, node: Any) -> None:
        if isinstance(node, dict) and node:
            for name, entry in node.items():
                walk(f"{prefix}.{name}" if prefix else name, entry)
        elif isinstance(node, list) and node and all(isinstance(row, dict) for row in node):
            for place, row in enumerate(node):
                walk(f"{prefix}.{row.get('name', place)}", row)
        else:
            found[prefix] = node

    walk("", {name: entry for name, entry in table.items() if name != "arms"})
    return found


def difference(tables: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return every setting that differs between some scenario tables.

    Parameters
    ----------
    tables : dict of str to dict
        Resolved tables by name of the arm.

    Returns
    -------
    dict of str to dict
        For each dotted key that differs, its value in each arm (the default where silent).
    """
    flats = {name: flat(table) for name, table in tables.items()}
    keys = dict.fromkeys(key for entries in flats.values() for key in entries)
    differing = {}
    for key in keys:
        values = {name: get(table, key) for name, table in tables.items()}
        first = next(iter(values.values()))
        if any(value != first for value in values.values()):
            differing[key] = values
    return differing
