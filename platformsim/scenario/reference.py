"""Every table and parameter that a scenario may have, as a page."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

from platformsim import entities, mechanisms
from platformsim.parameters import SOURCES, Parameter, parameters_of

_TABLES = {
    "[run]": entities.Run,
    "[market]": entities.MarketRules,
    "[sides.NAME]": entities.Side,
    "[sides.NAME.graph]": entities.Graph,
    "[sides.NAME.tastes.TASTE]": entities.Taste,
    "[[technologies]]": entities.Technology,
    "[[platforms]]": entities.Platform,
    "[[releasers]]": entities.Releaser,
    "[[events]]": entities.Event,
    "[arms.NAME]": entities.Arm,
    "[[predictions]]": entities.Prediction,
}


def reference() -> str:
    """Return the reference of all parameters in Markdown, from their declarations."""
    parts = [
        "# Parameters",
        "Made by `platformsim show` from the declarations in the code; a test keeps it in step.",
        "Sources: " + "; ".join(f"**{tag}** {text}" for tag, text in SOURCES.items()) + ".",
    ]
    for title, cls in _TABLES.items():
        parts += [f"## `{title}`", _first(cls), _table(cls)]
    parts.append("## Mechanisms")
    for cls in mechanisms.ORDER:
        claims = ", ".join(cls.claims)
        parts += [
            f"### `[mechanisms.{cls.name}]`",
            f"{claims}: {cls.title}.",
            _code(cls),
            _table(cls),
        ]
    return "\n\n".join(parts) + "\n"


def _first(cls: type) -> str:
    return inspect.getdoc(cls).split("\n\n")[0].replace("\n", " ")


def _code(cls: type) -> str:
    return f"```text\n{inspect.getdoc(cls)}\n```"


def _table(cls: type) -> str:
    rows = [
        "| parameter | default | range | unit | source | meaning |",
        "|---|---|---|---|---|---|",
    ]
    for parameter in parameters_of(cls).values():
        cells = (
            f"`{parameter.name}`",
            _default(parameter),
            parameter.range_text.strip() or ", ".join(parameter.choices),
            parameter.unit,
            parameter.source,
            parameter.doc,
        )
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows)


def _default(parameter: Parameter) -> str:
    value: Any = parameter.default
    if value is dataclasses.MISSING:
        return "required"
    if value is None or value in ("", {}) or dataclasses.is_dataclass(value):
        return "unset"
    if isinstance(value, tuple):
        return ", ".join(value)
    return str(value).lower() if isinstance(value, bool) else f"{value}"
