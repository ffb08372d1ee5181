"""Laws that hold for every scenario, not for the shipped ones alone."""

import copy

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from platformsim.entities import RESOLUTIONS
from platformsim.market import logit
from platformsim.metrics import measure
from platformsim.model import PlatformModel
from platformsim.scenario import load

from .strategies_for_scenarios import scenarios, variants

# The same examples whenever the same tests are run, so that a failure can be repeated.
steady = settings(
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example],
)
utilities = arrays(
    np.float64, st.tuples(st.integers(1, 5), st.integers(1, 6)), elements=st.floats(-1e4, 1e4)
)


@steady
@given(utilities, st.floats(0.01, 100.0), st.floats(-1e4, 1e4))
def test_probabilities_sum_to_one_and_ignore_a_constant(utility, scale, constant):
    found = logit.probabilities(utility, scale)
    assert np.all((found >= 0) & (found <= 1))
    np.testing.assert_allclose(found.sum(axis=1), 1.0, rtol=1e-12)
    np.testing.assert_allclose(
        logit.probabilities(utility + constant, scale), found, atol=1e-11 * 1e4 / scale
    )
    likeliest = np.take_along_axis(found, utility.argmax(axis=1)[:, None], 1)[:, 0]
    assert np.array_equal(likeliest, found.max(axis=1))


@steady
@given(utilities, st.floats(0.01, 100.0))
def test_the_log_sum_lies_above_the_best_and_within_log_n_of_it(utility, scale):
    best = utility.max(axis=1)
    found = logit.expected_maximum(utility, scale)
    slack = 1e-9 * (1.0 + np.abs(best))
    assert np.all(found >= best - slack)
    assert np.all(found <= best + scale * np.log(utility.shape[1]) + slack)


def run(table):
    return PlatformModel(load(table)).run()


def recount(side):
    living = side.columns["choice"][side.columns["alive"]]
    return np.bincount(living, minlength=len(side.alternatives.size))


def check_individuals(side):
    """Compare what a side has counted with a recount of its columns."""
    assert np.array_equal(side.counts, recount(side))
    assert side.living == np.count_nonzero(side.columns["alive"])
    if side.contacts is not None:
        member = side.alternatives.member[side.columns["choice"]]
        owner, friend = side.contacts.graph.rows(np.arange(side.n))
        counts = np.zeros(side.contacts.counts.shape, np.int64)
        np.add.at(counts, owner, member[friend].astype(np.int64))
        assert np.array_equal(side.contacts.counts, counts)


def check_run(table):
    """Run a scenario to its end: money balances, counts add up, results are finite."""
    model = PlatformModel(load(table))
    while model.running:
        model.step()
        ledger = model.market.ledger
        flows = ledger.received.sum(axis=1) - ledger.paid.sum(axis=1)
        assert abs(flows.sum()) <= 1e-9 * max(ledger.received.sum(), 1.0)
        assert np.all(ledger.paid >= 0)
        for side in model.market.sides.values():
            assert np.all(side.counts >= 0)
            # Whole numbers below 1e12 are then equal; expected ones may be summed in another order.
            assert side.living == pytest.approx(side.counts.sum(), rel=1e-12, abs=0)
            assert side.living <= side.n * (1 + 1e-12)
            # In turn, a newcomer may choose, and then have its turns as well.
            most = 2 if side.rules.updating == "sequential" else 1
            assert 0 <= side.switches <= most * side.n * (1 + 1e-12)
            if table["run"].get("resolution", "agents") == "agents":
                check_individuals(side)
            else:
                everybody = side.cohorts.sum() + side.empty.sum()
                assert everybody == pytest.approx(side.n, rel=1e-12, abs=0)
                whole = np.issubdtype(side.cohorts.dtype, np.integer)
                assert whole == (table["run"].get("resolution", "agents") == "cohorts")
    history = model.history
    assert model.market.month == history.months == table["run"]["months"]
    # Cash is what was there, plus all that came in, less all that went out.
    for row, name in enumerate(history.releaser_names):
        account = history.accounts.index(name)
        net = (history.received - history.paid)[:, account].sum(axis=1)
        start = table["releasers"][row].get("cash", 0.0)
        scale = abs(start) + history.received[:, account].sum() + history.paid[:, account].sum()
        np.testing.assert_allclose(
            history.releasers["cash"][:, row], start + np.cumsum(net), atol=1e-9 * max(scale, 1.0)
        )
    measured = measure(history)
    assert not np.any(np.isinf(measured.series))
    for name, path in zip(measured.series_columns, measured.series.T, strict=True):
        if ".share[" in name or "largest_share" in name or name.startswith("capture["):
            assert np.all((path >= 0) & (path <= 1 + 1e-12)), name


@settings(steady, max_examples=60)
@given(scenarios(resolutions=RESOLUTIONS) | variants())
def test_every_scenario_runs_to_its_end_in_balance(table):
    check_run(table)


@pytest.mark.slow
@settings(steady, max_examples=500)
@given(scenarios(resolutions=RESOLUTIONS) | variants())
def test_five_hundred_scenarios_run_to_their_end_in_balance(table):
    check_run(table)


@settings(steady, max_examples=40)
@given(scenarios(resolutions=RESOLUTIONS), st.randoms(use_true_random=False))
def test_the_same_scenario_and_seed_give_the_same_bits(table, shuffled):
    first = run(table)
    # The order of tables and keys in a file says nothing.
    keys = list(table)
    shuffled.shuffle(keys)
    again = run({key: dict(reversed(table[key].items())) if key in ("sides", "mechanisms") else
                 table[key] for key in keys})  # fmt: skip
    assert np.array_equal(measure(first.history).series, measure(again.history).series,
                          equal_nan=True)  # fmt: skip
    assert np.array_equal(first.history.paid, again.history.paid)


def permuted(table, order):
    """Return the scenario with its platforms in another order, each keeping its draws."""
    table = copy.deepcopy(table)
    for place, row in enumerate(table["platforms"], 1):
        row.setdefault("slot", place)
    table["platforms"] = [table["platforms"][place] for place in order]
    return table


def homes(side, names):
    member = side.alternatives.member[side.columns["choice"]]
    order = np.argsort(names)
    return member[:, order]


def keep_some_noise(table):
    """Without any noise, sums that are equal on paper would be told apart by their rounding."""
    for side in table["sides"].values():
        side["choice_noise"] = max(side.get("choice_noise", 1.0), 0.05)
    table["events"] = [
        row for row in table.get("events", []) if not row["target"].endswith(".choice_noise")
    ]


def check_relabelling(table, order):
    """Compare a scenario with itself, its platforms in another order: all that differs is that."""
    keep_some_noise(table)
    one, other = run(table), run(permuted(table, order))
    names, others = one.history.platform_names, other.history.platform_names
    for side, kept in one.history.sides.items():
        where = [others.index(name) for name in names]
        assert np.array_equal(kept.share, other.history.sides[side].share[:, where])
        assert np.array_equal(
            homes(one.market.sides[side], names), homes(other.market.sides[side], others)
        )


@settings(steady, max_examples=50)
@given(scenarios(platforms=(2, 4)), st.data())
def test_relabelling_platforms_relabels_the_results(table, data):
    check_relabelling(table, data.draw(st.permutations(range(len(table["platforms"])))))


@pytest.mark.slow
@settings(steady, max_examples=100)
@given(scenarios(platforms=(2, 4)), st.data())
def test_relabelling_platforms_relabels_the_results_of_many(table, data):
    check_relabelling(table, data.draw(st.permutations(range(len(table["platforms"])))))


def test_relabelling_platforms_that_share_the_start_relabels_the_results():
    rows = [{"name": name, "quality": quality} for name, quality in (("a", 0.0), ("b", 0.5))]
    table = {"run": {"months": 12, "burn_in": 0}, "sides": {"users": {"count": 100}},
             "platforms": rows}  # fmt: skip
    check_relabelling(table, (1, 0))


def test_relabelling_applications_relabels_which_of_them_review_their_mode():
    table = {
        "run": {"months": 24, "burn_in": 0},
        "sides": {"users": {"count": 20, "revise_rate": 1.0}},
        "technologies": [{"name": "chain", "release_mode": "open_weights"}],
        "platforms": [{"name": name, "technology": "chain"} for name in "abcd"],
        "mechanisms": {"layers": {"base": "chain", "review_rate": 0.5}},
    }
    closed = run(table).history.platforms["app_closed"]
    assert len(np.unique(closed, axis=1).T) > 1
    check_relabelling(table, (0, 1, 3, 2))
    check_relabelling(table, (3, 2, 1, 0))


@settings(steady, max_examples=50)
@given(scenarios(outside=False), st.floats(-5.0, 5.0))
def test_a_constant_added_to_every_quality_changes_no_choice(table, constant):
    keep_some_noise(table)
    table["events"] = [row for row in table["events"] if not row["target"].endswith(".quality")]
    for row in table["sides"].values():
        row["home_value"] = "best"  # a sum over a set has the constant once a platform
    for row in table["platforms"]:
        row["quality"] = float(np.clip(row.get("quality", 0.0), -15.0, 15.0))
    shifted = copy.deepcopy(table)
    for row in shifted["platforms"]:
        row["quality"] += constant
    one, other = run(table), run(shifted)
    for side, market in one.market.sides.items():
        assert np.array_equal(market.columns["choice"], other.market.sides[side].columns["choice"])
        assert np.array_equal(one.history.sides[side].share, other.history.sides[side].share)
