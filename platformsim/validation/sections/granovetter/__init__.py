"""Thresholds of collective action: cascades that start from nobody."""

from __future__ import annotations

from platformsim.theory import thresholds as theory
from platformsim.validation.section import Mistake, Section
from platformsim.validation.sections.granovetter.checks import CHECKS
from platformsim.validation.sections.granovetter.figure import panels
from platformsim.validation.sections.granovetter.predictions import SPREADS, chain, predictions

SECTION = Section(
    "granovetter",
    "Thresholds of collective action",
    "Granovetter 1978",
    predictions,
    CHECKS,
    (
        *(
            Mistake(f"gra.{name}.r0", "thresholds cut off at 0: nobody begins", lambda _: 0.0)
            for name in SPREADS
        ),
        Mistake(
            "gra.uniform100", "more than the threshold must act, not as many",
            lambda _: float(theory.cascade_size(chain() + 1)),
        ),
        Mistake(
            "gra.uniform100_mod", "one threshold among many makes no difference",
            lambda _: float(theory.cascade_size(chain())),
        ),
    ),
    panels,
)  # fmt: skip
