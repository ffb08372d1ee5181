"""C05: many makers against one: who gets the users, and who the money."""

import math

import numpy as np
import pytest

from platformsim.metrics import measure
from platformsim.model import PlatformModel
from platformsim.scenario import load


def market(mode="open_weights", months=200, revise=0.2, **mechanism):
    """An open and a closed system and phones of no system, in the mean field."""
    return load(
        {
            "run": {"months": months, "burn_in": 0, "resolution": "mean_field"},
            "sides": {
                "users": {"count": 1000, "revise_rate": revise},
                "businesses": {"count": 50, "revise_rate": revise},
            },
            "technologies": [
                {"name": "free", "owner": "opener", "release_mode": mode},
                {"name": "shut", "owner": "closer"},
            ],
            "platforms": [
                {"name": "open", "owner": "opener", "technology": "free"},
                {"name": "closed", "owner": "closer", "technology": "shut"},
                {"name": "plain"},
            ],
            "releasers": [{"name": "opener"}, {"name": "closer"}],
            "mechanisms": {"licensing": mechanism},
        }
    )


def run(scenario):
    return PlatformModel(scenario).run()


def income(model, platform):
    """Advertising and the cut of sales, by hand."""
    return model.market.members[platform] * (30.0 * 0.02 + 0.15 * 1.0)


def flow(model, payer, payee, reason):
    ledger = model.market.ledger
    row, column = ledger.accounts.index, ledger.reasons.index(reason)
    return ledger.paid[row(payer), column], ledger.received[row(payee), column]


def test_makers_join_an_open_system_and_no_other():
    makers = run(market(months=40)).history.platforms["makers"]
    assert makers[:, 0] == pytest.approx(20 - 19 * 0.9 ** np.arange(41.0))
    assert np.all(makers[:, 1:] == 1.0)


def test_makers_leave_when_the_system_is_closed():
    scenario = market(months=80).with_settings({})
    table = {**scenario.table, "events": [
        {"month": 40, "target": "technologies.free.release_mode", "change": "closed_api"}
    ]}  # fmt: skip
    makers = run(load(table)).history.platforms["makers"][:, 0]
    assert makers[39] > 19
    assert makers[80] == pytest.approx(1 + (makers[39] - 1) * 0.9**41)


def test_shares_follow_price_and_variety():
    share = run(market(price_gap=0.4, oem_count=10, device_variety=0.3)).market.share["users"]
    lift = 0.4 * (1 - 1 / 10) + 0.3 * math.log(10)
    assert math.log(share[0] / share[1]) == pytest.approx(lift, rel=1e-3)
    assert share[1] == pytest.approx(share[2])


@pytest.mark.parametrize("mode", ["closed_api", "open_weights"])
def test_one_maker_is_no_offer(mode):
    share = run(market(mode, oem_count=1)).market.share["users"]
    assert share == pytest.approx([1 / 3] * 3)


@pytest.mark.parametrize("bundle", [0.0, 0.8, 1.0])
def test_the_opener_earns_on_bundled_devices_alone(bundle):
    model = run(market(bundle_coverage=bundle))
    due = (1 - bundle) * income(model, 0)
    assert flow(model, "opener", "makers", "unbundled") == pytest.approx((due, due))
    assert model.market.releasers["profit"][0] == pytest.approx(bundle * income(model, 0))


def test_who_makes_the_devices_keeps_their_margin():
    model = run(market())
    due = 2.0 * income(model, 1)
    assert flow(model, "users", "closer", "devices") == pytest.approx((due, due))
    assert model.market.releasers["profit"][1] == pytest.approx(3.0 * income(model, 1))
    # Per user the closed system earns three times what a bundled open device brings.
    per_user = model.market.releasers["profit"] / model.market.members[:2]
    assert per_user[1] / per_user[0] == pytest.approx(3.0 / 0.8)


def test_with_both_closed_both_keep_it_and_share_alike():
    model = run(market("closed_api"))
    assert model.market.share["users"][0] == pytest.approx(model.market.share["users"][1])
    assert model.market.releasers["profit"] == pytest.approx([3 * income(model, 0)] * 2)


def test_shares_of_users_and_of_value_part():
    found = measure(run(market()).history)
    numbers = dict(zip((c.name for c in found.columns), found.summary, strict=True))
    share = run(market()).market.share["users"]
    users = share[0] / (share[0] + share[1])
    value = 0.8 * share[0] / (0.8 * share[0] + 3.0 * share[1])
    assert numbers["profit_share[opener]"] == pytest.approx(value, rel=1e-3)
    assert numbers["value_gap[opener]"] == pytest.approx(value - users, rel=1e-3)
    assert numbers["value_gap[closer]"] == pytest.approx(users - value, rel=1e-3)
    assert users > 0.5 > value


def test_the_books_balance_without_users_or_owners():
    scenario = load(
        {
            "run": {"months": 14},
            "sides": {"creators": {"count": 30}},
            "technologies": [{"name": "free", "release_mode": "open_weights"}],
            "platforms": [{"name": "a", "technology": "free"}, {"name": "b"}],
            "mechanisms": {"licensing": {}},
        }
    )
    model = run(scenario)
    assert model.market.platforms["makers"][0] > 1
    assert not model.market.ledger.paid[model.market.ledger.accounts.index("makers")].any()
