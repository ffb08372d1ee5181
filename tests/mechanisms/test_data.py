"""C14: what data add up to, what they are worth, and when they tip a market."""

import math

import numpy as np
import pytest

from platformsim.model import PlatformModel
from platformsim.scenario import load

COLLECT, DECAY, ALPHA, HOURS = 0.1, 0.03, 0.1, 30.0


def market(count=100, months=400, resolution="mean_field", revise=0.0, **rows):
    """Two platforms; nobody moves unless ``revise`` says so."""
    return load(
        {
            "run": {"months": months, "burn_in": 0, "resolution": resolution},
            "market": {"hours": HOURS},
            "sides": {"users": {"count": count, "revise_rate": revise}},
            "platforms": [
                {"name": "a", "initial": {"users": 0.7}, **rows.pop("a", {})},
                {"name": "b", "initial": {"users": 0.3}, **rows.pop("b", {})},
            ],
            "mechanisms": {"data": rows.pop("data", {}), **rows},
        }
    )


def columns(scenario):
    platforms = PlatformModel(scenario).run().history.platforms
    return platforms["data"], platforms["data_quality"]


def test_the_stock_settles_where_collection_and_decay_meet():
    stock, worth = columns(market(a={"data_types": 2.0}))
    expected = np.array([2.0 * 0.7, 3.0 * 0.3]) * COLLECT * HOURS / DECAY
    assert stock[-1] == pytest.approx(expected, rel=1e-4)
    assert worth[-1] == pytest.approx(ALPHA * np.log(1 + 0.5 * expected), rel=1e-4)


def test_the_first_months_by_hand():
    stock, _ = columns(market(months=3))
    month = COLLECT * 3.0 * HOURS * 0.7
    by_hand = [0.0, month, 0.97 * month + month, 0.97 * (0.97 * month + month) + month]
    assert stock[:, 0] == pytest.approx(by_hand)


@pytest.mark.parametrize("resolution", ["agents", "cohorts", "mean_field"])
@pytest.mark.parametrize("count", [50, 50_000])
def test_the_law_does_not_depend_on_the_size_of_the_market(count, resolution):
    stock, _ = columns(market(count, 24, resolution))
    assert stock[-1] == pytest.approx(columns(market(1000, 24))[0][-1], rel=1e-3)


def test_three_times_the_variety_is_worth_three_times_the_volume():
    varied, _ = columns(market(data={"variety": 3.0}))
    busy, _ = columns(market(data={"variety": 1.0, "collect_rate": 0.3}))
    assert varied[-1] == pytest.approx(busy[-1])


def test_returns_diminish():
    worth = [columns(market(data={"variety": v}))[1][-1, 0] for v in (2.0, 4.0, 6.0, 8.0)]
    gains = np.diff(worth)
    assert np.all(gains > 0)
    assert np.all(np.diff(gains) < 0)


def test_what_is_of_no_use_is_worth_nothing():
    stock, worth = columns(market(data={"convert_rate": 0.0}))
    assert stock[-1].min() > 0
    assert not worth.any()


def test_portable_data_are_worth_the_same_to_all():
    for portability in (0.25, 1.0):
        stock, worth = columns(market(data={"portability": portability}))
        usable = stock[-1] + portability * stock[-1][::-1]
        assert worth[-1] == pytest.approx(ALPHA * np.log(1 + 0.5 * usable))
    assert worth[-1][0] == pytest.approx(worth[-1][1], rel=1e-12)


def test_data_enter_utility_as_quality():
    # Without a network effect the odds are those of the logit of the gap in quality.
    rows = {"a": {"data_types": 8.0}, "b": {"data_types": 1.0}}
    model = PlatformModel(market(months=600, revise=0.2, data={"alpha_data": 0.4}, **rows)).run()
    share, worth = model.market.share["users"], model.market.platforms["data_quality"]
    assert math.log(share[0] / share[1]) == pytest.approx(worth[0] - worth[1], rel=1e-3)
    assert share[0] > 0.7


@pytest.mark.parametrize("portability", [0.0, 0.5])
def test_data_lower_the_threshold_of_tipping_as_the_closed_form_says(portability):
    # beta* = K (1 - (1 - p) / (1 + (K - 1) p) alpha x), x = c E / (1 + c E) at the even split.
    usable = COLLECT * 3.0 * HOURS / DECAY * 0.5 * (1 + portability)
    x = 0.5 * usable / (1 + 0.5 * usable)
    threshold = 2.0 * (1 - (1 - portability) / (1 + portability) * ALPHA * x)
    assert threshold < 1.95
    leads = []
    for beta in (threshold - 0.03, threshold + 0.03):
        rows = {"data": {"portability": portability}, "direct_network": {"beta_direct": beta}}
        small_lead = {"platforms.a.initial.users": 0.51, "platforms.b.initial.users": 0.49}
        scenario = market(months=1200, revise=0.5, **rows).with_settings(small_lead)
        model = PlatformModel(scenario).run()
        leads.append(abs(model.market.share["users"][0] - 0.5))
    assert leads[0] < 0.01
    assert leads[1] > 0.05


def test_without_users_nothing_is_collected():
    scenario = load(
        {
            "run": {"months": 13},
            "sides": {"creators": {"count": 20}},
            "platforms": [{"name": "a"}],
            "mechanisms": {"data": {}},
        }
    )
    assert not PlatformModel(scenario).run().history.platforms["data"].any()
