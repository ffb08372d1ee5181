"""Is openness a pause between proprietary phases, or can it be a lasting order?

One side (the sceptics) says that whoever opens will close again once that pays. The other (peace)
says that openness can be an order that nobody gains by leaving. Both hang on patience, the monthly
discount factor delta. Alone, an opener who earns Pi a month from what is open and would earn T more
by closing stays open exactly when

    T / Pi <= L * delta**fork_months

with L the share of Pi that forks and distrust take in the end. Pi rests on the products next door,
and T and Pi on builders, who come the sooner the more they believe. Among n rivals all-open
enforces itself exactly when delta reaches :func:`platformsim.theory.patience.least_patience`; who
misreads another's move from time to time needs something that ties its hands.

    uv run python experiments/pause_or_regime.py [--fast] [--out results/pause] [--workers 2]
"""

from pathlib import Path

import click
import numpy as np
import pandas as pd

import platformsim as ps
from platformsim.results import Folder
from platformsim.studies.levels import levels
from platformsim.theory.patience import least_patience
from platformsim.views import style
from platformsim.views.panels import curve, zones
from platformsim.views.text import frame_table

DISCOUNT, BELIEF = "mechanisms.reversion.discount", "mechanisms.reversion.belief_0"
YIELD, DELTA = "platforms.giants_place.ad_yield", "mechanisms.regime.delta"
CLOSED, OPEN = "reversion[giants_model]", "all_open"
PATIENCE = "patience"
ARMS = {
    "unerring": "all open at first, no misreadings",
    "free_from_all_open": "all open at first, misreadings",
    "free": "one open at first, misreadings",
    "committed": "one open at first, committed",
}


def temptation(scenario: ps.Scenario, belief: float, ad_yield: float) -> float:
    """Return the largest T / Pi that a release which stays open meets, in the mean field."""
    settings = {BELIEF: belief, YIELD: ad_yield, "run.resolution": "mean_field"}
    model = ps.PlatformModel(scenario.with_arm("always_open").with_settings(settings))
    rule = next(m for m in model.market.mechanisms if m.name == "reversion")
    found = 0.0
    for month in range(1, scenario.run.months + 1):
        model.step()
        if month > rule.open_months:
            both = (model.market.total(f"income_if_{mode}")[0] for mode in ("closed", "open"))
            found = max(found, float(np.divide(*both)))
    return found


def least_patience_alone(scenario: ps.Scenario, belief: float, ad_yield: float) -> float:
    """Return the discount factor from which an opener stays open; above 1 where none suffices."""
    rule = next(m for m in scenario.mechanisms if m.name == "reversion")
    return (temptation(scenario, belief, ad_yield) / rule.lost_share) ** (1.0 / rule.fork_months)


def draw(
    alone: pd.DataFrame, lines: pd.DataFrame, among: pd.DataFrame, bound: float
) -> style.Drawing:
    """Draw the zones of reversion for two beliefs, and all-open among rivals over patience."""
    figure, axes = style.grid(1, 3, 12.4, 4.2)
    for ax, (belief, part) in zip(axes[0], alone.groupby(BELIEF), strict=False):
        xs, ys = zones(ax, part, PATIENCE, YIELD, names=("stays open", "closes again"))
        line = lines[lines[BELIEF] == belief]
        places = np.interp(line["closed form"], xs, range(len(xs)), left=np.nan, right=np.nan)
        heights = np.interp(line[YIELD], ys, range(len(ys)))
        ax.plot(places, heights, color=style.INK, linestyle="--", marker=".")
        style.panel_title(ax, f"One opener, believed at {belief:g}\n")
        ax.set_xlabel("patience (monthly discount factor)")
        ax.set_ylabel("advertising next door (cu/hour)")
    ax = axes[0, 2]
    for (arm, name), colour, dash in zip(ARMS.items(), style.COLOURS, style.DASHES, strict=False):
        curve(ax, among[among["arm"] == arm], DELTA, colour=colour, label=name, linestyle=dash)
    ax.axvline(bound, color=style.INK, linestyle="--", linewidth=1.2)
    ax.annotate(f"least patience {bound:.3f}", (bound, 0.5), (-4, 0), rotation=90, ha="right",
                va="center", textcoords="offset points", fontsize=7.5)  # fmt: skip
    ax.set_ylim(-0.03, 1.03)
    ax.legend(frameon=False, fontsize=7.5, ncols=2, loc="lower left",
              bbox_to_anchor=(-0.12, 1.0), columnspacing=1.0)  # fmt: skip
    style.panel_title(ax, "Three rivals\n\n")
    ax.set_xlabel("patience (monthly discount factor)")
    ax.set_ylabel("share of runs that end all open")
    style.headline(
        figure, "Is openness a pause between proprietary phases, or can it last?",
        "Zones: whether it happens in more than half of the runs. Dashed: closed forms; openness "
        "lasts on the right of them. Bands: 95 % intervals.",
    )  # fmt: skip
    return style.describe(
        figure, f"One opener stays open at {(alone['low'] > 0).sum()} of {len(alone)} design "
        f"points; among rivals all-open enforces itself from a patience of {bound:.3f}.",
    )  # fmt: skip


@click.command()
@click.option("--fast", is_flag=True, help="Coarse grids and short runs.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("results/pause"))
@click.option("--workers", type=int, default=None, help="Processes; one a core unless set.")
def main(fast: bool, out: Path, workers: int | None) -> None:
    """Sweep, print, draw."""
    options = {"replicates": 20, "keep_series": False, "workers": workers}
    # Only profit is to decide: the share of builders comes close to its own trigger as well.
    augustus = ps.load("augustus", {"run.months": 36, "mechanisms.reversion.rule": "profit"})
    patience = [0.955, 0.98, 0.998] if fast else [0.955, 0.965, 0.975, 0.985, 0.992, 0.998]
    yields = [0.02, 0.18] if fast else [0.02, 0.06, 0.09, 0.11, 0.14, 0.17, 0.2]
    over = {DISCOUNT: [1.0 / delta - 1.0 for delta in patience], YIELD: yields, BELIEF: [0.05, 1.0]}
    runs = ps.sweep(augustus, over, arms=["open_then_close"], **options).summary
    runs = runs.assign(
        **{PATIENCE: (1.0 / (1.0 + runs[DISCOUNT])).round(6), "stays": 1.0 - runs[CLOSED]}
    )
    alone = levels(runs, [BELIEF, YIELD, PATIENCE], "stays", less=0.5)
    lines = alone[[BELIEF, YIELD]].drop_duplicates()
    lines["closed form"] = [
        least_patience_alone(augustus, *point) for point in lines.itertuples(index=False)
    ]
    told = alone.merge(lines)
    told = told[(told["low"] > 0) | (told["high"] < 0)]
    wrong = told[(told["low"] > 0) != (told[PATIENCE] >= told["closed form"])]
    peace = ps.load("peace", {"run.months": 60 if fast else 120})
    deltas = [0.95, 0.965, 0.98] if fast else [
        0.95, 0.955, 0.96, 0.965, 0.97, 0.975, 0.98, 0.985, 0.99, 0.994, 0.998
    ]  # fmt: skip
    runs = ps.sweep(peace, {DELTA: deltas}, arms=list(ARMS), **options).summary
    among = levels(runs, ["arm", DELTA], OPEN)
    rule = next(m for m in peace.mechanisms if m.name == "regime")
    bound = least_patience(rule.commons_gain, len(peace.releasers), rule.punish, rule.defect_gain)
    lasting = among[(among["arm"] == "unerring") & (among["mean"] > 0.5)][DELTA].min()
    step = float(np.diff(deltas).max())
    checks = pd.DataFrame(
        [("order among rivals lasts from", lasting, bound, step),
         ("design points beyond the line of one opener", len(wrong), 0.0, 0.1 * len(told))],
        columns=["what", "found", "closed form", "within"],
    )  # fmt: skip
    click.echo(frame_table(alone))
    click.echo("\nLeast patience of one opener (above 1: none suffices)\n")
    click.echo(frame_table(lines))
    click.echo("\nShare of runs that end all open\n")
    click.echo(frame_table(among))
    best = among.groupby("arm")["mean"].max()
    click.echo(
        f"\nOne opener stays open at {(alone['low'] > 0).sum()} of {len(alone)} points and closes "
        f"at {(alone['high'] < 0).sum()}; {len(wrong)} of {len(told)} are on the other side of the "
        f"closed form. Among rivals who misread nobody, all-open lasts from {lasting:g} (closed "
        f"form {bound:.3f}); with misreadings at most {best['free_from_all_open']:.2f} of the runs "
        f"end all open, with commitment up to {best['committed']:.2f}."
    )
    with Folder(out) as folder:
        folder.table("alone", alone)
        folder.table("lines", lines)
        folder.table("among", among)
        folder.table("closed_form", checks)
        folder.figure("zones", draw(alone, lines, among, bound))
    click.echo(f"zones.png and the tables are in {folder.path}")


if __name__ == "__main__":
    main()
