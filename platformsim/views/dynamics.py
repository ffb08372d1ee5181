"""Where the play of a game may lead: logit equilibria, replication, few who imitate."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from platformsim.views import style

_CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(3) / 2]])


def quantal(frame: pd.DataFrame, title: str) -> Figure:
    """Draw the principal branch of logit equilibria.

    Parameters
    ----------
    frame : DataFrame
        One row a point, player and strategy: ``precision``, ``probability``.
    title : str

    Returns
    -------
    Figure
    """
    players = list(dict.fromkeys(frame["player"]))
    names = list(dict.fromkeys(frame["strategy"]))
    colours, dashes = style.colour_of(names), style.dash_of(names)
    width = 2.2 + 3.0 * len(players)
    figure, axes = style.grid(1, len(players), width, 3.3, sharey=True)
    for ax, player in zip(axes[0], players, strict=True):
        for name, part in frame[frame["player"] == player].groupby("strategy", sort=False):
            shown = part[part["precision"] >= 0.1].sort_values("point")
            ax.plot(shown["precision"], shown["probability"], color=colours[name],
                    linestyle=dashes[name], label=name)  # fmt: skip
        ax.set_xscale("log")
        ax.set_ylim(-0.03, 1.03)
        ax.set_xlabel("precision (times the spread of payoffs)")
        style.panel_title(ax, player)
    axes[0, 0].set_ylabel("probability of the strategy")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), frameon=False, fontsize=8,
                  loc="outside right center")  # fmt: skip
    style.headline(figure, title, "From indifference, at the left, to best replies, at the right.")
    last = frame[frame["point"] == frame["point"].max()]
    top = last.loc[last.groupby("player", sort=False)["probability"].idxmax()]
    said = [f"{row.player}: {row.strategy} ({row.probability:.2f})" for row in top.itertuples()]
    return style.describe(figure, f"The principal branch ends at {'; '.join(said)}.")


def replicator(frame: pd.DataFrame, title: str) -> Figure:
    """Draw replication in one population: over time, or for three strategies in the simplex.

    Parameters
    ----------
    frame : DataFrame
        One row a start, time and strategy: ``share``.
    title : str

    Returns
    -------
    Figure
    """
    names = list(dict.fromkeys(frame["strategy"]))
    figure, axes = style.grid(
        1, 1, 5.4 if len(names) == 3 else 6.4, 4.2 if len(names) == 3 else 3.4
    )
    ax = axes[0, 0]
    wide = frame.pivot(index=["start", "time"], columns="strategy", values="share")[names]
    if len(names) == 3:
        _simplex(ax, wide, names)
        note = "Paths of the shares of three strategies in one population; dots: where they end."
    else:
        _over_time(ax, wide, names)
        note = ("Paths from several starts, in one population." if len(names) == 2 else
                "From the even mixture, in one population.")  # fmt: skip
    style.headline(figure, title, note)
    ends = wide.groupby(level="start").last()
    said = ends.idxmax(axis=1).value_counts(normalize=True)
    text = ", ".join(f"{name} from {share:.0%}" for name, share in said.items())
    return style.describe(figure, f"Most common in the end, by share of the starts: {text}.")


def _simplex(ax: Axes, wide: pd.DataFrame, names: list[str]) -> None:
    ax.plot(*np.vstack((_CORNERS, _CORNERS[:1])).T, color="#666666", linewidth=0.8)
    for _, part in wide.groupby(level="start"):
        path = part.to_numpy() @ _CORNERS
        ax.plot(*path.T, color=style.COLOURS[0], linewidth=1.0, alpha=0.8)
        middle = int(np.searchsorted(np.cumsum(np.hypot(*np.diff(path, axis=0).T)),
                                     0.5 * np.hypot(*np.diff(path, axis=0).T).sum()))  # fmt: skip
        if 0 < middle < len(path) - 1:
            ax.annotate("", path[middle + 1], path[middle],
                        arrowprops={"arrowstyle": "-|>", "color": style.COLOURS[0]})  # fmt: skip
        ax.plot(*path[-1], "o", color=style.COLOURS[1], markersize=4)
    for corner, name, shift in zip(_CORNERS, names, ((0, -14), (0, -14), (0, 6)), strict=True):
        ax.annotate(name, corner, shift, textcoords="offset points", ha="center", fontsize=8)
    ax.set_aspect("equal")
    ax.set_xlim(-0.22, 1.22)
    ax.set_ylim(-0.12, 0.98)
    ax.set_axis_off()


def _over_time(ax: Axes, wide: pd.DataFrame, names: list[str]) -> None:
    if len(names) == 2:
        for _, part in wide.groupby(level="start"):
            ax.plot(part.index.get_level_values("time"), part[names[0]], color=style.COLOURS[0],
                    linewidth=1.1)  # fmt: skip
        ax.set_ylabel(f"share of {names[0]}")
    else:
        part = wide.loc[wide.index.get_level_values("start") == 0]
        colours, dashes = style.colour_of(names), style.dash_of(names)
        for name in names:
            ax.plot(part.index.get_level_values("time"), part[name], color=colours[name],
                    linestyle=dashes[name], label=name)  # fmt: skip
        ax.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1.01, 0.5))
        ax.set_ylabel("share of the strategy")
    ax.set_xscale("symlog", linthresh=0.1)
    ax.set_ylim(-0.03, 1.03)
    ax.set_xlabel("time (one over the spread of payoffs)")


def imitation(frame: pd.DataFrame, title: str) -> Figure:
    """Draw the long run of few imitators.

    Parameters
    ----------
    frame : DataFrame
        One row an intensity and strategy: ``share``, ``low``, ``high``.
    title : str

    Returns
    -------
    Figure
    """
    names = list(dict.fromkeys(frame["strategy"]))
    levels = list(dict.fromkeys(frame["intensity"]))
    figure, axes = style.grid(1, len(levels), 2.4 + 2.1 * len(levels), 1.5 + 0.36 * len(names),
                              sharey=True, sharex=True)  # fmt: skip
    for ax, level in zip(axes[0], levels, strict=True):
        part = frame[frame["intensity"] == level].set_index("strategy")
        for place, name in enumerate(names):
            row = part.loc[name]
            ax.barh(-place, row["share"], height=0.6, color=style.COLOURS[0], alpha=0.8)
            ax.plot([row["low"], row["high"]], [-place] * 2, color=style.INK, linewidth=1.2)
        ax.set_xlim(0, 1)
        ax.set_xlabel("share of time")
        style.panel_title(ax, f"selection {level:g}")
    axes[0, 0].set_yticks([-place for place in range(len(names))], names)
    people = int(frame["people"].iloc[0])
    style.headline(
        figure, title,
        f"{people} who copy each other (Fermi), new ones tried rarely. Lines: 95 % of tables.",
    )  # fmt: skip
    strong = frame[frame["intensity"] == levels[-1]]
    top = strong.loc[strong["share"].idxmax()]
    return style.describe(
        figure, f"At the strongest selection {top['strategy']} is used {top['share']:.0%} of time "
        f"[{top['low']:.2f}, {top['high']:.2f}].",
    )  # fmt: skip
