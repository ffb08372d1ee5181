"""Power over the number of pairs."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from platformsim.views import style


def power_figure(curve: pd.DataFrame, pairs: int, power: float, title: str) -> Figure:
    """Draw the chance to see an effect over the number of pairs.

    Parameters
    ----------
    curve : DataFrame
        Columns ``pairs`` and ``power``.
    pairs : int
        Where the wanted power is reached.
    power : float
    title : str
    """
    figure, axes = style.grid(1, 1, 5.6, 3.4)
    ax = axes[0, 0]
    ax.plot(curve["pairs"], curve["power"], color=style.COLOURS[0])
    ax.plot([pairs, pairs], [0, power], color=style.PALE, linewidth=0.9, linestyle=":")
    ax.plot(pairs, power, "o", color=style.COLOURS[1], markersize=5)
    ax.annotate(
        f"{pairs:,} pairs", (pairs, power), (6, -12), textcoords="offset points", fontsize=8
    )
    ax.set_xlim(0, None)
    ax.set_ylim(0, 1.02)
    ax.set_xlabel("pairs of runs")
    ax.set_ylabel("power (chance that the interval excludes 0)")
    style.headline(figure, title)
    return style.describe(figure, f"{title}: {pairs:,} pairs for a power of {power:g}.")
