"""Does an open model arm challengers against the leader, or does distribution decide?

One side (arm the rebels) says that an open model hands capable weapons to everyone who fights the
leader. The other (the giants already have the customers) says that a base of users decides who
reaches people with a new product. Both are put on one market: a laggard opens or does not; young
firms sell against the leader's API, and a newcomer brings a product of its own to the leader's
users. Built from scratch that is worth ln(scratch) utils less than on the open model. Distribution
is whether the newcomer must buy its reach or is found by everybody.

What an open model does to the leader's API hangs on no base; what it does to its users is judged
over the base with which the leader starts, with distribution and without.

    uv run python experiments/rebels_or_incumbents.py [--fast] [--out results/rebels] [--workers 2]
"""

import math
from copy import deepcopy
from pathlib import Path

import click
import pandas as pd

import platformsim as ps
from platformsim.results import Folder
from platformsim.studies.paired import paired_differences
from platformsim.views import style
from platformsim.views.panels import curve
from platformsim.views.text import frame_table

BASE, UNAWARE = "platforms.leaders_place.initial.users", "mechanisms.incumbent_base.unaware"
METRICS = {
    "users.share[leaders_place]": "leader's users (share of all)",
    "api_share[leaders_model]": "leader's API demand (share kept)",
    "profit[leader]": "leader's profit (cu/month)",
}
NAMES = {1.0: "newcomers must buy reach", 0.0: "newcomers are found by all"}
CLOSED, OPEN = "nobody_opens", "laggard_opens"


def market(months: int) -> ps.Scenario:
    """Return the market of the rebels with a newcomer's product instead of the laggard's."""
    table = deepcopy(ps.load("rebels").table)
    scratch = math.log(next(m for m in ps.load("rebels").mechanisms if m.name == "rebels").scratch)
    leaders, newcomers = table["platforms"]
    leaders["initial"] = {"users": 0.6}
    newcomers |= {"name": "newcomers_place", "owner": "newcomer", "initial": {"users": 0.0}}
    table["releasers"] = [*table["releasers"], {"name": "newcomer", "cash": 2500.0}]
    table["run"] = table["run"] | {"months": months}
    table["sides"]["users"] |= {"outside_option": True}
    table["mechanisms"] |= {"direct_network": {}, "incumbent_base": {}}
    arms, quality = table["arms"], "platforms.newcomers_place.quality"
    table["arms"] = {name: arms[name] for name in (CLOSED, OPEN)}
    table["arms"][CLOSED] = arms[CLOSED] | {"set": {quality: scratch}}
    table.pop("predictions")
    return ps.load(table | {"name": "rebels_or_incumbents"})


def draw(found: dict[str, pd.DataFrame]) -> style.Drawing:
    """Draw what the laggard's opening changes for the leader, over its base."""
    figure, axes = style.grid(1, len(METRICS), 11.6, 3.9)
    for ax, (metric, label) in zip(axes[0], METRICS.items(), strict=True):
        ax.axhline(0.0, color=style.PALE, linewidth=0.8)
        for (unaware, name), colour, dash in zip(
            NAMES.items(), style.COLOURS, style.DASHES, strict=False
        ):
            part = found[metric][found[metric][UNAWARE] == unaware]
            curve(ax, part, BASE, colour=colour, label=name, linestyle=dash)
        ax.set_ylim(None, max(ax.get_ylim()[1], 0.02 * abs(ax.get_ylim()[0])))
        style.panel_title(ax, label)
        ax.set_xlabel("leader's base at the start (share of users)")
        ax.set_ylabel("laggard opens less nobody opens")
    axes[0, 1].legend(frameon=False, fontsize=7.5, loc="center")
    style.headline(
        figure, "Does an open model arm challengers, or does distribution decide?",
        "Paired differences with 95 % intervals, 20 pairs.",
    )  # fmt: skip
    return style.describe(figure, "What the laggard's opening takes from the leader, over its "
                          "base, with and without distribution.")  # fmt: skip


@click.command()
@click.option("--fast", is_flag=True, help="Fewer bases, short runs.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("results/rebels"))
@click.option("--workers", type=int, default=None, help="Processes; one a core unless set.")
def main(fast: bool, out: Path, workers: int | None) -> None:
    """Sweep, print, draw."""
    scenario = market(36 if fast else 60)
    over = {BASE: [0.1, 0.9] if fast else [0.1, 0.3, 0.5, 0.7, 0.9], UNAWARE: list(NAMES)}
    runs = ps.sweep(
        scenario, over, arms=[CLOSED, OPEN], replicates=20, keep_series=False, workers=workers
    )
    found = {
        metric: paired_differences(runs, metric, arm=OPEN, base=CLOSED).assign(metric=metric)
        for metric in METRICS
    }
    table = pd.concat(found.values(), ignore_index=True)
    levels = runs.summary.groupby(["arm", UNAWARE, BASE])[list(METRICS)].mean().reset_index()
    click.echo(frame_table(table.drop(columns=["median", "share_in_direction", "pairs"])))
    click.echo("\nLevels\n")
    click.echo(frame_table(levels))
    means = {m: part.groupby(UNAWARE)["mean"].mean() for m, part in found.items()}
    users, api, money = (means[metric] for metric in METRICS)
    click.echo(
        f"\nThe laggard's opening takes {-users[1.0]:.3f} of all users from the leader where "
        f"newcomers must buy reach and {-users[0.0]:.3f} where they are found by all; of its API "
        f"demand {-api[1.0]:.2f} and {-api[0.0]:.2f}; of its profit {-money[1.0]:.0f} and "
        f"{-money[0.0]:.0f} cu a month (means over bases)."
    )
    curves = ps.compare(scenario, [CLOSED, OPEN], pairs=20, workers=workers)
    with Folder(out) as folder:
        folder.table("differences", table)
        folder.table("levels", levels)
        folder.figure("shares", draw(found))
        folder.figure("adoption", curves.plot()["adoption"])
    click.echo(f"shares.png, adoption.png and the tables are in {folder.path}")


if __name__ == "__main__":
    main()
