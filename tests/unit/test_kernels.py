"""The compiled loops against the numpy reference, and against themselves."""

import dataclasses
import math
import os
import subprocess
import sys

import numpy as np
import pytest

from platformsim.market import compiled
from platformsim.market.alternatives import alternatives
from platformsim.market.kernels import draws, scalars, table, threads
from platformsim.market.streams import Streams
from platformsim.mechanisms import REGISTRY, Mechanism
from platformsim.model import PlatformModel
from platformsim.scenario import load

WORDS = np.unique(
    np.concatenate(
        (
            np.arange(5000),
            2**31 + np.arange(-3000, 3000),
            2**32 - 1 - np.arange(5000),
            np.random.default_rng(3).integers(0, 2**32, 200_000),
        )
    )
).astype(np.uint32)


def market(alike=False, **changes):
    """Return a market with two tastes or, alike, none; single homes; a value for staying out."""
    tastes = {"video": {"mean": 0.2, "sd": 0.8}, "games": {"sd": 0.5}}
    return load(
        {
            "run": {"months": 12, "burn_in": 0, "seed": 5},
            "sides": {
                "users": {
                    "count": 60_000,
                    "revise_rate": 0.3,
                    "switch_cost": 0.4,
                    "outside_option": True,
                    "tastes": {} if alike else tastes,
                }
            },
            "platforms": [
                {"name": "a", "quality": 0.3, "characteristics": {"video": 1.0, "games": 0.2}},
                {"name": "b", "quality": 0.1, "characteristics": {"video": -0.5, "games": 0.9}},
                {"name": "c", "characteristics": {"video": 0.1}},
            ],
            "mechanisms": {"direct_network": {"beta_direct": 1.5}},
        },
        changes,
    )


VARIANTS = {
    "tastes": {},
    "alike": {"alike": True},
    "alike, own weight": {"alike": True, "sides.users.count_self": False},
    "alike, hardly any noise": {"alike": True, "sides.users.choice_noise": 0.02},
    "alike, much to switch": {
        "alike": True,
        "sides.users.switch_cost": 9.0,
        "sides.users.choice_noise": 0.1,
        "sides.users.churn_rate": 0.1,
        "sides.users.arrival_rate": 0.5,
    },
    "alike, opening late, nobody stays out": {
        "alike": True,
        "sides.users.outside_option": False,
        "platforms.c.launch_month": 4,
        "platforms.c.initial.users": 0.0,
    },
    "alike, two homes, churn": {
        "alike": True,
        "sides.users.max_homes": 2,
        "sides.users.churn_rate": 0.1,
        "sides.users.arrival_rate": 0.5,
    },
    "alike, best reply": {
        "alike": True,
        "sides.users.choice_noise": 0.0,
        "platforms.b.quality": 2.0,
    },
    "churn": {"sides.users.churn_rate": 0.1, "sides.users.arrival_rate": 0.5},
    "own weight": {"sides.users.count_self": False},
    "no staying out": {"sides.users.outside_option": False},
    "opening late": {"platforms.c.launch_month": 4, "platforms.c.initial.users": 0.0},
    "contacts": {
        "sides.users.graph.kind": "barabasi_albert",
        "sides.users.graph.degree": 6,
        "mechanisms.direct_network.law": "local",
    },
    "two homes": {"sides.users.max_homes": 2, "sides.users.home_variety": 0.6},
    "two homes for different purposes": {
        "sides.users.max_homes": 2,
        "sides.users.home_value": "sum",
        "sides.users.tastes.video.law": "uniform",
    },
    "alike, three homes for different purposes": {
        "alike": True,
        "sides.users.max_homes": 3,
        "sides.users.home_value": "sum",
    },
    "three homes, own weight": {"sides.users.max_homes": 3, "sides.users.count_self": False},
    "two homes, contacts": {
        "sides.users.max_homes": 2,
        "sides.users.graph.kind": "watts_strogatz",
        "mechanisms.direct_network.law": "local",
    },
    "two homes, opening late, nobody stays out": {
        "sides.users.max_homes": 2,
        "sides.users.outside_option": False,
        "platforms.c.launch_month": 4,
        "platforms.c.initial.users": 0.0,
    },
    "two homes, hardly any noise": {"sides.users.max_homes": 2, "sides.users.choice_noise": 0.02},
    "much noise": {"sides.users.choice_noise": 20.0},
    "hardly any noise": {"sides.users.choice_noise": 0.02},
    "everybody": {"sides.users.revise_rate": 1.0},
}


def run(kernel="compiled", **changes):
    model = PlatformModel(market(**changes))
    for side in model.market.sides.values():
        side.kernel = kernel
    return model.run()


@pytest.mark.parametrize("variant", VARIANTS)
def test_choices_are_those_of_the_reference_but_for_near_ties(variant):
    models = [run(kernel, **VARIANTS[variant]) for kernel in ("compiled", "numpy")]
    fast, slow = (model.market.sides["users"] for model in models)
    # float32 utilities are good to about 1e-6 of the noise; so are ties of a draw a month.
    assert np.mean(fast.choice != slow.choice) <= 2e-5
    assert np.array_equal(fast.alive, slow.alive)
    assert fast.surplus == pytest.approx(slow.surplus, abs=3e-5)
    assert abs(fast.switches - slow.switches) <= 2
    assert models[1].history.sides["users"].switches.sum() > 500


IN_TURN = {
    "plain": {},
    "churn, two homes": {
        "sides.users.churn_rate": 0.1,
        "sides.users.arrival_rate": 0.5,
        "sides.users.max_homes": 2,
    },
    "contacts": VARIANTS["contacts"],
    "nobody stays out, own weight": {
        "sides.users.outside_option": False,
        "sides.users.count_self": False,
    },
    "best reply": {"sides.users.choice_noise": 0.0},
}


@pytest.mark.parametrize("variant", IN_TURN)
def test_choosing_in_turn_is_the_same_in_both(variant):
    few = {"sides.users.count": 150, "sides.users.updating": "sequential"}
    fast, slow = (run(kernel, **few, **IN_TURN[variant]) for kernel in ("compiled", "numpy"))
    here, there = fast.market.sides["users"], slow.market.sides["users"]
    assert np.array_equal(here.choice, there.choice)
    assert np.array_equal(here.counts, there.counts)
    for name in ("share", "switches"):
        found, expected = (getattr(m.history.sides["users"], name) for m in (fast, slow))
        assert np.array_equal(found, expected)
    surplus = (m.history.sides["users"].surplus for m in (fast, slow))
    np.testing.assert_allclose(*surplus, rtol=1e-9, atol=1e-9)
    assert fast.history.sides["users"].switches.sum() > 50


def test_a_mechanism_that_follows_its_own_side_is_asked_at_every_turn():
    seen = []

    @dataclasses.dataclass(frozen=True)
    class Crowding(Mechanism):
        def utility(self, market, side):
            seen.append(market.share[side].copy())
            return -3.0 * market.share[side]

    try:
        table = market().table | {"mechanisms": {"crowding": {}}}
        few = {"sides.users.count": 40, "sides.users.updating": "sequential"}
        model = PlatformModel(load(table, few))
        model.step()
    finally:
        del REGISTRY["crowding"]
    # 12 turns of 40 agents, each on the shares that the one before left.
    assert len(seen) >= 12
    assert len({tuple(share) for share in seen}) > 2


def test_contacts_are_counted_as_in_a_recount():
    side = run(**VARIANTS["contacts"]).market.sides["users"]
    owner, friend = side.contacts.graph.rows(np.arange(side.n))
    counts = np.zeros_like(side.contacts.counts)
    np.add.at(counts, owner, side.alternatives.member[side.choice][friend])
    assert np.array_equal(side.contacts.counts, counts)


@pytest.mark.parametrize("variant", ["tastes", "contacts", "churn"])
def test_threads_and_chunks_change_no_bit(variant, monkeypatch):
    def states(chunk, workers):
        monkeypatch.setattr(compiled, "_CHUNK", chunk)
        monkeypatch.setenv(threads.VARIABLE, str(workers))
        model = run(**VARIANTS[variant])
        users = model.history.sides["users"]
        return model.market.sides["users"].choice, users.share, users.surplus, users.switches

    monkeypatch.setattr(threads, "_LEAST_CHUNKS", 1)
    first = states(1 << 15, 1)
    for chunk, workers in ((1 << 15, 2), (2048, 1), (2048, 3), (6144, 2), (1 << 17, 2)):
        for here, there in zip(first, states(chunk, workers), strict=True):
            assert np.array_equal(here, there)


@pytest.mark.parametrize("wanted", ["0", "two", "-1", "1.5"])
def test_a_wrong_number_of_threads_is_named(wanted, monkeypatch):
    monkeypatch.setenv(threads.VARIABLE, wanted)
    with pytest.raises(ValueError, match=f"{threads.VARIABLE}='{wanted}' must be a whole number"):
        threads.count()


def test_work_is_shared_out_once(monkeypatch):
    monkeypatch.setenv(threads.VARIABLE, "3")
    for chunks in (1, 7, 12, 40):
        done = []
        threads.share_out(lambda first, last: done.extend(range(first, last)), chunks)  # noqa: B023
        assert sorted(done) == list(range(chunks))


def test_what_fails_in_a_thread_fails(monkeypatch):
    monkeypatch.setenv(threads.VARIABLE, "2")

    def work(first, last):
        if last == 40:
            raise RuntimeError("lost")

    with pytest.raises(RuntimeError, match="lost"):
        threads.share_out(work, 40)


# -- scalars -----------------------------------------------------------------------------------


def over(function, values):
    return np.array([function(value) for value in values])


def test_exponential_noise_is_right_to_float32_at_both_ends():
    found = over(scalars.exponential, WORDS[::23])
    exact = -np.log((WORDS[::23].astype(np.float64) + 0.5) * 2.0**-32)
    np.testing.assert_allclose(found, exact, rtol=4e-7)


def test_gumbel_noise_is_right_to_float32_at_both_ends():
    found = -over(scalars.log, over(scalars.exponential, WORDS[::23]).astype(np.float32))
    uniform = (WORDS[::23].astype(np.float64) + 0.5) * 2.0**-32
    np.testing.assert_allclose(found, -np.log(-np.log(uniform)), rtol=4e-7, atol=4e-7)
    assert np.all(np.isfinite(found))


def test_logarithm_and_exponential():
    x = np.geomspace(1e-37, 1e37, 20_001).astype(np.float32)
    np.testing.assert_allclose(over(scalars.log, x), np.log(x.astype(float)), rtol=4e-7, atol=2e-7)
    x = np.linspace(-86, 87, 20_001).astype(np.float32)
    np.testing.assert_allclose(over(scalars.exp, x), np.exp(x.astype(float)), rtol=4e-7)
    assert scalars.exp(np.float32(-1e30)) < 1e-37


# -- draws -------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [1e-9, 0.001, 1 / 256, 0.1, 0.5, 0.999, 1.0])
@pytest.mark.parametrize("n", [1, 100, 2048, 5000, 70_001])
def test_rows_below_a_rate_are_those_of_the_streams(rate, n):
    streams = Streams(3, 8)
    among = np.arange(n) % 3 > 0
    expected = np.flatnonzero(streams.below("users.revise", 4, n, rate) & among)
    found = compiled.rows_below(streams, "users.revise", 4, rate, among)
    assert np.array_equal(found, expected)


def test_words_are_those_of_the_streams():
    from platformsim.market.streams import philox

    slots = np.arange(7, 107, dtype=np.uint32)
    out = np.empty((4, 100), np.uint32)
    key = Streams(3, 8).key
    draws.philox(slots, 100, np.uint32(9), np.uint32(77), np.uint32(2), key, out)
    assert np.array_equal(out, philox((slots, 9, 77, 2), (3, 8)))


# -- the table of utilities --------------------------------------------------------------------


@pytest.mark.parametrize("outside", [True, False])
@pytest.mark.parametrize(("max_homes", "alike"), [(1, False), (1, True), (2, True), (3, True)])
def test_the_table_holds_the_utilities_of_the_reference(max_homes, outside, alike):
    choice = alternatives((1, 2, 3, 9), max_homes, outside)
    width = len(choice.size)
    common, own = np.array([0.3, -1.2, -1e30, 0.7]), np.array([0.1, 0.0, 0.3, -0.2])
    room = compiled.Room("users", 10, choice.member, 0, Streams(1))
    entrants, blocks, free = table.prepare(
        common, own, choice.member, choice.size, choice.joins, choice.lane,
        0.4 if outside else -1e30, 0.5, 0.8, 0.6, 0.7, alike, max_homes == 1,
        room.platform_table, room.table, room.best, room.log_sums, room.entrants,
        room.lane_blocks, room.lane_rows,
    )  # fmt: skip
    values = np.stack([
        choice.values(common + own * choice.member[c], 0.5, 0.8, 0.4) for c in range(width)
    ])  # fmt: skip
    utility = values - 0.6 * choice.joins
    best = utility.max(axis=1, keepdims=True)
    with np.errstate(over="ignore"):
        log_sums = 0.7 * np.log(np.exp((utility - best) / 0.7).sum(axis=1))
    free_ones = np.flatnonzero(utility[0] > -1e29)
    assert free == entrants == len(free_ones) < width
    assert np.array_equal(room.entrants[:entrants], free_ones)
    lanes = 4 * room.lane_blocks[room.lane_rows[:entrants] // 4] + room.lane_rows[:entrants] % 4
    assert np.array_equal(lanes, choice.lane[free_ones])
    assert len(set(room.lane_blocks[:blocks])) == blocks
    found = room.table.reshape(width, width)[:, free_ones].astype(float)
    relative = -np.log(found) if alike else found
    # Relative to something: to one thing for all where agents have one home.
    found, wanted = 0.7 * relative, utility[:, free_ones]
    apart = found - (found[0, 0] if max_homes == 1 else found[:, :1])
    expected = wanted - (wanted[0, 0] if max_homes == 1 else wanted[:, :1])
    np.testing.assert_allclose(apart, expected, rtol=1e-6, atol=2e-6)
    if not alike:
        np.testing.assert_allclose(room.best[:, None] + found, wanted, rtol=1e-6, atol=2e-6)
    if alike:
        np.testing.assert_allclose(room.best, best[:, 0], rtol=1e-14)
        np.testing.assert_allclose(room.log_sums, log_sums, rtol=1e-12, atol=1e-14)


def test_with_all_platforms_closed_and_no_way_to_stay_out_nobody_is_lost():
    model = PlatformModel(market(**{"sides.users.outside_option": False}))
    for month in range(10):
        model.market.platforms["closed_down"][:] = float(month > 3)
        model.step()
        users = model.market.sides["users"]
        assert users.counts.sum() == users.n
        assert math.isfinite(users.surplus)
    assert users.counts[0] == users.n


# -- the shape of things -----------------------------------------------------------------------


def test_the_package_and_its_help_do_not_import_numba():
    code = "import sys, platformsim, platformsim.cli; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_second_process_finds_the_compiled_loops():
    code = (
        "from platformsim.market.kernels import choice\n"
        "from platformsim.model import PlatformModel\n"
        "PlatformModel('tipping', **{'run.months': 2, 'run.burn_in': 0}).run()\n"
        "print(sum(choice.choose.stats.cache_hits.values()),"
        " sum(choice.choose.stats.cache_misses.values()))"
    )
    command = [sys.executable, "-c", code]
    for _ in range(2):  # the first may have to compile
        last = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ)
    assert last.stdout.split() == ["1", "0"]
