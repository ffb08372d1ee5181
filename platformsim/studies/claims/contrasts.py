"""Which two arms of which scenario test a claim, and which two should show nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from platformsim.scenario import shipped
from platformsim.scenario.files import resolved
from platformsim.scenario.reading import read
from platformsim.studies.claims.register import Claim


@dataclass(frozen=True)
class Stated:
    """A prediction about a claim, and the scenario that states it.

    Attributes
    ----------
    scenario : str
    place : int
        Which of the scenario's predictions, from 0.
    control : bool
    """

    scenario: str
    place: int
    control: bool


def stated() -> dict[str, list[Stated]]:
    """Return the predictions of all shipped scenarios by claim, as the files order them."""
    found: dict[str, list[Stated]] = {}
    for name, (_, table) in _tables().items():
        for place, row in enumerate(table.get("predictions", ())):
            entry = Stated(name, place, bool(row.get("control", False)))
            found.setdefault(str(row.get("claim", "")), []).append(entry)
    return found


def contrasts(claims: list[Claim]) -> dict[str, tuple[Stated | None, Stated | None]]:
    """Return each claim's contrast and negative control.

    They are the first prediction and the first control in the scenario that the register names;
    where that one states none, in the next, and after those in any other by name. The flagship,
    which states predictions for many claims, thus comes last.

    Parameters
    ----------
    claims : list of Claim

    Returns
    -------
    dict of str to (Stated or None, Stated or None)
        By id.
    """
    known, ids = stated(), {name: id_ for name, (id_, _) in _tables().items()}
    found = {}
    for claim in claims:
        order = {id_: place for place, id_ in enumerate(claim.scenarios)}
        rows = sorted(known.get(claim.id, ()), key=lambda row: order.get(ids[row.scenario], 99))
        found[claim.id] = (
            next((row for row in rows if not row.control), None),
            next((row for row in rows if row.control), None),
        )
    return found


def _tables() -> dict[str, tuple[str, dict[str, Any]]]:
    """Return each scenario's id, which its first line begins with, and its resolved table."""
    found = {}
    for name, path in shipped().items():
        first = path.read_text(encoding="utf-8").partition("\n")[0]
        id_ = re.match(r"# (S\d\d)\b", first)
        found[name] = (id_[1] if id_ else "", resolved(read(path), str(path), (path,)))
    return found
