"""Where an answer flips: a curve with its crossings, a map of zones, branches from each start."""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from platformsim.views import style

CANNOT_TELL = "cannot tell"
_ABOVE, _BELOW, _UNSURE = "#0072B2", "#D55E00", "#D9D9D9"
_MARKS = "osD"
_CURVE_NOTE = "Bars: 95 % intervals. Green: where it changes sign, with band."
_STARTS_NOTE = "Markers: mean; shaded: 10 % to 90 % of runs. Grey: critical values, with band."


def _colours(zones: tuple[str, str]) -> dict[str, str]:
    return {zones[0]: _ABOVE, zones[1]: _BELOW, CANNOT_TELL: _UNSURE}


def _wrapped(title: str, width: int) -> str:
    return "\n".join(textwrap.wrap(title, width))


def crossing_figure(
    points: pd.DataFrame,
    crossings: pd.DataFrame,
    key: str,
    *,
    label: str,
    zones: tuple[str, str],
    title: str,
) -> Figure:
    """Draw a quantity over one parameter, with the values at which it changes its sign.

    Parameters
    ----------
    points : DataFrame
        ``x``, ``mean``, ``low``, ``high``, ``zone``.
    crossings : DataFrame
        ``value``, ``low``, ``high``.
    key, label : str
        The parameter and the quantity, for the axes.
    zones : tuple of str
        Names of the zones above 0 and below.
    title : str
    """
    figure, axes = style.grid(1, 1, 6.4, 4.2)
    ax = axes[0, 0]
    ax.axhline(0, color=style.PALE, linewidth=0.9)
    ax.plot(points["x"], points["mean"], color="#BBBBBB", linewidth=1.0, zorder=1)
    for place, (name, colour) in enumerate(_colours(zones).items()):
        part = points[points["zone"] == name]
        if len(part):
            ink = style.PALE if name == CANNOT_TELL else colour
            reach = np.abs(part[["low", "high"]].to_numpy().T - part["mean"].to_numpy())
            reach = np.where(np.isfinite(reach), reach, 0.0)
            ax.errorbar(
                part["x"], part["mean"], yerr=reach, fmt=_MARKS[place], color=ink, markersize=4,
                elinewidth=1.0, label=name, zorder=2,
            )  # fmt: skip
    for row in crossings.itertuples():
        ax.axvspan(row.low, row.high, color="#009E73", alpha=0.25, linewidth=0, zorder=0)
        ax.axvline(row.value, color="#009E73", linewidth=1.2, zorder=1)
        ax.annotate(
            f"{row.value:.4g}\n[{row.low:.4g}, {row.high:.4g}]", (row.value, 0.99), (4, 0),
            xycoords=("data", "axes fraction"), textcoords="offset points", fontsize=7.5,
            color="#00664B", va="top",
        )  # fmt: skip
    ax.legend(frameon=False, fontsize=8, loc="best")
    ax.set_xlabel(key)
    ax.set_ylabel(label)
    style.headline(
        figure,
        _wrapped(title, 66),
        "Bars: 95 % intervals. Green: where it changes sign, with band.",
    )
    found = "; ".join(f"{r.value:.4g} [{r.low:.4g}, {r.high:.4g}]" for r in crossings.itertuples())
    return style.describe(figure, f"{label} changes its sign at {found or 'no value seen'}.")


def zones_figure(
    cells: pd.DataFrame,
    line: pd.DataFrame,
    points: pd.DataFrame,
    keys: tuple[str, str],
    *,
    zones: tuple[str, str],
    title: str,
    note: str = "",
) -> Figure:
    """Draw the zones of two parameters, with the line between them.

    Parameters
    ----------
    cells : DataFrame
        ``x``, ``x_end``, ``y``, ``y_end``, ``zone``.
    line : DataFrame
        ``x``, ``y``, ``x_end``, ``y_end``, a row a segment.
    points : DataFrame
        ``x``, ``y``: what was evaluated.
    keys : tuple of str
        The parameters, for the axes.
    zones : tuple of str
        Names of the zones above 0 and below.
    title : str
    note : str
        What the zones say.
    """
    figure, axes = style.grid(1, 1, 6.4, 4.8)
    ax, colours = axes[0, 0], _colours(zones)
    for name, part in cells.groupby("zone"):
        boxes = [
            Rectangle((row.x, row.y), row.x_end - row.x, row.y_end - row.y)
            for row in part.itertuples()
        ]
        alpha = 1.0 if name == CANNOT_TELL else 0.45
        patches = PatchCollection(boxes, facecolor=colours[name], alpha=alpha, linewidths=0)
        patches.set_antialiased(False)
        ax.add_collection(patches)
    segments = line[["x", "y", "x_end", "y_end"]].to_numpy().reshape(-1, 2, 2)
    ax.add_collection(LineCollection(segments, colors=style.INK, linewidths=1.8))
    ax.plot(points["x"], points["y"], ".", color=style.INK, markersize=1.6, alpha=0.6)
    ax.set_xlim(cells["x"].min(), cells["x_end"].max())
    ax.set_ylim(cells["y"].min(), cells["y_end"].max())
    _legend(figure, ax, cells, colours, bool(len(line)))
    ax.set_xlabel(keys[0])
    ax.set_ylabel(keys[1])
    style.headline(figure, _wrapped(title, 66), f"Dots: evaluated points. {note}".strip())
    area = (cells["x_end"] - cells["x"]) * (cells["y_end"] - cells["y"])
    parts = (area.groupby(cells["zone"]).sum() / area.sum()).items()
    said = ", ".join(f"{name} in {part:.0%}" for name, part in parts)
    return style.describe(figure, f"{title}. Of the area: {said}.")


def _legend(
    figure: Figure, ax: Axes, cells: pd.DataFrame, colours: dict[str, str], line: bool
) -> None:
    seen = set(cells["zone"])
    handles = [
        Patch(facecolor=colour, alpha=1.0 if name == CANNOT_TELL else 0.45, label=name)
        for name, colour in colours.items()
        if name in seen
    ]
    if line:
        handles.append(Line2D([], [], color=style.INK, linewidth=1.8, label="line, best estimate"))
    figure.legend(
        handles=handles, loc="outside right upper", frameon=False, fontsize=8, handlelength=1.4
    )


def hysteresis_figure(
    branches: pd.DataFrame,
    critical: pd.DataFrame,
    key: str,
    side: str,
    platform: str,
    title: str,
) -> Figure:
    """Draw where runs end over a parameter from each start, with the critical values.

    Parameters
    ----------
    branches : DataFrame
        ``value``, ``start``, and ``share`` and ``largest`` with their quantiles.
    critical : DataFrame
        ``what``, ``value``, ``low``, ``high``.
    key, side, platform, title : str
        The parameter, and whose share is drawn.
    """
    figure, axes = style.grid(1, 2, 9.4, 4.4, sharex=True, sharey=True)
    starts = list(dict.fromkeys(branches["start"]))
    colours = style.colour_of(starts)
    heads = {"share": f"share of {platform}", "largest": "largest share"}
    for ax, (name, head) in zip(axes[0], heads.items(), strict=True):
        for place, start in enumerate(starts):
            part = branches[branches["start"] == start]
            ax.fill_between(
                part["value"], part[f"{name}_low"], part[f"{name}_high"], color=colours[start],
                alpha=0.15, linewidth=0,
            )  # fmt: skip
            ax.plot(
                part["value"], part[name], "os^"[place % 3], linestyle=style.DASHES[place],
                color=colours[start], markersize=4, linewidth=1.3, label=start,
            )  # fmt: skip
        for place, row in enumerate(critical.itertuples()):
            ax.axvspan(row.low, row.high, color="#999999", alpha=0.35, linewidth=0)
            ax.axvline(row.value, color=style.PALE, linewidth=0.9, linestyle=":")
            if name == "largest":
                ax.annotate(
                    f"{row.what}: {row.value:.4g}", (row.value, 0.03 + 0.06 * place), (3, 0),
                    xycoords=("data", "axes fraction"), textcoords="offset points", fontsize=7,
                    color="#444444",
                )  # fmt: skip
        ax.set_ylim(-0.02, 1.02)
        ax.set_xlabel(key)
        style.panel_title(ax, head)
    axes[0, 0].set_ylabel(f"share of {side} at the end")
    axes[0, 0].legend(frameon=False, fontsize=8, loc="best")
    style.headline(
        figure,
        _wrapped(title, 98),
        _STARTS_NOTE,
    )
    found = "; ".join(
        f"{row.what} from {row.value:.4g} [{row.low:.4g}, {row.high:.4g}]"
        for row in critical.itertuples()
    )
    return style.describe(figure, f"{title}: {found or 'no critical value seen'}.")
