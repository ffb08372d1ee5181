"""Firms between a shared assistant and an AI of their own: switch points, money, time."""

import math

import numpy as np
import pytest

from platformsim.mechanisms.business_ai import SIZES, BusinessAi
from platformsim.metrics import measure
from platformsim.model import PlatformModel
from platformsim.scenario import load
from platformsim.theory import own_ai

LEAK, GAP, MARGIN, PROSPECTS = 0.15, 0.05, 1.0, 20.0
COST_OPEN, COST_CLOSED, FEAR = 1.5, 3.0, 0.3


def market(mode="open_weights", *, firms=4000, months=60, resolution="mean_field", **changes):
    """All firms of one size, unless said otherwise, and one model."""
    row = {"size_spread": 0.0, **changes.pop("row", {})}
    table = {
        "name": "firms",
        "run": {"months": months, "burn_in": 0, "resolution": resolution},
        "sides": {"users": {"count": 1000}, "businesses": {"count": firms}},
        "technologies": [{"name": "model", "owner": "lab", "release_mode": mode}],
        "platforms": [{"name": "here", "owner": "giant"}, {"name": "there"}],
        "releasers": [{"name": "lab"}, {"name": "giant"}],
        "mechanisms": {"business_ai": row},
    }
    return load(table).with_settings(changes) if changes else load(table)


def run(scenario, replicate=0):
    model = PlatformModel(scenario, replicate=replicate).run()
    measured = measure(model.history)
    return model, dict(zip((c.name for c in measured.columns), measured.summary, strict=True))


def test_the_switch_points_of_the_defaults_lie_on_either_side_of_the_default_leak():
    opened = own_ai.switch_leak(GAP, MARGIN, PROSPECTS, COST_OPEN)
    closed = own_ai.switch_leak(GAP, MARGIN, PROSPECTS, COST_CLOSED)
    assert (opened, closed) == (pytest.approx(0.125), pytest.approx(0.2))
    assert opened < LEAK < closed
    assert own_ai.switch_size(LEAK, GAP, MARGIN, COST_OPEN) == pytest.approx(15.0)
    assert own_ai.switch_size(LEAK, GAP, MARGIN, COST_CLOSED, FEAR) == pytest.approx(33.0)
    assert own_ai.switch_size(0.03, GAP, MARGIN, COST_OPEN) == math.inf


@pytest.mark.parametrize(
    ("mode", "cost", "fear"), [("open_weights", COST_OPEN, 0.0), ("closed_api", COST_CLOSED, FEAR)]
)
@pytest.mark.parametrize("resolution", ["agents", "cohorts", "mean_field"])
def test_half_of_the_firms_switch_where_the_closed_form_says(mode, cost, fear, resolution):
    leak = own_ai.switch_leak(GAP, MARGIN, PROSPECTS, cost, fear)
    row = {"steer_leak": leak}
    _, found = run(market(mode, row=row, resolution=resolution))
    assert found["own_ai"] == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize(
    ("mode", "cost", "fear"), [("open_weights", COST_OPEN, 0.0), ("closed_api", COST_CLOSED, FEAR)]
)
def test_the_simulated_switch_point_is_within_a_tenth_of_the_closed_form(mode, cost, fear):
    leaks = np.linspace(0.02, 0.34, 9)
    shares = [run(market(mode, row={"steer_leak": leak}))[1]["own_ai"] for leak in leaks.tolist()]
    assert np.all(np.diff(shares) > 0)
    simulated = np.interp(0.5, shares, leaks)
    assert simulated == pytest.approx(
        own_ai.switch_leak(GAP, MARGIN, PROSPECTS, cost, fear), rel=0.1
    )


def test_adoption_is_the_logit_share_of_what_an_own_ai_earns_more():
    gain = own_ai.advantage(0.3, GAP, MARGIN, 40.0, COST_OPEN)
    expected = own_ai.own_share((gain,), 4.0)
    changes = {"sides.businesses.choice_noise": 4.0}
    _, found = run(market(row={"steer_leak": 0.3, "prospects": 40.0}, **changes))
    assert found["own_ai"] == pytest.approx(expected, rel=0.01)
    assert found["ai_mode[own_closed]"] == 0.0


def test_own_ais_are_for_firms_above_the_switch_size():
    row = {"size_spread": 1.0}
    changes = {"sides.businesses.choice_noise": 0.25}
    _, found = run(market(row=row, **changes))
    least = own_ai.switch_size(LEAK, GAP, MARGIN, COST_OPEN)
    for size, prospects in zip(SIZES, BusinessAi(size_spread=1.0).sizes(), strict=True):
        assert (found[f"own_ai[{size}]"] > 0.5) == (prospects > least)
    shares = [found[f"own_ai[{size}]"] for size in SIZES]
    assert shares == sorted(shares)


def test_an_open_model_that_trails_the_frontier_is_worth_less():
    table = market().table
    table["technologies"].append({"name": "best", "capability": 120.0})
    _, found = run(load(table))
    _, level = run(market())
    assert found["ai_mode[own_open]"] < level["ai_mode[own_open]"]
    # Then a lab sells a better one as well; the two kinds stand to each other as the logit says.
    met = MARGIN * PROSPECTS * 0.95
    odds = math.exp((met / 1.2 - COST_OPEN) - (met - COST_CLOSED - FEAR))
    assert found["ai_mode[own_open]"] / found["ai_mode[own_closed]"] == pytest.approx(
        odds, rel=0.02
    )


def test_without_any_model_all_firms_stay_with_the_shared_assistant():
    table = market().table
    table["technologies"] = []
    _, found = run(load(table))
    assert found["ai_mode[shared]"] == 1.0


def test_a_lab_that_has_left_sells_no_ais():
    table = market("closed_api", months=24).table
    scenario = load(table)
    model = PlatformModel(scenario)
    model.market.releasers["active"][0] = 0.0
    model.run()
    assert model.market.tables["firms"]["own_closed"].sum() == 0.0


@pytest.mark.parametrize("inside", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("mode", ["open_weights", "closed_api"])
def test_what_is_paid_follows_from_who_uses_what(inside, mode):
    row = {"rivals_inside": inside, "placement": 0.2}
    scenario = market(mode, firms=200, resolution="agents", row=row)
    model = PlatformModel(scenario).run()
    firms, ledger = model.market.tables["firms"], model.market.ledger
    shared, closed, opened = (firms[m].sum() for m in ("shared", "own_closed", "own_open"))
    assert shared + closed + opened == 200
    steered = shared * PROSPECTS * LEAK * MARGIN
    sold = PROSPECTS * MARGIN * (shared * (1 - LEAK) + (closed + opened) * 0.95)
    assert ledger.got("businesses", "assisted_sales") == pytest.approx(sold + inside * steered)
    assert ledger.got("sponsored_sellers", "assisted_sales") == pytest.approx(
        (1 - inside) * steered
    )
    members = model.market.members / model.market.members.sum()
    assert ledger.got("giant", "placement") == pytest.approx(0.2 * steered * members[0])
    assert ledger.got("there", "placement") == pytest.approx(0.2 * steered * members[1])
    assert ledger.got("lab", "own_ai") == pytest.approx(COST_CLOSED * closed)
    assert ledger.got("suppliers", "inference") == pytest.approx(0.5 * COST_CLOSED * closed)
    assert ledger.got("suppliers", "hosting") == pytest.approx(COST_OPEN * opened)


def test_time_is_spent_on_own_ais_where_businesses_are():
    model, found = run(market(row={"eng_lift": 0.2}))
    own = found["own_ai"]
    lift = model.market.platforms["business_chat_lift"]
    assert lift == pytest.approx(0.2 * own * model.market.share["businesses"], rel=0.01)
    assert model.market.platforms["hours"] == pytest.approx(30 * (1 + lift), rel=0.01)


def test_it_does_nothing_without_businesses():
    table = market().table
    del table["sides"]["businesses"]
    model = PlatformModel(load(table)).run()
    assert model.market.tables["firms"]["shared"].sum() == 0.0


@pytest.mark.parametrize("firms", [1, 3, 7])
def test_a_handful_of_firms_stays_a_handful(firms):
    changes = {"sides.businesses.churn_rate": 0.2, "sides.businesses.arrival_rate": 0.3}
    model = PlatformModel(market(firms=firms, resolution="agents", **changes))
    for _ in range(40):
        model.step()
        held = sum(
            model.market.tables["firms"][m].sum() for m in ("shared", "own_closed", "own_open")
        )
        assert held == model.market.sides["businesses"].living or held == 0
        assert all(np.all(c >= 0) for c in model.market.tables["firms"].columns.values())
