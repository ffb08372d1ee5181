"""Where a game may end: tables of equilibria, logit equilibria and imitation."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pandas as pd

from platformsim.studies.game.imitation import (
    endings,
    fixation,
    long_run,
    one_population,
    replicator_path,
)
from platformsim.studies.game.nash import Equilibrium, equilibria
from platformsim.studies.game.normal_form import NormalForm, spread
from platformsim.studies.game.quantal import principal_branch

# Resampled tables are solved as often as this; fewer where there are mixed equilibria to be found.
DRAWS, _MIXED_DRAWS, _CHAIN_DRAWS = 1000, 200, 100
_LEAST_SHARE = 0.05
_INTENSITIES, _PEOPLE = (0.1, 1.0, 10.0), 50
_SHOWN, _KEY = 60, 32


def equilibrium_table(game: NormalForm) -> pd.DataFrame:
    """Return one row an equilibrium, player and strategy that is used in it.

    ``appears`` is the share of tables, resampled from whole replicates, with an equilibrium in
    which each player uses the same strategies; ``in_means`` whether the table of mean payoffs has
    it. Those that the means lack are listed from a share of 5 % on. ``low`` and ``high`` are the
    2.5 % and 97.5 % quantiles of the probability over the tables that have it, and so for the
    payoff. Pure equilibria with the same number under ``outcome`` have the same payoffs in every
    run: their strategies differ in what they would do, not in what they did.
    """
    found, mixed_sought = equilibria(game.means)
    draws = _MIXED_DRAWS if mixed_sought else DRAWS
    seen: dict[tuple, list[Equilibrium]] = defaultdict(list)
    tables = 0
    for means in game.resampled(draws):
        tables += 1
        once = {}
        for entry in equilibria(means)[0]:
            once.setdefault(entry.support, entry)
        for support, entry in once.items():
            seen[support].append(entry)
    known, outcomes = {entry.support for entry in found}, []
    often = [s for s, part in seen.items() if len(part) >= _LEAST_SHARE * max(tables, 1)]
    more = sorted((s for s in often if s not in known), key=lambda s: -len(seen[s]))
    listed = [(entry, True) for entry in found] + [(seen[s][0], False) for s in more]
    rows = []
    for number, (entry, in_means) in enumerate(listed, 1):
        part = seen.get(entry.support, [])
        about = {
            "equilibrium": number,
            "kind": "pure" if entry.pure else "mixed",
            "appears": len(part) / tables if tables else np.nan,
            "in_means": in_means,
            "outcome": _outcome(game, entry, outcomes),
        }
        for player, places in enumerate(entry.support):
            rows += [about | _used(game, entry, part, in_means, player, p) for p in places]
    columns = ["equilibrium", "kind", "appears", "in_means", "outcome", "player", "strategy"]
    columns += [f"{name}{end}" for name in ("probability", "payoff")
                for end in ("", "_low", "_high")]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _outcome(game: NormalForm, entry: Equilibrium, known: list[np.ndarray]) -> int:
    """Number an equilibrium by what happens: pure ones with the same payoffs in every run share."""
    profile = tuple(places[0] for places in entry.support)
    values = game.values[(slice(None), *profile)] if entry.pure else np.full((1, 1), np.nan)
    for number, other in enumerate(known, 1):
        if other.shape == values.shape and np.allclose(other, values, rtol=1e-9):
            return number
    known.append(values)
    return len(known)


def _used(
    game: NormalForm, entry: Equilibrium, part: list[Equilibrium], in_means: bool, player: int,
    place: int,
) -> dict[str, Any]:  # fmt: skip
    """Say how often a player uses a strategy in an equilibrium, and what that brings."""
    probability, payoff = entry.mixed[player][place], entry.payoffs[player]
    return {
        "player": game.players[player],
        "strategy": game.strategies[player][place],
        **_between("probability", probability if in_means else None,
                   [other.mixed[player][place] for other in part]),
        **_between("payoff", payoff if in_means else None,
                   [other.payoffs[player] for other in part]),
    }  # fmt: skip


def _between(name: str, value: float | None, values: list[float]) -> dict[str, float]:
    low, middle, high = np.quantile(values, (0.025, 0.5, 0.975)) if values else (np.nan,) * 3
    found = {name: middle if value is None else value, f"{name}_low": low, f"{name}_high": high}
    return {key: float(entry) for key, entry in found.items()}


def quantal_table(game: NormalForm) -> pd.DataFrame:
    """Return the principal branch of logit equilibria, one row a point, player and strategy.

    ``precision`` is lambda times the spread of payoffs (what a player's own choice can change at
    most), ``lambda`` the precision per unit of payoff.
    """
    branch = principal_branch(game)
    count = len(branch.precision)
    shown = np.unique(np.linspace(0, count - 1, min(count, _SHOWN)).round().astype(int))
    rows = []
    for number, place in enumerate(shown.tolist()):
        for name, rule, probability in zip(
            _players(game), _strategies(game), branch.mixed[place], strict=True
        ):
            rows.append(
                {
                    "point": number, "precision": float(branch.precision[place]),
                    "lambda": float(branch.precision[place] / branch.spread), "player": name,
                    "strategy": rule, "probability": float(np.clip(probability, 0.0, 1.0)),
                    "ended": branch.ended,
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def _players(game: NormalForm) -> list[str]:
    pairs = zip(game.players, game.strategies, strict=True)
    return [name for name, kinds in pairs for _ in kinds]


def _strategies(game: NormalForm) -> list[str]:
    return [rule for kinds in game.strategies for rule in kinds]


def replicator_table(game: NormalForm) -> pd.DataFrame:
    """Return where replication leads: one row an ending, population and strategy.

    ``starts`` is the share of starting points that lead there; ``rests`` is false for those that
    lead to no rest, of which ``share`` is the mean over time.
    """
    ways = [(False, game.players)]
    if game.symmetric_names and len(game.players) > 1:
        ways.insert(0, (True, ("one population",)))
    rows = []
    for shared, names in ways:
        for number, ending in enumerate(endings(game.means, shared=shared), 1):
            for player, name in enumerate(names):
                for rule, share in zip(game.strategies[player], ending.mixed[player], strict=True):
                    rows.append(
                        {
                            "populations": 1 if shared else len(names), "ending": number,
                            "starts": ending.starts, "rests": ending.rests, "population": name,
                            "strategy": rule, "share": float(share),
                        }
                    )  # fmt: skip
    return pd.DataFrame(rows)


def path_table(game: NormalForm) -> pd.DataFrame:
    """Return paths of replication in one population: one row a start, time and strategy.

    ``time`` is in units of one over the spread of payoffs. The starts are the even mixture and some
    that lie about evenly.
    """
    columns = ["start", "time", "strategy", "share"]
    if not game.symmetric_names or len(game.players) < 2:
        return pd.DataFrame(columns=columns)
    payoff, names = one_population(game.means), game.strategies[0]
    size = len(names)
    rng = np.random.Generator(np.random.Philox(key=_KEY))
    if size == 2:
        first = np.array([0.5, 0.02, 0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9, 0.98])
        starts = np.column_stack((first, 1.0 - first))
    else:
        starts = np.vstack((np.full(size, 1.0 / size), rng.dirichlet(np.ones(size), 15)))
    times = np.concatenate(([0.0], np.geomspace(0.1, 60.0, 60)))
    paths = replicator_path(payoff, [starts], times / spread(payoff[None]), shared=True)
    index = pd.MultiIndex.from_product([times, range(len(starts)), names],
                                       names=["time", "start", "strategy"])  # fmt: skip
    frame = pd.DataFrame({"share": paths.ravel()}, index=index).reset_index()
    return frame.sort_values(["start", "time"], kind="stable", ignore_index=True)[columns]


def imitation_table(game: NormalForm, people: int = _PEOPLE) -> pd.DataFrame:
    """Return how long few imitators use each strategy: one row an intensity and strategy.

    Pairs of ``people`` meet in either place; new strategies are tried rarely. ``intensity`` is that
    of selection, times the spread of payoffs; ``share`` the long-run share of time, with the 2.5 %
    and 97.5 % quantiles over resampled tables; ``invaded_by`` how many other strategies take over
    from it with more than the chance 1/N of luck alone.
    """
    columns = ["intensity", "people", "strategy", "share", "low", "high", "invaded_by"]
    if len(game.players) != 2 or not game.symmetric_names:
        return pd.DataFrame(columns=columns)
    payoff = one_population(game.means)
    scale = max(float(np.ptp(payoff, axis=0).max()), 1e-300)
    tables = [one_population(means) for means in game.resampled(_CHAIN_DRAWS)]
    rows = []
    for intensity in _INTENSITIES:
        chances = fixation(payoff, people, intensity / scale)
        share = long_run(chances)
        drawn = [long_run(fixation(table, people, intensity / scale)) for table in tables]
        ends = np.quantile(drawn, (0.025, 0.975), axis=0) if drawn else np.full((2, len(share)),
                                                                                np.nan)  # fmt: skip
        for place, rule in enumerate(game.strategies[0]):
            # Beyond rounding: a double of the resident spreads by luck alone.
            beaten = int(np.nansum(chances[:, place] > (1 + 1e-6) / people))
            rows.append(
                dict(zip(columns, (intensity, people, rule, float(share[place]),
                                   float(ends[0][place]), float(ends[1][place]), beaten),
                         strict=True))
            )  # fmt: skip
    return pd.DataFrame(rows)
