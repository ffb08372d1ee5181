"""Choice, two sides, fluctuations, prices, networks, release; properties without a number."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from scipy.special import softmax

from platformsim.theory import (
    cascades,
    discrete_choice,
    multi_homing,
    open_then_close,
    price_competition,
    social_interactions,
)
from platformsim.validation.section import Mistake, Section
from platformsim.validation.sections.extras import (
    choice,
    closing,
    fluctuations,
    homes,
    invariances,
    networks,
    prices,
    two_sides,
)
from platformsim.validation.sections.extras.figure import panels
from platformsim.validation.sections.extras.predictions import kurtz_moved, predictions


def _unit_variance(p: SimpleNamespace) -> np.ndarray:
    return softmax(np.array(p.V) * np.pi / np.sqrt(6.0))


def _all_members(p: SimpleNamespace) -> list[float]:
    state = multi_homing.symmetric_states(p.Vm, p.Jm, p.kap)[0]
    return [state.member, state.exclusive, p.Jm * state.member]


def _unamplified(p: SimpleNamespace) -> float:
    _, mean, _ = kurtz_moved(p, int(p.kz[2]))
    return np.sqrt((1.0 - mean**2) / p.kz[2])


def _all_in_contact(p: SimpleNamespace) -> float:
    coupling, field = p.ring
    states = social_interactions.mean_choices(2.0 * coupling, field, 1.0)
    return states[-1] if field > 0 else states[0]


def _one_contact(p: SimpleNamespace) -> float:
    return -np.log1p(-cascades.cascade_probability(*p.watts)) / p.watts[0]


def _nobody_leaves(p: SimpleNamespace) -> float:
    growth, leave, horizon, first, _ = p.otc
    best = open_then_close.best_closing_time(growth, leave, horizon, first)
    return open_then_close.revenue(best, growth, 0.0, horizon, first)


SECTION = Section(
    "extras",
    "What a referee would add",
    "McFadden 1974; Small & Rosen 1981; Kurtz 1970; Anderson, de Palma & Thisse 1992; Ising 1925; "
    "Watts 2002",
    predictions,
    (
        *choice.CHECKS,
        *homes.CHECKS,
        *two_sides.CHECKS,
        *fluctuations.CHECKS,
        *prices.CHECKS,
        *networks.CHECKS,
        *closing.CHECKS,
        *invariances.CHECKS,
    ),
    (
        Mistake("x.logit_probs", "noise of variance 1", _unit_variance),
        Mistake(
            "x.logsum", "the mean of the noise left out",
            lambda p: discrete_choice.expected_best_utility(p.V) - np.euler_gamma,
        ),
        Mistake(
            "x.sw_shares", "a switching cost changes no shares",
            lambda p: discrete_choice.choice_probabilities(p.V),
        ),
        Mistake("x.sw_Jc_P2@mean_field", "inertia changes speed only", lambda _: 2.0),
        Mistake("x.mh_state@mean_field", "who is on both is contested, too", _all_members),
        Mistake(
            "x.ts_comp_step", "no installed base halves the effect: J_u J_c",
            lambda p: p.ts_J[0] * p.ts_J[1],
        ),
        Mistake("x.kz_sd", "noise of one draw, not amplified", _unamplified),
        Mistake("x.kz_scaling", "SD as 1/N", lambda _: [np.log(4.0)] * 2),
        Mistake(
            "x.bl_markup", "network effects leave prices alone",
            lambda p: price_competition.symmetric_markup(int(p.bl[0])),
        ),
        Mistake("x.ring_m", "everybody in contact with all", _all_in_contact),
        Mistake("x.watts_freq", "a seed with one contact", _one_contact),
        Mistake("x.otc_rev_step", "nobody leaves", _nobody_leaves),
    ),
    panels,
)  # fmt: skip
