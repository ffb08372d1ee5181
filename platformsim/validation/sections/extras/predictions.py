"""What theory says of a model of choice, of markets of several kinds, and of any simulator."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from platformsim.theory import (
    cascades,
    discrete_choice,
    kurtz,
    multi_homing,
    open_then_close,
    price_competition,
    ring,
    switching,
    two_sided_adoption,
)
from platformsim.validation.rows import Prediction

PUBLISHED, DERIVED, EXACT = "published", "derived", "exact"
SWITCH_KICK, RIVALRY_LEAD, KURTZ_STEPS = 0.08, 0.05, 12


def predictions(p: SimpleNamespace) -> dict[str, Prediction]:
    """See :class:`platformsim.validation.section.Section`."""
    return {
        **_choice(p),
        **_homes(p),
        **_two_sides(p),
        **_fluctuations(p),
        **_networks(p),
        **_closing(p),
        **_invariances(p),
    }


def _choice(p: SimpleNamespace) -> dict[str, Prediction]:
    below = 0.9 * switching.tipping_threshold(p.s, 2)
    return {
        "x.logit_probs": Prediction(
            discrete_choice.choice_probabilities(p.V), PUBLISHED, "logit choice probabilities"
        ),
        "x.logsum": Prediction(
            discrete_choice.expected_best_utility(p.V), PUBLISHED, "E max utility: the log-sum"
        ),
        "x.sw_shares": Prediction(
            switching.stationary_shares(p.V, p.s), EXACT, "shares with a switching cost"
        ),
        "x.sw_churn": Prediction(switching.churn(p.V, p.s), EXACT, "share who switch in a month"),
        "x.sw_Jc_P2": Prediction(
            switching.tipping_threshold(p.s, 2), EXACT, "tipping threshold, switching cost, P = 2"
        ),
        "x.sw_Jc_P3": Prediction(
            switching.tipping_threshold(p.s, 3), EXACT, "tipping threshold, switching cost, P = 3"
        ),
        "x.sw_lambda": Prediction(
            switching.lead_eigenvalue(below, p.s, 2), EXACT, "growth of a small lead at 0.9 Jc"
        ),
        "x.sw_response": Prediction(
            switching.one_step_response(below, p.s, 2, SWITCH_KICK), EXACT, "growth of a lead 0.08"
        ),
    }


def _homes(p: SimpleNamespace) -> dict[str, Prediction]:
    return {
        "x.mh_Jc": Prediction(
            multi_homing.unstable_window(p.Vm, p.kap), EXACT, "sharing is unstable between"
        ),
        "x.mh_state": Prediction(
            multi_homing.symmetric_states(p.Vm, p.Jm, p.kap)[0], EXACT,
            "multi-homing: members, exclusive members, eigenvalue",
        ),
    }  # fmt: skip


def _two_sides(p: SimpleNamespace) -> dict[str, Prediction]:
    states = two_sided_adoption.adoption_states(*p.two)
    return {
        "x.ts_states": Prediction(
            [(state.users, state.creators) for state in states], EXACT, "two sides: states of rest"
        ),
        "x.ts_eig": Prediction(
            [state.eigenvalue for state in states], EXACT, "eigenvalue there; stable below 1"
        ),
        "x.ts_seed": Prediction(
            two_sided_adoption.critical_seed(*p.two, p.ts_alpha), EXACT, "creators a launch needs"
        ),
        "x.ts_comp": Prediction(
            two_sided_adoption.rivalry_threshold(2), EXACT, "rivals share below this J_u J_c"
        ),
        "x.ts_comp_eig": Prediction(
            two_sided_adoption.rivalry_eigenvalue(*p.ts_J, 0.5, 0.5), EXACT,
            "growth of a small lead",
        ),
        "x.ts_comp_step": Prediction(
            two_sided_adoption.two_step_response(*p.ts_J, RIVALRY_LEAD), EXACT,
            "users' lead after two months",
        ),
    }  # fmt: skip


def kurtz_moved(p: SimpleNamespace, population: int) -> tuple[float, float, float]:
    """Return mean field, mean and SD of the lead on the way from an unstable state."""
    strength, first, _, revision = p.kz
    start = np.array([1.0 + first, 1.0 - first]) / 2.0
    return kurtz.lead(
        kurtz.transient(
            start, np.zeros(2), strength, revision=revision, population=population,
            steps=KURTZ_STEPS,
        )
    )  # fmt: skip


def _fluctuations(p: SimpleNamespace) -> dict[str, Prediction]:
    field, mean, sd = kurtz_moved(p, int(p.kz[2]))
    return {
        "x.kz_mean": Prediction(field, PUBLISHED, "lead after 12 months, mean field"),
        "x.kz_mean2": Prediction(mean, DERIVED, "the same to order 1/N"),
        "x.kz_sd": Prediction(sd, PUBLISHED, "its SD"),
        "x.kz_scaling": Prediction(
            [np.log(2.0)] * 2, PUBLISHED, "log of the ratios of SDs at N, 4 N and 16 N"
        ),
        "x.bl_markup": Prediction(
            price_competition.symmetric_markup(int(p.bl[0]), p.bl[1]), EXACT, "price less cost"
        ),
    }


def _networks(p: SimpleNamespace) -> dict[str, Prediction]:
    return {
        "x.ring_m": Prediction(ring.mean_choice(*p.ring), PUBLISHED, "mean choice on a ring"),
        "x.ring_corr": Prediction(
            ring.neighbour_correlation(p.ring[0]), PUBLISHED, "correlation of neighbours at h = 0"
        ),
        "x.watts_window": Prediction(
            cascades.cascade_window(p.watts[1]), PUBLISHED, "mean degrees that allow cascades"
        ),
        "x.watts_freq": Prediction(
            cascades.cascade_probability(*p.watts), PUBLISHED, "P(one seed sets off a cascade)"
        ),
    }


def _closing(p: SimpleNamespace) -> dict[str, Prediction]:
    *setting, step = p.otc
    best = open_then_close.best_closing_time(*setting)
    earned, by_steps = {}, {}
    for name, close in (("", best), ("_half", best / 2.0)):
        earned[name] = open_then_close.revenue(close, *setting)
        # Without an interior optimum there is nothing to round to steps.
        known = np.isfinite(close)
        by_steps[name] = (
            open_then_close.revenue_by_steps(close, *setting, step) if known else np.nan
        )
    return {
        "x.otc_tau": Prediction(best, DERIVED, "best time to close"),
        "x.otc_rev": Prediction(earned[""], DERIVED, "revenue per head then"),
        "x.otc_rev_half": Prediction(earned["_half"], DERIVED, "revenue at half that time"),
        "x.otc_rev_step": Prediction(by_steps[""], DERIVED, "best revenue, in steps"),
        "x.otc_rev_half_step": Prediction(by_steps["_half"], DERIVED, "half the time, in steps"),
        "x.inv.halving": Prediction(2.0, EXACT, "error of the steps over that of half steps"),
    }


def _invariances(p: SimpleNamespace) -> dict[str, Prediction]:
    same = {
        "shift": "a constant added to all utilities: largest change of shares",
        "labels": "platforms in another order: largest change of shares",
        "units": "(beta, V, J) against (1, beta V, beta J): largest change",
        "count": "agents lost or gained in the counts",
        "frozen": "nobody revises: largest change of shares",
        "start": "J = 0, all revise: what remains of the start",
        "iia": "a platform less: change of the ratio of the others",
        "seed": "the same seed again: agents who choose otherwise",
        "kernels": "compiled and readable loops: share who choose otherwise",
        "docking": "KS distance to a loop of twenty lines",
    }
    return {f"x.inv.{name}": Prediction(0.0, EXACT, says) for name, says in same.items()} | {
        "x.inv.uniform": Prediction(
            np.full(len(p.V), 1.0 / len(p.V)), EXACT, "noise without bound: shares are even"
        ),
        "x.inv.best_reply": Prediction(1.0, EXACT, "no noise: share of the best platform"),
        "x.inv.replicates": Prediction(0.0, EXACT, "correlation of two replicates"),
    }
