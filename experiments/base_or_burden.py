"""Is a base of users an advantage when a new technology arrives, or a burden?

One side (the giants already have the customers) says that whoever has users puts the new product
before them for nothing, so that a newcomer must be better by the more, the larger the base. The
other (the uncommitted turn quickly) says that what was built on the base is what a new wave puts at
risk, so that the established turn late, and the later the more they have to lose. What decides is
the cost of commitments. The readout is the compensating quality gap: by how much the newcomer must
be better to have as many users as the incumbent. The base is an advantage where the gap rises with
it and a burden where it falls.

Wave and newcomer come in month 0, so that the base is what it is when the wave arrives. Curves are
mean-field; at the smallest and the largest base the gap is also measured in every replicate among
single users, and the two are judged against each other in pairs. Dashed on the delay: what it would
be if the incumbent's share s stood still (see :mod:`platformsim.mechanisms.dilemma`),

    -wave_months * ln(1 - transition_months * at_risk * committed / (horizon * (1 - s)))

    uv run python experiments/base_or_burden.py [--fast] [--out results/base] [--workers 2]
"""

from pathlib import Path

import click
import numpy as np
import pandas as pd

import platformsim as ps
from platformsim.results import Folder
from platformsim.studies.judge import judge
from platformsim.views import style
from platformsim.views.text import frame_table

BASE, BETTER = "platforms.incumbent.initial.users", "platforms.entrant.quality"
COST, MONTHS = "mechanisms.dilemma.commit_cost", "run.months"
NOW = {"platforms.entrant.launch_month": [0], "mechanisms.dilemma.shock_month": [0]}
AHEAD, LAG = "ahead", "adoption_lag[incumbent]"
STEP = 0.15


def ahead(summary: pd.DataFrame) -> pd.DataFrame:
    """Add the log ratio of the newcomer's users to the incumbent's, near linear in quality."""
    shares = summary[["users.share[entrant]", "users.share[incumbent]"]].clip(lower=1e-6)
    return summary.assign(**{AHEAD: np.log(shares.iloc[:, 0] / shares.iloc[:, 1])})


def gaps(summary: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return the quality at which both have as many users, and the delay there."""
    rows = []
    for point, part in ahead(summary).groupby(keys, sort=True):
        part = part.sort_values(AHEAD)
        gap = np.interp(0.0, part[AHEAD], part[BETTER])
        delay = np.interp(gap, part[BETTER], part[LAG])
        rows.append(dict(zip(keys, point, strict=True)) | {"gap": gap, "delay": delay})
    return pd.DataFrame(rows)


def measured(scenario: ps.Scenario, found: pd.DataFrame, workers: int | None) -> pd.DataFrame:
    """Measure the gap in every replicate, from runs a little below and above the mean-field one."""
    ends = found[found[BASE].isin([found[BASE].min(), found[BASE].max()])]
    points = pd.concat([ends.assign(**{BETTER: ends["gap"] + step}) for step in (-STEP, STEP)])
    points = points[[BASE, COST, MONTHS, BETTER]].assign(**{key: at for key, (at,) in NOW.items()})
    runs = ps.sweep(
        scenario, table=points, arms=["wave_disturbs"], replicates=20, keep_series=False,
        workers=workers,
    )  # fmt: skip
    keys = [BASE, COST, MONTHS, "replicate"]
    rows = []
    for point, part in ahead(runs.summary).groupby(keys):
        (x0, x1), (y0, y1) = part[BETTER], part[AHEAD]
        rows.append((*point, x0 - y0 * (x1 - x0) / (y1 - y0)))
    return pd.DataFrame(rows, columns=[*keys, "gap"])


def judged(single: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the gaps with intervals, and what the larger base adds to the gap, in pairs."""
    means, slopes, keep = [], [], ("mean", "low", "high", "pairs", "verdict")
    for (months, cost), part in single.groupby([MONTHS, COST]):
        wide = part.pivot(index="replicate", columns=BASE, values="gap")
        small, large = (wide[base].to_numpy()[:, None] for base in sorted(wide.columns))
        for base, gap in zip(sorted(wide.columns), (small, large), strict=True):
            row = judge(np.zeros_like(gap), gap, ["up"], np.zeros(1), [False])[0]
            means.append({MONTHS: months, COST: cost, BASE: base} | {k: row[k] for k in keep[:3]})
        row = judge(small, large, ["up"], np.zeros(1), [False])[0]
        slopes.append({MONTHS: months, COST: cost} | {key: row[key] for key in keep})
    return pd.DataFrame(means), pd.DataFrame(slopes)


def draw(scenario: ps.Scenario, found: pd.DataFrame, means: pd.DataFrame) -> style.Drawing:
    """Draw the gap over the base at both horizons, and the delay."""
    spans = sorted(found[MONTHS].unique())
    figure, axes = style.grid(1, 3, 11.4, 3.9)
    rule = next(m for m in scenario.with_arm("wave_disturbs").mechanisms if m.name == "dilemma")
    committed = 1.0 - (1.0 + rule.legacy_growth) ** -scenario.platforms[0].age
    colours = style.colour_of(sorted(found[COST].unique()))
    for ax, months in zip(axes[0, :2], spans, strict=True):
        ax.axhline(0.0, color=style.PALE, linewidth=0.8)
        for cost, part in found[found[MONTHS] == months].groupby(COST):
            ax.plot(part[BASE], part["gap"], color=colours[cost], label=f"{cost:g}")
            ends = means[(means[MONTHS] == months) & (means[COST] == cost)]
            low, high = ends["mean"] - ends["low"], ends["high"] - ends["mean"]
            ax.errorbar(ends[BASE], ends["mean"], (low, high), fmt="o", markersize=3.5,
                        color=colours[cost], capsize=2)  # fmt: skip
        style.panel_title(ax, f"After {months} months")
        ax.set_ylabel("quality gap for as many users (utils)")
    axes[0, 0].legend(title="commitment cost\n(share of committed revenue)", frameon=False,
                      fontsize=7.5, title_fontsize=7.5)  # fmt: skip
    ax, last = axes[0, 2], found[found[MONTHS] == spans[-1]]
    fine = np.linspace(last[BASE].min(), last[BASE].max(), 300)
    for cost, part in last.groupby(COST):
        ax.plot(part[BASE], part["delay"], color=colours[cost])
        needed = rule.transition_months * cost * committed / (rule.horizon * (1.0 - fine))
        delay = -rule.wave_months * np.log1p(-np.minimum(needed, 1.0 - 1e-9))
        within = delay <= spans[-1]
        ax.plot(fine[within], delay[within], color=colours[cost], linestyle=(0, (5, 2)), lw=1.0)
    style.panel_title(ax, "Delay of the incumbent where the two tie")
    ax.set_ylabel("months until it takes the wave up")
    for ax in axes[0]:
        ax.set_xlabel("incumbent's base (share of users)")
    style.headline(
        figure, "Is a base of users an advantage or a burden when a new technology arrives?",
        "Rising curves: the base is an advantage; falling: a burden. Lines: mean field. Dots: 20 "
        "replicates with 95 % intervals. Dashed: delay in closed form if shares stood still.",
    )  # fmt: skip
    return style.describe(
        figure, "The compensating quality gap rises with the incumbent's base without commitments "
        "and, in the long run, falls with it where they are costly.",
    )  # fmt: skip


@click.command()
@click.option("--fast", is_flag=True, help="Fewer bases and costs.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("results/base"))
@click.option("--workers", type=int, default=None, help="Processes; one a core unless set.")
def main(fast: bool, out: Path, workers: int | None) -> None:
    """Sweep, print, draw."""
    scenario = ps.load("incumbent_vs_entrant")
    over = {
        BASE: [0.1, 0.5, 0.9] if fast else [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
        COST: [0.0, 1.0] if fast else [0.0, 0.15, 0.3, 0.6, 1.0],
        BETTER: np.arange(-1.0, 2.1, 1.0 if fast else 0.25).tolist(),
        MONTHS: [24, 72],
        **NOW,
    }
    options = {"keep_series": False, "workers": workers}
    field = ps.sweep(
        scenario, over, arms=["wave_disturbs"], replicates=1,
        changes={"run.resolution": "mean_field"}, **options,
    )  # fmt: skip
    found = gaps(field.summary, [MONTHS, COST, BASE])
    means, slopes = judged(measured(scenario, found, workers))
    click.echo(frame_table(found))
    click.echo("\nWhat the largest base adds to the gap, against the smallest (utils, in pairs)\n")
    click.echo(frame_table(slopes))
    for months, part in slopes.groupby(MONTHS):
        good, bad = part.loc[part["low"] > 0, COST], part.loc[part["high"] < 0, COST]
        click.echo(
            f"\nAfter {months} months the base is an advantage at commitment costs of "
            f"{', '.join(map('{:g}'.format, good)) or 'none'} and a burden at "
            f"{', '.join(map('{:g}'.format, bad)) or 'none'}."
        )
    curves = ps.compare(
        scenario, ["wave_adds", "wave_disturbs"], pairs=20, workers=workers,
        changes={key: at for key, (at,) in NOW.items()} | {MONTHS: over[MONTHS][-1]},
    )  # fmt: skip
    with Folder(out) as folder:
        folder.table("gaps", found)
        folder.table("measured", means)
        folder.table("slopes", slopes)
        folder.figure("gaps", draw(scenario, found, means))
        folder.figure("adoption", curves.plot()["adoption"])
    click.echo(f"gaps.png, adoption.png and the tables are in {folder.path}")


if __name__ == "__main__":
    main()
