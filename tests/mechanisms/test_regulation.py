"""The regulator: rules that cost, money that is paid, and what releasers make of it."""

import numpy as np
import pytest

from platformsim.market.release import MODE
from platformsim.model import PlatformModel
from platformsim.scenario import load

BASE = {
    "run": {"months": 4, "burn_in": 0},
    "sides": {"users": {"count": 300}},
    "technologies": [
        {"name": "shut", "owner": "lab"},
        {"name": "free", "owner": "giver", "release_mode": "open_weights"},
        {"name": "capped", "owner": "licensor", "release_mode": "open_capped", "licence_cap": 0.2},
    ],
    "platforms": [
        {"name": "a", "owner": "lab", "technology": "shut"},
        {"name": "b", "owner": "giver", "technology": "free"},
        {"name": "c", "owner": "licensor", "technology": "capped"},
    ],
    "releasers": [{"name": "lab"}, {"name": "giver"}, {"name": "licensor"}],
}


def run(**regulation):
    model = PlatformModel(load({**BASE, "mechanisms": {"regulation": regulation}}))
    return model.run()


def flow(model, account, reason, way):
    history = model.history
    path = getattr(history, way)[:, history.accounts.index(account), history.reasons.index(reason)]
    return path[1:]


def test_who_keeps_a_technology_closed_or_licensed_pays_the_penalty():
    model = run(openness_penalty=7.0)
    assert flow(model, "lab", "penalty", "paid").tolist() == [7.0] * 4
    assert flow(model, "licensor", "penalty", "paid").tolist() == [7.0] * 4
    assert flow(model, "giver", "penalty", "paid").tolist() == [0.0] * 4
    assert flow(model, "state", "penalty", "received").tolist() == [14.0] * 4


def test_the_penalty_is_part_of_what_closing_brings():
    model = run(openness_penalty=7.0)
    assert model.market.total("income_if_closed").tolist() == [-7.0] * 3


def test_a_lab_out_of_business_owes_nothing():
    model = PlatformModel(load({**BASE, "mechanisms": {"regulation": {"openness_penalty": 7.0}}}))
    model.market.releasers["active"][0] = 0.0
    model.step()
    assert flow(model, "lab", "penalty", "paid")[0] == 0.0


def test_the_subsidy_is_money_in_utility_and_in_the_ledger():
    model = run(adoption_subsidy=0.5)
    market, rule = model.market, model.market.mechanisms[0]
    assert rule.utility(market, "users").tolist() == [0.0, 0.5, 0.0]
    free = market.share["users"][1] * 300
    assert flow(model, "users", "adoption", "received")[-1] == pytest.approx(0.5 * free)
    # Everything goes through the logit of a free market: more users where money is paid.
    assert model.history.sides["users"].share[-1, 1] > 1 / 3


def test_paid_on_all_platforms_alike_it_moves_nobody():
    paid, unpaid = run(adoption_subsidy=2.0, subsidised="all"), run()
    shares = [model.history.sides["users"].share for model in (paid, unpaid)]
    assert np.array_equal(*shares)
    assert flow(paid, "users", "adoption", "received")[-1] == pytest.approx(2.0 * 300)


def test_the_liable_pay_for_the_harm_of_their_model():
    model = PlatformModel(load({**BASE, "mechanisms": {"regulation": {"liability": 0.25}}}))
    model.step()
    market = model.market
    market.technologies["harm"] = [8.0, 4.0, 0.0]
    market.ledger.open_month()
    market.mechanisms[0].update(market)
    assert market.ledger.net("lab") == -2.0
    assert market.ledger.net("giver") == -1.0
    assert market.ledger.net("users") == 3.0


def test_a_releaser_that_weighs_income_opens_under_the_rule():
    table = {**BASE, "mechanisms": {"regulation": {"openness_penalty": 50.0}}}
    table["releasers"] = [
        {"name": "lab", "strategy": "open_if_complement_pays"},
        {"name": "giver"},
        {"name": "licensor"},
    ]
    model = PlatformModel(load(table)).run()
    assert model.market.technologies["mode"][0] == MODE["open_weights"]
