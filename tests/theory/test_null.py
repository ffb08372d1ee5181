"""The symmetry null: nothing in the program favours a release mode."""

import dataclasses

import numpy as np
import pytest

from platformsim.metrics import REGISTRY, measure
from platformsim.model import PlatformModel
from platformsim.scenario import load
from platformsim.studies.compare import compare
from platformsim.studies.execute import Task, execute
from platformsim.studies.judge import judge

SMALL = {
    "sides.users.count": 200,
    "sides.creators.count": 40,
    "sides.businesses.count": 40,
    "run.months": 24,
    "run.burn_in": 6,
}


def test_under_common_draws_open_and_closed_are_the_same_to_the_last_bit():
    found = compare("symmetric_null", pairs=20, changes=SMALL, workers=1, progress=False)
    judged = found.verdicts[found.verdicts["mean"].notna()]
    assert len(judged) > 30
    assert (judged["mean"] == 0).all()
    assert (judged["verdict"] == "undecided").all()


@pytest.mark.parametrize("mode", ["open_weights", "open_capped", "delayed_open", "staged"])
def test_every_release_mode_is_null_without_mechanisms(mode):
    scenario = load("symmetric_null", SMALL)
    other = scenario.with_settings({"technologies.model_a.release_mode": mode})
    # Belief, capability and access are the treatment itself; what agents do must not move.
    first, second = (measure(PlatformModel(s).run().history) for s in (scenario, other))
    skip = {"open_gap"}
    for column, a, b in zip(first.columns, first.summary, second.summary, strict=True):
        if column.metric not in skip:
            assert a == b or (np.isnan(a) and np.isnan(b)), column.name


def _verdicts(repetitions, pairs):
    """Compare open and closed with *independent* seeds, many times over."""
    scenario = load("symmetric_null", SMALL)
    arms = {name: scenario.with_arm(name) for name in ("closed", "open")}
    runs = repetitions * pairs
    # Paired draws would make every difference exactly 0; unpaired ones test the rule itself.
    shifted = {"closed": 0, "open": runs}
    tasks = [Task(name, shifted[name] + i) for i in range(runs) for name in arms]
    values = {name: [] for name in arms}
    columns = ()
    for done in execute(arms, tasks, progress=False):
        values[done.task.label].append(done.measured.summary)
        columns = done.measured.columns
    base, other = (np.array(values[name]).reshape(repetitions, pairs, -1) for name in arms)
    metrics = [REGISTRY[column.metric] for column in columns]
    directions = [metric.direction for metric in metrics]
    verdicts = []
    for repetition in range(repetitions):
        rows = judge(
            base[repetition],
            other[repetition],
            directions,
            np.zeros(len(columns)),
            [metric.swing for metric in metrics],
        )
        # Metrics that cannot move here (builders, tolls) would only dilute the count.
        verdicts += [row["verdict"] for row in rows if row["low"] != row["high"]]
    return [verdict for verdict in verdicts if verdict is not None]


@pytest.mark.slow
def test_at_most_seven_percent_of_verdicts_are_false():
    verdicts = _verdicts(repetitions=120, pairs=20)
    assert len(verdicts) > 120 * 10
    false = np.mean([verdict != "undecided" for verdict in verdicts])
    assert false <= 0.07
    # A rule that never decides would pass above; at level 0.95 some must be false.
    assert false >= 0.02


def test_few_false_verdicts_in_a_short_version():
    verdicts = _verdicts(repetitions=15, pairs=20)
    assert np.mean([verdict != "undecided" for verdict in verdicts]) <= 0.12


def test_a_planted_effect_twice_the_smallest_of_interest_is_found():
    scenario = load("symmetric_null", SMALL)
    better = scenario.with_settings({"platforms.a.quality": 0.6})
    found = compare({"base": scenario, "better": better}, pairs=20, workers=1, progress=False)
    row = found.verdicts.query("metric == 'share[a]' and side == 'users'").iloc[0]
    assert row["verdict"] == "holds"
    assert row["mean"] >= 2 * row["sesoi"]


@pytest.mark.slow
def test_pairing_gains_at_least_five_with_churn_that_depends_on_the_arm():
    """Variance of the difference in final share, independent over paired seeds."""
    base = load("symmetric_null", SMALL | {"sides.users.arrival_rate": 0.5})
    arms = [base.with_settings({"sides.users.churn_rate": rate}) for rate in (0.02, 0.03)]

    def final(scenario, replicate):
        model = PlatformModel(scenario, replicate=replicate).run()
        return model.market.share["users"][0]

    first = np.array([final(arms[0], r) for r in range(120)])
    second = np.array([final(arms[1], r) for r in range(120)])
    elsewhere = np.array([final(arms[1], 1000 + r) for r in range(120)])
    gain = (first - elsewhere).var(ddof=1) / (first - second).var(ddof=1)
    assert gain >= 5


def test_slots_and_streams_are_what_pairing_needs():
    """Another replicate number must mean other people: else pairs would all be one pair."""
    scenario = load("symmetric_null", SMALL)
    summaries = [
        measure(PlatformModel(scenario, replicate=r).run().history).summary for r in range(3)
    ]
    assert not np.array_equal(summaries[0], summaries[1], equal_nan=True)
    again = PlatformModel(dataclasses.replace(scenario), replicate=0).run()
    np.testing.assert_array_equal(measure(again.history).summary, summaries[0])
