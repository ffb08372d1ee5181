"""Competing technologies: lock-in by historical events; Polya and nonlinear urns."""

from __future__ import annotations

from types import SimpleNamespace

from platformsim.theory import lock_in
from platformsim.validation.section import Mistake, Section
from platformsim.validation.sections.arthur.checks import CHECKS
from platformsim.validation.sections.arthur.figure import panels
from platformsim.validation.sections.arthur.predictions import continuum, predictions, walls


def _nearer(p: SimpleNamespace) -> float:
    a, b = walls(p)
    return lock_in.lock_in_time(p.pi, a - 1, b - 1).mean


def _one_nearer(p: SimpleNamespace) -> float:
    a, b = walls(p)
    return lock_in.chance_of_a(p.pi, a, b - 1)


SECTION = Section(
    "arthur",
    "Lock-in by historical events",
    "Arthur 1989; Eggenberger & Polya 1923; Davis 1990",
    predictions,
    CHECKS,
    (
        Mistake("art.ET@walk", "both barriers one adopter too near", _nearer),
        Mistake("art.PA@walk", "the barrier of B one adopter too near", _one_nearer),
        Mistake("art.PA@long_walk", "infinitesimal adopters", continuum),
        Mistake("polya.sd_n", "all urns settle at the same share", lambda _: 0.0),
        Mistake("polya.monopoly", "chance as in the linear urn", lambda p: p.x0 / (p.x0 + p.y0)),
    ),
    panels,
)
