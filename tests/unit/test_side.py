from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

from platformsim.market import logit
from platformsim.market.alternatives import NOTHING
from platformsim.market.side import Appeal
from platformsim.model import PlatformModel
from platformsim.scenario import load


def model_of(users, platforms=2, mechanisms=None, months=24, replicate=0, **tables):
    """A market of users alone; ``platforms`` is a number of equal ones, or their rows."""
    if isinstance(platforms, int):
        platforms = [{"name": letter} for letter in "abcdef"[:platforms]]
    scenario = {
        "run": {"months": months, "burn_in": 0},
        "sides": {"users": users},
        "platforms": platforms,
        "mechanisms": mechanisms or {},
        **tables,
    }
    return PlatformModel(load(scenario), replicate=replicate)


def users_of(model):
    return model.market.sides["users"]


def choices(model, months):
    """The choice column at the end of each of the next months, (months, n)."""
    path = []
    for _ in range(months):
        model.step()
        path.append(users_of(model).columns["choice"].copy())
    return np.array(path)


def assert_counts_are_true(side):
    choice, alive = side.columns["choice"], side.columns["alive"]
    recount = np.bincount(choice[alive], minlength=len(side.alternatives.size))
    assert np.array_equal(side.counts, recount)
    assert side.living == np.count_nonzero(alive)
    assert np.all(choice[~alive] == NOTHING)


# -- month 0 ---------------------------------------------------------------------------------


def test_stated_shares_are_exact():
    shares = {"a": 0.45, "b": 0.2, "c": 0.35}
    rows = [{"name": name, "initial": {"users": share}} for name, share in shares.items()]
    side = users_of(model_of({"count": 2000}, rows))
    assert side.counts.tolist() == [0, 900, 400, 700]
    assert side.installed_base.tolist() == [0.45, 0.2, 0.35]


def test_the_rest_is_divided_equally_among_platforms_that_say_nothing():
    rows = [{"name": "a", "initial": {"users": 0.4}}, {"name": "b"}, {"name": "c"}]
    assert users_of(model_of({"count": 1000}, rows)).counts.tolist() == [0, 400, 300, 300]


@pytest.mark.parametrize("count", [1, 2, 7, 100, 101])
@pytest.mark.parametrize("platforms", [1, 3, 4])
def test_odd_numbers_are_divided_without_loss(count, platforms):
    counts = users_of(model_of({"count": count}, platforms)).counts
    assert counts.sum() == count
    assert counts[0] == 0
    assert np.ptp(counts[1:]) <= 1


def test_those_without_a_share_start_with_nothing():
    rows = [{"name": "a", "initial": {"users": 0.1}}, {"name": "b", "initial": {"users": 0.25}}]
    side = users_of(model_of({"count": 40, "outside_option": True}, rows))
    assert side.counts.tolist() == [26, 4, 10]
    late = [{"name": "a"}, {"name": "b", "launch_month": 3}]
    assert users_of(model_of({"count": 40}, late)).counts.tolist() == [0, 40, 0]


def test_who_starts_where_is_drawn_and_not_by_row():
    first, second = (users_of(model_of({"count": 1000}, replicate=r)) for r in (0, 1))
    rows = np.arange(1000)
    for side in (first, second):
        on_a = rows[side.columns["choice"] == 1]
        assert stats.mannwhitneyu(on_a, rows[side.columns["choice"] == 2]).pvalue > 0.001
    assert np.any(first.columns["choice"] != second.columns["choice"])


def test_tastes_have_their_distribution_and_belong_to_the_slot():
    rules = {"count": 5000, "tastes": {"style": {"mean": 2.0, "sd": 0.5}}}
    rows = [{"name": "a", "characteristics": {"style": 1.0}}, {"name": "b"}]
    many, few = (users_of(model_of({**rules, "count": n}, rows)) for n in (5000, 30))
    taste = many.columns["taste_style"]
    assert stats.kstest(taste, stats.norm(2.0, 0.5).cdf).pvalue > 0.001
    assert np.array_equal(few.columns["taste_style"], taste[:30])


# -- choosing --------------------------------------------------------------------------------


@pytest.mark.parametrize("noise", [0.5, 1.0])
def test_shares_are_the_logit_of_quality_fees_and_tastes(noise):
    n = 20_000
    rules = {"count": n, "revise_rate": 1.0, "choice_noise": noise, "quality_weight": 2.0,
             "fee_weight": 0.5}  # fmt: skip
    rows = [
        {"name": "a", "quality": 0.3},
        {"name": "b", "fees": {"users": 0.8}},
        {"name": "c", "quality": -0.2, "fees": {"users": -0.5}},
    ]
    model = model_of(rules, rows)
    model.step()
    values = np.array([2.0 * 0.3, -0.5 * 0.8, -2.0 * 0.2 + 0.5 * 0.5])
    expected = n * logit.probabilities(values, noise)
    assert stats.chisquare(users_of(model).counts[1:], expected).pvalue > 0.001


def test_the_outside_option_is_one_more_alternative():
    n = 20_000
    rules = {"count": n, "revise_rate": 1.0, "outside_option": True, "outside_value": 0.7}
    model = model_of(rules, [{"name": "a", "quality": 0.2}, {"name": "b"}])
    model.step()
    expected = n * logit.probabilities(np.array([0.7, 0.2, 0.0]), 1.0)
    assert stats.chisquare(users_of(model).counts, expected).pvalue > 0.001


def test_without_the_outside_option_nobody_stays_out():
    model = model_of({"count": 500, "outside_value": 20.0, "revise_rate": 0.5})
    assert np.all(choices(model, 6) != NOTHING)


def test_the_revision_rate_is_the_share_that_chooses():
    n, months = 2000, 20
    model = model_of({"count": n, "revise_rate": 0.1, "choice_noise": 20.0}, months=months)
    before, moved = users_of(model).columns["choice"].copy(), 0
    for now in choices(model, months):
        moved += np.count_nonzero(now != before)
        before = now
    # Of those who choose between two almost equal platforms one half moves.
    expected = n * months * 0.1 / 2
    assert moved == pytest.approx(expected, abs=4 * np.sqrt(expected))


def test_switches_counts_those_who_moved():
    model = model_of({"count": 300, "revise_rate": 0.4, "max_homes": 2})
    for _ in range(5):
        before = users_of(model).columns["choice"].copy()
        model.step()
        side = users_of(model)
        assert side.switches == np.count_nonzero(side.columns["choice"] != before)
        assert_counts_are_true(side)


@pytest.mark.parametrize("homes", [1, 2, 3])
@pytest.mark.parametrize("outside", [True, False])
def test_a_switching_cost_only_adds_to_those_who_stay(homes, outside):
    rules = {"count": 3000, "revise_rate": 1.0, "max_homes": homes, "outside_option": outside}
    start, stayers = users_of(model_of(rules, 3)), []
    for cost in (0.0, 0.5, 2.0, 20.0):
        model = model_of({**rules, "switch_cost": cost}, 3)
        model.step()
        now = users_of(model).columns["choice"]
        stayers.append(set(np.flatnonzero(now == start.columns["choice"])))
    for less, more in pairwise(stayers):
        assert less < more
    if not outside:
        assert len(stayers[-1]) == 3000  # everybody is on one platform, and no home is dropped


def test_the_switching_cost_is_paid_for_each_new_platform():
    model = model_of({"count": 100, "max_homes": 2, "switch_cost": 3.0}, 3)
    side = users_of(model)
    appeal = model.market.appeal("users")
    rows = np.arange(100)
    with_cost = side.utilities(rows, appeal)
    side.rules = type(side.rules)(**{**vars(side.rules), "switch_cost": 0.0})
    without = side.utilities(rows, appeal)
    now = side.alternatives.member[side.columns["choice"]]
    new = (side.alternatives.member[None] > now[:, None]).sum(axis=2)
    assert (without - with_cost)[:, 1:] == pytest.approx(3.0 * new[:, 1:])


def test_multi_homers_count_on_every_home():
    model = model_of({"count": 400, "max_homes": 3, "revise_rate": 0.5, "home_cost": 0.2}, 3)
    choices(model, 6)
    side = users_of(model)
    member = side.alternatives.member[side.columns["choice"]]
    assert np.array_equal(side.installed_base, member.sum(axis=0) / 400)
    assert member.sum() > 400
    homes = member.sum(axis=1, keepdims=True)
    assert side.active == pytest.approx((member / homes).sum(axis=0))
    assert side.active.sum() == pytest.approx(400)
    assert np.array_equal(model.market.share["users"], side.installed_base)


def test_multi_homing_frequencies_are_the_logit_over_sets():
    n = 20_000
    rules = {"count": n, "max_homes": 2, "revise_rate": 1.0, "home_cost": 0.4, "home_variety": 0.8}
    model = model_of(rules, [{"name": "a", "quality": 0.5}, {"name": "b"}])
    model.step()
    both = 0.8 * np.log(np.exp(0.5 / 0.8) + 1.0) - 0.4
    expected = n * logit.probabilities(np.array([0.5, 0.0, both]), 1.0)
    assert stats.chisquare(users_of(model).counts[1:], expected).pvalue > 0.001


def test_best_reply_goes_where_it_is_best():
    rows = [{"name": "a"}, {"name": "b", "quality": 0.001}, {"name": "c"}]
    model = model_of({"count": 200, "revise_rate": 1.0, "choice_noise": 0.0}, rows)
    model.step()
    assert users_of(model).counts.tolist() == [0, 0, 200, 0]


def test_consumer_surplus_is_measured_against_worthless_platforms_in_money():
    flat = model_of({"count": 500, "revise_rate": 1.0}, 3)
    flat.step()
    assert users_of(flat).surplus == pytest.approx(0.0, abs=1e-12)
    rows = [{"name": name, "quality": 1.5} for name in "abc"]
    better = model_of({"count": 500, "revise_rate": 1.0, "fee_weight": 0.5}, rows)
    better.step()
    assert users_of(better).surplus == pytest.approx(1.5 / 0.5)


def test_own_weight_is_left_out_of_the_base_where_asked():
    rules = {"count": 10, "count_self": False, "revise_rate": 1.0}
    model = model_of(rules, 2, {"direct_network": {"beta_direct": 2.0}})
    side, appeal = users_of(model), model.market.appeal("users")
    found = side.utilities(np.arange(10), appeal)[:, 1:]
    choice = side.columns["choice"]
    for agent in range(10):
        others = np.delete(choice, agent)
        expected = [2.0 * np.mean(others == p) for p in (1, 2)]
        assert found[agent] == pytest.approx(expected)


# -- common random numbers -------------------------------------------------------------------


def test_removing_one_agent_changes_nobody_elses_choices():
    rules = {"count": 300, "revise_rate": 0.3, "switch_cost": 0.5, "max_homes": 2}
    whole, without = model_of(rules, 3), model_of(rules, 3)
    for model in (whole, without):
        choices(model, 3)
    left = choices(whole, 12)
    gone = np.flatnonzero(left[0] != left[-1])[7]  # somebody who would have moved
    without.write("users", "alive", np.array([gone]), False)
    assert_counts_are_true(users_of(without))
    right = choices(without, 12)
    others = np.arange(300) != gone
    assert np.array_equal(left[:, others], right[:, others])
    assert np.all(right[:, gone] == NOTHING)
    assert users_of(without).living == 299


def test_another_head_count_changes_nobodys_choices():
    rows = [{"name": "a", "initial": {"users": 1.0}}, {"name": "b"}]
    few, many = (choices(model_of({"count": n, "revise_rate": 0.2}, rows), 12) for n in (150, 4000))
    assert np.array_equal(few, many[:, :150])
    assert len(np.unique(few[-1])) == 2


def test_a_new_platform_draws_some_away_and_leaves_the_others_where_they_were():
    rules = {"count": 2000, "revise_rate": 0.5}
    two = [{"name": "a", "initial": {"users": 1.0}}, {"name": "b"}]
    three = [*two, {"name": "c", "quality": 0.5}]
    before, after = (choices(model_of(rules, rows), 8) for rows in (two, three))
    stayed = after != 3
    assert np.array_equal(after[stayed], before[stayed])
    expected = logit.probabilities(np.array([0.0, 0.0, 0.5]), 1.0)[2]
    assert np.mean(after[-1] == 3) == pytest.approx(expected, abs=0.05)


def test_churn_leaves_the_rest_alone():
    rules = {"count": 500, "revise_rate": 0.2}
    still = model_of(rules, 3)
    turning = model_of({**rules, "churn_rate": 0.05, "arrival_rate": 0.4}, 3)
    quiet, lively = choices(still, 1), choices(turning, 1)
    alive = users_of(turning).columns["alive"].copy()
    for _ in range(10):
        quiet, lively = (
            np.vstack((q, choices(m, 1))) for q, m in ((quiet, still), (lively, turning))
        )
        alive &= users_of(turning).columns["alive"]
        assert_counts_are_true(users_of(turning))
    never_left = alive & np.all(lively != NOTHING, axis=0)
    assert 200 < never_left.sum() < 450
    assert np.array_equal(quiet[:, never_left], lively[:, never_left])
    assert len(users_of(turning).columns["choice"]) == 500


def test_leavers_and_newcomers_come_at_their_rates():
    n = 4000
    model = model_of({"count": n, "churn_rate": 0.1, "revise_rate": 0.0})
    model.step()
    left = n - users_of(model).living
    assert left == pytest.approx(0.1 * n, abs=4 * np.sqrt(n * 0.09))
    model = model_of({"count": n, "arrival_rate": 0.25, "revise_rate": 0.0})
    model.write("users", "alive", np.arange(n), False)
    assert users_of(model).living == 0
    assert users_of(model).installed_base.tolist() == [0.0, 0.0]
    model.step()
    assert users_of(model).living == pytest.approx(n / 4, abs=4 * np.sqrt(n * 0.1875))


def test_newcomers_choose_at_once_with_tastes_of_their_own():
    rules = {"count": 400, "churn_rate": 0.5, "arrival_rate": 1.0, "revise_rate": 0.0,
             "tastes": {"style": {}}}  # fmt: skip
    rows = [{"name": "a", "characteristics": {"style": 1.0}}, {"name": "b"}]
    model = model_of(rules, rows)
    side = users_of(model)
    first = side.columns["taste_style"].copy()
    model.step()
    gone = ~side.columns["alive"].copy()
    assert 150 < gone.sum() < 250
    assert np.array_equal(side.columns["taste_style"], first)
    model.step()
    back = gone & side.columns["alive"]
    assert np.array_equal(back, gone)  # everybody who is out takes an empty slot, whoever leaves
    assert np.all(side.columns["choice"][back] != NOTHING)
    assert np.all(side.columns["taste_style"][back] != first[back])
    assert np.array_equal(side.columns["taste_style"][~gone], first[~gone])


def test_contacts_follow_moves_churn_and_writing_from_outside():
    rules = {"count": 200, "revise_rate": 0.3, "churn_rate": 0.1, "arrival_rate": 0.5,
             "max_homes": 2, "graph": {"kind": "watts_strogatz", "degree": 4}}  # fmt: skip
    model = model_of(rules, 3, {"direct_network": {"law": "local", "beta_direct": 2.0}})
    side = users_of(model)
    for month in range(6):
        model.step()
        if month == 3:
            model.write("users", "choice", np.flatnonzero(side.columns["alive"])[:5], 2)
            model.write("users", "alive", np.arange(10, 30), False)
        member = side.alternatives.member[side.columns["choice"]].astype(int)
        for agent in range(200):
            _, friends = side.contacts.graph.rows(np.array([agent]))
            assert np.array_equal(side.contacts.counts[agent], member[friends].sum(axis=0))


# -- one after the other ---------------------------------------------------------------------


@pytest.mark.parametrize(("count", "rate"), [(7, 0.1), (30, 0.5), (10, 1.0), (3, 0.25)])
def test_sequential_updating_takes_its_turns(count, rate):
    side = users_of(model_of({"count": count, "revise_rate": rate, "updating": "sequential"}))
    gone, turns = np.zeros(len(side.counts), bool), []
    for month in range(1, 41):
        seen = []

        def appeal_now(seen=seen):
            seen.append(side.installed_base.copy())
            return Appeal(np.zeros(2))

        side.choose_in_turn(month, appeal_now, gone)
        turns.append(len(seen))
        assert_counts_are_true(side)
    assert np.cumsum(turns).tolist() == [int(np.floor(rate * count * m)) for m in range(1, 41)]


def test_in_turn_everybody_sees_the_present_base():
    side = users_of(model_of({"count": 50, "revise_rate": 1.0, "updating": "sequential"}))
    seen = []

    def appeal_now():
        seen.append(side.counts.copy())
        return Appeal(20.0 * side.installed_base)

    side.choose_in_turn(1, appeal_now, np.zeros(len(side.counts), bool))
    moves = np.abs(np.diff(seen, axis=0)).sum(axis=1)
    assert set(moves) == {0, 2}  # one agent at a time leaves one place and enters another
    assert side.switches == np.count_nonzero(moves)


def test_the_other_sides_see_last_month_while_one_moves_in_turn():
    known = []
    tables = {
        "sides": {
            "users": {"count": 60, "updating": "sequential", "revise_rate": 1.0},
            "creators": {"count": 20, "updating": "sequential", "revise_rate": 1.0},
        }
    }
    model = model_of({}, 2, {"cross_network": {"beta_uc": 5.0, "beta_cu": 5.0}}, **tables)
    model.step()
    market, before = model.market, model.market.share["users"].copy()
    original = market._appeal_now

    def spy(side):
        found = original(side)
        if side == "creators":
            known.append(market.share["users"].copy())
        return found

    market._appeal_now = spy
    for side in market.sides.values():
        side.kernel = "numpy"
    model.step()
    assert known
    assert all(np.array_equal(share, before) for share in known)
    assert not np.array_equal(market.share["users"], before)


def test_dead_agents_take_no_turn():
    model = model_of({"count": 40, "revise_rate": 1.0, "updating": "sequential"})
    model.write("users", "alive", np.arange(10), False)
    choices(model, 3)
    assert_counts_are_true(users_of(model))
    assert users_of(model).living == 30


# -- platforms that come and go ----------------------------------------------------------------


@pytest.mark.parametrize("updating", ["synchronous", "sequential"])
@pytest.mark.parametrize("homes", [1, 2])
def test_members_of_a_platform_that_closes_down_must_move(homes, updating):
    rules = {"count": 300, "revise_rate": 0.0, "max_homes": homes, "updating": updating}
    model = model_of(rules, 3)
    side = users_of(model)
    if homes == 2:
        model.write("users", "choice", np.arange(0, 300, 3), 4)  # on both a and b
    on_a = side.alternatives.member[side.columns["choice"], 0] == 1
    before = side.columns["choice"].copy()
    model.step()
    assert np.array_equal(side.columns["choice"], before)  # nobody revises by himself
    model.market.platforms["closed_down"][0] = 1.0
    model.step()
    assert not side.alternatives.member[side.columns["choice"], 0].any()
    assert np.all(side.columns["choice"] != NOTHING)
    assert np.array_equal(side.columns["choice"][~on_a], before[~on_a])
    moved = side.columns["choice"].copy()
    model.step()
    assert np.array_equal(side.columns["choice"], moved)


def test_members_of_a_platform_that_closes_down_may_leave_where_there_is_an_outside():
    rules = {"count": 300, "revise_rate": 0.0, "outside_option": True, "outside_value": 20.0}
    model = model_of(rules, 2)
    model.market.platforms["closed_down"][1] = 1.0
    model.step()
    assert users_of(model).counts.tolist() == [150, 150, 0]


def test_a_market_whose_platforms_have_all_closed_down_goes_on():
    model = model_of({"count": 50}, 1)
    model.market.platforms["closed_down"][0] = 1.0
    model.step()
    assert users_of(model).counts.tolist() == [50, 0]


def test_a_market_without_a_platform_left_is_worth_nothing():
    model = model_of({"count": 50}, 1)
    model.market.platforms["closed_down"][0] = 1.0
    model.step()
    assert users_of(model).surplus == 0.0


def test_a_platform_can_be_joined_from_its_launch_month():
    rows = [{"name": "a"}, {"name": "late", "launch_month": 4, "quality": 3.0}]
    model = model_of({"count": 400, "revise_rate": 0.5}, rows)
    path = choices(model, 5)
    assert not np.any(path[:3] == 2)
    assert np.mean(path[3] == 2) > 0.3


# -- writing from outside ------------------------------------------------------------------------


def test_writing_keeps_counts_true():
    model = model_of({"count": 20, "max_homes": 2}, 3)
    model.write("users", "choice", np.array([0, 1, 2]), np.array([1, 5, 6]))
    side = users_of(model)
    assert side.columns["choice"][:3].tolist() == [1, 5, 6]
    assert_counts_are_true(side)
    assert np.array_equal(model.market.share["users"], side.installed_base)


def test_writing_nonsense_is_refused():
    model = model_of({"count": 20})
    with pytest.raises(AttributeError, match=r"'mood' is not a column of users.*choice"):
        model.write("users", "mood", np.array([0]), 1)
    for bad in (-1, 3):
        with pytest.raises(ValueError, match="from 0 to 2"):
            model.write("users", "choice", np.array([0]), bad)
    assert_counts_are_true(users_of(model))


def test_writing_a_choice_to_an_empty_slot_leaves_contacts_and_counts_true():
    graph = {"kind": "watts_strogatz", "degree": 4}
    model = model_of({"count": 20, "graph": graph}, 2)
    side = users_of(model)
    model.write("users", "alive", np.array([3]), False)
    before = side.contacts.counts.copy()
    model.write("users", "choice", np.array([3]), 2)
    assert np.array_equal(side.contacts.counts, before)
    assert_counts_are_true(side)
    with pytest.raises(ValueError, match="stands twice"):
        model.write("users", "choice", np.array([1, 1]), 2)
