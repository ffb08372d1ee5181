"""Maps and curves over parameters: where one arm beats the other."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap, TwoSlopeNorm
from matplotlib.figure import Figure

from platformsim.views import style

_MAP = LinearSegmentedColormap.from_list("verdict", ["#D55E00", "#F7F7F7", "#0072B2"])


def zone_map(
    frame: pd.DataFrame,
    x: str,
    y: str,
    *,
    labels: tuple[str, str, str],
    title: str,
    winners: tuple[str, str] = ("open", "closed"),
    line: tuple[Callable[[np.ndarray], np.ndarray], str] | None = None,
) -> Figure:
    """Draw a paired difference over two parameters, with the zone where it cannot be told.

    Parameters
    ----------
    frame : DataFrame
        One row a design point: the columns ``x`` and ``y``, and ``mean``, ``low``, ``high``.
    x, y : str
        Columns of the two parameters.
    labels : tuple of str
        Axis labels of x and y, and the label of the difference with its unit.
    title : str
    winners : tuple of str
        What wins where the difference is positive, and where it is negative.
    line : (callable, str), optional
        A closed form y(x) to draw on the map, and its name.

    Returns
    -------
    Figure
    """
    figure, axes = style.grid(1, 1, 6.6, 4.6)
    ax = axes[0, 0]
    wide = frame.pivot(index=y, columns=x, values="mean")
    xs, ys, values = wide.columns.to_numpy(float), wide.index.to_numpy(float), wide.to_numpy()
    bound = max(float(np.nanmax(np.abs(values))), 1e-12)
    norm = TwoSlopeNorm(0.0, -bound, bound)
    mesh = ax.pcolormesh(xs, ys, values, cmap=_MAP, norm=norm, shading="nearest")
    unsure = frame[(frame["low"] <= 0) & (frame["high"] >= 0)]
    ax.plot(unsure[x], unsure[y], "x", color=style.INK, markersize=5, markeredgewidth=1)
    if min(values.shape) > 1 and values.min() < 0 < values.max():
        ax.contour(xs, ys, values, levels=[0.0], colors=[style.INK], linewidths=1.4)
    if line is not None:
        fine = np.linspace(xs[0], xs[-1], 200)
        heights = line[0](fine)
        inside = (heights >= ys[0]) & (heights <= ys[-1])
        ax.plot(fine[inside], heights[inside], "--", color="#009E73", linewidth=2.2)
        if inside.any():
            place = np.flatnonzero(inside)[int(inside.sum() * 0.55)]
            ax.annotate(
                line[1], (fine[place], heights[place]), (6, -14), textcoords="offset points",
                color="#00664B", fontsize=8, fontweight="bold",
            )  # fmt: skip
    bar = figure.colorbar(mesh, ax=ax, pad=0.02)
    bar.set_label(f"{labels[2]}\n← {winners[1]} wins     {winners[0]} wins →", fontsize=8)
    bar.ax.tick_params(labelsize=8)
    bar.outline.set_visible(False)
    ax.set_xlabel(labels[0])
    ax.set_ylabel(labels[1])
    style.headline(
        figure, title, "Black line: difference 0. Crosses: the 95 % interval holds 0, cannot tell."
    )
    wins = int((frame["low"] > 0).sum())
    return style.describe(
        figure, f"{winners[0]} wins at {wins} of {len(frame)} design points, {winners[1]} at "
        f"{int((frame['high'] < 0).sum())}; at {len(unsure)} it cannot be told.",
    )  # fmt: skip


def branches(
    points: pd.DataFrame,
    x: str,
    value: str,
    *,
    labels: tuple[str, str],
    title: str,
    curves: pd.DataFrame | None = None,
    marks: dict[str, float] | None = None,
) -> Figure:
    """Draw where runs end over a parameter, from each start, on the theoretical curves.

    Parameters
    ----------
    points : DataFrame
        One row a run: columns ``x``, ``value`` and ``start``.
    x, value : str
    labels : tuple of str
        Axis labels.
    title : str
    curves : DataFrame, optional
        Columns ``x``, ``value``, ``curve`` (name) and ``stable``.
    marks : dict of str to float, optional
        Vertical lines by name.

    Returns
    -------
    Figure
    """
    figure, axes = style.grid(1, 1, 6.4, 4.2)
    ax = axes[0, 0]
    if curves is not None:
        for (_, stable), part in curves.groupby(["curve", "stable"]):
            dash = "-" if stable else (0, (2, 2))
            ax.plot(part[x], part[value], linestyle=dash, color="#555555", linewidth=1.2, zorder=1)
    starts = list(dict.fromkeys(points["start"]))
    colours = style.colour_of(starts)
    for place, start in enumerate(starts):
        part = points[points["start"] == start]
        ax.plot(
            part[x], part[value], "os^D"[place % 4], color=colours[start], markersize=3.5,
            alpha=0.6, markeredgewidth=0, label=start, zorder=2,
        )  # fmt: skip
    for name, where in (marks or {}).items():
        ax.axvline(where, color=style.PALE, linewidth=0.9, linestyle=":")
        ax.annotate(
            name, (where, 0.02), (3, 0), xycoords=("data", "axes fraction"),
            textcoords="offset points", fontsize=7.5, color="#555555",
        )  # fmt: skip
    ax.legend(frameon=False, fontsize=8, loc="upper left")
    ax.set_xlabel(labels[0])
    ax.set_ylabel(labels[1])
    note = "Markers: one run each. Solid: stable, dotted: unstable fixed points of the mean field."
    style.headline(figure, title, note if curves is not None else "Markers: one run each.")
    return style.describe(figure, f"{title}: {len(points)} runs from {len(starts)} starts.")
