"""Keeping the runs of a design of which some failed, so that only those are run again."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pandas as pd

from platformsim.errors import ResultError
from platformsim.results import Folder, read_table
from platformsim.results.folder import read_manifest
from platformsim.studies.model_function import ModelFunction
from platformsim.studies.sensitivity.analysis import IncompleteError
from platformsim.studies.sensitivity.designs import Design

VERB = "sensitivity (incomplete)"


def fingerprint(design: Design, function: Any) -> str:
    """Return a hash of a design and of the function that it is about."""
    about: Any = getattr(function, "__qualname__", repr(type(function)))
    if isinstance(function, ModelFunction):
        about = [function.scenario.fingerprint, function.metrics, function.arms]
    text = json.dumps([about, design.values], default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def save_unfinished(error: IncompleteError, path: Path) -> Path:
    """Write the runs of an incomplete design to a new folder; return its path."""
    with Folder(path) as folder:
        folder.table("runs", error.runs)
        folder.table("missing", error.missing.astype({"error": "str"}))
        folder.manifest(VERB, error.options, {"identity": error.identity})
    return folder.path


def runs_of(known: IncompleteError | str | Path, identity: str) -> pd.DataFrame:
    """Return the runs that an attempt at the same design made.

    Raises
    ------
    ResultError
        When they belong to another design, or to none.
    """
    if isinstance(known, IncompleteError):
        theirs, runs = known.identity, known.runs
    else:
        manifest = read_manifest(Path(known))
        if manifest["verb"] != VERB:
            raise ResultError(f"{known}: holds no incomplete design, but a {manifest['verb']}")
        theirs, runs = manifest.get("identity"), read_table(Path(known), "runs")
    if theirs != identity:
        raise ResultError("known: its runs belong to another design, scenario, metric or seed")
    return runs
