"""Binary logit with social interactions: bistability, hysteresis, fluctuations, exact small N."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from platformsim.theory import social_interactions as theory
from platformsim.validation.section import Mistake, Section
from platformsim.validation.sections.binary.checks import CHECKS
from platformsim.validation.sections.binary.figure import panels
from platformsim.validation.sections.binary.predictions import predictions


def _without_two(p: SimpleNamespace) -> float:
    return theory.mean_choices(p.J / 2.0, 0.0, p.beta)[-1]


def _top_sd(p: SimpleNamespace, revision: float) -> float:
    top = theory.mean_choices(p.J, 0.0, p.beta)[-1]
    return theory.choice_sd(top, p.N, p.J, p.beta, revision)


SECTION = Section(
    "binary",
    "Binary logit with social interactions",
    "Brock & Durlauf 2001; Glauber 1963; Ellis & Newman 1978",
    predictions,
    CHECKS,
    (
        Mistake("bin.m_h0", "the 2 of the coding left out", _without_two),
        Mistake("bin.sd_sync", "SD of the other update rule", lambda p: _top_sd(p, 0.0)),
        Mistake(
            "bin.h_switch_rate", "no delay of the swept jump",
            lambda p: theory.spinodal_field(p.J, p.beta),
        ),
        Mistake("bin.period2", "no cycle when all revise", lambda _: 0.0),
        Mistake(
            "bin.crit_exact", "fluctuations as 1/sqrt(N) at the threshold",
            lambda p: 1.0 / np.sqrt(p.N_crit),
        ),
    ),
    panels,
)  # fmt: skip
