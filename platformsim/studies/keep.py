"""Writing a study's results folder: tables, figures, the scenario, and how to repeat it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import pandas as pd
import tomli_w

from platformsim.results import Folder
from platformsim.results.folder import SCENARIO
from platformsim.scenario import Scenario
from platformsim.views import Gallery


class Study(Protocol):
    """What a study's result can do."""

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables by the name of their file."""
        ...

    def plot(self) -> Gallery:
        """Draw the result."""
        ...


def keep(verb: str, scenario: Scenario, options: dict[str, Any], study: Study, path: Path) -> Path:
    """Write a results folder and return its path.

    Parameters
    ----------
    verb : str
        The study.
    scenario : Scenario
        With all its arms; written as resolved.
    options : dict
        What it takes to repeat the study on that scenario.
    study : Study
    path : Path
        Where; the next free number is appended if it exists.
    """
    with Folder(path) as folder:
        for name, frame in study.tables().items():
            folder.table(name, frame)
        for name, figure in study.plot().items():
            folder.figure(name, figure)
        folder.text(SCENARIO, tomli_w.dumps(scenario.table))
        in_python = [mechanism.name for mechanism in scenario.extra_mechanisms]
        in_python += sorted(scenario.extra_strategies)
        folder.manifest(
            verb,
            options,
            {
                "scenario": scenario.name,
                "arm": scenario.arm,
                "fingerprint": scenario.fingerprint,
                "defined_in_python": in_python,
                "command": f"platformsim rerun {folder.path}",
            },
        )
    return folder.path
