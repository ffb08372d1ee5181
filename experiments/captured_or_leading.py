"""Do closed applications capture an open chain, or can a project on open technology lead its field?

One side (open base, closed earning applications) says that the chain may stay open while whoever
earns on it closes up and charges for what no open copy offers. The other (open models for Web3)
says that a small project can build an open model in, lead its niche and live on it. They are asked
alike: does it happen in more than half of the runs?

*Captured* hangs on what there is to charge for and on what openness pays: on portability and on a
token reward that lasts. Among apps alike, of which each has the share s of users, closing pays from
an open start exactly when

    charge * A / (1 - s + s * A) > take_rate * reward
    A = exp((worth closed - worth open) / noise)

with the charge and both worths of :mod:`platformsim.mechanisms.layers`. *Leading* hangs on what
running the model costs and on whether the giant who made it comes, too. A model of loop gain G pays
its way while

    hosting_cost <= running_cost * G / (1 - G)

    uv run python experiments/captured_or_leading.py [--fast] [--out results/web3] [--workers 2]
"""

import math
from pathlib import Path

import click
import numpy as np
import pandas as pd
from scipy.optimize import brentq

import platformsim as ps
from platformsim.results import Folder
from platformsim.studies.levels import levels
from platformsim.views import style
from platformsim.views.panels import zones
from platformsim.views.text import frame_table

REWARD, KAPPA = "mechanisms.layers.token_reward", "mechanisms.layers.kappa_base"
HOSTING, GIANT = "mechanisms.web3_ai.hosting_cost", "platforms.giants_place.quality"
CAPTURED, LEADS, LASTS = "closed_prevails", "leads[project]", "sustained"


def mechanism(scenario: ps.Scenario, name: str) -> ps.Mechanism:
    """Return a scenario's mechanism by name."""
    return next(m for m in scenario.mechanisms if m.name == name)


def dearest_reward(scenario: ps.Scenario, kappa: float) -> float:
    """Return the monthly reward up to which an application among equals closes, cu."""
    rule, users = mechanism(scenario, "layers"), scenario.sides["users"]
    share, take = 1.0 / len(scenario.platforms), scenario.platforms[0].take_rate
    rent = rule.closed_app_gain
    rent += (1.0 - kappa) * (rule.content_value * share + rule.identity_value)
    charge = min(rule.app_fee, rent / users.fee_weight)
    as_closed = rule.closed_app_gain - users.fee_weight * charge

    def gain(reward: float) -> float:
        as_open = users.fee_weight * (1.0 - rule.stake_concentration) * reward
        answer = math.exp((as_closed - as_open) / users.choice_noise)
        return charge * answer / (1.0 - share + share * answer) - take * reward

    return brentq(gain, 0.0, 1000.0)


def dearest_hosting(scenario: ps.Scenario) -> float:
    """Return the hosting cost up to which the model pays its way, cu per user and month."""
    loop, project = mechanism(scenario, "autopost"), mechanism(scenario, "web3_ai")
    posts = project.hook * loop.gen_rate * loop.autopost
    gain = posts * loop.reactions_per_post * loop.retention_gain
    activity = 1.0
    for _ in range(500):
        tired = 1.0 - loop.fatigue * posts * activity / 30.0
        activity = min(max(1.0 + gain * tired * activity, 0.1), loop.saturation)
    return project.running_cost * (activity - 1.0)


def crossings(found: pd.DataFrame, x: str, by: str) -> dict[float, float]:
    """Return for each value of ``by`` where along x the share of runs falls through one half."""
    places = {}
    for at, part in found.sort_values(x).groupby(by):
        below = np.flatnonzero(part["mean"].to_numpy() < 0.0)
        if below.size and below[0] > 0:
            pair = part.iloc[below[0] - 1 : below[0] + 1]
            places[at] = float(np.interp(0.0, -pair["mean"], pair[x]))
    return places


def draw(
    layers: ps.Scenario, web3: ps.Scenario, chain: pd.DataFrame, niche: pd.DataFrame
) -> style.Drawing:
    """Draw both maps with their closed forms."""
    figure, axes = style.grid(1, 2, 10.4, 4.3)
    panels = (
        (chain, REWARD, KAPPA, lambda kappa: dearest_reward(layers, kappa),
         ("closed apps prevail", "they do not"), "S15: the chain",
         "reward that lasts (cu/user/month)", "portability kappa of the base (share)"),
        (niche, HOSTING, GIANT, lambda _: dearest_hosting(web3),
         ("project leads and lasts", "it does not"), "S16: the niche",
         "cost of running the model (cu/user/month)", "giant's quality in the niche (utils)"),
    )  # fmt: skip
    for ax, (found, x, y, limit, names, title, *labels) in zip(axes[0], panels, strict=True):
        xs, ys = zones(ax, found, x, y, names=names)
        heights = np.linspace(0, len(ys) - 1, 200)
        line = [limit(at) for at in np.interp(heights, range(len(ys)), ys)]
        places = np.interp(line, xs, range(len(xs)), left=np.nan, right=np.nan)
        ax.plot(places, heights, color=style.INK, linestyle="--")
        if ys[0] <= -20.0:
            ax.set_yticks(range(len(ys)), ["out", *(f"{y:g}" for y in ys[1:])])
        style.panel_title(ax, f"{title}\n")
        ax.set_xlabel(labels[0])
        ax.set_ylabel(labels[1])
    style.headline(
        figure, "Do closed applications capture an open chain, or can open technology lead?",
        "Zones: whether it happens in more than half of the runs (95 % intervals). "
        "Dashed: closed form; it happens on the left of it.",
    )  # fmt: skip
    return style.describe(
        figure, f"Closed applications prevail at {(chain['low'] > 0).sum()} of {len(chain)} design "
        f"points; the project leads and lasts at {(niche['low'] > 0).sum()} of {len(niche)}.",
    )  # fmt: skip


@click.command()
@click.option("--fast", is_flag=True, help="Coarse grids.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("results/web3"))
@click.option("--workers", type=int, default=None, help="Processes; one a core unless set.")
def main(fast: bool, out: Path, workers: int | None) -> None:
    """Sweep, print, draw."""
    options = {"replicates": 20, "keep_series": False, "workers": workers}
    layers = ps.load("web3_layers", {"run.months": 60, "mechanisms.layers.emission_halving": 1200})
    rewards = [0.5, 1.5, 2.5] if fast else [0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0, 2.5]
    kappas = [0.5, 0.9, 1.0] if fast else [0.0, 0.25, 0.5, 0.75, 0.9, 0.95, 1.0]
    runs = ps.sweep(layers, {REWARD: rewards, KAPPA: kappas}, arms=["free"], **options)
    chain = levels(runs.summary, [REWARD, KAPPA], CAPTURED, less=0.5)
    web3 = ps.load("web3_niche")
    costs = [0.04, 0.12] if fast else [0.02, 0.05, 0.07, 0.08, 0.09, 0.11, 0.15]
    giants = [-20.0, 0.75] if fast else [-20.0, -1.0, -0.5, -0.25, 0.0, 0.25, 0.75]
    runs = ps.sweep(web3, {HOSTING: costs, GIANT: giants}, arms=["open"], **options)
    both = runs.summary.assign(both=runs.summary[LEADS] * runs.summary[LASTS])
    niche = levels(both, [HOSTING, GIANT], "both", less=0.5)
    rows = []
    turns = crossings(chain, REWARD, KAPPA)
    rows += [(REWARD, at, dearest_reward(layers, at), place) for at, place in turns.items()]
    hosting = dearest_hosting(web3)
    turns = crossings(niche, HOSTING, GIANT)
    rows += [(HOSTING, at, hosting, place) for at, place in turns.items()]
    checks = pd.DataFrame(rows, columns=["x", "y", "closed form", "found"])
    steps = {REWARD: np.diff(rewards).max(), HOSTING: np.diff(costs).max()}
    checks["within"] = checks["x"].map(steps)
    click.echo(frame_table(chain))
    click.echo("")
    click.echo(frame_table(niche))
    click.echo("\nWhere it ceases to happen, against the closed forms\n")
    click.echo(frame_table(checks))
    click.echo(
        f"\nClosed applications prevail at {(chain['low'] > 0).sum()} of {len(chain)} points, the "
        f"project leads and lasts at {(niche['low'] > 0).sum()} of {len(niche)}: a lasting reward "
        "decides the first, the cost of the model and the giant's own product the second."
    )
    with Folder(out) as folder:
        folder.table("chain", chain)
        folder.table("niche", niche)
        folder.table("closed_form", checks)
        folder.figure("zones", draw(layers, web3, chain, niche))
    click.echo(f"zones.png and the tables are in {folder.path}")


if __name__ == "__main__":
    main()
