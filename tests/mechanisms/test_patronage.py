"""C10 and C11: when a lab alone runs out of money, and what a patron's money does about it."""

import math

import numpy as np
import pytest

from platformsim.model import PlatformModel
from platformsim.scenario import load

# Income of the lab: D at the full price, half of it the cost of inference; R&D a month.
DEMAND, BUDGET = 1000.0, 800.0
LOSS = BUDGET - DEMAND / 2


def scenario(months=24, resolution="agents", cash=1e6, demand=DEMAND, lab=None, **patronage):
    """A lab with API customers and a patron who has nothing else to do."""
    return load(
        {
            "run": {"months": months, "burn_in": 0, "resolution": resolution},
            "sides": {"users": {"count": 50, "outside_option": True}},
            "technologies": [{"name": "model", "owner": "lab", "api_demand": demand}],
            "platforms": [{"name": "place", "ad_yield": 0.0}],
            "releasers": [
                {"name": "lab", "cash": cash, "patron": "cloud", **(lab or {})},
                {"name": "other", "cash": 100.0},
            ],
            "mechanisms": {
                "lab_economics": {"train_cost_0": 12 * BUDGET},
                "patronage": {"withdraw_rate": 0.0, **patronage},
            },
        }
    )


def flow(model, kind, account, reason):
    flows, history = getattr(model.history, kind), model.history
    return flows[:, history.accounts.index(account), history.reasons.index(reason)]


def test_the_first_month_has_no_cut_and_the_second_has_one():
    model = PlatformModel(scenario(months=2)).run()
    gifts, cuts = (
        flow(model, "received", "lab", "patronage"),
        flow(model, "paid", "lab", "patron_cut"),
    )
    assert gifts[1:] == pytest.approx([0.5 * LOSS, 0.5 * (LOSS + 0.2 * DEMAND)])
    assert cuts[1:] == pytest.approx([0.0, 0.2 * DEMAND])


def test_computing_changes_hands_and_costs_the_lab_nothing():
    ordering, not_ordering = (
        PlatformModel(scenario(compute_buyback=share)).run() for share in (0.6, 0.0)
    )
    compute = flow(ordering, "received", "cloud", "compute")
    assert compute == pytest.approx(0.6 * flow(ordering, "paid", "cloud", "patronage"))
    assert compute == pytest.approx(flow(ordering, "paid", "suppliers", "compute"))
    cash = [model.history.releasers["cash"][:, 0] for model in (ordering, not_ordering)]
    assert np.array_equal(*cash)


def test_no_more_computing_is_ordered_than_the_lab_needs():
    # Most of what the lab loses goes to users, and no computing can be had for that.
    table = scenario(compute_buyback=1.0, patron_topup=1.0, patron_cut=0.0).table
    table["platforms"][0] |= {"owner": "lab", "fees": {"users": -100.0}, "initial": {"users": 1.0}}
    model = PlatformModel(load(table)).run()
    compute = flow(model, "received", "cloud", "compute")
    assert np.all(flow(model, "paid", "cloud", "patronage")[1:] > 2 * compute[1:])
    assert compute[1:] == pytest.approx(BUDGET + DEMAND / 2)


@pytest.mark.parametrize("topup", [0.0, 0.25, 0.5, 0.9])
def test_the_runway_is_what_the_uncovered_loss_leaves(topup):
    # The cash lasts cash / ((1 - topup) loss) months; the lab leaves in the month after.
    cash = 3000.0
    model = PlatformModel(scenario(120, cash=cash, patron_topup=topup, patron_cut=0.0)).run()
    active = model.history.releasers["active"][:, 0]
    expected = math.floor(cash / ((1.0 - topup) * LOSS)) + 2
    assert int(np.argmin(active)) == (expected if expected <= 120 else 0)


def test_a_patron_who_covers_everything_keeps_a_lab_for_good():
    model = PlatformModel(scenario(120, cash=0.0, patron_topup=1.0, patron_cut=0.0)).run()
    assert np.all(model.history.releasers["active"] == 1)
    assert model.history.releasers["cash"][-1, 0] == pytest.approx(0.0, abs=1e-6)


def test_dependence_is_what_the_definition_says():
    model = PlatformModel(scenario()).run()
    gift = 0.5 * (LOSS + 0.2 * DEMAND)
    path = model.datacollector.get_model_vars_dataframe()["patron_dependence[lab]"]
    assert path.iloc[-1] == pytest.approx(gift / (gift + DEMAND))


def test_dependence_of_a_lab_out_of_business_is_not_defined():
    model = PlatformModel(scenario(cash=100.0)).run()
    path = model.datacollector.get_model_vars_dataframe()["patron_dependence[lab]"]
    assert np.isnan(path.iloc[-1])
    assert path.iloc[1] > 0


def test_a_lab_that_earns_enough_neither_gets_nor_owes_anything():
    model = PlatformModel(scenario(demand=2 * BUDGET + 1.0)).run()
    for reason in ("patronage", "patron_cut", "compute"):
        assert not np.any(model.history.received[:, :, model.history.reasons.index(reason)])


def test_after_the_patron_has_left_the_lab_lives_on_its_cash():
    cash, leaves = 3000.0, 10
    kept = PlatformModel(scenario(60, cash=cash, patron_cut=0.0)).run()
    left = PlatformModel(scenario(60, cash=cash, patron_cut=0.0, withdraw_month=leaves)).run()
    gifts = flow(left, "received", "lab", "patronage")
    assert np.all(gifts[1:leaves] > 0)
    assert not np.any(gifts[leaves:])
    before = left.history.releasers["cash"][leaves - 1, 0]
    runway = math.floor(before / LOSS)
    exits = [int(np.argmin(m.history.releasers["active"][:, 0])) for m in (left, kept)]
    assert exits[0] == leaves + runway + 1
    assert exits[1] > exits[0]


def test_withdrawals_come_at_their_rate():
    rate, months = 0.05, 40
    left = [
        PlatformModel(scenario(months, withdraw_rate=rate), replicate=r)
        .run()
        .history.releasers["withdrawn"][-1, 0]
        for r in range(80)
    ]
    expected = 1.0 - (1.0 - rate) ** months
    error = math.sqrt(expected * (1.0 - expected) / 80)
    assert np.mean(left) == pytest.approx(expected, abs=4 * error)


def test_a_patron_out_of_business_pays_nobody():
    spec = scenario(24, lab={"patron": "giant"})
    table = spec.table
    table["technologies"].append({"name": "second", "owner": "giant"})
    table["releasers"].append({"name": "giant", "cash": 2000.0})  # less than its own R&D takes
    model = PlatformModel(load(table)).run()
    gone = int(np.argmin(model.history.releasers["active"][:, 2]))
    assert 1 < gone < 24
    gifts = flow(model, "received", "lab", "patronage")
    assert np.all(gifts[1:gone] > 0)
    assert not np.any(gifts[gone:])


@pytest.mark.parametrize("resolution", ["agents", "cohorts", "mean_field"])
def test_it_works_at_every_resolution(resolution):
    model = PlatformModel(scenario(3, resolution)).run()
    assert flow(model, "received", "lab", "patronage")[1] == pytest.approx(0.5 * LOSS)


def test_a_gift_is_no_revenue():
    model = PlatformModel(scenario()).run()
    assert model.history.releasers["revenue"][1:, 0] == pytest.approx(DEMAND)


def test_an_open_rival_caps_the_price_by_what_hosting_costs_and_the_lead_is_worth():
    # Four months of lead: 0.5 * 1.3 * (1 + 0.6 * 4 / 12) = 0.78 of the full price.
    table = scenario(1).table
    rival = {"name": "free", "owner": "other", "release_mode": "open_weights"}
    rival["capability"] = 100.0 * math.exp(-0.3 * 4 / 12)
    table["technologies"].append(rival)
    model = PlatformModel(load(table)).run()
    assert model.history.releasers["revenue"][1, 0] == pytest.approx(0.78 * DEMAND)
