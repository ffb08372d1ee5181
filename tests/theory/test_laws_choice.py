"""Laws that predictions on logit markets with sticky, plural or local choice obey anywhere."""

import itertools

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import expit, softmax
from scipy.stats import binom, poisson

from platformsim.theory import (
    cascades,
    discrete_choice,
    kurtz,
    multi_homing,
    price_competition,
    ring,
    switching,
    two_sided_adoption,
)


def slope(function, point, size=1e-5):
    return (function(point + size) - function(point - size)) / (2 * size)


def test_logsum_has_choice_probabilities_as_its_gradient():
    values, beta = np.array([0.3, -1.0, 2.0, 0.0]), 1.7
    move = np.eye(4)[2]
    found = slope(
        lambda x: discrete_choice.expected_best_utility(values + x * move, beta) / beta, 0.0
    )
    assert found == pytest.approx(discrete_choice.choice_probabilities(values, beta)[2])


@pytest.mark.parametrize("cost", [-0.7, 0.0, 1.5, 4.0])
def test_switching_shares_are_those_of_the_iterated_matrix(cost):
    values = np.array([0.8, 0.0, -0.4, -2.0])
    moves = switching.transition_matrix(values, cost)
    shares = switching.stationary_shares(values, cost)
    assert np.linalg.matrix_power(moves, 5000)[1] == pytest.approx(shares, abs=1e-10)
    flows = shares[:, None] * moves
    assert flows == pytest.approx(flows.T)
    assert switching.churn(values, cost, 0.3) == pytest.approx(
        0.3 * (flows.sum() - np.trace(flows))
    )


@pytest.mark.parametrize("platforms", [2, 3, 5])
def test_switching_threshold_is_where_a_small_lead_survives(platforms):
    threshold = switching.tipping_threshold(1.1, platforms)
    assert switching.lead_eigenvalue(threshold, 1.1, platforms, 0.2) == pytest.approx(1.0)
    assert switching.tipping_threshold(0.0, platforms) == pytest.approx(platforms)
    assert switching.tipping_threshold(800.0, platforms) == pytest.approx(platforms / 2)
    response = switching.one_step_response(0.6, 1.1, platforms, 1e-5, 0.2)
    assert response == pytest.approx(switching.lead_eigenvalue(0.6, 1.1, platforms, 0.2), abs=1e-8)


@pytest.mark.parametrize(("value", "cost"), [(-1.0, 3.0), (0.5, 4.0), (-2.0, 1.0), (0.0, np.inf)])
def test_multi_homing_window_ends_where_the_eigenvalue_is_one(value, cost):
    low, high = multi_homing.unstable_window(value, cost)
    for effect in (low, high):
        if np.isfinite(effect):
            states = multi_homing.symmetric_states(value, effect, cost)
            assert min(abs(state.eigenvalue - 1.0) for state in states) < 1e-9
    for effect in (0.9 * low, 0.5 * low + 0.5 * min(high, 2 * low), 1.1 * high):
        if np.isfinite(effect):
            state = multi_homing.symmetric_states(value, effect, cost)[-1]
            assert (state.eigenvalue < 1.0) == (not low < effect < high)


def test_multi_homing_eigenvalue_is_the_derivative_of_a_lead():
    state = multi_homing.symmetric_states(-0.5, 2.0, 1.3)[0]

    def lead(kick):
        moved = multi_homing.bundle_shares(state.member + np.array([kick, -kick]), -0.5, 2.0, 1.3)
        return (moved[1] - moved[2]) / 2

    assert slope(lead, 0.0) == pytest.approx(state.eigenvalue)


@pytest.mark.parametrize("cost", [-1.0, 0.0, 0.99])
def test_cheap_multi_homing_always_keeps_the_market_shared(cost):
    assert np.isnan(multi_homing.unstable_window(-1.0, cost)).all()
    for effect in (1.0, 3.0, 6.0, 12.0):
        for state in multi_homing.symmetric_states(-1.0, effect, cost):
            assert state.eigenvalue < 1.0


@pytest.mark.parametrize("seed", range(8))
def test_two_sided_fixed_points_are_all_found_and_have_their_slope(seed):
    a1, a2 = np.random.default_rng(seed).uniform(-5, 1, 2)
    b1, b2 = np.random.default_rng(seed + 99).uniform(0, 12, 2) * (1, -1 if seed == 7 else 1)

    def users_next(users):
        return expit(a1 + b1 * expit(a2 + b2 * users))

    states = two_sided_adoption.adoption_states(a1, b1, a2, b2)
    grid = np.linspace(0, 1, 200_001)
    assert len(states) == (np.diff(np.sign(users_next(grid) - grid)) != 0).sum()
    for state in states:
        assert users_next(state.users) == pytest.approx(state.users, abs=1e-12)
        found = abs(slope(users_next, state.users, 1e-6)) ** 0.5
        assert found == pytest.approx(state.eigenvalue, rel=1e-4)


@pytest.mark.parametrize("revision", [0.05, 0.5])
def test_a_launch_succeeds_above_its_critical_seed_only(revision):
    effects = (-2.9, 6.0, -2.4, 5.5)
    seed = two_sided_adoption.critical_seed(*effects, revision)
    low, _, high = two_sided_adoption.adoption_states(*effects)
    for start, end in ((seed - 1e-3, low), (seed + 1e-3, high)):
        path = two_sided_adoption.adoption_path(0.0, start, *effects, revision, 3000)
        assert path[-1] == pytest.approx([end.users, end.creators], abs=1e-6)


def test_no_critical_seed_where_nothing_can_fail_or_nothing_can_succeed():
    assert np.isnan(two_sided_adoption.critical_seed(-1.0, 1.0, -1.0, 1.0, 0.1))
    assert np.isnan(two_sided_adoption.critical_seed(-2.7, 5.6, -2.6, 6.0, 1.0))
    assert two_sided_adoption.critical_seed(-2.7, 5.6, -2.6, 6.0, 0.1, users=1.0) < 0.1


def test_rivalry_of_five_platforms_depends_on_the_product_only():
    for weights in ((4.0, 6.0), (8.0, 3.0)):
        response = two_sided_adoption.two_step_response(*weights, 1e-5, 5)
        eigenvalue = two_sided_adoption.rivalry_eigenvalue(*weights, 0.2, 0.2)
        assert response == pytest.approx(eigenvalue**2, abs=1e-8)
        assert response == pytest.approx(24 / two_sided_adoption.rivalry_threshold(5), abs=1e-8)


def test_kurtz_covariance_settles_at_the_stationary_one():
    value, weight, revision = np.array([0.3, 0.0, -0.2]), np.array([1.5, 1.0, 0.0]), 0.3
    moved = kurtz.transient(
        np.ones(3) / 3, value, weight, revision=revision, population=100, steps=400
    )
    share = moved.mean_field
    assert kurtz.share_map(share, value, weight) == pytest.approx(share)
    jacobian = kurtz.share_jacobian(share, value, weight, revision)
    noise = revision * (2 - revision) * (np.diag(share) - np.outer(share, share)) / 100
    balance = jacobian @ moved.covariance @ jacobian.T + noise
    assert moved.covariance == pytest.approx(balance, abs=1e-12)


def test_kurtz_mean_has_the_curvature_of_the_map():
    value, weight, start = np.array([0.3, 0.0, -0.2]), np.array([2.5, 1.0, 0.0]), [0.2, 0.5, 0.3]
    first = kurtz.transient(start, value, weight, revision=0.4, population=50, steps=1)
    second = kurtz.transient(start, value, weight, revision=0.4, population=50, steps=2)
    size, bend = 1e-4, np.zeros(3)
    spread, axes = np.linalg.eigh(first.covariance)
    for variance, axis in zip(spread, axes.T, strict=True):
        ends = [
            kurtz.share_map(first.mean + sign * size * axis, value, weight, 0.4)
            for sign in (-1, 0, 1)
        ]
        bend += 0.5 * variance * (ends[0] - 2 * ends[1] + ends[2]) / size**2
    assert second.mean - second.mean_field == pytest.approx(bend, abs=1e-9)


def test_kurtz_transient_agrees_with_the_exact_chain_of_counts():
    population, revision, weight, steps = 400, 0.3, 2.2, 8
    count = np.arange(population + 1)
    law = (count == 180).astype(float)
    chance = expit(weight * (2 * count / population - 1))
    moves = [
        np.convolve(
            binom.pmf(np.arange(n + 1), n, 1 - revision + revision * p),
            binom.pmf(np.arange(population - n + 1), population - n, revision * p),
        )
        for n, p in zip(count, chance, strict=True)
    ]
    for _ in range(steps):
        law = law @ np.array(moves)
    lead = 2 * count / population - 1
    mean = law @ lead
    sd = np.sqrt(law @ lead**2 - mean**2)
    found = kurtz.lead(
        kurtz.transient(
            (0.45, 0.55), np.zeros(2), weight, revision=revision, population=400, steps=steps
        )
    )
    assert abs(mean - found[1]) < 0.1 * abs(mean - found[0])
    assert found[2] == pytest.approx(sd, rel=0.02)


@pytest.mark.parametrize(("platforms", "effect", "beta"), [(2, 0.4, 1.0), (4, 0.5, 2.0)])
def test_no_price_pays_better_than_the_symmetric_markup(platforms, effect, beta):
    markup = price_competition.symmetric_markup(platforms, effect, beta)

    def share_at(price):
        prices = np.full(platforms, markup)
        prices[0] = price
        share = np.full(platforms, 1 / platforms)
        for _ in range(400):
            share = softmax(beta * (effect * share - prices))
        return share[0]

    best = minimize_scalar(lambda p: -p * share_at(p), bounds=(0, 3), method="bounded").x
    assert best == pytest.approx(markup, abs=1e-4)
    expected = price_competition.demand_slope(platforms, effect, beta)
    assert slope(share_at, markup) == pytest.approx(expected, rel=1e-5)
    assert np.isnan(price_competition.symmetric_markup(platforms, 1.1 * platforms / beta, beta))


def test_a_ring_of_fourteen_agents_by_enumeration():
    coupling, field, size = 0.3, 0.15, 14
    choice = np.array(list(itertools.product((-1, 1), repeat=size)))
    weight = coupling * (choice * np.roll(choice, 1, axis=1)).sum(1) + field * choice.sum(1)
    law = softmax(weight)
    mean = law @ choice[:, 0]
    assert ring.mean_choice(coupling, field) == pytest.approx(mean, abs=1e-6)
    for distance in (1, 2):
        product = law @ (choice[:, 0] * choice[:, distance])
        found = ring.neighbour_correlation(coupling, field, distance)
        assert found == pytest.approx((product - mean**2) / (1 - mean**2), abs=1e-6)


@pytest.mark.parametrize("threshold", [0.05, 0.1, 0.2, 0.25])
def test_cascades_happen_inside_their_window_only(threshold):
    low, high = cascades.cascade_window(threshold)
    below = cascades.vulnerable_degree(threshold) - 2
    for mean_degree in (low, high):
        assert mean_degree * poisson.cdf(below, mean_degree) == pytest.approx(1.0)
    assert cascades.cascade_probability(0.99 * low, threshold) == 0.0
    assert cascades.cascade_probability(1.01 * high, threshold) == 0.0
    assert 0.0 < cascades.cascade_probability(1.05 * low, threshold) < 0.5
    assert np.isnan(cascades.cascade_window(0.3)).all()
