"""C30: who counts as a winner, and how unequal profits are."""

from types import SimpleNamespace

import numpy as np
import pytest

from platformsim.metrics.winners import profit_gini, winner_share, winners


def history(profits, builders=0.0, margin=0.0, worth=(), profit=(), won=0.0, entered=0.0):
    """Two months: the start, in which nothing happened, and one with what is given."""
    slots = max(len(worth), 1)

    def two(values, width):
        row = np.zeros(width)
        row[: len(values)] = values
        return np.array([np.zeros(width), row])

    received = np.zeros((2, 1, 1))
    received[1, 0, 0] = builders * margin
    return SimpleNamespace(
        months=1,
        accounts=("builders",),
        received=received,
        paid=np.zeros((2, 1, 1)),
        releaser_names=tuple("ab"[: len(profits)]),
        releasers={"profit": two(profits, len(profits))},
        technologies={"builders": two([builders], 1)},
        tables={
            "rebels": {
                "worth": two(worth, slots),
                "profit": two(profit, slots),
                "alive": two([1.0] * len(profit), slots),
                "won": two([won], slots),
                "entered": two([entered], slots),
            }
        },
    )


def test_releasers_and_entrants_win_above_nothing():
    found = history([5.0, -5.0], worth=(3.0, -1.0), profit=(1.0, 1.0), won=2.0, entered=6.0)
    assert winners(found)["", ""][1] == 1 + 1 + 2
    assert winner_share(found)["", ""][1] == pytest.approx(4 / 8)


def test_builders_win_above_their_outside_option():
    found = history([1.0], builders=100.0, margin=2.0)
    rng = np.random.default_rng(3)
    ahead = (rng.exponential(2.0, 200_000) > 1.0).mean()
    assert winners(found)["", ""][1] == pytest.approx(1 + 100 * ahead, rel=0.01)
    assert winners(history([1.0], builders=100.0, margin=-1.0))["", ""][1] == pytest.approx(1.0)


def test_the_gini_index_is_the_mean_difference_over_twice_the_mean():
    found = profit_gini(history([10.0, -4.0], 3.0, 2.0, (1.0, 1.0), (6.0, 1.0)))["", ""][1]
    each = np.array([10.0, 0.0, 2.0, 2.0, 2.0, 6.0, 1.0])
    by_hand = np.abs(each[:, None] - each).mean() / (2 * each.mean())
    assert found == pytest.approx(by_hand)


def test_equals_have_a_gini_index_of_nothing_and_no_profit_has_none():
    assert profit_gini(history([2.0, 2.0], 5.0, 2.0))["", ""][1] == pytest.approx(0.0)
    assert np.isnan(profit_gini(history([0.0, -1.0]))["", ""][1])
