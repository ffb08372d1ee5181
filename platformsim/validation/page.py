"""The page of validation: every row, every wrong answer, a figure for each part."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from platformsim.validation.rows import STANDARD_ERRORS, Row
from platformsim.validation.run import MISTAKE_ERRORS, Validation
from platformsim.validation.section import Draws, Section
from platformsim.validation.sections import SECTIONS
from platformsim.validation.workers import spread
from platformsim.views.theory import Panel, theory_figure

PAGE, FIGURES = "validation.md", "validation"
_ENGINES = {"dedicated": "dedicated process", "computed": "computed another way"}


def write_page(
    result: Validation,
    sections: list[Section],
    settings: SimpleNamespace,
    folder: Path,
    *,
    seed: int,
    workers: int | None = None,
) -> Path:
    """Write the page and its figures to a folder; return the page's path."""
    (folder / FIGURES).mkdir(parents=True, exist_ok=True)
    calls = [(s.name, getattr(settings, s.name), seed) for s in sections if s.panels]
    for name, panels in spread(panels_of, calls, workers):
        figure = theory_figure(panels, SECTIONS[name].title)
        figure.savefig(folder / FIGURES / f"{name}.png", dpi=140)
    page = folder / PAGE
    page.write_text(markdown(result, sections, seed), encoding="utf-8")
    return page


def panels_of(name: str, setting: SimpleNamespace, seed: int) -> tuple[str, list[Panel]]:
    """Return the panels of a section's figure, by its name."""
    return name, SECTIONS[name].panels(setting, Draws.of(seed, f"{name} figure"))


def markdown(result: Validation, sections: list[Section], seed: int) -> str:
    """Return the text of the page."""
    measured = result.measured
    own = sum(row.engine == "platformsim" for row in measured)
    lines = [
        "# Validation: the simulator against published and exact theory",
        "",
        "This page is written by `platformsim validate --out docs`. Every prediction is computed "
        "from the parameters; every measurement comes from a run.",
        "",
        f"**{sum(bool(r.passed) for r in measured)} of {len(measured)} measured rows pass**, "
        f"{own} of them run by the package's own engine; "
        f"{int(result.mistakes['refused'].sum())} of {len(result.mistakes)} wrong answers are "
        f"refused. {said_of(result.scores())} (Seed {seed}.)",
        "",
        f"A row passes when the mean over independent replicates lies within {STANDARD_ERRORS:g} "
        "standard errors of the prediction, plus the stated allowance for what vanishes as 1/N or "
        "with the time step; exact results have none. *Published* results are closed forms of the "
        "literature, *exact* ones elementary and true at every size, *derived* ones our own "
        "stand-ins for models whose formulae are not public: only their qualitative statement is "
        "the cited paper's. Rows without a measurement follow from others.",
        "",
    ]
    for section in sections:
        lines += _section(section, [row for row in result.rows if row.section == section.name])
    return "\n".join([*lines, *_mistakes(result, sections)]) + "\n"


def said_of(scores: np.ndarray) -> str:
    """Say in a sentence how z-scores are spread, which should be as a standard normal."""
    if len(scores) < 2:
        return ""
    return (
        f"{len(scores)} z-scores: mean {scores.mean():+.2f}, standard deviation "
        f"{scores.std(ddof=1):.2f}, {(abs(scores) > 2).mean():.1%} beyond 2 (4.6 % expected), "
        f"largest {abs(scores).max():.2f}."
    )


def _section(section: Section, rows: list[Row]) -> list[str]:
    lines = [f"## {section.title}", "", f"{section.source}.", ""]
    if section.panels:
        lines += [f"![{section.title}: simulation and theory]({FIGURES}/{section.name}.png)", ""]
    lines += [
        "| key | meaning | status | prediction | measured | SE | z | by |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        by = _ENGINES.get(row.engine or "", row.resolution or "")
        verdict = "" if row.passed is None else ("" if row.passed else " **fails**")
        cells = [
            f"`{row.key}`", row.meaning.replace("|", "\\|"), row.status, shown(row.prediction),
            shown(row.measured), shown(row.se, 2), shown(row.z, 2, sign=True) + verdict, by,
        ]  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return [*lines, ""]


def _mistakes(result: Validation, sections: list[Section]) -> list[str]:
    titles = {section.name: section.title for section in sections}
    lines = [
        "## Wrong answers that must not pass",
        "",
        "A test that a plausible mistake would pass is worth little. Each of these answers is "
        "wrong in a way that is easily made; the measurement must lie more than "
        f"{MISTAKE_ERRORS:g} standard errors away.",
        "",
        "| part | key | the mistake | its answer | standard errors away |",
        "|---|---|---|---|---|",
    ]
    for row in result.mistakes.itertuples():
        away = "without chance" if row.deviation == float("inf") else f"{row.deviation:.0f}"
        away += "" if row.refused else " **passes**"
        cells = [titles[row.section], f"`{row.key}`", row.says, shown(row.answer), away]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def shown(value: Any, digits: int = 6, sign: bool = False) -> str:
    """Write a number, or the numbers of nested lists."""
    if value is None:
        return ""
    if isinstance(value, list | tuple) or getattr(value, "ndim", 0):
        entries = list(value)
        if entries and isinstance(entries[0], list | tuple):
            return "; ".join(shown(entry, digits, sign) for entry in entries)
        return ", ".join(shown(entry, digits, sign) or "–" for entry in entries)
    return f"{value:+.{digits}f}" if sign else f"{value:.{digits}g}"
