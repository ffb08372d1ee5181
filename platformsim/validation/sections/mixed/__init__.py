"""A firm that charges against a free rival, both better with use."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from platformsim.theory import mixed_duopoly_foresight as foresight
from platformsim.theory.mixed_duopoly import QualityGap
from platformsim.validation.section import Mistake, Section
from platformsim.validation.sections.mixed.checks import CHECKS
from platformsim.validation.sections.mixed.figure import panels
from platformsim.validation.sections.mixed.predictions import CASES, SOON, cases, predictions


def _no_discount(name: str):
    def answer(p: SimpleNamespace) -> float:
        return foresight.forward_share(cases(p)[name].gap, 0.0)

    return answer


def _own_learning(name: str):
    def answer(p: SimpleNamespace) -> float:
        case = cases(p)[name]
        share = foresight.forward_share(case.gap, p.rho)
        return foresight.constant_price_slope(
            QualityGap(case.gap.at(share) - case.learning * share, case.learning), share
        )

    return answer


def _to_nobody(name: str):
    def answer(p: SimpleNamespace) -> float:
        return cases(p)[name].start * np.exp(-SOON)

    return answer


def _out(name: str):
    def answer(p: SimpleNamespace) -> float:
        case = cases(p)[name]
        return float(np.log(case.start / -(case.gap.base / case.gap.slope)))

    return answer


SECTION = Section(
    "mixed",
    "Dynamic mixed duopoly",
    "after Casadesus-Masanell & Ghemawat 2006",
    predictions,
    CHECKS,
    tuple(
        mistake
        for name in CASES
        for mistake in (
            Mistake(f"mix.{name}.y_fwd", "the future counts like today", _no_discount(name)),
            Mistake(f"mix.{name}.y_fwd_abm", "a firm with foresight sells to half", lambda _: 0.5),
            Mistake(
                f"mix.{name}.const_price_slope", "the rival does not learn", _own_learning(name)
            ),
            Mistake(f"mix.{name}.y_t3", "a myopic firm loses its whole base", _to_nobody(name)),
            Mistake(f"mix.{name}.t_exit", "a myopic firm sells nothing on its way", _out(name)),
        )
    ),
    panels,
)  # fmt: skip
