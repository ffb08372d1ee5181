"""All checks of all sections, on all cores; the table that comes out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from platformsim.errors import Problem, ScenarioError, nearest, one_of
from platformsim.validation.rows import STANDARD_ERRORS, Measured, Row, deviations, judged, plain
from platformsim.validation.section import Check, Draws, Section
from platformsim.validation.sections import SECTIONS
from platformsim.validation.settings import read_settings
from platformsim.validation.workers import spread

SEED = 1
# How far off a wrong answer must be; with fewer replicates it must still not pass.
MISTAKE_ERRORS = 6.0


@dataclass(frozen=True)
class Validation:
    """What came out.

    Attributes
    ----------
    rows : list of Row
        In the order of the sections.
    mistakes : DataFrame
        One row a wrong answer: ``key``, ``says``, ``answer``, ``deviation`` (of the measurement
        from it, in standard errors; infinite where there is no chance) and ``refused``.
    seconds : float
    """

    rows: list[Row]
    mistakes: pd.DataFrame
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether every measured row passes and every wrong answer is refused."""
        rows = all(row.passed is not False for row in self.rows)
        return rows and bool(self.mistakes["refused"].all())

    @property
    def measured(self) -> list[Row]:
        """Rows with a measurement."""
        return [row for row in self.rows if row.measured is not None]

    def scores(self) -> np.ndarray:
        """Return all z-scores."""
        return np.array([z for row in self.rows for z in flat(row.z) if z is not None], float)

    def to_frame(self) -> pd.DataFrame:
        """Return one line a row."""
        return pd.DataFrame([asdict(row) for row in self.rows])

    def to_json(self) -> dict[str, Any]:
        """Return plain data for scripts."""
        rows = [asdict(row) for row in self.rows]
        for row in rows:
            row["pass"] = row.pop("passed")
        return {
            "rows": rows,
            "mistakes": [
                {**m, "answer": plain(m["answer"]), "deviation": plain(m["deviation"])}
                for m in self.mistakes.to_dict("records")
            ],
            "passed": self.passed,
            "seconds": self.seconds,
        }


def flat(value: Any) -> list[Any]:
    """Return the numbers of nested lists."""
    return [n for entry in value for n in flat(entry)] if isinstance(value, list) else [value]


def validate(
    settings: Path | SimpleNamespace | None = None,
    *,
    only: Sequence[str] = (),
    seed: int = SEED,
    effort: float = 1.0,
    workers: int | None = None,
    progress: bool = True,
) -> Validation:
    """Hold the simulator against theory.

    Parameters
    ----------
    settings : Path or namespace, optional
        See :func:`platformsim.validation.settings.read_settings`.
    only : sequence of str
        Names of sections; empty: all.
    seed : int
    effort : float
        Replicates relative to the full number.
    workers : int, optional
        Processes; unset: one a core. 1 runs in this process.
    progress : bool
        Whether to show a progress bar on a terminal.

    Returns
    -------
    Validation

    Raises
    ------
    ScenarioError
        When the settings or the name of a section are wrong.
    """
    from tqdm.auto import tqdm

    given = settings if isinstance(settings, SimpleNamespace) else read_settings(settings)
    sections, started = chosen(only), time.perf_counter()
    tasks = [(section, check) for section in sections for check in section.checks]
    tasks.sort(key=lambda task: -task[1].cost)
    calls = [(s.name, c.name, getattr(given, s.name), seed, effort) for s, c in tasks]
    found = {}
    bar = tqdm(total=len(calls), unit="check", disable=None if progress else True, leave=False)
    with bar:
        for name, check, measured, seconds in spread(measure, calls, workers):
            found[name, check] = measured, seconds
            bar.update()
    rows, mistakes = [], []
    for section in sections:
        most = MISTAKE_ERRORS if effort >= 1.0 else STANDARD_ERRORS
        more, wrong = _table(section, getattr(given, section.name), found, most)
        rows += more
        mistakes += wrong
    columns = ["section", "key", "says", "answer", "deviation", "refused"]
    return Validation(rows, pd.DataFrame(mistakes, columns=columns), time.perf_counter() - started)


def chosen(only: Sequence[str]) -> list[Section]:
    """Return sections by name, or all."""
    for name in only:
        if name not in SECTIONS:
            raise ScenarioError(
                Problem("--only", name, one_of(SECTIONS), nearest=nearest(name, SECTIONS))
            )
    return [section for name, section in SECTIONS.items() if not only or name in only]


def measure(
    name: str, check: str, setting: SimpleNamespace, seed: int, effort: float
) -> tuple[str, str, dict[str, Measured], float]:
    """Run one check; return its section, its name, what it found and how long it took."""
    started = time.perf_counter()
    run = next(each for each in SECTIONS[name].checks if each.name == check).run
    measured = run(setting, Draws.of(seed, f"{name}.{check}", effort))
    return name, check, measured, time.perf_counter() - started


def _table(
    section: Section, setting: SimpleNamespace, found: dict, refusing: float
) -> tuple[list[Row], list[dict[str, Any]]]:
    """Return the section's rows and mistakes, in the order of its predictions."""
    predictions = section.predictions(setting)
    by_key: dict[str, list[tuple[Check, str, Measured, float]]] = {}
    for check in section.checks:
        measured, seconds = found[section.name, check.name]
        for key, value in measured.items():
            by_key.setdefault(key.partition("@")[0], []).append((check, key, value, seconds))
    unknown = by_key.keys() - predictions.keys()
    if unknown:
        raise KeyError(f"{section.name}: measured but not predicted: {', '.join(sorted(unknown))}")
    rows, values = [], {}
    for key, prediction in predictions.items():
        if key not in by_key:
            rows.append(Row(key, section.name, prediction.meaning, prediction.status,
                            plain(prediction.value)))  # fmt: skip
        for check, full, value, seconds in by_key.get(key, []):
            values[full] = value
            rows.append(
                judged(full, section.name, prediction, value, engine=check.engine,
                       resolution=check.resolution, seconds=seconds)
            )  # fmt: skip
    mistakes = []
    for mistake in section.mistakes:
        if mistake.key not in values:
            continue
        answer = mistake.answer(setting)
        right = predictions[mistake.key.partition("@")[0]].value
        if np.allclose(answer, right, rtol=1e-9, atol=1e-12, equal_nan=True):
            continue  # at this setting it is no mistake: no feedback, nothing to switch
        apart = deviations(values[mistake.key], answer)
        compared = np.isfinite(np.broadcast_to(values[mistake.key].value, apart.shape))
        most = float(apart[compared].max())
        mistakes.append(
            {"section": section.name, "key": mistake.key, "says": mistake.says, "answer": answer,
             "deviation": most, "refused": most > refusing}
        )  # fmt: skip
    return rows, mistakes
