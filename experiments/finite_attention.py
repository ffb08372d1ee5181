"""Does AI make people spend more time, or does it only move their time about?

One side (a surge of engagement) says that AI in the feed, in businesses and with creators adds
much. The flywheel of one platform is the example: what users make is posted, reactions bring more
activity, and the platform that builds the model in gains. The other side is arithmetic: a day has
so many hours. What decides is the displacement d (the share of added time that leaves other use)
and the attention budget A. With h the hours before and L[p] the lift on platform p,

    hours[p] = min(A, h * (1 + (1 - d) L[p]))

so that the market's total is all that A and d leave of the surge, whatever the interactions say;
the budget binds where A < h * (1 + (1 - d) L[p]). The readouts are the market's total hours, the
share of the platform with the flywheel, and gross interactions.

    uv run python experiments/finite_attention.py [--fast] [--out results/attention] [--workers 2]
"""

from pathlib import Path

import click
import numpy as np
import pandas as pd

import platformsim as ps
from platformsim.results import Folder
from platformsim.studies.execute import simulate
from platformsim.studies.judge import verdict
from platformsim.studies.paired import differences_from
from platformsim.studies.sweep import Sweep
from platformsim.views import style
from platformsim.views.panels import curve
from platformsim.views.text import frame_table

DISPLACED, BUDGET = "market.displacement", "market.attention"
HOURS, SHARE = "users.engagement", "users.share[social]"
GROSS = "users.gross_interactions"
SMALLEST = {HOURS: 1.0, SHARE: 0.05, GROSS: 0.0}
LABELS = {
    HOURS: "total hours per user and month",
    SHARE: "share of the flywheel's platform",
    GROSS: "interactions per user and month",
}
TITLES = {HOURS: "Time spent", SHARE: "Who gets it", GROSS: "What happens in it"}


def lifts(scenario: ps.Scenario) -> tuple[np.ndarray, np.ndarray]:
    """Return lifts and shares of users with nothing displaced and no budget, (T, P) each."""
    free = {DISPLACED: 0.0, BUDGET: 400.0, "run.resolution": "mean_field"}
    history = simulate(scenario.with_arm("all_new").with_settings(free)).history
    burnt_in = slice(history.burn_in + 1, None)
    hours, active = history.platforms["hours"], history.sides["users"].active
    shares = active / active.sum(axis=1, keepdims=True)
    return hours[burnt_in] / scenario.market.hours - 1.0, shares[burnt_in]


def theory(scenario: ps.Scenario, runs: Sweep) -> pd.DataFrame:
    """Compare the market's hours with the closed form, at the lifts of an unbounded market."""
    lift, shares = lifts(scenario)
    rows = []
    for (displaced, budget), part in runs.summary.groupby([DISPLACED, BUDGET]):
        hours = scenario.market.hours * (1.0 + lift - displaced * np.maximum(lift, 0.0))
        total = float((shares * np.minimum(hours, budget)).sum(axis=1).mean())
        rows.append((displaced, budget, part[HOURS].mean(), total, 0.02 * total))
    return pd.DataFrame(rows, columns=[DISPLACED, BUDGET, "found", "closed form", "within"])


def draw(found: pd.DataFrame, checks: pd.DataFrame, before: float) -> style.Drawing:
    """Draw the three readouts over displacement, a curve a budget."""
    figure, axes = style.grid(1, 3, 11.4, 3.9)
    budgets = sorted(found[BUDGET].unique())
    for ax, metric in zip(axes[0], LABELS, strict=True):
        part = found[found["metric"] == metric]
        ax.axhline(0.0, color=style.PALE, linewidth=0.8)
        for budget, colour, dash, mark in zip(
            budgets, style.COLOURS, style.DASHES, "os^D", strict=False
        ):
            name = f"{budget:g} h/month"
            line = part[part[BUDGET] == budget]
            curve(ax, line, DISPLACED, colour=colour, linestyle=dash, marker=mark, label=name)
            if metric == HOURS:
                exact = checks[checks[BUDGET] == budget]
                ax.plot(exact[DISPLACED], exact["closed form"] - before, color=style.INK,
                        linewidth=0.8, linestyle=":")  # fmt: skip
        if metric != HOURS and part.groupby(DISPLACED)["mean"].nunique().max() == 1:
            ax.annotate("all budgets alike", (0.03, 0.9), xycoords="axes fraction", fontsize=8)
        if SMALLEST[metric]:
            ax.axhspan(-SMALLEST[metric], SMALLEST[metric], color=style.PALE, alpha=0.12, lw=0)
        ax.set_ylim(-0.02 * part["high"].max(), 1.3 * part["high"].max())
        ax.set_xlabel("displacement (share of added time)")
        ax.set_ylabel(f"{LABELS[metric]}, with AI less without", fontsize=7.5)
        style.panel_title(ax, TITLES[metric])
    axes[0, 0].legend(title="attention budget", frameon=False, fontsize=7.5, title_fontsize=7.5)
    style.headline(
        figure, "Does AI add time, or does it only move it about?",
        "Marks: paired differences with 95 % intervals. Grey: below the smallest effect of "
        "interest. Dotted: closed form min(A, h (1 + (1 - d) L)).",
    )  # fmt: skip
    hours = found[found["metric"] == HOURS]
    return style.describe(
        figure, f"Hours rise by {hours['mean'].max():.1f} where nothing is displaced and by "
        f"{hours['mean'].min():.1f} at the least, while the share of the platform moves by "
        f"{found.loc[found['metric'] == SHARE, 'mean'].mean():.2f} throughout.",
    )  # fmt: skip


@click.command()
@click.option("--fast", is_flag=True, help="A coarse grid of a small market.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("results/attention"))
@click.option("--workers", type=int, default=None, help="Processes; one a core unless set.")
def main(fast: bool, out: Path, workers: int | None) -> None:
    """Sweep, print, draw."""
    small = {"run.months": 36, "sides.users.count": 300}
    scenario = ps.load("attention_budget", small if fast else {})
    hours = scenario.market.hours
    over = {
        DISPLACED: [0.0, 0.7, 1.0] if fast else [0.0, 0.15, 0.3, 0.5, 0.7, 0.85, 1.0],
        BUDGET: [hours, hours * 1.1, 90.0] if fast else [hours, hours * 1.1, hours * 1.2, 90.0],
    }
    options = {"replicates": 20, "keep_series": False, "workers": workers}
    runs = ps.sweep(scenario, over, arms=["all_new"], **options)
    without = ps.sweep(scenario, {DISPLACED: [0.0]}, arms=["without"], **options)
    parts = []
    for metric, sesoi in SMALLEST.items():
        part = differences_from(runs, without, metric).assign(metric=metric)
        rows = part[["mean", "low", "high"]].to_numpy()
        parts.append(part.assign(verdict=[verdict(*row, "up", sesoi) for row in rows]))
    found, checks = pd.concat(parts, ignore_index=True), theory(scenario, runs)
    click.echo(frame_table(found[["metric", *over, "mean", "low", "high", "verdict"]]))
    counts = found[found["verdict"] == "holds"].groupby("metric").size()
    total = len(found) // len(SMALLEST)
    moved = found[found["metric"] == SHARE]
    click.echo(
        f"\nOf {total} design points more time is spent at {counts.get(HOURS, 0)}, the platform "
        f"with the flywheel gains users at {counts.get(SHARE, 0)} (by {moved['mean'].min():.3f} to "
        f"{moved['mean'].max():.3f}), and interactions rise at {counts.get(GROSS, 0)}."
    )
    with Folder(out) as folder:
        folder.table("differences", found)
        folder.table("closed_form", checks)
        folder.figure("attention", draw(found, checks, without.summary[HOURS].mean()))
    click.echo(f"attention.png and the tables are in {folder.path}")


if __name__ == "__main__":
    main()
