"""Launching a platform: budgets of subsidies, and which side to pay."""

import math

import numpy as np
import pytest

from platformsim.metrics import measure
from platformsim.model import PlatformModel
from platformsim.scenario import load

PULLS = {"beta_uc": 4.8, "beta_cu": 1.25}


def market(resolution="mean_field", start=0.02, months=120, settings=None, count=300, **rule):
    table = {
        "run": {"months": months, "burn_in": 0, "resolution": resolution},
        "sides": {"users": {"count": count}, "creators": {"count": count}},
        "platforms": [
            {"name": "incumbent"},
            {"name": "entrant", "initial": {"users": start, "creators": start}},
        ],
        "mechanisms": {"cross_network": {**PULLS, "subsidy_platform": "entrant", **rule}},
    }
    return PlatformModel(load(table).with_settings(settings or {})).run()


def subsidies(model):
    h = model.history
    return h.paid[:, h.accounts.index("entrant"), h.reasons.index("subsidy")]


def launched(model, name="entrant"):
    measured = measure(model.history)
    found = dict(zip((c.name for c in measured.columns), measured.summary, strict=True))
    return found.get(f"launched[{name}]")


def test_a_budget_is_spent_and_not_exceeded():
    model = market(subsidy=1.0, subsidy_side="creators", subsidy_budget=1000.0)
    paid = subsidies(model)
    assert paid.sum() == pytest.approx(1000.0)
    members = 300 * model.history.sides["creators"].share[:, 1]
    full = np.flatnonzero(paid)[:-1]
    assert paid[full] == pytest.approx(members[full])
    assert model.history.platforms["subsidised"][-1, 1] == pytest.approx(1000.0)


def test_a_subsidy_attracts_only_while_there_is_money():
    model = market(subsidy=1.0, subsidy_side="creators", subsidy_budget=1000.0)
    rule = model.market.mechanisms[0]
    share = model.market.share["users"]
    assert rule.utility(model.market, "creators") == pytest.approx(1.25 * share)
    model.market.platforms["subsidised"][1] = 900.0
    assert rule.utility(model.market, "creators") == pytest.approx(1.25 * share + [0.0, 1.0])
    assert rule.utility(model.market, "users") == pytest.approx(
        4.8 * model.market.share["creators"]
    )


def test_money_is_utils_over_the_weight_of_fees():
    settings = {"sides.creators.fee_weight": 4.0}
    model = market(subsidy=1.0, subsidy_side="creators", settings=settings, months=15)
    members = 300 * model.history.sides["creators"].share[1:, 1]
    assert subsidies(model)[1:] == pytest.approx(members / 4.0)


def logistic(x):
    return 1.0 / (1.0 + math.exp(-x))


def escapes(side, height, beta_uc, beta_cu):
    """Whether the two logit replies, under a subsidy that lasts, leave a start near zero."""
    users = creators = 0.02
    for _ in range(20_000):
        users += 0.1 * (logistic(beta_uc * (2 * creators - 1) + height * (side == "users")) - users)
        reply = logistic(beta_cu * (2 * users - 1) + height * (side == "creators"))
        creators += 0.1 * (reply - creators)
    return users > 0.5


def needed(side, beta_uc, beta_cu):
    """The smallest such subsidy, by bisection."""
    low, high = 0.0, 2.0
    for _ in range(12):
        middle = (low + high) / 2
        low, high = (low, middle) if escapes(side, middle, beta_uc, beta_cu) else (middle, high)
    return high


@pytest.mark.parametrize("pulls", [(4.8, 1.25), (1.25, 4.8)])
def test_the_side_that_pulls_more_needs_the_smaller_subsidy(pulls):
    # And the simulator's critical height is that of the two replies.
    found = {side: needed(side, *pulls) for side in ("users", "creators")}
    stronger = "creators" if pulls[0] > pulls[1] else "users"
    weaker = "users" if stronger == "creators" else "creators"
    assert found[stronger] < 0.9 * found[weaker]
    for side, height in found.items():
        rule = {"beta_uc": pulls[0], "beta_cu": pulls[1], "subsidy_side": side}
        for factor, expected in ((0.9, 0.0), (1.1, 1.0)):
            model = market(months=1000, subsidy=min(factor * height, 1.0), **rule)
            assert launched(model) == expected


def test_below_the_product_of_four_everybody_launches_unaided():
    assert launched(market(beta_uc=2.8, beta_cu=0.7, months=300)) == 1.0
    assert launched(market(months=300)) == 0.0


def test_only_platforms_that_began_small_can_be_launched():
    assert launched(market(), "incumbent") is None
    assert launched(market(start=0.2)) is None
    assert launched(market(start=0.1)) == 0.0


def test_interoperability_on_both_sides_lifts_the_threshold():
    # Products of 6 against 4 / (1 - 0.5)**2 = 16.
    model = market(settings={"market.interoperability": 0.5}, months=300)
    assert launched(model) == 1.0
