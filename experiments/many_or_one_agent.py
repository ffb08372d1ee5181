"""Do many agents of many owners disperse the market, or does one agent that knows you tie you down?

One side (not one AI but many) says that people will deal with agents of businesses and creators
wherever these are, so that it matters less on which platform one is. The other (from answers to
jobs) says that an assistant that does whole jobs knows its user, and that leaving it forgoes what
it has learnt, a switching cost c. What decides is how open the protocols between agents are (kappa)
and whether context can be taken along. With phi the share of dealings that agents do, they change
the network effect from beta to

    J(kappa) = beta + phi (b_a - kappa (b_c + b_a)),    neutral at kappa* = b_a / (b_c + b_a)

while the switching cost lowers the network effect at which a market of two tips from 2 to
J_c = 1 / (1 + tanh(c/2)) * 2 (see :mod:`platformsim.theory.switching`). Many agents outweigh one
sticky agent where J(kappa) falls far enough below; the readout is the largest share.

    uv run python experiments/many_or_one_agent.py [--fast] [--out results/agents] [--workers 2]
"""

from pathlib import Path

import click
import numpy as np
import pandas as pd

import platformsim as ps
from platformsim.results import Folder
from platformsim.studies.paired import differences_from, mean_levels
from platformsim.studies.sweep import Sweep
from platformsim.theory.agent_protocols import added_slope, neutral_protocols
from platformsim.theory.switching import tipping_threshold, transition_matrix
from platformsim.views import style
from platformsim.views.panels import curve
from platformsim.views.text import frame_table

KAPPA = "mechanisms.plural_agents.kappa_agent"
PORTABLE = "mechanisms.agentic.context_portability"
SHARE, MANY = "users.largest_share", "users.agent_share"
NAMES = {1.0: "context moves with the user", 0.0: "context stays behind"}


def market(users: int) -> ps.Scenario:
    """Return the market of many agents, in which assistants come to do whole jobs."""
    table = dict(ps.load("agent_protocols").table)
    table["platforms"] = [{**each, "technology": "model"} for each in table["platforms"]]
    table["mechanisms"] = {**table["mechanisms"], "agentic": {}}
    table.pop("predictions")
    return ps.load(table, {"sides.users.count": users})


def path(scenario: ps.Scenario, phi: np.ndarray, kappa: float, portable: float) -> float:
    """Return the largest share in the last year, by the choice that expected shares lead to.

    Parameters
    ----------
    scenario : Scenario
    phi : (T+1,) float
        Share of dealings that agents do, by month.
    kappa, portable : float
    """
    agent = next(m for m in scenario.mechanisms if m.name == "agentic")
    quality = np.array([row.quality for row in scenario.platforms])
    rate, share, largest = scenario.sides["users"].revise_rate, np.full(2, 0.5), []
    for month in range(len(phi) - 1):
        cost = agent.context_value * (1.0 - portable) * agent.delegated(month)
        values = quality + network(scenario, phi[month], kappa) * share
        share = (1.0 - rate) * share + rate * share @ transition_matrix(values, cost)
        largest.append(share.max())
    return float(np.mean(largest[-12:]))


def network(scenario: ps.Scenario, phi: float, kappa: float) -> float:
    """Return the network effect that is left with agents, J."""
    rules = {m.name: m for m in scenario.mechanisms}
    agents = rules["plural_agents"]
    return rules["direct_network"].beta_direct + added_slope(
        phi, kappa, agents.beta_agent, agents.beta_contact
    )


def theory(scenario: ps.Scenario, runs: Sweep) -> pd.DataFrame:
    """Compare largest shares with those of expected shares, at the dealings that agents do."""
    rows, keys = [], [KAPPA, PORTABLE]
    agents = runs.series.groupby([*keys, "month"])[MANY].mean()
    for (kappa, portable), part in runs.summary.groupby(keys):
        exact = path(scenario, agents.loc[kappa, portable].to_numpy(), kappa, portable)
        rows.append((kappa, portable, part[SHARE].mean(), exact, 0.05 * exact))
    return pd.DataFrame(rows, columns=[*keys, "found", "closed form", "within"])


def crossing(part: pd.DataFrame) -> float:
    """Return the kappa at which the mean difference falls through 0, nan where it does not."""
    part = part.sort_values(KAPPA)
    x, y = part[KAPPA].to_numpy(), part["mean"].to_numpy()
    falls = np.flatnonzero((y[:-1] > 0) & (y[1:] <= 0))
    if not falls.size:
        return np.nan
    at = falls[0]
    return float(x[at] + (x[at + 1] - x[at]) * y[at] / (y[at] - y[at + 1]))


def draw(
    levels: pd.DataFrame, found: pd.DataFrame, checks: pd.DataFrame, alone: dict[float, float],
    neutral: float,
) -> style.Drawing:  # fmt: skip
    """Draw the largest share over kappa, and its difference from a market of plain assistants."""
    figure, axes = style.grid(1, 2, 9.6, 4.2)
    colours = dict(zip(NAMES, style.COLOURS, strict=False))
    for portable, colour in colours.items():
        ax = axes[0, 0]
        part = levels[levels[PORTABLE] == portable]
        curve(ax, part, KAPPA, colour=colour, label=f"many agents, {NAMES[portable]}")
        exact = checks[checks[PORTABLE] == portable]
        ax.plot(exact[KAPPA], exact["closed form"], "--", color=colour, linewidth=1.0)
        ax.axhline(alone[portable], color=colour, linewidth=1.0, linestyle=":")
        part = found[found[PORTABLE] == portable]
        curve(axes[0, 1], part, KAPPA, colour=colour, label=NAMES[portable])
    axes[0, 0].set_ylim(0.45, 1.0)
    axes[0, 0].set_ylabel("largest share of users")
    style.panel_title(axes[0, 0], "How concentrated the market ends")
    ax = axes[0, 1]
    ax.axhline(0.0, color=style.PALE, linewidth=0.8)
    ax.set_ylabel("largest share, less that with plain assistants")
    style.panel_title(ax, "Both shifts together, against neither")
    for ax in axes[0]:
        ax.axvline(neutral, color=style.PALE, linestyle=(0, (1, 1)), linewidth=1.0)
        ax.annotate("kappa*", (neutral, 0.02), (3, 0), xycoords=("data", "axes fraction"),
                    textcoords="offset points", fontsize=7.5, color="#555555")  # fmt: skip
        ax.legend(frameon=False, fontsize=7.5, loc="upper right")
        ax.set_xlabel("openness of protocols kappa (share of agents elsewhere in reach)")
    style.headline(
        figure, "Do many agents disperse the market, or does one sticky agent concentrate it?",
        "Dots: runs after ten years with 95 % intervals. Dashed: expected shares, month by month. "
        "Dotted: one assistant a platform, no agents of others.",
    )  # fmt: skip
    ends = found.sort_values(KAPPA).groupby(PORTABLE)["mean"].last()
    return style.describe(
        figure, f"Under open protocols the largest share changes by {ends[1.0]:+.2f} where context "
        f"moves with the user and by {ends[0.0]:+.2f} where it stays behind.",
    )  # fmt: skip


@click.command()
@click.option("--fast", is_flag=True, help="Few values of kappa, a small market.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("results/agents"))
@click.option("--workers", type=int, default=None, help="Processes; one a core unless set.")
def main(fast: bool, out: Path, workers: int | None) -> None:
    """Sweep, print, draw."""
    scenario = market(500 if fast else 1_000)
    options = {"replicates": 20 if fast else 30, "workers": workers}
    over = {KAPPA: np.linspace(0, 1, 3 if fast else 11).tolist(), PORTABLE: [0.0, 1.0]}
    runs = ps.sweep(scenario, over, arms=["in_between"], **options)
    single = ps.sweep(scenario, {PORTABLE: [0.0, 1.0]}, arms=["none"], **options)
    plain = ps.sweep(scenario, {PORTABLE: [1.0]}, arms=["none"], **options)
    found, checks = differences_from(runs, plain, SHARE), theory(scenario, runs)
    alone = single.summary.groupby(PORTABLE)[SHARE].mean().to_dict()
    agents = next(m for m in scenario.mechanisms if m.name == "plural_agents")
    neutral = neutral_protocols(agents.beta_agent, agents.beta_contact)
    click.echo(frame_table(found[[KAPPA, PORTABLE, "mean", "low", "high", "verdict"]]))
    for portable, part in found.groupby(PORTABLE):
        click.echo(
            f"\nWhere {NAMES[portable]}: {alone[portable]:.2f} with one assistant a platform; with "
            f"many agents the largest share falls below that of plain assistants beyond kappa "
            f"{crossing(part):.2f} (agents alone are neutral at {neutral:.2f})."
        )
    agent = next(m for m in scenario.mechanisms if m.name == "agentic")
    cost = agent.context_value * agent.delegated(scenario.run.months)
    phi = runs.summary[MANY].mean()
    click.echo(
        f"\nNetwork effect with agents: {network(scenario, phi, 0.0):.2f} at kappa 0, "
        f"{network(scenario, phi, 1.0):.2f} at 1; a market of equals tips at 2, and at "
        f"{tipping_threshold(cost, 2):.2f} where context stays behind."
    )
    with Folder(out) as folder:
        folder.table("differences", found)
        folder.table("closed_form", checks)
        folder.figure(
            "largest_share", draw(mean_levels(runs, SHARE), found, checks, alone, neutral)
        )
    click.echo(f"largest_share.png and the tables are in {folder.path}")


if __name__ == "__main__":
    main()
