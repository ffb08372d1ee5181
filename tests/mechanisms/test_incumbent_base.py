"""C12: reach that an incumbent has and a newcomer must buy."""

import math

import numpy as np
import pytest

from platformsim.metrics import measure
from platformsim.model import PlatformModel
from platformsim.scenario import load


def market(mechanism=None, base=0.6, months=60, cash=2500.0, quality=0.0, **changes):
    """An incumbent with a base and a newcomer, in the mean field; nobody is on anything else."""
    scenario = load(
        {
            "run": {"months": months, "burn_in": 0, "resolution": "mean_field"},
            "sides": {"users": {"count": 1000, "outside_option": True}},
            "platforms": [
                {"name": "old", "owner": "giant", "age": 120.0, "initial": {"users": base}},
                {"name": "new", "owner": "young", "initial": {"users": 0.0}, "quality": quality},
            ],
            "releasers": [{"name": "giant", "cash": cash}, {"name": "young", "cash": cash}],
            "mechanisms": {"incumbent_base": mechanism or {}},
        }
    )
    return scenario.with_settings(changes)


def measured(scenario):
    found = measure(PlatformModel(scenario).run().history)
    return dict(zip((c.name for c in found.columns), found.summary, strict=True))


@pytest.mark.parametrize(("rate", "base"), [(0.05, 0.6), (0.1, 0.4), (0.02, 0.9)])
def test_an_incumbent_reaches_its_base_as_the_closed_form_says(rate, base):
    scenario = market({"attach_rate": rate}, base, 120, **{"sides.users.revise_rate": 0.0})
    expected = math.ceil(math.log(1 - 0.3 / base) / math.log(1 - rate))
    assert measured(scenario)["reach_month[old]"] == expected


def test_a_platform_that_never_reaches_them_counts_as_after_the_run():
    found = measured(market(base=0.2, **{"sides.users.revise_rate": 0.0}))
    assert found["reach_month[old]"] == found["reach_month[new]"] == 61
    assert found["reach_lead[old]"] == 0


def test_members_know_their_platform_and_others_must_have_heard_of_it():
    # Two months of the logit by hand: outside 0, quality q, r of those outside know the platform.
    quality, unaware, start, revise = 0.7, 0.4, 0.25, 0.1
    scenario = load(
        {
            "run": {"months": 2, "burn_in": 0, "resolution": "mean_field"},
            "sides": {"users": {"count": 100, "outside_option": True, "revise_rate": revise}},
            "platforms": [
                {"name": "only", "quality": quality, "ad_yield": 0.0, "initial": {"users": start}}
            ],
            "mechanisms": {"incumbent_base": {"unaware": unaware}},
        }
    )
    reached = 1 - unaware * (1 - start)
    join = reached * math.exp(quality) / (1 + reached * math.exp(quality))
    leave = 1 / (1 + math.exp(quality))
    share = start
    for _ in range(2):
        share += revise * ((1 - share) * join - share * leave)
    model = PlatformModel(scenario).run()
    assert model.market.share["users"][0] == pytest.approx(share)
    # Without income there is nothing to spend on reach.
    assert model.market.platforms["reached"][0] == pytest.approx(reached)


def test_nobody_joins_a_newcomer_without_money():
    shares = PlatformModel(market(cash=0.0)).run().history.sides["users"].share
    assert shares[:, 1].max() < 1e-9


def test_reach_is_paid_for_at_its_cost_and_never_on_credit():
    model = PlatformModel(market({"cac": 8.0})).run()
    history, ledger = model.history, model.market.ledger
    account, reason = (
        ledger.accounts.index("young"), ledger.reasons.index("acquisition")
    )  # fmt: skip
    spent = history.paid[:, account, reason]
    won = 1000 * np.diff(history.platforms["reached"][:, 1])
    assert spent[1:] == pytest.approx(8.0 * won, abs=1e-6)
    assert won[0] == pytest.approx(2500.0 / 12.0 / 8.0)
    assert history.releasers["cash"].min() >= 0
    assert spent.sum() > 2000


def test_free_acquisition_tells_everybody_at_once():
    reached = PlatformModel(market({"cac": 0.0})).run().history.platforms["reached"]
    assert reached[0] == pytest.approx([0.6, 0.0])
    assert np.all(reached[1:] == 1.0)


def test_without_cross_cash_only_what_the_new_product_brings_is_spent():
    spent = {}
    for cross in (True, False):
        model = PlatformModel(market({"cross_cash": cross, "cac": 50.0}, months=1)).run()
        ledger = model.market.ledger
        spent[cross] = ledger.paid[
            ledger.accounts.index("giant"), ledger.reasons.index("acquisition")
        ]
        earned = model.history.releasers["revenue"][1, 0]
    # In its first month nobody of the base has the new product yet.
    assert spent[False] == 0
    assert spent[True] == pytest.approx(earned + 2500.0 / 12.0)


def compensating_gap(base):
    """Extra quality with which the newcomer reaches 30 % of users as soon as the incumbent."""
    low, high = 0.0, 8.0
    for _ in range(9):
        middle = (low + high) / 2
        table = market(base=base, quality=middle).table
        table["mechanisms"]["direct_network"] = {}
        lead = measured(load(table))["reach_lead[old]"]
        low, high = (middle, high) if lead > 0 else (low, middle)
    return high


def test_the_compensating_quality_gap_grows_with_the_base():
    gaps = [compensating_gap(base) for base in (0.4, 0.6, 0.8)]
    assert 0.2 < gaps[0] < gaps[1] - 0.1 < gaps[2] - 0.2 < 3


def test_without_a_base_equals_arrive_together():
    changes = {"platforms.old.age": 0.0, "platforms.old.initial.users": 0.0}
    assert measured(market(months=120, **changes))["reach_lead[old]"] == 0


def test_a_platform_that_opens_later_does_not_spend_before():
    scenario = market(**{"platforms.new.launch_month": 20})
    reached = PlatformModel(scenario).run().history.platforms["reached"][:, 1]
    assert not reached[:20].any()
    assert reached[20] > 0


@pytest.mark.parametrize("cac", [0.7, 3.0, 8.1])
def test_two_platforms_of_one_owner_spend_one_budget_and_no_rounding_beyond_it(cac):
    # (b / c) * c may exceed b by a rounding error, for about one budget in ten.
    for cash in np.linspace(1.0, 90.0, 40).tolist():
        scenario = market({"cac": cac}, cash=cash, months=1)
        table = scenario.table
        table["platforms"].append({"name": "third", "owner": "young", "initial": {"users": 0.0}})
        model = PlatformModel(load(table)).run()
        ledger = model.market.ledger
        account, reason = ledger.accounts.index("young"), ledger.reasons.index("acquisition")
        assert ledger.paid[account, reason] == pytest.approx(cash / 12.0)
