"""C35: the landscape of designs, who may take what, and what is left of variety."""

import numpy as np
import pytest

from platformsim.market.streams import Streams
from platformsim.mechanisms.idea_market import IdeaMarket
from platformsim.model import PlatformModel
from platformsim.scenario import load


def market(months=120, replicate=0, **rule):
    scenario = load(
        {
            "run": {"months": months, "burn_in": 0},
            "sides": {"users": {"count": 50}},
            "platforms": [{"name": "place", "technology": "model"}],
            "technologies": [{"name": "model"}],
            "mechanisms": {"idea_market": rule},
        }
    )
    return PlatformModel(scenario, replicate=replicate).run()


def ideas(*args, **changes):
    return market(*args, **changes).history.tables["ideas"]


class Place:
    """All that a landscape needs of a market."""

    def __init__(self, seed=7):
        self.streams = Streams(seed)


def test_without_interactions_components_add_up():
    place, rule = Place(), IdeaMarket(components=6, ruggedness=0)
    zero = rule.quality(place, 0)
    alone = [rule.quality(place, 1 << bit) - zero for bit in range(6)]
    for design in range(64):
        bits = [bit for bit in range(6) if design >> bit & 1]
        assert rule.quality(place, design) == pytest.approx(zero + sum(alone[b] for b in bits))


@pytest.mark.parametrize("ruggedness", [1, 3, 5])
def test_a_component_matters_to_itself_and_to_those_before_it(ruggedness):
    place, rule, n = Place(), IdeaMarket(components=6, ruggedness=ruggedness), 6
    bits = [1, 0, 1, 1, 0, 0]
    design = sum(bit << place for place, bit in enumerate(bits))
    parts = []
    for i in range(n):
        seen = [bits[(i + step) % n] for step in range(ruggedness + 1)]
        row = sum(bit << step for step, bit in enumerate(seen))
        parts.append(place.streams.one("ideas.landscape", row, i))
    assert rule.quality(place, design) == pytest.approx(np.mean(parts))


def test_contributions_are_uniform():
    place, rule = Place(), IdeaMarket(components=48, ruggedness=15)
    rng = np.random.default_rng(1)
    found = [rule.quality(place, int(d)) for d in rng.integers(0, 1 << 48, 400)]
    assert np.mean(found) == pytest.approx(0.5, abs=0.01)
    assert np.std(found) == pytest.approx(1 / np.sqrt(12 * 48), rel=0.15)


def test_first_designs_are_at_random_in_every_component():
    for components in (4, 16, 48):
        designs = np.concatenate(
            [ideas(1, seed, components=components, ruggedness=0)["design"][0] for seed in range(10)]
        ).astype(np.int64)
        ones = [(designs >> bit & 1).mean() for bit in range(components)]
        assert np.all(np.abs(np.array(ones) - 0.5) < 0.12)


def test_who_shares_is_a_share_of_makers_and_nested_between_arms():
    few, many = ideas(1, share_open=0.2), ideas(1, share_open=0.8)
    assert np.all(few["takes"][0] <= many["takes"][0])
    shares = [ideas(1, s, share_open=0.5, free_ride=0.4)["gives"][0].mean() for s in range(40)]
    assert np.mean(shares) == pytest.approx(0.5 * 0.6, abs=0.04)


def test_a_licence_that_asks_for_it_leaves_no_free_riders():
    found = ideas(1, share_open=0.7, free_ride=0.9, reciprocity=True)
    assert np.array_equal(found["gives"], found["takes"])


def test_where_nobody_gives_sharing_changes_nothing():
    alone = ideas(share_open=0.0)
    riding = ideas(share_open=1.0, free_ride=1.0)
    assert np.array_equal(alone["design"], riding["design"])
    assert np.array_equal(alone["quality"], riding["quality"])


def test_a_maker_alone_changes_one_component_at_a_time_and_only_for_the_better():
    found = ideas(share_open=0.0, turnover=0.0, recombine_rate=0.5)
    designs, quality = found["design"].astype(np.int64), found["quality"]
    assert np.all(np.diff(quality, axis=0) >= 0)
    changed = designs[1:] ^ designs[:-1]
    assert {int(change).bit_count() for change in changed.ravel()} == {0, 1}
    assert (quality[-1] > quality[0]).mean() > 0.9


def test_alone_on_a_smooth_landscape_all_find_the_best_design():
    place = market(600, share_open=0.0, turnover=0.0, recombine_rate=0.5, components=8,
                   ruggedness=0)  # fmt: skip
    rule = place.market.mechanisms[0]
    best = max(rule.quality(place.market, design) for design in range(256))
    assert place.history.tables["ideas"]["quality"][-1] == pytest.approx(np.full(32, best))


def test_sharing_raises_the_average_and_takes_variety():
    mean, kinds = {}, {}
    for share in (0.0, 1.0):
        runs = [ideas(replicate=s, share_open=share, free_ride=0.0) for s in range(8)]
        mean[share] = np.mean([run["quality"][-1].mean() for run in runs])
        kinds[share] = np.mean([len(set(run["design"][-1])) for run in runs])
    assert mean[1.0] > mean[0.0] + 0.02
    assert kinds[1.0] < kinds[0.0]


def test_all_labs_gain_alike_by_what_is_found():
    model = market(idea_gain=2.0)
    best = model.history.tables["ideas"]["quality"].max(axis=1)
    rises = np.maximum(np.diff(best), 0.0).sum()
    assert rises > 0
    assert model.market.technologies["capability"] == pytest.approx([100 * np.exp(2 * rises)])


def test_the_best_product_never_fails():
    found = ideas(turnover=1.0, share_open=0.0, recombine_rate=0.01)
    assert np.all(np.diff(found["quality"].max(axis=1)) >= 0)
