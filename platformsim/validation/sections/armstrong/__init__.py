"""Two-sided platforms: prices to two sides, competitive bottleneck, prices a transaction."""

from __future__ import annotations

from types import SimpleNamespace

from platformsim.theory import two_sided as theory
from platformsim.validation.section import Mistake, Section
from platformsim.validation.sections.armstrong.checks import CHECKS
from platformsim.validation.sections.armstrong.figure import panels
from platformsim.validation.sections.armstrong.predictions import predictions


def _utilities(p: SimpleNamespace) -> float:
    both = (p.bot.a1, p.bot.a2), (p.bot.t1, p.bot.t2)
    return theory.bottleneck(*both, rival_holds="utilities").prices[0]


def _each_side_by_itself(p: SimpleNamespace) -> tuple[float, float]:
    return (p.rt[0] + p.rt[4]) / 2.0, (p.rt[1] + p.rt[4]) / 2.0


SECTION = Section(
    "armstrong",
    "Two-sided platforms: prices and participation",
    "Armstrong 2006; Armstrong & Wright 2007; Rochet & Tirole 2003",
    predictions,
    CHECKS,
    (
        Mistake("arm.p1", "benefits exchanged", lambda p: p.f1 + p.t1 - p.a1),
        Mistake("arm.p1", "deviations scored after one myopic step", lambda p: p.f1 + p.t1),
        Mistake("bot.p1", "the rival holds utilities, not prices", _utilities),
        Mistake("rt.pB_pS", "each side priced by itself", _each_side_by_itself),
    ),
    panels,
)  # fmt: skip
