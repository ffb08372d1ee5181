"""What a verb does before its study is even imported."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from platformsim.scenario import Scenario


def prepared(
    verb: str,
    source: str,
    path: Path | None,
    options: Mapping[str, Any],
) -> tuple[Scenario, Path]:
    """Load a scenario, find out whether results can be written, and have workers get ready.

    The study itself takes a second to import: who mistypes a name need not wait for it, and the
    workers' modules are imported in the meantime.

    Parameters
    ----------
    verb, source : str
    path : Path or None
        The folder asked for.
    options : mapping
        Of the verb: ``workers``, ``start_method`` and ``dask`` say which workers to get ready.

    Returns
    -------
    (Scenario, Path)
        The scenario, and the folder wanted for what ``verb`` finds; unset: in ``results``.
    """
    from platformsim.results.folder import probe
    from platformsim.scenario import load
    from platformsim.studies.pool import start_server

    scenario = load(source)
    # A scenario may be named anything, or not at all; a folder may not.
    name = "-".join(re.findall(r"\w+", scenario.name)) or Path(source).stem
    path = path or Path("results") / f"{verb}-{name}"
    probe(path)
    if not options.get("dask"):
        start_server(options.get("workers"), options.get("start_method"))
    return scenario, path
