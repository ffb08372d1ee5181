"""Multinomial logit with an installed base: thresholds, states, fluctuations, exact small N."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from platformsim.validation.section import Mistake, Section
from platformsim.validation.sections.multinomial.checks import CHECKS, with_oneself
from platformsim.validation.sections.multinomial.figure import panels
from platformsim.validation.sections.multinomial.predictions import (
    predictions,
    spread,
    unequal_states,
)


def _winner_takes_all(p: SimpleNamespace) -> np.ndarray:
    states = unequal_states(p)
    return (states == states.max(axis=1, keepdims=True)).astype(float)


SECTION = Section(
    "multinomial",
    "Several platforms with installed bases and an outside option",
    "Brock & Durlauf 2002; Wu 1982; Ellis & Wang 1990; Blume 1993",
    predictions,
    CHECKS,
    (
        Mistake("mnl.Jc_P2_out@cohorts", "threshold P despite an outside option", lambda _: 2.0),
        Mistake("mnl.asym_states", "network effect per adopter, not per share", _winner_takes_all),
        Mistake("mnl.sdsync@cohorts", "SD of the other update rule", lambda p: spread(p, p.N, 0.0)),
        Mistake(
            "mnl.gibbs_lead", "law of people who count themselves", lambda p: with_oneself(p)[1]
        ),
    ),
    panels,
)
