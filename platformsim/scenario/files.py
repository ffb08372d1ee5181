"""Finding, reading and merging scenario files."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

from platformsim.errors import MISSING, Problem, ScenarioError, nearest, one_of

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


def read(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises
    ------
    ScenarioError
        When it cannot be read or is not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise ScenarioError(Problem("file", MISSING, f"is not UTF-8: {error}", str(path))) from None
    except (ValueError, RecursionError) as error:
        # Beside what is no TOML: integers and nesting beyond what Python reads.
        raise ScenarioError(Problem("TOML", MISSING, str(error), str(path))) from None
    except OSError as error:
        raise ScenarioError(
            Problem("file", MISSING, f"cannot be read: {error.strerror}", str(path))
        ) from None


def resolved(table: dict[str, Any], file: str, seen: tuple[Path, ...]) -> dict[str, Any]:
    """Merge a table onto the scenario it ``extends``, and that onto its own, to the root.

    Tables merge key by key, lists of named rows row by row; everything else is replaced.
    """
    if odd := list(_oddities(table, "", file)):
        raise ScenarioError(odd)
    parent = table.get("extends")
    table = {key: entry for key, entry in table.items() if key != "extends"}
    if parent is None:
        return table
    if not isinstance(parent, str):
        allowed = "must be the name or path of a scenario"
        raise ScenarioError(Problem("extends", parent, allowed, file))
    path = _parent(parent, file)
    if any(path.samefile(known) for known in seen):
        raise ScenarioError(Problem("extends", parent, "must not lead back to the same file", file))
    return _merged(resolved(read(path), str(path), (*seen, path)), table)


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


def _merged(base: Any, over: Any) -> Any:
    if isinstance(base, dict) and isinstance(over, dict):
        return {
            key: _merged(base[key], over[key])
            if key in base and key in over
            else over.get(key, base.get(key))
            for key in (*base, *(key for key in over if key not in base))
        }
    if _named(base) and _named(over):
        # Rows that share a name are kept apart, for the checks to find.
        if len({row["name"] for row in over}) < len(over):
            return over
        rows = {row["name"]: row for row in base}
        for row in over:
            rows[row["name"]] = _merged(rows.get(row["name"], {}), row)
        return list(rows.values())
    return over


def _named(rows: Any) -> bool:
    return isinstance(rows, list) and all(
        isinstance(row, dict) and isinstance(row.get("name"), str) for row in rows
    )
