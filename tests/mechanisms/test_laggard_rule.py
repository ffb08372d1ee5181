"""C34: what opening brings a lab against what it gives away."""

import dataclasses
import math

import numpy as np
import pytest

from platformsim.mechanisms.laggard_rule import LaggardRule
from platformsim.model import PlatformModel
from platformsim.scenario import load

DEMAND, MARGIN = 200.0, 0.5


def market(lead=0.0, users=(0.5, 0.5), rival="closed_api", months=24, replicate=0, **rule):
    """Two labs of which the first is ahead by a log lead; nobody builds, trains or learns."""
    scenario = load(
        {
            "run": {"months": months, "burn_in": 0},
            "sides": {"users": {"count": 1000}},
            "technologies": [
                {"name": "ours", "owner": "us", "capability": 100.0 * math.exp(lead),
                 "api_demand": DEMAND, "api_margin": MARGIN},
                {"name": "theirs", "owner": "them", "api_demand": DEMAND, "api_margin": MARGIN,
                 "release_mode": rival},
            ],
            "platforms": [
                {"name": "our_place", "owner": "us", "initial": {"users": users[0]}},
                {"name": "their_place", "owner": "them", "initial": {"users": users[1]}},
            ],
            "releasers": [{"name": "us", "cash": 1e6}, {"name": "them", "cash": 1e6}],
            "mechanisms": {
                "lab_economics": {"train_cost_0": 0.0, "leak_rate": 0.0, "leak_closed": 0.0,
                                  "price_cap": False},
                "laggard_rule": rule,
            },
        }
    )  # fmt: skip
    return PlatformModel(scenario, replicate=replicate)


def gains(**changes):
    model = market(**changes)
    return model.market.mechanisms[0].gains(model.market)


def odds(edge):
    return 1.0 / (1.0 + math.exp(-edge / 0.1))


def test_a_leader_weighs_its_margin_and_its_leak():
    lead = 0.2
    leak = 2 * DEMAND * MARGIN * (odds(lead * 0.7 - 0.3) - odds(lead - 0.3))
    assert gains(lead=lead)[0] == pytest.approx(-DEMAND * MARGIN + leak)


def test_a_laggard_weighs_its_margin_and_the_harm_to_the_leader():
    harm = 0.5 * DEMAND * MARGIN * math.exp(-0.2 / 0.3)
    assert gains(lead=-0.2)[0] == pytest.approx(-DEMAND * MARGIN + harm)
    assert gains(lead=-0.2, rivalry=0.0)[0] == pytest.approx(-DEMAND * MARGIN)


def test_an_open_leader_has_no_margin_to_harm():
    assert gains(lead=-0.2, rival="open_weights")[0] == pytest.approx(-DEMAND * MARGIN)


@pytest.mark.parametrize("harm_scale", [0.01, 2.0])
def test_a_lead_however_long_does_no_harm_that_had_to_be_computed(harm_scale):
    model = market(harm_scale=harm_scale)
    model.market.technologies["capability"] = 9000.0, 1.0
    assert model.market.mechanisms[0].gains(model.market)[0] == pytest.approx(-DEMAND * MARGIN)


def test_what_outsiders_add_counts_less_the_more_rivals_learn():
    def with_builders(**rule):
        model = market(lead=0.1, **rule)
        model.market.technologies["builders"][:] = [100.0, 300.0]
        return model.market.mechanisms[0].gains(model.market)[0]

    added = math.log(1.0 + 24 * 0.02 * 20.0 / (100.0 * math.exp(0.1)))
    contest = odds(0.07 - 0.3 + 0.7 * added) - odds(0.1 - 0.3)
    assert with_builders() == pytest.approx(-DEMAND * MARGIN + 2 * DEMAND * MARGIN * contest)
    # Who leaks everything has nothing of it.
    assert with_builders(leak_rate=1.0) == pytest.approx(gains(lead=0.1, leak_rate=1.0)[0])


def test_the_gain_falls_with_the_lead_on_either_side_of_level():
    behind = [gains(lead=lead)[0] for lead in (-0.5, -0.2, -0.05)]
    ahead = [gains(lead=lead)[0] for lead in (0.05, 0.1, 0.2)]
    assert min(behind) > max(ahead)
    assert ahead == sorted(ahead, reverse=True)


def test_a_leak_costs_most_where_data_make_the_contest_close():
    users = (0.9, 0.1)
    found = [gains(lead=0.1, users=users, flywheel=f)[0] for f in (0.0, 0.25, 5.0)]
    assert found[1] < found[0] < found[2]
    # Closest where lead and flywheel make up for what the challenger brings: here at 0.25 * 0.8.
    grid = np.linspace(0.0, 1.0, 41)
    costs = [gains(lead=0.1, users=users, flywheel=float(f))[0] for f in grid]
    assert grid[int(np.argmin(costs))] == pytest.approx(0.25, abs=0.05)


def test_labs_decide_at_reviews_alone_and_as_often_as_the_odds_say():
    opened = []
    for replicate in range(200):
        model = market(lead=-0.2, months=13, noise=40.0, replicate=replicate)
        path = model.run().history.technologies["newest_open"][:, 0]
        assert path[0] == 0
        assert len(set(path[1:13].tolist())) == 1
        opened.append(path[1])
    expected = 1.0 / (1.0 + math.exp(-gains(lead=-0.2)[0] / 40.0))
    assert np.mean(opened) == pytest.approx(expected, abs=3 * math.sqrt(expected / 200))


def test_without_reviews_nobody_moves():
    model = market(review_months=0, noise=1000.0).run()
    assert not model.history.technologies["newest_open"].any()


def test_a_lab_alone_compares_its_incomes():
    model = market(lead=-0.2)
    model.market.releaser_of_technology[:] = 0
    found = dataclasses.replace(LaggardRule(), rivalry=1.0).gains(model.market)
    assert found == pytest.approx([-DEMAND * MARGIN] * 2)
