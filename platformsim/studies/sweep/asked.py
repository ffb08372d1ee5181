"""From what the caller says, and what a folder holds, to a plan."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from platformsim.errors import MISSING, Problem, ScenarioError
from platformsim.results.folder import SCENARIO
from platformsim.scenario import Scenario, load
from platformsim.studies.sweep.designs import Points, designed, tabled, whole_where_needed
from platformsim.studies.sweep.ledger import LOCK, Ledger
from platformsim.studies.sweep.plan import Plan, planned, refuse_to_mix

REPLICATES = 20


@dataclasses.dataclass(frozen=True)
class Kept:
    """What a folder knows of its sweep; ``facts`` is empty when it was given up before it began."""

    facts: dict[str, Any]
    scenario: Scenario | None = None
    points: Points | None = None


def kept(folder: Path) -> Kept:
    """Read what a folder knows of its sweep.

    Raises
    ------
    ScenarioError, ResultError
        When it is no folder of a sweep.
    """
    if not folder.is_dir():
        raise ScenarioError(Problem("resume", str(folder), "is no folder"))
    if {file.name for file in folder.iterdir()} <= {SCENARIO, LOCK}:
        return Kept({})
    with Ledger(folder) as ledger:
        facts, points = ledger.facts(), ledger.points()
    if not facts:
        return Kept({})
    return Kept(facts, dataclasses.replace(load(folder / SCENARIO), arm=facts["arm"]), points)


def asked(
    scenario: Any,
    over: Mapping[str, Any] | None,
    folder: Path | None,
    *,
    arms: Sequence[str] | None,
    replicates: int | None,
    seed: int | None,
    changes: dict[str, Any] | None,
    design: str,
    points: int | None,
    table: Any,
    keep_series: bool,
) -> tuple[Plan, dict[str, Any]]:
    """Return the plan that is asked for and how its design came about.

    See :func:`platformsim.studies.sweep.sweep`. What is not said is as in ``folder``, where that is
    resumed.

    Raises
    ------
    ScenarioError
        When something is wrong, or runs of two sweeps would be mixed.
    """
    before = kept(folder) if folder is not None else Kept({})
    chosen = before.scenario if scenario is None else scenario
    if chosen is None:
        raise ScenarioError(Problem("scenario", MISSING, "must be given, or a sweep to resume"))
    chosen = chosen if isinstance(chosen, Scenario) else load(chosen)
    fixed = {**(changes or {}), **({} if seed is None else {"run.seed": seed})}
    chosen = chosen.with_settings(fixed) if fixed else chosen
    facts = {"arms": None, "replicates": REPLICATES, "keep_series": keep_series, **before.facts}
    rows, options = _points(chosen, over, table, design, points, before.points)
    plan = planned(
        chosen,
        rows,
        arms=facts["arms"] if arms is None else arms,
        replicates=facts["replicates"] if replicates is None else replicates,
        keep_series=facts["keep_series"],
    )
    if before.facts:
        refuse_to_mix(plan, before.facts, folder, before.scenario)
    return plan, options or facts["options"]


def _points(
    scenario: Scenario,
    over: Mapping[str, Any] | None,
    table: Any,
    design: str,
    points: int | None,
    before: Points | None,
) -> tuple[Points, dict[str, Any] | None]:
    if table is not None:
        _refuse_beside_table(over, design, points)
        rows = whole_where_needed(scenario, tabled(table))
        name = str(table) if isinstance(table, str | Path) else ""
        return rows, {"design": "table", "table": name, "points": len(rows)}
    if before is not None and over is None:
        return before, None
    rows = designed(scenario, over, design=design, points=points, seed=scenario.run.seed)
    texts = {key: given if isinstance(given, str) else str(list(given)) for key, given in
             over.items()}  # fmt: skip
    return rows, {"design": design, "over": texts, "points": len(rows)}


def _refuse_beside_table(over: Any, design: str, points: int | None) -> None:
    allowed = "cannot be had beside a table, which is a design of its own"
    if over:
        raise ScenarioError(Problem("over", list(over), allowed))
    if points is not None:
        raise ScenarioError(Problem("points", points, allowed))
    if design != "grid":
        raise ScenarioError(Problem("design", design, allowed))
