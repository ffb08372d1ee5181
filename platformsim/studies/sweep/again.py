"""Making a sweep's folder again."""

from __future__ import annotations

from pathlib import Path

from platformsim.errors import ResultError
from platformsim.results.standing import StandingFolder
from platformsim.studies.sweep.asked import kept
from platformsim.studies.sweep.drive import make_runs
from platformsim.studies.sweep.engines import engine
from platformsim.studies.sweep.ledger import Ledger
from platformsim.studies.sweep.plan import planned
from platformsim.studies.sweep.result import Sweep, fill, standing


def sweep_again(
    folder: Path, scratch: Path, *, workers: int | None, progress: bool = True
) -> list[Path]:
    """Make all runs of a finished sweep anew, and write its tables elsewhere.

    Returns
    -------
    list of Path
        The tables.

    Raises
    ------
    ResultError
        When runs are still to be made.
    """
    known = kept(folder)
    if known.scenario is None:
        raise ResultError(f"{folder}: holds no sweep")
    said = {name: known.facts[name] for name in ("arms", "replicates", "keep_series")}
    plan = planned(known.scenario, known.points, **said)
    options = known.facts["options"]
    with Ledger(folder) as ledger:
        left = len(plan) - ledger.count() - len(ledger.failures())
    if left:
        raise ResultError(f"{folder}: is not finished: {left} runs are still to be made; resume it")
    made = engine(workers=workers, runs=len(plan))
    # What repeats a failed run names the folder in which it failed.
    result = Sweep(plan, scratch / "again", options, standing(folder))
    with StandingFolder(result.folder) as fresh, Ledger(fresh.path, writes=True) as ledger:
        try:
            make_runs(plan, options, ledger, made, progress)
        finally:
            made.stop()
        fill(fresh, result, figures=False)
    return sorted(result.folder.glob("*.parquet"))
