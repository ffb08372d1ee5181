"""C18: which generations are trained, when an opener gives up, and who shares the bill."""

import math

import numpy as np
import pytest

from platformsim.metrics import measure
from platformsim.model import PlatformModel
from platformsim.scenario import load

GAIN = 0.3
# What a month of income before training is worth over the payback time, at the defaults.
WORTH = 36.0 * math.expm1(GAIN)


def scenario(demands=(1000.0,), months=60, modes=None, generations=None, cash=1e7, **lab):
    """Labs with API customers, half of whose payments are margin, and nothing else."""
    names = [f"lab_{place}" for place in range(len(demands))]
    modes = modes or ["closed_api"] * len(demands)
    return load(
        {
            "run": {"months": months, "burn_in": 0},
            "sides": {"users": {"count": 50, "outside_option": True}},
            "technologies": [
                {"name": f"{name}_model", "owner": name, "api_demand": demand, "release_mode": mode}
                for name, demand, mode in zip(names, demands, modes, strict=True)
            ],
            "platforms": [{"name": "place", "ad_yield": 0.0}],
            "releasers": [{"name": name, "cash": cash} for name in names],
            "mechanisms": {
                "lab_economics": {"leak_rate": 0.0, "leak_closed": 0.0, **lab},
                "generations": generations or {},
            },
        }
    )


def path(scenario, column):
    return PlatformModel(scenario).run().history.technologies[column]


@pytest.mark.parametrize("ratio", [0.9, 0.95, 1.05, 1.1])
def test_a_lab_trains_exactly_what_pays(ratio):
    # The margin is 500 cu a month; the generation costs a little more or less than that is worth.
    cost = ratio * 500.0 * WORTH
    # In the first month, a sixtieth of the time, there are no books yet, and nobody asks.
    slow = scenario(train_cost_0=cost, cost_growth=1.0, gen_months=60.0, months=130)
    assert path(slow, "generation")[-1, 0] == (2 if ratio < 1 else 0)


def test_generations_are_trained_up_to_the_one_that_no_longer_pays():
    # A generation is worth 6297 cu, and they cost 600, 1800, 5400 and 16200.
    found = path(scenario(train_cost_0=600.0, cost_growth=3.0, months=400), "generation")[-1, 0]
    costs = [600.0 * 3.0**g for g in range(5)]
    assert found == sum(cost <= 500.0 * WORTH for cost in costs) == 3


def test_what_is_spent_is_spent():
    # A tenth is spent before there are books to look into, and the rest is worth its cost.
    cost = 1.05 * 500.0 * WORTH
    quick = scenario(train_cost_0=cost, cost_growth=1.0, gen_months=10.0)
    assert path(quick, "generation")[-1, 0] >= 1
    slow = scenario(train_cost_0=cost, cost_growth=1.0, gen_months=50.0)
    assert path(slow, "generation")[-1, 0] == 0


def test_a_paused_lab_pays_nothing_for_training():
    model = PlatformModel(scenario(train_cost_0=10 * 500.0 * WORTH)).run()
    training = model.history.paid[:, :, model.history.reasons.index("training")].sum(axis=1)
    assert training[1] > 0
    assert not np.any(training[2:])
    assert model.history.releasers["profit"][-1, 0] == pytest.approx(500.0)


def test_a_lab_that_loses_money_before_training_trains_nothing():
    trained = path(scenario(demands=(0.0,), train_cost_0=1000.0), "trains")
    assert np.all(trained[2:] == 0)


def opener(ratio, **changes):
    """An opener with a product of its own, whose income is worth so much of a generation."""
    table = scenario(modes=["open_weights"], months=36, cost_growth=1.0, **changes).table
    table["platforms"][0] |= {"owner": "lab_0", "technology": "lab_0_model", "ad_yield": 0.2}
    table["sides"]["users"] |= {"outside_option": False}
    # 50 users, 30 hours each, 0.2 cu an hour.
    table["mechanisms"]["lab_economics"]["train_cost_0"] = ratio * 300.0 * WORTH
    return load(table)


@pytest.mark.parametrize("ratio", [0.95, 1.05])
def test_an_opener_stops_at_the_cost_that_its_own_income_no_longer_covers(ratio):
    # The closed form lies between two costs that are 10 per cent apart.
    model = PlatformModel(opener(ratio, gen_months=60.0)).run()
    technologies = model.history.technologies
    assert technologies["newest_open"][-1, 0] == (ratio < 1)
    measured = measure(model.history)
    numbers = dict(zip((c.name for c in measured.columns), measured.summary, strict=True))
    stop = numbers["cost_stop[lab_0_model]"]
    if ratio < 1:
        assert math.isnan(stop)
        assert numbers["time_open[lab_0_model]"] == 1.0
    else:
        assert stop == pytest.approx(ratio * 300.0 * WORTH)
        assert technologies["reverted_month"][-1, 0] == 2  # the first month with books


def test_an_opener_with_nothing_to_sell_pauses_and_stays_open():
    model = PlatformModel(opener(1.1, demands=(0.0,), gen_months=60.0)).run()
    technologies = model.history.technologies
    assert np.all(technologies["newest_open"] == 1)
    assert np.all(technologies["trains"][2:] == 0)
    assert technologies["cost_stop"][-1, 0] == pytest.approx(1.1 * 300.0 * WORTH)


def test_labs_drop_out_in_the_order_of_their_incomes():
    demands = (400.0, 1200.0, 4000.0)
    model = PlatformModel(
        scenario(demands, months=240, train_cost_0=1000.0, cost_growth=3.0, gen_months=3.0)
    ).run()
    found = model.history.technologies["generation"][-1]
    by_hand = [sum(1000.0 * 3.0**g <= demand / 2 * WORTH for g in range(6)) for demand in demands]
    assert found.tolist() == by_hand
    labs = measure(model.history)
    frontier = labs.series[:, labs.series_columns.index("frontier_labs")]
    assert frontier[0] == 3
    assert frontier[-1] == 1


def test_a_consortium_goes_on_together_while_its_returns_together_cover_the_cost():
    demands = (400.0, 1200.0, 4000.0)
    settings = {"train_cost_0": 3000.0, "cost_growth": 3.0, "gen_months": 6.0, "months": 240}
    model = PlatformModel(scenario(demands, generations={"consortium": True}, **settings)).run()
    technologies = model.history.technologies
    worth = sum(demands) / 2 * WORTH
    by_hand = sum(3000.0 * 3.0**g <= worth for g in range(8))
    assert technologies["generation"][-1].tolist() == [by_hand] * 3
    # Three pay, so that the same budgets buy a generation in a third of the time.
    assert np.argmax(technologies["generation"][:, 0] == 1) == 2
    # The whole bill, whoever pays it: generation 3 is read as ten billion dollars.
    assert technologies["outlay"][-1] == pytest.approx([10.0 * 3.0 ** (by_hand - 3)] * 3)


def test_sizes_are_read_off():
    model = PlatformModel(scenario(train_cost_0=600.0, cost_growth=1.0, months=25)).run()
    technologies = model.history.technologies
    # A generation is recorded when it is finished, and its size the month after.
    assert technologies["generation"][-1, 0] == 2
    assert technologies["model_size"][-1, 0] == pytest.approx(70.0 * 5.7**2)


def test_switched_off_in_the_middle_labs_train_again():
    table = scenario(train_cost_0=10 * 500.0 * WORTH).table
    target = "mechanisms.generations.selective"
    table["events"] = [{"month": 20, "target": target, "change": False}]
    bill = path(load(table), "rnd_bill")[:, 0]
    assert not np.any(bill[2:20])
    assert np.all(bill[20:] > 0)
