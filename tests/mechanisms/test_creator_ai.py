"""Creators, their fans and their AIs: hours, answers, money, and who owns the AI."""

import math

import numpy as np
import pytest

from platformsim.mechanisms.creator_ai import SHARES, TIERS, CreatorAi
from platformsim.mechanisms.creator_owns import CreatorOwns
from platformsim.metrics import measure
from platformsim.metrics.creators import creator_gini
from platformsim.model import PlatformModel
from platformsim.scenario import load
from platformsim.theory import fan_contact

USERS, CREATORS = 2000, 120


def market(*, resolution="mean_field", months=60, owns=None, mode="closed_api", **row):
    table = {
        "name": "fans",
        "run": {"months": months, "burn_in": 0, "resolution": resolution},
        "sides": {"users": {"count": USERS}, "creators": {"count": CREATORS}},
        "technologies": [{"name": "model", "release_mode": mode}],
        "platforms": [
            {"name": "here", "owner": "giant", "take_rate": 0.2},
            {"name": "there", "take_rate": 0.2},
        ],
        "releasers": [{"name": "giant"}],
        "mechanisms": {"creator_ai": row},
    }
    if owns is not None:
        table["mechanisms"]["creator_owns"] = owns
    return load(table)


def run(scenario):
    model = PlatformModel(scenario).run()
    measured = measure(model.history)
    return model, dict(zip((c.name for c in measured.columns), measured.summary, strict=True))


def test_at_the_defaults_time_binds():
    assert CreatorAi().capacity == fan_contact.capacity(100, 0.3, 3) == 600
    model, _ = run(market(offered=False))
    audiences = model.market.tables["audiences"]
    requests = audiences["requests"].sum() / audiences["creators"].sum()
    assert requests == pytest.approx(2000 * 10 * 100 * 0.05 / 120)
    assert requests == pytest.approx(833, abs=1)


@pytest.mark.parametrize("tail", [1.3, 2.0, 4.0])
def test_audiences_add_up_and_follow_the_pareto_law(tail):
    mechanism = CreatorAi(tail=tail)
    creators = [1000 * share for share in SHARES]
    fans = mechanism.audiences(creators, 1e6)
    assert sum(n * a for n, a in zip(creators, fans, strict=True)) == pytest.approx(1e6)
    # Means of the tiers from quantiles of the law itself, x = (1 - p)^(-1/a) (a - 1)/a * mean.
    below = 0.0
    for share, found in zip(SHARES, fans, strict=True):
        if below + share < 0.999:
            p = below + share * (np.arange(20000) + 0.5) / 20000
            mean = ((1 - p) ** (-1 / tail)).mean() * (tail - 1) / tail * 1000
            assert found == pytest.approx(mean, rel=0.01)
        below += share


@pytest.mark.parametrize("resolution", ["agents", "cohorts", "mean_field"])
@pytest.mark.parametrize("tail", [1.5, 2.0, 3.0])
def test_coverage_by_hand_is_within_a_tenth_of_the_closed_form(resolution, tail):
    _, found = run(market(resolution=resolution, months=14, offered=False, tail=tail))
    expected = fan_contact.coverage_by_hand(833.3, 600, tail)
    assert found["cov_creator"] == pytest.approx(expected, rel=0.1)
    assert found["creator_adoption"] == 0.0


def test_with_an_ai_all_requests_are_answered():
    model, found = run(market(months=200, **{"reply_income": 2.0, "ai_reply_value": 1.0}))
    audiences = model.market.tables["audiences"]
    none = 1.0 - audiences["with_ai"] / audiences["creators"]
    left = none * np.maximum(audiences["requests"] - 600 * audiences["creators"], 0.0)
    assert found["cov_creator"] == pytest.approx(1 - left.sum() / audiences["requests"].sum())
    # Who gains most adopts most: audiences are larger from tier to tier.
    assert np.all(np.diff(none) <= 1e-12)


def test_a_creators_month_in_which_replies_are_handed_over():
    tier = CreatorAi(personal_share=0.4, platform_cut=0.25).tier(1000.0, 20.0, 0.8)
    assert (tier.most, tier.by_hand, tier.by_ai) == (600, 240, 760)
    saved = (600 - 240) * 3 / 60
    factor = math.sqrt(1 + 0.5 * saved / 70)
    without = 0.8 * (20.0 + 600 * 0.1 / 100)
    ai = 0.8 * 760 * 0.1 / 100 * 0.5
    income = 0.8 * (20.0 * factor + 240 * 0.1 / 100) + 0.75 * ai - 760 * 0.01 / 100
    assert tier.without == pytest.approx(without)
    assert tier.income == pytest.approx(income)
    assert tier.ai_income == pytest.approx(ai)


def test_replies_are_handed_over_only_where_the_new_work_brings_more():
    # An hour of replies brings 20 * 0.1 / 100 cu; with little to earn from content none is saved.
    kept = CreatorAi().tier(1000.0, 2.0, 0.8)
    assert (kept.by_hand, kept.by_ai, kept.factor) == (600, 400, 1.0)
    # Who has time for all fans neither needs the AI nor loses by it.
    small = CreatorAi().tier(400.0, 0.5, 0.8)
    assert (small.by_hand, small.by_ai) == (400, 0)
    assert small.income == small.without


def test_adoption_is_the_logit_share_of_what_an_ai_brings():
    model, _ = run(market(months=300))
    audiences = model.market.tables["audiences"]
    share = audiences["with_ai"] / audiences["creators"]
    gain = audiences["income_with"] - audiences["income_without"]
    assert share == pytest.approx(1 / (1 + np.exp(-gain)), rel=0.001)


@pytest.mark.parametrize("income", [0.0, 0.01, 0.1])
def test_an_ai_reply_pays_its_cost_from_the_closed_form_on(income):
    least = fan_contact.worthwhile_reply(0.01, 0.5, cut=0.3, taken=0.2)
    # Nothing but the AI's replies differs: all that a person can answer is still answered by hand.
    mechanism = CreatorAi(reply_income=income + least, personal_share=1.0)
    tier = mechanism.tier(5000.0, 1.0, 0.8)
    assert tier.income - tier.without == pytest.approx(income * 0.5 * 0.7 * 0.8 * 44, abs=1e-12)


def test_payments_follow_from_who_answers_what():
    scenario = market(resolution="agents", redirect_to_content=0.0)
    model = PlatformModel(scenario).run()
    ledger, table = model.market.ledger, model.market.tables["audiences"]
    asked = table["requests"] / table["creators"]
    most, with_ai = np.minimum(asked, 600), table["with_ai"]
    by_hand = most  # nothing is to be made of hours saved
    worth = table["creators"] * most + with_ai * (by_hand + 0.5 * (asked - by_hand) - most)
    assert with_ai.sum() > 0
    assert ledger.got("creators", "contact") == pytest.approx(worth.sum() * 0.1 / 100)
    by_ai = (with_ai * (asked - by_hand)).sum()
    assert ledger.got("suppliers", "inference") == pytest.approx(by_ai * 0.01 / 100)
    cut = ledger.got("giant", "ai_cut") + ledger.got("there", "ai_cut")
    assert cut == pytest.approx(0.3 * 0.8 * 0.5 * by_ai * 0.1 / 100)
    # The take rate falls on contact as on content.
    content = 0.1 * USERS
    take = ledger.got("giant", "take") + ledger.got("there", "take")
    assert take == pytest.approx(0.2 * (content + worth.sum() * 0.1 / 100))
    incomes = (table["creators"] - with_ai) * table["income_without"]
    incomes += with_ai * table["income_with"]
    assert ledger.net("creators") == pytest.approx(incomes.sum())


@pytest.mark.parametrize("row", [{"ai_reply_value": 0.0}, {"authenticity_penalty": 0.6}])
def test_worthless_replies_earn_nothing(row):
    assert CreatorAi(**row).tier(1000.0, 2.0, 1.0).ai_income == 0.0


def test_hours_rise_with_what_fans_get():
    model, _ = run(market(eng_lift=0.3))
    _, hand = run(market(offered=False, eng_lift=0.3))
    assert hand["users.engagement"] == 30.0
    lift = model.market.platforms["creator_lift"]
    assert np.all(lift > 0)
    assert model.market.platforms["hours"] == pytest.approx(30 * (1 + lift), rel=1e-3)


def test_a_platforms_ai_ties_its_creators():
    model, found = run(market(lock_in=1.5))
    mechanism = CreatorAi(lock_in=1.5)
    lock = mechanism.own_utility(model.market, "creators")
    assert lock == pytest.approx(1.5 * found["creator_adoption"], rel=0.01)
    assert mechanism.own_utility(model.market, "users") is None
    _, free = run(market(lock_in=0.0))
    assert found["creators.switching"] < free["creators.switching"]


def test_owning_pays_where_its_gain_exceeds_its_cost():
    owns = {"trust_gain": 0.0, "owning_cost_closed": 0.5}
    model, _ = run(market(owns=owns))
    audiences, owned = model.market.tables["audiences"], model.market.tables["owned_ais"]
    gain = audiences["ai_income"] * (0.2 + 0.3) - 0.5
    assert (gain > 0).tolist() == owned["taken"].astype(bool).tolist()
    assert 0 < owned["taken"].sum() < len(TIERS)  # for creators above some size
    assert owned["taken"].tolist() == sorted(owned["taken"].tolist())


def test_owners_pay_no_cut_and_take_their_ai_along():
    owns = {"trust_gain": 1.0}
    # Replies take so long that nobody can answer all fans by hand.
    model, found = run(market(owns=owns, min_per_reply=6.0))
    assert found["creator_adoption[owned]"] == pytest.approx(found["creator_adoption"])
    ledger = model.market.ledger
    assert ledger.got("giant", "ai_cut") == ledger.got("there", "ai_cut") == 0.0
    assert np.all(model.market.platforms["creator_lock"] == 0.0)
    with_ai = model.market.tables["audiences"]["with_ai"].sum()
    assert ledger.got("suppliers", "hosting") == pytest.approx(0.2 * with_ai)
    incomes = model.market.tables["audiences"]
    earned = (incomes["creators"] - incomes["with_ai"]) * incomes["income_without"]
    earned += incomes["with_ai"] * incomes["income_with"]
    assert ledger.net("creators") == pytest.approx(earned.sum(), rel=1e-6)
    half, _ = run(market(owns={**owns, "portability": 0.5}, min_per_reply=6.0))
    assert half.market.platforms["creator_lock"][0] == pytest.approx(
        0.5 * 0.5 * found["creator_adoption"], rel=0.01
    )


def test_an_open_model_makes_owning_cheaper():
    closed, _ = run(market(owns={}))
    opened, _ = run(market(owns={}, mode="open_weights"))
    for model, cost in ((closed, 0.2), (opened, 0.1)):
        owned = model.market.tables["owned_ais"]
        assert owned["cost"] == pytest.approx(cost * owned["taken"])


def test_blocked_ais_are_as_if_nobody_could_own_one():
    plain, _ = run(market())
    blocked, _ = run(market(owns={"blocks": True}))
    for name in ("with_ai", "income_with"):
        assert np.array_equal(
            plain.history.tables["audiences"][name], blocked.history.tables["audiences"][name]
        )
    assert CreatorOwns(blocks=True).blocks


def test_the_gini_is_that_of_the_incomes():
    model, found = run(market(resolution="agents"))
    table = model.market.tables["audiences"]
    incomes = np.repeat(
        np.concatenate((table["income_without"], table["income_with"])),
        np.concatenate((table["creators"] - table["with_ai"], table["with_ai"])).astype(int),
    )
    incomes.sort()
    n = len(incomes)
    assert n == CREATORS
    gini = ((2 * np.arange(1, n + 1) - n - 1) * incomes).sum() / (n * incomes.sum())
    path = creator_gini(model.history)["", ""]
    assert path[-1] == pytest.approx(gini)
    assert 0 < found["creator_gini"] < 1


@pytest.mark.parametrize("missing", ["users", "creators"])
def test_it_does_nothing_without_a_side(missing):
    table = market(months=12, owns={}).table
    del table["sides"][missing]
    model = PlatformModel(load(table)).run()
    assert model.market.tables["audiences"]["with_ai"].sum() == 0.0


@pytest.mark.parametrize("creators", [1, 3, 8])
def test_a_handful_of_creators_stays_a_handful(creators):
    changes = {
        "sides.creators.count": creators,
        "sides.creators.churn_rate": 0.2,
        "sides.creators.arrival_rate": 0.3,
    }
    model = PlatformModel(market(resolution="agents", owns={}).with_settings(changes))
    for _ in range(40):
        model.step()
        table = model.market.tables["audiences"]
        assert table["creators"].sum() == model.market.sides["creators"].living
        assert np.all((table["with_ai"] >= 0) & (table["with_ai"] <= table["creators"]))
