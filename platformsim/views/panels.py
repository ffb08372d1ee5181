"""Panels of a figure over parameters: zones of a verdict, and means with their intervals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch

_BELOW, _UNSURE, _ABOVE = "#F3C6A5", "#EDEDED", "#A9CFE6"


def zones(
    axes: Axes, frame: pd.DataFrame, x: str, y: str, *, names: tuple[str, str]
) -> tuple[np.ndarray, np.ndarray]:
    """Colour the design points of two parameters by what the interval of a difference says.

    Parameters
    ----------
    axes : Axes
    frame : DataFrame
        One row a design point: the columns ``x`` and ``y``, and ``low`` and ``high``.
    x, y : str
        Columns of the two parameters; values stand at equal distances on the axes.
    names : (str, str)
        What holds where the whole interval lies above 0, and where it lies below.

    Returns
    -------
    xs, ys : array
        The values on the axes, whose places are 0, 1, 2 ...
    """
    sign = (frame["low"] > 0).astype(int) - (frame["high"] < 0).astype(int)
    wide = frame.assign(sign=sign).pivot(index=y, columns=x, values="sign")
    colours = ListedColormap([_BELOW, _UNSURE, _ABOVE])
    axes.pcolormesh(
        np.arange(wide.shape[1]), np.arange(wide.shape[0]), wide.to_numpy(float),
        cmap=colours, vmin=-1.5, vmax=1.5, shading="nearest", edgecolors="white", linewidth=0.6,
    )  # fmt: skip
    xs, ys = wide.columns.to_numpy(float), wide.index.to_numpy(float)
    axes.set_xticks(range(len(xs)), [f"{value:g}" for value in xs])
    axes.set_yticks(range(len(ys)), [f"{value:g}" for value in ys])
    shown = ((1, _ABOVE, names[0]), (-1, _BELOW, names[1]), (0, _UNSURE, "cannot be told"))
    handles = [Patch(facecolor=colour, label=name) for _, colour, name in shown]
    axes.legend(
        handles=handles, frameon=False, fontsize=7.5, ncols=3, loc="lower left",
        bbox_to_anchor=(0.0, 1.0), borderaxespad=0.1, handlelength=1.2, columnspacing=1.0,
    )  # fmt: skip
    return xs, ys


def curve(axes: Axes, frame: pd.DataFrame, x: str, *, colour: str, **options: Any) -> None:
    """Draw a mean over a parameter with its 95 % interval.

    Parameters
    ----------
    axes : Axes
    frame : DataFrame
        One row a value: the columns ``x``, ``mean``, ``low`` and ``high``.
    x : str
    colour : str
    options
        Of the line: ``label``, ``linestyle``, ``marker``.
    """
    part = frame.sort_values(x)
    low, high = part["low"].to_numpy(float), part["high"].to_numpy(float)
    axes.fill_between(part[x], low, high, color=colour, alpha=0.2, linewidth=0)
    axes.plot(part[x], part["mean"], color=colour, **{"marker": "o", "markersize": 3.5} | options)
