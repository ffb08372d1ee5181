"""C33: entry on an open model, competition for API demand, survival, buying up, allies."""

import math

import numpy as np
import pytest

from platformsim.metrics import measure
from platformsim.model import PlatformModel
from platformsim.scenario import load
from platformsim.theory.fringe_competition import best_markup, fringe_share


def market(months=24, leader=None, laggard=None, labs=None, replicate=0, **rebels):
    """Two labs with a platform each; nobody trains or learns."""
    rows = []
    for name, given in (("leader", leader or {}), ("laggard", laggard or {})):
        rows.append({"name": f"{name}s", "owner": name, "api_demand": 400.0, **given})
    still = {"train_cost_0": 0.0, "leak_rate": 0.0, "leak_closed": 0.0, "price_cap": False}
    scenario = load(
        {
            "run": {"months": months, "burn_in": 0},
            "sides": {"users": {"count": 50}},
            "technologies": rows,
            "platforms": [
                {"name": f"{name}_place", "owner": name, "technology": f"{name}s"}
                for name in ("leader", "laggard")
            ],
            "releasers": [{"name": name, "cash": 1e6} for name in ("leader", "laggard")],
            "mechanisms": {"lab_economics": {**still, **(labs or {})}, "rebels": rebels},
        }
    )
    return PlatformModel(scenario, replicate=replicate).run()


def numbers(model):
    measured = measure(model.history)
    return dict(zip((c.name for c in measured.columns), measured.summary, strict=True))


OPEN = {"release_mode": "open_weights"}


@pytest.mark.parametrize("weight", [1e-9, 1e-3, 0.2, 1.0, 7.0, 1e6])
def test_the_markup_is_the_one_that_earns_most(weight):
    markups = np.linspace(0.5, 40.0, 400_001)
    profit = markups / (1.0 + weight * np.exp(markups))
    assert best_markup(math.log(weight)) == pytest.approx(markups[profit.argmax()], abs=2e-4)


def test_the_markup_satisfies_the_first_order_condition_far_out():
    for log_weight in (-500.0, -30.0, 0.0, 30.0, 500.0):
        markup = best_markup(log_weight)
        kept = 1.0 - fringe_share(log_weight, markup)
        assert markup * (1.0 - kept) == pytest.approx(1.0, rel=1e-9)


def test_price_and_shares_are_those_of_a_market_solved_by_search():
    model = market(leader={"capability": 110.0}, laggard=OPEN, entry_rate=5.0, overhead=0.0)
    firms, technologies = model.history.tables["rebels"], model.history.technologies
    levels = firms["capability"][-1][firms["alive"][-1] == 1]
    assert len(levels) > 3
    # Buyers choose by exp((ln(capability) - price) / 0.1); firms ask 0.5 * 1.3.
    prices = np.linspace(0.5, 1.0, 500_001)
    theirs = np.exp((np.log(levels) - 0.65) / 0.1).sum()
    own = np.exp((np.log(110.0) - prices) / 0.1)
    best = ((prices - 0.5) * own / (own + theirs)).argmax()
    assert technologies["price_factor"][-1, 0] == pytest.approx(prices[best], abs=1e-4)
    share = theirs / (theirs + own[best])
    assert technologies["rival_share"][-1, 0] == pytest.approx(share, abs=1e-3)
    assert technologies["rival_share"][-1, 1] == 0.0  # nobody sells what is free


def test_what_entrants_serve_the_lab_does_not():
    model = market(laggard=OPEN, entry_rate=5.0)
    ledger, history = model.market.ledger, model.history
    share, price = history.technologies["rival_share"][-1, 0], history.technologies["price_factor"]
    assert ledger.got("leader", "api") == pytest.approx(400 * (1 - share) * price[-1, 0])
    assert ledger.got("entrants", "api") == pytest.approx(400 * share * 0.5 * 1.3)
    assert 0.3 < share < 1.0


def test_without_entrants_the_leader_keeps_its_price_and_its_demand():
    model = market(laggard=OPEN, entry_rate=0.0)
    assert numbers(model)["leader_margin"] == pytest.approx(0.5)
    assert numbers(model)["api_share[leaders]"] == 1.0


@pytest.mark.parametrize(("mode", "cost"), [("closed_api", 1000.0), ("open_weights", 100.0)])
def test_as_many_enter_as_can_pay(mode, cost):
    # They leave at once, so that places are always free: no income, and more overhead than capital.
    entered = [
        market(
            120, {"api_demand": 0.0}, {"api_demand": 0.0, "release_mode": mode}, replicate=seed,
            entry_rate=2.0, overhead=1000.0, capital=800.0,
        ).history.tables["rebels"]["entered"][-1].sum()
        for seed in range(10)
    ]  # fmt: skip
    expected = 120 * 2.0 * math.exp(-cost / 800.0)
    # Who can pay one month's overhead as well stays a while, but 24 places suffice.
    assert np.mean(entered) == pytest.approx(expected, rel=0.1)


def test_without_income_half_of_all_last_three_years():
    lasted = failed = 0
    for seed in range(12):
        model = market(
            120, {"api_demand": 0.0}, {"api_demand": 0.0}, replicate=seed, entry_rate=5.0
        )
        firms = model.history.tables["rebels"]
        lasted += firms["lasted"][84].sum()
        failed += firms["failed"][-1].sum() * 84 / 120
    # A founder's capital is exponential: what is left after the cost of entry is so too.
    assert lasted / (lasted + failed) == pytest.approx(math.exp(-36 * 20 / 1000), abs=0.1)


def test_firms_start_from_the_better_of_the_open_model_and_scratch():
    for laggard, level in (({}, 50.0), (OPEN, 92.0), ({**OPEN, "capability": 40.0}, 50.0)):
        model = market(12, laggard={"capability": 92.0, **laggard}, entry_rate=5.0)
        firms = model.history.tables["rebels"]
        found = firms["capability"][-1][firms["alive"][-1] == 1]
        assert found == pytest.approx(np.full(len(found), level))
        assert len(found)


def test_the_leader_who_buys_everybody_pays_and_keeps_its_margin():
    model = market(60, laggard=OPEN, absorb_rate=1.0)
    assert numbers(model)["leader_margin"] == pytest.approx(0.5)
    history = model.history
    leader, reason = history.accounts.index("leader"), history.reasons.index("acquisition")
    bought = history.tables["rebels"]["entered"][-1].sum()
    assert bought > 5
    # Newcomers have no profit yet: each is paid what entering costs.
    assert history.paid[:, leader, reason].sum() == pytest.approx(100.0 * bought)


def test_allies_spare_the_platform_of_the_one_who_opened():
    hours = {}
    for ally in (False, True):
        model = market(laggard=OPEN, entry_rate=5.0, ally_releaser=ally)
        hours[ally] = model.history.platforms["hours"][-1]
    assert hours[False][0] == hours[True][0] < 30.0
    assert hours[False][1] == hours[False][0]
    assert hours[True][1] == 30.0


def test_it_runs_in_the_mean_field_and_without_technologies():
    table = load("rebels").with_arm("laggard_opens")
    small = {"run.months": 24, "run.burn_in": 0, "sides.users.count": 60}
    for changes in ({"run.resolution": "mean_field"}, {"run.resolution": "cohorts"}):
        model = PlatformModel(table.with_settings({**small, **changes})).run()
        assert model.history.tables["rebels"]["entered"][-1].sum() > 0
    bare = load(
        {
            "run": {"months": 13},
            "sides": {"users": {"count": 50}},
            "platforms": [{"name": "place"}],
            "mechanisms": {"lab_economics": {}, "rebels": {}},
        }
    )
    assert PlatformModel(bare).run().market.month == 13
