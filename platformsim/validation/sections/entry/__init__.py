"""Entry against an installed base: whether quality wins or the base."""

from __future__ import annotations

from platformsim.theory import entry as theory
from platformsim.validation.section import Mistake, Section
from platformsim.validation.sections.entry.checks import CHECKS
from platformsim.validation.sections.entry.figure import panels
from platformsim.validation.sections.entry.predictions import CASES, STEPS, cases, predictions


def _today(name: str):
    def answer(p):
        case = cases(p)[name]
        return theory.share_path(case.start, case.quality, case.effect, p.alpha, STEPS)[-1]

    return answer


def _base_alone(name: str):
    def answer(p):
        case = cases(p)[name]
        return ((1.0 - case.start) / case.start) ** case.weight

    return answer


SECTION = Section(
    "entry",
    "Entry with indirect network effects",
    "after Zhu & Iansiti 2012",
    predictions,
    CHECKS,
    tuple(
        mistake
        for name in CASES
        for mistake in (
            Mistake(
                f"zi.{name}.e_eff", "applications of today alone count",
                lambda p, name=name: cases(p)[name].effect,
            ),
            Mistake(f"zi.{name}.x40@cohorts", "the same, over time", _today(name)),
            Mistake(
                f"zi.{name}.Qmin", "must outweigh the base, not its own share, too",
                _base_alone(name),
            ),
        )
    ),
    panels,
)  # fmt: skip
