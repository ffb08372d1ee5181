from types import SimpleNamespace

import numpy as np
import pytest

from platformsim import events
from platformsim.metrics import measure
from platformsim.model import PlatformModel
from platformsim.scenario import load

START, SMALL = 9, {"sides.users.count": 200, "run.months": 20}


def scenario(rows, arm="open"):
    """The flagship scenario, smaller, with some events."""
    table = dict(load("llama3", SMALL).with_arm(arm).table)
    return load({**table, "events": rows})


def run(rows, arm="open"):
    return PlatformModel(scenario(rows, arm)).run()


def everything(history):
    """Every array of a history, by name."""
    found = {"paid": history.paid, "received": history.received}
    for kind in ("platforms", "technologies", "releasers", "terms"):
        found |= {f"{kind}.{name}": path for name, path in getattr(history, kind).items()}
    for side, kept in history.sides.items():
        found |= {f"{side}.{name}": path for name, path in vars(kept).items()}
    return found


CHANGES = {
    "market.interoperability": 0.9,
    "market.attention": 20.0,
    "sides.users.revise_rate": 0.9,
    "sides.creators.choice_noise": 5.0,
    "technologies.closed_model.capability": 300.0,
    "technologies.llama_like.release_mode": "closed_api",
    "technologies.closed_model.release_mode": "open_weights",
    "technologies.llama_like.licence_cap": 0.9,
    "platforms.social.quality": -2.0,
    "platforms.search.fees.users": 1.0,
    "platforms.assistant.fees.businesses": -1.0,
    "platforms.search.posting_hook": 1.0,
    "releasers.closed_lab.rnd_scale": 0.0,
    "mechanisms.patronage.patron_topup": 1.0,
    "mechanisms.open_gate.toll": 0.45,
    "mechanisms.lab_economics.sub_price": 3.0,
    "mechanisms.direct_network.law": "power",
    "mechanisms.autopost.enabled": False,
    "mechanisms.builders.builder_pool": 5000,
}
# The patron pays only what a lab lacks, and law "power" has the exponent 1 until it is changed.
QUIET = {"mechanisms.patronage.patron_topup", "mechanisms.direct_network.law"}


@pytest.fixture(scope="module")
def undisturbed():
    return everything(run([]).history)


@pytest.mark.parametrize("target", CHANGES)
def test_before_its_month_an_event_changes_nothing_at_all(target, undisturbed):
    row = {"month": START, "target": target, "change": CHANGES[target]}
    disturbed = everything(run([row]).history)
    assert disturbed.keys() == undisturbed.keys()
    for name, path in undisturbed.items():
        assert np.array_equal(path[:START], disturbed[name][:START], equal_nan=True), name
    if target not in QUIET:
        assert any(
            not np.array_equal(path[START:], disturbed[name][START:], equal_nan=True)
            for name, path in undisturbed.items()
        )


def test_an_event_in_the_first_month_is_like_the_setting():
    setting = {"sides.users.switch_cost": 2.0}
    by_setting = PlatformModel(scenario([]).with_settings(setting)).run()
    row = {"month": 1, "target": "sides.users.switch_cost", "change": 2.0}
    by_event = run([row])
    assert np.array_equal(measure(by_setting.history).series, measure(by_event.history).series,
                          equal_nan=True)  # fmt: skip


def test_an_event_in_the_last_month_still_happens():
    row = {"month": 20, "target": "technologies.llama_like.capability", "change": 500.0}
    capability = run([row]).history.technologies["capability"][:, 0]
    assert capability[19] < 200
    assert capability[20] >= 500


def test_for_good_and_for_a_while():
    for_good = {"month": 5, "target": "market.hours", "change": 10.0}
    hours = run([for_good], "closed").history.platforms["hours"][:, 1]  # no hook: no flywheel
    assert hours.tolist() == [30.0] * 5 + [10.0] * 16
    hours = run([{**for_good, "duration": 4}], "closed").history.platforms["hours"][:, 1]
    assert hours.tolist() == [30.0] * 5 + [10.0] * 4 + [30.0] * 12
    hours = run([{**for_good, "duration": 400}], "closed").history.platforms["hours"][:, 1]
    assert hours.tolist() == [30.0] * 5 + [10.0] * 16


@pytest.mark.parametrize("target", CHANGES)
def test_when_it_ends_an_event_restores_what_it_changed(target):
    model = PlatformModel(scenario([{"month": 3, "target": target, "change": CHANGES[target],
                                     "duration": 2}]))  # fmt: skip

    def now():
        kind, *rest = target.split(".")
        market = model.market
        if kind == "market":
            return getattr(market.rules, rest[0])
        if kind == "sides":
            return getattr(market.sides[rest[0]].rules, rest[1])
        if kind == "mechanisms":
            found = next(m for m in market.all_mechanisms if m.name == rest[0])
            assert (found in market.mechanisms) == found.enabled
            return getattr(found, rest[1])
        table = getattr(market, kind)
        column = {"release_mode": "mode", "fees": f"fee_{rest[-1]}"}.get(rest[1], rest[1])
        return float(table[column][table.index[rest[0]]])

    before = now()
    seen = []
    for _ in range(6):
        model.step()
        seen.append(now())
    if target.endswith("capability"):
        # Learning goes on while the event lasts; what ends is the event's own doing.
        assert seen[2] > 250 > seen[4]
        return
    assert seen[0] == seen[1] == before
    assert seen[2] == seen[3] != before
    assert seen[4] == seen[5] == before


def test_events_do_not_reach_into_the_scenario_or_another_model():
    spec = scenario([{"month": 1, "target": "mechanisms.open_gate.toll", "change": 0.0},
                     {"month": 1, "target": "market.hours", "change": 1.0}])  # fmt: skip
    tolls = [PlatformModel(spec).run().history.technologies["tolls"] for _ in range(2)]
    assert np.array_equal(*tolls)
    assert spec.market.hours == 30.0
    assert next(m for m in spec.mechanisms if m.name == "open_gate").toll == 0.15


def span(month, duration=None, target="market.hours"):
    return SimpleNamespace(month=month, duration=duration, target=target)


def test_what_is_due():
    long, short, late, good = span(2, 8), span(4, 6), span(10, 1), span(10)
    everything_due = {m: events.due((long, short, late, good), m) for m in range(1, 13)}
    assert everything_due[1] == everything_due[3] == everything_due[12] == []
    assert everything_due[2] == [(long, True)]
    # Both end in month 10: the inner one first, then the outer, then what begins.
    assert everything_due[10] == [(short, False), (long, False), (late, True), (good, True)]
    assert everything_due[11] == [(late, False)]


def test_nested_events_restore_what_they_found():
    rows = [
        {"month": 2, "target": "market.hours", "change": 20.0, "duration": 8},
        {"month": 4, "target": "market.hours", "change": 5.0, "duration": 6},
        {"month": 10, "target": "market.hours", "change": 7.0, "duration": 1},
    ]
    for order in (rows, rows[::-1]):
        hours = run(order, "closed").history.platforms["hours"][:, 1]
        assert hours[:13].tolist() == [30, 30, 20, 20, 5, 5, 5, 5, 5, 5, 7, 30, 30]


def test_an_unlimited_licence_can_be_limited_for_a_while():
    row = {"month": 2, "target": "technologies.closed_model.licence_cap", "change": 0.5,
           "duration": 3}  # fmt: skip
    cap = run([row]).history.technologies["licence_cap"][:, 1]
    assert cap[:6].tolist() == [np.inf, np.inf, 0.5, 0.5, 0.5, np.inf]


def test_a_mechanism_switched_on_later_starts_then():
    table = load("flywheel", {"run.months": 13, "mechanisms.autopost.enabled": False}).table
    row = {"month": 6, "target": "mechanisms.autopost.enabled", "change": True}
    spec = load({**table, "events": [row]}).with_arm("integrated")
    history = PlatformModel(spec).run().history
    assert np.all(history.platforms["hook"][:6] == 0)
    assert history.platforms["hook"][6:].tolist() == [[1.0, 0.0]] * 8
    assert np.all(history.platforms["reactions"][:6] == 0)
    assert np.all(history.platforms["reactions"][6:, 0] > 0)


def test_a_mechanism_switched_off_leaves_nothing_in_force():
    off = {"month": 8, "target": "mechanisms.open_gate.enabled", "change": False}
    gate = run([off]).history.technologies
    assert gate["toll_burden"][7, 0] > 0
    for column in ("toll_burden", "tolls", "licences", "gated", "forked"):
        assert np.all(gate[column][8:] == 0), column
    off = {"month": 8, "target": "mechanisms.autopost.enabled", "change": False, "duration": 4}
    platforms = run([off]).history.platforms
    assert np.all(platforms["reactions"][8:12] == 0)
    assert np.all(platforms["activity"][8:12] == 1)
    assert platforms["reactions"][7, 0] > 0
    assert platforms["reactions"][12, 0] > 0


def test_interoperability_ends_tipping():
    settings = {"mechanisms.direct_network.beta_direct": 4.0, "run.months": 160}
    tipped = load("tipping", settings)
    row = {"month": 80, "target": "market.interoperability", "change": 1.0}
    opened = load({**tipped.table, "events": [row]})
    for replicate in range(3):
        walled, joined = (
            PlatformModel(spec, replicate=replicate).run().history.sides["users"].share.max(axis=1)
            for spec in (tipped, opened)
        )
        assert walled[79] > 0.9
        assert walled[-1] > 0.9
        assert joined[79] == walled[79]
        # The common network makes the two equal again; 2000 users leave a share of 0.5 +- 0.045.
        assert joined[-1] < 0.55
