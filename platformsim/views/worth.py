"""What each mechanism was worth: bars with intervals, off in turn and on alone."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from platformsim.views import style

_OF = ("base", "arm", "difference")
_WAYS = {"off": ("#0072B2", "switched off"), "alone": ("#E69F00", "on alone")}


def worth_figure(worth: pd.DataFrame, arms: tuple[str, str], metric: str, title: str) -> Figure:
    """Draw what mechanisms were worth to the level in two arms and to their difference.

    Parameters
    ----------
    worth : DataFrame
        One row a mechanism, way (off, alone) and ``of`` (base, arm, difference).
    arms : tuple of str
        The base and the other arm.
    metric, title : str

    Returns
    -------
    Figure
    """
    names = list(dict.fromkeys(worth["mechanism"]))
    figure, axes = style.grid(1, 3, 9.2, 1.5 + 0.42 * len(names), sharey=True)
    heads = (f"level in {arms[0]}", f"level in {arms[1]}", f"{arms[1]} - {arms[0]}")
    for ax, of, head in zip(axes[0], _OF, heads, strict=True):
        for shift, (way, (colour, label)) in zip((0.2, -0.2), _WAYS.items(), strict=True):
            part = worth[(worth["of"] == of) & (worth["way"] == way)].set_index("mechanism")
            for place, name in enumerate(names):
                row, y = part.loc[name], -place + shift
                ax.barh(
                    y, row["worth"], height=0.36, color=colour, alpha=0.85, linewidth=0,
                    label=label if place == 0 else None,
                )  # fmt: skip
                ax.plot([row["low"], row["high"]], [y, y], color=style.INK, linewidth=1.1)
        ax.axvline(0, color=style.PALE, linewidth=0.8)
        ax.spines["left"].set_visible(False)
        ax.tick_params(axis="y", length=0)
        largest = float(worth["worth"].abs().max())
        if worth.loc[worth["of"] == of, "worth"].abs().max() < 1e-9 * largest:
            ax.set_xlim(-largest, largest)  # what rounding leaves is not to be seen
        ax.locator_params(axis="x", nbins=4)
        ax.set_xlabel(metric)
        style.panel_title(ax, head)
    axes[0, 0].set_yticks([-place for place in range(len(names))], names)
    axes[0, -1].legend(frameon=False, fontsize=7.5, loc="best")
    note = "Bars: what the level or the difference loses when it is switched off, and what it gains"
    style.headline(figure, title, f"{note} from it alone. Lines: 95 % intervals.")
    most = worth[(worth["of"] == "difference") & (worth["way"] == "off")].iloc[0]
    return style.describe(
        figure,
        f"Most of the difference in {metric} goes with {most['mechanism']}: {most['worth']:.3g} "
        f"[{most['low']:.3g}, {most['high']:.3g}].",
    )
