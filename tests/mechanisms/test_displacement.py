"""Time that AI adds: new, taken from other use, or beyond a spent budget."""

import numpy as np
import pytest

from platformsim.metrics import measure
from platformsim.model import PlatformModel
from platformsim.scenario import load


def run(arm=None, **changes):
    scenario = load("attention_budget", {"run.resolution": "mean_field", **changes})
    model = PlatformModel(scenario.with_arm(arm) if arm else scenario).run()
    measured = measure(model.history)
    return model, dict(zip((c.name for c in measured.columns), measured.summary, strict=True))


@pytest.mark.parametrize("displacement", [0.0, 0.25, 0.7, 1.0])
def test_net_hours_rise_by_what_is_not_displaced(displacement):
    full, _ = run()
    part, _ = run(**{"market.displacement": displacement})
    gross = full.market.platforms["hours"] - 30.0
    assert np.all(gross > 0.5)
    assert part.market.platforms["hours"] - 30.0 == pytest.approx((1 - displacement) * gross)


def test_interactions_do_not_depend_on_what_they_displace():
    _, without = run("without")
    found = [run(**{"market.displacement": d})[1]["users.gross_interactions"] for d in (0.0, 1.0)]
    assert found[0] == pytest.approx(found[1])
    assert found[0] > without["users.gross_interactions"] + 1


def test_a_spent_budget_moves_time_between_platforms_and_adds_none():
    spent, found = run("spent")
    without, before = run("without")
    assert found["users.engagement"] == before["users.engagement"] == 30.0
    for model in (spent, without):
        assert np.all(model.history.platforms["hours"] == 30.0)
    assert found["users.share[social]"] > before["users.share[social]"] + 0.05


def test_time_that_is_lost_is_not_displaced():
    tired = {
        "mechanisms.autopost.gen_rate": 30.0,
        "mechanisms.autopost.autopost": 1.0,
        "mechanisms.autopost.fatigue": 2.0,
        "mechanisms.business_ai.enabled": False,
        "mechanisms.creator_ai.enabled": False,
        "run.months": 30,
    }
    paths = [run(**tired, **{"market.displacement": d})[0] for d in (0.0, 0.9)]
    hours = [model.history.platforms["hours"][:, 0] for model in paths]
    lost = hours[0] < 30.0
    assert lost.any()
    assert np.array_equal(hours[0][lost], hours[1][lost])
