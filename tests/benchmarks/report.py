"""What was measured: rows, ratios by name, and the machine; as a table or as JSON."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from timing import Ratio

RATIOS = {
    "kernel_vs_c": "our speed over that of C, one thread, 3 platforms, 2 tastes",
    "kernel_vs_c_least": "the same, least of all numbers of platforms and tastes",
    "kernel_vs_numpy": "our speed, one thread, over that of the numpy reference",
    "kernel_vs_mesa": "our speed, one thread, over that of plain Mesa",
    "kernel_vs_mesa_frames": "our speed, one thread, over that of mesa-frames",
    "kernel_vs_agentpy": "our speed, one thread, over that of AgentPy",
    "kernel_vs_amber": "our speed, one thread, over that of AMBER",
    "kernel_vs_jax": "our speed, one thread, over that of JAX",
    "step_vs_mesa": "whole step of llama3, all decide, all cores, over Mesa, a decision",
    "step_vs_mesa_frames": "the same over mesa-frames",
    "step_vs_mesa_a_tenth_decides": "as step_vs_mesa, a tenth of the agents deciding",
    "step_vs_mesa_frames_a_tenth_decides": "the same over mesa-frames",
    "threads_2_vs_1": "speed of the kernel on two threads over that on one",
    "step_threads_2_vs_1": "speed of the whole step on two threads over that on one",
    "bytes_per_user": "bytes a user of llama3, no graph: the larger of arrays and peak growth",
    "graph_step_ratio": "time of a step with a graph over without: the larger of the two graphs",
    "graph_step_ratio_watts_strogatz": "time of a step with this graph over without",
    "graph_step_ratio_barabasi_albert": "time of a step with this graph over without",
    "cohort_step_ratio": "time of a step of cohorts with 3.3e9 users over that with 3.3e4",
}
_PACKAGES = ("numpy", "numba", "scipy", "mesa", "agentpy", "ambr", "jax", "polars")


@dataclass(frozen=True)
class Row:
    """One measurement.

    Attributes
    ----------
    section, name : str
    median, least : float
        Over the repetitions.
    unit : str
    n : int
        Users, or 0 where the measurement has no size.
    repetitions : int
    note : str
    """

    section: str
    name: str
    median: float
    least: float
    unit: str
    n: int = 0
    repetitions: int = 1
    note: str = ""


class Report:
    """Collects what the sections measure."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.ratios: dict[str, Ratio | None] = dict.fromkeys(RATIOS)
        self.reasons = dict.fromkeys(RATIOS, "not asked for")

    def times(
        self, section: str, name: str, seconds: Any, unit: str, n: int, per: float, note: str = ""
    ) -> None:
        """Add a row of times, in a unit of s, ms or ns, divided by ``per`` decisions."""
        values = np.atleast_1d(seconds) * {"s": 1.0, "ms": 1e3, "ns": 1e9}[unit.split("/")[0]] / per
        self.rows.append(
            Row(section, name, float(np.median(values)), float(values.min()), unit, n,
                len(values), note)
        )  # fmt: skip

    def value(self, section: str, name: str, value: float, unit: str, n: int = 0) -> None:
        """Add a row that is one number."""
        self.rows.append(Row(section, name, float(value), float(value), unit, n))

    def absent(self, section: str, name: str, reason: str, *ratios: str) -> None:
        """Add a row for what could not run, and say so of its ratios."""
        self.rows.append(Row(section, name, float("nan"), float("nan"), "", note=reason))
        for key in ratios:
            self.reasons[key] = reason

    def ratio(self, key: str, found: Ratio) -> None:
        """Note one of the named ratios."""
        self.ratios[key] = found
        del self.reasons[key]

    def as_json(self) -> dict[str, Any]:
        """Return everything as plain data: the ratios by name at the top."""
        rows = [asdict(row) for row in self.rows]
        for row in rows:
            for key in ("median", "least"):
                row[key] = None if np.isnan(row[key]) else row[key]
        return {
            **{key: found and found.value for key, found in self.ratios.items()},
            "quartiles": {key: [r.low, r.high] for key, r in self.ratios.items() if r},
            "of_least_times": {key: r.least for key, r in self.ratios.items() if r},
            "reasons": self.reasons,
            "machine": machine(),
            "rows": rows,
        }

    def as_text(self) -> str:
        """Return the tables."""
        lines = [", ".join(f"{key} {value}" for key, value in machine().items() if value)]
        section = ""
        for row in self.rows:
            if row.section != section:
                section = row.section
                lines += ["", f"{section:<52}{'n':>11} {'median':>11} {'least':>11}  unit"]
            if np.isnan(row.median):
                lines.append(f"  {row.name:<50}{'-':>11} {'-':>11} {'-':>11}  {row.note}")
                continue
            n = f"{row.n:,}".replace(",", " ") if row.n else ""
            lines.append(
                f"  {row.name:<50}{n:>11} {_short(row.median):>11} {_short(row.least):>11}"
                f"  {row.unit}{'; ' + row.note if row.note else ''}"
            )
        lines += ["", f"{'ratio':<40}{'median':>8}  {'quartiles':<16} {'least':>6}"]
        for key, meaning in RATIOS.items():
            found = self.ratios[key]
            if found is None:
                lines.append(f"  {key:<38}{'-':>8}  {self.reasons[key]}")
                continue
            spread = f"{_short(found.low)} … {_short(found.high)}"
            numbers = f"{_short(found.value):>8}  {spread:<16} {_short(found.least):>6}"
            lines.append(f"  {key:<38}{numbers}  {meaning}")
        return "\n".join(lines)


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def machine() -> dict[str, Any]:
    """Name the machine and what it runs."""
    found: dict[str, Any] = {"processor": _processor(), "cores": os.cpu_count()}
    if hasattr(os, "getloadavg"):
        found["load"] = round(os.getloadavg()[0], 1)
    found |= {"system": platform.system(), "Python": sys.version.split()[0]}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = None
    return found


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
