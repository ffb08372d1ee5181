"""Settings of validation: the shipped file, a user's own, and what is wrong with one."""

import json

import pytest

from platformsim.errors import ScenarioError
from platformsim.validation.settings import read_settings


def write(tmp_path, table):
    path = tmp_path / "mine.json"
    path.write_text(table if isinstance(table, str) else json.dumps(table))
    return path


def test_what_a_file_leaves_out_keeps_its_shipped_value(tmp_path):
    shipped = read_settings()
    mine = read_settings(write(tmp_path, {"bass": {"p": 0.02}, "armstrong": {"bot": {"a1": 0.3}}}))
    assert mine.bass.p == 0.02
    assert mine.bass.q == shipped.bass.q
    assert (mine.armstrong.bot.a1, mine.armstrong.bot.a2) == (0.3, shipped.armstrong.bot.a2)


def test_whole_numbers_may_be_written_with_a_point(tmp_path):
    found = read_settings(write(tmp_path, {"bass": {"N": 5000.0}})).bass.N
    assert found == 5000
    assert isinstance(found, int)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("{", "must be readable JSON"),
        ({"bas": {}}, "bas: is not a parameter"),
        ({"bass": {"pp": 1}}, "did you mean 'p'?"),
        ({"bass": 3}, "bass: must be a table"),
        ({"bass": {"p": "x"}}, "bass.p: must be a finite number"),
        ({"bass": {"p": True}}, "bass.p: must be a finite number"),
        ({"bass": {"N": 2.5}}, "bass.N: must be a whole number of 1 or more"),
        ({"bass": {"N": 0}}, "bass.N: must be a whole number of 1 or more"),
        ({"game": {"pay": [1, 2]}}, "game.pay: must be a list of 4 numbers"),
        ({"game": {"pay": [1, 2, 3, "x"]}}, "game.pay: must be a list of 4 numbers"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, table, message):
    with pytest.raises(ScenarioError, match=r"mine\.json") as caught:
        read_settings(write(tmp_path, table))
    assert message in str(caught.value)


def test_all_mistakes_come_in_one_go(tmp_path):
    with pytest.raises(ScenarioError) as caught:
        read_settings(write(tmp_path, {"bass": {"p": "x", "N": -1}, "foo": 1}))
    assert len(caught.value.problems) == 3
