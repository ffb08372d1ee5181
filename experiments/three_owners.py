"""Does giving the model away pay with a product next door, and ruin a lab that has none?

One side (the money is made next door) says that an open release pays through the products around
it. The other (stand-alone labs struggle) says that a firm which has nothing but its model loses its
income by it, or by a rival's release. The same lab, the same market and the same release under
three owners: the lab alone, the lab with a giant as its patron, and the giant itself, with its
social product. What decides is the owner's advertising next to the margin that is given away. With
D the API demand, S the subscriptions and A the advertising on the owner's own platforms, in cu a
month, opening changes the lab's profit by

    eng_lift A + cost_saving R&D - S - api_margin D,

and a lab that runs at a loss and has a patron pays it patron_cut of its revenue, the less the less
it sells; what the patron tops up is capital, not profit. The readouts are this difference and who
is still there after five years, where nobody opens, where the lab does, and where its rival does.

    uv run python experiments/three_owners.py [--fast] [--out results/owners] [--workers 2]
"""

from pathlib import Path

import click
import numpy as np
import pandas as pd

import platformsim as ps
from platformsim.results import Folder
from platformsim.studies.paired import mean_levels, paired_differences
from platformsim.studies.sweep import Sweep
from platformsim.views import style
from platformsim.views.panels import curve
from platformsim.views.text import frame_table

DEMAND, PROFIT = "technologies.labs_model.api_demand", "profit[lab]"
MODE, EXITS = "technologies.labs_model.release_mode", "mechanisms.lab_economics.exits"
RIVAL = "technologies.rivals_model.release_mode"
OWNERS = {"alone": "lab alone", "backed": "lab with a patron", "owned": "giant itself"}
RELEASES = ("nobody opens", "the lab opens", "the rival opens")
SHARES = ("users.share[assistant]", "users.share[social]")


def market(settings: dict[str, object]) -> ps.Scenario:
    """Return the market of the lab's survival, in which an open model lifts its owner's products.

    An arm is an owner and who opens. The patron stays: that it may leave is another question.
    """
    table = dict(ps.load("lab_survival").table)
    table["mechanisms"] = {**table["mechanisms"], "complement": {}}
    owners = {
        "alone": {},
        "backed": {"releasers.lab.patron": "giant", "mechanisms.patronage.withdraw_rate": 0.0},
        "owned": {"platforms.social.owner": "lab"},
    }  # fmt: skip
    opens = ({}, {MODE: "open_weights"}, {RIVAL: "open_weights"})
    table["arms"] = {
        f"{owner}_{place}": {"title": f"{OWNERS[owner]}, {release}", "set": own | change}
        for owner, own in owners.items()
        for place, (release, change) in enumerate(zip(RELEASES, opens, strict=True))
    }
    table.pop("predictions")
    return ps.load(table, settings)


def gain(scenario: ps.Scenario, owner: str, demand: float, shares: np.ndarray) -> float:
    """Return what opening changes in the lab's profit, in cu a month; see above."""
    rules = {m.name: m for m in scenario.mechanisms}
    lab, next_door, patron = (rules[n] for n in ("lab_economics", "complement", "patronage"))
    users, row = scenario.sides["users"].count, scenario.technologies[0]
    own = np.array([1.0, owner == "owned"]) * shares * users
    yields = np.array([platform.ad_yield for platform in scenario.platforms])
    advertising = float((own * yields).sum()) * scenario.market.hours
    subscriptions = lab.sub_price * own.sum() * lab.sub_uptake / (lab.sub_uptake + lab.churn)
    rnd = lab.train_cost_0 / lab.gen_months

    def net(revenue: float, costs: float) -> float:
        supported = owner == "backed" and revenue < costs
        return revenue * (1.0 - patron.patron_cut * supported) - costs

    opened = net(advertising * (1.0 + next_door.eng_lift), (1.0 - next_door.cost_saving) * rnd)
    closed = net(advertising + subscriptions + demand, rnd + (1.0 - row.api_margin) * demand)
    return opened - closed


def theory(scenario: ps.Scenario, runs: Sweep, found: pd.DataFrame) -> pd.DataFrame:
    """Compare the change in profit with the closed form, at the users that the lab has."""
    shares = runs.summary.groupby("arm")[list(SHARES)].mean()
    rows = []
    for owner, demand, mean in found[["owner", DEMAND, "mean"]].itertuples(index=False):
        exact = gain(scenario, owner, demand, shares.loc[f"{owner}_1"].to_numpy())
        rows.append((owner, demand, mean, exact, 0.1 * abs(exact) + 10.0))
    return pd.DataFrame(rows, columns=["owner", DEMAND, "found", "closed form", "within"])


def changes(runs: Sweep, release: int) -> pd.DataFrame:
    """Judge a release against none, for each owner and demand."""
    parts = [
        paired_differences(runs, PROFIT, arm=f"{owner}_{release}", base=f"{owner}_0")
        .assign(owner=owner, release=RELEASES[release])
        for owner in OWNERS
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def draw(found: pd.DataFrame, checks: pd.DataFrame, left: pd.DataFrame) -> style.Drawing:
    """Draw the change in profit by either release, and who is left."""
    figure, axes = style.grid(1, 3, 12.4, 4.2, width_ratios=[1, 1, 1.25])
    colours, dashes = style.colour_of(list(OWNERS)), style.dash_of(list(OWNERS))
    for ax, release in zip(axes[0], RELEASES[1:], strict=False):
        ax.axhline(0.0, color=style.PALE, linewidth=0.8)
        for owner, name in OWNERS.items():
            part = found[(found["owner"] == owner) & (found["release"] == release)]
            curve(ax, part, DEMAND, colour=colours[owner], linestyle=dashes[owner], label=name)
            if release == RELEASES[1]:
                exact = checks[checks["owner"] == owner]
                ax.plot(exact[DEMAND], exact["closed form"], color=style.INK, linewidth=0.8,
                        linestyle=":")  # fmt: skip
        ax.set_ylabel("profit of the lab, less where nobody opens (cu/month)", fontsize=7.5)
        ax.set_xlim(-20, 620)
        ax.set_ylim(-250, 150)
        ax.set_xlabel("API demand (cu/month)")
        style.panel_title(ax, f"{release.capitalize()}")
    axes[0, 0].legend(frameon=False, fontsize=7.5, loc="lower left")
    ax = axes[0, 2]
    wide = left.pivot(index="arm", columns=DEMAND, values="left")
    order = [f"{owner}_{place}" for owner in OWNERS for place in range(len(RELEASES))]
    wide = wide.loc[order]
    ax.imshow(wide, cmap="Blues", vmin=0.0, vmax=1.3, aspect="auto")
    for (row, column), value in np.ndenumerate(wide.to_numpy()):
        ax.text(column, row, f"{value:.0%}", ha="center", va="center", fontsize=6,
                color="white" if value > 0.6 else style.INK)  # fmt: skip
    ax.set_xticks(range(wide.shape[1]), [f"{at:g}" for at in wide.columns], fontsize=7)
    names = [f"{OWNERS[arm[:-2]]}: {RELEASES[int(arm[-1])]}" for arm in order]
    ax.set_yticks(range(len(order)), names, fontsize=7.5)
    for at in (2.5, 5.5):
        ax.axhline(at, color="white", linewidth=3)
    ax.set_xlabel("API demand (cu/month)")
    style.panel_title(ax, "Still there after five years")
    style.headline(
        figure, "Does the same release pay with a product next door and ruin a lab without?",
        "Marks: paired differences with 95 % intervals, with exits off. Dotted: closed form. "
        "Right: with exits on; a lab leaves when its cash is spent.",
    )  # fmt: skip
    own = found[found["release"] == RELEASES[1]]
    wins = {owner: int((part["low"] > 0).sum()) for owner, part in own.groupby("owner")}
    said = ", ".join(f"{OWNERS[owner]} at {count}" for owner, count in wins.items())
    return style.describe(figure, f"Opening raises profit, of {own[DEMAND].nunique()} levels of "
                          f"API demand, for {said}.")  # fmt: skip


@click.command()
@click.option("--fast", is_flag=True, help="Few levels of demand.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("results/owners"))
@click.option("--workers", type=int, default=None, help="Processes; one a core unless set.")
def main(fast: bool, out: Path, workers: int | None) -> None:
    """Sweep, print, draw."""
    demands = [0.0, 1500.0] if fast else [0, 100, 200, 300, 400, 600, 900, 1500, 2000, 3000]
    runs = {}
    for exits in (False, True):
        scenario = market({EXITS: exits})
        runs[exits] = ps.sweep(
            scenario, {DEMAND: demands}, arms=list(scenario.arms), keep_series=False,
            replicates=5 if fast and exits else 20, workers=workers,
        )  # fmt: skip
    found = pd.concat([changes(runs[False], 1), changes(runs[False], 2)], ignore_index=True)
    own = found[found["release"] == RELEASES[1]]
    checks = theory(market({EXITS: False}), runs[False], own)
    left = mean_levels(runs[True], "exits")
    left["left"] = 1.0 - left["mean"]
    click.echo(frame_table(found[["release", "owner", DEMAND, "mean", "low", "high", "verdict"]]))
    click.echo("")
    for (release, owner), part in found.groupby(["release", "owner"], sort=False):
        part = part.sort_values(DEMAND, ascending=False)
        even = float(np.interp(0.0, part["mean"], part[DEMAND]))
        said = f"gains up to a demand of {even:.0f} cu/month" if even > 0 else "gains nowhere"
        click.echo(f"Where {release}, the {OWNERS[owner]} {said}.")
    gone = left[left["left"] < 0.5].groupby("arm")[DEMAND].max()
    for arm, demand in gone.items():
        click.echo(
            f"The {OWNERS[arm[:-2]]} is mostly gone after five years where "
            f"{RELEASES[int(arm[-1])]}, up to a demand of {demand:g}."
        )
    with Folder(out) as folder:
        folder.table("differences", found)
        folder.table("left", left)
        folder.table("closed_form", checks)
        folder.figure("owners", draw(found, checks, left))
    click.echo(f"owners.png and the tables are in {folder.path}")


if __name__ == "__main__":
    main()
