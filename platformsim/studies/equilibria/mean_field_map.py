"""The month of a market as a deterministic map from state to state.

Many agents who draw independently move, as a share, by their expectation; what one month makes of
the shares is then a map x' = F(x), and the long-run outcomes of the market are its fixed points.
The map is the market's own code at the resolution ``mean_field``.

References
----------
T. G. Kurtz (1970), "Solutions of ordinary differential equations as limits of pure jump Markov
processes", Journal of Applied Probability 7(1), 49-58, DOI 10.2307/3212147.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from platformsim.errors import Problem, ScenarioError, nearest, one_of
from platformsim.market.market import Market
from platformsim.model import PlatformModel
from platformsim.scenario import Scenario, from_table, load
from platformsim.studies.equilibria.coordinates import blocks

# The cube root of rounding error: where a central difference loses least.
_DIFFERENCE = 1e-5
_ROUNDING = 1e-13
_TABLES = ("platforms", "technologies", "releasers")
_KEPT_MARKETS = 4


class MeanFieldMap:
    """One month of a scenario's market, as a map of its state.

    The state holds, side by side, the fraction of each type of agents at each alternative, one
    alternative of every type left out (fractions add up to 1). Everything else, the **stocks**
    (capability, activity, builders, cash), is held at its value after ``month`` months, because
    in many scenarios capability grows without bound and there is then no fixed point of the whole.
    Stocks named in ``stocks`` move with the agents and join the state. One whose rule has a kink
    where it comes to rest (a clip, a maximum) has no derivative there; its eigenvalue means
    nothing.

    With revision rate alpha the derivative is G = (1 - alpha) I + alpha L, with L the derivative
    of the choice probabilities; its eigenvalues are those of the market as it is simulated, and a
    fixed point is stable when all are inside the unit circle.

    Parameters
    ----------
    scenario : Scenario, str, Path or dict
        Taken at the resolution ``mean_field``, whatever it says.
    month : int
        Months to run, from the scenario's start, before stocks are held; events and release
        decisions of later months do not happen.
    stocks : sequence of str
        Columns that move, all their rows: ``"platforms.activity"``.

    Attributes
    ----------
    scenario : Scenario
    start : (n,) float
        State after ``month`` months.
    names : tuple of str
        One a coordinate: ``users[a]``, ``users.type3[a]``, ``platforms.activity[a]``.
    share_names : tuple of str
        One an installed base, as in result tables: ``users.share[a]``.
    weights : (n,) float
        1 / sqrt(T) for coordinates of a side with T types, so that distance does not grow with T.

    Raises
    ------
    ScenarioError
        When the scenario needs individuals, has best reply, no revision or no arrivals in place
        of those who leave, or when a stock or the month does not exist.
    """

    def __init__(
        self,
        scenario: Scenario | str | Path | dict[str, Any],
        *,
        month: int = 0,
        stocks: Sequence[str] = (),
    ):
        whole = scenario if isinstance(scenario, Scenario) else load(scenario)
        self.scenario = whole.with_settings({"run.resolution": "mean_field"})
        self.month, self.stocks = month, tuple(stocks)
        _check_month(month, self.scenario)
        self._bare = _without_arms(self.scenario)
        self._markets: dict[str, Market] = {}
        self.blocks: tuple = ()
        market = self.market()
        self.blocks = blocks(market)
        self._stock_columns = tuple(_column(market, key) for key in self.stocks)
        platforms = market.platforms.names
        names = [n for b in self.blocks for n in b.names(market.sides[b.side], platforms)]
        for key, (table, _) in zip(self.stocks, self._stock_columns, strict=True):
            names += [f"{key}[{row}]" for row in getattr(market, table).names]
        self.names = tuple(names)
        self.share_names = tuple(f"{s}.share[{p}]" for s in market.sides for p in platforms)
        self.weights = np.ones(len(names))
        for block in self.blocks:
            self.weights[block.start : block.stop] = block.types**-0.5
        self.start = self._read(market)
        if not self.names:
            allowed = "must leave a choice: one platform needs an outside option"
            raise ScenarioError(Problem("platforms", list(platforms), allowed))

    def step(self, state: np.ndarray, **changes: Any) -> np.ndarray:
        """Return the state a month later.

        Parameters
        ----------
        state : (n,) float
        **changes
            Settings to change, by dotted key; they hold from the scenario's start.

        Returns
        -------
        (n,) float

        Raises
        ------
        ScenarioError
            When a setting is wrong, or changes what the state consists of.
        """
        market = self.market(**changes)
        if self.stocks:
            # A month moves columns, ledger and release; choosing alone moves the sides alone.
            market = copy.deepcopy(market)
        self.place(market, state)
        market.choose()
        if self.stocks:
            market.advance()
        return self._read(market)

    def shares(self, state: np.ndarray) -> dict[str, np.ndarray]:
        """Return the installed base of each side, (P,), shares of its living agents."""
        market = self.market()
        self.place(market, state)
        return dict(market.share)

    def inside(self, state: np.ndarray) -> np.ndarray:
        """Return the state with negative fractions set to 0 and each type's sum to 1."""
        near = np.array(state, float)
        for block in self.blocks:
            whole = np.clip(block.whole(near), 0.0, None)
            near[block.start : block.stop] = block.reduced(whole / whole.sum(axis=1)[:, None])
        return near

    def jacobian(self, state: np.ndarray, **changes: Any) -> np.ndarray:
        """Return the derivative of the map, (n, n), by differences of order h**2.

        A fraction is moved from the fullest alternative of its type, so that no alternative gets
        a negative number of agents however few it has.
        """
        state = np.asarray(state, float)
        columns = np.empty((len(state), len(state)))

        def slope(shift: np.ndarray, forward: bool) -> np.ndarray:
            first = self.step(state + shift, **changes)
            if not forward:
                return (first - self.step(state - shift, **changes)) / (2 * _DIFFERENCE)
            here, second = self.step(state, **changes), self.step(state + 2 * shift, **changes)
            return (4.0 * first - 3.0 * here - second) / (2 * _DIFFERENCE)

        for block in self.blocks:
            wide = block.width - 1
            for kind, fractions in enumerate(block.whole(state)):
                place = block.start + kind * wide
                fullest = int(fractions.argmax())
                moved = np.zeros((block.width, len(state)))
                for entry in np.flatnonzero(np.arange(block.width) != fullest):
                    shift = np.zeros(len(state))
                    shift[place : place + wide] += _DIFFERENCE * (np.arange(wide) == entry)
                    shift[place : place + wide] -= _DIFFERENCE * (np.arange(wide) == fullest)
                    moved[entry] = slope(shift, fractions[entry] < _DIFFERENCE)
                columns[:, place : place + wide] = (moved[:-1] - moved[-1]).T
        for place in range(self.blocks[-1].stop, len(state)):
            scale = max(1.0, abs(state[place]))
            shift = _DIFFERENCE * scale * (np.arange(len(state)) == place)
            columns[:, place] = slope(shift, False) / scale
        return columns

    # -- the market behind the map ---------------------------------------------------------

    def market(self, **changes: Any) -> Market:
        """Return the market whose stocks are held, at the start of the month after ``month``.

        It is the map's own: put it where it should stand before reading it.
        """
        key = repr(sorted(changes.items())) if changes else ""
        if key not in self._markets:
            if len(self._markets) > _KEPT_MARKETS:
                # The oldest, but never the unchanged one, which shares are read from.
                del self._markets[next(filter(None, self._markets))]
            self._markets[key] = self._build(changes)
        return self._markets[key]

    def place(self, market: Market, state: np.ndarray) -> None:
        """Put a market into a state, and let everybody know it."""
        for block in self.blocks:
            block.place(market.sides[block.side], block.whole(state))
        at = self.blocks[-1].stop
        for table, column in self._stock_columns:
            values = getattr(market, table)[column]
            values[:] = state[at : at + len(values)]
            at += len(values)
        market.observe()

    def _read(self, market: Market) -> np.ndarray:
        parts = [b.reduced(b.read(market.sides[b.side])) for b in self.blocks]
        parts += [getattr(market, table)[column] for table, column in self._stock_columns]
        return np.concatenate(parts)

    def _build(self, changes: dict[str, Any]) -> Market:
        changed = self._bare.with_settings(changes) if changes else self._bare
        _check_rules(changed)
        model = PlatformModel(changed)
        for _ in range(self.month):
            model.step()
        model.market.open_month()
        if self.blocks and blocks(model.market) != self.blocks:
            key, value = next(iter(changes.items()))
            allowed = "changes what the state consists of; build a map of the changed scenario"
            raise ScenarioError(Problem(key, value, allowed))
        return model.market


def settled(residual: np.ndarray) -> np.ndarray:
    """Return a residual with rounding errors as exact zeros.

    Powell's hybrid method stops on the size of its trust region, which does not shrink while it
    converges, or on an exact zero; without one it goes on for a dozen steps at no gain.
    """
    return np.where(np.abs(residual) < _ROUNDING, 0.0, residual)


def as_map(scenario: MeanFieldMap | Scenario | str | Path | dict[str, Any]) -> MeanFieldMap:
    """Return a map as it is, and the map of a scenario with all stocks held at month 0."""
    return scenario if isinstance(scenario, MeanFieldMap) else MeanFieldMap(scenario)


def _without_arms(scenario: Scenario) -> Scenario:
    # A change of setting checks every arm anew, which here would be most of the work.
    rest = {k: v for k, v in scenario.table.items() if k not in ("arms", "predictions")}
    bare = from_table(rest, scenario.file, scenario.extra_mechanisms)
    return dataclasses.replace(bare, extra_strategies=scenario.extra_strategies)


def _check_month(month: Any, scenario: Scenario) -> None:
    last = scenario.run.months - 1
    if isinstance(month, bool) or not isinstance(month, int) or not 0 <= month <= last:
        allowed = f"must be a whole number from 0 to {last}, before the scenario's last month"
        raise ScenarioError(Problem("month", month, allowed))


def _check_rules(scenario: Scenario) -> None:
    problems = []
    for name, side in scenario.sides.items():
        key = f"sides.{name}"
        if side.choice_noise == 0:
            allowed = "must be above 0: best reply jumps, and the map has no derivative"
            problems.append(Problem(f"{key}.choice_noise", side.choice_noise, allowed))
        if side.revise_rate == 0:
            allowed = "must be above 0: where nobody chooses again every state is a fixed point"
            problems.append(Problem(f"{key}.revise_rate", side.revise_rate, allowed))
        if side.churn_rate > 0 and side.arrival_rate == 0:
            allowed = f"must be above 0 where {key}.churn_rate is: the side would empty"
            problems.append(Problem(f"{key}.arrival_rate", side.arrival_rate, allowed))
    if problems:
        raise ScenarioError(problems)


def _column(market: Market, key: str) -> tuple[str, str]:
    table, _, column = key.partition(".")
    known = [f"{kind}.{name}" for kind in _TABLES for name in getattr(market, kind).columns]
    if key not in known:
        raise ScenarioError(Problem("stocks", key, one_of(known), nearest=nearest(key, known)))
    return table, column
