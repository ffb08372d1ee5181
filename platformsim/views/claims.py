"""One claim: its contrast, its negative control, and what its verdict hangs on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from platformsim.views import style

_ROLES = {"contrast": "", "control": "control_"}
_CURVE = "#0072B2"


def claim_figure(row: dict[str, Any], differences: pd.DataFrame, hinges: pd.DataFrame) -> Figure:
    """Draw the paired differences of contrast and control, and the effect along each hinge.

    Parameters
    ----------
    row : dict
        The claim's row of the table of claims.
    differences : DataFrame
        The claim's pairs.
    hinges : DataFrame
        The claim's hinge points; may be empty.

    Returns
    -------
    Figure
    """
    keys = list(dict.fromkeys(hinges["key"])) if len(hinges) else []
    roles = [role for role in _ROLES if (differences["role"] == role).any()]
    panels = len(roles) + len(keys)
    figure, axes = style.grid(1, panels, 2.75 * panels, 3.3)
    for ax, role in zip(axes[0], roles, strict=False):
        _pairs(ax, row, differences[differences["role"] == role], role)
    if len(roles) == 2 and row["metric"] == row["control_metric"]:
        spans = [ax.get_xlim() for ax in axes[0, :2]]
        for ax in axes[0, :2]:
            ax.set_xlim(min(low for low, _ in spans), max(high for _, high in spans))
    for ax, key in zip(axes[0, len(roles) :], keys, strict=True):
        _hinge(ax, row, hinges[hinges["key"] == key])
    tail = "tails of the arms" if row["statistic"] == "tail" else "paired differences"
    note = f"Dots: {tail}, arm less base. Bars and bands: 95 % intervals. Dotted: smallest effect"
    note += " of interest in the stated direction." + (" Star: default." if keys else "")
    style.headline(figure, f"{row['id']} {row['title']}: {row['verdict']}", note)
    return style.describe(figure, _finding(row))


def _pairs(ax: Axes, row: dict[str, Any], differences: pd.DataFrame, role: str) -> None:
    prefix = _ROLES[role]
    verdict, bar = row[f"{prefix}verdict"], _bar(row, prefix)
    colour = style.VERDICT_COLOURS[verdict]
    if row[f"{prefix}statistic"] != "tail":
        pairs = differences["difference"].dropna().to_numpy()
        # A fixed scatter: the height of a dot means nothing and must not need random numbers.
        height = 0.5 + 0.28 * np.cos(2.399963 * np.arange(len(pairs)))
        ax.scatter(pairs, height, s=6, color=colour, alpha=0.35, linewidths=0)
    ax.axvline(0, color=style.PALE, linewidth=0.8)
    ax.axvline(bar, linestyle=":", color=style.INK, linewidth=1.1)
    ax.plot([row[f"{prefix}low"], row[f"{prefix}high"]], [0.5, 0.5], color=style.INK, linewidth=2.2)
    mark = style.VERDICT_MARKS[verdict]
    effect = row[f"{prefix}effect"]
    ax.plot(effect, 0.5, mark, color=colour, markersize=6, markeredgecolor=style.INK)
    ax.set_ylim(0, 1)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.locator_params(axis="x", nbins=4)
    ax.margins(x=0.08)
    style.panel_title(ax, "contrast" if role == "contrast" else "negative control")
    arms = f"{row[f'{prefix}arm']} - {row[f'{prefix}base']}"
    ax.text(0.0, 0.99, arms, transform=ax.transAxes, va="top", fontsize=7.2, color="#555555")
    ax.text(
        1.0, 0.9, verdict, transform=ax.transAxes, ha="right", va="top", fontsize=8, color=colour
    )
    ax.set_xlabel(_measure(row, prefix))


def _hinge(ax: Axes, row: dict[str, Any], points: pd.DataFrame) -> None:
    flip = points["flip_value"].iloc[0]
    if points["logarithmic"].iloc[0]:
        ax.set_xscale("log")
    points = points.dropna(subset=["value", "effect"]).sort_values("value")
    finite = points.replace([np.inf, -np.inf], np.nan)
    ax.fill_between(
        points["value"], finite["low"], finite["high"], color=_CURVE, alpha=0.16, linewidth=0
    )
    ax.plot(points["value"], points["effect"], "-o", color=_CURVE, markersize=3)
    default = points[points["is_default"]]
    ax.plot(default["value"], default["effect"], "*", color=style.INK, markersize=9, zorder=4)
    ax.axhline(0, color=style.PALE, linewidth=0.8)
    ax.axhline(_bar(row, ""), linestyle=":", color=style.INK, linewidth=1.1)
    if np.isfinite(flip):
        ax.axvline(flip, linestyle="--", color="#D55E00", linewidth=1.2)
        ax.annotate(
            f"flips at {flip:.3g}", (flip, 1.0), (3, -2), xycoords=("data", "axes fraction"),
            textcoords="offset points", va="top", fontsize=7.5, color="#D55E00",
        )  # fmt: skip
    else:
        ax.annotate(
            "does not flip here", (0.03, 0.97), xycoords="axes fraction", va="top", fontsize=7.5,
            color="#555555",
        )  # fmt: skip
    key = str(points["key"].iloc[0])
    style.panel_title(ax, "effect along a hinge")
    group, _, name = key.rpartition(".")
    ax.set_xlabel(f"{name}\n({group.partition('.')[2] or group})")
    ax.locator_params(axis="y", nbins=5)


def _bar(row: dict[str, Any], prefix: str) -> float:
    sign = 1.0 if row[f"{prefix}direction"] == "up" else -1.0
    return sign * row[f"{prefix}sesoi"]


def _measure(row: dict[str, Any], prefix: str) -> str:
    metric, unit = row[f"{prefix}metric"], row[f"{prefix}unit"]
    what = f"tail of {metric}" if row[f"{prefix}statistic"] == "tail" else metric
    stated = {"up": "stated: up →", "down": "stated: ← down"}[row[f"{prefix}direction"]]
    return f"{what} ({unit})\n{stated}" if unit else f"{what}\n{stated}"


def _finding(row: dict[str, Any]) -> str:
    said = (
        f"{row['id']} {row['verdict']}: {row['metric']} changes by {row['effect']:.3g} "
        f"[{row['low']:.3g}, {row['high']:.3g}]; its control is {row['control_verdict']}."
    )
    if row["hinges_on"] and np.isfinite(row["flip_value"]):
        said += f" The verdict flips at {row['hinges_on']} = {row['flip_value']:.3g}."
    return said
