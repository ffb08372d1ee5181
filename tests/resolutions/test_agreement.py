"""Individuals, cohorts and the mean field are one model at three resolutions."""

import numpy as np
import pytest
from scipy.stats import ks_2samp

from platformsim.errors import ScenarioError
from platformsim.market.streams import Streams
from platformsim.metrics import measure
from platformsim.model import PlatformModel
from platformsim.scenario import load

# With a fixed seed these are 16 tests at 0.001: a false alarm in 1.6 % of all choices of seed.
ALPHA = 0.001
slow = pytest.mark.slow


def market(n, resolution, months=40):
    """Two sides with every feature of choice that needs no individuals."""
    return load(
        {
            "run": {"months": months, "resolution": resolution, "burn_in": 1},
            "sides": {
                "users": {
                    "count": n, "revise_rate": 0.3, "switch_cost": 0.4, "outside_option": True,
                    "churn_rate": 0.05, "arrival_rate": 0.5, "max_homes": 2, "home_cost": 0.8,
                },
                "creators": {"count": n // 2, "revise_rate": 0.5, "count_self": False},
            },
            "market": {"interoperability": 0.1},
            "platforms": [
                {"name": "a", "initial": {"users": 0.5}, "fees": {"users": 0.1}},
                {"name": "b", "quality": 0.2},
                {"name": "c"},
            ],
            "mechanisms": {
                "direct_network": {"beta_direct": 1.5, "sides": ["users", "creators"]},
                "cross_network": {},
            },
        }
    )  # fmt: skip


def statistics(scenario, replicate):
    """Final shares of both sides, and three statistics of the path."""
    history = PlatformModel(scenario, replicate=replicate).run().history
    users, creators = (history.sides[name] for name in ("users", "creators"))
    leader = users.share.argmax(axis=1)
    return (
        users.share[-1, 0],
        creators.share[-1, 1],
        users.share.max(),
        users.switches.sum() / users.living[0],
        float(np.count_nonzero(leader[1:] != leader[:-1])),
        users.living[-1],
    )


@pytest.mark.parametrize(
    ("n", "replicates"),
    [(50, 100), pytest.param(50, 500, marks=slow), pytest.param(1000, 500, marks=slow)],
)
def test_individuals_and_cohorts_agree_in_law(n, replicates):
    paths = {
        resolution: np.array([statistics(market(n, resolution), r) for r in range(replicates)])
        for resolution in ("agents", "cohorts")
    }
    for first, second in zip(paths["agents"].T, paths["cohorts"].T, strict=True):
        assert ks_2samp(first, second, method="asymp").pvalue > ALPHA


def test_the_agreement_test_would_notice_a_missing_switching_cost():
    right = [statistics(market(50, "agents"), r) for r in range(80)]
    wrong = market(50, "cohorts").with_settings({"sides.users.switch_cost": 0.0})
    other = [statistics(wrong, r) for r in range(80)]
    switching = 3
    pair = (np.array(right)[:, switching], np.array(other)[:, switching])
    assert ks_2samp(*pair, method="asymp").pvalue < ALPHA


def logit_market(n, resolution, beta, alpha, platforms=2):
    # Ten relaxation times at beta = 1.2: 10 / (alpha (1 - 0.6)).
    return load(
        {
            "run": {"months": max(20, round(25 / alpha)), "resolution": resolution},
            "sides": {"users": {"count": n, "revise_rate": alpha}},
            "platforms": [{"name": f"p{i}"} for i in range(platforms)],
            "mechanisms": {"direct_network": {"beta_direct": beta}},
        }
    )


@pytest.mark.parametrize(
    ("n", "beta", "alpha"),
    [
        (2000, 3.0, 1.0),
        *(pytest.param(n, 1.2, 0.3, marks=slow) for n in (500, 2000, 8000)),
        pytest.param(8000, 1.2, 1.0, marks=slow),
        pytest.param(8000, 3.0, 0.3, marks=slow),
    ],
)
def test_fluctuations_follow_the_linear_noise_formula(n, beta, alpha):
    """Cov = alpha (2 - alpha) M [I - G^2]^-1 / N, G = (1 - alpha) I + alpha J M (Kurtz)."""
    field = PlatformModel(
        logit_market(n, "mean_field", beta, alpha).with_settings(
            {"platforms.p0.initial.users": 0.6, "platforms.p1.initial.users": 0.4}
        )
    ).run()
    share = field.market.share["users"]
    m = np.diag(share) - np.outer(share, share)
    g = (1 - alpha) * np.eye(2) + alpha * beta * m
    cov = alpha * (2 - alpha) * m @ np.linalg.inv(np.eye(2) - g @ g) / n
    start = {f"platforms.p{i}.initial.users": float(s) for i, s in enumerate(share)}
    scenario = logit_market(n, "cohorts", beta, alpha).with_settings(start)
    replicates = 300
    ends = np.array(
        [PlatformModel(scenario, replicate=r).run().market.share["users"][0]
         for r in range(replicates)]
    )  # fmt: skip
    sd = np.sqrt(cov[0, 0])
    assert abs(ends.mean() - share[0]) <= 4 * max(sd, ends.std()) / np.sqrt(replicates) + 10 / n
    assert abs(ends.std(ddof=1) - sd) <= 4 * sd / np.sqrt(2 * (replicates - 1)) + 10 / n**1.5


def test_the_mean_field_has_the_known_fixed_points():
    expected = {1.95: 0.5, 2.05: 0.634, 3.0: 0.929, 4.0: 0.979}
    for beta, share in expected.items():
        start = {"platforms.p0.initial.users": 0.99, "platforms.p1.initial.users": 0.01,
                 "run.months": 1200}  # fmt: skip
        scenario = logit_market(1000, "mean_field", beta, 1.0).with_settings(start)
        end = PlatformModel(scenario).run().market.share["users"].max()
        assert end == pytest.approx(share, abs=0.001)


def test_types_of_a_taste_converge_to_individuals():
    """The error of cutting a continuous taste into types falls with their number."""
    table = {
        "run": {"months": 25, "resolution": "mean_field"},
        "sides": {"users": {"revise_rate": 1.0, "tastes": {"x": {"mean": 0.2, "sd": 2.0}}}},
        "platforms": [
            {"name": "a", "characteristics": {"x": 1.0}},
            {"name": "b", "characteristics": {"x": 0.0}},
        ],
        "mechanisms": {"direct_network": {"beta_direct": 1.0}},
    }
    scenario = load(table)

    def end(nodes):
        model = PlatformModel(scenario.with_settings({"run.type_nodes": nodes})).run()
        return model.market.share["users"][0]

    exact = end(1001)
    errors = [abs(end(nodes) - exact) for nodes in (1, 5, 21, 101)]
    assert errors == sorted(errors, reverse=True)
    assert errors[2] < 0.002
    many = scenario.with_settings({"run.resolution": "agents", "sides.users.count": 100_000})
    assert PlatformModel(many).run().market.share["users"][0] == pytest.approx(exact, abs=0.007)


def test_counts_stay_whole_and_add_up_at_the_documents_scale():
    scale = {
        "sides.users.count": 3_300_000_000,
        "sides.creators.count": 200_000_000,
        "sides.businesses.count": 200_000_000,
        "run.resolution": "cohorts",
        "run.months": 24,
    }
    model = PlatformModel(load("llama3", scale).with_arm("open")).run()
    for name, side in model.market.sides.items():
        assert side.counts.dtype == np.int64
        assert side.counts.sum() == scale[f"sides.{name}.count"]
    assert np.isfinite(measure(model.history).series[-1]).mean() > 0.9


def test_mean_field_draws_nothing():
    scenario = load("llama3", {"run.resolution": "mean_field", "run.months": 30}).with_arm("open")
    first, second = (measure(PlatformModel(scenario, replicate=r).run().history) for r in (0, 1))
    np.testing.assert_array_equal(first.series, second.series)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"sides.users.graph.kind": "erdos_renyi"}, r"graph\.kind: must be complete"),
        ({"sides.users.updating": "sequential"}, r"updating: must be synchronous"),
    ],
)
def test_what_needs_individuals_is_refused(settings, message):
    with pytest.raises(ScenarioError, match=message):
        load("tipping", {"run.resolution": "cohorts"} | settings)


def test_generators_of_different_addresses_differ():
    streams = Streams(1, 2)
    draws = {
        tuple(streams.generator(name, step, item).integers(0, 2**62, 4))
        for name in ("a", "b")
        for step in (1, 2)
        for item in (0, 1)
    }
    assert len(draws) == 8
    again = streams.generator("a", 1).integers(0, 2**62, 4)
    assert tuple(again) in draws
