"""Does opening a model disperse control, or does it make the opener the gatekeeper?

One side (better many holders) says that an open release takes control over access out of a few
hands. The other (open the technology, own the gate) says that the opener keeps the store, the
default placement and the hosting, and ends up as gatekeeper of all that is built on its model.
What decides is the strength of the gate: the share of what is built that control points cover, and
whether builders leave (fork) or find the gate's services worth its toll. Of two labs the first
opens. It holds the share g of what is built on its model, and with capability weights w

    g = coverage * exp(-fork_horizon * coverage * (toll - service_value)+ / fork_cost)
    control HHI = (w_1 g)**2 + w_2**2        (1/2 while both are closed and equally capable)

The first side holds where the HHI is lower by 0.10 or more, the second where the gatekeeper index
is higher by 0.05 or more; whether the opener also earns more than if it had stayed closed is the
second half of what that side says, and judged apart.

    uv run python experiments/gate_or_dispersal.py [--fast] [--out results/gate] [--workers 2]
"""

from dataclasses import replace
from pathlib import Path

import click
import numpy as np
import pandas as pd

import platformsim as ps
from platformsim.mechanisms.gate_month import wish_to_fork
from platformsim.results import Folder
from platformsim.studies.judge import verdict
from platformsim.studies.paired import mean_levels, paired_differences
from platformsim.studies.sweep import Sweep
from platformsim.views import style
from platformsim.views.panels import curve
from platformsim.views.text import frame_table

COVERAGE = "mechanisms.open_gate.control_coverage"
SERVICE = "mechanisms.open_gate.service_value"
CONTROL, GATE, PROFIT = "control_hhi", "gatekeeper_index[first]", "profit[first]"
FIRST, SECOND = "capability[firsts_model]", "capability[seconds_model]"
CLOSED, OPEN = "closed", "open_gate"
KEEPS = ("gatekeeper", "pays")
LESS_CONTROL, GATEKEEPER = 0.10, 0.05  # smallest effects of interest


def held(scenario: ps.Scenario, coverage: float, service: float) -> float:
    """Return the share of what is built on the open model that crosses its owner's gate."""
    gate = next(m for m in scenario.mechanisms if m.name == "open_gate")
    gate = replace(gate, control_coverage=coverage, service_value=service)
    worth = gate.fork_horizon * coverage * max(0.0, gate.toll - service)
    return coverage * (1.0 - wish_to_fork(worth, gate.fork_cost))


def theory(scenario: ps.Scenario, runs: Sweep) -> pd.DataFrame:
    """Compare the HHI of control with its closed form, at the capabilities of the runs."""
    rows = []
    opened = runs.summary[runs.summary["arm"] == OPEN]
    for (coverage, service), part in opened.groupby([COVERAGE, SERVICE]):
        first, second = part[FIRST].mean(), part[SECOND].mean()
        share = first / (first + second)
        index = (share * held(scenario, coverage, service)) ** 2 + (1.0 - share) ** 2
        rows.append((coverage, service, part[CONTROL].mean(), index, 0.1 * index))
    return pd.DataFrame(rows, columns=[COVERAGE, SERVICE, "found", "closed form", "within"])


def judged(runs: Sweep) -> pd.DataFrame:
    """Say at every design point which of the two sides holds."""
    keys, parts = [COVERAGE, SERVICE], {}
    for name, metric in (("control", CONTROL), ("gate", GATE), ("profit", PROFIT)):
        part = paired_differences(runs, metric, arm=OPEN, base=CLOSED).set_index(keys)
        parts[name] = part[["mean", "low", "high"]].add_prefix(f"{name} ")
    found = pd.concat(parts.values(), axis=1).reset_index()

    def says(name: str, direction: str, sesoi: float) -> list[str]:
        columns = found[[f"{name} {key}" for key in ("mean", "low", "high")]].to_numpy()
        return [verdict(*row, direction, sesoi) for row in columns]

    found["disperses"] = says("control", "down", LESS_CONTROL)
    found["gatekeeper"] = says("gate", "up", GATEKEEPER)
    found["pays"] = says("profit", "up", 0.0)
    return found


def draw(runs: Sweep, found: pd.DataFrame, checks: pd.DataFrame) -> style.Drawing:
    """Draw control and gate on one chart for each kind of builder, and what the opener gains."""
    services = sorted(found[SERVICE].unique())
    names = ("Builders who dislike the toll can leave", "Nobody leaves: services worth the toll")
    figure, axes = style.grid(1, 3, 11.6, 4.2)
    control, gate = style.COLOURS[0], style.COLOURS[1]
    levels = {metric: mean_levels(runs, metric) for metric in (CONTROL, GATE)}
    for ax, service, name in zip(axes[0], services, names, strict=False):
        part = found[found[SERVICE] == service]
        for sign, colour, where in (
            ("disperses", control, (0.0, 0.5)), ("gatekeeper", gate, (0.5, 1.0))
        ):  # fmt: skip
            step = np.diff(np.sort(part[COVERAGE].unique())).min() / 2
            for at in part.loc[part[sign] == "holds", COVERAGE]:
                ax.axvspan(at - step, at + step, *where, color=colour, alpha=0.10, linewidth=0)
        for metric, colour, arm, dash, label in (
            (CONTROL, control, CLOSED, (0, (1, 1)), "control, both closed"),
            (CONTROL, control, OPEN, "-", "control, first opens"),
            (GATE, gate, CLOSED, (0, (1, 1)), "gatekeeper index, both closed"),
            (GATE, gate, OPEN, "-", "gatekeeper index, first opens"),
        ):
            level = levels[metric]
            level = level[(level["arm"] == arm) & (level[SERVICE] == service)]
            curve(ax, level, COVERAGE, colour=colour, linestyle=dash, label=label)
        exact = checks[checks[SERVICE] == service]
        ax.plot(exact[COVERAGE], exact["closed form"], "--", color=style.INK, linewidth=1.0,
                label="control, closed form")  # fmt: skip
        ax.set_ylim(0, 1)
        ax.set_xlim(0, 1)
        ax.set_ylabel("control HHI and gatekeeper index (0 to 1)")
        style.panel_title(ax, name)
    axes[0, 0].legend(frameon=False, fontsize=7.5, loc="upper left")
    ax = axes[0, 2]
    ax.axhline(0.0, color=style.PALE, linewidth=0.8)
    for service, colour, label in zip(
        services, style.COLOURS[2:], ("can leave", "nobody leaves"), strict=False
    ):
        part = found[found[SERVICE] == service]
        part = part.rename(columns={f"profit {key}": key for key in ("mean", "low", "high")})
        curve(ax, part, COVERAGE, colour=colour, label=label)
    ax.legend(frameon=False, fontsize=7.5)
    ax.set_ylabel("profit of the opener, open less closed (cu/month)")
    style.panel_title(ax, "Does the gate pay for the gift?")
    for ax in axes[0]:
        ax.set_xlabel("control coverage (share of what is built)")
    style.headline(
        figure, "Does an open release disperse control, or make a gatekeeper?",
        "Lower half blue: control is lower by 0.10 or more. Upper half orange: the gatekeeper "
        "index is higher by 0.05 or more. Bands: 95 % intervals, pairs.",
    )  # fmt: skip
    count = {name: int((found[name] == "holds").sum()) for name in ("disperses", "gatekeeper")}
    return style.describe(
        figure, f"Control is dispersed at {count['disperses']} and the opener is a gatekeeper at "
        f"{count['gatekeeper']} of {len(found)} design points.",
    )  # fmt: skip


@click.command()
@click.option("--fast", is_flag=True, help="A coarse grid, short runs of a small market.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("results/gate"))
@click.option("--workers", type=int, default=None, help="Processes; one a core unless set.")
def main(fast: bool, out: Path, workers: int | None) -> None:
    """Sweep, print, draw."""
    small = {"run.months": 60, "sides.users.count": 300}
    scenario = ps.load("concentration", small if fast else {})
    steps = 4 if fast else 11
    over = {COVERAGE: np.linspace(0.0, 1.0, steps).tolist(), SERVICE: [0.05, 0.15]}
    runs = ps.sweep(
        scenario, over, arms=[CLOSED, OPEN], replicates=20, keep_series=False,
        workers=workers,
    )  # fmt: skip
    found, checks = judged(runs), theory(scenario, runs)
    click.echo(frame_table(found[[*over, "control mean", "gate mean", "profit mean", "profit low",
                                  "profit high", "disperses", "gatekeeper", "pays"]]))  # fmt: skip
    for service, part in found.groupby(SERVICE):
        first, second, pays = (part[name] == "holds" for name in ("disperses", *KEEPS))
        lists = [", ".join(f"{at:.2g}" for at in part.loc[which, COVERAGE]) or "none"
                 for which in (first, second, first & second, pays)]  # fmt: skip
        click.echo(
            f"\nServices worth {service:g}: dispersed at coverage {lists[0]}; gatekeeper at "
            f"{lists[1]}; both at {lists[2]}; the opener gains at {lists[3]}."
        )
    with Folder(out) as folder:
        folder.table("differences", found)
        folder.table("closed_form", checks)
        folder.figure("control", draw(runs, found, checks))
    click.echo(f"control.png and the tables are in {folder.path}")


if __name__ == "__main__":
    main()
