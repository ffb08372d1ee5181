import numpy as np
import pytest
from scipy import stats

from platformsim.market import logit
from platformsim.market.streams import Streams, gumbel


def noise(n, alternatives, seed=1):
    return gumbel(Streams(seed).per_lane("choice", 1, np.arange(n), np.arange(alternatives)))


@pytest.mark.parametrize("scale", [0.25, 1.0, 4.0])
@pytest.mark.parametrize(
    "utility", [[0.0, 0.0, 0.0], [0.5, -1.0, 2.0], [3.0, 2.9, -30.0, 0.0], [700.0, 701.0, 699.5]]
)
def test_choices_have_the_logit_probabilities(utility, scale):
    n = 60_000
    drawn = logit.choose(np.tile(utility, (n, 1)), noise(n, len(utility)), scale)
    expected = n * logit.probabilities(np.array(utility), scale)
    counts = np.bincount(drawn, minlength=len(utility))
    likely = expected > 5
    assert counts[~likely].sum() <= 5 + 5 * expected[~likely].sum()
    seen, hoped = counts[likely].astype(float), expected[likely]
    assert stats.chisquare(seen, hoped * seen.sum() / hoped.sum()).pvalue > 0.001


def test_probabilities_are_the_closed_form():
    utility = np.array([[0.0, 1.0, -2.0], [5.0, 5.0, 5.0]])
    expected = np.exp(utility / 2.0) / np.exp(utility / 2.0).sum(axis=1, keepdims=True)
    assert logit.probabilities(utility, 2.0) == pytest.approx(expected, rel=1e-12)
    # Where exp would overflow, only differences count.
    assert logit.probabilities(np.array([1e5, 1e5 - 1.0]), 1.0) == pytest.approx(
        [1 / (1 + np.exp(-1)), 1 / (1 + np.e)], rel=1e-9
    )


def test_impossible_alternatives_are_never_chosen():
    utility = np.tile([-1e30, 0.0, -20.0], (5000, 1))
    assert logit.probabilities(utility[0], 1.0)[0] == 0.0
    for scale in (0.0, 1.0, 20.0):
        assert not np.any(logit.choose(utility, noise(5000, 3), scale) == 0)


def test_best_reply_takes_the_best_and_breaks_ties_evenly():
    n = 10_000
    drawn = logit.choose(np.tile([1.0, 2.0, 2.0, 2.0 - 1e-6], (n, 1)), noise(n, 4), 0.0)
    counts = np.bincount(drawn, minlength=4)
    assert counts[0] == counts[3] == 0
    assert counts[1] == pytest.approx(n / 2, abs=4 * np.sqrt(n) / 2)


@pytest.mark.xfail(
    strict=True,
    reason="beside utilities of 10,000 the tie-break of 1e-12 is lost in rounding, and the first "
    "alternative wins every tie; it should be added to differences from the best",
)
def test_ties_between_large_utilities_are_broken_evenly_too():
    n = 10_000
    drawn = logit.choose(np.full((n, 2), 20_000.0), noise(n, 2), 0.0)
    assert np.mean(drawn) == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(n))


def test_little_noise_approaches_best_reply_without_overflow():
    utility = np.array([[0.0, 1.0, 0.999]])
    assert logit.probabilities(utility, 1e-4)[0] == pytest.approx([0.0, 1.0, 0.0], abs=1e-4)


def test_hardly_any_noise_is_best_reply():
    utility = np.array([0.0, 40.0])
    assert logit.probabilities(utility, 1e-307).tolist() == [0.0, 1.0]
    assert logit.expected_maximum(utility, 1e-307) == 40.0


def test_expected_maximum_is_the_mean_of_the_largest_noisy_utility():
    n, utility, scale = 200_000, np.array([0.5, -1.0, 2.0]), 1.5
    largest = (utility + scale * noise(n, 3)).max(axis=1)
    closed_form = logit.expected_maximum(utility, scale)
    spread = scale * np.pi / np.sqrt(6)
    # Standard Gumbel noise has mean gamma, which the log-sum leaves out.
    assert largest.mean() - scale * np.euler_gamma == pytest.approx(
        closed_form, abs=4 * spread / np.sqrt(n)
    )
    assert logit.expected_maximum(utility, 0.0) == 2.0
    assert logit.expected_maximum(np.array([-1e30, 3.0]), 1.0) == pytest.approx(3.0)


def test_slope_of_the_expected_maximum_is_the_choice_probability():
    utility, step = np.array([0.5, -1.0, 2.0]), 1e-6
    for alternative in range(3):
        moved = utility + step * (np.arange(3) == alternative)
        slope = (logit.expected_maximum(moved, 0.7) - logit.expected_maximum(utility, 0.7)) / step
        assert slope == pytest.approx(logit.probabilities(utility, 0.7)[alternative], abs=1e-5)


def test_platform_values_add_tastes_times_characteristics():
    appeal = np.array([1.0, 2.0, 3.0])
    theta = np.array([[1.0, -1.0], [0.5, 2.0]])
    traits = np.array([[1.0, 0.0, 2.0], [0.0, 3.0, 1.0]])
    found = logit.platform_values(appeal, theta, traits)
    assert found == pytest.approx(appeal + theta @ traits, rel=1e-12)
    assert logit.platform_values(appeal, None, None) is appeal
    by_agent = logit.platform_values(np.stack([appeal, 2 * appeal]), theta, traits)
    assert by_agent == pytest.approx(np.stack([appeal, 2 * appeal]) + theta @ traits, rel=1e-12)
    assert appeal.tolist() == [1.0, 2.0, 3.0]


def test_utilities_take_the_row_of_the_present_alternative():
    state = np.array([[0.0, -2.0], [-3.0, 0.0]])
    found = logit.utilities(np.array([1.0, 5.0]), state, np.array([1, 0, 0]))
    assert found.tolist() == [[-2.0, 5.0], [1.0, 3.0], [1.0, 3.0]]
