"""Adoption curves: who joins what, by side and arm."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from platformsim.views import style


def adoption(series: pd.DataFrame, columns: pd.DataFrame, title: str) -> Figure:
    """Draw installed bases over time, a row a side and a column an arm.

    Lines are medians over replicates, bands run from the 10 % to the 90 % quantile.

    Parameters
    ----------
    series : DataFrame
        One row a run and month.
    columns : DataFrame
        The column dictionary.
    title : str

    Returns
    -------
    Figure
    """
    shares = columns[columns["metric"] == "share"]
    sides = list(dict.fromkeys(shares["side"]))
    platforms = list(dict.fromkeys(shares["entity"]))
    arms = list(dict.fromkeys(series["arm"]))
    colours, dashes = style.colour_of(platforms), style.dash_of(platforms)
    width = 1.6 + 2.0 * len(arms) if len(arms) > 1 else 5.0
    figure, axes = style.grid(
        len(sides), len(arms), width, 0.9 + 1.55 * len(sides), sharex=True, sharey="row"
    )
    for column, arm in enumerate(arms):
        part = series[series["arm"] == arm]
        months = np.sort(part["month"].unique())
        for row, side in enumerate(sides):
            ax, ends = axes[row, column], {}
            for platform in platforms:
                name = f"{side}.share[{platform}]"
                paths = part.pivot(index="replicate", columns="month", values=name).to_numpy()
                mid, low, high = style.bands(paths)
                colour = colours[platform]
                ax.fill_between(months, low, high, color=colour, alpha=0.16, linewidth=0)
                ax.plot(months, mid, color=colour, linestyle=dashes[platform])
                ends[platform] = mid[-1]
            ax.set_xlim(0, months[-1])
            ax.set_ylim(0, 1)
            ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
            if row == 0 and len(arms) > 1:
                style.panel_title(ax, arm)
            if row == len(sides) - 1:
                ax.set_xlabel("month")
            if column == 0:
                ax.set_ylabel(f"{side}\n(% of side)")
            if column == len(arms) - 1:
                style.label_ends(ax, ends, colours, 0.12)
    runs = series.groupby("arm")["replicate"].nunique().max()
    style.headline(figure, title, f"Lines: median of {runs} runs. Bands: 10 % to 90 % of runs.")
    return style.describe(figure, _finding(series, sides[0], platforms, arms))


def _finding(series: pd.DataFrame, side: str, platforms: list[str], arms: list[str]) -> str:
    last = series[series["month"] == series["month"].max()].groupby("arm")
    parts = []
    for arm in arms:
        shares = {p: last.get_group(arm)[f"{side}.share[{p}]"].median() for p in platforms}
        leader = max(shares, key=shares.__getitem__)
        parts.append(f"under {arm}, {leader} ends with {shares[leader]:.0%} of {side}")
    return "Median over runs: " + "; ".join(parts) + "."
