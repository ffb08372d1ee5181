"""The register of claims, as it comes with the package."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from platformsim.errors import Problem, ResultError, ScenarioError, one_of

_FILE = Path("seeds") / "claims.toml"


@dataclass(frozen=True)
class Hinge:
    """A setting on which a verdict may hang, and the range in which to look."""

    key: str
    low: float
    high: float


@dataclass(frozen=True)
class Claim:
    """One claim of the register; its file explains every field.

    Attributes
    ----------
    control_note : str
        Why its negative control holds although it should not, where it does.
    scenarios : tuple of str
        Ids of the scenarios that test it, S00 to S30.
    hinges : tuple of Hinge
    """

    id: str
    title: str
    claim: str
    document: str
    locator: str
    voice: str
    mechanism: str
    emerges_from: tuple[str, ...]
    rule: str
    prediction: str
    negative_control: str
    control_note: str
    status: str
    scenarios: tuple[str, ...]
    hinges: tuple[Hinge, ...]


def register_file() -> Path:
    """Return where the register is: in the installed package, or beside it in the repository.

    Raises
    ------
    ResultError
        When it is in neither place.
    """
    package = Path(str(resources.files("platformsim")))
    for folder in (package, package.parent):
        if (folder / _FILE).is_file():
            return folder / _FILE
    raise ResultError(f"{_FILE}: is neither in {package} nor beside it")


def register() -> dict[str, Claim]:
    """Return all claims by id, in the order of the register."""
    rows = tomllib.loads(register_file().read_text(encoding="utf-8"))["claims"]
    return {row["id"]: _claim(row) for row in rows}


def _claim(row: dict[str, Any]) -> Claim:
    texts = {
        name: _one_line(row.get(name, ""))
        for name in Claim.__dataclass_fields__
        if name not in ("scenarios", "hinges", "emerges_from")
    }
    return Claim(
        **texts,
        emerges_from=tuple(row.get("emerges_from", ())),
        scenarios=tuple(re.findall(r"S\d\d", row.get("scenario", ""))),
        hinges=tuple(Hinge(**hinge) for hinge in row.get("hinges", ())),
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())


def chosen(ids: Sequence[str] = ()) -> list[Claim]:
    """Return claims by id, in the order of the register; without ids, all.

    Raises
    ------
    ScenarioError
        When there is no such claim.
    """
    claims = register()
    wanted = [str(entry).upper() for entry in ids]
    for entry in wanted:
        if entry not in claims:
            raise ScenarioError(Problem("claims", entry, one_of(claims)))
    return [claim for claim in claims.values() if not wanted or claim.id in wanted]
