"""C20: when the bill for running models rises, who pays it, and what opening takes off it."""

import math

import numpy as np
import pytest

from platformsim.metrics import measure
from platformsim.model import PlatformModel
from platformsim.scenario import load
from platformsim.theory.inference_bill import bill_factor, relief, years_to

PER_USER = 10.0 * 0.01


def run(mode="closed_api", months=36, count=100, resolution="agents", extra=None, **cost):
    """A lab's own platform and somebody else's on the lab's model; nobody moves."""
    table = {
        "run": {"months": months, "burn_in": 0, "resolution": resolution},
        "sides": {"users": {"count": count, "revise_rate": 0.0}},
        "technologies": [{"name": "model", "owner": "lab", "release_mode": mode}],
        "platforms": [
            {"name": "own", "owner": "lab", "technology": "model", "initial": {"users": 0.4}},
            {"name": "shop", "technology": "model", "initial": {"users": 0.6}},
        ],
        "releasers": [{"name": "lab", "cash": 1e6}],
        "mechanisms": {"inference_cost": cost, **(extra or {})},
    }
    return PlatformModel(load(table)).run()


def paid(model, account, reason):
    history = model.history
    return history.paid[:, history.accounts.index(account), history.reasons.index(reason)]


def bills(model):
    technologies = model.history.technologies
    return technologies["inference_by_lab"][:, 0], technologies["inference_by_others"][:, 0]


@pytest.mark.parametrize(
    ("growth", "weight", "decline"),
    [(3, 1, 3), (4, 1, 3), (3, 1, 4), (2, 1.6, 3), (2, 1.4, 3), (1, 1, 1.5), (20, 1, 100)],
)
def test_the_bill_rises_exactly_when_use_outgrows_the_fall_in_price(growth, weight, decline):
    model = run(use_growth=float(growth), weight_growth=float(weight), decline=float(decline))
    bill = bills(model)[0]
    by_theory = [
        PER_USER * 100 * bill_factor(growth, decline, month / 12, weight) for month in range(37)
    ]
    assert bill[1:] == pytest.approx(by_theory[1:], rel=1e-9)
    change, sign = bill[-1] - bill[1], np.sign(growth * weight - decline)
    assert np.sign(round(change, 9)) == sign


def test_the_bill_is_paid_and_the_trend_is_measured():
    model = run(use_growth=4.0)
    assert paid(model, "lab", "inference") == pytest.approx(bills(model)[0])
    measured = measure(model.history)
    numbers = dict(zip((c.name for c in measured.columns), measured.summary, strict=True))
    assert numbers["bill_trend"] == pytest.approx(math.log(4 / 3))
    assert numbers["inference_share"] == 1.0  # nothing is trained here


@pytest.mark.parametrize("riders", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("markup", [0.0, 0.3])
def test_opening_relieves_the_lab_and_burdens_the_others(riders, markup):
    setting = {"use_growth": 4.0, "free_riders": riders, "host_markup": markup}
    closed, opened = (run(mode, **setting) for mode in ("closed_api", "open_weights"))
    before, after = bills(closed)[0], bills(opened)[0]
    for month in (1, 12, 36):
        saved, shifted = relief(before[month], 0.6, markup, riders)
        assert before[month] - after[month] == pytest.approx(saved)
        assert bills(opened)[1][month] == pytest.approx(shifted)
        assert paid(opened, "shop", "hosting")[month] == pytest.approx(shifted)
    # The lab's cash is better by that amount, and by no more.
    cash = [model.history.releasers["cash"][-1, 0] for model in (opened, closed)]
    assert cash[0] - cash[1] == pytest.approx((before - after).sum())


def test_nobody_else_pays_while_the_model_is_closed():
    model = run()
    assert not np.any(bills(model)[1])
    assert not np.any(paid(model, "shop", "hosting"))


def test_a_staged_release_splits_the_bill_of_others():
    model = run("staged", months=1)
    own, others = bills(model)
    assert own[1] == pytest.approx(PER_USER * (40 + 60 / 2))
    assert others[1] == pytest.approx(PER_USER * 60 / 2 * 1.3)


def test_jobs_weigh_more_than_chat():
    chat, jobs = run(), run(extra={"agentic": {"shift_mid": 24}})
    weight = jobs.history.technologies["task_weight"][:, 0]
    assert weight[-1] > 5
    # Weights are known from the month before or from this one.
    ratio = bills(jobs)[0][-1] / bills(chat)[0][-1]
    assert weight[-2] <= ratio * (1 + 1e-9)
    assert ratio <= weight[-1] * (1 + 1e-9)


@pytest.mark.parametrize("resolution", ["agents", "cohorts", "mean_field"])
@pytest.mark.parametrize("count", [50, 50_000])
def test_the_bill_grows_with_the_market_at_every_resolution(count, resolution):
    model = run(months=2, count=count, resolution=resolution)
    assert bills(model)[0][1] == pytest.approx(PER_USER * count, rel=1e-6)


def test_where_nobody_owns_a_closed_model_nobody_runs_it():
    table = {
        "run": {"months": 3, "burn_in": 0},
        "sides": {"users": {"count": 50}},
        "technologies": [{"name": "orphan"}],
        "platforms": [{"name": "shop", "technology": "orphan"}, {"name": "plain"}],
        "mechanisms": {"inference_cost": {}},
    }
    model = PlatformModel(load(table)).run()
    assert not np.any(paid(model, "shop", "hosting"))
    assert not np.any(bills(model))
    table["technologies"][0]["release_mode"] = "open_weights"
    model = PlatformModel(load(table)).run()
    assert np.all(paid(model, "shop", "hosting")[1:] > 0)
    assert not np.any(paid(model, "plain", "hosting"))


def test_no_technologies_no_bill():
    table = {
        "run": {"months": 2, "burn_in": 0},
        "sides": {"creators": {"count": 20}},
        "platforms": [{"name": "plain"}],
        "mechanisms": {"inference_cost": {}},
    }
    model = PlatformModel(load(table)).run()
    assert np.isnan(model.datacollector.get_model_vars_dataframe()["inference_share"]).all()


def test_years_to_a_multiple_invert_the_bill():
    for growth, decline in ((4.0, 3.0), (3.0, 4.0)):
        multiple = bill_factor(growth, decline, 2.5)
        assert years_to(multiple, growth, decline) == pytest.approx(2.5)
        assert math.isnan(years_to(1.0 / multiple, growth, decline))
    assert years_to(1.0, 3.0, 3.0) == 0.0
    assert math.isnan(years_to(2.0, 3.0, 3.0))
