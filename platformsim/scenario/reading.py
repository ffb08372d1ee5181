"""Reading a TOML file, or saying what is wrong with it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from platformsim.errors import MISSING, Problem, ScenarioError


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
