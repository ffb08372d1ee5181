"""What pays against whom: payoffs by line-up, best replies, and the spread over line-ups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
import pandas as pd

from platformsim.studies.game.normal_form import TIE, NormalForm, line_up
from platformsim.studies.judge import FEWEST_PAIRS, bootstrap_intervals

_KEY, _DRAWS = 34, 1000
_MOST_FIELDS = 500


@dataclass(frozen=True, eq=False)
class LineUp:
    """A player's payoffs against one line-up of its rivals.

    Attributes
    ----------
    player : str
    rivals : dict of str to str
        Strategy of each.
    strategies : tuple of str
        The player's own.
    values : (S, replicates) float
    """

    player: str
    rivals: dict[str, str]
    strategies: tuple[str, ...]
    values: np.ndarray

    @property
    def name(self) -> str:
        """The line-up in words."""
        return line_up(self.rivals)


def line_ups(game: NormalForm) -> Iterator[LineUp]:
    """Iterate over every line-up of rivals of every player of a game."""
    for player, name in enumerate(game.players):
        table, others = game.against(player), _others(game, player)
        for places in product(*[range(len(game.strategies[o])) for o in others]):
            rivals = {
                game.players[o]: game.strategies[o][p] for o, p in zip(others, places, strict=True)
            }
            part = table[(slice(None), *places)]
            yield LineUp(name, rivals, game.strategies[player], part)


def _others(game: NormalForm, player: int) -> list[int]:
    return [other for other in range(len(game.players)) if other != player]


def payoff_table(found: Sequence[LineUp]) -> pd.DataFrame:
    """Return one row a player, line-up and strategy.

    ``mean``, ``low`` and ``high`` of the payoff (95 %, bootstrap-t); ``short`` is what it earns
    less than the best reply, ``best`` whether it is one; ``best_share`` says in what share of
    tables resampled from the replicates it is.
    """
    rows = []
    for entry in found:
        means = entry.values.mean(axis=1)
        lows, highs = _intervals(entry.values)
        shares = _best_shares(entry.values)
        top = means.max()
        reach = TIE * max(abs(top), float(np.ptp(means)), 1e-300)
        for place, strategy in enumerate(entry.strategies):
            rows.append(
                {
                    "player": entry.player, "rivals": entry.name, "strategy": strategy,
                    "mean": means[place], "low": lows[place], "high": highs[place],
                    "short": top - means[place], "best": bool(means[place] >= top - reach),
                    "best_share": shares[place], "replicates": entry.values.shape[1],
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def _intervals(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if values.shape[1] < FEWEST_PAIRS:
        return np.full((2, len(values)), np.nan)
    return bootstrap_intervals(values.T)


def _best_shares(values: np.ndarray) -> np.ndarray:
    """Return in what share of resamples each strategy is a best reply; ties count for all."""
    replicates = values.shape[1]
    if replicates < 2:
        return np.full(len(values), np.nan)
    rng = np.random.Generator(np.random.Philox(key=_KEY))
    picks = rng.integers(0, replicates, (_DRAWS, replicates))
    means = values[:, picks].mean(axis=-1)
    top = means.max(axis=0)
    reach = TIE * np.maximum(np.abs(top), np.ptp(means, axis=0))
    return (means >= top - reach).mean(axis=1)


def reply_table(found: Sequence[LineUp]) -> pd.DataFrame:
    """Return one row a player and line-up: the best replies, and how sure that is.

    ``reply`` names the best ones (several where they earn the same, to the last digit); ``ahead``
    is what the best earns more than the next that differs, pair by pair, with its 95 % interval;
    ``decided`` is true when that interval excludes 0.
    """
    rows = []
    for entry in found:
        means = entry.values.mean(axis=1)
        order = np.argsort(-means, kind="stable")
        best = order[0]
        reach = TIE * max(float(np.abs(entry.values).max()), 1e-300)
        same = np.abs(entry.values - entry.values[best]).max(axis=1) <= reach
        behind = [place for place in order if not same[place]]
        row = {"player": entry.player, "rivals": entry.name,
               "reply": " = ".join(np.array(entry.strategies)[same]), "payoff": means[best],
               "next": "", "ahead": np.nan, "low": np.nan, "high": np.nan}  # fmt: skip
        if behind:
            gap = entry.values[best] - entry.values[behind[0]]
            low, high = _intervals(gap[None])
            row |= {"next": entry.strategies[behind[0]], "ahead": gap.mean(),
                    "low": low[0], "high": high[0]}  # fmt: skip
        rows.append(row | {"decided": bool(not behind or row["low"] > 0)})
    return pd.DataFrame(rows)


def spread_table(found: Sequence[LineUp]) -> pd.DataFrame:
    """Return one row a player and strategy: where it stands, over all line-ups of rivals.

    ``over`` says what the line-ups are: ``rivals``, each line-up by itself; or ``fields``, where
    rivals draw from a field, each non-empty set of strategies being one (at most 500, evenly
    chosen). Ranks begin with 1, equals share the better one; ``first`` is the share of line-ups in
    which nothing earns more; ``short_most`` what it falls short of the best at worst.
    """
    rows = []
    for player in dict.fromkeys(entry.player for entry in found):
        mine = [entry for entry in found if entry.player == player]
        names, single = mine[0].strategies, np.array([e.values.mean(axis=1) for e in mine])
        rows += _ranked(player, "rivals", names, single)
        fields = _fields(mine, single)
        if len(fields) > len(single):
            rows += _ranked(player, "fields", names, fields)
    return pd.DataFrame(rows)


def _fields(mine: Sequence[LineUp], single: np.ndarray) -> np.ndarray:
    """Return mean payoffs against rivals who draw from each field of strategies, (fields, S)."""
    used = list(dict.fromkeys(rule for entry in mine for rule in entry.rivals.values()))
    sets = [frozenset(c) for size in range(1, len(used) + 1) for c in combinations(used, size)]
    if len(sets) > _MOST_FIELDS:
        chosen = np.linspace(0, len(sets) - 1, _MOST_FIELDS).round().astype(int)
        sets = [sets[place] for place in chosen]
    found = []
    for field in sets:
        inside = [set(entry.rivals.values()) <= field for entry in mine]
        if any(inside):
            found.append(single[inside].mean(axis=0))
    return np.array(found)


def _ranked(player: str, over: str, names: Sequence[str], means: np.ndarray) -> list[dict]:
    reach = TIE * max(float(np.abs(means).max()), 1e-300)
    ranks = 1 + (means[:, None, :] > means[:, :, None] + reach).sum(axis=2)
    short = means.max(axis=1, keepdims=True) - means
    return [
        {
            "player": player, "strategy": name, "over": over, "line_ups": len(means),
            "rank_best": int(ranks[:, place].min()),
            "rank_median": float(np.median(ranks[:, place])),
            "rank_worst": int(ranks[:, place].max()),
            "first": float((ranks[:, place] == 1).mean()),
            "payoff_least": float(means[:, place].min()),
            "payoff_most": float(means[:, place].max()),
            "short_most": float(short[:, place].max()),
        }
        for place, name in enumerate(names)
    ]  # fmt: skip
