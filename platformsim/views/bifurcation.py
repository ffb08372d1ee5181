"""Bifurcation diagrams: fixed points over a parameter, both branches and their folds."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from platformsim.views import style

_MARKS = {"fold": ("o", "#D55E00", "fold"), "branch_point": ("D", "#009E73", "branch point")}


def bifurcation(
    points: pd.DataFrame, singular: pd.DataFrame, value: str, *, label: str, title: str
) -> Figure:
    """Draw a share at every fixed point over a parameter.

    Parameters
    ----------
    points : DataFrame
        One row a point, in order along each branch: ``parameter``, ``branch``, ``kind`` (empty
        unless it is a fold or branch point), ``stable`` and the column ``value``.
    singular : DataFrame
        Folds and branch points: ``kind``, ``parameter`` and the column ``value``.
    value : str
        Column to draw.
    label, title : str
        Label of the parameter's axis; the figure's title.

    Returns
    -------
    Figure
    """
    figure, axes = style.grid(1, 1, 6.4, 4.2)
    ax = axes[0, 0]
    for _, branch in points.groupby("branch", sort=False):
        x, y = branch["parameter"].to_numpy(), branch[value].to_numpy()
        # Stability changes at folds and branch points, so these say nothing about a segment.
        holds = (branch["stable"] | (branch["kind"] != "")).to_numpy()
        solid = holds[:-1] & holds[1:]
        cuts = [0, *(np.flatnonzero(np.diff(solid)) + 1), len(solid)]
        for first, last in pairwise(cuts):
            dash, width = ("-", 1.9) if solid[first] else ((0, (4, 2)), 1.1)
            part = slice(first, last + 1)
            ax.plot(x[part], y[part], linestyle=dash, color=style.COLOURS[0], linewidth=width)
    for kind, (mark, colour, name) in _MARKS.items():
        part = singular[singular["kind"] == kind]
        if len(part):
            ax.plot(part["parameter"], part[value], mark, color=colour, markersize=5, label=name)
    if len(singular):
        ax.legend(frameon=False, fontsize=8, loc="best")
    ax.set_ylim(-0.02, 1.02)
    ax.set_xlabel(label)
    ax.set_ylabel(value)
    style.headline(figure, title, "Solid: stable, dashed: unstable fixed points of the mean field.")
    places = {
        name: ", ".join(f"{v:.4g}" for v in sorted(set(part["parameter"].round(6))))
        for kind, (_, _, name) in _MARKS.items()
        if len(part := singular[singular["kind"] == kind])
    }
    found = "; ".join(f"{name} at {where}" for name, where in places.items())
    count = points["branch"].nunique()
    return style.describe(figure, f"{title}: {count} branches; {found or 'no folds'}.")
