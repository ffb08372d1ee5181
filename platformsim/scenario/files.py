"""Finding, reading and merging scenario files."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

from platformsim.errors import MISSING, Problem, ScenarioError, nearest, one_of
from platformsim.scenario.merging import merged
from platformsim.scenario.presets import with_presets
from platformsim.scenario.reading import read

_DEEPEST = 16


def shipped() -> dict[str, Path]:
    """Return the scenarios that come with the package, by name."""
    folder = Path(str(resources.files("platformsim"))) / "scenarios"
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def label(path: Path) -> str:
    """Return how a file is named in messages: shipped ones by their bare name."""
    return path.name if path.parent == next(iter(shipped().values())).parent else str(path)


def find(source: str | Path) -> Path:
    """Return the file of a shipped scenario's name, or of a path.

    Raises
    ------
    ScenarioError
        When it is neither.
    """
    names = shipped()
    if str(source) in names:
        return names[str(source)]
    try:
        path = Path(source)
        if path.suffix == ".toml" and path.is_file():
            return path
    except (OSError, ValueError, TypeError):
        pass
    allowed = f"is no TOML file and no shipped scenario; {one_of(names)}"
    raise ScenarioError(
        Problem("scenario", str(source), allowed, nearest=nearest(str(source), names))
    )


def resolved(table: dict[str, Any], file: str, seen: tuple[Path, ...]) -> dict[str, Any]:
    """Merge a table onto the scenario it ``extends``, and that onto its own, to the root.

    Tables merge key by key, lists of named rows row by row; everything else is replaced.
    """
    if odd := list(_oddities(table, "", file)):
        raise ScenarioError(odd)
    parent = table.get("extends")
    table = {key: entry for key, entry in table.items() if key != "extends"}
    if parent is None:
        return with_presets(table, file)
    if not isinstance(parent, str):
        allowed = "must be the name or path of a scenario"
        raise ScenarioError(Problem("extends", parent, allowed, file))
    path = _parent(parent, file)
    if any(path.samefile(known) for known in seen):
        raise ScenarioError(Problem("extends", parent, "must not lead back to the same file", file))
    own = with_presets(table, file)
    return merged(resolved(read(path), str(path), (*seen, path)), own)


def _parent(name: str, file: str) -> Path:
    near = Path(file).parent / name if file else Path(name)
    try:
        if near.suffix == ".toml" and near.is_file():
            return near
    except (OSError, ValueError):
        pass
    try:
        return find(name)
    except ScenarioError as error:
        problem = dataclasses.replace(error.problems[0], key="extends", file=file)
        raise ScenarioError(problem) from None


def _oddities(node: Any, key: str, file: str, depth: int = 0) -> Iterator[Problem]:
    """Find what no later check expects: only tables made in Python can hold most of it."""
    if depth > _DEEPEST:
        yield Problem(key[:60], MISSING, "is nested too deeply", file)
    elif isinstance(node, dict):
        for name, entry in node.items():
            if not isinstance(name, str) or not _is_writable(name):
                yield Problem(key or "file", name, "names must be plain text", file)
            else:
                yield from _oddities(entry, f"{key}.{name}".strip("."), file, depth + 1)
    elif isinstance(node, list):
        for place, entry in enumerate(node):
            yield from _oddities(entry, f"{key}.{place}", file, depth + 1)
    elif isinstance(node, str) and not _is_writable(node):
        yield Problem(key, node, "cannot be written as UTF-8", file)


def _is_writable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
