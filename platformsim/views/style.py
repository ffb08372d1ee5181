"""How figures look: one palette, one set of sizes, labels at the lines."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# Okabe & Ito's colours can be told apart with all common kinds of colour blindness.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#999999")
DASHES = ("-", (0, (5, 1.5)), (0, (1, 1)), (0, (6, 1.5, 1, 1.5)))
VERDICT_COLOURS = {"holds": "#009E73", "contradicted": "#D55E00", "undecided": "#8A8A8A"}
VERDICT_MARKS = {"holds": "o", "contradicted": "s", "undecided": "D"}
INK, PALE = "#222222", "#8A8A8A"
BAND = (0.10, 0.90)

_SETTINGS = {
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "axes.titlesize": 9.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 8.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#666666",
    "axes.linewidth": 0.7,
    "xtick.color": "#444444",
    "ytick.color": "#444444",
    "xtick.labelsize": 8.0,
    "ytick.labelsize": 8.0,
    "lines.linewidth": 1.6,
    "savefig.dpi": 160,
    "figure.dpi": 100,
}


class Drawing(Figure):
    """A figure that shows itself in Jupyter and carries a text alternative.

    It is no figure of pyplot: drawing touches no global state, so it works in any process.
    """

    text_alternative = ""

    def _repr_png_(self) -> bytes:
        stream = io.BytesIO()
        self.savefig(stream, format="png", dpi=110)
        return stream.getvalue()


def grid(rows: int, columns: int, width: float, height: float, **options: Any) -> tuple:
    """Return a figure and its axes, (rows, columns), in the house style."""
    with rc_context(_SETTINGS):
        figure = Drawing(figsize=(width, height), layout="constrained")
        figure.get_layout_engine().set(w_pad=0.06, h_pad=0.05, wspace=0.03, hspace=0.04)
        axes = figure.subplots(rows, columns, squeeze=False, **options)
    return figure, axes


def panel_title(axes: Axes, text: str) -> None:
    """Write a panel's title."""
    axes.set_title(text, fontsize=9, fontweight="bold", loc="left", color=INK)


def headline(figure: Figure, title: str, note: str = "") -> None:
    """Write the figure's title and, below it, how to read it."""
    figure.suptitle(title, x=0.008, ha="left", fontsize=11, fontweight="bold", color=INK)
    if note:
        figure.supxlabel(note, x=0.008, ha="left", fontsize=7.5, color="#555555")


def describe(figure: Figure, sentence: str) -> Figure:
    """Give the figure a text alternative: the finding in one sentence."""
    figure.text_alternative = sentence
    return figure


def colour_of(names: Sequence[str]) -> dict[str, str]:
    """Give each name its colour, in order."""
    return {name: COLOURS[place % len(COLOURS)] for place, name in enumerate(names)}


def dash_of(names: Sequence[str]) -> dict[str, Any]:
    """Give each name its line style, in order, for readers without colour."""
    return {name: DASHES[place % len(DASHES)] for place, name in enumerate(names)}


def bands(paths: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the median and the 10 % and 90 % quantiles over runs of (runs, months) paths."""
    low, mid, high = np.quantile(paths, (BAND[0], 0.5, BAND[1]), axis=0)
    return mid, low, high


def label_ends(axes: Axes, ends: dict[str, float], colours: dict[str, str], gap: float) -> None:
    """Write names at the right end of their lines, pushed apart where lines meet.

    Parameters
    ----------
    axes : Axes
    ends : dict of str to float
        Value of each line at its right end.
    colours : dict of str to str
    gap : float
        Least distance between labels, as a share of the axis.
    """
    low, high = axes.get_ylim()
    known = {name: end for name, end in ends.items() if np.isfinite(end)}
    order = sorted(known, key=known.__getitem__)
    heights = spread([(known[name] - low) / (high - low) for name in order], gap)
    for name, height in zip(order, heights, strict=True):
        axes.text(
            1.02, height, name, transform=axes.transAxes, color=colours[name], va="center",
            fontsize=8, clip_on=False,
        )  # fmt: skip


def spread(heights: Sequence[float], gap: float) -> list[float]:
    """Move sorted label heights apart to at least ``gap``, within [0, 1] where they fit."""
    placed: list[float] = []
    for height in heights:
        placed.append(max(height, placed[-1] + gap) if placed else max(height, 0.0))
    over = placed[-1] - 1.0 if placed else 0.0
    if over > 0:
        placed[-1] -= over
        for place in range(len(placed) - 2, -1, -1):
            placed[place] = min(placed[place], placed[place + 1] - gap)
    return placed
