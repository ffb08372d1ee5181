"""Who earns what: mean monthly income of every group and releaser, by arm."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from platformsim.views import style


def earnings(summary: pd.DataFrame, columns: pd.DataFrame, title: str) -> Figure:
    """Draw incomes by arm: creators, businesses, builders, and each releaser's profit.

    Parameters
    ----------
    summary : DataFrame
        One row a run.
    columns : DataFrame
        The column dictionary.
    title : str

    Returns
    -------
    Figure
    """
    profits = columns[columns["metric"] == "profit"]
    groups = columns[(columns["metric"] == "income") & (columns["entity"] != "releasers")]
    names = [*profits["name"], *groups["name"]]
    labels = [f"{e} (profit)" for e in profits["entity"]] + list(groups["entity"])
    arms = list(dict.fromkeys(summary["arm"]))
    colours = style.colour_of(arms)
    figure, axes = style.grid(1, 1, 7.2, 1.5 + 0.22 * len(names) * max(len(arms), 2))
    ax = axes[0, 0]
    for place, name in enumerate(names):
        for offset, arm in enumerate(arms):
            values = summary.loc[summary["arm"] == arm, name].dropna().to_numpy()
            low, mid, high = np.quantile(values, (0.10, 0.5, 0.90))
            y = -place - (offset - (len(arms) - 1) / 2) * 0.8 / len(arms)
            ax.barh(y, mid, height=0.72 / len(arms), color=colours[arm], alpha=0.85, linewidth=0)
            ax.plot([low, high], [y, y], color=style.INK, linewidth=0.9)
            ax.annotate(
                f"{mid:,.0f}", (max(high, 0.0), y), (4, 0), textcoords="offset points",
                va="center", fontsize=7, color=style.INK,
            )  # fmt: skip
            if place == 0 and len(arms) > 1:
                ax.annotate(
                    arm, (max(high, 0.0), y), (38, 0), textcoords="offset points", va="center",
                    fontsize=8, color=colours[arm], fontweight="bold",
                )  # fmt: skip
    ax.axvline(0, color=style.PALE, linewidth=0.8)
    ax.set_yticks([-place for place in range(len(names))], labels)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.margins(x=0.16)
    ax.set_xlabel("cu/month, mean after the burn-in")
    runs = summary.groupby("arm")["replicate"].nunique().max()
    style.headline(figure, title, f"Bars: median of {runs} runs. Lines: 10 % to 90 % of runs.")
    return style.describe(figure, _finding(summary, names, labels, arms))


def _finding(summary: pd.DataFrame, names: list[str], labels: list[str], arms: list[str]) -> str:
    parts = []
    for arm in arms:
        medians = summary.loc[summary["arm"] == arm, names].median()
        top = int(np.argmax(medians.to_numpy()))
        parts.append(f"under {arm} most goes to {labels[top]} ({medians.iloc[top]:,.0f} cu/month)")
    return "; ".join(parts).capitalize() + "."
