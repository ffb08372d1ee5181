"""Flows between stocks, and the small tables and paths that hold them."""

import copy
import pickle
from dataclasses import dataclass, replace

import numpy as np
import pytest
from scipy import stats
from scipy.special import bdtrik

from platformsim.market.binomial import inverse
from platformsim.market.flows import Flows
from platformsim.market.history import Paths
from platformsim.market.streams import Streams
from platformsim.market.tables import Table
from platformsim.mechanisms import Mechanism
from platformsim.mechanisms.base import REGISTRY
from platformsim.model import PlatformModel

STOCKS = (1, 2, 3, 10, 37, 351, 5000, 100_000)
CHANCES = (1e-300, 1e-12, 1e-6, 0.001, 0.01, 0.1, 1 / 3, 0.5, 0.9, 0.999999, 1 - 1e-12)
# The draws are the middles of 2**32 cells; here the first and last of them, and some between.
CELLS = np.random.default_rng(5).integers(0, 2**32, 40)
UNIFORMS = (np.array([0, 1, 2**31 - 1, 2**31, 2**32 - 1, *CELLS]) + 0.5) * 2.0**-32
SMALL = {"sides.users.count": 200, "run.months": 24}


@pytest.mark.parametrize("n", STOCKS)
@pytest.mark.parametrize("p", [*CHANCES, float(np.nextafter(1.0, 0.0))])
def test_the_inverse_is_that_of_the_binomial_distribution(n, p):
    for u in UNIFORMS:
        expected = 0 if u <= (1.0 - p) ** n else min(n, np.ceil(bdtrik(u, n, p)))
        assert inverse(u, float(n), p) == expected


def test_the_inverse_rises_with_the_stock_and_the_chance_under_the_same_luck():
    for u in UNIFORMS:
        for p in (0.05, 0.5, 0.95):
            assert np.all(np.diff([inverse(u, float(n), p) for n in range(200)]) >= 0)
        for n in (7.0, 300.0, 20_000.0):
            assert np.all(np.diff([inverse(u, n, p) for p in np.linspace(0, 1, 201)]) >= 0)


@pytest.mark.parametrize(("n", "p", "all_of_them"), [(0, 0.5, 0), (9, 0.0, 0), (9, 1.0, 9)])
def test_certain_flows_are_certain(n, p, all_of_them):
    assert {inverse(u, float(n), p) for u in UNIFORMS} == {float(all_of_them)}


def flows(n, p, months, expected=False):
    """A stock's flow, month by month."""
    drawn, path = Flows(Streams(3), expected), []
    for drawn.month in range(months):
        path.append(drawn.binomial("leave", n, p, 2))
    return np.array(path)


@pytest.mark.parametrize(("n", "p"), [(12, 0.3), (400, 0.02), (150_000, 0.1)])
def test_flows_have_the_law_of_the_binomial(n, p):
    found, law = flows(n, p, 2000), stats.binom(n, p)
    assert np.all(found == np.floor(found))
    assert found.mean() == pytest.approx(law.mean(), abs=4.5 * law.std() / np.sqrt(2000))
    assert found.std() == pytest.approx(law.std(), rel=0.1)


def test_the_mean_field_has_the_expectation():
    assert flows(7.5, 0.25, 2, expected=True).tolist() == [1.875, 1.875]
    assert flows(7.5, 1.5, 1, expected=True).tolist() == [7.5]


@pytest.mark.parametrize("size", [1.0, 4000.0])
def test_several_stocks_draw_as_each_alone(size):
    drawn, n = Flows(Streams(3), False), np.array([0.0, 12.0, 400.0, 90.0]) * size
    p = np.array([0.5, 0.3, 0.02, 1.0])
    for drawn.month in range(140):
        alone = [drawn.binomial("leave", a, b, 5 + i) for i, (a, b) in enumerate(zip(n, p))]  # noqa: B905
        assert drawn.binomials("leave", n, p, 5).tolist() == alone


@pytest.mark.parametrize("n", [0.0, 7.0, 5000.0, 200_000.0])
def test_a_whole_is_shared_out_by_the_multinomial_law(n):
    drawn, shares = Flows(Streams(3), False), np.array([0.4, 0.1, 0.0, 0.5])
    found = []
    for drawn.month in range(1500):
        found.append(drawn.multinomial("enter", n, shares))
    found = np.array(found)
    assert np.all(found == np.floor(found))
    assert np.all(found >= 0)
    assert np.all(found.sum(axis=1) <= n)
    error = 4.5 * np.sqrt(n * shares * (1 - shares) / 1500)[1:]
    assert np.all(np.abs(found.mean(axis=0) - n * shares[1:]) <= error)
    if n:
        correlation = np.corrcoef(found[:, 0], found[:, 2])[0, 1]
        expected = -np.sqrt(0.1 * 0.5 / (0.9 * 0.5))
        assert correlation == pytest.approx(expected, abs=0.1)
    whole = Flows(Streams(3), True).multinomial("enter", n, shares)
    np.testing.assert_allclose(whole, n * shares[1:])


# -- tables and paths ------------------------------------------------------------------------


def table():
    found = Table("platforms", ("a", "b"))
    found.add("quality", [1.0, 2.0])
    found.add("hours", 3.0)
    return found


def test_rows_are_the_columns_side_by_side():
    found = table()
    assert list(found.rows("hours", "quality")) == [(3.0, 1.0), (3.0, 2.0)]
    rows = found.rows("quality")
    found["quality"] = [5.0, 6.0]
    assert list(rows) == [(1.0,), (2.0,)]
    assert list(found.rows("quality")) == [(5.0,), (6.0,)]
    with pytest.raises(KeyError):
        found.rows("colour")


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda kept: pickle.loads(pickle.dumps(kept))])
def test_paths_keep_what_is_recorded_and_so_do_their_copies(copied):
    state = table()
    paths = Paths(state.columns, 2, 3)
    paths.record(0, state.values)
    state["hours"] = [7.0, 8.0]
    paths = copied(paths)
    paths.record(2, state.values)
    state["hours"] = 0.0
    assert list(paths) == ["quality", "hours"]
    assert len(paths) == 2
    assert paths["hours"].tolist() == [[3.0, 3.0], [0.0, 0.0], [7.0, 8.0]]
    assert paths["quality"].tolist() == [[1.0, 2.0], [0.0, 0.0], [1.0, 2.0]]


# -- hooks -----------------------------------------------------------------------------------


@pytest.fixture
def nudge():
    @dataclass(frozen=True)
    class Nudge(Mechanism):
        """Lengthens the hours of everybody."""

        lift: float = 0.5

        def engagement(self, market):
            """See the class."""
            return np.full(len(market.platforms), self.lift)

    @dataclass(frozen=True)
    class StrongNudge(Nudge):
        """Inherits its hook."""

    yield Nudge, StrongNudge
    REGISTRY.pop("nudge"), REGISTRY.pop("strong_nudge")


def test_a_mechanism_is_asked_for_the_hooks_that_it_or_its_parents_have(nudge):
    for cls in nudge:
        assert [hook for hook in ("utility", "engagement", "update") if cls().overrides(hook)] == [
            "engagement"
        ]


def test_mechanisms_that_come_and_go_are_asked_from_the_next_month(nudge):
    market = PlatformModel("tipping", **SMALL).market
    plain = market.platforms["hours"].copy()
    rule = nudge[1](0.5)
    for rules, factor in (
        ((rule,), 1.5),
        ((rule, replace(rule, lift=0.25)), 1.75),
        ((replace(rule, enabled=False),), 1.0),
        ((), 1.0),
    ):
        market.all_mechanisms = rules
        market.open_month()
        market.choose()
        market.advance()
        assert market.platforms["hours"] == pytest.approx(plain * factor)
