"""Paired differences: every pair a dot, with interval, smallest effect of interest and verdict."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from platformsim.metrics import column_name
from platformsim.views import style

_MOST_ROWS = 12


def differences(summary: pd.DataFrame, verdicts: pd.DataFrame, title: str) -> Figure:
    """Draw the paired differences of the headline metrics, a row a metric and a column an arm.

    Parameters
    ----------
    summary : DataFrame
        One row a run.
    verdicts : DataFrame
        One row a metric and arm.
    title : str

    Returns
    -------
    Figure
    """
    # A tail belongs to no single pair, so there are no dots to draw for it.
    pairwise = verdicts["statistic"] == "mean"
    shown = verdicts[pairwise & verdicts["headline"] & verdicts["mean"].notna()]
    keys = shown[["metric", "side"]].drop_duplicates()
    moved = shown.groupby(["metric", "side"])["mean"].apply(lambda m: bool((m != 0).any()))
    keys = keys[[moved[(key.metric, key.side)] for key in keys.itertuples()]].head(_MOST_ROWS)
    arms = list(dict.fromkeys(verdicts["arm"]))
    rows = max(len(keys), 1)
    figure, axes = style.grid(
        rows, len(arms), 2.2 + 2.6 * len(arms), 1.1 + 0.66 * rows, sharex="row", sharey=True
    )
    for row, key in enumerate(keys.itertuples()):
        for column, arm in enumerate(arms):
            chosen = shown[
                (shown["metric"] == key.metric)
                & (shown["side"] == key.side)
                & (shown["arm"] == arm)
            ]
            ax = axes[row, column]
            if len(chosen):
                _draw(ax, summary, chosen.iloc[0])
            if column == 0:
                label = f"{key.side}: {key.metric}" if key.side else key.metric
                unit = chosen.iloc[0]["unit"] if len(chosen) else ""
                ax.set_ylabel(f"{label}\n({unit})", rotation=0, ha="right", va="center", fontsize=8)
            if row == 0:
                style.panel_title(ax, f"{arm} - {shown['base'].iloc[0]}\n")
    base = verdicts["base"].iloc[0]
    pairs = int(shown["pairs"].max()) if len(shown) else 0
    style.headline(
        figure,
        title,
        f"Dots: {pairs} pairs, arm less {base}. Bar: mean with 95 % bootstrap interval. Shaded: "
        "less than the smallest effect of interest. Arrow: direction of a registered prediction.",
    )
    counts = shown["verdict"].value_counts()
    said = ", ".join(f"{counts.get(v, 0)} {v}" for v in style.VERDICT_COLOURS)
    return style.describe(figure, f"Of {len(shown)} headline verdicts against {base}: {said}.")


def _draw(ax: Axes, summary: pd.DataFrame, row: pd.Series) -> None:
    metric, _, entity = row["metric"].partition("[")
    name = column_name(metric, row["side"], entity.rstrip("]"))
    wide = summary.pivot(index="replicate", columns="arm", values=name)
    pairs = (wide[row["arm"]] - wide[row["base"]]).dropna().to_numpy()
    # A fixed scatter: the height of a dot means nothing and must not need random numbers.
    height = 0.5 + 0.28 * np.cos(2.399963 * np.arange(len(pairs)))
    colour = style.VERDICT_COLOURS[row["verdict"]]
    ax.axvspan(-row["sesoi"], row["sesoi"], color="#000000", alpha=0.06, linewidth=0)
    ax.axvline(0, color=style.PALE, linewidth=0.8)
    ax.scatter(pairs, height, s=5, color=colour, alpha=0.35, linewidths=0)
    if row["low"] is not None and np.isfinite(row["low"]):
        ax.plot([row["low"], row["high"]], [0.5, 0.5], color=style.INK, linewidth=2.2)
    mark = style.VERDICT_MARKS[row["verdict"]]
    ax.plot(row["mean"], 0.5, mark, color=colour, markeredgecolor=style.INK, markersize=5.5)
    ax.set_ylim(0, 1)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.locator_params(axis="x", nbins=4)
    ax.margins(x=0.08)
    arrow = {"up": " →", "down": " ←"}[row["direction"]] if row["registered"] else ""
    ax.text(
        0.995, 1.0, row["verdict"] + arrow, transform=ax.transAxes, ha="right", va="bottom",
        fontsize=7.2, color=colour,
    )  # fmt: skip
