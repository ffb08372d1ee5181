"""Tables for the terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd


def number(value: Any) -> str:
    """Write a number with about three significant digits; a dash where there is none."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "-"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) >= 0.0005 or value == 0 else f"{value:.1e}"


def table(rows: Sequence[Sequence[Any]], head: Sequence[str]) -> str:
    """Set rows of cells as an aligned table: numbers right, words left."""
    cells = [[number(cell) for cell in row] for row in rows]
    numeric = [
        all(not isinstance(row[i], str) for row in rows) and bool(rows) for i in range(len(head))
    ]
    widths = [max(len(line[i]) for line in [list(head), *cells]) for i in range(len(head))]

    def line(parts: Sequence[str]) -> str:
        aligned = [
            part.rjust(width) if right else part.ljust(width)
            for part, width, right in zip(parts, widths, numeric, strict=True)
        ]
        return "  ".join(aligned).rstrip()

    rule = "  ".join("-" * width for width in widths)
    return "\n".join([line(head), rule, *(line(row) for row in cells)])


def verdict_table(verdicts: pd.DataFrame, everything: bool = False) -> str:
    """Set verdicts as a table; a star marks predictions that the scenario registers."""
    shown = verdicts if everything else verdicts[verdicts["headline"]]
    looked = "look" in verdicts
    rows = [
        (
            ("* " if row.registered else "  ")
            + (f"{row.side}: " if row.side else "")
            + ("tail of " if row.statistic == "tail" else "")
            + row.metric,
            f"{row.arm} - {row.base}",
            row.base_mean,
            row.mean,
            "-"
            if row.low is None or pd.isna(row.low)
            else f"[{number(row.low)}, {number(row.high)}]",
            row.median,
            row.share_in_direction,
            row.swing_share,
            row.sesoi,
            row.direction,
            row.verdict,
            *((row.settled or "-", row.look) if looked else ()),
        )
        for row in shown.itertuples()
    ]
    head = ("metric", "arms", "base", "difference", "95 % interval", "median", "in direction",
            "swings", "smallest", "stated", "verdict")  # fmt: skip
    return table(rows, (*head, "settled as", "at look") if looked else head)


def frame_table(frame: pd.DataFrame) -> str:
    """Set a data frame as a table."""
    return table(frame.astype(object).values.tolist(), list(frame.columns))


def worth_table(worth: pd.DataFrame) -> str:
    """Set what mechanisms were worth as a table: a line each, off in turn and on alone."""
    rows = []
    for name, part in worth.groupby("mechanism", sort=False):
        found = part.set_index(["way", "of"])
        ways = [_worth_of(found.loc[way, of]) for way in ("off", "alone") for of in _WORTH_OF]
        rows.append((name, *ways, found["with_it"].iloc[0] or "-"))
    head = ("mechanism", *(f"{way}: {of}" for way in ("off", "alone") for of in _WORTH_OF),
            "off with it")  # fmt: skip
    return table(rows, head)


_WORTH_OF = ("difference", "base", "arm")


def _worth_of(row: pd.Series) -> str:
    if pd.isna(row["low"]):
        return number(row["worth"])
    return f"{number(row['worth'])} [{number(row['low'])}, {number(row['high'])}]"


def indices_table(indices: pd.DataFrame) -> str:
    """Set the sensitivity indices of one outcome as a table: a line a factor, or a pair of them."""
    names = list(dict.fromkeys(indices[indices["partner"] == ""]["index"]))
    rows = []
    for (factor, partner), part in indices.groupby(["factor", "partner"], sort=False):
        found = part.set_index("index")
        wanted = names if not partner else list(found.index)
        cells = [_with_interval(found.loc[index]) for index in wanted]
        name = f"{factor} x {partner}" if partner else factor
        rows.append((name, *(cells + [""] * (len(names) - len(cells)))))
    return table(rows, ("factor", *names))


def _with_interval(row: pd.Series) -> str:
    if pd.isna(row["low"]):
        return number(row["value"])
    return f"{number(row['value'])} [{number(row['low'])}, {number(row['high'])}]"
