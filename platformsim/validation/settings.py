"""The parameters at which theory and simulator are compared."""

from __future__ import annotations

import json
import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from platformsim.errors import MISSING, Problem, ScenarioError, nearest

_SHIPPED = Path(__file__).with_name("setting_a.json")


def read_settings(path: Path | None = None) -> SimpleNamespace:
    """Return the settings by section: ``settings.bass.p``, ``settings.armstrong.bot.a1``.

    Parameters
    ----------
    path : Path, optional
        A JSON file of the same structure as the shipped one; sections and keys that it leaves out
        keep their shipped values. Unset: the shipped setting.

    Raises
    ------
    ScenarioError
        When the file cannot be read, or a key is not known, or a value is of another kind than
        the shipped one; all mistakes in one go.
    """
    shipped = json.loads(_SHIPPED.read_text(encoding="utf-8"))
    if path is None:
        return _namespace(shipped)
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        problem = Problem("settings", MISSING, f"must be readable JSON ({error})", file=str(path))
        raise ScenarioError(problem) from error
    problems: list[Problem] = []
    merged = _merged(given, shipped, "", str(path), problems)
    if problems:
        raise ScenarioError(problems)
    return _namespace(merged)


def _merged(given: Any, shipped: Any, key: str, file: str, problems: list[Problem]) -> Any:
    """Return the given values over the shipped ones, noting what is wrong with them."""
    if isinstance(shipped, dict):
        if not isinstance(given, dict):
            problems.append(Problem(key or "(top)", given, "must be a table", file=file))
            return shipped
        for name in given.keys() - shipped.keys():
            found = Problem(
                _below(key, name), given[name], "is not a parameter", file=file,
                nearest=nearest(name, shipped),
            )  # fmt: skip
            problems.append(found)
        return {
            name: _merged(given.get(name, value), value, _below(key, name), file, problems)
            for name, value in shipped.items()
        }
    if isinstance(shipped, list):
        fits = isinstance(given, list) and (len(given) == len(shipped) or key == "extras.V")
        if not (fits and all(map(_is_number, given))):
            allowed = f"must be a list of {len(shipped)} numbers"
            problems.append(Problem(key, given, allowed, file=file))
        return given
    if not _is_number(given):
        problems.append(Problem(key, given, "must be a finite number", file=file))
    elif isinstance(shipped, int) and (given != int(given) or given < 1):
        problems.append(Problem(key, given, "must be a whole number of 1 or more", file=file))
    elif isinstance(shipped, int):
        return int(given)
    return given


def _below(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _namespace(table: Any) -> Any:
    if isinstance(table, dict):
        return SimpleNamespace(**{name: _namespace(value) for name, value in table.items()})
    return table
