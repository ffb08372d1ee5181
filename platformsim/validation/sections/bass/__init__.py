"""Diffusion of a new product: its curve, its maps in steps, its noise, and a finite market."""

from __future__ import annotations

from platformsim.theory import bass as theory
from platformsim.validation.section import Mistake, Section
from platformsim.validation.sections.bass.checks import CHECKS, late_by_one, others_only
from platformsim.validation.sections.bass.figure import panels
from platformsim.validation.sections.bass.predictions import map_of, predictions, steps_at

SECTION = Section(
    "bass",
    "Bass diffusion",
    "Bass 1969; Fibich & Gibori 2010; Niu 2002",
    predictions,
    CHECKS,
    (
        Mistake(
            "bass.F_lin", "the other form of the hazard",
            lambda p: map_of(p, "exponential", steps_at(p).max()).share[steps_at(p)],
        ),
        Mistake("bass.F_exp", "adopters of the step itself are seen", late_by_one),
        Mistake(
            "bass.F_exp@cohorts", "continuous time in place of steps",
            lambda p: theory.adopted_share(p.t, p.p, p.q),
        ),
        Mistake("bass.ssa_Ethalf@many", "imitation of k / (N - 1), not k / N", others_only),
    ),
    panels,
)  # fmt: skip
