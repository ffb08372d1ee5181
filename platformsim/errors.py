"""Every failure that a user can cause, and the one message that explains it."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Iterable
from dataclasses import dataclass


class PlatformsimError(Exception):
    """Base of all errors raised on purpose; the command line prints it without a traceback."""


@dataclass(frozen=True)
class Problem:
    """One mistake: where it is, what was found and what is allowed there."""

    key: str
    value: object
    allowed: str
    file: str = ""
    nearest: str | None = None

    def __str__(self) -> str:
        where = f"{self.file}: {self.key}" if self.file else self.key
        found = "" if self.value is MISSING else f" (got {_short(self.value)})"
        hint = f"; did you mean {self.nearest!r}?" if self.nearest else ""
        return f"{where}: {self.allowed}{found}{hint}"


class _Missing:
    def __repr__(self) -> str:
        return "nothing"


MISSING = _Missing()


def _short(value: object, width: int = 60) -> str:
    try:
        text = repr(value)
    except (ValueError, RecursionError):
        # Python refuses to write out integers of thousands of digits, and endless nesting.
        text = f"a {type(value).__name__} too large to show"
    return text if len(text) <= width else text[: width - 3] + "..."


class ScenarioError(PlatformsimError):
    """A scenario, a setting or an argument is wrong; carries all its problems at once."""

    def __init__(self, problems: Iterable[Problem] | Problem):
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self):
        return type(self), (self.problems,)


class ResultError(PlatformsimError):
    """A results folder is missing, incomplete or does not repeat."""


class ConservationError(PlatformsimError):
    """A month's payments do not balance: money was made or lost by the program itself."""


def nearest(name: object, known: Iterable[str]) -> str | None:
    """Return the known name closest to a misspelt one, or None when nothing is near."""
    return _nearest(name, tuple(known)) if isinstance(name, str) else None


@functools.lru_cache(maxsize=1024)
def _nearest(name: str, known: tuple[str, ...]) -> str | None:
    # Remembered, because a scenario is checked anew with the settings of each of its arms.
    if name in known:
        return None
    close = difflib.get_close_matches(name, known, 1, 0.6)
    if close:
        return close[0]
    tails = {entry.rsplit(".", 1)[-1]: entry for entry in known}
    close = difflib.get_close_matches(name.rsplit(".", 1)[-1], list(tails), 1, 0.75)
    return tails[close[0]] if close else None


def one_of(names: Iterable[str]) -> str:
    """Write the allowed names as a phrase."""
    names = sorted(names)
    return "must be one of " + ", ".join(names) if names else "nothing is allowed here"
