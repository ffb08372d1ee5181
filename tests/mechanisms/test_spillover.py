"""Knowledge from accessible models: its path, its lag, who pays and who is left out."""

import numpy as np
import pytest

from platformsim.mechanisms.spillover import FOUNDATION, RESEARCHERS
from platformsim.metrics import measure
from platformsim.model import PlatformModel
from platformsim.scenario import load

LAG, DECAY, RATE = 12, 0.01, 0.01


def market(mode="open_weights", settings=None, resolution="mean_field", **rule):
    """One lab with one platform; in the mean field discoveries are their expectation."""
    table = {
        "run": {"months": 60, "burn_in": 0, "resolution": resolution},
        "sides": {"users": {"count": 50}},
        "technologies": [{"name": "model", "owner": "lab", "release_mode": mode}],
        "platforms": [{"name": "place", "owner": "lab", "technology": "model"}],
        "releasers": [{"name": "lab"}],
        "mechanisms": {"spillover": rule},
    }
    return PlatformModel(load(table).with_settings(settings or {})).run()


def knowledge(model):
    return model.history.tables["fields"]["knowledge"]


def closed_form(accessible, months=60):
    """S - 1 = rate / decay * accessible * (1 - (1 - decay)**(t - lag)) after the lag."""
    after = np.maximum(np.arange(months + 1) - LAG, 0)
    return 1.0 + RATE / DECAY * accessible * (1.0 - (1.0 - DECAY) ** after)


def flow(model, kind, account, reason):
    h = model.history
    return getattr(h, kind)[-1, h.accounts.index(account), h.reasons.index(reason)]


@pytest.mark.parametrize(
    ("mode", "rule", "accessible"),
    [
        ("open_weights", {}, 1.0),
        ("closed_api", {}, 0.4),
        ("staged", {}, 0.4 + 0.6 * np.exp(-0.3)),
        ("closed_api", {"foundation_grant": True}, 0.4 + 0.6 * 0.5),
        ("open_weights", {"compute_scarcity": 0.5}, 0.4 + 0.6 * 0.5),
        ("closed_api", {"access_research_closed": 1.0}, 1.0),
    ],
)
def test_knowledge_follows_its_closed_form(mode, rule, accessible):
    found = knowledge(market(mode, **rule))
    assert found[:, 0] == pytest.approx(closed_form(accessible))
    assert np.array_equal(found[:, 0], found[:, 1])


@pytest.mark.parametrize("psi", [0.5, 1.0, 2.0])
def test_returns_to_capability(psi):
    model = market("closed_api", {"technologies.model.capability": 200.0}, psi=psi)
    assert knowledge(model)[:, 0] == pytest.approx(closed_form(0.4 * 2.0**psi))


def test_single_discoveries_average_to_the_closed_form():
    model = market(resolution="agents", researchers=10_000)
    assert knowledge(model)[-1] == pytest.approx(closed_form(1.0)[-1], rel=0.05)
    assert not np.array_equal(*knowledge(model).T)


@pytest.mark.parametrize("lag", [0, 1, 30, 60])
def test_nothing_is_found_before_the_lag_is_over(lag):
    found = knowledge(market(lag=lag))[:, 0]
    assert np.all(found[: lag + 1] == 1.0)
    assert np.all(found[lag + 1 :] > 1.0)


def test_what_was_accessible_then_counts_and_not_what_is_now():
    event = {"month": 31, "target": "technologies.model.release_mode", "change": "open_weights"}
    table = market("closed_api").spec.table
    opened = knowledge(PlatformModel(load({**table, "events": [event]})).run())[:, 0]
    closed = knowledge(market("closed_api"))[:, 0]
    assert np.array_equal(opened[: 31 + LAG], closed[: 31 + LAG])
    assert np.all(opened[31 + LAG :] > closed[31 + LAG :])


def test_the_owner_is_paid_while_closed_and_the_host_while_open():
    closed = market("closed_api", foundation_grant=True)
    # 40 of 100 researchers in each of two fields pay, half of the others are paid for.
    assert flow(closed, "paid", RESEARCHERS, "research") == pytest.approx(80.0)
    assert flow(closed, "paid", FOUNDATION, "research") == pytest.approx(60.0)
    assert flow(closed, "received", "lab", "research") == pytest.approx(140.0)
    assert flow(closed, "paid", "lab", "inference") == pytest.approx(70.0)
    opened = market("open_weights")
    assert flow(opened, "received", "lab", "research") == 0.0
    assert flow(opened, "paid", RESEARCHERS, "hosting") == pytest.approx(100.0)


def test_capture_is_fees_over_the_value_of_what_was_found():
    measured = measure(market("closed_api").history)
    path = measured.series[:, measured.series_columns.index("spillover_capture[lab]")]
    assert np.all(np.isnan(path[: LAG + 1]))
    value = 2 * 1000.0 * (closed_form(0.4)[-1] - 1.0)
    assert path[-1] == pytest.approx(80.0 / value)


def test_a_market_without_technologies_learns_nothing():
    table = {
        "run": {"months": 20},
        "sides": {"creators": {"count": 20}},
        "platforms": [{"name": "place"}],
        "mechanisms": {"spillover": {}},
    }
    assert np.all(knowledge(PlatformModel(load(table)).run()) == 1.0)


def test_a_lab_that_has_left_lets_nobody_in():
    settings = {"releasers.lab.cash": -1.0}
    table = market("closed_api").spec.with_settings(settings).table
    table = {**table, "mechanisms": {**table["mechanisms"], "lab_economics": {"train_cost_0": 9e4}}}
    model = PlatformModel(load(table)).run()
    assert model.market.releasers["active"][0] == 0
    assert flow(model, "received", "lab", "research") == 0.0
    assert knowledge(model)[-1, 0] < knowledge(market("closed_api"))[-1, 0]
