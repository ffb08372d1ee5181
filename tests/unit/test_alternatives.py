from itertools import combinations, permutations

import numpy as np
import pytest

from platformsim.market.alternatives import NOTHING, SUMMED, Alternatives, alternatives

NEVER = -1e29  # what counts as impossible


def sets_of(choice: Alternatives) -> list[tuple[int, ...]]:
    return [tuple(np.flatnonzero(row).tolist()) for row in choice.member]


def brute_force(value, home_cost, home_variety, chosen):
    """The inclusive value as its formula says, one set at a time."""
    if any(value[p] < NEVER for p in chosen):
        return -np.inf
    if home_variety == SUMMED:
        return sum(value[p] for p in chosen) - home_cost * (len(chosen) - 1)
    summed = sum(np.exp(value[p] / home_variety) for p in chosen)
    return home_variety * np.log(summed) - home_cost * (len(chosen) - 1)


def test_sets_come_by_size_and_begin_with_the_empty_one():
    choice = alternatives((1, 2, 3), 2, False)
    assert sets_of(choice) == [(), (0,), (1,), (2,), (0, 1), (0, 2), (1, 2)]
    assert choice.size.tolist() == [0, 1, 1, 1, 2, 2, 2]
    assert sets_of(choice)[NOTHING] == ()
    assert not choice.single_homing
    assert alternatives((1, 2, 3), 1, False).single_homing


def test_more_homes_than_platforms_changes_nothing():
    assert sets_of(alternatives((1, 2), 4, False)) == sets_of(alternatives((1, 2), 2, False))


@pytest.mark.parametrize("homes", [1, 2, 3, 4])
@pytest.mark.parametrize("outside", [True, False])
@pytest.mark.parametrize("summed", [False, True])
def test_values_are_inclusive_values_or_sums(homes, outside, summed):
    rng = np.random.default_rng(homes)
    choice = alternatives((1, 2, 3, 4), homes, outside)
    for _ in range(20):
        value = rng.normal(0, 4, size=(6, 4))
        cost, variety = rng.uniform(0, 3), SUMMED if summed else rng.uniform(0.2, 5)
        found = choice.values(value, cost, variety, 1.7)
        assert found.shape == (6, len(choice.size))
        if outside:
            assert np.all(found[:, NOTHING] == 1.7)
        else:
            assert np.all(found[:, NOTHING] < NEVER)
        for agent, row in enumerate(value):
            expected = [brute_force(row, cost, variety, c) for c in sets_of(choice)[1:]]
            assert found[agent, 1:] == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("homes", [1, 2, 3])
def test_no_set_with_a_closed_platform_can_be_chosen(homes):
    choice = alternatives((1, 2, 3), homes, True)
    for closed in (c for size in (1, 2, 3) for c in combinations(range(3), size)):
        value = np.array([0.3, -0.2, 0.9])
        value[list(closed)] = -1e30
        found = choice.values(value, 0.5, 0.7, 0.0)
        for row, chosen in enumerate(sets_of(choice)):
            if set(chosen) & set(closed):
                assert found[row] < NEVER
            elif chosen:
                assert found[row] == pytest.approx(brute_force(value, 0.5, 0.7, chosen), rel=1e-12)


def test_one_row_of_values_is_as_good_as_many():
    choice = alternatives((1, 2, 3), 3, False)
    value = np.array([0.1, 2.0, -1.0])
    row = choice.values(value, 0.5, 1.0, 0.0)
    assert np.array_equal(choice.values(np.stack([value] * 3), 0.5, 1.0, 0.0), np.stack([row] * 3))


def test_a_constant_added_to_all_platforms_is_added_to_all_sets():
    choice = alternatives((1, 2, 3), 3, False)
    value = np.array([0.1, 2.0, -1.0])
    before, after = (choice.values(value + shift, 0.5, 0.7, 0.0) for shift in (0.0, 5.0))
    assert after[1:] == pytest.approx(before[1:] + 5.0, rel=1e-12)


def test_two_equal_platforms_are_worth_variety_times_log_two_more():
    choice = alternatives((1, 2), 2, False)
    assert choice.values(np.zeros(2), 0.0, 2.0, 0.0)[3] == pytest.approx(2.0 * np.log(2))


def test_a_far_worse_platform_alone_is_still_worth_its_value():
    choice = alternatives((1, 2), 2, False)
    found = choice.values(np.array([8.0, 0.0]), 0.5, 0.01, 0.0)
    assert found[2] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("homes", [1, 2, 3])
def test_joins_counts_the_platforms_that_are_new(homes):
    choice = alternatives((1, 2, 3), homes, True)
    for c, now in enumerate(sets_of(choice)):
        for a, then in enumerate(sets_of(choice)):
            assert choice.joins[c, a] == len(set(then) - set(now))


def test_members_counts_multi_homers_on_each_home():
    choice = alternatives((1, 2, 3), 2, True)
    counts = np.array([5, 1, 2, 3, 10, 20, 40])  # sets in the order of the first test
    assert choice.members(counts).tolist() == [1 + 10 + 20, 2 + 10 + 40, 3 + 20 + 40]


def lanes_by_slots(slots, homes):
    choice = alternatives(slots, homes, True)
    return {
        frozenset(slots[p] for p in chosen): int(lane)
        for chosen, lane in zip(sets_of(choice), choice.lane, strict=True)
    }


@pytest.mark.parametrize("homes", [1, 2, 3, 4])
def test_lanes_survive_adding_and_reordering_platforms(homes):
    few = lanes_by_slots((1, 2, 3), homes)
    more = lanes_by_slots((1, 2, 3, 4), homes)
    assert few.items() <= more.items()
    for order in permutations((1, 2, 3, 4)):
        assert lanes_by_slots(order, homes) == more


@pytest.mark.parametrize("homes", [1, 2, 3, 4])
def test_no_two_sets_of_ten_platforms_share_a_lane(homes):
    lanes = lanes_by_slots(tuple(range(1, 11)), homes)
    assert len(set(lanes.values())) == len(lanes)


@pytest.mark.parametrize(("slots", "homes"), [((1, 255), 2), ((20, 255, 254), 2), ((255,), 1)])
def test_no_two_sets_share_a_lane_at_the_largest_slots(slots, homes):
    lanes = lanes_by_slots(slots, homes)
    assert len(set(lanes.values())) == len(lanes)


def test_no_two_sets_share_a_lane_when_slots_are_large_and_homes_many():
    lanes = lanes_by_slots((1, 2, 3, 6, 23), 3)
    assert len(set(lanes.values())) == len(lanes)
