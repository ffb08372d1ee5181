"""Figures of games: payoffs with intervals, and the spread over line-ups."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from platformsim.metrics import REGISTRY
from platformsim.views import style
from platformsim.views.dynamics import imitation, quantal, replicator
from platformsim.views.gallery import Gallery
from platformsim.views.maps import zone_map
from platformsim.views.text import number

_HEAT = LinearSegmentedColormap.from_list("payoff", ["#F7F7F7", "#9CC7E3", "#3D8FC4"])


def game_gallery(tables: dict[str, pd.DataFrame], metric: str, title: str) -> Gallery:
    """Draw every figure of a game that its tables allow."""
    gallery = Gallery()
    gallery["payoffs"] = payoffs(tables["payoffs"], metric, f"Payoffs by line-up: {title}")
    gallery["spread"] = spread(tables["spread"], f"Rank over line-ups: {title}")
    if "quantal" in tables:
        gallery["quantal"] = quantal(tables["quantal"], f"Logit equilibria: {title}")
    if "paths" in tables:
        gallery["replicator"] = replicator(tables["paths"], f"Replication: {title}")
    if "imitation" in tables:
        gallery["imitation"] = imitation(tables["imitation"], f"Few who imitate: {title}")
    return gallery


def fingerprint_gallery(frame: pd.DataFrame, options: dict[str, Any], title: str) -> Gallery:
    """Draw the fingerprint of a strategy."""
    x, y = options["over"]
    first, second = options["strategy"], options["baseline"]
    what = f"{options['metric']} of {options['player']}{_unit(options['metric'])}"
    map_ = zone_map(
        frame, x, y, labels=(x, y, f"{what}: {first} less {second}"),
        title=f"Fingerprint of {first}: {title}", winners=(first, second),
    )  # fmt: skip
    return Gallery(fingerprint=map_)


def _unit(metric: str) -> str:
    known = REGISTRY.get(metric)
    return f" ({known.unit})" if known is not None and known.unit else ""


def payoffs(frame: pd.DataFrame, metric: str, title: str) -> Figure:
    """Draw what each player earns with each strategy against each line-up of its rivals.

    Parameters
    ----------
    frame : DataFrame
        One row a player, line-up and strategy: ``mean``, ``low``, ``high``, ``best_share``.
    metric, title : str

    Returns
    -------
    Figure
    """
    players = list(dict.fromkeys(frame["player"]))
    parts = [frame[frame["player"] == name] for name in players]
    wide = max(part["rivals"].nunique() for part in parts)
    high = max(part["strategy"].nunique() for part in parts)
    beside = wide <= 6 and len(players) <= 2
    shape = (1, len(players)) if beside else (len(players), 1)
    size = (2.2 + 0.95 * wide, 1.6 + 0.45 * high)
    figure, axes = style.grid(*shape, size[0] * shape[1], 0.7 + size[1] * shape[0])
    for ax, name, part in zip(axes.flat, players, parts, strict=True):
        _heat(ax, part, small=wide > 9)
        style.panel_title(ax, name)
        ax.set_ylabel(f"strategy of {name}")
    note = "Cells: mean, and half the 95 % interval. Frames: best replies; dashed where less than "
    style.headline(figure, title, f"{note}95 % of resampled tables agree. {metric}{_unit(metric)}")
    sure = frame[frame["best"] & ~(frame["best_share"] < 0.95)]
    return style.describe(
        figure,
        f"{metric} of {', '.join(players)} in {frame['rivals'].nunique()} line-ups; "
        f"{len(sure)} of {int(frame['best'].sum())} best replies are sure.",
    )


def _heat(ax: Axes, part: pd.DataFrame, *, small: bool) -> None:
    own, rivals = (list(dict.fromkeys(part[column])) for column in ("strategy", "rivals"))
    values = part.pivot(index="strategy", columns="rivals", values="mean").loc[own, rivals]
    cells = part.set_index(["strategy", "rivals"])
    ax.imshow(values.to_numpy(), cmap=_HEAT, aspect="auto")
    for y, rule in enumerate(own):
        for x, rival in enumerate(rivals):
            cell = cells.loc[(rule, rival)]
            text = number(float(cell["mean"]))
            if pd.notna(cell["low"]):
                text += f"\n±{number(float(cell['high'] - cell['low']) / 2)}"
            ax.text(x, y, text, ha="center", va="center", fontsize=5.5 if small else 7,
                    color=style.INK)  # fmt: skip
            if cell["best"]:
                dash = "--" if cell["best_share"] < 0.95 else "-"
                ax.add_patch(Rectangle((x - 0.46, y - 0.45), 0.92, 0.9, fill=False, linewidth=1.6,
                                       linestyle=dash, edgecolor="#D55E00"))  # fmt: skip
    ax.set_yticks(range(len(own)), own)
    labels = [rival.replace(", ", "\n") for rival in rivals]
    turned = {"rotation": 90} if small else {"rotation": 30, "ha": "right",
                                             "rotation_mode": "anchor"}  # fmt: skip
    ax.set_xticks(range(len(rivals)), labels, fontsize=6.5 if small else 7.5, **turned)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)


def spread(frame: pd.DataFrame, title: str) -> Figure:
    """Draw the ranks of each strategy over line-ups: never one champion.

    Parameters
    ----------
    frame : DataFrame
        One row a player, strategy and ``over``: ``rank_best``, ``rank_median``, ``rank_worst``,
        ``first``.
    title : str

    Returns
    -------
    Figure
    """
    own = frame[frame["over"] == "rivals"]
    players = list(dict.fromkeys(own["player"]))
    names = list(dict.fromkeys(own["strategy"]))
    width = max(6.4, 2.0 + 2.9 * len(players))
    figure, axes = style.grid(1, len(players), width, 1.5 + 0.36 * len(names), sharey=True)
    for ax, player in zip(axes[0], players, strict=True):
        part = own[own["player"] == player].set_index("strategy")
        for place, name in enumerate(names):
            row = part.loc[name]
            ax.plot([row["rank_best"], row["rank_worst"]], [-place] * 2, color=style.COLOURS[0],
                    linewidth=3, alpha=0.45, solid_capstyle="round")  # fmt: skip
            ax.plot(row["rank_median"], -place, "o", color=style.COLOURS[0], markersize=5)
            ax.annotate(f"{row['first']:.0%}", (1.02, -place), xycoords=("axes fraction", "data"),
                        va="center", fontsize=7.5, color=style.INK)  # fmt: skip
        ax.set_xlim(0.7, len(names) + 0.3)
        ax.set_xticks(range(1, len(names) + 1))
        ax.set_xlabel("rank among the strategies")
        style.panel_title(ax, f"{player}: {int(part['line_ups'].iloc[0])} line-ups")
    axes[0, 0].set_yticks([-place for place in range(len(names))], names)
    style.headline(
        figure, title,
        "Lines: best to worst rank over line-ups of rivals; dots: median. At the right: the share "
        "of line-ups in which nothing earns more.",
    )  # fmt: skip
    always = own[own["first"] == 1.0]
    said = [f"{row.strategy} of {row.player}" for row in always.itertuples()]
    return style.describe(figure, f"Best in every line-up: {', '.join(said) or 'nothing'}.")
