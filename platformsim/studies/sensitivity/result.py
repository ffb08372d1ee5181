"""What came out of a sensitivity analysis."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from platformsim.results import Folder
from platformsim.scenario import Scenario
from platformsim.studies.factors import DUMMY
from platformsim.studies.keep import keep
from platformsim.studies.sensitivity.designs import Design
from platformsim.studies.sensitivity.indices import MAIN
from platformsim.views.gallery import Gallery
from platformsim.views.sensitivity import sensitivity_gallery

# Shares of luck in the means above which more replicates are wanted, and nothing else is seen.
_NOISY, _LUCK = 0.05, 0.5


def _advice(left: float) -> str:
    if left > _LUCK:
        return " These indices are luck's more than the settings': take many more replicates."
    return " Take more replicates." if left > _NOISY else ""


@dataclass(frozen=True)
class Sensitivity:
    """Which factors move an outcome, and how sure that is.

    Attributes
    ----------
    source : Scenario or None
        None when a function was analysed.
    design : Design
    indices : DataFrame
        One row an outcome, factor and index: ``outcome``, ``factor``, ``partner`` (of an index of
        two factors), ``index``, ``value``, ``low``, ``high``, ``rank``. An outcome is a metric, a
        metric in an arm (``metric@arm``) or the paired difference (``metric@arm-base``).
    noise : DataFrame
        What share of each outcome's variance is the seeds'; see
        :func:`platformsim.studies.sensitivity.indices.noise_of`.
    curves : DataFrame
        For one factor at a time, the outcome along each factor; else empty.
    factors : DataFrame
        ``factor``, ``values``, ``base``, ``unit``.
    runs : DataFrame
        One row a point and seed.
    left_out : tuple of (str, str)
        Parameters that were left out, and why.
    options : dict
        What it takes to repeat it.
    name : str
        Title of the scenario, or name of the function.
    """

    source: Scenario | None
    design: Design
    indices: pd.DataFrame
    noise: pd.DataFrame
    curves: pd.DataFrame
    factors: pd.DataFrame
    runs: pd.DataFrame
    left_out: tuple[tuple[str, str], ...]
    options: dict[str, Any]
    name: str = ""

    @property
    def method(self) -> str:
        """``ofat``, ``morris`` or ``sobol``."""
        return self.design.method

    @property
    def main(self) -> str:
        """The index by which factors are ranked."""
        return MAIN[self.method]

    @property
    def outcomes(self) -> list[str]:
        """What was analysed; where arms are compared the paired differences stand first."""
        names = list(dict.fromkeys(self.indices["outcome"]))
        return sorted(names, key=lambda name: "-" not in name.partition("@")[2])

    @property
    def title(self) -> str:
        """What was asked."""
        return f"What moves {self.outcomes[0].partition('@')[0]}: {self.name}"

    def is_dummy_last(self, outcome: str) -> bool:
        """Return whether no factor moves an outcome less than the one that does nothing."""
        rows = self.indices[
            (self.indices["outcome"] == outcome) & (self.indices["index"] == self.main)
        ]
        values = rows.set_index("factor")["value"]
        return DUMMY not in values or not (values < values[DUMMY]).any()

    def to_frame(self) -> pd.DataFrame:
        """Return the indices."""
        return self.indices

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return all tables by the name of their file."""
        found = {
            "indices": self.indices, "noise": self.noise, "curves": self.curves,
            "factors": self.factors, "runs": self.runs, "design": self.design.frame(),
        }  # fmt: skip
        return {name: frame for name, frame in found.items() if len(frame)}

    def notes(self) -> list[str]:
        """Return what a reader must know beside the table."""
        seeds = self.runs["seed"].nunique()
        lines = [f"{len(self.design)} points, {seeds} seeds at each, the same at all points."]
        parts = self.noise.set_index(["outcome", "part"])["value"]
        for name in self.outcomes:
            seed, left = parts[name, "seed"], parts[name, "seed_in_means"]
            if seed == seed:
                lines.append(
                    f"{name}: {seed:.0%} of a single run's variance is its seed's; of the variance "
                    f"between points, {left:.1%} is what luck is left in the means." + _advice(left)
                )
            if not self.is_dummy_last(name):
                lines.append(
                    f"{name}: some factors rank below the dummy, which does nothing: the design is "
                    "too small, or the runs do not repeat."
                )
            rows = self.indices[self.indices["outcome"] == name]
            if rows["value"].isna().all() or not rows["value"].any():
                lines.append(f"{name} is the same at all points: no factor moves it.")
        reasons: dict[str, list[str]] = {}
        for key, reason in self.left_out:
            reasons.setdefault(reason, []).append(key)
        lines += [f"Left out ({why}): {', '.join(keys)}." for why, keys in reasons.items()]
        return lines

    def plot(self) -> Gallery:
        """Draw the indices and, for one factor at a time, the curves."""
        return sensitivity_gallery(
            self.indices, self.noise, self.curves, self.factors, self.outcomes, self.main,
            self.title,
        )  # fmt: skip

    def save(self, path: str | Path) -> Path:
        """Write tables, figures, scenario and manifest to a new folder; return its path."""
        if self.source is not None:
            return keep("sensitivity", self.source, self.options, self, Path(path))
        with Folder(Path(path)) as folder:
            for name, frame in self.tables().items():
                folder.table(name, frame)
            for name, figure in self.plot().items():
                folder.figure(name, figure)
            folder.manifest("sensitivity", self.options, {"defined_in_python": [self.name]})
        return folder.path

    def _repr_html_(self) -> str:
        return self.indices.to_html(index=False)
