"""Who decides: each month the active releasers apply their strategies to their technologies."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from platformsim.entities import RELEASE_MODES
from platformsim.errors import Problem, ScenarioError, nearest, one_of
from platformsim.market.release import MODE
from platformsim.strategies import Observation, Strategy, expected_profit, observe


def decide(market: Any, strategies: dict[str, Strategy]) -> None:
    """Let releasers set their release modes, all on the same observations.

    Strategies first; what a mechanism decides for a technology overrules them.

    Parameters
    ----------
    market : Market
    strategies : dict of str to callable
        Strategy of each releaser that has one other than ``hold``.

    Raises
    ------
    ScenarioError
        When a strategy returns something that is no release mode.
    """
    # Asked before anything changes: all decide on the same state.
    decisions = market.decisions()
    wanted = {}
    for row, owner in enumerate(market.owner_of_technology):
        position = market.releaser_of_technology[row]
        if owner in strategies and market.releasers["active"][position] == 1:
            rule = strategies[owner]
            wanted[row] = rule(_forecast(market, row, rule, observe(market, row)))
    for row, mode in wanted.items():
        if mode is None:
            continue
        if not isinstance(mode, str) or mode not in MODE:
            key = f"strategy of {market.owner_of_technology[row]} in month {market.month}"
            allowed = f"must return None or a release mode; {one_of(RELEASE_MODES)}"
            raise ScenarioError(Problem(key, mode, allowed, nearest=nearest(mode, MODE)))
        market.technologies["mode"][row] = MODE[mode]
    for modes in decisions:
        _apply(market, modes)


def _forecast(market: Any, row: int, rule: Strategy, seen: Observation) -> Observation:
    """Add the forecast that a strategy asks for: numbers, and nothing that they come from."""
    asks = getattr(rule, "asks", None)
    modes = asks(seen) if asks else ()
    if not modes:
        return seen
    return replace(seen, forecast=expected_profit(market, row, modes, rule.horizon, rule.paths))


def _apply(market: Any, modes: np.ndarray) -> None:
    for row, mode in enumerate(modes.tolist()):
        owner = market.releaser_of_technology[row]
        if mode == mode and owner >= 0 and market.releasers["active"][owner] == 1:
            market.technologies["mode"][row] = mode
