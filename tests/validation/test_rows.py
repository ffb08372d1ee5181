"""The rule of judgement: what passes, what fails, and z-scores that are standard normal."""

import numpy as np
import pytest
from scipy import stats

from platformsim.validation.rows import (
    Measured,
    Prediction,
    computed,
    deviations,
    judged,
    mean_of,
    passes,
    root_of,
    sd_of,
    share_of,
    z_scores,
)


def test_a_mean_passes_within_four_standard_errors_and_its_allowance():
    found = Measured(np.array(1.0), np.array(0.1), 0.0, "mean", 30)
    assert passes(found, 1.39)
    assert not passes(found, 1.41)
    assert passes(Measured(np.array(1.0), np.array(0.1), 0.05, "mean", 30), 1.44)
    assert not passes(Measured(np.array(1.0), np.array(0.1), 0.05, "mean", 30), 1.46)


def test_few_replicates_take_students_quantile_of_the_same_tail():
    found = Measured(np.array(0.0), np.array(1.0), 0.0, "mean", 8)
    most = stats.t.isf(stats.norm.sf(4.0), 7)
    assert most > 7
    assert passes(found, most - 0.01)
    assert not passes(found, most + 0.01)


def test_the_larger_spread_counts():
    found = Measured(np.array(1.0), np.array(0.01), 0.0, "mean", 25, sd=1.0)
    assert passes(found, 1.79)
    assert not passes(found, 1.81)


def test_a_list_passes_when_every_measured_entry_does():
    value, se = np.array([1.0, np.nan, 3.0]), np.array([0.1, np.nan, 0.1])
    found = Measured(value, se, 0.0, "mean", 30)
    assert passes(found, [1.1, 99.0, 3.1])
    assert not passes(found, [1.1, 99.0, 3.5])
    row = judged("k", "s", Prediction([1.1, 99.0, 3.1], "exact", "m"), found)
    assert row.passed
    assert row.measured == [1.0, None, 3.0]
    assert row.z[1] is None


def test_nothing_measured_or_predicted_passes_nothing():
    assert not passes(Measured(np.array(np.nan), np.array(0.1), 0.0, "mean", 30), 1.0)
    assert not passes(Measured(np.array(1.0), np.array(0.1), 0.0, "mean", 30), np.nan)


def test_without_chance_the_tolerance_decides():
    found = computed(1.0, 1e-6)
    assert passes(found, 1.0 + 9e-7)
    assert not passes(found, 1.0 + 2e-6)
    assert deviations(found, 1.1) == np.inf
    assert np.isnan(z_scores(found, 1.0))


def sample(kind, rng):
    draws = rng.normal(2.0, 0.5, 24)
    if kind == "mean":
        return mean_of(draws), 2.0
    if kind == "sd":
        return sd_of(draws), 0.5
    if kind == "sd about a known mean":
        return sd_of(draws, about=2.0), 0.5
    return share_of(rng.random(4000) < 0.3), 0.3


@pytest.mark.parametrize("kind", ["mean", "sd", "sd about a known mean", "share"])
def test_z_scores_are_standard_normal(kind):
    rng = np.random.default_rng(5)
    z = [float(z_scores(*sample(kind, rng))) for _ in range(4000)]
    assert stats.kstest(z, "norm").pvalue > 1e-3
    assert abs(np.mean(z)) < 4 / np.sqrt(4000)
    assert np.std(z) == pytest.approx(1.0, abs=4 / np.sqrt(8000))


def test_a_root_of_mean_squares_has_the_error_of_the_delta_method():
    rng = np.random.default_rng(6)
    found = [root_of((rng.normal(0, 0.7, (40, 50)) ** 2).mean(axis=1)) for _ in range(500)]
    values = [f.value for f in found]
    assert np.mean(values) == pytest.approx(0.7, abs=0.001)
    assert np.mean([f.se for f in found]) == pytest.approx(np.std(values), rel=0.1)
