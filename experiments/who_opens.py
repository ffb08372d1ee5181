"""Is opening the move of the one behind, or of the one with products next door?

One side (the one behind opens) says that a laggard harms the leader by opening and has no lead to
give away. The other (the money is made next door) says that whoever earns on the products around
the model opens, ahead or behind. Both are put on one lab, whose lead and advertising are swept; it
and its rival decide once a year by :mod:`platformsim.mechanisms.laggard_rule`. While the rival is
closed it opens in half of its decisions where

    eng_lift * hours * ad_yield * members + cost_saving * R&D + rivalry * harm + contest = margin

so that income next door and rivalry replace each other cu for cu. Rivalry 0 leaves what comes from
next door and what a lead is worth, rivalry 0.5 is the usual one. Nobody builds on either
model here, so that opening gives up the margin of the API and no other access fees.

    uv run python experiments/who_opens.py [--fast] [--out results/who_opens] [--workers 2]
"""

import math
from pathlib import Path

import click
import numpy as np
import pandas as pd

import platformsim as ps
from platformsim.results import Folder
from platformsim.studies.judge import judge
from platformsim.studies.levels import levels
from platformsim.views import style
from platformsim.views.panels import zones
from platformsim.views.text import frame_table

LEVEL, YIELD = "technologies.ours.capability", "platforms.our_place.ad_yield"
RIVALRY, GAP, OPEN = "mechanisms.laggard_rule.rivalry", "lead", "open_share[ours]"
MONTH = 0.025  # log index that the frontier gains in a month at the usual pace


def even_yield(scenario: ps.Scenario, lead: float, rivalry: float) -> float:
    """Return the advertising yield at which opening is as good as not while the rival is closed."""
    active = {mechanism.name: mechanism for mechanism in scenario.mechanisms}
    rule, complement, lab = (active[n] for n in ("laggard_rule", "complement", "lab_economics"))
    worth = [row.api_demand * row.api_margin for row in scenario.technologies]
    log = MONTH * lead
    leaked = rule.leak_rate * max(log, 0.0)
    edges = (log - rule.challenger_edge, log - rule.challenger_edge - leaked)
    closed, after = (1.0 / (1.0 + math.exp(-edge / rule.contest_scale)) for edge in edges)
    harm = worth[1] * math.exp(log / rule.harm_scale) if lead < 0 else 0.0
    saved = complement.cost_saving * lab.train_cost_0 / lab.gen_months
    missing = worth[0] - saved - rivalry * harm - sum(worth) * (after - closed)
    members = scenario.sides["users"].count / len(scenario.platforms)
    return missing / (complement.eng_lift * scenario.market.hours * members)


def behind(summary: pd.DataFrame) -> pd.DataFrame:
    """Judge, in pairs, what being furthest behind adds to openness against as far ahead."""
    rows, far = [], summary[GAP].max()
    for point, part in summary.groupby([RIVALRY, YIELD]):
        wide = part.pivot(index="replicate", columns=GAP, values=OPEN)
        ahead, late = (wide[gap].to_numpy()[:, None] for gap in (far, -far))
        found = judge(ahead, late, ["up"], np.zeros(1), [False])[0]
        keep = {key: found[key] for key in ("mean", "low", "high", "verdict")}
        rows.append(dict(zip((RIVALRY, YIELD), point, strict=True)) | keep)
    return pd.DataFrame(rows)


def draw(scenario: ps.Scenario, points: pd.DataFrame) -> style.Drawing:
    """Draw where the lab is mostly open, with the line on which both sides agree."""
    figure, axes = style.grid(1, 2, 10.4, 4.3, sharey=True)
    for ax, (rivalry, part) in zip(axes[0], points.groupby(RIVALRY), strict=True):
        xs, ys = zones(ax, part, GAP, YIELD, names=("mostly open", "mostly closed"))
        for at in part.itertuples(index=False):
            place = int(np.searchsorted(xs, at[2])), int(np.searchsorted(ys, at[1]))
            ax.annotate(f"{at[3] + 0.5:.2f}", place, ha="center", va="center", fontsize=7)
        for side in (-1, 1):
            fine = side * np.linspace(0.01, xs.max(), 200)
            line = [even_yield(scenario, lead, rivalry) for lead in fine]
            heights = np.interp(line, ys, range(len(ys)), left=np.nan, right=np.nan)
            ax.plot(np.interp(fine, xs, range(len(xs))), heights, "--", color=style.INK, lw=1.4)
        style.panel_title(ax, f"Weight on harm to the leader {rivalry:g}\n")
        ax.set_xlabel("months ahead of the rival (behind: below 0)")
    axes[0, 0].set_ylabel("advertising next door (cu/hour)")
    style.headline(
        figure, "Who opens: the one behind, or the one with products next door?",
        "Numbers: share of months open; zones: above or below one half (95 % intervals). Dashed: "
        "opening is as good as not, closed form while the rival is closed.",
    )  # fmt: skip
    return style.describe(
        figure, f"The lab is mostly open at {(points['low'] > 0).sum()} of {len(points)} design "
        f"points and mostly closed at {(points['high'] < 0).sum()}.",
    )  # fmt: skip


@click.command()
@click.option("--fast", is_flag=True, help="A coarse grid.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("results/who_opens"))
@click.option("--workers", type=int, default=None, help="Processes; one a core unless set.")
def main(fast: bool, out: Path, workers: int | None) -> None:
    """Sweep, print, draw."""
    scenario = ps.load("laggard_opens", {"mechanisms.builders.enabled": False})
    leads = [-4, 4] if fast else [-12, -8, -4, -1, 1, 4, 8, 12]
    over = {
        LEVEL: [100.0 * math.exp(MONTH * lead) for lead in leads],
        YIELD: [0.0, 0.04, 0.1] if fast else [0.0, 0.02, 0.04, 0.06, 0.08, 0.1],
        RIVALRY: [0.0, 0.5],
    }
    runs = ps.sweep(
        scenario, over, arms=["behind"], replicates=20, keep_series=False, workers=workers
    )
    summary = runs.summary
    summary = summary.assign(**{GAP: (np.log(summary[LEVEL] / 100.0) / MONTH).round(6)})
    points = levels(summary, [RIVALRY, YIELD, GAP], OPEN, less=0.5)
    slopes = behind(summary)
    points["even yield"] = [
        even_yield(scenario, row[GAP], row[RIVALRY]) for _, row in points.iterrows()
    ]
    decided = points[(points["low"] > 0) | (points["high"] < 0)]
    wrong = decided[(decided["low"] > 0) != (decided[YIELD] >= decided["even yield"])]
    checks = pd.DataFrame(
        [("decided points beyond the line", len(wrong), 0.0, 0.15 * len(decided))],
        columns=["what", "found", "closed form", "within"],
    )
    click.echo(frame_table(points))
    click.echo(f"\nWhat being {max(leads)} months behind adds, against as far ahead\n")
    click.echo(frame_table(slopes))
    more = (slopes["low"] > 0).sum()
    click.echo(
        f"\nThe laggard is open more at {more} of {len(slopes)} pairs of yield and rivalry, the "
        f"leader at {(slopes['high'] < 0).sum()}. Even at the largest lead the lab is "
        f"mostly open at yields from "
        + ", ".join(
            f"{part[YIELD].min():g} (rivalry {rivalry:g})"
            for rivalry, part in points[(points[GAP] == max(leads)) & (points["low"] > 0)].groupby(
                RIVALRY
            )
        )
        + f". {len(wrong)} of {len(decided)} decided points are beyond the closed form."
    )
    with Folder(out) as folder:
        folder.table("points", points)
        folder.table("slopes", slopes)
        folder.table("closed_form", checks)
        folder.figure("zones", draw(scenario, points))
    click.echo(f"zones.png and the tables are in {folder.path}")


if __name__ == "__main__":
    main()
