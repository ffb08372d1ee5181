"""Many agents: where they add to the network effect, where they replace it, and their cost."""

import math

import numpy as np
import pytest

from platformsim.mechanisms.plural_agents import PluralAgents
from platformsim.metrics import measure
from platformsim.model import PlatformModel
from platformsim.scenario import load
from platformsim.theory import agent_protocols


def market(kappa=0.3, *, quality=0.2, months=120, resolution="mean_field", enabled=True, **row):
    table = {
        "name": "agents",
        "run": {"months": months, "burn_in": 12, "resolution": resolution},
        "sides": {"users": {"count": 1000}, "businesses": {"count": 100}},
        "technologies": [{"name": "model", "release_mode": "open_weights"}],
        "platforms": [{"name": "better", "quality": quality}, {"name": "other"}],
        "mechanisms": {
            "direct_network": {},
            "business_ai": {},
            "plural_agents": {"kappa_agent": kappa, "enabled": enabled, **row},
        },
    }
    return load(table)


def run(scenario):
    model = PlatformModel(scenario).run()
    measured = measure(model.history)
    return model, dict(zip((c.name for c in measured.columns), measured.summary, strict=True))


def test_the_sign_of_the_effect_on_concentration_turns_at_the_closed_form():
    without = run(market(enabled=False))[1]["users.largest_share"]
    kappas = np.linspace(0.0, 0.6, 7)
    effects = [run(market(float(k)))[1]["users.largest_share"] - without for k in kappas]
    assert effects[0] > 0.02
    assert effects[-1] < -0.02
    turn = np.interp(0.0, effects[::-1], kappas[::-1])
    expected = agent_protocols.neutral_protocols(0.5, 1.5)
    assert expected == 0.25
    assert turn == pytest.approx(expected, rel=0.1)


@pytest.mark.parametrize(("agent", "contact"), [(1.0, 1.5), (0.5, 0.5), (0.3, 2.7)])
def test_at_neutral_protocols_agents_leave_shares_as_they_are(agent, contact):
    kappa = agent_protocols.neutral_protocols(agent, contact)
    row = {"beta_agent": agent, "beta_contact": contact, "search_cost": 0.01}
    model, found = run(market(kappa, months=400, **row))
    assert found["users.agent_share"] > 0.1
    # The network effect is as without agents: the share solves s = logistic(0.2 + 1.5 (2 s - 1)).
    share = model.market.share["users"][0]
    assert share == pytest.approx(1 / (1 + math.exp(-0.2 - 1.5 * (2 * share - 1))), abs=1e-4)


@pytest.mark.parametrize("kappa", [0.0, 0.3, 1.0])
def test_shares_settle_where_the_network_effect_with_agents_says(kappa):
    model, found = run(market(kappa, months=400))
    share, phi = model.market.share["users"][0], found["users.agent_share"]
    slope = 1.5 + agent_protocols.added_slope(phi, kappa, 0.5, 1.5)
    assert share == pytest.approx(1 / (1 + math.exp(-0.2 - slope * (2 * share - 1))), rel=0.001)


def test_people_hold_as_many_agents_as_are_worth_their_search():
    mechanism = PluralAgents(kappa_agent=1.0, search_cost=0.2)
    share, held = mechanism.uptake(0.6, 0.5)
    worth = 0.6 * (0.5 * 0.5 + 2.0 * 0.5)
    assert share == pytest.approx(0.6 * agent_protocols.covered(worth, 0.2))

    def net(k):
        return worth * (1 - math.exp(-k)) - 0.2 * k

    assert net(held) > max(net(held - 0.01), net(held + 0.01))
    assert share == pytest.approx(0.6 * (1 - math.exp(-held)))


def test_costly_search_leaves_one_default():
    model, found = run(market(1.0, search_cost=1.0))
    assert found["users.agent_share"] == 0.0
    assert model.market.platforms["agents_held"].sum() == 0.0
    assert found["users.effective_agents"] == pytest.approx(found["users.effective_number"])


def test_free_search_covers_all_that_agents_could_do():
    assert PluralAgents(search_cost=0.0).uptake(0.4, 0.5) == (0.4, 0.0)
    assert PluralAgents(search_cost=0.0, kappa_agent=0.0).uptake(0.4, 0.0) == (0.0, 0.0)


def test_there_are_more_agents_than_platforms():
    model, found = run(market(1.0))
    phi = found["users.agent_share"]
    firms = model.market.tables["firms"]
    own = firms["own_closed"].sum() + firms["own_open"].sum()
    shares = model.market.members / model.market.members.sum()
    hhi = ((shares * (1 - phi)) ** 2).sum() + phi**2 / own
    assert found["users.effective_agents"] == pytest.approx(1 / hhi, rel=0.02)
    assert found["users.effective_agents"] > 2 > found["users.effective_number"] - 0.01


def test_without_agents_of_others_it_does_nothing():
    table = market(1.0, months=20).table
    del table["mechanisms"]["business_ai"]
    with_rule = PlatformModel(load(table)).run()
    table["mechanisms"]["plural_agents"]["enabled"] = False
    without = PlatformModel(load(table)).run()
    assert np.array_equal(
        with_rule.history.sides["users"].share, without.history.sides["users"].share
    )


def test_creators_ais_count_as_agents():
    table = market(1.0, months=40).table
    del table["mechanisms"]["business_ai"], table["sides"]["businesses"]
    table["sides"]["creators"] = {"count": 60}
    table["mechanisms"]["creator_ai"] = {}
    model = PlatformModel(load(table)).run()
    audiences = model.market.tables["audiences"]
    assert model.market.platforms["agent_count"][0] == pytest.approx(audiences["with_ai"].sum())
    assert model.market.platforms["agent_share"][0] > 0
