"""From the runs of a design to its tables; an incomplete design is refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from platformsim.errors import PlatformsimError, Problem, ScenarioError, nearest, one_of
from platformsim.studies.sensitivity.designs import Design
from platformsim.studies.sensitivity.indices import curves_of, indices_of, noise_of

_NOT_OUTCOMES = {"point", "seed", "error"}
_MOST_SHOWN = 8


class IncompleteError(PlatformsimError):
    """Runs of a design are missing, and indices without them would be wrong.

    Attributes
    ----------
    missing : DataFrame
        What must be run again: ``point``, ``seed``, a column a factor, ``error``.
    runs : DataFrame
        What was run.
    identity : str
        Hash of the design and of what was run.
    options : dict
        Of the study.
    """

    identity = ""

    def __init__(self, missing: pd.DataFrame, runs: pd.DataFrame, total: int):
        self.missing, self.runs, self.options = missing, runs, {}
        lines = [
            f"the design is incomplete: {len(missing)} of {total} runs are missing, and no index "
            "can be had without them. Run again:"
        ]
        for row in missing.head(_MOST_SHOWN).to_dict("records"):
            error, point, seed = row.pop("error"), row.pop("point"), row.pop("seed")
            settings = ", ".join(f"{key}={_short(value)}" for key, value in row.items())
            lines.append(f"  point {point}, seed {seed}: {settings}: {error}")
        if len(missing) > _MOST_SHOWN:
            lines.append(f"  ... and {len(missing) - _MOST_SHOWN} more")
        super().__init__("\n".join(lines))


def _short(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def missing_from(design: Design, runs: pd.DataFrame, seeds: Sequence[int]) -> pd.DataFrame:
    """Return the rows of a design that have no run, or one that failed."""
    good = runs[runs["error"] == ""]
    done = set(zip(good["point"].tolist(), good["seed"].tolist(), strict=True))
    failed = dict(
        zip(zip(runs["point"].tolist(), runs["seed"].tolist(), strict=True), runs["error"],
            strict=True)
    )  # fmt: skip
    rows = [
        {"point": point, "seed": seed, **design.values[point],
         "error": failed.get((point, seed)) or "there is no such run"}
        for point in range(len(design)) for seed in seeds if (point, seed) not in done
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["point", "seed", *design.names, "error"])


def analysed(
    design: Design,
    runs: pd.DataFrame,
    seeds: Iterable[int],
    outcomes: Sequence[str] | None = None,
) -> dict[str, pd.DataFrame]:
    """Return the tables of a sensitivity analysis.

    Rows of the runs are found by their point and seed, never by their place.

    Parameters
    ----------
    design : Design
    runs : DataFrame
        ``point``, ``seed``, outcomes and ``error``.
    seeds : iterable of int
        Seeds that every point must have.
    outcomes : sequence of str, optional
        Unset: all.

    Returns
    -------
    dict of str to DataFrame
        ``indices``, ``noise`` and, for one factor at a time, ``curves``; each with the column
        ``outcome``.

    Raises
    ------
    IncompleteError
        When runs are missing or failed.
    ScenarioError
        When an outcome does not exist, or is not defined in all runs.
    """
    seeds = list(seeds)
    missing = missing_from(design, runs, seeds)
    if len(missing):
        raise IncompleteError(missing, runs, len(design) * len(seeds))
    there = [name for name in runs.columns if name not in _NOT_OUTCOMES]
    for name in outcomes or ():
        if name not in there:
            raise ScenarioError(
                Problem("metric", name, one_of(there), nearest=nearest(name, there))
            )
    parts: dict[str, list[pd.DataFrame]] = {}
    for name in outcomes or there:
        table = runs.pivot(index="point", columns="seed", values=name)
        values = table.loc[range(len(design)), seeds].to_numpy(float)
        undefined = int((~np.isfinite(values)).sum())
        if undefined:
            allowed = (
                f"is not defined in {undefined} of {values.size} runs, so it has no indices; "
                "narrow the ranges or take another metric"
            )
            raise ScenarioError(Problem("metric", name, allowed))
        found = {"indices": indices_of(design, values), "noise": noise_of(design, values)}
        if design.method == "ofat":
            found["curves"] = curves_of(design, values)
        for kind, frame in found.items():
            frame.insert(0, "outcome", name)
            parts.setdefault(kind, []).append(frame)
    return {kind: pd.concat(frames, ignore_index=True) for kind, frames in parts.items()}
