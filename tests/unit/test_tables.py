"""Columns of a table are views of one matrix, also after copying."""

import copy
import pickle

import numpy as np
import pytest

from platformsim.market.tables import Table


def table() -> Table:
    built = Table("platforms", ("a", "b"))
    built.add("quality", [1.0, 2.0])
    built.add("hours", 5.0)
    return built


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda t: pickle.loads(pickle.dumps(t))], ids=["deepcopy", "pickle"]
)
def test_a_copy_is_whole_and_stands_alone(copied):
    first = table()
    second = copied(first)
    second["quality"] = [3.0, 4.0]
    second["hours"][1] = 7.0
    np.testing.assert_array_equal(second.values, [[3.0, 4.0], [5.0, 7.0]])
    np.testing.assert_array_equal(first.values, [[1.0, 2.0], [5.0, 5.0]])


def test_rows_come_in_the_order_asked_for():
    assert list(table().rows("hours", "quality")) == [(5.0, 1.0), (5.0, 2.0)]


def test_a_table_without_rows_has_columns():
    empty = Table("technologies", ())
    empty.add("capability", [])
    assert empty.values.shape == (1, 0)
    assert list(empty.rows("capability")) == []
