"""Every kind of mistake in a scenario, and what its message says."""

import copy
import dataclasses
import functools
import pickle
import tomllib
from typing import ClassVar

import numpy as np
import pytest
import tomli_w

from platformsim import entities
from platformsim.errors import Problem, ScenarioError, nearest
from platformsim.mechanisms import REGISTRY, Mechanism, OpenGate
from platformsim.parameters import param, parameters_of
from platformsim.scenario import Scenario, load, shipped
from platformsim.scenario.settings import difference, parse
from platformsim.scenario.show import parameter_table

WHOLE = {
    "name": "whole",
    "title": "A market with one of everything",
    "claims": ["C01"],
    "run": {"months": 48, "burn_in": 6},
    "market": {"interoperability": 0.1},
    "sides": {
        "users": {
            "count": 200,
            "tastes": {"style": {"mean": 0.5}},
            "graph": {"kind": "watts_strogatz", "degree": 6},
        },
        "creators": {"count": 20, "max_homes": 2},
        "businesses": {"count": 10},
    },
    "technologies": [
        {"name": "model", "owner": "lab"},
        {"name": "other", "owner": "rival", "release_mode": "open_weights"},
    ],
    "platforms": [
        {
            "name": "social",
            "owner": "lab",
            "technology": "model",
            "characteristics": {"style": 1.0},
            "fees": {"users": 0.5},
            "initial": {"users": 0.6},
        },
        {"name": "forum"},
    ],
    "releasers": [{"name": "lab", "cash": 100.0, "patron": "cloud"}, {"name": "rival"}],
    "mechanisms": {"direct_network": {"law": "local"}, "reversion": {}, "lab_economics": {}},
    "events": [{"month": 6, "target": "market.interoperability", "change": 0.5, "duration": 6}],
    "arms": {"closed": {}, "open": {"set": {"technologies.model.release_mode": "open_weights"}}},
    "predictions": [{"metric": "builders", "arm": "open", "base": "closed"}],
}


def changed(path, value):
    """Return the scenario with one thing replaced; ``path`` holds keys and places in lists."""
    table = copy.deepcopy(WHOLE)
    node = table
    for part in path[:-1]:
        node = node.setdefault(part, {}) if isinstance(node, dict) else node[part]
    if isinstance(node, list) and path[-1] == len(node):
        node.append(value)
    else:
        node[path[-1]] = value
    return table


def problems(source):
    with pytest.raises(ScenarioError) as raised:
        load(source)
    for line, problem in zip(str(raised.value).split("\n"), raised.value.problems, strict=True):
        assert line == str(problem)
    return raised.value.problems


def only_problem(source):
    found = problems(source)
    assert len(found) == 1, [str(problem) for problem in found]
    return found[0]


def test_the_scenario_of_these_tests_is_valid():
    assert isinstance(load(WHOLE), Scenario)


SINGLE = {
    # a key that does not exist, at every level
    "unknown table": (("sidez",), {}, "sidez", "unknown table", "sides"),
    "unknown key": (("run", "month"), 12, "run.month", "known keys are months, burn_in", "months"),
    "key named like a type": (("run", "float"), 1.0, "run.float", "known keys are months", None),
    "key with a bracket": (("market", "a[b]"), 1.0, "market.a[b]", "unknown key", None),
    "unknown side": (("sides", "user"), {}, "sides.user", "must be one of businesses", "users"),
    "unknown key of a side": (
        ("sides", "users", "switchcost"), 1.0, "sides.users.switchcost", "switch_cost",
        "switch_cost",
    ),
    "unknown key of a graph": (
        ("sides", "users", "graph", "degre"), 4, "sides.users.graph.degre", "degree", "degree",
    ),
    "unknown key of a taste": (
        ("sides", "users", "tastes", "style", "sdd"), 1.0, "sides.users.tastes.style.sdd",
        "mean, sd", "sd",
    ),
    "unknown key of a row": (
        ("platforms", 0, "qualty"), 1.0, "platforms.social.qualty", "quality", "quality",
    ),
    "unknown mechanism": (
        ("mechanisms", "opengate"), {}, "mechanisms.opengate", "must be one of", "open_gate",
    ),
    "unknown parameter of a mechanism": (
        ("mechanisms", "direct_network", "beta"), 1.0, "mechanisms.direct_network.beta",
        "beta_direct", None,
    ),
    "unknown key of an event": (
        ("events", 0, "until"), 9, "events.0.until", "month, target, change, duration", None,
    ),
    "unknown key of an arm": (("arms", "open", "sett"), {}, "arms.open.sett", "set", "set"),
    # wrong types
    "text for a number": (
        ("sides", "users", "count"), "many", "sides.users.count", "must be a whole number", None,
    ),
    "fraction for a count": (
        ("sides", "users", "count"), 10.5, "sides.users.count", "must be a whole number", None,
    ),
    "boolean as a count": (
        ("sides", "users", "count"), True, "sides.users.count", "must be a whole number", None,
    ),
    "boolean as a number": (("market", "hours"), True, "market.hours", "must be a number", None),
    "number as a switch": (
        ("mechanisms", "lab_economics", "exits"), 1, "mechanisms.lab_economics.exits",
        "must be true or false", None,
    ),
    "number as a name": (
        ("technologies", 0, "owner"), 3, "technologies.model.owner", "must be a text", None,
    ),
    "number for a table": (
        ("sides", "creators", "graph"), 3, "sides.creators.graph", "must be a table", None,
    ),
    "list for a table": (("run",), [1], "run", "must be a table", None),
    "table for a list": (("events",), {"month": 3}, "events", "[[events]]", None),
    "text in a list of rows": (("releasers", 2), "third", "releasers.2", "must be a table", None),
    "list for a number": (("market", "hours"), [30.0], "market.hours", "must be a number", None),
    "text in a table of numbers": (
        ("platforms", 0, "fees", "users"), "free", "platforms.social.fees.users",
        "must be a number from -100 to 100 cu/month", None,
    ),
    "number for a list of names": (
        ("mechanisms", "direct_network", "sides"), 2, "mechanisms.direct_network.sides",
        "must be a list", None,
    ),
    "number in a list of names": (
        ("mechanisms", "direct_network", "sides"), ["users", 2],
        "mechanisms.direct_network.sides.1", "must be a text", None,
    ),
    "table as the value of an event": (
        ("events", 0, "change"), {"to": 1}, "events.0.change",
        "must be a number, a text, true or false", None,
    ),
    "list as the value of an arm": (
        ("arms", "open", "set", "market.hours"), [1], "arms.open.set.market.hours",
        "must be a number, a text, true or false", None,
    ),
    "number as a title": (("title",), 3, "title", "must be a text", None),
    "number among the claims": (("claims",), ["C01", 2], "claims", "list of claim ids", None),
    # ranges
    "too small": (("run", "months"), 0, "run.months", "from 1 to 1200 months", None),
    "too large": (
        ("mechanisms", "reversion", "belief_0"), 1.01, "mechanisms.reversion.belief_0",
        "from 0 to 1 probability", None,
    ),
    "too few pairs": (("run", "pairs"), 19, "run.pairs", "from 20 to 100000 pairs", None),
    "a seed of 33 bits": (("run", "seed"), 2**32, "run.seed", "from 0 to 4294967295", None),
    "an endless number of digits": (
        ("run", "seed"), 10**5000, "run.seed", "from 0 to 4294967295", None,
    ),
    "not a number": (("market", "hours"), float("nan"), "market.hours", "must be a number", None),
    "infinite": (
        ("market", "hours"), float("inf"), "market.hours", "from 0 to 200 hours/month", None,
    ),
    "not a number in a table": (
        ("platforms", 0, "fees", "users"), float("nan"), "platforms.social.fees.users",
        "from -100 to 100", None,
    ),
    "infinite in a table": (
        ("platforms", 0, "characteristics", "depth"), float("-inf"),
        "platforms.social.characteristics.depth", "from -100 to 100", None,
    ),
    "not a number in an event": (
        ("events", 0, "change"), float("nan"), "events.0.target: market.interoperability",
        "from 0 to 1 share", None,
    ),
    "infinite in an arm": (
        ("arms", "open", "set", "market.hours"), float("inf"),
        "arms.open.set.market.hours", "from 0 to 200", None,
    ),
    # names
    "unknown release mode": (
        ("technologies", 0, "release_mode"), "open_weight", "technologies.model.release_mode",
        "closed_api, open_weights, open_capped, delayed_open, staged, open_then_close",
        "open_weights",
    ),
    "unknown law": (
        ("mechanisms", "direct_network", "law"), "linaer", "mechanisms.direct_network.law",
        "must be one of linear", "linear",
    ),
    "unknown graph": (
        ("sides", "creators", "graph", "kind"), "blocks", "sides.creators.graph.kind",
        "must be one of complete", "block",
    ),
    "unknown owner of a technology": (
        ("technologies", 0, "owner"), "labs", "technologies.model.owner",
        "must be one of lab, rival", "lab",
    ),
    "unknown owner of a platform": (
        ("platforms", 0, "owner"), "rivall", "platforms.social.owner",
        "must be one of lab, rival", "rival",
    ),
    "unknown technology": (
        ("platforms", 0, "technology"), "modell", "platforms.social.technology",
        "must be one of model, other", "model",
    ),
    "fee for an absent side": (
        ("platforms", 0, "fees"), {"guests": 1.0}, "platforms.social.fees",
        "must be one of businesses, creators, users", None,
    ),
    "share of an absent side": (
        ("platforms", 0, "initial"), {"user": 1.0}, "platforms.social.initial",
        "must be one of businesses, creators, users", "users",
    ),
    "unknown strategy": (
        ("releasers", 0, "strategy"), "follow", "releasers.lab.strategy",
        "follow_the_leader, hold", None,
    ),
    "unknown arm of a prediction": (
        ("predictions", 0, "arm"), "opne", "predictions.0.arm", "must be one of closed, open",
        "open",
    ),
    "unknown base of a prediction": (
        ("predictions", 0, "base"), "shut", "predictions.0.base", "must be one of closed, open",
        None,
    ),
    "unknown direction": (
        ("predictions", 0, "direction"), "sideways", "predictions.0.direction",
        "must be one of up, down", None,
    ),
    "unknown setting of an arm": (
        ("arms", "open", "set", "market.hour"), 3.0, "arms.open.set.market.hour",
        "unknown setting", "market.hours",
    ),
    "unknown target of an event": (
        ("events", 0, "target"), "market.interop", "events.0.target: market.interop",
        "unknown setting", "market.interoperability",
    ),
    "missing name": (("releasers", 2), {"cash": 5.0}, "releasers.2.name", "is missing", None),
    "missing target": (
        ("events", 0), {"month": 3, "change": 1.0}, "events.0.target", "is missing", None,
    ),
    # combinations that are impossible, though each value is allowed
    "name with a dot": (
        ("releasers", 2), {"name": "r.s"}, "releasers.name", "without a dot", None,
    ),
    "name of an account": (
        ("platforms", 1, "name"), "suppliers", "platforms.name", "name of an account", None,
    ),
    "releaser named like an account": (
        ("releasers", 2), {"name": "customers"}, "releasers.name", "name of an account", None,
    ),
    "patron named like an account": (
        ("releasers", 0, "patron"), "users", "releasers.lab.patron", "name of an account", None,
    ),
    "own patron": (
        ("releasers", 0, "patron"), "lab", "releasers.lab.patron", "its own patron", None,
    ),
    "independent platform with a releaser's name": (
        ("platforms", 1, "name"), "rival", "platforms.rival.name", "releaser's name", None,
    ),
    "name twice": (("platforms", 1, "name"), "social", "platforms.social", "stands twice", None),
    "slot twice": (("platforms", 0, "slot"), 2, "platforms.slot", "slot of its own", None),
    "nothing but burn-in": (
        ("run", "burn_in"), 48, "run.burn_in", "must be less than run.months (48)", None,
    ),
    "launch after the end": (
        ("platforms", 2), {"name": "late", "launch_month": 48}, "platforms.late.launch_month",
        "must be before the last month (48)", None,
    ),
    "more homes than platforms": (
        ("sides", "users", "max_homes"), 3, "sides.users.max_homes", "at most the number", None,
    ),
    "taste without a characteristic": (
        ("sides", "users", "tastes", "stile"), {}, "sides.users.tastes.stile",
        "no platform has this characteristic", "style",
    ),
    "more individuals than memory holds": (
        ("sides", "businesses", "count"), 10**9, "sides.businesses.count",
        "where run.resolution is agents", None,
    ),
    "cohorts in a graph": (
        ("run", "resolution"), "cohorts", "sides.users.graph.kind",
        "must be complete where run.resolution is cohorts", None,
    ),
    "odd degree": (
        ("sides", "users", "graph", "degree"), 5, "sides.users.graph.degree", "must be even", None,
    ),
    "more contacts than agents": (
        ("sides", "users", "graph", "degree"), 200, "sides.users.graph.degree",
        "less than the side's count (200)", None,
    ),
    "one block": (
        ("sides", "users", "graph"), {"kind": "block", "blocks": 1}, "sides.users.graph.blocks",
        "must be at least 2", None,
    ),
    "blocks too small": (
        ("sides", "users", "graph"), {"kind": "block", "blocks": 25, "mix_across": 0.0},
        "sides.users.graph.blocks", "larger than the mean degree", None,
    ),
    "too few pairs across blocks": (
        ("sides", "users", "graph"),
        {"kind": "block", "blocks": 2, "degree": 120, "mix_across": 1.0},
        "sides.users.graph.mix_across", "too few pairs across", None,
    ),
    "shares above one": (
        ("platforms", 1, "initial"), {"users": 0.5}, "platforms.*.initial.users",
        "at most 1", None,
    ),
    "shares below one without an outside": (
        ("platforms", 1, "initial"), {"users": 0.3}, "platforms.*.initial.users",
        "outside_option is false", None,
    ),
    "members before the launch": (
        ("platforms", 0, "launch_month"), 5, "platforms.*.initial.users", "open later", None,
    ),
    "network effect on an absent side": (
        ("mechanisms", "direct_network"), {"sides": ["users", "user"]},
        "mechanisms.direct_network.sides", "must be one of businesses", "users",
    ),
    "local law without a graph": (
        ("sides", "users", "graph"), {"kind": "complete"}, "mechanisms.direct_network.law",
        "needs a graph of contacts", None,
    ),
    "subsidy of an unknown platform": (
        ("mechanisms", "cross_network"), {"subsidy_platform": "socal"},
        "mechanisms.cross_network.subsidy_platform", "must be one of forum, social", "social",
    ),
    # events
    "event after the end": (("events", 0, "month"), 49, "events.0.month", "run.months (48)", None),
    "event on what is fixed": (
        ("events", 0, "target"), "sides.users.count", "events.0.target", "set at month 0", None,
    ),
    "event on a table": (
        ("events", 0, "target"), "platforms.social.fees", "events.0.target", "month 0", None,
    ),
    "event on a list": (
        ("events", 0, "target"), "mechanisms.direct_network.sides", "events.0.target",
        "set at month 0", None,
    ),
    "event on a taste": (
        ("events", 0, "target"), "sides.users.tastes.style.mean", "events.0.target", "month 0",
        None,
    ),
    "event on a characteristic": (
        ("events", 0, "target"), "platforms.social.characteristics.style", "events.0.target",
        "set at month 0", None,
    ),
    "event on an absent mechanism": (
        ("events", 0, "target"), "mechanisms.builders.sigma", "events.0.target",
        "names a mechanism that the scenario does not have", None,
    ),
    "event out of range": (
        ("events", 0, "change"), 1.5, "events.0.target: market.interoperability",
        "from 0 to 1 share", None,
    ),
    "event of the wrong type": (
        ("events", 0, "change"), "full", "events.0.target: market.interoperability",
        "must be a number", None,
    ),
    "event for no time": (
        ("events", 0, "duration"), 0, "events.0.duration", "from 1 to 1200 months", None,
    ),
    "arm that makes the market impossible": (
        ("arms", "open", "set", "sides.users.max_homes"), 4,
        "arms.open.set.sides.users.max_homes", "at most the number of platforms", None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", SINGLE)
def test_a_mistake_is_named_with_its_key_value_and_what_is_allowed(mistake):
    path, value, key, allowed, near = SINGLE[mistake]
    problem = only_problem(changed(path, value))
    assert problem.key == key
    assert allowed in problem.allowed
    assert problem.nearest == near
    text = str(problem)
    assert text.startswith(f"{key}: ")
    assert ("did you mean" in text) == (near is not None)
    assert "(got " in text or "is missing" in text


def test_a_market_needs_a_platform_and_a_side():
    assert only_problem({"platforms": [{"name": "a"}]}).key == "sides"
    assert only_problem({"sides": {"users": {}}}).key == "platforms"
    assert [problem.key for problem in problems({})] == ["platforms", "sides"]


def test_causes_come_before_what_follows_from_them():
    found = problems(changed(("arms",), ["open"]))
    assert (found[0].key, found[0].allowed) == ("arms", "must be a table")
    assert [problem.key for problem in found[1:]] == ["predictions.0.arm", "predictions.0.base"]


def test_the_value_is_shown_and_a_long_one_is_cut():
    assert "(got 'many')" in str(only_problem(changed(("sides", "users", "count"), "many")))
    long = str(only_problem(changed(("market", "hours"), "x" * 5000)))
    assert len(long) < 200
    assert "xxx...)" in long


def test_open_then_close_needs_its_rule_switched_on():
    table = changed(("technologies", 1, "release_mode"), "open_then_close")
    assert isinstance(load(table), Scenario)
    for row in ({"enabled": False}, None):
        table["mechanisms"]["reversion"] = row
        if row is None:
            del table["mechanisms"]["reversion"]
        problem = only_problem(table)
        assert problem.key == "technologies.other.release_mode"
        assert "needs [mechanisms.reversion]" in problem.allowed


def test_an_arm_is_checked_with_the_events_it_will_meet():
    table = changed(("events", 0, "month"), 40)
    table["arms"]["open"]["set"]["run.months"] = 30
    problem = only_problem(table)
    assert problem.key == "arms.open.set.events.0.month"
    assert "run.months (30)" in problem.allowed


@pytest.mark.parametrize("resolution", ["cohorts", "mean_field"])
def test_what_only_individuals_can_do_is_refused_without_them(resolution, inbox):
    table = changed(("run", "resolution"), resolution)
    table["sides"]["users"] = {"count": 10**9, "tastes": {"style": {}}}
    table["mechanisms"]["direct_network"] = {}
    assert isinstance(load(table), Scenario)
    table["sides"]["users"]["updating"] = "sequential"
    problem = only_problem(table)
    assert problem.key == "sides.users.updating"
    assert f"must be synchronous where run.resolution is {resolution}" in problem.allowed
    del table["sides"]["users"]["updating"]
    with pytest.raises(ScenarioError, match=rf"needs individuals; run.resolution is {resolution}"):
        load(table).with_mechanism(inbox())


def test_shares_of_different_sides_are_added_up_apart():
    table = changed(("platforms", 1, "initial"), {"creators": 1.0})
    table["platforms"][0]["initial"] = {"users": 1.0}
    assert isinstance(load(table), Scenario)


@pytest.mark.parametrize(
    ("spans", "fits"),
    [
        ([(5, None), (8, None)], True),  # one change for good after another
        ([(5, 10), (15, 5)], True),  # one after the end of the other
        ([(5, None), (8, 3)], True),  # a while within for good
        ([(5, 20), (8, 3)], True),  # nested
        ([(5, 20), (8, 17)], True),  # nested, ending together
        ([(5, 10), (8, 10)], False),  # the first would end within the second
        ([(8, None), (5, 10)], False),
        ([(5, 10), (5, 20)], False),  # which holds first would depend on the order in the file
    ],
)
def test_events_on_one_target_may_follow_or_nest_but_not_cross(spans, fits):
    rows = [{"month": month, "target": "market.hours", "change": 10.0 + place}
            | ({"duration": length} if length else {})
            for place, (month, length) in enumerate(spans)]  # fmt: skip
    if fits:
        assert isinstance(load(changed(("events",), rows)), Scenario)
    else:
        problem = only_problem(changed(("events",), rows))
        assert problem.key == "events.1.month"
        assert "overlaps the event of month" in problem.allowed
        rows[1]["target"] = "market.attention"
        assert isinstance(load(changed(("events",), rows)), Scenario)


MANY = """
titel = "misspelt"
[run]
months = 12
burn_in = 12
seed = -1
[sides.users]
count = true
max_homes = 2
[[platforms]]
name = "a"
quality = inf
[platforms.fees]
users = "free"
[[technologies]]
name = "model"
owner = "nobody"
release_mode = "open"
[mechanisms.direct_networks]
[mechanisms.open_gate]
toll = 0.9
[[events]]
month = 40
target = "run.months"
change = 3
[[events]]
month = 3
target = "market.hours"
change = 500.0
[arms.one.set]
"market.hourz" = 3.0
"mechanisms.open_gate.fork_cost" = -1.0
[[predictions]]
metric = "builders"
arm = "two"
base = "one"
"""
MANY_KEYS = [
    "titel",
    "run.burn_in",
    "run.seed",
    "sides.users.count",
    "sides.users.max_homes",
    "platforms.a.quality",
    "platforms.a.fees.users",
    "technologies.model.owner",
    "technologies.model.release_mode",
    "mechanisms.direct_networks",
    "mechanisms.open_gate.toll",
    "events.0.month",
    "events.0.target",
    "events.1.target: market.hours",
    "arms.one.set.market.hourz",
    "arms.one.set.mechanisms.open_gate.fork_cost",
    "predictions.0.arm",
]


def test_all_mistakes_of_a_file_are_reported_in_one_go(tmp_path):
    path = tmp_path / "many.toml"
    path.write_text(MANY, encoding="utf-8")
    found = problems(path)
    assert sorted(problem.key for problem in found) == sorted(MANY_KEYS)
    assert all(problem.file == str(path) for problem in found)
    assert all(str(problem).startswith(f"{path}: ") for problem in found)


def test_a_mistake_of_the_scenario_is_not_repeated_for_each_of_its_arms():
    assert len(WHOLE["arms"]) == 2
    assert only_problem(changed(("run", "burn_in"), 48)).key == "run.burn_in"


def test_errors_survive_the_way_back_from_a_worker():
    problem = Problem("run.months", 0, "must be more", "a.toml", "months")
    error = pickle.loads(pickle.dumps(ScenarioError([problem, problem])))
    assert error.problems == (problem, problem)
    assert str(error) == str(ScenarioError((problem, problem)))


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("hours", None),  # it is right as it is
        ("hour", "hours"),
        ("market.hour", "market.hours"),
        ("users.count", "sides.users.count"),
        ("cuont", "sides.users.count"),
        ("zzz", None),
        (3, None),
        (["hours"], None),
    ],
)
def test_the_nearest_name(name, near):
    known = ["hours", "market.hours", "sides.users.count"] if name != "hour" else ["hours", "days"]
    assert nearest(name, known) == near


# -- files -------------------------------------------------------------------------------------


def write(folder, name, text):
    path = folder / f"{name}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_shipped_files_are_named_shortly_in_messages():
    with pytest.raises(ScenarioError) as raised:
        load("tipping", {"run.months": 0})
    assert str(raised.value).startswith("tipping.toml: run.months: ")


@pytest.mark.parametrize(
    ("source", "near"),
    [("tiping", "tipping"), ("nowhere.toml", None), ("", None), (None, None), (7, None)],
)
def test_what_is_no_scenario(source, near):
    problem = only_problem(source)
    assert all(name in problem.allowed for name in shipped())
    assert problem.nearest == near


def test_a_folder_is_no_scenario(tmp_path):
    folder = tmp_path / "folder.toml"
    folder.mkdir()
    assert "no TOML file" in only_problem(folder).allowed


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"[run\nmonths = 3", "line 1"),
        (b"[run]\nmonths = 3\nmonths = 4", "overwrite"),
        (b"name = '\xff\xfe'", "is not UTF-8"),
        (b"seed = " + b"9" * 5000, "4300 digits"),
        (b"a = " + b"[" * 100_000, "recursion"),
        (b"a" + b".a" * 5000 + b" = 1", "nested too deeply"),
    ],
)
def test_what_is_no_toml(tmp_path, data, says):
    path = tmp_path / "bad.toml"
    path.write_bytes(data)
    problem = only_problem(path)
    assert problem.file == str(path)
    assert says in str(problem)


def test_a_file_extends_another_and_rows_merge_by_name(tmp_path):
    write(tmp_path, "base", tomli_w.dumps(WHOLE))
    child = write(
        tmp_path,
        "child",
        """
        extends = "base.toml"
        name = "child"
        claims = ["C13"]
        [run]
        months = 24
        [sides.users]
        count = 300
        [[platforms]]
        name = "forum"
        quality = 0.25
        [[platforms]]
        name = "newcomer"
        [arms.late.set]
        "platforms.newcomer.launch_month" = 5
        """,
    )
    merged, base = load(child), load(WHOLE)
    assert merged.name == "child"
    assert merged.title == base.title
    assert merged.claims == ("C13",)  # a list of scalars is replaced
    assert (merged.run.months, merged.run.burn_in) == (24, 6)
    assert merged.sides["users"].count == 300
    assert merged.sides["users"].graph == base.sides["users"].graph
    assert [row.name for row in merged.platforms] == ["social", "forum", "newcomer"]
    assert merged.platforms[0] == base.platforms[0]
    assert merged.platforms[1] == dataclasses.replace(base.platforms[1], quality=0.25)
    assert list(merged.arms) == ["closed", "open", "late"]
    assert "extends" not in merged.table


def test_a_chain_of_files_is_followed_from_where_each_file_is(tmp_path, monkeypatch):
    write(tmp_path / "far", "root", 'extends = "tipping"\n[run]\nmonths = 30\npairs = 40\n')
    write(tmp_path, "middle", 'extends = "far/root.toml"\n[run]\nmonths = 36\n')
    leaf = write(tmp_path / "near", "leaf", 'extends = "../middle.toml"\n[run]\nseed = 5\n')
    monkeypatch.chdir(tmp_path / "far")
    run = load(leaf).run
    assert (run.months, run.pairs, run.seed) == (36, 40, 5)
    assert list(load(leaf).arms) == list(load("tipping").arms)


def test_a_dict_may_extend_a_shipped_scenario_and_is_left_alone():
    given = {"extends": "tipping", "mechanisms": {"direct_network": {"beta_direct": 1.0}}}
    before = copy.deepcopy(given)
    scenario = load(given)
    assert scenario.mechanisms[0].beta_direct == 1.0
    scenario.table["mechanisms"]["direct_network"]["beta_direct"] = 9.0
    assert given == before


@pytest.mark.parametrize(
    "parents",
    [
        {"a": "a.toml"},
        {"a": "b.toml", "b": "a.toml"},
        {"a": "b.toml", "b": "c.toml", "c": "b.toml"},
        {"a": "../{here}/a.toml"},  # the same file by another way
    ],
)
def test_files_that_extend_each_other_in_a_circle(tmp_path, parents):
    for name, parent in parents.items():
        write(tmp_path, name, f'extends = "{parent.format(here=tmp_path.name)}"\n')
    problem = only_problem(tmp_path / "a.toml")
    assert problem.key == "extends"
    assert "must not lead back" in problem.allowed


@pytest.mark.parametrize("parent", ["tiping", "missing.toml", "x" * 5000 + ".toml", "nul\0.toml"])
def test_a_parent_that_does_not_exist(tmp_path, parent):
    path = write(tmp_path, "child", tomli_w.dumps({"extends": parent}))
    problem = only_problem(path)
    assert (problem.key, problem.file) == ("extends", str(path))
    assert problem.nearest == ("tipping" if parent == "tiping" else None)


@pytest.mark.parametrize("parent", [3, ["tipping"], {"name": "tipping"}, True])
def test_a_parent_that_is_no_name(parent):
    assert "name or path of a scenario" in only_problem({"extends": parent}).allowed


def test_a_name_that_stands_twice_is_noticed_through_extends():
    rows = [{"name": "a", "quality": 1.0}, {"name": "a", "quality": 2.0}]
    found = problems({"extends": "tipping", "platforms": rows})
    assert "stands twice" in str(found[0])


def deep(depth):
    table = {}
    for _ in range(depth):
        table = {"a": table}
    return table


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({1: "x"}, "names must be plain text"),
        ({**WHOLE, "arms": {1: {}}}, "names must be plain text"),
        ({**WHOLE, "run": {None: 3}}, "names must be plain text"),
        ({**WHOLE, "name": "\ud800"}, "UTF-8"),
        ({**WHOLE, "\udfff": {}}, "names must be plain text"),
        ({**WHOLE, "run": deep(40)}, "nested too deeply"),
        ({**WHOLE, "run": deep(50_000)}, "nested too deeply"),
        ({**WHOLE, "predictions": [None]}, "must be a table"),
        ({**WHOLE, "market": {"hours": {3.0}}}, "must be a number"),
    ],
)
def test_tables_that_no_file_can_hold(table, says):
    assert says in str(only_problem(table))


def test_none_leaves_a_parameter_unset_and_numpy_numbers_are_numbers():
    given = {**WHOLE, "market": {"hours": None, "attention": np.float64(50.0)}, "title": None}
    given["run"] = {"months": np.int64(24)}
    scenario = load(given)
    assert (scenario.market.hours, scenario.market.attention) == (30.0, 50.0)
    assert (scenario.title, scenario.run.months) == ("", 24)
    assert tomllib.loads(tomli_w.dumps(scenario.table)) == scenario.table
    capped = scenario.with_settings({"technologies.model.licence_cap": 0.5})
    assert capped.technologies[0].licence_cap == 0.5
    freed = capped.with_settings({"technologies.model.licence_cap": None})
    assert freed.fingerprint == scenario.fingerprint


# -- settings ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("0.25", 0.25),
        ("1e3", 1000.0),
        ("-2", -2),
        ("true", True),
        ("open_weights", "open_weights"),
        ("'open weights'", "open weights"),
        ('["users", "creators"]', ["users", "creators"]),
        ("", ""),
        ("True", "True"),
        ("[1", "[1"),
        ("9" * 5000, "9" * 5000),
        ("[" * 50_000, "[" * 50_000),
    ],
)
def test_values_on_the_command_line(text, value):
    found = parse(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("key", "value", "read"),
    [
        ("run.months", 60, lambda s: s.run.months),
        ("market.hours", 12.5, lambda s: s.market.hours),
        ("sides.creators.count", 33, lambda s: s.sides["creators"].count),
        ("sides.users.graph.degree", 4, lambda s: s.sides["users"].graph.degree),
        ("sides.users.tastes.style.sd", 0.2, lambda s: s.sides["users"].tastes["style"].sd),
        ("technologies.other.capability", 90.0, lambda s: s.technologies[1].capability),
        ("platforms.forum.fees.creators", 0.2, lambda s: s.platforms[1].fees["creators"]),
        ("platforms.social.initial.users", 0.9, lambda s: s.platforms[0].initial["users"]),
        (
            "platforms.forum.characteristics.style",
            -1.0,
            lambda s: s.platforms[1].characteristics["style"],
        ),
        ("releasers.lab.rnd_scale", 0.1, lambda s: s.releasers[0].rnd_scale),
        ("mechanisms.reversion.discount", 0.02, lambda s: s.mechanisms[1].discount),
    ],
)
def test_a_setting_is_changed_by_its_dotted_key(key, value, read):
    before = load(WHOLE)
    after = before.with_settings({key: value})
    assert read(after) == value
    assert read(load(WHOLE, {key: value})) == value
    assert after.fingerprint != before.fingerprint
    assert before.table == load(WHOLE).table
    assert after.with_settings({key: value}).fingerprint == after.fingerprint


def test_all_wrong_settings_are_reported_together():
    with pytest.raises(ScenarioError) as raised:
        load(WHOLE).with_settings(
            {"market.hour": 3.0, "run.months": -1, "platforms.nobody.quality": 1.0}
        )
    keys = {problem.key: problem.nearest for problem in raised.value.problems}
    assert keys == {
        "market.hour": "market.hours",
        "run.months": None,
        "platforms.nobody.quality": "platforms.forum.quality",
    }


def test_a_whole_table_and_a_key_in_it_do_not_break_each_other():
    nested = {"sides.users.graph": 5, "sides.users.graph.kind": "erdos_renyi"}
    assert load(WHOLE).with_settings(nested).sides["users"].graph.kind == "erdos_renyi"
    with pytest.raises(ScenarioError, match=r"sides\.users\.graph: must be a table"):
        load(WHOLE).with_settings(dict(reversed(nested.items())))


def test_an_arm_is_the_scenario_with_its_settings():
    scenario = load(WHOLE)
    arm = scenario.with_arm("open")
    assert (scenario.arm, arm.arm) == ("", "open")
    assert arm.technologies[0].release_mode == "open_weights"
    changed_setting = {"technologies.model.release_mode": "open_weights"}
    assert arm.fingerprint == scenario.with_settings(changed_setting).fingerprint
    assert arm.with_settings({"run.months": 20}).arm == "open"
    with pytest.raises(ScenarioError, match="did you mean 'open'"):
        scenario.with_arm("opne")


def test_one_arm_is_not_put_on_top_of_another():
    # "closed" states nothing, so the settings of "open" would stay in force under its name.
    arm = load(WHOLE).with_arm("open")
    assert arm.with_arm("open") is arm
    with pytest.raises(ScenarioError, match="'open', whose settings are in force"):
        arm.with_arm("closed")


def test_differences_between_arms_show_defaults_where_an_arm_is_silent():
    scenario = load(WHOLE)
    tables = {name: scenario.with_arm(name).table for name in ("closed", "open")}
    assert difference(tables) == {
        "technologies.model.release_mode": {"closed": "closed_api", "open": "open_weights"}
    }
    assert difference({"one": scenario.table, "same": load(WHOLE).table}) == {}


def test_the_table_of_parameters_has_every_value_in_force():
    rows = {row["key"]: row for row in parameter_table(load(WHOLE))}
    assert rows["sides.users.count"]["value"] == 200
    assert rows["sides.users.count"]["default"] == 2000
    assert rows["sides.users.count"]["range"] == "from 1 to 100000000000"
    assert rows["sides.users.revise_rate"]["value"] == 0.10
    assert rows["technologies.other.release_mode"]["value"] == "open_weights"
    assert "closed_api" in rows["technologies.other.release_mode"]["range"]
    assert rows["mechanisms.lab_economics.train_cost_0"]["unit"] == "cu"
    assert not any(key.startswith("mechanisms.builders.") for key in rows)


# -- mechanisms made in Python ---------------------------------------------------------------------


@pytest.fixture
def home_bias():
    @dataclasses.dataclass(frozen=True)
    class HomeBias(Mechanism):
        """Adds ``strength`` utils to a platform; ``weigh`` is nothing that a file can hold."""

        strength: float = param(0.5, 0, 5, "utils", doc="Strength.")
        sides: tuple[str, ...] = param(("users",), doc="Sides.")
        weigh: object = abs
        drift: float = 0.0

    yield HomeBias
    REGISTRY.pop("home_bias")


@pytest.fixture
def inbox():
    @dataclasses.dataclass(frozen=True)
    class Inbox(Mechanism):
        """Reads single agents."""

        needs_individuals: ClassVar[bool] = True

    yield Inbox
    REGISTRY.pop("inbox")


def test_a_mechanism_from_python_is_validated_like_a_table(home_bias):
    with pytest.raises(ScenarioError, match=r"mechanisms\.home_bias\.strength: .*from 0 to 5"):
        load(WHOLE).with_mechanism(home_bias(strength=7.0))
    with pytest.raises(ScenarioError, match=r"mechanisms\.home_bias\.drift: must be a number"):
        load(WHOLE).with_mechanism(home_bias(drift=float("nan")))
    plain = type("HomeBias", (Mechanism,), {})
    with pytest.raises(TypeError, match="decorate HomeBias"):
        load(WHOLE).with_mechanism(plain())


def test_a_mechanism_from_python_replaces_the_one_of_the_file():
    table = changed(("mechanisms", "open_gate"), {"toll": 0.2, "fork_cost": 3.0})
    scenario = load(table).with_mechanism(OpenGate(toll=0.3))
    gate = next(m for m in scenario.mechanisms if m.name == "open_gate")
    assert gate == OpenGate(toll=0.3)
    assert scenario.table["mechanisms"]["open_gate"]["fork_cost"] == OpenGate().fork_cost


def test_settings_reach_a_mechanism_from_python(home_bias):
    # A sweep over such a parameter would otherwise run the same thing again and again.
    scenario = load(WHOLE).with_mechanism(home_bias(strength=1.0, weigh=max))
    assert scenario.mechanisms[-1] == home_bias(strength=1.0, weigh=max)
    swept = scenario.with_settings({"mechanisms.home_bias.strength": 2.0})
    assert swept.mechanisms[-1] == home_bias(strength=2.0, weigh=max)
    assert swept.with_settings({"run.months": 20}).mechanisms[-1] == home_bias(
        strength=2.0, weigh=max
    )
    assert swept.with_arm("open").mechanisms[-1] == home_bias(strength=2.0, weigh=max)
    assert len({scenario.fingerprint, swept.fingerprint, load(WHOLE).fingerprint}) == 3
    off = scenario.with_settings({"mechanisms.home_bias.enabled": False})
    assert not off.mechanisms[-1].enabled
    with pytest.raises(ScenarioError, match="from 0 to 5 utils"):
        scenario.with_settings({"mechanisms.home_bias.strength": -1.0})


def test_strategies_without_a_name_of_their_own_have_a_fingerprint():
    class Stubborn:
        def __call__(self, seen, mode="closed_api"):
            return mode

    scenario = load(WHOLE)
    for rule in (Stubborn(), functools.partial(Stubborn(), mode="staged")):
        assert scenario.with_strategy("lab", rule).fingerprint != scenario.fingerprint


# -- declarations ----------------------------------------------------------------------------------


KINDS = [entities.Run, entities.MarketRules, entities.Graph, entities.Taste, entities.Side,
         entities.Users, entities.Creators, entities.Businesses, entities.Technology,
         entities.Platform, entities.Releaser, entities.Event, entities.Arm,
         entities.Prediction]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_parameter_is_declared_in_full(kind):
    for parameter in parameters_of(kind).values():
        assert parameter.doc.endswith("."), parameter.name
        assert set(parameter.source.split("/")) <= {"D", "E", "M"}, parameter.name
        if parameter.kind is float and parameter.name != "sesoi":  # in the metric's unit
            assert parameter.unit, parameter.name
            assert parameter.low is not None, parameter.name
            assert parameter.high is not None, parameter.name
        if isinstance(parameter.default, int | float) and parameter.low is not None:
            assert parameter.low <= parameter.default <= parameter.high, parameter.name
        if parameter.choices:
            assert parameter.default is dataclasses.MISSING or (
                parameter.default in parameter.choices
            )


def test_a_parameter_needs_a_known_source():
    with pytest.raises(ValueError, match="source must be one of"):
        param(1.0, source="X")
