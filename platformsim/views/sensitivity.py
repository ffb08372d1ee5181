"""Which factors matter: indices with intervals, and the outcome along each factor."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from platformsim.metrics import REGISTRY
from platformsim.views import style
from platformsim.views.gallery import Gallery

_MOST_FACTORS, _MOST_OUTCOMES, _MOST_CURVES = 14, 3, 8
_DUMMY = "dummy"
_BAR, _SECOND = "#0072B2", "#E69F00"
_LABELS = {
    "range": "largest less smallest mean over the factor's range",
    "mu_star": "change over the factor's whole range",
    "ST": "share of variance",
}
# The index that is drawn beside the main one, where both are on the same scale.
_BESIDE = {"ST": ("S1", "first-order index S1"), "mu_star": ("sigma", "their spread σ")}
_MAIN = {"ST": "total index ST", "mu_star": "mean absolute effect μ*", "range": "range"}


def sensitivity_gallery(
    indices: pd.DataFrame,
    noise: pd.DataFrame,
    curves: pd.DataFrame,
    factors: pd.DataFrame,
    outcomes: Sequence[str],
    main: str,
    title: str,
) -> Gallery:
    """Draw a sensitivity analysis.

    Parameters
    ----------
    indices, noise, curves, factors : DataFrame
        As a sensitivity analysis returns them.
    outcomes : sequence of str
        What to draw, the most important first.
    main : str
        The index by which factors are ranked.
    title : str

    Returns
    -------
    Gallery
        ``indices`` and, where there are curves, ``curves``.
    """
    gallery = Gallery()
    gallery["indices"] = _indices(indices, noise, outcomes[:_MOST_OUTCOMES], main, title)
    if len(curves):
        gallery["curves"] = _curves(indices, curves, factors, outcomes, main, title)
    return gallery


def said(outcome: str) -> str:
    """Write an outcome as a reader says it: a metric, in an arm, or between two."""
    metric, _, arms = outcome.partition("@")
    arm, sign, base = arms.partition("-")
    if sign:
        return f"{metric}:\n{arm} less {base}"
    return f"{metric}\nin {arm}" if arm else metric


def _indices(
    indices: pd.DataFrame, noise: pd.DataFrame, outcomes: Sequence[str], main: str, title: str
) -> Figure:
    single = indices[indices["partner"] == ""]
    first = single[(single["outcome"] == outcomes[0]) & (single["index"] == main)]
    names = first.sort_values("rank")["factor"].tolist()
    shown = [name for name in names if name != _DUMMY][:_MOST_FACTORS]
    shown += [_DUMMY] * (_DUMMY in names)
    longest = max(len(_short(name, names)) for name in shown)
    width = 1.2 + 0.062 * longest + 2.7 * len(outcomes)
    figure, axes = style.grid(1, len(outcomes), width, 1.9 + 0.3 * len(shown), sharey=True)
    for ax, outcome in zip(axes[0], outcomes, strict=True):
        part = single[single["outcome"] == outcome].set_index(["index", "factor"])
        beside = _BESIDE.get(main)
        for place, name in enumerate(shown):
            _bar(ax, part.loc[(main, name)], -place, name, place == 0, main)
            if beside is not None:
                row = part.loc[(beside[0], name)]
                ax.plot([row["low"], row["high"]], [-place - 0.28] * 2, color=_SECOND, lw=1.2)
                ax.plot(
                    row["value"], -place - 0.28, "o", color=_SECOND, markersize=3.5,
                    label=beside[1] if place == 0 else None,
                )  # fmt: skip
        ax.axvline(0, color=style.PALE, linewidth=0.8)
        ax.spines["left"].set_visible(False)
        ax.tick_params(axis="y", length=0)
        ax.locator_params(axis="x", nbins=4)
        if main == "ST":
            ax.set_xlim(*_within(indices[indices["outcome"].isin(outcomes)]))
        elif part["value"].abs().max() == 0.0:
            ax.set_xlim(-1.0, 1.0)
        style.panel_title(ax, f"{said(outcome)}\n{_luck(noise, outcome)}")
        unit = _unit(outcome).strip(" ()") if main != "ST" else ""
        label = _LABELS[main] if outcome == outcomes[len(outcomes) // 2] else ""
        ax.set_xlabel("\n".join(line for line in (unit, label) if line))
    axes[0, 0].set_yticks([-p for p in range(len(shown))], [_short(n, names) for n in shown])
    if main in _BESIDE:
        axes[0, -1].legend(frameon=False, fontsize=7.5, loc="lower right")
    left = len([name for name in names if name != _DUMMY]) - min(len(names), _MOST_FACTORS)
    more = f" Not shown: {left} that move the first outcome less." if left > 0 else ""
    note = "Lines: 95 % intervals over design and seeds."
    note += " The dummy does nothing." if _DUMMY in names else ""
    style.headline(figure, fill(title, int(11 * width)), note + more)
    top = first.sort_values("rank").iloc[0]
    return style.describe(
        figure,
        f"{said(outcomes[0])} is moved most by {top['factor']}: {main} {top['value']:.3g} "
        f"[{top['low']:.3g}, {top['high']:.3g}].".replace("\n", " "),
    )


def _bar(ax: Axes, row: pd.Series, y: float, name: str, labelled: bool, main: str) -> None:
    colour = style.PALE if name == _DUMMY else _BAR
    label = _MAIN[main] if labelled else None
    ax.barh(y, row["value"], height=0.42, color=colour, alpha=0.85, linewidth=0, label=label)
    ax.plot([row["low"], row["high"]], [y, y], color=style.INK, linewidth=1.1)


def _within(shown: pd.DataFrame) -> tuple[float, float]:
    """Return one scale for all shares of variance, on which no wide interval hides the rest."""
    low, high = np.fmin(shown["low"].min(), -0.05), np.fmax(shown["high"].max(), 1.0)
    return max(low, -0.4) - 0.03, min(high, 1.6) + 0.03


def _luck(noise: pd.DataFrame, outcome: str) -> str:
    part = noise[(noise["outcome"] == outcome) & (noise["part"] == "seed")]
    if not len(part) or not np.isfinite(part["value"].iloc[0]):
        return ""
    row = part.iloc[0]
    if not np.isfinite(row["low"]):
        return f"seed: {row['value']:.0%} of a run's variance"
    return f"seed: {row['value']:.0%} [{row['low']:.0%}, {row['high']:.0%}] of variance"


def _short(name: str, names: Sequence[str]) -> str:
    """Shorten a dotted key as far as it stays the only one of its name."""
    parts = name.split(".")
    for count in range(1, len(parts)):
        tail = ".".join(parts[-count:])
        if sum(other == tail or other.endswith(f".{tail}") for other in names) == 1:
            return tail
    return name


def _curves(
    indices: pd.DataFrame,
    curves: pd.DataFrame,
    factors: pd.DataFrame,
    outcomes: Sequence[str],
    main: str,
    title: str,
) -> Figure:
    first = indices[(indices["outcome"] == outcomes[0]) & (indices["index"] == main)]
    names = first.sort_values("rank")["factor"].tolist()
    shown = [name for name in names if name != _DUMMY][:_MOST_CURVES]
    columns = min(4, len(shown))
    rows = -(-len(shown) // columns)
    # Each on its own scale: over declared ranges one factor would hide what the others do.
    figure, axes = style.grid(rows, columns, 1.4 + 2.2 * columns, 1.3 + 1.75 * rows)
    known = factors.set_index("factor")
    part = curves[curves["outcome"] == outcomes[0]]
    for place, ax in enumerate(axes.ravel()):
        if place >= len(shown):
            ax.set_axis_off()
            continue
        name = shown[place]
        _curve(ax, part[part["factor"] == name], known.loc[name])
        style.panel_title(ax, _short(name, names))
    outcome = said(outcomes[0]).replace("\n", " ")
    figure.supylabel(outcome + _unit(outcomes[0]), fontsize=8.5)
    note = (
        "Scales differ. Others stay where the scenario has them. Bands: 95 % intervals over seeds. "
        "Dotted: the scenario's own value."
    )
    style.headline(figure, fill(title, 30 + 24 * columns), note)
    over = [n for n in shown if _changes_sign(part[part["factor"] == n])]
    sign = f"it changes sign over {', '.join(over)}" if over else "it keeps its sign throughout"
    return style.describe(figure, f"{outcome} along {len(shown)} factors: {sign}.")


def _curve(ax: Axes, curve: pd.DataFrame, factor: pd.Series) -> None:
    low, high = float(curve["low"].min()), float(curve["high"].max())
    ax.axhline(0, color=style.PALE, linewidth=0.8)
    levels = factor["levels"].split("|") if factor["levels"] else []
    if levels:
        spread = [(curve["mean"] - curve["low"]).abs(), (curve["high"] - curve["mean"]).abs()]
        if np.isfinite(low) and np.isfinite(high):
            ax.errorbar(curve["place"], curve["mean"], spread, fmt="none", ecolor=style.INK, lw=1.1)
        ax.plot(curve["place"], curve["mean"], "o", color=_BAR, markersize=4.5)
        ax.set_xticks(range(len(levels)), levels, rotation=30, ha="right", fontsize=7)
        ax.set_xlim(-0.5, len(levels) - 0.5)
        return
    ax.fill_between(curve["place"], curve["low"], curve["high"], color=_BAR, alpha=0.2, lw=0)
    ax.plot(curve["place"], curve["mean"], "o-", color=_BAR, markersize=3)
    ax.axvline(float(factor["base"]), color=style.INK, linewidth=0.9, linestyle=":")
    ax.set_xlabel(factor["unit"] or "value")
    ax.locator_params(nbins=4)


def _unit(outcome: str) -> str:
    """Return the unit of an outcome's metric with a leading space, or nothing."""
    name = outcome.partition("@")[0].partition("[")[0].rpartition(".")[2]
    return f" ({REGISTRY[name].unit})" if name in REGISTRY else ""


def _changes_sign(curve: pd.DataFrame) -> bool:
    return bool((curve["low"] > 0).any() and (curve["high"] < 0).any())
