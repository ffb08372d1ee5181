"""What each release mode changes: every effect, in every phase that a mode goes through."""

import re
from pathlib import Path

import numpy as np
import pytest

import platformsim.mechanisms
from platformsim.entities import RELEASE_MODES
from platformsim.market import release
from platformsim.market.release import MODE, TERMS
from platformsim.market.tables import Table
from platformsim.model import PlatformModel
from platformsim.scenario import load

FIRST, GAIN = 100.0, 0.3
BEFORE, NEXT = FIRST * np.exp(-GAIN), FIRST * np.exp(GAIN)
DELAY = 6

# Columns: who may build openly, who through the API, what is open, whether the lab earns a margin
# and licence fees, its share of inference, what leaks, misuse, inspection and research.
EFFECTS = TERMS
CLOSED = (0, 1, 0, 1, 0, 1, 0, 0, 0, 0)
OPEN = (1, 0, FIRST, 0, 0, 0, 1, 1, 1, 1)
CAPPED = (1, 0, FIRST, 0, 1, 0, 1, 1, 1, 1)
STAGED = (1, 1, BEFORE, 1, 0, 0.5, 1, 0, 0, BEFORE / FIRST)
# After closing again: builders pay, the lab earns, but what got out stays out.
CLOSED_AGAIN = (0, 1, FIRST, 1, 0, 1, 1, 1, 1, 0)


def technology(mode, **columns):
    table = Table("technologies", ("model",))
    start = {"capability": FIRST, "generation_gain": GAIN, "delay_months": DELAY}
    for name, value in {**start, **columns}.items():
        table.add(name, value)
    table.add("mode", MODE[mode])
    release.start(table)
    return table


def pass_months(table, first, last, *, closes=(), generation=None, modes=None):
    """Run months ``first`` to ``last``; a new generation is finished at the end of its month."""
    for month in range(first, last + 1):
        if modes and month in modes:
            table["mode"] = MODE[modes[month]]
        release.advance(table, month, np.array([month in closes]))
        if month == generation:
            table["previous_capability"] = table["capability"].copy()
            table["capability"] = table["capability"] * np.exp(GAIN)
            table["generation_month"] = month
    return dict(
        zip(EFFECTS, (float(getattr(release.terms(table), e)[0]) for e in EFFECTS), strict=True)
    )


def expected(row):
    return pytest.approx(dict(zip(EFFECTS, row, strict=True)), rel=1e-12)


@pytest.mark.parametrize(
    ("mode", "row"),
    [
        ("closed_api", CLOSED),
        ("open_weights", OPEN),
        ("open_capped", CAPPED),
        ("delayed_open", CLOSED),
        ("staged", STAGED),
        ("open_then_close", OPEN),
    ],
)
def test_from_the_start(mode, row):
    table = technology(mode)
    assert pass_months(table, 1, 1) == expected(row)
    assert pass_months(table, 2, DELAY - 1) == expected(row)


def test_all_modes_are_covered():
    assert {"closed_api", "open_weights", "open_capped", "delayed_open", "staged",
            "open_then_close"} == set(RELEASE_MODES) == set(MODE)  # fmt: skip


def test_delayed_release_opens_in_the_month_the_delay_is_over():
    table = technology("delayed_open")
    assert pass_months(table, 1, DELAY - 1) == expected(CLOSED)
    assert pass_months(table, DELAY, DELAY) == expected(OPEN)
    assert pass_months(table, DELAY + 1, DELAY + 40) == expected(OPEN)


def test_delayed_release_without_a_delay_is_open_at_once():
    assert pass_months(technology("delayed_open", delay_months=0), 1, 1) == expected(OPEN)


def test_delayed_release_of_a_new_generation_waits_again():
    table = technology("delayed_open")
    arrives = DELAY + 3
    during = pass_months(table, 1, arrives + 1, generation=arrives)
    assert during["open_capability"] == FIRST
    # The new one is sold; the old one can still be built on and learned from.
    assert (during["margin"], during["api_access"], during["lab_pays_inference"]) == (1, 1, 1)
    assert (during["open_access"], during["leak"]) == (1, 1)
    assert pass_months(table, arrives + 2, arrives + DELAY - 1) == during
    after = pass_months(table, arrives + DELAY, arrives + DELAY)
    assert after == expected((1, 0, NEXT, 0, 0, 0, 1, 1, 1, 1))


def test_delayed_release_opens_a_generation_that_was_superseded_meanwhile():
    table = technology("delayed_open")
    terms = pass_months(table, 1, DELAY, generation=DELAY - 2)
    assert terms["open_capability"] == FIRST


@pytest.mark.parametrize(
    ("mode", "row"),
    [
        ("closed_api", CLOSED),
        ("open_weights", (1, 0, NEXT, 0, 0, 0, 1, 1, 1, 1)),
        ("open_capped", (1, 0, NEXT, 0, 1, 0, 1, 1, 1, 1)),
        ("staged", (1, 1, FIRST, 1, 0, 0.5, 1, 0, 0, FIRST / NEXT)),
        ("open_then_close", (1, 0, NEXT, 0, 0, 0, 1, 1, 1, 1)),
    ],
)
def test_a_new_generation(mode, row):
    assert pass_months(technology(mode), 1, 4, generation=3) == expected(row)


def test_open_then_close_stays_closed_and_what_is_out_stays_out():
    table = technology("open_then_close")
    assert pass_months(table, 1, 4) == expected(OPEN)
    assert pass_months(table, 5, 5, closes=[5]) == expected(CLOSED_AGAIN)
    assert (table["reverted"][0], table["reverted_month"][0]) == (1, 5)
    assert pass_months(table, 6, 30) == expected(CLOSED_AGAIN)
    # Generations after the closing are closed: the open version falls behind.
    later = pass_months(table, 31, 33, generation=31)
    assert later == expected(CLOSED_AGAIN)
    assert table["capability"][0] == pytest.approx(NEXT)
    assert table["reverted_month"][0] == 5


def test_a_call_to_close_concerns_open_then_close_alone():
    for mode in ("open_weights", "open_capped", "delayed_open", "staged", "closed_api"):
        called, left = (technology(mode) for _ in range(2))
        assert pass_months(called, 1, 9, closes=[3, 8]) == pass_months(left, 1, 9)
        assert called["reverted"][0] == 0


@pytest.mark.parametrize("opened", ["open_weights", "open_capped", "open_then_close"])
def test_changing_to_a_closed_api_is_a_reversion_and_opening_again_heals_it(opened):
    table = technology(opened)
    assert pass_months(table, 1, 5, modes={5: "closed_api"}) == expected(CLOSED_AGAIN)
    assert table["reverted"][0] == 1
    again = pass_months(table, 6, 7, modes={7: "open_weights"})
    assert again == expected(OPEN)
    assert table["reverted"][0] == 0


@pytest.mark.parametrize("first", RELEASE_MODES)
@pytest.mark.parametrize("second", RELEASE_MODES)
def test_weights_cannot_be_recalled(first, second):
    table, before = technology(first), 0.0
    for month in range(1, 40):
        finished = month if month % 9 == 0 else None
        terms = pass_months(
            table, month, month, modes={20: second}, closes=[15], generation=finished
        )
        assert terms["open_capability"] >= before
        before = terms["open_capability"]


def test_copies_of_a_delayed_release_stay_with_bad_actors():
    table = technology("delayed_open")
    assert pass_months(table, 1, DELAY)["bad_actor_access"] == 1
    assert pass_months(table, DELAY + 1, DELAY + 2, generation=DELAY + 1)["bad_actor_access"] == 1


def test_staged_after_open_keeps_the_open_version_open():
    table = technology("open_weights")
    terms = pass_months(table, 1, 3, modes={3: "staged"})
    assert terms["open_access"] == 1
    assert table["reverted"][0] == 0


def test_terms_of_one_technology_do_not_depend_on_the_others():
    table = Table("technologies", tuple(RELEASE_MODES))
    for name, value in (("capability", FIRST), ("generation_gain", GAIN), ("delay_months", DELAY)):
        table.add(name, value)
    table.add("mode", [MODE[mode] for mode in RELEASE_MODES])
    release.start(table)
    for month in range(1, DELAY + 2):
        release.advance(table, month, np.array([month == 3] * len(RELEASE_MODES)))
    together = release.terms(table)
    for row, mode in enumerate(RELEASE_MODES):
        alone = pass_months(technology(mode), 1, DELAY + 1, closes=[3])
        assert {e: getattr(together, e)[row] for e in EFFECTS} == alone


def test_only_the_rule_that_closes_looks_at_the_mode():
    folder = Path(platformsim.mechanisms.__file__).parent
    readers = {
        path.stem
        for path in folder.glob("*.py")
        if re.search(r"\[[\"']mode[\"']\]|release_mode|RELEASE_MODES", path.read_text("utf-8"))
    }
    assert readers == {"reversion"}


# -- the same effects as they reach the money, the builders and the rivals ---------------------


def market(mode, months, settings=None, events=()):
    """Two labs with one platform each; the second is closed and no better than the first."""
    scenario = load(
        {
            "run": {"months": months, "burn_in": 0},
            "sides": {"users": {"count": 200}},
            "technologies": [
                {
                    "name": "model",
                    "owner": "lab",
                    "release_mode": mode,
                    "api_demand": 1000.0,
                    "delay_months": DELAY,
                    "licence_cap": 0.1,
                },
                {"name": "other", "owner": "rival", "capability": 60.0},
            ],
            "platforms": [
                {"name": "own", "owner": "lab", "technology": "model"},
                {"name": "licensee", "owner": "rival", "technology": "model"},
            ],
            "releasers": [{"name": "lab", "cash": 1e6}, {"name": "rival", "cash": 1e6}],
            "mechanisms": {
                "builders": {"community_gain": 0.0},
                "open_gate": {},
                "reversion": {"rule": "never"},
                "lab_economics": {"train_cost_0": 0.0, "leak_closed": 0.0},
            },
            "events": list(events),
        }
    )
    return PlatformModel(scenario.with_settings(settings or {})).run()


def flow(model, kind, account, reason, month):
    flows = getattr(model.history, kind)
    return flows[month, model.history.accounts.index(account), model.history.reasons.index(reason)]


@pytest.mark.parametrize(
    ("mode", "month", "sold"),
    [
        ("closed_api", 3, 1.0),
        ("open_weights", 3, 0.0),
        ("open_capped", 3, 0.0),
        ("delayed_open", DELAY - 1, 1.0),
        ("delayed_open", DELAY, 0.0),
        ("staged", 3, 0.5),
        ("open_then_close", 3, 0.0),
    ],
)
def test_who_earns_on_access_and_who_pays_for_inference(mode, month, sold):
    model = market(mode, DELAY, {"mechanisms.builders.builder_pool": 0})
    price = model.history.technologies["price_factor"][month, 0]
    assert flow(model, "received", "lab", "api", month) == pytest.approx(1000 * sold * price)
    # At the defaults the margin is one half and hosts add 0.3 to the cost.
    assert flow(model, "paid", "lab", "inference", month) == pytest.approx(1000 * sold * 0.5)
    hosted = flow(model, "paid", "customers", "hosting", month)
    assert hosted == pytest.approx(1000 * (1 - sold) * 0.5 * 1.3)


@pytest.mark.parametrize("mode", RELEASE_MODES)
def test_licensees_above_the_cap_pay_under_open_capped_alone(mode):
    model = market(mode, DELAY + 1)
    share = model.history.sides["users"].share[-2, 1]  # known at the start of the last month
    fee = flow(model, "received", "lab", "licence", -1)
    assert share > 0.3
    if mode == "open_capped":
        assert fee == flow(model, "paid", "rival", "licence", -1)
        now = model.history.sides["users"].share[-1, 1]
        assert fee == pytest.approx(200 * (now - 0.1) * 0.1)
    else:
        assert fee == 0.0


@pytest.mark.parametrize(
    ("mode", "plain_may", "cost"),
    [
        ("closed_api", True, "high"),
        ("open_weights", False, "low"),
        ("open_capped", False, "low"),
        ("delayed_open", True, "high"),
        ("staged", True, "low"),
        ("open_then_close", False, "low"),
    ],
)
def test_who_may_build_and_at_what_cost(mode, plain_may, cost):
    # Builders who earn enough to enter either way, but not to pay more for the newest.
    model = market(mode, 4, {"mechanisms.builders.builder_income": 4.0})
    technologies = model.market.technologies
    assert technologies["builders_equipped"][0] > 0
    # Those without compute of their own need the API.
    assert (technologies["builders_plain"][0] > 0) == plain_may
    assert (technologies["builders_open"][0] > 0) == (cost == "low")
    hosting = flow(model, "paid", "builders", "hosting", -1)
    assert hosting == pytest.approx(technologies["builders_open"][0] * 1.0)
    bill = flow(model, "received", "lab", "access", -1)
    on_api = technologies["builders"][0] - technologies["builders_open"][0]
    assert bill == pytest.approx(on_api * 3.0 * technologies["price_factor"][0])


def test_rivals_learn_from_what_is_open_and_keep_it_after_the_closing():
    leak = {"mechanisms.lab_economics.leak_rate": 0.9}
    closing = [{"month": 13, "target": "technologies.model.release_mode", "change": "closed_api"}]
    path = {
        mode: market(mode, 36, leak, events=closing if mode == "open_weights" else ())
        .history.technologies["capability"][:, 1]
        for mode in RELEASE_MODES
    }  # fmt: skip
    assert np.all(path["closed_api"] == 60.0)
    # A year at 0.9 a year closes nine tenths of the gap of 40.
    assert path["open_weights"][12] == pytest.approx(96.0)
    assert path["open_capped"][12] == path["open_then_close"][12] == path["open_weights"][12]
    assert path["staged"][12] == pytest.approx(BEFORE - 0.1 * (BEFORE - 60.0))
    assert np.all(path["delayed_open"][:DELAY] == 60.0)
    assert path["delayed_open"][DELAY + 12 - 1] == pytest.approx(96.0)
    # What was learned stays, and nobody learns beyond the version that is out.
    assert np.all(np.diff(path["open_weights"]) >= 0)
    assert path["open_weights"][-1] <= FIRST


def test_generations_after_a_closing_do_not_leak():
    settings = {
        "mechanisms.lab_economics.leak_rate": 1.0,
        "mechanisms.lab_economics.train_cost_0": 1200.0,
        "mechanisms.lab_economics.cost_growth": 1.0,
        "releasers.rival.rnd_scale": 0.0,
    }
    closing = [{"month": 11, "target": "technologies.model.release_mode", "change": "closed_api"}]
    model = market("open_weights", 40, settings, closing)
    own, rival = model.history.technologies["capability"].T
    assert own[-1] == pytest.approx(FIRST * np.exp(3 * GAIN))
    assert rival[-1] == FIRST


def test_belief_rises_while_open_and_collapses_on_closing():
    closing = [{"month": 13, "target": "technologies.model.release_mode", "change": "closed_api"}]
    belief = market("open_weights", 20, events=closing).history.technologies["belief"]
    # Beta with mean 0.5 and the weight of 24 months, and one success a month.
    months = np.arange(13)
    assert belief[:13, 0] == pytest.approx((12.0 + months) / (24.0 + months))
    assert np.all(belief[13:, 0] == 0.0)
    assert np.all(belief[:, 1] == 0.5)
