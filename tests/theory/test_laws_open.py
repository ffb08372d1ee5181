"""Laws that predictions on open release, entry and foresight obey at any parameters."""

import itertools

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from platformsim.theory import (
    entry,
    head_to_head,
    mixed_duopoly,
    mixed_duopoly_foresight,
    open_source,
    open_then_close,
)


def slope(function, point, size=1e-5):
    return (function(point + size) - function(point - size)) / (2 * size)


@pytest.mark.parametrize(
    ("growth", "churn", "horizon", "seed"), [(0.9, 0.0, 12.0, 0.05), (0.4, 0.3, 20.0, 0.1)]
)
def test_no_closing_time_on_a_grid_beats_the_best_one(growth, churn, horizon, seed):
    settings = (growth, churn, horizon, seed)
    best = open_then_close.best_closing_time(*settings)
    grid = np.linspace(0, horizon, 4001)
    earned = [open_then_close.revenue(close, *settings) for close in grid]
    assert grid[np.argmax(earned)] == pytest.approx(best, abs=horizon / 4000)
    exact = open_then_close.revenue(best, *settings)
    gaps = [
        abs(open_then_close.revenue_by_steps(best, *settings, dt) - exact) for dt in (0.02, 0.01)
    ]
    assert gaps[1] < 0.7 * gaps[0]


def test_a_release_that_hardly_grows_has_no_interior_closing_time():
    assert np.isnan(open_then_close.best_closing_time(0.01, 0.5, 5.0, 0.5))


@pytest.mark.parametrize(
    "qualities", [(1.0, 0.2, 0.7, 0.4), (1.0, 0.1, 0.9, 0.6), (1.0, 0.5, 0.5, 0.1)]
)
@pytest.mark.parametrize("discount", [0.3, 1.0])
def test_planned_prices_rest_at_the_forward_looking_share(qualities, discount):
    gap = mixed_duopoly.quality_gap(*qualities)
    rest = mixed_duopoly_foresight.forward_share(gap, discount)
    planned = mixed_duopoly_foresight.share_by_value_iteration(gap, discount, 0.95, 0.2, 401)
    assert planned == pytest.approx(rest, abs=0.004)


def test_myopic_exit_agrees_with_the_path_step_by_step():
    gap = mixed_duopoly.quality_gap(1.0, 0.1, 0.95, 0.4)
    for start, revision in itertools.product((0.93, 0.99), (0.03, 0.3, 1.0)):
        path = mixed_duopoly.myopic_path(gap, start, revision, 200)
        expected = np.flatnonzero(gap.base + gap.slope * path <= 0)[0]
        assert mixed_duopoly.exit_step(gap, start, revision) == expected
    assert mixed_duopoly.exit_time(gap, 0.5) == 0.0
    loyal = mixed_duopoly.quality_gap(1.0, 0.4, 0.9, 0.1)
    assert mixed_duopoly.exit_step(loyal, 0.9, 0.1) == np.inf
    hopeless = mixed_duopoly.quality_gap(1.0, 0.1, 2.0, 0.4)
    assert np.isnan(mixed_duopoly_foresight.forward_share(hopeless, 0.5))


def test_constant_price_slope_is_the_derivative_of_sales():
    gap = mixed_duopoly.quality_gap(1.0, 0.1, 0.9, 0.6)
    price = mixed_duopoly_foresight.feedback_price(gap, 0.85, 0.85)
    found = slope(lambda share: 1 - price / gap.at(share), 0.85)
    assert found == pytest.approx(mixed_duopoly_foresight.constant_price_slope(gap, 0.85))


@pytest.mark.parametrize("weight", [0.4, 1.6])
def test_an_entrant_grows_exactly_above_the_quality_it_needs(weight):
    needed = entry.quality_to_grow(0.3, weight)
    for factor in (0.99, 1.01):
        path = entry.share_path(0.3, factor * needed, weight, 0.2, 1)
        assert (path[1] > 0.3) == (factor > 1)
    assert entry.interior_share(needed, weight) == pytest.approx(0.3)
    found = slope(lambda x: entry.share_path(x, needed, weight, 0.2, 1)[1], 0.3)
    assert found == pytest.approx(entry.interior_eigenvalue(weight, 0.2))
    assert np.isnan(entry.interior_share(1.2, 1.0))
    assert np.isnan(entry.effective_weight(0.5, 1.0))


@pytest.mark.parametrize(
    ("value", "alpha", "pi", "density"), [(0.4, 0.7, 0.2, 1.0), (0.3, 0.2, 0.9, 1.4)]
)
def test_no_pair_of_prices_earns_more_than_the_platform_optimum(value, alpha, pi, density):
    best = open_source.proprietary_platform(value, alpha, pi, density)

    def profit(price, fee):
        users = (value - price - alpha * density * fee) / (1 - alpha * density * pi)
        developers = density * (pi * users - fee)
        return price * users + fee * developers

    assert profit(best.user_price, best.access_fee) == pytest.approx(best.platform_profit)
    for move in itertools.product((-0.02, 0.0, 0.02), repeat=2):
        other = profit(best.user_price + move[0], best.access_fee + move[1])
        assert other <= best.platform_profit + 1e-12
    assert (best.access_fee < 0) == (alpha > pi)
    free = open_source.open_platform(value, alpha, pi, density)
    condition = open_source.variety_condition(alpha, pi, density)
    assert (free.developers > best.developers) == (condition > 0)


def test_openness_doubles_both_sides_when_they_gain_the_same():
    owned, free = (
        model(0.3, 0.5, 0.5, 0.9)
        for model in (open_source.proprietary_platform, open_source.open_platform)
    )
    assert (free.users, free.developers) == pytest.approx((2 * owned.users, 2 * owned.developers))
    assert np.isnan(open_source.proprietary_platform(0.5, 1.5, 1.5, 1.0).users)
    cost = open_source.breakeven_adoption_cost(1.4)
    closed = open_source.proprietary_system(1.4, 0.8)
    both = closed.platform_profit + closed.application_profit
    assert open_source.open_system(1.4, 0.8, cost).application_profit == pytest.approx(both)


@pytest.mark.parametrize("advantage", [-0.5, 0.0, 0.8])
def test_head_to_head_prices_are_best_replies(advantage):
    duel = head_to_head.priced_application(1.2, 0.5, advantage)

    def share(first, second):
        return 0.5 + (advantage - first + second) / (2 * 0.7)

    first = minimize_scalar(lambda p: -p * share(p, duel.application_price)).x
    second = minimize_scalar(lambda p: -p * (1 - share(duel.proprietary_price, p))).x
    assert (first, second) == pytest.approx((duel.proprietary_price, duel.application_price))
    free = head_to_head.free_application(1.2, 0.5, advantage)
    assert minimize_scalar(lambda p: -p * share(p, 0.0)).x == pytest.approx(free.proprietary_price)
    assert np.isnan(head_to_head.priced_application(0.4, 0.5, advantage).proprietary_share)
