"""Applications on a base layer: what they are worth, what they can charge, when they close."""

import math

import numpy as np
import pytest

from platformsim.metrics import measure
from platformsim.model import PlatformModel
from platformsim.scenario import load

NAMES = ("one", "two", "three", "four", "five")
GAIN, GINI = 0.3, 0.6


def market(mode="open_weights", months=60, resolution="mean_field", settings=None, **rule):
    table = {
        "run": {"months": months, "burn_in": 0, "resolution": resolution},
        "sides": {"users": {"count": 1000}},
        "technologies": [{"name": "chain", "release_mode": mode}],
        "platforms": [{"name": n, "technology": "chain", "ad_yield": 0.0} for n in NAMES],
        "mechanisms": {"layers": {"base": "chain", **rule}},
    }
    return PlatformModel(load(table).with_settings(settings or {}))


def column(model, name):
    return model.history.platforms[name]


def series(model, name):
    measured = measure(model.history)
    return measured.series[:, measured.series_columns.index(name)]


def test_a_reader_of_an_open_application_reads_all_open_content():
    model = market(apps="open", token_reward=0.0).run()
    value = model.market.mechanisms[0].utility(model.market, "users")
    assert value == pytest.approx(np.full(5, 1.5))
    assert model.market.mechanisms[0].own_utility(model.market, "users") == pytest.approx(0.0)


@pytest.mark.parametrize(("mode", "kappa"), [("open_weights", 0.8), ("closed_api", 0.0)])
def test_of_closed_ones_only_what_the_base_makes_portable(mode, kappa):
    model = market(mode, apps="closed").run()
    rule, share = model.market.mechanisms[0], model.market.share["users"]
    expected = 1.5 * (share + kappa * (1.0 - share)) + GAIN - 0.6
    assert rule.utility(model.market, "users") == pytest.approx(expected)
    assert rule.own_utility(model.market, "users") == pytest.approx(2.0 * (1.0 - kappa))


def test_on_a_base_that_is_not_open_every_application_is_closed():
    model = market("closed_api", apps="open").run()
    assert np.all(column(model, "app_closed") == 1.0)
    assert np.all(column(model, "app_reward") == 0.0)


def test_applications_without_the_base_are_not_concerned():
    table = market().spec.table
    table = {**table, "platforms": [*table["platforms"], {"name": "off", "ad_yield": 0.0}]}
    model = PlatformModel(load(table)).run()
    assert column(model, "app_revenue")[-1, -1] == 0.0
    assert model.market.mechanisms[0].utility(model.market, "users")[-1] == 0.0


@pytest.mark.parametrize(
    ("kappa", "gain", "charge"),
    [(1.0, 0.0, 0.0), (1.0, 0.3, 0.3), (0.9, 0.0, 0.1 * (1.5 * 0.2 + 2.0)), (0.0, 1.0, 0.6)],
)
def test_nobody_charges_more_than_an_open_copy_would_lack(kappa, gain, charge):
    model = market(apps="closed", kappa_base=kappa, closed_app_gain=gain).run()
    assert column(model, "app_charge")[-1] == pytest.approx(charge, abs=1e-6)


def test_rewards_halve_and_the_application_keeps_its_take_of_them():
    model = market(apps="open", emission_halving=10, months=25).run()
    assert column(model, "app_reward")[[1, 9, 10, 19, 20], 0] == pytest.approx(
        [1.0, 1.0, 0.5, 0.5, 0.25]
    )
    h = model.history
    chain, users = h.accounts.index("chain"), h.accounts.index("users")
    assert h.paid[5, chain, h.reasons.index("reward")] == pytest.approx(1000.0)
    assert h.paid[5, users, h.reasons.index("take")] == pytest.approx(150.0)
    assert column(model, "app_revenue")[5].sum() == pytest.approx(150.0)


@pytest.mark.parametrize(
    ("fee_model", "payer", "reason"),
    [
        ("ads", "customers", "advertising"),
        ("subscription", "users", "fees"),
        ("take", "users", "take"),
    ],
)
def test_each_way_to_earn_has_its_payer(fee_model, payer, reason):
    model = market(apps="closed", fee_model=fee_model, months=3).run()
    h = model.history
    paid = h.paid[-1, h.accounts.index(payer), h.reasons.index(reason)]
    assert paid == pytest.approx(1000 * 0.6)
    assert column(model, "app_revenue")[-1].sum() == pytest.approx(600.0)


def closing_pays(reward, share=0.2, charge=0.6):
    """What an open application of that share earns in the end if it closes, against staying."""
    answer = math.exp(GAIN - charge - (1.0 - GINI) * reward)
    closed = charge * share * answer / (1.0 - share + share * answer)
    return closed > 0.15 * reward * share


@pytest.mark.parametrize("reward", [0.5, 1.0, 1.5, 2.0, 3.0, 6.0])
def test_an_application_closes_when_that_earns_more(reward):
    model = market(token_reward=reward, emission_halving=1200, review_rate=1.0, months=1).run()
    assert np.all(column(model, "app_closed")[-1] == float(closing_pays(reward)))


def test_the_rewards_tried_lie_on_both_sides():
    assert closing_pays(0.5)
    assert not closing_pays(6.0)


def test_members_of_walled_applications_leave_by_the_closed_form():
    # Of those who think again, 4 / (exp(L) + 4) leave one of five equal applications.
    for kappa in (0.0, 0.5, 0.8, 1.0):
        rule = {"content_value": 0.0, "closed_app_gain": 0.0, "app_fee": 0.0}
        model = market(apps="closed", kappa_base=kappa, **rule).run()
        rate = 0.1 * 4.0 / (math.exp(2.0 * (1.0 - kappa)) + 4.0)
        assert series(model, "users.stay")[-1] == pytest.approx(-math.log2(rate), rel=1e-3)


def test_closed_shares_are_of_time_and_of_revenue():
    model = market(resolution="agents", review_rate=0.03, months=24).run()
    closed, revenue = column(model, "app_closed"), column(model, "app_revenue")
    some = (closed.sum(axis=1) > 0) & (closed.sum(axis=1) < 5)
    mixed = np.flatnonzero(some & (revenue.sum(axis=1) > 0))
    assert mixed.size
    share = model.history.sides["users"].share
    assert series(model, "closed_activity")[mixed] == pytest.approx((share * closed).sum(1)[mixed])
    revenue, closed = revenue[mixed], closed[mixed]
    expected = (revenue * closed).sum(1) / revenue.sum(1)
    assert series(model, "closed_revenue")[mixed] == pytest.approx(expected)


def test_no_users_no_applications():
    table = {
        "run": {"months": 15},
        "sides": {"creators": {"count": 30}},
        "platforms": [{"name": "place"}],
        "mechanisms": {"layers": {}},
    }
    model = PlatformModel(load(table)).run()
    assert np.all(column(model, "app_revenue") == 0.0)
