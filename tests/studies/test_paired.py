"""Differences and means at the design points of a sweep, against what can be worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from platformsim.errors import ScenarioError
from platformsim.results import Runs
from platformsim.studies.paired import differences_from, mean_levels, paired_differences

KEY = "market.attention"


def runs(offsets, metric="profit[lab]", replicates=24):
    """Return runs whose metric is the replicate's own number plus an offset by arm and point."""
    noise = np.random.default_rng(1).normal(0.0, 5.0, replicates)
    rows = [
        {"arm": arm, KEY: point, "replicate": replicate, metric: noise[replicate] + offset}
        for (arm, point), offset in offsets.items()
        for replicate in range(replicates)
    ]
    return Runs(pd.DataFrame(rows), pd.DataFrame(), pd.DataFrame({"name": [metric]})), noise


def test_pairs_share_their_noise_so_that_the_difference_is_known_exactly():
    found, _ = runs({("a", 1.0): 0.0, ("b", 1.0): 2.0, ("a", 2.0): 0.0, ("b", 2.0): -3.0})
    table = paired_differences(found, "profit[lab]", arm="b", base="a").set_index(KEY)
    assert table["mean"].to_dict() == pytest.approx({1.0: 2.0, 2.0: -3.0})
    assert table["verdict"].to_dict() == {1.0: "holds", 2.0: "contradicted"}


def test_one_base_serves_all_design_points_even_when_its_rows_stand_in_another_order():
    found, _ = runs({("b", 1.0): 2.0, ("b", 2.0): -3.0})
    base, _ = runs({("a", 0.0): 0.0})
    shuffled = base.summary.sample(frac=1.0, random_state=3)
    base = Runs(shuffled, base.series, base.columns)
    table = differences_from(found, base, "profit[lab]").set_index(KEY)
    assert table["mean"].to_dict() == pytest.approx({1.0: 2.0, 2.0: -3.0})
    assert (table["pairs"] == 24).all()
    np.testing.assert_allclose(table["high"] - table["low"], 0.0, atol=1e-9)


def test_a_mean_stands_in_its_interval_and_leaves_out_runs_without_the_metric():
    found, noise = runs({("a", 1.0): 10.0})
    found.summary.loc[0, "profit[lab]"] = np.nan
    row = mean_levels(found, "profit[lab]").iloc[0]
    assert row["mean"] == pytest.approx(10.0 + noise[1:].mean())
    assert row["low"] < row["mean"] < row["high"]
    error = noise[1:].std(ddof=1) / np.sqrt(23)
    assert row["high"] - row["low"] == pytest.approx(2 * 2.07 * error, rel=0.15)


def test_a_metric_that_was_not_measured_is_refused():
    found, _ = runs({("a", 1.0): 0.0})
    with pytest.raises(ScenarioError, match="not a column"):
        mean_levels(found, "profit[nobody]")
