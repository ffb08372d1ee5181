"""A Pareto front with its intervals, and the strategies on it."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from platformsim.metrics import REGISTRY
from platformsim.views import style
from platformsim.views.gallery import Gallery

_BASE = -1
_MOST_STRATEGIES = 20
_OTHER = "settings"
# From closed to open: from dark to light would say nothing in print, so each has a mark as well.
_DEGREES = {
    "closed_api": ("#000000", "s"),
    "staged": ("#CC79A7", "D"),
    "delayed_open": ("#E69F00", "^"),
    "open_capped": ("#0072B2", "v"),
    "open_weights": ("#009E73", "o"),
    _OTHER: ("#0072B2", "o"),
}


def search_gallery(
    trials: pd.DataFrame,
    front: pd.DataFrame,
    objectives: Sequence[tuple[str, str]],
    title: str,
    months: int | None,
) -> Gallery:
    """Draw a search.

    Parameters
    ----------
    trials, front : DataFrame
        As a search returns them.
    objectives : sequence of (str, str)
        Metric, and ``up`` or ``down``; the first two are drawn.
    title : str
    months : int or None
        Length of a run, where openings were searched.

    Returns
    -------
    Gallery
        ``front`` and, where openings were searched, ``strategies``.
    """
    gallery = Gallery()
    gallery["front"] = _front(trials, front, objectives, title)
    if months is not None and "degree" in trials:
        gallery["strategies"] = _strategies(trials, front, objectives, title, months)
    return gallery


def _degree(trials: pd.DataFrame) -> pd.Series:
    if "degree" in trials:
        return trials["degree"]
    return pd.Series(_OTHER, index=trials.index)


def _front(
    trials: pd.DataFrame, front: pd.DataFrame, objectives: Sequence[tuple[str, str]], title: str
) -> Figure:
    (first, _), (second, _) = objectives[:2]
    figure, axes = style.grid(1, 1, 6.6, 4.6)
    ax = axes[0, 0]
    degrees = trials.assign(_degree=_degree(trials)).set_index("trial")["_degree"]
    for degree, (colour, mark) in _DEGREES.items():
        part = trials[(degrees.to_numpy() == degree) & (trials["error"] == "").to_numpy()]
        ax.plot(
            part[first], part[second], mark, color=colour, alpha=0.22, markersize=4,
            markeredgewidth=0,
        )  # fmt: skip
        if len(part):
            ax.plot([], [], mark, color=colour, markersize=6.5, label=degree)
    points = _wide(front, first, second)
    for row in points[points["trial"] != _BASE].to_dict("records"):
        colour, mark = _DEGREES[degrees[row["trial"]]]
        _cross(ax, row, colour)
        ax.plot(
            row["value_x"], row["value_y"], mark, color=colour if row["undominated"] else "white",
            markeredgecolor=colour, markersize=6.5,
        )  # fmt: skip
    kept = points[(points["trial"] != _BASE) & points["undominated"].eq(True)]
    line = kept.sort_values("value_x")
    ax.plot(line["value_x"], line["value_y"], color=style.INK, linewidth=0.8, zorder=1)
    base = points[points["trial"] == _BASE].iloc[0].to_dict()
    _cross(ax, base, style.INK)
    ax.plot(
        base["value_x"], base["value_y"], "*", color="white", markeredgecolor=style.INK,
        markersize=11, label="scenario as it stands",
    )  # fmt: skip
    ax.set_xlabel(_with_unit(objectives[0]))
    ax.set_ylabel(_with_unit(objectives[1]))
    ax.margins(0.08)
    ax.locator_params(nbins=6)
    figure.legend(frameon=False, fontsize=7.5, loc="outside right center")
    note = (
        "Large: the front, run again with fresh seeds, 95 % intervals; hollow: no longer on it. "
        "Pale: trials."
    )
    style.headline(figure, fill(title, 62), note)
    best = {
        name: points.loc[points[f"value_{axis}"].idxmax()]
        for axis, name in zip("xy", (first, second), strict=True)
    }
    text = "; ".join(f"most {name}: {row['strategy']}" for name, row in best.items())
    return style.describe(figure, f"{len(points) - 1} strategies on the front; {text}.")


def _wide(front: pd.DataFrame, first: str, second: str) -> pd.DataFrame:
    """Return one row a trial, with the two objectives beside each other."""
    keys = ["trial", "strategy", "undominated", "stays"]
    parts = [
        front[front["objective"] == name].rename(
            columns={c: f"{c}_{axis}" for c in ("value", "low", "high")}
        )
        for axis, name in zip("xy", (first, second), strict=True)
    ]
    columns = [f"{c}_{axis}" for axis in "xy" for c in ("value", "low", "high")]
    joined = parts[0].merge(parts[1], on="trial", suffixes=("", "_again"))
    return joined[[*keys, *columns]]


def _cross(ax: Axes, row: dict, colour: str) -> None:
    for x, y in (
        ((row["low_x"], row["high_x"]), (row["value_y"],) * 2),
        ((row["value_x"],) * 2, (row["low_y"], row["high_y"])),
    ):
        ax.plot(x, y, color=colour, linewidth=1.0, zorder=2)


def _with_unit(objective: tuple[str, str]) -> str:
    name, way = objective
    short = name.partition("[")[0].rpartition(".")[2]
    unit = f" ({REGISTRY[short].unit})" if short in REGISTRY else ""
    return f"{name}{unit}, {'more' if way == 'up' else 'less'} is better"


def _strategies(
    trials: pd.DataFrame,
    front: pd.DataFrame,
    objectives: Sequence[tuple[str, str]],
    title: str,
    months: int,
) -> Figure:
    names = [name for name, _ in objectives[:2]]
    points = _wide(front, *names)
    points = points[points["trial"] != _BASE]
    if len(points) > _MOST_STRATEGIES:
        places = np.linspace(0, len(points) - 1, _MOST_STRATEGIES).round().astype(int)
        points = points.iloc[places]
    shown = trials.set_index("trial").loc[points["trial"]]
    figure, axes = style.grid(
        1, 3, 9.4, 1.7 + 0.27 * len(points), sharey=True, width_ratios=(2.1, 1, 1)
    )
    seen = set()
    for place, (row, lever) in enumerate(
        zip(points.to_dict("records"), shown.to_dict("records"), strict=True)
    ):
        degree = lever["degree"]
        colour, mark = _DEGREES[degree]
        opens, closes = lever.get("open_month", np.nan), lever.get("close_month", np.nan)
        label = None if degree in seen else degree
        seen.add(degree)
        if np.isfinite(opens):
            end = closes if np.isfinite(closes) else months
            axes[0, 0].barh(-place, end - opens, left=opens, height=0.5, color=colour,
                            linewidth=0, label=label)  # fmt: skip
            axes[0, 0].text(
                months * 1.02, -place, _detail(lever), va="center", fontsize=7, color=style.INK
            )
        else:
            axes[0, 0].plot([0, months], [-place] * 2, color=colour, linewidth=0.8, label=label)
        for ax, axis in zip(axes[0, 1:], "xy", strict=True):
            ax.plot([row[f"low_{axis}"], row[f"high_{axis}"]], [-place] * 2, color=style.INK, lw=1)
            ax.plot(row[f"value_{axis}"], -place, mark, color=colour, markersize=5)
    base = _wide(front, *names).set_index("trial").loc[_BASE]
    for ax, axis, objective in zip(axes[0, 1:], "xy", objectives, strict=False):
        ax.axvline(base[f"value_{axis}"], color=style.PALE, linewidth=0.9, linestyle=":")
        ax.set_xlabel(_with_unit(objective).partition(",")[0])
        ax.locator_params(axis="x", nbins=4)
        style.panel_title(ax, objective[0])
    axes[0, 0].set_xlim(0, months * 1.22)
    axes[0, 0].set_xticks(range(0, months + 1, max(12, months // 60 * 12)))
    axes[0, 0].set_xlabel("month")
    axes[0, 0].set_yticks(
        [-p for p in range(len(points))], [f"trial {t}" for t in points["trial"]], fontsize=7
    )
    axes[0, 0].tick_params(axis="y", length=0)
    style.panel_title(axes[0, 0], "when and how far it is open")
    figure.legend(frameon=False, fontsize=7.5, loc="outside right center")
    style.headline(
        figure, fill(title, 105),
        "The front from least to most of the first objective. Bars: months in which the degree is "
        "in force. Dotted: the scenario as it stands. Lines: 95 % intervals.",
    )  # fmt: skip
    ends = points.iloc[[0, -1]]["strategy"].tolist()
    return style.describe(
        figure, f"Along the front strategies run from '{ends[0]}' to '{ends[1]}'."
    )


def _detail(lever: dict) -> str:
    delay, cap = lever.get("delay_months", np.nan), lever.get("licence_cap", np.nan)
    if np.isfinite(delay):
        return f"+{delay:.0f} months"
    return f"cap {cap:.0%}" if np.isfinite(cap) else ""
