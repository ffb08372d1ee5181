"""The twelve settings with known outcomes that the claims' defaults were placed by.

Logit choice, noise 1, linear law. Where the outcome is a state of rest it is held against the mean
field; where it is an average over chance, against runs; graphs against averages over ten graphs.
Onsets are also measured, without these numbers, in ``studies/test_boundary.py``.
"""

from dataclasses import dataclass

import numpy as np
import pytest

from platformsim.mechanisms import Mechanism
from platformsim.model import PlatformModel
from platformsim.parameters import param
from platformsim.scenario import load


def market(beta=0.0, platforms=2, start=None, months=1200, **users):
    """Users and platforms in the mean field, everybody choosing each month unless told else."""
    resolution = users.pop("resolution", "mean_field")
    rules = users.pop("market", {})
    start = start or [1 / platforms] * platforms
    return load(
        {
            "run": {"months": months, "burn_in": 0, "resolution": resolution},
            "market": rules,
            "sides": {"users": {"count": 1000, "revise_rate": 1.0, **users}},
            "platforms": [
                {"name": f"p{row}", "initial": {"users": share}} for row, share in enumerate(start)
            ],
            "mechanisms": {"direct_network": {"beta_direct": beta}},
        }
    )


def end(scenario, replicate=0):
    return PlatformModel(scenario, replicate=replicate).run().market.share["users"]


def largest(scenario, seeds):
    """Largest share at the end, for each of some replicates."""
    return np.array([end(scenario, seed).max() for seed in range(seeds)])


LEAD = [0.6, 0.4]


# Anchor 1: two platforms, one side.
@pytest.mark.parametrize(
    ("beta", "share"), [(1.95, 0.5), (2.05, 0.634), (3.0, 0.929), (4.0, 0.979)]
)
def test_two_platforms_split_evenly_up_to_two(beta, share):
    assert end(market(beta, start=LEAD)).max() == pytest.approx(share, abs=0.001)


# Anchor 2: few agents smear the threshold.
@pytest.mark.slow
@pytest.mark.parametrize(
    ("n", "below", "above"), [(200, 0.551, 0.849), (1000, 0.526, 0.853), (5000, 0.511, 0.855)]
)
def test_few_agents_smear_the_threshold(n, below, above):
    for beta, expected in ((1.5, below), (2.5, above)):
        scenario = market(beta, months=400, count=n, revise_rate=0.1, resolution="cohorts")
        found = largest(scenario, 40)
        error = found.std(ddof=1) / np.sqrt(40)
        # The stated value is itself a mean of 40 runs.
        assert abs(found.mean() - expected) < 4 * np.sqrt(2) * error + 0.002


# Anchor 3: interoperability.
@pytest.mark.parametrize(("beta", "share"), [(3.95, 0.5), (4.05, 0.596)])
def test_interoperability_of_a_half_doubles_the_threshold(beta, share):
    scenario = market(beta, start=LEAD, market={"interoperability": 0.5})
    assert end(scenario).max() == pytest.approx(share, abs=0.001)


def test_half_interoperable_agents_are_like_walled_ones_at_half_the_effect():
    shares = [
        largest(
            market(beta, months=400, count=2000, revise_rate=0.1, resolution="agents",
                   market={"interoperability": kappa}), 10,
        )
        for beta, kappa in ((4.4, 0.5), (2.2, 0.0))
    ]  # fmt: skip
    assert shares[0] == pytest.approx(shares[1], abs=1e-9)
    assert shares[0].mean() == pytest.approx(0.739, abs=0.02)


# Anchors 4 and 5: three platforms, and the hysteresis between 2.75 and 3.
@pytest.mark.parametrize(("beta", "share"), [(2.98, 1 / 3), (3.02, 0.818)])
def test_three_platforms_split_evenly_up_to_three(beta, share):
    scenario = market(beta, 3, [0.34, 0.33, 0.33])
    assert end(scenario).max() == pytest.approx(share, abs=0.001)


@pytest.mark.parametrize(("beta", "share"), [(2.74, 1 / 3), (2.75, 0.618)])
def test_a_dominant_one_of_three_lasts_from_2_75(beta, share):
    assert end(market(beta, 3, [0.8, 0.1, 0.1])).max() == pytest.approx(share, abs=0.003)


# Anchor 6: two sides.
@pytest.mark.parametrize("ratio", [1.0, 4.0, 16.0])
@pytest.mark.parametrize(("product", "tips"), [(3.8, False), (3.9, False), (4.2, True)])
def test_two_sides_split_evenly_up_to_a_product_of_four(product, tips, ratio):
    table = market(start=LEAD).table
    table["sides"]["creators"] = {"count": 1000, "revise_rate": 1.0}
    pulls = {"beta_uc": (product * ratio) ** 0.5, "beta_cu": (product / ratio) ** 0.5}
    table["mechanisms"] = {"cross_network": {"beta_ub": 0.0, "beta_bu": 0.0, **pulls}}
    share = end(load(table)).max()
    assert share > 0.6 if tips else share == pytest.approx(0.5, abs=1e-3)


@dataclass(frozen=True)
class AlwaysOnBoth(Mechanism, registered=False):
    """The first of the users gain so much from each platform that they are on both."""

    part: float = param(0.5, 0, 1, "share", doc="Share of users who are on both.")

    def utility(self, market, side):
        both = self.part * market.sides[side].n
        return lambda rows: 30.0 * (np.asarray(rows) < both)[:, None] * np.ones(2)


# Anchor 7: some always multi-home.
@pytest.mark.parametrize("part", [0.2, 0.5])
@pytest.mark.parametrize(("factor", "share"), [(0.9, 0.5), (1.1, 0.739)])
def test_those_who_are_always_on_both_raise_the_threshold(part, factor, share):
    scenario = market(
        factor * 2 / (1 - part), start=LEAD, months=150, count=8000, revise_rate=0.5,
        resolution="agents", max_homes=2, home_value="sum", home_cost=15.0,
    )  # fmt: skip
    both = end(scenario.with_mechanism(AlwaysOnBoth(part)))
    assert both.sum() == pytest.approx(1 + part, abs=1e-9)
    movers = (both - part) / (1 - part)
    assert movers.max() == pytest.approx(share, abs=0.05)


# Anchor 8: switching costs make tipping easier.
@pytest.mark.parametrize(
    ("cost", "threshold"), [(0.0, 2.0), (1.0, 1.368), (2.0, 1.135), (3.0, 1.050)]
)
def test_a_switching_cost_lowers_the_threshold_to_one_over_its_logistic(cost, threshold):
    assert threshold == pytest.approx(1 + np.exp(-cost), abs=1e-3)
    leads = [
        end(market(factor * threshold, start=[0.51, 0.49], switch_cost=cost)).max() - 0.5
        for factor in (0.98, 1.02)
    ]
    assert leads[0] < 0.002
    assert leads[1] > 0.05


# Anchor 9: one platform and nothing.
@pytest.mark.parametrize(
    ("quality", "start", "rest"),
    [(-3.0, 0.01, 0.071), (-3.0, 0.49, 0.071), (-3.0, 0.51, 0.929), (-3.0, 0.99, 0.929),
     (-2.5, 0.01, 0.964), (-2.5, 0.99, 0.964)],
)  # fmt: skip
def test_adoption_of_one_platform_has_a_critical_mass(quality, start, rest):
    scenario = market(6.0, 1, [start], outside_option=True)
    share = end(scenario.with_settings({"platforms.p0.quality": quality}))
    assert share[0] == pytest.approx(rest, abs=0.001)


# Anchors 10 to 12: graphs of contacts, 2 000 users, 500 months in which 0.1 choose.
def on_graph(beta, graph, seeds):
    """Mean and standard error of the largest share, and how many contacts agree."""
    scenario = market(
        beta, months=500, count=2000, revise_rate=0.1, resolution="agents", graph=graph
    ).with_settings({"mechanisms.direct_network.law": "local"})
    shares, agree = [], []
    for seed in range(seeds):
        model = PlatformModel(scenario, replicate=seed).run()
        side = model.market.sides["users"]
        contacts = side.contacts.graph
        one = np.repeat(side.choice, contacts.degree)
        agree.append((one == side.choice[contacts.neighbours]).mean())
        shares.append(model.market.share["users"].max())
    return np.mean(shares), np.std(shares, ddof=1) / np.sqrt(seeds), np.mean(agree)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("graph", "share"),
    [
        ({"kind": "erdos_renyi", "degree": 20}, 0.834),
        ({"kind": "barabasi_albert", "degree": 8}, 0.757),
    ],
)
def test_random_contacts_tip_between_two_and_two_and_a_half(graph, share):
    tipped, error, _ = on_graph(2.5, graph, 10)
    assert tipped == pytest.approx(share, abs=0.01 + 4 * error)
    assert on_graph(1.8, graph, 5)[0] < 0.58


@pytest.mark.slow
def test_a_small_world_like_a_ring_agrees_locally_and_does_not_tip():
    ring = {"kind": "watts_strogatz", "degree": 8, "rewiring": 0.01}
    share, error, agreement = on_graph(6.0, ring, 10)
    assert share == pytest.approx(0.544, abs=4 * np.sqrt(2) * error)
    assert agreement == pytest.approx(0.937, abs=0.01)
    assert share < 0.65


@pytest.mark.slow
def test_a_strong_effect_freezes_the_leaders_of_four_blocks():
    # How few links across is not stated: at 5 % of contacts the local agreement is the stated one.
    blocks = {"kind": "block", "degree": 10, "blocks": 4, "mix_across": 0.05}
    stated = {2.5: 0.770, 4.0: 0.694, 6.0: 0.626}
    found = {beta: on_graph(beta, blocks, 20) for beta in stated}
    for beta, share in stated.items():
        # Stated are means of ten runs.
        assert found[beta][0] == pytest.approx(share, abs=4 * np.sqrt(3) * found[beta][1])
    assert found[6.0][2] == pytest.approx(0.952, abs=0.02)
    assert found[6.0][0] < found[4.0][0]
    # One market at this strength would be all but unanimous.
    assert end(market(6.0, start=LEAD)).max() == pytest.approx(0.998, abs=0.001)
