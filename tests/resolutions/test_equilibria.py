"""Fixed points, branches and fluctuations of the mean field, against closed forms.

Market: V_p + J s_p + Gumbel noise, an outside option worth 0 where there is one (Brock & Durlauf
2002; the tests call the strength of the network effect J).
"""

from itertools import product

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import lambertw

from platformsim.errors import ScenarioError
from platformsim.model import PlatformModel
from platformsim.scenario import load
from platformsim.studies.equilibria import (
    MeanFieldMap,
    continuation,
    fixed_points,
    linear_noise,
)

N = 20_000
DIRECT = "mechanisms.direct_network.beta_direct"


def market(values=(0.0, 0.0), j=1.0, *, outside=False, alpha=1.0, **users):
    side = {"count": N, "revise_rate": alpha, "outside_option": outside, **users}
    return load(
        {
            "run": {"months": 60, "resolution": "mean_field"},
            "sides": {"users": side},
            "platforms": [{"name": f"p{i}", "quality": v} for i, v in enumerate(values)],
            "mechanisms": {"direct_network": {"beta_direct": j}},
        }
    )


def every_equilibrium(values, j, outside):
    """All shares: s e^{-J s} = c e^V on either Lambert branch for each platform, one c for all."""
    values = np.array(values)

    def shares(c, branches):
        pairs = zip(np.exp(values), branches, strict=True)
        return np.array([-lambertw(-j * c * e, k).real / j for e, k in pairs])

    found = []
    grid = np.exp(-1 - values.max()) / j * np.geomspace(1e-5, 1 - 1e-12, 1500)
    for branches in product((0, -1), repeat=len(values)):

        def excess(c, branches=branches):
            return shares(c, branches).sum(axis=0) + outside * c - 1.0

        sums = excess(grid)
        found += [
            shares(brentq(excess, grid[i], grid[i + 1], xtol=1e-15), branches)
            for i in range(len(grid) - 1)
            if sums[i] * sums[i + 1] < 0
        ]
    return sorted((tuple(s) for s in found), key=lambda s: tuple(-np.round(s, 9)))


def slopes(share, j):
    """Eigenvalues of J M, M = diag(s) - s s', largest first."""
    return -np.sort(-np.linalg.eigvals(j * (np.diag(share) - np.outer(share, share))).real)


# -- the map is the market's own month ---------------------------------------------------------


def test_the_map_is_the_month_of_a_market_with_every_feature_of_choice():
    scenario = load(
        {
            "run": {"months": 20, "resolution": "mean_field", "type_nodes": 3},
            "sides": {
                "users": {
                    "revise_rate": 0.3, "switch_cost": 0.4, "outside_option": True,
                    "churn_rate": 0.05, "arrival_rate": 0.5, "max_homes": 2,
                    "tastes": {"x": {"mean": 0.2, "sd": 1.0}},
                },
                "creators": {"revise_rate": 0.5, "count_self": False},
            },
            "platforms": [
                {"name": "a", "initial": {"users": 0.7}, "characteristics": {"x": 1.0}},
                {"name": "b", "quality": 0.2},
            ],
            "mechanisms": {
                "direct_network": {"beta_direct": 1.5, "sides": ["users", "creators"]},
                "cross_network": {},
            },
        }
    )  # fmt: skip
    field, model = MeanFieldMap(scenario), PlatformModel(scenario)
    state = field.start
    for _ in range(12):
        state = field.step(state)
        model.step()
        for side, share in field.shares(state).items():
            np.testing.assert_allclose(share, model.market.share[side], rtol=0, atol=1e-13)
    assert len(field.names) == len(state) == 3 * 4 + 1


def test_stocks_that_are_named_move_as_in_the_model_and_the_others_are_held():
    scenario = load("flywheel").with_arm("integrated_open")
    moving = MeanFieldMap(scenario, stocks=("platforms.activity", "platforms.hook"))
    held = MeanFieldMap(scenario)
    model = PlatformModel(scenario.with_settings({"run.resolution": "mean_field"}))
    state = moving.start
    for _ in range(8):
        state = moving.step(state)
        model.step()
    np.testing.assert_allclose(state[-4:-2], model.market.platforms["activity"], rtol=1e-12, atol=0)
    assert model.market.platforms["activity"][0] > 1.1
    share = moving.shares(state)["users"][0]
    assert share == pytest.approx(model.market.share["users"][0], abs=1e-12)
    assert share > 0.51
    # At month 0 nothing has made the two platforms different.
    assert held.shares(held.step(held.start))["users"][0] == pytest.approx(0.5, abs=1e-12)


def test_the_jacobian_is_exact_beside_an_almost_empty_platform():
    """G = (1 - alpha) I + alpha J M; with one share left out M acts on differences."""
    for j, start in ((2.0, [0.5, 0.3]), (12.0, [0.99, 0.009])):
        share = np.array([*start, 1 - sum(start)])
        field = MeanFieldMap(market((0.0,) * 3, j, alpha=0.3))
        best = np.exp(j * (share - share.max()))
        best /= best.sum()
        matrix = j * (np.diag(best) - np.outer(best, best))
        expected = 0.7 * np.eye(2) + 0.3 * (matrix[:2, :2] - matrix[:2, 2:])
        np.testing.assert_allclose(field.jacobian(share[:2]), expected, rtol=0, atol=1e-8)


# -- fixed points ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "j", "outside", "count"),
    [((0.0,) * 3, 2.78, False, 7), ((0.2, 0.0), 3.0, True, 3), ((0.0, 0.0), 2.3, True, 1)],
)
def test_every_fixed_point_is_found_with_its_eigenvalues(values, j, outside, count):
    expected = every_equilibrium(values, j, outside)
    found = fixed_points(market(values, j, outside=outside), starts=4)
    assert len(found) == len(expected) == count
    assert found.index_sum == 1
    for point, share in zip(found, expected, strict=True):
        np.testing.assert_allclose(point.shares["users"], share, rtol=0, atol=1e-9)
        known = slopes(np.array(share), j)[: len(point.eigenvalues)]
        np.testing.assert_allclose(point.eigenvalues.real, known, rtol=0, atol=1e-7)
        assert point.stable == (known[0] < 1)


def test_the_three_classes_of_three_platforms_have_the_published_numbers():
    found = fixed_points(market((0.0,) * 3, 2.78), starts=4).to_frame()
    classes = found.round(6)[["users.share[p0]", "largest_eigenvalue", "stable"]][:3]
    assert classes.to_numpy().tolist() == [
        [0.676811, 0.912137, True], [0.489060, 1.042001, False], [0.333333, 0.926667, True],
    ]  # fmt: skip


def test_with_slow_revision_the_eigenvalues_are_those_of_the_simulated_month():
    """(1 - alpha) + alpha * lambda: the states and their stability do not change, the pace does."""
    fast, slow = (fixed_points(market((0.0,) * 3, 2.78, alpha=a), starts=4) for a in (1.0, 0.3))
    for one, other in zip(fast, slow, strict=True):
        np.testing.assert_allclose(one.state, other.state, rtol=0, atol=1e-9)
        np.testing.assert_allclose(
            0.7 + 0.3 * one.eigenvalues.real, other.eigenvalues.real, rtol=0, atol=1e-8
        )
    assert slow[0].relaxation == pytest.approx(1 / (0.3 * (1 - fast[0].radius)), rel=1e-5)


def test_binary_choice_has_the_roots_of_brock_and_durlauf():
    """m = tanh(h + J m), U1 - U0 = 2 (h + J m); J per share is twice J per average choice."""
    h, j = 0.05, 1.5
    found = fixed_points(market((2 * h, 0.0), 2 * j), starts=4)
    means = [point.shares["users"][0] - point.shares["users"][1] for point in found]
    grid = np.linspace(-1, 1, 2001)
    gap = np.tanh(h + j * grid) - grid
    roots = [
        brentq(lambda m: np.tanh(h + j * m) - m, grid[i], grid[i + 1], xtol=1e-14)
        for i in np.flatnonzero(gap[1:] * gap[:-1] < 0)
    ]
    np.testing.assert_allclose(means[::-1], roots, rtol=0, atol=1e-9)
    np.testing.assert_allclose(
        [point.eigenvalues[0].real for point in found],
        [j * (1 - m**2) for m in means], rtol=0, atol=1e-7,
    )  # fmt: skip
    np.testing.assert_allclose(roots, [-0.833925, -0.100685, 0.878010], rtol=0, atol=1e-6)


def test_two_sides_have_the_square_root_of_the_product_of_their_pulls():
    pulls = {"beta_uc": 1.6, "beta_cu": 2.2, "beta_ub": 0.0, "beta_bu": 0.0}
    both = load(
        {
            "sides": {"users": {"revise_rate": 1.0}, "creators": {"revise_rate": 1.0}},
            "platforms": [{"name": "a"}, {"name": "b"}],
            "mechanisms": {"cross_network": pulls},
        }
    )
    (even,) = fixed_points(both, starts=4)
    root = np.sqrt(pulls["beta_uc"] * pulls["beta_cu"]) / 2
    np.testing.assert_allclose(np.sort(even.eigenvalues.real), [-root, root], atol=1e-8)
    assert even.stable  # 3.52 < 4; the sum 3.8 < 4 too, so the product is tested by the value


# -- continuation ------------------------------------------------------------------------------


def test_three_platforms_fold_before_the_even_split_breaks():
    """J(r) = u + 2 w, w = ln r / (r - 1), u = r w, has its least value at the fold."""
    r = np.linspace(1.5, 6, 200_001)
    w = np.log(r) / (r - 1)
    found = continuation(market((0.0,) * 3), DIRECT, 2.7, 3.05, starts=2, step=0.15)
    np.testing.assert_allclose(found.folds, [(r * w + 2 * w).min()], rtol=0, atol=1e-6)
    np.testing.assert_allclose(found.folds, [2.745644], rtol=0, atol=1e-6)
    np.testing.assert_allclose(found.branch_points, [3.0], rtol=0, atol=1e-6)
    assert found.unfinished == ()
    assert (found.singular["kind"] == "fold").sum() == 3  # one for each platform that can win
    frame = found.to_frame()
    between = frame[frame["parameter"].between(2.76, 2.99)]
    even = np.isclose(between["users.share[p0]"], 1 / 3) & np.isclose(
        between["users.share[p1]"], 1 / 3
    )
    assert between.loc[even, "stable"].all()
    assert set(between.loc[~even, "stable"]) == {True, False}
    assert not frame.loc[frame["parameter"] > 3.01].query("largest_eigenvalue > 1")["stable"].any()


def test_two_platforms_split_at_two_and_later_with_an_outside_option():
    for outside, expected in ((False, 2.0), (True, 2 + np.exp(-1))):
        found = continuation(market(outside=outside), DIRECT, 1.9, 2.6, starts=2, step=0.15)
        np.testing.assert_allclose(found.branch_points, [expected], rtol=0, atol=1e-6)
        assert found.folds.size == 0
        # The wrong answer, the number of platforms, is 0.37 away; twenty times the step in J.
        frame = found.to_frame()
        even = np.isclose(frame["users.share[p0]"], frame["users.share[p1]"], atol=1e-7)
        below = frame["parameter"] < expected - 1e-3
        assert frame.loc[even & below, "stable"].all()
        above = frame["parameter"] > expected + 1e-3
        assert not frame.loc[even & above, "stable"].any()
        assert frame.loc[~even & above, "stable"].all()


def test_below_the_tricritical_value_tipping_with_an_outside_option_has_a_fold():
    """J(r) = u + w + u e^{-u - V}; continuous if and only if V > -1 - ln(4/3) = -1.2877."""
    v = -2.0
    r = np.linspace(1.01, 60, 400_001)
    w = np.log(r) / (r - 1)
    u = r * w
    fold = (u + w + u * np.exp(-u - v)).min()
    found = continuation(market((v, v), outside=True), DIRECT, 4.2, 4.8, starts=2, step=0.3)
    np.testing.assert_allclose(found.folds, [fold], rtol=0, atol=1e-6)
    np.testing.assert_allclose(found.branch_points, [2 + np.exp(-1 - v)], rtol=0, atol=1e-6)
    assert fold < found.branch_points[0] - 0.1


def test_hysteresis_in_quality_has_the_width_of_the_spinodal_fields():
    """h_s = J m_s - atanh(m_s), m_s = sqrt(1 - 1 / J); quality is 2 h."""
    j = 1.5
    m = np.sqrt(1 - 1 / j)
    field = j * m - np.arctanh(m)
    found = continuation(market(j=2 * j), "platforms.p0.quality", -0.8, 0.8, starts=2, step=0.1)
    np.testing.assert_allclose(found.folds, [-2 * field, 2 * field], rtol=0, atol=1e-6)
    assert field == pytest.approx(0.207546, abs=1e-6)
    assert found.branch_points.size == 0
    assert found.to_frame()["branch"].nunique() == 1  # one S-shaped curve
    figure = found.plot()
    assert "fold at -0.4151, 0.4151" in figure.text_alternative
    styles = [line.get_linestyle() for line in figure.axes[0].lines]
    assert styles[:3] == ["-", "--", "-"]


def test_a_switching_cost_lowers_the_threshold():
    """beta J_c = 1 + e^{-s} for two platforms (Dube, Hitsch & Rossi 2010, demand model)."""
    s = 1.5
    found = continuation(market(switch_cost=s), DIRECT, 1.1, 1.35, starts=2, step=0.2)
    np.testing.assert_allclose(found.branch_points, [1 + np.exp(-s)], rtol=0, atol=1e-6)


# -- fluctuations ------------------------------------------------------------------------------


@pytest.mark.parametrize("alpha", [1.0, 0.3])
def test_fluctuations_with_an_outside_option_have_the_closed_form(alpha):
    j = 3.0
    scenario = market((0.2, 0.0), j, outside=True, alpha=alpha)
    point = fixed_points(scenario, starts=2)[0]
    share = point.shares["users"]
    m = np.diag(share) - np.outer(share, share)
    g = (1 - alpha) * np.eye(2) + alpha * j * m
    together = alpha * (2 - alpha) * m @ np.linalg.inv(np.eye(2) - g @ g) / N
    in_turn = m @ np.linalg.inv(np.eye(2) - j * m) / N
    synchronous = linear_noise(scenario, point)
    sequential = linear_noise(scenario, point, updating="sequential")
    np.testing.assert_allclose(synchronous.covariance, together, rtol=1e-6)
    np.testing.assert_allclose(sequential.covariance, in_turn, rtol=1e-6)
    # The two rules must not be mistaken for each other.
    assert sequential.sd[0] > 1.02 * synchronous.sd[0]
    slowest = slopes(share, j)[0]
    assert synchronous.relaxation == pytest.approx(1 / (alpha * (1 - slowest)), rel=1e-6)
    assert sequential.relaxation == pytest.approx(1 / (alpha * (1 - slowest)), rel=1e-6)
    known = {1.0: [0.00242186, 0.00181202], 0.3: [0.00275977, 0.00203223]}
    np.testing.assert_allclose(synchronous.sd, known[alpha], atol=1e-8)


def test_fluctuations_of_binary_choice_have_the_closed_form():
    """Var(m) = (1 - m^2) / (N (1 - lambda^2)), in turn (1 - m^2) / (N (1 - lambda))."""
    j = 1.5
    scenario = market(j=2 * j)
    point = fixed_points(scenario, starts=2)[0]
    m = point.shares["users"][0] - point.shares["users"][1]
    slope = j * (1 - m**2)
    for updating, expected, known in (
        ("synchronous", (1 - m**2) / (N * (1 - slope**2)), 0.00394508),
        ("sequential", (1 - m**2) / (N * (1 - slope)), 0.00465839),
    ):
        sd = 2 * linear_noise(scenario, point, updating=updating).sd[0]
        assert sd == pytest.approx(np.sqrt(expected), rel=1e-6)
        assert sd == pytest.approx(known, abs=1e-8)


def test_without_a_network_effect_agents_are_independent():
    """Types, switching cost and churn change who is where, but shares stay binomial."""
    scenario = load(
        {
            "run": {"type_nodes": 3},
            "sides": {
                "users": {
                    "count": N, "revise_rate": 0.4, "switch_cost": 1.0,
                    "churn_rate": 0.05, "arrival_rate": 0.3,
                }
            },
            "platforms": [{"name": "a", "quality": 0.5}, {"name": "b"}],
        }
    )  # fmt: skip
    (point,) = fixed_points(scenario, starts=2)
    share = point.shares["users"][0]
    # Slots are held independently with the same probability, so shares of the living have the
    # binomial variance over the mean number of living agents, to first order.
    living = N * 0.3 / 0.35
    noise = linear_noise(scenario, point)
    assert noise.sd[0] == pytest.approx(np.sqrt(share * (1 - share) / living), rel=1e-6)
    assert linear_noise(scenario, point, updating="sequential").sd[0] == pytest.approx(
        noise.sd[0], rel=1e-6
    )


def stirred(switch_cost):
    """Two types, a switching cost, churn and a network effect, on 2000 agents."""
    return load(
        {
            "run": {"months": 85, "resolution": "cohorts", "type_nodes": 2},
            "sides": {
                "users": {
                    "count": 2000, "revise_rate": 1.0, "switch_cost": switch_cost,
                    "churn_rate": 0.02, "arrival_rate": 0.3,
                    "tastes": {"x": {"mean": 0.1, "sd": 0.5}},
                }
            },
            "platforms": [
                {"name": "a", "characteristics": {"x": 1.0}, "initial": {"users": 0.63}},
                {"name": "b"},
            ],
            "mechanisms": {"direct_network": {"beta_direct": 1.0}},
        }
    )  # fmt: skip


@pytest.mark.slow
def test_cohorts_stray_as_linear_noise_says():
    scenario, without = stirred(1.5), stirred(0.0)
    right, wrong = (
        linear_noise(each, fixed_points(each, starts=2)[0]) for each in (scenario, without)
    )
    assert 10 * right.relaxation < 85
    replicates, sd = 400, right.sd[0]
    ends = np.array(
        [PlatformModel(scenario, replicate=r).run().market.share["users"][0]
         for r in range(replicates)]
    )  # fmt: skip
    share = right.point.shares["users"][0]
    off = 4 * sd / np.sqrt(replicates) + 10 / 2000
    assert abs(ends.mean() - share) <= off
    allowed = 4 * sd / np.sqrt(2 * (replicates - 1))
    assert abs(ends.std(ddof=1) - sd) <= allowed
    # Forgetting the switching cost would show in both.
    assert abs(ends.mean() - wrong.point.shares["users"][0]) > 4 * off
    assert abs(ends.std(ddof=1) - wrong.sd[0]) > allowed


# -- what is refused ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"sides.users.choice_noise": 0.0}, r"choice_noise: must be above 0"),
        ({"sides.users.revise_rate": 0.0}, r"revise_rate: must be above 0"),
        ({"sides.users.churn_rate": 0.1}, r"arrival_rate: must be above 0 where"),
    ],
)
def test_markets_without_a_smooth_map_are_refused(settings, message):
    with pytest.raises(ScenarioError, match=message):
        MeanFieldMap(market().with_settings(settings))


def test_bad_options_are_refused():
    scenario = market(j=3.0)
    unstable = fixed_points(scenario, starts=0)[1]
    for call, message in (
        (lambda: MeanFieldMap(scenario, month=60), "month: must be a whole number from 0 to 59"),
        (lambda: MeanFieldMap(scenario, stocks=("platforms.activty",)), "platforms.activity"),
        (lambda: fixed_points(scenario, starts=-1), "starts: must be a whole number"),
        (lambda: continuation(scenario, DIRECT, 3.0, 2.0), "high: must be above low"),
        (lambda: continuation(scenario, DIRECT, 2.0, 13.0), "from 0 to 12"),
        (lambda: continuation(scenario, "sides.users.count", 2.0, 3.0), "not whole"),
        (lambda: continuation(scenario, DIRECT + "s", 2.0, 3.0), "did you mean"),
        (lambda: linear_noise(scenario, unstable), "must be stable"),
        (lambda: linear_noise(market(j=2.0), unstable.__class__(
            np.array([0.9]), {}, unstable.eigenvalues)), "a month moves it"),
        (lambda: linear_noise(scenario, unstable, updating="random"), "synchronous or sequential"),
        (lambda: MeanFieldMap(scenario).step(np.array([0.5]), **{
            "sides.users.outside_option": True}), "what the state consists of"),
    ):  # fmt: skip
        with pytest.raises(ScenarioError, match=message):
            call()
