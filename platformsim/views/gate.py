"""Builders, capability and the gate over time, arm against arm."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from platformsim.views import style

_PANELS = (
    ("builders", "builders", "builders in all"),
    ("frontier", "index", "capability frontier"),
    ("gatekeeper_index", "index 0-1", "gatekeeper index"),
    ("profit", "cu/month", "profit"),
)


def gate(series: pd.DataFrame, columns: pd.DataFrame, title: str) -> Figure | None:
    """Draw what openness works through: builders, frontier, gatekeeper index and profit.

    The gatekeeper index and the profit are those of the releaser whose profit differs most between
    arms. Nothing is drawn where nobody builds.

    Parameters
    ----------
    series : DataFrame
        One row a run and month.
    columns : DataFrame
        The column dictionary.
    title : str

    Returns
    -------
    Figure or None
    """
    if "builders" not in series or not series["builders"].any():
        return None
    releaser = _most_affected(series, columns)
    arms = list(dict.fromkeys(series["arm"]))
    colours, dashes = style.colour_of(arms), style.dash_of(arms)
    figure, axes = style.grid(2, 2, 8.6, 5.2, sharex=True)
    for ax, (metric, unit, label) in zip(axes.flat, _PANELS, strict=True):
        owned = metric in ("gatekeeper_index", "profit")
        name = f"{metric}[{releaser}]" if owned else metric
        ends = {}
        for arm in arms:
            part = series[series["arm"] == arm]
            paths = part.pivot(index="replicate", columns="month", values=name)
            months, values = paths.columns.to_numpy(), paths.to_numpy()
            if metric == "profit":
                # Month 0 has had no payments yet.
                months, values = months[1:], values[:, 1:]
            mid, low, high = style.bands(values)
            ax.fill_between(months, low, high, color=colours[arm], alpha=0.14, linewidth=0)
            ax.plot(months, mid, color=colours[arm], linestyle=dashes[arm])
            ends[arm] = mid[-1]
        ax.set_xlim(0, series["month"].max())
        style.panel_title(ax, f"{label} of {releaser}" if owned else label)
        ax.set_ylabel(unit)
        if metric != "profit":
            ax.set_ylim(bottom=0)
        style.label_ends(ax, ends, colours, 0.085)
    for ax in axes[-1]:
        ax.set_xlabel("month")
    runs = series.groupby("arm")["replicate"].nunique().max()
    style.headline(figure, title, f"Lines: median of {runs} runs. Bands: 10 % to 90 % of runs.")
    last = series[series["month"] == series["month"].max()].groupby("arm")["builders"].median()
    most = str(last.idxmax())
    return style.describe(figure, f"Most builders, {last.max():.0f} in the median, under {most}.")


def _most_affected(series: pd.DataFrame, columns: pd.DataFrame) -> str:
    profits = columns[columns["metric"] == "profit"]
    means = series.groupby("arm")[list(profits["name"])].mean()
    spread = (means.max() - means.min()).to_numpy()
    return str(profits["entity"].iloc[int(np.argmax(spread))])
