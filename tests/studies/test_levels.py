"""Levels at the design points of a sweep."""

import numpy as np
import pandas as pd
import pytest

from platformsim.studies.levels import levels


def table(values, key):
    return pd.DataFrame({"x.y": key, "arm": "open", "metric": values})


def test_each_combination_has_its_own_mean_and_an_interval_around_it():
    rng = np.random.default_rng(4)
    parts = [table(rng.normal(mean, 1.0, 400), mean) for mean in (0.0, 5.0)]
    found = levels(pd.concat(parts), ["x.y", "arm"], "metric")
    assert found["x.y"].tolist() == [0.0, 5.0]
    assert found["runs"].tolist() == [400, 400]
    for row, part in zip(found.itertuples(), parts, strict=True):
        assert row.mean == pytest.approx(part["metric"].mean())
        half = 1.96 * part["metric"].std() / 20.0
        assert row.high - row.mean == pytest.approx(half, rel=0.15)
        assert row.mean - row.low == pytest.approx(half, rel=0.15)


def test_what_always_happens_lies_above_one_half_and_a_coin_does_not():
    always, coin = table(np.ones(20), 1.0), table(np.arange(20.0) % 2, 2.0)
    found = levels(pd.concat([always, coin]), ["x.y"], "metric", less=0.5)
    assert found["low"].tolist()[0] == 0.5
    assert found["low"].tolist()[1] < 0.0 < found["high"].tolist()[1]


def test_runs_without_a_value_do_not_count():
    found = levels(table([1.0, np.nan, 3.0], 1.0), ["x.y"], "metric")
    assert found["mean"].tolist() == [2.0]
    assert found["runs"].tolist() == [2]
    assert np.isnan(levels(table([np.nan, np.nan], 1.0), ["x.y"], "metric")["low"]).all()
