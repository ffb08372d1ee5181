"""C32: when a firm takes up a new wave, and what the turning costs it."""

import math

import numpy as np
import pytest

from platformsim.model import PlatformModel
from platformsim.scenario import load

SHOCK = 10


def market(months=80, age=240.0, revise=0.0, **mechanism):
    """An old platform with 0.6 of the users and a newcomer; nobody moves unless told to."""
    mechanism = {"shock_month": SHOCK, "explore_budget": 0.0, "legacy_growth": 0.1} | mechanism
    return load(
        {
            "run": {"months": months, "burn_in": 0, "resolution": "mean_field"},
            "sides": {"users": {"count": 1000, "revise_rate": revise}},
            "platforms": [
                {"name": "old", "owner": "giant", "age": age, "initial": {"users": 0.6}},
                {"name": "new", "owner": "young", "initial": {"users": 0.4}},
            ],
            "releasers": [{"name": "giant"}, {"name": "young"}],
            "mechanisms": {"dilemma": mechanism},
        }
    )


def run(scenario):
    return PlatformModel(scenario).run()


def paid(model, account, reason):
    ledger = model.market.ledger
    return model.history.paid[:, ledger.accounts.index(account), ledger.reasons.index(reason)]


@pytest.mark.parametrize(("commit", "value"), [(0.3, 1.0), (0.6, 1.0), (0.6, 3.0)])
def test_the_lag_is_that_of_the_closed_form(commit, value):
    # At this age all revenue is committed, and shares stand still: the condition is
    # 24 * 0.4 * value * (1 - exp(-t / 24)) >= 12 * commit.
    model = run(market(commit_cost=commit, wave_value=value))
    expected = -24.0 * math.log(1 - 12 * commit / (24 * 0.4 * value))
    assert expected > 4
    assert model.market.platforms["waited"][0] == math.ceil(expected)


def test_the_lag_rises_with_age():
    lags = [
        run(market(age=age, legacy_growth=0.02)).market.platforms["waited"][0]
        for age in (1.0, 24.0, 60.0, 240.0)
    ]
    assert np.all(np.diff(lags) > 0)


def test_where_the_wave_disturbs_nothing_age_does_not_matter():
    for age in (1.0, 240.0):
        model = run(market(age=age, commit_cost=0.0))
        assert not model.market.platforms["waited"].any()
        assert model.history.platforms["adopted"][SHOCK].all()
        assert not model.history.platforms["adopted"][SHOCK - 1].any()


def test_a_wave_that_is_not_worth_the_transition_is_never_taken_up():
    # 24 * 0.4 * 1 = 9.6 months of revenue against 12.
    model = run(market(commit_cost=1.0))
    assert not model.history.platforms["adopted"][:, 0].any()
    assert model.market.platforms["waited"][0] == 80 - SHOCK
    assert not paid(model, "giant", "transition").any()


def test_the_commitment_is_what_has_been_added_since_the_beginning():
    model = run(market(age=50.0, legacy_growth=0.02, commit_cost=1.0))
    months = 50 + np.arange(SHOCK, 81)
    committed = model.history.platforms["committed"][SHOCK:, 0]
    assert committed == pytest.approx(1 - 1.02 ** -months.astype(float))


def test_the_transition_costs_its_months_of_committed_revenue():
    model = run(market(commit_cost=0.3))
    revenue = 600 * 30.0 * 0.02
    bill = paid(model, "giant", "transition")
    assert np.count_nonzero(bill) == 11  # the month of the decision itself costs nothing yet
    assert bill.max() == pytest.approx(0.3 * revenue, rel=1e-3)
    assert not paid(model, "young", "transition")[: SHOCK + 1].any()


def test_exploring_costs_until_the_wave_is_taken_up_and_shortens_the_lag():
    idle = run(market(commit_cost=0.6))
    alert = run(market(commit_cost=0.6, explore_budget=0.05))
    bill = paid(alert, "giant", "exploration")
    adopted = alert.history.platforms["adopted"][:, 0]
    assert bill[1:SHOCK] == pytest.approx(0.05 * 600 * 30.0 * 0.02)
    assert not bill[1:][adopted[:-1] == 1].any()
    assert not paid(alert, "young", "exploration").any()  # has nothing to be freed from
    relief = 0.5 * (1 - math.exp(-0.05 / 0.02))
    expected = math.ceil(-24.0 * math.log(1 - 12 * 0.6 * (1 - relief) / 9.6))
    assert alert.market.platforms["waited"][0] == expected
    assert expected < idle.market.platforms["waited"][0]


def test_exploring_has_an_optimum_inside_its_range():
    profits = []
    for budget in (0.0, 0.04, 0.3):
        scenario = market(120, 120.0, 0.1, legacy_growth=0.02, explore_budget=budget)
        profits.append(run(scenario).history.releasers["profit"][:, 0].sum())
    none, some, much = profits
    assert some > none
    assert some > much


def test_the_wave_is_worth_what_it_has_grown_to():
    # The old one has too much at stake ever to turn: the odds are those of a logit gap of 1.
    never = {"commit_cost": 1.0, "transition_months": 60, "legacy_growth": 0.0015}
    model = run(market(months=300, revise=0.2, **never))
    share, adopted = model.market.share["users"], model.market.platforms["adopted"]
    assert adopted.tolist() == [0.0, 1.0]
    assert math.log(share[1] / share[0]) == pytest.approx(1.0, abs=0.01)


def test_before_the_wave_there_is_no_difference():
    with_it, without = (run(market(months=SHOCK, revise=0.2, enabled=on)) for on in (True, False))
    shares = [model.history.sides["users"].share for model in (with_it, without)]
    assert np.array_equal(*shares)


def test_a_newcomer_after_the_shock_starts_with_the_wave():
    scenario = market().with_settings(
        {"platforms.new.launch_month": 30, "platforms.new.initial.users": 0.0,
         "platforms.old.initial.users": 1.0}
    )  # fmt: skip
    model = run(scenario)
    assert model.market.platforms["waited"][1] == 0
    assert model.history.platforms["adopted"][SHOCK, 1] == 1
