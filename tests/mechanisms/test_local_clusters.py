"""C15: regions with tastes of their own, beachheads, and what is measured of regions."""

import numpy as np
import pytest

from platformsim.errors import ScenarioError
from platformsim.metrics import measure
from platformsim.model import PlatformModel
from platformsim.scenario import load


def market(count=400, months=40, beta=0.0, names="ab", late=(), graph=None, **mechanism):
    """Some platforms and users in blocks; late platforms open in month 10."""
    graph = {"kind": "block", "blocks": 4, "mix_across": 0.02, "degree": 20} | (graph or {})
    return load(
        {
            "run": {"months": months, "burn_in": 0},
            "sides": {
                "users": {"count": count, "revise_rate": 0.3, "graph": graph},
            },
            "platforms": [
                {"name": name, "launch_month": 10 if name in late else 0} for name in names
            ],
            "mechanisms": {
                "direct_network": {"beta_direct": beta, "law": "local"},
                "local_clusters": mechanism,
            },
        }
    )


def summary(model):
    found = measure(model.history)
    return dict(zip((c.name for c in found.columns), found.summary, strict=True))


def regional_shares(model, blocks):
    """Share of each platform in each region, (P, blocks)."""
    choice = model.market.sides["users"].choice.reshape(blocks, -1)
    platforms = range(1, len(model.market.platforms) + 1)
    return np.array([(choice == row).mean(axis=1) for row in platforms])


def test_regions_judge_by_standard_normal_niches():
    # Without a network effect the log odds of two platforms in a region are normal with the
    # variance 2 niche_weight**2, and 4 / n of sampling on top.
    odds = []
    for replicate in range(20):
        scenario = market(2400, 30, graph={"blocks": 12}, niche_weight=1.0)
        shares = regional_shares(PlatformModel(scenario, replicate=replicate).run(), 12)
        odds += np.log(shares[0] / shares[1]).tolist()
    odds, n = np.array(odds), 20 * 12
    assert abs(odds.mean()) < 4 * np.sqrt(2 / n)
    assert odds.var() == pytest.approx(2.0, abs=4 * 2.1 * np.sqrt(2 / n))


def settled(mix, beta):
    """Two regions on one platform and two on the other; where does that lead?"""
    model = PlatformModel(market(2000, 60, beta, graph={"mix_across": mix}, niche_weight=0.0))
    model.write("users", "choice", np.arange(2000), np.repeat([1, 1, 2, 2], 500))
    model.run()
    return model


def test_strongholds_last_above_the_regional_threshold_and_not_below():
    # beta (1 - m B / (B - 1)): 3.89 above 2, and 1.33 below it.
    kept, mixed = settled(0.02, 4.0), settled(0.5, 4.0)
    found = summary(kept)
    slope, share = 4.0 * (1 - 0.02 * 4 / 3), 0.9
    for _ in range(100):
        share = 1 / (1 + np.exp(-slope * (2 * share - 1)))
    assert found["users.regional_concentration"] == pytest.approx(share, abs=0.03)
    assert found["users.largest_share"] < 0.55
    assert found["users.regional_leaders"] == 2
    assert found["regions_led[a]"] == found["regions_led[b]"] == 2
    assert summary(mixed)["users.regional_excess"] < 0.05


def test_the_metrics_by_hand():
    scenario = market(40, 12, graph={"blocks": 2, "degree": 4}, niche_weight=0.0)
    model = PlatformModel(scenario.with_settings({"sides.users.revise_rate": 0.0}))
    # Region 1: 15 on a, 5 on b; region 2: 8 on a, 12 on b.
    model.write("users", "choice", np.arange(40), np.repeat([1, 2, 1, 2], [15, 5, 8, 12]))
    found = summary(model.run())
    assert found["users.regional_concentration"] == pytest.approx((0.75 + 0.6) / 2)
    assert found["users.largest_share"] == pytest.approx(23 / 40)
    assert found["users.regional_excess"] == pytest.approx(0.675 - 0.575)
    assert found["users.regional_leaders"] == 2
    assert found["regions_led[a]"] == found["regions_led[b]"] == 1


def test_a_beachhead_is_paid_for_where_it_is_taken():
    push = {"entry_push": 0.5, "push_regions": 2, "push_months": 6, "niche_weight": 0.0}
    model = PlatformModel(market(400, 30, names="abc", late="c", **push))
    ledger = model.market.ledger
    row, reason = ledger.accounts.index("c"), ledger.reasons.index("subsidy")
    inside = np.arange(400) < 200
    while model.running:
        model.step()
        taken = np.count_nonzero((model.market.sides["users"].choice == 3) & inside)
        # Half a util for each user of the market, in two regions of four: a util each.
        due = 1.0 * taken if 10 <= model.market.month < 16 else 0.0
        assert ledger.paid[row, reason] == pytest.approx(due)
    assert model.history.paid[:, row, reason].sum() > 0


def test_the_push_works_in_its_regions():
    push = {"entry_push": 1.0, "push_regions": 1, "push_months": 20, "niche_weight": 0.0}
    shares = regional_shares(
        PlatformModel(market(4000, 29, names="abc", late="c", **push)).run(), 4
    )
    # exp(4) against two equals in the first region, a third in the others.
    assert shares[2][0] == pytest.approx(np.exp(4) / (np.exp(4) + 2), abs=0.03)
    assert shares[2][1:] == pytest.approx(1 / 3, abs=0.06)


def test_another_platform_leaves_the_niches_of_the_others_alone():
    model, wider = (PlatformModel(market(names=names)) for names in ("ab", "abc"))
    values = [
        next(m for m in one.market.mechanisms if m.name == "local_clusters").utility(
            one.market, "users"
        )(np.arange(400))
        for one in (model, wider)
    ]
    assert np.array_equal(values[0], values[1][:, :2])


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("sides.users.graph.kind", "erdos_renyi", "must be block"),
        ("sides.users.graph.blocks", 16, "at most 12"),
        ("run.resolution", "cohorts", "needs individuals"),
    ],
)
def test_what_it_needs_is_checked(key, value, message):
    with pytest.raises(ScenarioError, match=message):
        market().with_settings({key: value})
