"""Simulated points on theoretical curves."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from matplotlib.figure import Figure

from platformsim.views import style

_WIDTH, _HEIGHT = 3.7, 3.1


@dataclass(frozen=True)
class Curve:
    """A theoretical curve; ``dashed`` where it is unstable or wrong."""

    name: str
    x: np.ndarray
    y: np.ndarray
    dashed: bool = False


@dataclass(frozen=True)
class Points:
    """Simulated points with their standard errors."""

    name: str
    x: np.ndarray
    y: np.ndarray
    se: np.ndarray | None = None


@dataclass(frozen=True)
class Panel:
    """One panel of a figure.

    Attributes
    ----------
    title, x, y : str
        Title and labels of the axes, with units.
    curves, points : list
    log : str
        Which axes are logarithmic: ``""``, ``"x"``, ``"y"`` or ``"xy"``.
    """

    title: str
    x: str
    y: str
    curves: list[Curve] = field(default_factory=list)
    points: list[Points] = field(default_factory=list)
    log: str = ""


def theory_figure(panels: list[Panel], title: str, note: str = "") -> Figure:
    """Draw panels side by side: curves are theory, points with bars of 2 SE the simulation."""
    columns = min(len(panels), 3)
    rows = -(-len(panels) // columns)
    figure, axes = style.grid(rows, columns, _WIDTH * columns + 0.3, _HEIGHT * rows + 0.6)
    for place in range(rows * columns):
        ax = axes[divmod(place, columns)]
        if place >= len(panels):
            ax.set_axis_off()
            continue
        _draw(ax, panels[place])
    said = "Lines: theory. Points: simulation, bars 2 standard errors."
    style.headline(figure, title, f"{said} {note}".strip())
    return style.describe(figure, f"{title}: simulated points on the curves that theory predicts.")


def _draw(ax, panel: Panel) -> None:
    names = {thing.name: None for thing in (*panel.curves, *panel.points) if thing.name}
    colours = dict(zip(names, style.COLOURS * (len(names) // len(style.COLOURS) + 1), strict=False))
    for curve in panel.curves:
        dash = (0, (4, 2)) if curve.dashed else "-"
        ax.plot(
            curve.x, curve.y, linestyle=dash, linewidth=1.1 if curve.dashed else 1.6,
            color=colours.get(curve.name, style.INK), label=curve.name or None,
        )  # fmt: skip
    for points in panel.points:
        errors = None if points.se is None else 2.0 * np.asarray(points.se)
        known = any(curve.name == points.name for curve in panel.curves)
        ax.errorbar(
            points.x, points.y, errors, fmt="o", markersize=3.6, markeredgewidth=0.9,
            markerfacecolor="white", elinewidth=0.9, color=colours.get(points.name, style.INK),
            label=None if known or not points.name else points.name, zorder=3,
        )  # fmt: skip
    if "x" in panel.log:
        ax.set_xscale("log")
    if "y" in panel.log:
        ax.set_yscale("log")
    if len(names) > 1:
        ax.legend(frameon=False, fontsize=7.5, loc="best", handlelength=1.6)
    ax.set_xlabel(panel.x)
    ax.set_ylabel(panel.y)
    style.panel_title(ax, panel.title)
