"""Printed predictions for open source, entry and the referee's extras, and laws they obey."""

import re

import numpy as np
import pytest

from platformsim.theory import (
    cascades,
    discrete_choice,
    entry,
    head_to_head,
    kurtz,
    mixed_duopoly,
    mixed_duopoly_foresight,
    multi_homing,
    open_source,
    open_then_close,
    price_competition,
    ring,
    switching,
    two_sided_adoption,
)

SETTINGS = {
    "system": (1.0, 1.0),
    "platform": (0.5, 0.6, 0.4, 1.0),
    "duopoly": (1.0, 0.4, 0.3),
    "discount": 0.5,
    "step": 0.05,
    "mixed": {"co": ((1.0, 0.2, 0.7, 0.4), 0.9), "ex": ((1.0, 0.1, 0.9, 0.6), 0.95)},
    "entry_revision": 0.1,
    "entry": {"lo": (0.5, 0.2, 1.3, 0.1), "hi": (0.8, 0.4, 1.5, 0.2)},
    "values": (0.5, 0.0, -0.5),
    "switching_cost": 1.5,
    "multi_homing": (-1.0, 3.0, 2.75),
    "two_sided": (-2.7, 5.6, -2.6, 6.0),
    "two_sided_revision": 0.1,
    "rivalry": (1.6, 2.2),
    "kurtz": (3.0, 0.1, 5000, 0.2),
    "prices": (3, 1.2),
    "ring": (0.4, 0.1),
    "watts": (3.0, 0.18),
    "close": (0.6, 0.08, 25.0, 0.02),
}

PRINTED = {
    "ek.prop_sumprice": "0.500000",
    "ek.prop_Q": "0.250000",
    "ek.prop_profits": "[0.125000, 0.0625]",
    "ek.open_Q": "0.500000",
    "ek.open_profit": "0.250000",
    "ek.cost_breakeven": "0.133975",
    "ek.prop_users_devs": "[0.333333, 0.166667]",
    "ek.prop_prices": "[0.266667, -0.0333333]",
    "ek.prop_profit": "0.0833333",
    "ek.open_users_devs": "[0.657895, 0.263158]",
    "ek.variety_ratio": "1.578947",
    "ek.devsurplus": "[0.0138889, 0.034626]",
    "ek.total_profit": "[0.0972222, 0.034626]",
    "ek.variety_cond": "0.440000",
    "ek.duo_prices": "[0.700000, 0.500000]",
    "ek.duo_share": "0.583333",
    "ek.duo_profits": "[0.408333, 0.208333]",
    "ek.free_share": "0.375000",
    "mix.co.D_half": "0.200000",
    "mix.co.yc": "0.166667",
    "mix.co.y_fwd": "0.654508",
    "mix.co.p_fwd": "0.101127",
    "mix.co.y_myopic": "0.500000",
    "mix.co.p_myopic": "0.100000",
    "mix.co.y_t3": "0.519915",
    "mix.co.y_t3_step": "0.518428",
    "mix.co.const_price_slope": "0.708204",
    "mix.co.y_fwd_abm": "0.654510",
    "mix.ex.D_half": "-0.150000",
    "mix.ex.yc": "0.714286",
    "mix.ex.y_fwd": "0.842954",
    "mix.ex.p_fwd": "0.0141448",
    "mix.ex.t_exit": "0.741937",
    "mix.ex.exit_step": "15.000000",
    "mix.ex.const_price_slope": "1.220544",
    "mix.ex.y_fwd_abm": "0.842956",
    "zi.lo.e_eff": "0.625000",
    "zi.lo.x_star": "0.668108",
    "zi.lo.Qmin": "0.438691",
    "zi.lo.x40": "0.537626",
    "zi.hi.e_eff": "1.333333",
    "zi.hi.x_star": "0.228571",
    "zi.hi.Qmin": "1.587401",
    "zi.hi.x40": "0.139385",
    "x.logit_probs": "[0.506480, 0.307196, 0.186324]",
    "x.logsum": "1.757485",
    "x.sw_shares": "[0.597469, 0.271395, 0.131136]",
    "x.sw_churn": "0.262273",
    "x.sw_Jc_P2": "1.223130",
    "x.sw_Jc_P3": "1.951654",
    "x.sw_lambda": "0.963515",
    "x.sw_response": "0.962825",
    "x.mh_Jc": "[3.001353, 6.516292]",
    "x.mh_state": "[0.334099, 0.319436, 0.878448]",
    "x.ts_states": "[0.126321, 0.136806; 0.340253, 0.363899; 0.933014, 0.952487]",
    "x.ts_eig": "[0.661746, 1.321334, 0.308277]",
    "x.ts_seed": "0.670813",
    "x.ts_comp": "4.000000",
    "x.ts_comp_eig": "0.938083",
    "x.ts_comp_step": "0.878548",
    "x.kz_mean": "0.290403",
    "x.kz_mean2": "0.289148",
    "x.kz_sd": "0.0453227",
    "x.bl_markup": "0.900000",
    "x.ring_m": "0.217584",
    "x.ring_corr": "0.379949",
    "x.watts_window": "[1.020704, 5.764677]",
    "x.watts_freq": "0.873462",
    "x.otc_tau": "10.951886",
    "x.otc_rev": "7.895460",
    "x.otc_rev_half": "3.486209",
    "x.otc_rev_step": "7.881293",
    "x.otc_rev_half_step": "3.427990",
}


def open_source_predictions():
    closed, opened = (
        open_source.proprietary_system(*SETTINGS["system"]),
        open_source.open_system(*SETTINGS["system"]),
    )
    owned, free = (
        open_source.proprietary_platform(*SETTINGS["platform"]),
        open_source.open_platform(*SETTINGS["platform"]),
    )
    duel = head_to_head.priced_application(*SETTINGS["duopoly"])
    return {
        "ek.prop_sumprice": closed.price,
        "ek.prop_Q": closed.quantity,
        "ek.prop_profits": (closed.platform_profit, closed.application_profit),
        "ek.open_Q": opened.quantity,
        "ek.open_profit": opened.application_profit,
        "ek.cost_breakeven": open_source.breakeven_adoption_cost(SETTINGS["system"][0]),
        "ek.prop_users_devs": (owned.users, owned.developers),
        "ek.prop_prices": (owned.user_price, owned.access_fee),
        "ek.prop_profit": owned.platform_profit,
        "ek.open_users_devs": (free.users, free.developers),
        "ek.variety_ratio": free.developers / owned.developers,
        "ek.devsurplus": (owned.developer_profit, free.developer_profit),
        "ek.total_profit": (owned.industry_profit, free.industry_profit),
        "ek.variety_cond": open_source.variety_condition(*SETTINGS["platform"][1:]),
        "ek.duo_prices": (duel.proprietary_price, duel.application_price),
        "ek.duo_share": duel.proprietary_share,
        "ek.duo_profits": (duel.proprietary_profit, duel.application_profit),
        "ek.free_share": head_to_head.free_application(*SETTINGS["duopoly"]).proprietary_share,
    }


def mixed_predictions(case):
    qualities, start = SETTINGS["mixed"][case]
    gap, step = mixed_duopoly.quality_gap(*qualities), SETTINGS["step"]
    rest = mixed_duopoly_foresight.forward_share(gap, SETTINGS["discount"])
    steps = round(10 / step)
    found = {
        "D_half": gap.at(0.5),
        "yc": mixed_duopoly.critical_share(gap),
        "y_fwd": rest,
        "p_fwd": mixed_duopoly_foresight.feedback_price(gap, rest, rest),
        "const_price_slope": mixed_duopoly_foresight.constant_price_slope(gap, rest),
        # The simulated markets of this row start 0.05 above the resting share.
        "y_fwd_abm": mixed_duopoly_foresight.feedback_path(rest + 0.05, rest, step, steps)[-1],
        "y_myopic": mixed_duopoly.myopic_share(gap, start, 60.0),
        "p_myopic": mixed_duopoly.myopic_price(gap, 0.5),
        "y_t3": mixed_duopoly.myopic_share(gap, start, 3.0),
        "y_t3_step": mixed_duopoly.myopic_path(gap, start, step, round(3 / step))[-1],
        "t_exit": mixed_duopoly.exit_time(gap, start),
        "exit_step": mixed_duopoly.exit_step(gap, start, step),
    }
    return {f"mix.{case}.{name}": value for name, value in found.items()}


def entry_predictions(case):
    effect, foresight, quality, start = SETTINGS["entry"][case]
    weight = entry.effective_weight(effect, foresight)
    path = entry.share_path(start, quality, weight, SETTINGS["entry_revision"], 40)
    return {
        f"zi.{case}.e_eff": weight,
        f"zi.{case}.x_star": entry.interior_share(quality, weight),
        f"zi.{case}.Qmin": entry.quality_to_grow(start, weight),
        f"zi.{case}.x40": path[-1],
    }


def choice_predictions():
    values, cost = SETTINGS["values"], SETTINGS["switching_cost"]
    value, multi_cost, effect = SETTINGS["multi_homing"]
    below = 0.9 * switching.tipping_threshold(cost, 2)
    return {
        "x.logit_probs": discrete_choice.choice_probabilities(values),
        "x.logsum": discrete_choice.expected_best_utility(values),
        "x.sw_shares": switching.stationary_shares(values, cost),
        "x.sw_churn": switching.churn(values, cost),
        "x.sw_Jc_P2": switching.tipping_threshold(cost, 2),
        "x.sw_Jc_P3": switching.tipping_threshold(cost, 3),
        "x.sw_lambda": switching.lead_eigenvalue(below, cost, 2),
        "x.sw_response": switching.one_step_response(below, cost, 2, 0.08),
        "x.mh_Jc": multi_homing.unstable_window(value, multi_cost),
        "x.mh_state": multi_homing.symmetric_states(value, effect, multi_cost)[0],
    }


def market_predictions():
    effects = SETTINGS["two_sided"]
    states = two_sided_adoption.adoption_states(*effects)
    weight, first, population, revision = SETTINGS["kurtz"]
    start = ((1 + first) / 2, (1 - first) / 2)
    moved = kurtz.transient(
        start, np.zeros(2), weight, revision=revision, population=population, steps=12
    )
    mean_field, mean, sd = kurtz.lead(moved)
    coupling, field = SETTINGS["ring"]
    close, step = SETTINGS["close"], SETTINGS["step"]
    best = open_then_close.best_closing_time(*close)
    return {
        "x.ts_states": [(state.users, state.creators) for state in states],
        "x.ts_eig": [state.eigenvalue for state in states],
        "x.ts_seed": two_sided_adoption.critical_seed(*effects, SETTINGS["two_sided_revision"]),
        "x.ts_comp": two_sided_adoption.rivalry_threshold(2),
        "x.ts_comp_eig": two_sided_adoption.rivalry_eigenvalue(*SETTINGS["rivalry"], 0.5, 0.5),
        "x.ts_comp_step": two_sided_adoption.two_step_response(*SETTINGS["rivalry"], 0.05),
        "x.kz_mean": mean_field,
        "x.kz_mean2": mean,
        "x.kz_sd": sd,
        "x.bl_markup": price_competition.symmetric_markup(*SETTINGS["prices"]),
        "x.ring_m": ring.mean_choice(coupling, field),
        "x.ring_corr": ring.neighbour_correlation(coupling),
        "x.watts_window": cascades.cascade_window(SETTINGS["watts"][1]),
        "x.watts_freq": cascades.cascade_probability(*SETTINGS["watts"]),
        "x.otc_tau": best,
        "x.otc_rev": open_then_close.revenue(best, *close),
        "x.otc_rev_half": open_then_close.revenue(best / 2, *close),
        "x.otc_rev_step": open_then_close.revenue_by_steps(best, *close, step),
        "x.otc_rev_half_step": open_then_close.revenue_by_steps(best / 2, *close, step),
    }


@pytest.fixture(scope="module")
def predictions():
    found = open_source_predictions() | choice_predictions() | market_predictions()
    for case in ("co", "ex"):
        found |= mixed_predictions(case)
    for case in ("lo", "hi"):
        found |= entry_predictions(case)
    return found


@pytest.mark.parametrize("key", PRINTED)
def test_prediction_agrees_with_every_printed_digit(key, predictions):
    digits = re.findall(r"-?\d+\.\d+", PRINTED[key])
    values = np.ravel(predictions[key])
    assert len(values) == len(digits)
    for value, text in zip(values, digits, strict=True):
        assert abs(value - float(text)) <= 0.501 * 10.0 ** -len(text.split(".")[1])
