"""A scenario as a function: the same numbers as a comparison, and what it refuses."""

import math
import pickle

import cloudpickle
import numpy as np
import pytest

import platformsim as ps
from platformsim.errors import ScenarioError
from platformsim.studies.evaluate import Evaluator

SMALL = {"sides.users.count": 60, "run.months": 12, "run.burn_in": 2}
LIFT = "mechanisms.complement.eng_lift"


@pytest.fixture(scope="module")
def gain():
    return ps.as_function(
        "complement_breakeven", {"gain": "profit[giant]"}, ["closed", "open"], changes=SMALL
    )


def test_the_seed_is_the_pair_of_a_comparison():
    result = ps.compare(
        "flywheel", ["separate", "integrated"], pairs=20, changes=SMALL, workers=1, progress=False
    )
    f = ps.as_function(
        "flywheel", ["users.share[social]"], ["separate", "integrated"], changes=SMALL
    )
    table = result.runs.summary.pivot(
        index="replicate", columns="arm", values="users.share[social]"
    )
    for seed in (0, 7):
        found = f(seed=seed)
        assert found["users.share[social]@separate"] == table.loc[seed, "separate"]
        assert found["users.share[social]@integrated"] == table.loc[seed, "integrated"]
    assert f(seed=0) != f(seed=7)


def test_outputs_are_levels_and_differences_from_the_base(gain):
    found = gain(seed=1)
    assert tuple(found) == gain.outputs == ("gain@closed", "gain@open", "gain@open-closed")
    assert found["gain@open-closed"] == found["gain@open"] - found["gain@closed"]


def test_without_arms_one_run_and_the_arm_is_a_parameter(gain):
    f = ps.as_function("complement_breakeven", "profit[giant]", changes=SMALL)
    both = gain(seed=2)
    assert f(arm="open", seed=2) == {"profit[giant]": both["gain@open"]}
    assert f(arm="closed", seed=2) == f(seed=2) == {"profit[giant]": both["gain@closed"]}


def test_parameters_are_settings_by_dots_or_double_underscores(gain):
    dotted = gain(**{LIFT: 0.2}, seed=0)
    assert dotted == gain(mechanisms__complement__eng_lift=np.float64(0.2), seed=np.int64(0))
    # The lift earns eng_lift * ad_yield * hours * users in the open arm, and nothing in the other.
    moved = dotted["gain@open-closed"] - gain(**{LIFT: 0.1}, seed=0)["gain@open-closed"]
    assert moved == pytest.approx(0.1 * 0.02 * 30.0 * 60, rel=1e-9)


def test_whole_numbers_may_come_as_floats(gain):
    assert gain(run__months=12.0, seed=0) == gain(seed=0)
    with pytest.raises(ScenarioError, match=r"run\.months"):
        gain(run__months=12.5, seed=0)


def test_a_travelled_function_returns_the_same(gain):
    there = pickle.loads(cloudpickle.dumps(gain))
    assert there(seed=3) == gain(seed=3)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda f: f(nonsense=1.0), "unknown setting"),
        (lambda f: f(**{LIFT: 9.0}), "from 0 to 0.5"),
        (lambda f: f(seed=-1), "whole number of at least 0"),
        (lambda f: f(seed=1.5), "whole number of at least 0"),
        (lambda f: f.check(**{LIFT: -1.0}), "from 0 to 0.5"),
    ],
)
def test_wrong_calls_are_explained(gain, call, text):
    with pytest.raises(ScenarioError, match=text):
        call(gain)


def test_wrong_functions_are_explained():
    with pytest.raises(ScenarioError, match=r"did you mean 'open'"):
        ps.as_function("complement_breakeven", "welfare", ["closed", "opne"])
    with pytest.raises(ScenarioError, match="two arms or more"):
        ps.as_function("complement_breakeven", "welfare", ["closed"])
    with pytest.raises(ScenarioError, match=r"did you mean 'profit\[giant\]'"):
        ps.as_function("complement_breakeven", "profit[gaint]", changes=SMALL)(seed=0)


# -- many calls ------------------------------------------------------------------------------


def noisy(x, seed):
    if x == 3 and seed == 1:
        raise ValueError("planted")
    return {"y": x + 0.1 * seed, "never": math.nan}


def test_a_failed_call_is_a_row_and_loses_nobody_else():
    with Evaluator(noisy, workers=1, progress=False) as evaluator:
        runs = evaluator.run([{"x": 3}, {"x": 5}], range(3))
    assert runs["point"].tolist() == [0, 0, 0, 1, 1, 1]
    assert runs["seed"].tolist() == [0, 1, 2, 0, 1, 2]
    assert runs["error"].tolist() == ["", "ValueError: planted", "", "", "", ""]
    np.testing.assert_allclose(runs["y"], [3.0, np.nan, 3.2, 5.0, 5.1, 5.2])


def test_answers_do_not_depend_on_the_number_of_processes():
    points = [{"x": x} for x in range(7)]
    tables = []
    for workers in (1, 2):
        with Evaluator(noisy, workers=workers, progress=False) as evaluator:
            tables.append([evaluator.run(points, range(3)), evaluator.run(points[:2], [8])])
    for first, second in zip(*tables, strict=True):
        assert first.equals(second)


def test_what_is_no_dict_of_numbers_is_an_error_of_that_call():
    with Evaluator(lambda seed: seed, workers=1, progress=False) as evaluator:
        runs = evaluator.run([{}], [0])
    assert runs["error"].iloc[0].startswith("TypeError")
