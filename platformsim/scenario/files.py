"""Finding, reading and merging scenario files."""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

from platformsim.errors import MISSING, Problem, ScenarioError, nearest, one_of


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
    path = Path(source)
    try:
        if path.suffix == ".toml" and path.is_file():
            return path
    except (OSError, ValueError):
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
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ScenarioError(Problem("TOML", MISSING, str(error), str(path))) from None
    except UnicodeDecodeError as error:
        raise ScenarioError(Problem("file", MISSING, f"is not UTF-8: {error}", str(path))) from None
    except OSError as error:
        raise ScenarioError(
            Problem("file", MISSING, f"cannot be read: {error.strerror}", str(path))
        ) from None


def resolved(table: dict[str, Any], file: str, seen: tuple[Path, ...]) -> dict[str, Any]:
    """Merge a table onto the scenario it ``extends``, and that onto its own, to the root.

    Tables merge key by key, lists of named rows row by row; everything else is replaced.
    """
    parent = table.pop("extends", None)
    if parent is None:
        return table
    if not isinstance(parent, str):
        allowed = "must be the name or path of a scenario"
        raise ScenarioError(Problem("extends", parent, allowed, file))
    near = Path(file).parent / parent if file else Path(parent)
    path = near if near.suffix == ".toml" and near.is_file() else find(parent)
    if path in seen:
        raise ScenarioError(Problem("extends", parent, "must not lead back to the same file", file))
    return _merged(resolved(read(path), str(path), (*seen, path)), table)


def _merged(base: Any, over: Any) -> Any:
    if isinstance(base, dict) and isinstance(over, dict):
        return {
            key: _merged(base[key], over[key])
            if key in base and key in over
            else over.get(key, base.get(key))
            for key in (*base, *(key for key in over if key not in base))
        }
    if _named(base) and _named(over):
        rows = {row["name"]: row for row in base}
        for row in over:
            rows[row["name"]] = _merged(rows.get(row["name"], {}), row)
        return list(rows.values())
    return over


def _named(rows: Any) -> bool:
    return isinstance(rows, list) and all(
        isinstance(row, dict) and isinstance(row.get("name"), str) for row in rows
    )
