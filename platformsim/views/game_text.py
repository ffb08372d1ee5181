"""Tables of games for the terminal."""

from __future__ import annotations

import pandas as pd

from platformsim.views.text import number, table

_MOST = 30


def reply_text(replies: pd.DataFrame) -> str:
    """Set best replies as a table: a line each player and line-up of its rivals."""
    rows = []
    for row in replies.itertuples():
        ahead = "-" if pd.isna(row.ahead) else number(row.ahead)
        if pd.notna(row.low):
            ahead += f" [{number(row.low)}, {number(row.high)}]"
        sure = "yes" if row.decided else "no"
        rows.append((row.player, row.rivals, row.reply, row.payoff, row.next or "-", ahead, sure))
    head = ("player", "rivals play", "best reply", "payoff", "next", "ahead by", "decided")
    return _short(rows, head)


def equilibrium_text(equilibria: pd.DataFrame) -> str:
    """Set equilibria as a table: a line each outcome, with one equilibrium that leads to it."""
    rows = []
    for _, alike in equilibria.groupby("outcome", sort=False):
        numbers = list(dict.fromkeys(alike["equilibrium"]))
        part = alike[alike["equilibrium"] == numbers[0]]
        players = []
        for player, used in part.groupby("player", sort=False):
            words = [
                row.strategy if len(used) == 1 else f"{row.probability:.2f} {row.strategy}"
                for row in used.itertuples()
            ]
            players.append(f"{player}: {' + '.join(words)}")
        first = part.iloc[0]
        payoffs = part.groupby("player", sort=False)["payoff"].first()
        appears = "-" if pd.isna(first["appears"]) else f"{first['appears']:.0%}"
        rows.append(("; ".join(players), first["kind"], ", ".join(map(number, payoffs)), appears,
                     "yes" if first["in_means"] else "no", len(numbers) - 1))  # fmt: skip
    head = ("who plays what", "kind", "payoffs", "appears in", "in the means", "others alike")
    return _short(rows, head) if rows else "None."


def spread_text(spread: pd.DataFrame) -> str:
    """Set the spread over line-ups as a table: a line each player and strategy."""
    rows = []
    for row in spread[spread["over"] == "rivals"].itertuples():
        rank = f"{row.rank_best} to {row.rank_worst}, mostly {row.rank_median:g}"
        payoffs = f"{number(row.payoff_least)} to {number(row.payoff_most)}"
        rows.append((row.player, row.strategy, rank, f"{row.first:.0%}", payoffs,
                     row.short_most))  # fmt: skip
    head = ("player", "strategy", "rank", "first in", "payoff", "short of the best, at most")
    return table(rows, head)


def _short(rows: list, head: tuple[str, ...]) -> str:
    text = table(rows[:_MOST], head)
    more = len(rows) - _MOST
    return f"{text}\n... and {more} more in the tables" if more > 0 else text
