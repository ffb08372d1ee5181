"""Tipping of individuals under network effects; ``studies/test_boundary`` has the thresholds."""

import numpy as np
import pytest

from platformsim.model import PlatformModel
from platformsim.scenario import load
from platformsim.studies.boundary import GROWTH, boundary
from platformsim.studies.boundary.growth import response

N = 20_000
DIRECT = "mechanisms.direct_network.beta_direct"


def market(platforms=2):
    return load(
        {
            "name": "threshold",
            "run": {"months": 200},
            "sides": {"users": {"count": N}},
            "platforms": [{"name": f"p{i}"} for i in range(platforms)],
            "mechanisms": {"direct_network": {}},
        }
    )


def onset(scenario, key, expected):
    """The value at which a small lead begins to grow."""
    ends = {key: (0.8 * expected, 1.2 * expected)}
    options = {"pairs": 10, "most": 40, "precision": 0.03, "workers": 1, "progress": False}
    return boundary(scenario, ends, GROWTH, **options).crossings.iloc[0]


@pytest.mark.parametrize("platforms", [2, pytest.param(3, marks=pytest.mark.slow)])
def test_an_even_split_loses_stability_at_beta_equal_to_the_number_of_platforms(platforms):
    found = onset(market(platforms), DIRECT, platforms)
    assert found["value"] == pytest.approx(platforms, rel=0.05)
    # The test must be able to tell K from K / (1 - 0.2), which a missing term would give.
    assert found["high"] - found["low"] < 0.1 * platforms


def test_the_eigenvalue_is_beta_over_k_and_not_beta():
    found = response(market(3).with_settings({DIRECT: 1.5}), replicates=range(20))
    assert abs(found.eigenvalue - 0.5) <= 4 * found.standard_error + 0.03**2
    assert found.standard_error < 0.02


def test_three_platforms_have_both_branches_between_2_75_and_3():
    # Near the spinodal a small market hops between branches; this one is large enough to stay.
    scenario = market(3).with_settings(
        {DIRECT: 2.85, "sides.users.count": 200_000, "sides.users.revise_rate": 0.5}
    )
    even = PlatformModel(scenario)
    start = {"p0": 0.8, "p1": 0.1, "p2": 0.1}
    tipped = PlatformModel(
        scenario.with_settings({f"platforms.{n}.initial.users": s for n, s in start.items()})
    )
    for _ in range(60):
        even.step()
        tipped.step()
    assert even.market.share["users"].max() < 0.40
    # The dominant share solves s = e^(2.85 s) / (e^(2.85 s) + 2 e^(2.85 (1 - s) / 2)).
    share = 0.8
    for _ in range(500):
        mine, other = np.exp(2.85 * share), np.exp(2.85 * (1 - share) / 2)
        share = mine / (mine + 2 * other)
    assert tipped.market.share["users"].max() == pytest.approx(share, abs=0.02)
    assert share > 0.7


def test_below_2_74_a_dominant_start_does_not_last():
    scenario = market(3).with_settings(
        {DIRECT: 2.5, "sides.users.revise_rate": 0.5, "platforms.p0.initial.users": 0.8,
         "platforms.p1.initial.users": 0.1, "platforms.p2.initial.users": 0.1}
    )  # fmt: skip
    model = PlatformModel(scenario)
    for _ in range(120):
        model.step()
    assert model.market.share["users"].max() < 0.40
