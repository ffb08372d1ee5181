"""Presets: named rows to start from, for every system that the two documents name."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from platformsim.errors import Problem, ScenarioError, nearest, one_of
from platformsim.scenario.merging import merged
from platformsim.scenario.reading import read

_KINDS = ("technologies", "platforms", "releasers")


@dataclass(frozen=True)
class Preset:
    """One preset.

    Attributes
    ----------
    name, kind : str
        Kind: technologies, platforms or releasers.
    stands_for : str
        What it is meant to be like.
    row : dict
        What a row says that names it, unless it says otherwise.
    """

    name: str
    kind: str
    stands_for: str
    row: dict[str, Any]


@functools.cache
def presets() -> dict[str, Preset]:
    """Return the presets by name."""
    folder, found = Path(str(resources.files("platformsim"))) / "presets", {}
    for kind in _KINDS:
        for name, row in read(folder / f"{kind}.toml").items():
            said = {key: value for key, value in row.items() if key != "stands_for"}
            found[name] = Preset(name, kind, row["stands_for"], said)
    return found


def with_presets(table: dict[str, Any], file: str = "") -> dict[str, Any]:
    """Return a scenario's table with every row's preset filled in.

    Raises
    ------
    ScenarioError
        When a row names a preset that there is not.
    """
    filled, problems = dict(table), []
    for kind in _KINDS:
        rows = table.get(kind)
        if not isinstance(rows, list) or not any(
            isinstance(row, dict) and "preset" in row for row in rows
        ):
            continue
        known = {name: preset.row for name, preset in presets().items() if preset.kind == kind}
        filled[kind] = []
        for row in rows:
            if not isinstance(row, dict) or "preset" not in row:
                filled[kind].append(row)
                continue
            wanted = row["preset"]
            if wanted not in known:
                key = f"{kind}.{row.get('name', len(filled[kind]))}.preset"
                hint = nearest(str(wanted), known)
                problems.append(Problem(key, wanted, one_of(known), file, hint))
                continue
            own = {key: value for key, value in row.items() if key != "preset"}
            filled[kind].append(merged(known[wanted], own))
    if problems:
        raise ScenarioError(problems)
    return filled
