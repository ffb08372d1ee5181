"""A scenario as resolved: every setting with its range, unit, source and meaning."""

from __future__ import annotations

import dataclasses
from typing import Any

from platformsim.parameters import parameters_of
from platformsim.scenario import settings
from platformsim.scenario.scenario import Scenario


def parameter_table(scenario: Scenario) -> list[dict[str, Any]]:
    """Return every setting in force with its range, unit, source and meaning.

    Returns
    -------
    list of dict
        Keys ``key``, ``value``, ``default``, ``range``, ``unit``, ``source``, ``doc``.
    """
    rows = []
    present = {mechanism.name for mechanism in scenario.mechanisms}
    for key, parameter in settings.known(scenario.table).items():
        kind, name, *_ = (*key.split("."), "")
        if kind == "mechanisms" and name not in present:
            continue
        container = dataclasses.is_dataclass(parameter.kind) or type(parameter.kind) is not type
        if container and settings.get(scenario.table, key) in (None, {}, parameter.default):
            continue
        rows.append(
            {
                "key": key,
                "value": _plain(settings.get(scenario.table, key)),
                "default": None
                if parameter.default is dataclasses.MISSING
                else _plain(parameter.default),
                "range": parameter.range_text.strip() or ", ".join(parameter.choices),
                "unit": parameter.unit,
                "source": parameter.source,
                "doc": parameter.doc,
            }
        )
    return rows


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return {name: getattr(value, name) for name in parameters_of(type(value))}
    return list(value) if isinstance(value, tuple) else value
