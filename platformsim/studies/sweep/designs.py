"""Designs: which settings to try together."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from platformsim.errors import Problem, ScenarioError, nearest, one_of
from platformsim.scenario import Scenario
from platformsim.scenario.settings import is_open_key, known, parse

DESIGNS = ("grid", "lhs", "sobol")
Points = list[dict[str, Any]]
_NUMBER = r"[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_RANGE = re.compile(rf"({_NUMBER}):({_NUMBER})(?::(\d+))?")


@dataclass(frozen=True)
class Range:
    """Values from low to high, written ``low:high`` or ``low:high:levels``."""

    low: float
    high: float
    levels: int | None
    whole: bool

    def grid(self, key: str) -> list[Any]:
        """Return the levels, evenly spaced, ends included."""
        if self.levels is None:
            allowed = "needs the number of levels in a grid, low:high:levels"
            raise ScenarioError(Problem(key, f"{self.low:g}:{self.high:g}", allowed))
        values = np.linspace(self.low, self.high, self.levels).tolist()
        return list(dict.fromkeys(round(v) for v in values)) if self.whole else values

    def at(self, place: float) -> Any:
        """Return the value at a place in [0, 1)."""
        if self.whole:
            return int(self.low) + int(place * (int(self.high) - int(self.low) + 1))
        return self.low + place * (self.high - self.low)


def designed(
    scenario: Scenario,
    over: Mapping[str, Sequence[Any] | str],
    *,
    design: str,
    points: int | None,
    seed: int,
) -> Points:
    """Return the design points of some ranges and lists of values.

    Parameters
    ----------
    scenario : Scenario
        Says which parameters are whole numbers.
    over : mapping of str to sequence or str
        By dotted key: values; or as text ``low:high:levels``, ``low:high`` or ``v1,v2,v3``.
    design : str
        ``grid``: all combinations. ``lhs``: a Latin hypercube. ``sobol``: a scrambled Sobol
        sequence, best with a power of two. The latter two stretch ranges and spread lists evenly.
    points : int or None
        How many, for the latter two.
    seed : int
        Root seed of the design.

    Returns
    -------
    list of dict

    Raises
    ------
    ScenarioError
    """
    if not isinstance(over, Mapping) or not over:
        raise ScenarioError(Problem("over", over, "must name at least one setting"))
    if design not in DESIGNS:
        raise ScenarioError(
            Problem("design", design, one_of(DESIGNS), nearest=nearest(design, DESIGNS))
        )
    values = {key: _values(scenario, key, given) for key, given in over.items()}
    if design == "grid":
        if points is not None:
            raise ScenarioError(Problem("points", points, "belongs to the designs lhs and sobol"))
        levels = [v.grid(key) if isinstance(v, Range) else v for key, v in values.items()]
        return [dict(zip(values, row, strict=True)) for row in product(*levels)]
    if isinstance(points, bool) or not isinstance(points, int) or points < 1:
        allowed = f"the design {design} needs their number, at least 1"
        raise ScenarioError(Problem("points", points, allowed))
    places = _places(design, len(values), points, seed)
    return [
        {
            key: entry.at(place) if isinstance(entry, Range) else entry[int(place * len(entry))]
            for (key, entry), place in zip(values.items(), row, strict=True)
        }
        for row in places.tolist()
    ]


def _values(scenario: Scenario, key: str, given: Any) -> Range | list[Any]:
    if isinstance(given, str):
        return parsed(scenario, key, given)
    if isinstance(given, Iterable) and not isinstance(given, Mapping):
        values = [v.item() if isinstance(v, np.generic) else v for v in given]
        if values:
            return values
    raise ScenarioError(
        Problem(f"over.{key}", given, "must be a list of values, or low:high:levels")
    )


def parsed(scenario: Scenario, key: str, text: str) -> Range | list[Any]:
    """Read ``low:high:levels``, ``low:high`` or ``v1,v2,v3``."""
    found = _RANGE.fullmatch(text.strip())
    if not found:
        values = [parse(part.strip()) for part in text.split(",") if part.strip()]
        if values and not any(isinstance(v, str) and ":" in v for v in values):
            return values
        allowed = "must be low:high, low:high:levels or values with commas between"
        raise ScenarioError(Problem(f"over.{key}", text, allowed))
    low, high = float(found[1]), float(found[2])
    levels = int(found[3]) if found[3] else None
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ScenarioError(Problem(f"over.{key}", text, "must run from a number to a larger one"))
    if levels is not None and not 2 <= levels <= 100_000:
        raise ScenarioError(Problem(f"over.{key}", text, "must have 2 to 100000 levels"))
    parameter = known(scenario.table).get(key)
    whole = parameter is not None and parameter.kind is int
    if whole and not (low.is_integer() and high.is_integer()):
        raise ScenarioError(Problem(f"over.{key}", text, "must be whole numbers"))
    return Range(low, high, levels, whole)


def _places(design: str, keys: int, points: int, seed: int) -> np.ndarray:
    """Return places in the unit cube, (points, keys)."""
    from scipy.stats import qmc

    rng = np.random.default_rng([seed, 0x5EED])
    if design == "lhs":
        return qmc.LatinHypercube(keys, seed=rng).random(points)
    # A sequence has its balance in full powers of two; the first of them are any number's best.
    return qmc.Sobol(keys, seed=rng).random_base2(max(points - 1, 0).bit_length())[:points]


def tabled(table: Any) -> Points:
    """Return the design points of a table: a column a setting, a row a point.

    Parameters
    ----------
    table : DataFrame, sequence of dict, or path of a CSV file
        An empty cell leaves the setting as the scenario has it.

    Raises
    ------
    ScenarioError
    """
    if isinstance(table, str | Path):
        rows = _csv(Path(table))
    elif isinstance(table, pd.DataFrame):
        rows = [dict(zip(map(str, table.columns), row, strict=True))
                for row in table.itertuples(index=False, name=None)]  # fmt: skip
    elif isinstance(table, Sequence) and all(isinstance(row, Mapping) for row in table):
        rows = [dict(row) for row in table]
    else:
        allowed = "must be a data frame, a list of dicts or the path of a CSV file"
        raise ScenarioError(Problem("table", table, allowed))
    if not rows or not any(rows):
        raise ScenarioError(Problem("table", str(table)[:60], "has no rows"))
    return [{key: _plain(v) for key, v in row.items() if not _is_empty(v)} for row in rows]


def _csv(path: Path) -> Points:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            head, *body = list(csv.reader(file)) or [[]]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise ScenarioError(Problem("table", str(path), f"cannot be read: {reason}")) from None
    head = [name.strip() for name in head]
    if len(set(head)) < len(head) or not all(head):
        raise ScenarioError(
            Problem("table", head, "every column needs a name of its own", str(path))
        )
    for number, row in enumerate(body, 2):
        if row and len(row) != len(head):
            allowed = f"must have {len(head)} cells, as the first line has"
            raise ScenarioError(Problem(f"line {number}", row, allowed, str(path)))
    return [
        {key: parse(cell.strip()) for key, cell in zip(head, row, strict=True) if cell.strip()}
        for row in body
        if row
    ]


def _is_empty(value: Any) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def whole_where_needed(scenario: Scenario, points: Points) -> Points:
    """Write 3.0 as 3 where the parameter is a whole number: tables with gaps hold no integers."""
    kinds = {key: entry.kind for key, entry in known(scenario.table).items()}
    return [
        {
            key: int(v) if kinds.get(key) is int and isinstance(v, float) and v.is_integer() else v
            for key, v in point.items()
        }
        for point in points
    ]


def check_keys(scenario: Scenario, points: Points) -> list[str]:
    """Return the swept keys, in order of appearance; refuse unknown ones, all at once.

    Raises
    ------
    ScenarioError
    """
    keys = list(dict.fromkeys(key for point in points for key in point))
    valid = known(scenario.table)
    wrong = [key for key in keys if key not in valid and not is_open_key(key, scenario.table)]
    if wrong:
        allowed = "unknown setting; `platformsim show` lists them"
        tried = {key: value for point in points for key, value in point.items()}
        raise ScenarioError(
            Problem(key, tried[key], allowed, scenario.file, nearest(key, valid)) for key in wrong
        )
    return keys
