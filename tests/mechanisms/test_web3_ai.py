"""A niche project: its tokens, its model, and what it earns against what it costs."""

import math

import numpy as np
import pytest

from platformsim.errors import ScenarioError
from platformsim.metrics import measure
from platformsim.model import PlatformModel
from platformsim.scenario import load


def scenario(mode="open_weights", settings=None, events=(), autopost=None, **rule):
    table = {
        "run": {"months": 60, "burn_in": 0, "resolution": "mean_field"},
        "sides": {"users": {"count": 1000}},
        "technologies": [{"name": "model", "owner": "lab", "release_mode": mode}],
        "platforms": [
            {"name": "project", "technology": "model", "initial": {"users": 0.05}},
            {"name": "other"},
        ],
        "releasers": [{"name": "lab"}],
        "mechanisms": {
            "autopost": {"copy_rate": 0.0, **(autopost or {})},
            "web3_ai": rule,
        },
        "events": list(events),
    }
    return load(table).with_settings(settings or {})


def run(*args, **kwargs):
    return PlatformModel(scenario(*args, **kwargs)).run()


def column(model, name):
    return model.history.platforms[name][:, 0]


def flow(model, kind, account, reason, month=-1):
    h = model.history
    return getattr(h, kind)[month, h.accounts.index(account), h.reasons.index(reason)]


def number(model, name):
    measured = measure(model.history)
    return dict(zip((c.name for c in measured.columns), measured.summary, strict=True))[name]


def test_tokens_follow_the_plan_until_the_treasury_is_empty():
    model = run(treasury=12.0, emission_halving=6, running_cost=0.0)
    paid = model.history.paid[:, model.history.accounts.index("chain")].sum(axis=1)
    plan = 50.0 * 0.5 ** (np.arange(61) // 6)
    spent = np.minimum(np.cumsum(plan) - plan[0], 600.0)  # month 0 hands out nothing
    assert np.cumsum(paid) == pytest.approx(spent)
    each = column(model, "token_share")
    members = 1000 * model.history.sides["users"].share[:, 0]
    assert (each * members)[1:] == pytest.approx(paid[1:])


def test_whom_a_reward_attracts_gives_less_time():
    model = run(seeker_share=0.5, hook=0.0, token_reward=2.0)
    each, seekers = column(model, "token_share"), column(model, "seekers")
    assert seekers == pytest.approx(0.5 * (1.0 - np.exp(-each)))
    hours = column(model, "hours")
    assert hours[2:] == pytest.approx(30.0 * (1.0 - seekers[1:-1]))


def test_the_model_is_taken_up_in_its_month_if_it_is_open():
    state = column(run(ai_adopt_month=7), "model_state")
    assert np.flatnonzero(state)[0] == 7
    assert not column(run("closed_api"), "model_state").any()
    late = [{"month": 20, "target": "technologies.model.release_mode", "change": "open_weights"}]
    state = column(run("closed_api", events=late), "model_state")
    assert np.flatnonzero(state)[0] == 20


def test_the_model_brings_the_loop_of_autopost():
    model = run(token_reward=0.0, autopost={"fatigue": 0.0})
    gain = 4 * 0.5 * 3 * 0.02
    assert column(model, "activity")[-1] == pytest.approx(1.0 / (1.0 - gain))


@pytest.mark.parametrize("gen_rate", [2.0, 3.0, 3.8, 4.1, 5.0, 10.0])
def test_the_model_pays_from_the_closed_form_on(gen_rate):
    # G = hosting / (running + hosting), far below 1.
    rule = {"token_reward": 0.0, "ai_adopt_month": 1, "grace": 60}
    model = run(autopost={"gen_rate": gen_rate, "fatigue": 0.0}, **rule)
    gain = gen_rate * 0.5 * 3 * 0.02
    assert number(model, "sustained") == float(gain >= 0.08 / 0.68)
    assert number(model, "earned_share") == pytest.approx(0.6 / (1.0 - gain) / 0.68, rel=1e-3)


def test_costs_have_a_payer_a_payee_and_a_reason():
    model = run(token_reward=0.0)
    members = 1000 * model.history.sides["users"].share[-1, 0]
    assert flow(model, "paid", "project", "operations") == pytest.approx(0.6 * members)
    assert flow(model, "paid", "project", "hosting") == pytest.approx(0.08 * members)
    assert flow(model, "received", "lab", "access") == 0.0


def test_after_a_closing_the_owner_is_paid_and_then_the_model_given_up():
    closing = [{"month": 30, "target": "technologies.model.release_mode", "change": "closed_api"}]
    model = run(events=closing, token_reward=0.0, grace=5)
    members = 1000 * model.history.sides["users"].share[:, 0]
    assert flow(model, "received", "lab", "access", 30) == pytest.approx(0.16 * members[30])
    assert flow(model, "paid", "lab", "inference", 30) == pytest.approx(0.08 * members[30])
    state = column(model, "model_state")
    assert state[29] == 1.0
    # Losses of months 30 to 34 are borne, the sixth is one too many.
    assert np.flatnonzero(state == -1.0)[0] == 35
    assert column(model, "hook")[-1] == 0.0
    assert column(model, "activity")[-1] == 1.0


def test_losses_are_met_out_of_the_treasury_first():
    model = run(running_cost=1.0, hook=0.0, treasury=60.0)
    lost = column(model, "project_cost") - column(model, "earned")
    month = 3
    assert lost[month] > 0
    assert flow(model, "received", "project", "treasury", month) == pytest.approx(lost[month])
    assert column(model, "loss_months")[month] == 0.0
    assert column(model, "treasury").min() >= 0.0


def test_an_unnamed_project_is_the_smallest_platform():
    model = run()
    assert column(model, "project")[-1] == 1.0
    assert model.history.platforms["project"].sum(axis=1) == pytest.approx(1.0)


def test_a_project_that_is_no_platform_is_refused():
    with pytest.raises(ScenarioError, match=r"mechanisms.web3_ai.platform"):
        scenario(platform="projekt")


def test_who_leads_is_the_largest_of_the_last_year():
    model = run(settings={"platforms.other.quality": 1.0}, token_reward=0.0)
    assert (number(model, "leads[project]"), number(model, "leads[other]")) == (0.0, 1.0)


def test_a_loop_gain_above_one_saturates():
    model = run(token_reward=0.0, autopost={"gen_rate": 30.0, "autopost": 1.0, "fatigue": 0.0})
    assert column(model, "activity")[-1] == 3.0
    assert number(model, "earned_share") == pytest.approx(3 * 0.6 / 0.68)
    assert math.isclose(column(model, "loop_gain")[-1], 1.8)
