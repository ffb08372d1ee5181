"""Is a model safer in everyone's hands, or does opening it arm those who misuse it?

One side (many eyes) says that whoever can look into a model can also find and close its
weaknesses, so that an open release is the safer one. The other (too dangerous to hand out) says
that bad actors get the model too, that copies cannot be called back, and that capability makes
each success worse. What decides is how many defenders there are, how many copies a patch reaches,
and how fast harm grows with capability (chi), which outside builders raise where the model is open.
In the long run open is the safer one exactly when

    chi < ln(exposure closed / exposure open) / ln(capability open / capability closed)

with the exposures of :mod:`platformsim.theory.misuse`. Beyond a danger threshold the worst runs
count, not the mean: the tail of harm, with a catastrophe that is unlikely or likely.

    uv run python experiments/defend_or_endanger.py [--fast] [--out results/defend] [--workers 2]
"""

import math
from dataclasses import replace
from pathlib import Path

import click
import numpy as np
import pandas as pd

import platformsim as ps
from platformsim.results import Folder
from platformsim.studies.judge import judge_tail
from platformsim.studies.paired import paired_differences
from platformsim.studies.sweep import Sweep
from platformsim.theory.misuse import crossing_month, defence_after, exposure
from platformsim.views import style
from platformsim.views.panels import curve, zones
from platformsim.views.text import frame_table

MISUSE = "mechanisms.misuse."
DEFENDERS, CHI, SPREAD = MISUSE + "defenders", MISUSE + "chi", MISUSE + "patch_spread"
P_CAT, CAPABILITY = "mechanisms.danger_threshold.p_cat", "capability[model]"


def exposures(scenario: ps.Scenario, defenders: float, spread: float) -> tuple[float, float]:
    """Return how often an attempt succeeds in the last year of a run, open and closed."""
    misuse = next(m for m in scenario.mechanisms if m.name == "misuse")
    rule = replace(misuse, defenders=defenders, patch_spread=spread)
    settled = scenario.run.months - 6
    opened, closed = (
        exposure(guard, defence_after(settled, guard.find, guard.decay)) for guard in rule.guards()
    )
    return opened, closed


def highest_chi(scenario: ps.Scenario, defenders: float, spread: float, growth: float) -> float:
    """Return the chi below which an open release does less harm in the last year of a run."""
    opened, closed = exposures(scenario, defenders, spread)
    return math.log(closed / opened) / math.log(growth)


def closed_form(scenario: ps.Scenario, runs: Sweep, arms: list[str], growth: float) -> pd.DataFrame:
    """Compare harm, open over closed, with what the exposures and the capability make of it."""
    keys, rows = [DEFENDERS, CHI, SPREAD], []
    for point, part in runs.summary.groupby(keys):
        mean = part.groupby("arm")["harm_late"].mean()
        risks = exposures(scenario, point[0], point[2])
        ratio = risks[0] / risks[1] * growth ** point[1]
        # Successes are counts: three standard errors of a ratio of Poisson means, and 5 %.
        attempts = 20 * 12 * part["replicate"].nunique()
        error = math.sqrt(sum(1.0 / (attempts * risk) for risk in risks))
        found = mean[arms[1]] / mean[arms[0]]
        rows.append((*point, found, ratio, ratio * (0.05 + 3.0 * error)))
    return pd.DataFrame(rows, columns=[*keys, "found", "closed form", "within"])


def tails(runs: Sweep) -> pd.DataFrame:
    """Judge the worst twentieth of the runs, open against closed, at every design point."""
    rows = []
    for point, part in runs.summary.groupby([P_CAT, DEFENDERS]):
        wide = part.pivot(index="replicate", columns="arm", values=["harm", "catastrophe_risk"])
        arms = [wide["harm"][arm].to_numpy() for arm in ("closed_danger", "open_danger")]
        risk = wide["catastrophe_risk"].mean()
        judged = judge_tail(*arms, "up", 0.0)
        keep = {key: judged[key] for key in ("mean", "low", "high", "verdict")}
        risks = {"risk closed": risk["closed_danger"], "risk open": risk["open_danger"]}
        rows.append(dict(zip((P_CAT, DEFENDERS), point, strict=True)) | keep | risks)
    return pd.DataFrame(rows)


def draw(
    scenario: ps.Scenario, found: pd.DataFrame, paths: pd.DataFrame, tail: pd.DataFrame,
    growth: float, cross: int | None,
) -> style.Drawing:  # fmt: skip
    """Draw the zones for two reaches of patches, the paths of harm, and the tail."""
    figure, axes = style.grid(2, 2, 9.6, 7.2)
    for ax, (spread, part) in zip(axes[0], found.groupby(SPREAD), strict=True):
        safer = part.assign(low=-part["high"], high=-part["low"])
        xs, ys = zones(ax, safer, DEFENDERS, CHI, names=("open defends", "open endangers"))
        fine = np.linspace(0, len(xs) - 1, 300)
        there = np.interp(fine, range(len(xs)), xs)
        line = [highest_chi(scenario, n, spread, growth) for n in there]
        heights = np.interp(line, ys, range(len(ys)), left=np.nan, right=np.nan)
        ax.plot(fine, heights, color=style.INK, linestyle="--", label="closed form")
        style.panel_title(ax, f"Patches reach {spread:.0%} of the copies\n")
        ax.set_xlabel("defenders")
        ax.set_ylabel("chi: how harm grows with capability (exponent)")
    ax = axes[1, 0]
    colours = dict(zip(sorted(paths[CHI].unique()), style.COLOURS[1:], strict=False))
    closed = paths[(paths["arm"] == "closed_steep") & (paths[CHI] == min(colours))]
    lines = [("closed", closed, style.COLOURS[0])]
    for chi, colour in colours.items():
        part = paths[(paths["arm"] == "open_steep") & (paths[CHI] == chi)]
        lines.append((f"open, chi {chi:g}", part, colour))
    for (name, part, colour), dash in zip(lines, style.DASHES, strict=False):
        mean = part.groupby("month")["harm_late"].mean().iloc[1:].rolling(6, min_periods=1).mean()
        ax.plot(mean.index, mean, color=colour, linestyle=dash, label=name)
    if cross is not None:
        ax.axvline(cross, color=style.PALE, linestyle=":")
        ax.annotate(
            f"month {cross}: an attempt succeeds\nless often where the model is open",
            (cross, 0.97), (4, 0), xycoords=("data", "axes fraction"), va="top",
            textcoords="offset points", fontsize=7.5, color="#555555",
        )  # fmt: skip
    ax.set_ylim(0, None)
    ax.legend(frameon=False, fontsize=7.5, loc="lower right", ncols=2)
    style.panel_title(ax, "Everyday harm, 100 defenders, patches reach 90 %")
    ax.set_xlabel("month")
    ax.set_ylabel("harm (cu/month, mean of 6 months)")
    ax = axes[1, 1]
    ax.axhline(0.0, color=style.PALE, linewidth=0.8)
    for (chance, part), colour in zip(tail.groupby(P_CAT), style.COLOURS, strict=False):
        curve(ax, part, DEFENDERS, colour=colour, label=f"{chance:g} a success")
    ax.set_yscale("symlog", linthresh=100)
    ax.legend(frameon=False, fontsize=7.5, title="chance of catastrophe", title_fontsize=7.5)
    style.panel_title(ax, "Worst 5 % of runs, with a danger threshold")
    ax.set_xlabel("defenders")
    ax.set_ylabel("harm, open less closed (cu/month)")
    style.headline(
        figure, "Does opening a model defend against misuse, or does it endanger?",
        "Zones: 95 % interval of everyday harm in the last year, open less closed, in pairs; "
        "dashed: closed form (open defends below it). Bands: 95 % intervals.",
    )  # fmt: skip
    safer, worse = int((found["high"] < 0).sum()), int((found["low"] > 0).sum())
    return style.describe(
        figure, f"Open does less everyday harm at {safer} of {len(found)} design points and more "
        f"at {worse}.",
    )  # fmt: skip


@click.command()
@click.option("--fast", is_flag=True, help="A coarse grid, short runs, few pairs in the tail.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("results/defend"))
@click.option("--workers", type=int, default=None, help="Processes; one a core unless set.")
def main(fast: bool, out: Path, workers: int | None) -> None:
    """Sweep, print, draw."""
    scenario = ps.load("misuse", {"run.months": 48} if fast else {})
    over = {
        DEFENDERS: [20, 100, 400] if fast else [20, 50, 75, 100, 200, 400, 800],
        CHI: [0.5, 3.0] if fast else [0.5, 1.0, 2.0, 3.0],
        SPREAD: [0.9, 1.0],
    }
    arms = ["closed_steep", "open_steep"]
    runs = ps.sweep(scenario, over, arms=arms, replicates=20, keep_series=False, workers=workers)
    found = paired_differences(runs, "harm_late", arm=arms[1], base=arms[0])
    level = runs.summary.groupby("arm")[CAPABILITY].mean()
    growth = level[arms[1]] / level[arms[0]]
    found["highest chi"] = [
        highest_chi(scenario, n, spread, growth)
        for n, spread in zip(found[DEFENDERS], found[SPREAD], strict=True)
    ]
    decided = found[(found["low"] > 0) | (found["high"] < 0)]
    wrong = decided[(decided["mean"] < 0) != (decided[CHI] < decided["highest chi"])]
    checks = closed_form(scenario, runs, arms, growth)
    paths = ps.sweep(
        scenario,
        {CHI: [0.5, 3.0] if fast else [0.5, 1.5, 3.0]},
        arms=arms,
        replicates=20 if fast else 60,
        workers=workers,
    )
    worst = ps.sweep(
        scenario,
        {
            P_CAT: [1e-3] if fast else [1e-5, 1e-3],
            DEFENDERS: [20, 200] if fast else [20, 50, 100, 400],
        },
        arms=["closed_danger", "open_danger"], replicates=20 if fast else 100, keep_series=False,
        changes={"run.months": 72 if fast else 120}, workers=workers,
    )  # fmt: skip
    tail = tails(worst)
    misuse = next(m for m in scenario.mechanisms if m.name == "misuse")
    cross = crossing_month(*misuse.guards())
    seen = paths.summary.loc[paths.summary["arm"] == "open_steep", "crossing_month"].median()
    click.echo(frame_table(found.drop(columns=["median", "share_in_direction", "pairs"])))
    click.echo("\nTail of harm, open less closed (mean of the worst 5 % of runs, cu/month)")
    click.echo("The interval of a tail is too short below 100 pairs.\n" if fast else "")
    click.echo(frame_table(tail))
    click.echo(
        f"\nOpen defends at {(found['high'] < 0).sum()}, endangers at {(found['low'] > 0).sum()} "
        f"of {len(found)} design points; {len(wrong)} of the {len(decided)} decided ones are on "
        f"the other side of the closed form (capability ratio {growth:.2f}). Exposures cross in "
        f"month {seen:g}, closed form {cross}."
    )
    figure = draw(scenario, found, paths.series, tail, growth, cross)
    with Folder(out) as folder:
        folder.table("differences", found)
        folder.table("tail", tail)
        folder.table("closed_form", checks)
        folder.figure("zones", figure)
    click.echo(f"zones.png and the tables are in {folder.path}")


if __name__ == "__main__":
    main()
