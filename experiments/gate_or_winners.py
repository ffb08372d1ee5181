"""Does an opener end up owning the gate, or does openness make many winners?

One side (open the technology, own the gate) says that who gives a model away keeps the control
points downstream, and takes a toll there that pays for the gift. The other (many winners) says that
openness lets more firms come out ahead while the releaser is not worse off. What decides is the
toll, how much of what is sold passes the gate, and what it costs to go round it. Builders whose
forking cost is below what tolls will take from them fork, so that the toll rate on an open model is

    toll * coverage * exp(-fork_horizon * coverage * max(0, toll - service_value) / fork_cost)

which is highest at toll = fork_cost / (fork_horizon * coverage) and falls beyond. Whether winners
have such a hump, too, is asked here, and which releaser is better off for having opened.

    uv run python experiments/gate_or_winners.py [--fast] [--out results/gate] [--workers 2]
"""

from pathlib import Path

import click
import numpy as np
import pandas as pd

import platformsim as ps
from platformsim.results import Folder
from platformsim.studies.judge import judge
from platformsim.studies.levels import levels
from platformsim.studies.paired import paired_differences
from platformsim.views import style
from platformsim.views.panels import curve
from platformsim.views.text import frame_table

GATE = "mechanisms.open_gate."
TOLL, COVERAGE, FORK = GATE + "toll", GATE + "control_coverage", GATE + "fork_cost"
GATES = {
    (0.5, 6.0): "half covered, 6 months to fork",
    (1.0, 6.0): "all covered, 6 months to fork",
    (1.0, 36.0): "all covered, 36 months to fork",
}
WINNERS, PROFIT, RATE = "winners", "profit[giant]", "toll_rate[giant]"


def toll_rate(scenario: ps.Scenario, toll: np.ndarray, coverage: float, fork: float) -> np.ndarray:
    """Return what the gate takes of what builders on an open model sell, as a share."""
    rule = next(m for m in scenario.mechanisms if m.name == "open_gate")
    worth = rule.fork_horizon * coverage * np.maximum(0.0, toll - rule.service_value)
    return toll * coverage * np.exp(-worth / fork)


def against_no_toll(summary: pd.DataFrame) -> pd.DataFrame:
    """Judge winners at every toll against those at none, behind the same gate, in pairs."""
    rows = []
    opened = summary[summary["arm"] == "open"]
    for (coverage, fork), part in opened.groupby([COVERAGE, FORK]):
        wide = part.pivot(index="replicate", columns=TOLL, values=WINNERS)
        free = wide[0.0].to_numpy()[:, None]
        for toll in wide.columns[1:]:
            taxed = wide[toll].to_numpy()[:, None]
            found = judge(free, taxed, ["up"], np.zeros(1), [False])[0]
            keep = {key: found[key] for key in ("mean", "low", "high", "verdict")}
            rows.append({COVERAGE: coverage, FORK: fork, TOLL: toll} | keep)
    return pd.DataFrame(rows)


def draw(
    scenario: ps.Scenario, winners: pd.DataFrame, closed: pd.DataFrame, gains: pd.DataFrame,
    rates: pd.DataFrame,
) -> style.Drawing:  # fmt: skip
    """Draw winners, the releaser's gain from opening, and the toll rate over the toll."""
    figure, axes = style.grid(1, 3, 11.8, 4.0)
    fine = np.linspace(0.0, rates[TOLL].max(), 200)
    for gate, colour in style.colour_of(list(GATES)).items():
        if gate not in set(zip(rates[COVERAGE], rates[FORK], strict=True)):
            continue
        for ax, table in zip(axes[0], (winners, gains, rates), strict=True):
            part = table[(table[COVERAGE] == gate[0]) & (table[FORK] == gate[1])]
            curve(ax, part, TOLL, colour=colour, label=GATES[gate])
        axes[0, 2].plot(fine, toll_rate(scenario, fine, *gate), "--", color=colour, lw=1.0)
    covered = closed[COVERAGE].min()
    part = closed[(closed[COVERAGE] == covered) & (closed[FORK] == closed[FORK].min())]
    curve(axes[0, 0], part, TOLL, colour=style.INK, label=f"closed, {covered:.0%} covered")
    axes[0, 0].set_ylim(0, None)
    axes[0, 0].legend(frameon=False, fontsize=7.5, loc="center left", bbox_to_anchor=(0, 0.25))
    axes[0, 1].axhline(0.0, color=style.PALE, linewidth=0.8)
    titles = ("Winners", "What opening brings its owner", "What the gate takes")
    labels = ("firms that come out ahead", "profit, open less closed (cu/month)",
              "toll rate on the open model (share)")  # fmt: skip
    for ax, title, label in zip(axes[0], titles, labels, strict=True):
        style.panel_title(ax, title)
        ax.set_xlabel("toll (share of what passes the gate)")
        ax.set_ylabel(label)
    style.headline(
        figure, "Does an opener own the gate, or does openness make many winners?",
        "Means with 95 % intervals, 20 pairs. Dashed: closed form of the toll rate.",
    )  # fmt: skip
    return style.describe(
        figure, "Winners fall with the toll behind every gate but stay above those of closed "
        "release; what the gate takes is highest at a middling toll where forking is easy.",
    )  # fmt: skip


@click.command()
@click.option("--fast", is_flag=True, help="Fewer tolls and gates.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("results/gate"))
@click.option("--workers", type=int, default=None, help="Processes; one a core unless set.")
def main(fast: bool, out: Path, workers: int | None) -> None:
    """Sweep, print, draw."""
    scenario = ps.load("many_winners", {"run.months": 60})
    tolls = [0.0, 0.15, 0.45] if fast else [0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.375, 0.45]
    gates = list(GATES)[1:] if fast else list(GATES)
    design = [{COVERAGE: c, FORK: f, TOLL: toll} for c, f in gates for toll in tolls]
    runs = ps.sweep(
        scenario, table=design, arms=["closed", "open"], replicates=20, keep_series=False,
        workers=workers,
    )  # fmt: skip
    summary = runs.summary
    hump = against_no_toll(summary)
    each = levels(summary, ["arm", COVERAGE, FORK, TOLL], WINNERS)
    winners, closed = (each[each["arm"] == arm] for arm in ("open", "closed"))
    gains = paired_differences(runs, PROFIT, arm="open", base="closed")
    more = paired_differences(runs, WINNERS, arm="open", base="closed")
    rates = levels(summary[summary["arm"] == "open"], [COVERAGE, FORK, TOLL], RATE)
    rule = next(m for m in scenario.mechanisms if m.name == "complement")
    hours = rule.eng_lift * scenario.market.hours * scenario.sides["users"].count / 2.0
    gains["advertising to make up"] = np.maximum(-gains["mean"], 0.0) / hours + 0.02
    checks = rates.rename(columns={"mean": "found"})
    checks["closed form"] = [
        toll_rate(scenario, row[TOLL], row[COVERAGE], row[FORK]) for _, row in rates.iterrows()
    ]
    checks["within"] = 0.1 * checks["closed form"].max()
    click.echo("Winners against those without a toll (open, in pairs)\n")
    click.echo(frame_table(hump))
    click.echo("\nProfit of the opener, open less closed (cu/month)\n")
    click.echo(frame_table(gains.drop(columns=["median", "share_in_direction", "pairs"])))
    most = rates.loc[rates.groupby([COVERAGE, FORK])["mean"].idxmax()]
    said = [f"{row[TOLL]:g} ({GATES[row[COVERAGE], row[FORK]]})" for _, row in most.iterrows()]
    click.echo(
        f"\nMore firms win when open at {(more['low'] > 0).sum()} of {len(more)} design points; a "
        f"toll raises winners at {(hump['low'] > 0).sum()} of {len(hump)} and lowers them at "
        f"{(hump['high'] < 0).sum()}. Opening pays its owner at {(gains['low'] > 0).sum()} and "
        f"costs it at {(gains['high'] < 0).sum()}. The gate takes most at tolls of "
        f"{', '.join(said)}."
    )
    with Folder(out) as folder:
        folder.table("winners", winners)
        folder.table("hump", hump)
        folder.table("profit", gains)
        folder.table("closed_form", checks)
        folder.figure("toll", draw(scenario, winners, closed, gains, rates))
    click.echo(f"toll.png and the tables are in {folder.path}")


if __name__ == "__main__":
    main()
