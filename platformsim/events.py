"""Changes at a set month: policies, shocks, announcements that come true."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from platformsim.market.release import MODE


def due(events: tuple[Any, ...], month: int) -> list[tuple[Any, bool]]:
    """Return the events that begin (True) or end (False) this month, ends first.

    Of events that end together the latest to begin ends first, so that each restores what it found.
    """
    ends = [(e, False) for e in events if e.duration and e.month + e.duration == month]
    ends.sort(key=lambda entry: -entry[0].month)
    return ends + [(e, True) for e in events if e.month == month]


def apply(market: Any, target: str, value: Any) -> Any:
    """Change one setting of a running market.

    Parameters
    ----------
    market : Market
    target : str
        Dotted key, checked when the scenario was read.
    value : object

    Returns
    -------
    object
        The value that it replaced.
    """
    kind, *rest = target.split(".")
    if kind == "market":
        before = getattr(market.rules, rest[0])
        market.rules = dataclasses.replace(market.rules, **{rest[0]: value})
        return before
    if kind == "sides":
        side = market.sides[rest[0]]
        before = getattr(side.rules, rest[1])
        side.rules = dataclasses.replace(side.rules, **{rest[1]: value})
        return before
    if kind == "mechanisms":
        return _mechanism(market, rest[0], rest[1], value)
    table = market.tables[kind]
    return _cell(table, table.index[rest[0]], rest[1:], value)


def _mechanism(market: Any, name: str, parameter: str, value: Any) -> Any:
    changed, before = [], None
    for mechanism in market.all_mechanisms:
        if mechanism.name == name:
            before = getattr(mechanism, parameter)
            was = mechanism.enabled
            mechanism = dataclasses.replace(mechanism, **{parameter: value})
            if mechanism.enabled and not was:
                mechanism.start(market)
            elif was and not mechanism.enabled:
                # Others read its columns: tolls that nobody levies must not deter builders.
                for column, neutral in mechanism.owns.items():
                    table, key = column.split(".")
                    market.tables[table][key] = neutral
        changed.append(mechanism)
    market.all_mechanisms = tuple(changed)
    return before


def _cell(table: Any, row: int, path: list[str], value: Any) -> Any:
    column = {"release_mode": "mode", "fees": f"fee_{path[-1]}"}.get(path[0], path[0])
    cells = table[column]
    before: Any = float(cells[row])
    if column == "mode":
        names = {code: name for name, code in MODE.items()}
        before, value = names[int(before)], MODE[value]
    if column == "licence_cap":
        value = np.inf if value is None else value
        before = None if np.isinf(before) else before
    cells[row] = value
    return before
