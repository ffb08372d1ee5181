"""What came out of a sweep: how metrics answer to each swept key, and how the arms differ."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from platformsim.views import style
from platformsim.views.gallery import Gallery

_MOST_LEVELS, _BINS = 25, 8
_MOST_ROWS, _MOST_KEYS = 3, 4


def main_metrics(columns: pd.DataFrame, stated: Sequence[str] = ()) -> list[str]:
    """Return the columns to draw: those that are stated, else the first share and profit."""
    if not len(columns):
        return []
    short = columns["name"].str.split(".", n=1).str[-1]
    found = [name for want in dict.fromkeys(stated)
             for name in columns["name"][(columns["name"] == want) | (short == want)]]  # fmt: skip
    if not found:
        first = columns[columns["metric"].isin(["share", "profit"])].groupby("metric", sort=False)
        found = first["name"].first().tolist() or columns["name"].head(1).tolist()
    return list(dict.fromkeys(found))[:_MOST_ROWS]


def sweep_gallery(
    summary: pd.DataFrame,
    columns: pd.DataFrame,
    keys: Sequence[str],
    title: str,
    metrics: Sequence[str],
    units: dict[str, str],
) -> Gallery:
    """Draw a sweep.

    Parameters
    ----------
    summary : DataFrame
        One row a run: arm, a column a swept key, replicate, and the metrics.
    columns : DataFrame
        The column dictionary.
    keys : sequence of str
        What was swept.
    title : str
    metrics : sequence of str
        Columns of the summary.
    units : dict of str to str
        Units of the keys.

    Returns
    -------
    Gallery
        ``response`` and, where there are several arms, ``differences``.
    """
    gallery = Gallery()
    varied = [key for key in keys if summary[key].nunique() > 1][:_MOST_KEYS] or list(keys)[:1]
    if not len(summary) or not varied or not metrics:
        return gallery
    named = columns.set_index("name")["unit"].to_dict()
    labels = {name: _label(name, named.get(name, "")) for name in metrics}
    across = {key: _label(key, units.get(key, "")) for key in varied}
    gallery["response"] = _panels(summary, across, labels, title, zero=False)
    arms = list(dict.fromkeys(summary["arm"]))
    if len(arms) > 1:
        apart = _differences(summary, list(keys), list(metrics), arms)
        heading = f"Paired differences from {arms[0]}: {title}"
        gallery["differences"] = _panels(apart, across, labels, heading, zero=True)
    return gallery


def _label(name: str, unit: str) -> str:
    # Dots and brackets are where a long name may be broken.
    broken = fill(name.replace(".", ". ").replace("[", " ["), 26, break_long_words=False)
    text = "\n".join(line.replace(". ", ".").replace(" [", "[") for line in broken.split("\n"))
    return text + (f"\n({unit})" if unit else "")


def _differences(
    summary: pd.DataFrame, keys: list[str], metrics: list[str], arms: list[str]
) -> pd.DataFrame:
    where = [*keys, "replicate"]
    # A table may name a point twice; the same seeds give the same numbers.
    by_arm = {
        arm: part.groupby(where, sort=False, dropna=False)[metrics].first()
        for arm, part in summary.groupby("arm")
    }
    parts = []
    for arm in arms[1:]:
        part = (by_arm[arm] - by_arm[arms[0]]).dropna(how="all").reset_index()
        parts.append(part.assign(arm=f"{arm} − {arms[0]}"))
    return pd.concat(parts, ignore_index=True)


def _panels(
    frame: pd.DataFrame, keys: dict[str, str], metrics: dict[str, str], title: str, zero: bool
) -> Figure:
    arms = list(dict.fromkeys(frame["arm"]))
    colours = style.colour_of(arms)
    dashes = style.dash_of(arms)
    figure, axes = style.grid(
        len(metrics), len(keys), 1.6 + 2.5 * len(keys), 1.3 + 1.9 * len(metrics),
        sharex="col", sharey="row",
    )  # fmt: skip
    for column, (key, name) in enumerate(keys.items()):
        for row, (metric, label) in enumerate(metrics.items()):
            ax = axes[row, column]
            if zero:
                ax.axhline(0.0, color=style.PALE, linewidth=0.8)
            for arm in arms:
                part = frame[frame["arm"] == arm]
                _draw(ax, part[key], part[metric], colours[arm], dashes[arm], arm)
            if column == 0:
                ax.set_ylabel(label)
            if row == len(metrics) - 1:
                ax.set_xlabel(name)
    if len(arms) > 1:
        axes[0, 0].legend(frameon=False, fontsize=8)
    style.headline(
        figure, title, "Marks: means over runs, other swept keys at all their values. "
        "Bars: 95 % intervals.",
    )  # fmt: skip
    counted = f"{len(frame)} {'pairs' if zero else 'runs'}"
    return style.describe(figure, f"{title}: {counted} over {', '.join(keys)}.")


def _draw(
    ax: Axes, values: pd.Series, metric: pd.Series, colour: str, dash: object, arm: str
) -> None:
    numeric = pd.api.types.is_numeric_dtype(values) and values.dtype != bool
    many = numeric and values.nunique() > _MOST_LEVELS
    if many:
        ax.plot(values, metric, ".", color=colour, alpha=0.15, markersize=3, markeredgewidth=0)
        edges = np.unique(np.quantile(values, np.linspace(0.0, 1.0, _BINS + 1)))
        level = pd.cut(values, edges, include_lowest=True)
        places = values.groupby(level, observed=True).mean()
    else:
        level = values if numeric else values.astype("str")
        places = None
    grouped = metric.groupby(level, observed=True)
    mean, count = grouped.mean(), grouped.count()
    half = 1.96 * grouped.std() / np.sqrt(count)
    x = mean.index if places is None else places
    ax.errorbar(
        list(x), mean.to_numpy(), half.fillna(0.0).to_numpy(), color=colour, linestyle=dash,
        marker="o", markersize=3.5, elinewidth=1.0, capsize=2, linewidth=1.3, label=arm,
    )  # fmt: skip
    if not numeric:
        ax.margins(x=0.25)
