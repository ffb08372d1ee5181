"""The shift from replies to jobs: its path, what it takes, and how it ties users down."""

import math

import numpy as np
import pytest

from platformsim.mechanisms.agentic import Agentic
from platformsim.metrics import measure
from platformsim.model import PlatformModel
from platformsim.scenario import load


def market(*, months=100, resolution="mean_field", **row):
    table = {
        "name": "jobs",
        "run": {"months": months, "burn_in": 0, "resolution": resolution},
        "sides": {"users": {"count": 1000}},
        "technologies": [{"name": "model"}],
        "platforms": [{"name": "with_ai", "technology": "model"}, {"name": "without"}],
        "mechanisms": {"agentic": row},
    }
    return load(table)


def test_the_shift_is_logistic():
    model = PlatformModel(market(shift_mid=40.0, shift_scale=5.0)).run()
    path = model.history.platforms["delegated"][:, 0]
    months = np.arange(101)
    assert path[40] == pytest.approx(0.25)
    assert path == pytest.approx(0.5 / (1 + np.exp(-(months - 40) / 5)))
    odds = path / (0.5 - path)
    assert np.diff(np.log(odds[10:80])) == pytest.approx(1 / 5)


def test_compute_and_value_move_between_a_reply_and_a_job():
    model = PlatformModel(market(months=240, delegate_trust=1.0)).run()
    weight, value = model.history.technologies["task_weight"], model.history.platforms["task_value"]
    assert (weight[0, 0], value[0, 0]) == (pytest.approx(1, abs=0.2), pytest.approx(1, abs=0.03))
    assert (weight[-1, 0], value[-1, 0]) == (pytest.approx(50), pytest.approx(10))
    # Compute grows by more than value, and neither where no model stands behind the platform.
    assert np.all(weight[1:, 0] > value[1:, 0])
    assert np.all(value[:, 1] == 1.0)


def test_compute_grows_while_users_do_not():
    model = PlatformModel(market())
    measured = measure(model.run().history)
    paths = dict(zip(measured.series_columns, measured.series.T, strict=True))
    users = model.history.sides["users"].living
    assert users == pytest.approx(1000)
    share, weight = (
        model.history.sides["users"].share[:, 0],
        1 + 49 * 0.5 / (1 + np.exp(-(np.arange(101) - 48) / 8)),
    )
    assert paths["users.compute_demand"] == pytest.approx(share * weight + (1 - share))
    assert paths["users.compute_demand"][-1] > 10 * paths["users.compute_demand"][0]


@pytest.mark.parametrize(("price", "handed_over"), [(0.19, True), (0.2, False), (0.21, False)])
def test_jobs_are_handed_over_only_where_they_bring_more_than_compute_must(price, handed_over):
    share = Agentic(compute_price=price).delegated(200)
    assert share == pytest.approx(0.5 if handed_over else 0.0)


def test_what_an_agent_has_learnt_is_a_switching_cost():
    # Two platforms that stand on the same model, at their state after the shift.
    table = market(months=400, shift_mid=1.0, shift_scale=1.0).table
    table["platforms"][1]["technology"] = "model"
    model = PlatformModel(load(table)).run()
    kept = 2.0 * 0.5
    moves = 0.1 / (1 + math.exp(kept))
    switches = model.history.sides["users"].switches[-1] / 1000
    assert switches == pytest.approx(moves, rel=1e-6)


@pytest.mark.parametrize("row", [{"context_portability": 1.0}, {"context_value": 0.0}])
def test_context_that_moves_along_is_none(row):
    model = PlatformModel(market(**row)).run()
    assert Agentic(**row).own_utility(model.market, "users") is None


def test_only_users_gain():
    model = PlatformModel(market()).run()
    mechanism = Agentic()
    assert mechanism.utility(model.market, "creators") is None
    gained = mechanism.utility(model.market, "users")
    assert gained[0] == pytest.approx(0.1 * 9 * 0.5, rel=0.01)
    assert gained[1] == 0.0


def test_it_needs_no_technology():
    table = market(months=20).table
    table["technologies"] = []
    del table["platforms"][0]["technology"]
    model = PlatformModel(load(table)).run()
    assert np.all(model.history.platforms["delegated"] == 0.0)
