"""Do businesses leave the platform's assistant for AIs of their own, or does it stay the hub?

One side (every business wants an AI on its own side) says that a firm will not let its customers be
met by an assistant that sells for its competitors too. The other (make it part of the product) says
that the AI inside the platform, where everybody is, wins by being there. What decides is the share
of prospects l that the assistant steers to others, what an AI of one's own costs (k, less on an
open model), and whether an open model can be had. A firm with n prospects worth m each switches at

    l* = (reach gap) + (k + fear of showing data) / (m n)

and by a logit around it. The platform lives on what steered sales pay it, and steering more drives
away those who are steered; but where only closed models can be had, the platform's owner sells the
own AIs too. The readouts are the modes of firms, and the profit of the platform's owner from both
sources, with and without an open model.

    uv run python experiments/hub_or_own.py [--fast] [--out results/hub] [--workers 2]
"""

from dataclasses import replace
from pathlib import Path

import click
import numpy as np
import pandas as pd

import platformsim as ps
from platformsim.results import Folder
from platformsim.studies.paired import mean_levels, paired_differences
from platformsim.studies.sweep import Sweep
from platformsim.theory.own_ai import own_share, switch_leak
from platformsim.views import style
from platformsim.views.panels import curve
from platformsim.views.text import frame_table

LEAK, OWN, PROFIT = "mechanisms.business_ai.steer_leak", "own_ai", "profit[giant]"
ARMS = {"closed_only": "closed models only", "open_available": "an open model at hand"}
# Kinds of own AI that can be had in each arm: (closed, open).
KINDS = {"closed_only": (1.0, 0.0), "open_available": (1.0, 1.0)}


def having_own(scenario: ps.Scenario, leak: float, kinds: tuple[float, float]) -> float:
    """Return the share of firms with an AI of their own in the long run, by the logit."""
    rule = next(m for m in scenario.mechanisms if m.name == "business_ai")
    side = scenario.sides["businesses"]
    rule, shares = replace(rule, steer_leak=leak), []
    for size in rule.sizes():
        shared, closed, opened = rule.incomes(size, (1.0, 1.0))
        ahead = [side.fee_weight * (closed - shared) - rule.data_fear]
        ahead.append(side.fee_weight * (opened - shared))
        had = tuple(worth for worth, kind in zip(ahead, kinds, strict=True) if kind)
        shares.append(own_share(had, side.choice_noise))
    return float(np.mean(shares))


def money(
    scenario: ps.Scenario, leak: float, kinds: tuple[float, float], here: float
) -> tuple[float, float]:
    """Return what the platform's owner earns from steered sales and from own AIs, cu/month.

    ``here`` is the share of users on the platform. Those who sell closed own AIs share alike: the
    owner and the lab, or the owner alone where the lab has given its model away.
    """
    rule = next(m for m in scenario.mechanisms if m.name == "business_ai")
    side, margin = scenario.sides["businesses"], scenario.technologies[0].api_margin
    rule, firms = replace(rule, steer_leak=leak), side.count / len(rule.sizes())
    steered = fees = 0.0
    for size in rule.sizes():
        utils = side.fee_weight * np.array(rule.incomes(size, (1.0, 1.0)))
        utils -= (0.0, rule.data_fear, 0.0)
        weights = np.exp((utils - utils[0]) / side.choice_noise) * (1.0, *kinds)
        shared, closed, _ = firms * weights / weights.sum()
        steered += rule.placement * here * rule.margin * shared * size * leak
        fees += closed * rule.own_ai_cost_closed * margin / (1.0 if kinds[1] else 2.0)
    return steered, fees


def switch_points(scenario: ps.Scenario) -> dict[str, float]:
    """Return the steering above which the median firm is better off with each kind of own AI."""
    rule = next(m for m in scenario.mechanisms if m.name == "business_ai")
    side = scenario.sides["businesses"]
    gap, fear = rule.reach_shared - rule.reach_own, rule.data_fear / side.fee_weight
    firm = (gap, rule.margin, rule.prospects)
    return {
        "open": switch_leak(*firm, rule.own_ai_cost_open),
        "closed": switch_leak(*firm, rule.own_ai_cost_closed, fear),
    }


def theory(scenario: ps.Scenario, runs: Sweep) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compare own AIs with the logit, and return the owner's two incomes by closed form."""
    rows, incomes = [], []
    for (arm, leak), part in runs.summary.groupby(["arm", LEAK]):
        rows.append((arm, leak, part[OWN].mean(), having_own(scenario, leak, KINDS[arm]), 0.05))
        earned = money(scenario, leak, KINDS[arm], part["users.share[assistant]"].mean())
        incomes.append((arm, leak, part[PROFIT].mean(), *earned))
    checks = pd.DataFrame(rows, columns=["arm", LEAK, "found", "closed form", "within"])
    return checks, pd.DataFrame(incomes, columns=["arm", LEAK, "profit", "steered", "own AIs"])


def draw(
    scenario: ps.Scenario, own: pd.DataFrame, profit: pd.DataFrame, found: pd.DataFrame,
    incomes: pd.DataFrame,
) -> style.Drawing:  # fmt: skip
    """Draw who has an AI of its own, what the platform earns, and what an open model costs it."""
    figure, axes = style.grid(1, 3, 11.6, 4.0)
    colours = style.colour_of(list(ARMS))
    fine = np.linspace(own[LEAK].min(), own[LEAK].max(), 120)
    for arm, name in ARMS.items():
        curve(axes[0, 0], own[own["arm"] == arm], LEAK, colour=colours[arm], label=name)
        exact = [having_own(scenario, leak, KINDS[arm]) for leak in fine]
        axes[0, 0].plot(fine, exact, "--", color=colours[arm], linewidth=1.0)
        ax, part = axes[0, 1], incomes[incomes["arm"] == arm]
        names = ("profit", "of it from steered sales", "of it from own AIs")
        names = names if arm == "closed_only" else (None,) * 3
        curve(ax, profit[profit["arm"] == arm], LEAK, colour=colours[arm], label=names[0])
        for column, dash, label in zip(("steered", "own AIs"), (":", "-."), names[1:], strict=True):
            ax.plot(part[LEAK], part[column], dash, color=colours[arm], label=label)
    ax = axes[0, 0]
    ax.axhline(0.5, color=style.PALE, linewidth=0.8)
    ax.set_ylim(0, 1)
    ax.set_ylabel("businesses with an AI of their own (share)")
    ax.legend(frameon=False, fontsize=7.5, loc="upper left")
    style.panel_title(ax, "Who leaves the hub")
    axes[0, 1].legend(frameon=False, fontsize=7.5, labelcolor=style.INK)
    axes[0, 1].set_ylim(0, 1.35 * profit["high"].max())
    axes[0, 1].set_ylabel("profit of the platform's owner (cu/month)")
    style.panel_title(axes[0, 1], "What the hub earns, and from what")
    axes[0, 2].axhline(0.0, color=style.PALE, linewidth=0.8)
    curve(axes[0, 2], found, LEAK, colour=style.COLOURS[2])
    axes[0, 2].set_ylabel("profit, open model at hand less not (cu/month)")
    style.panel_title(axes[0, 2], "What an open model does to the hub")
    points = switch_points(scenario)
    for ax in axes[0]:
        ax.set_xlabel("prospects that the assistant steers away (share)")
        for place, (kind, at) in enumerate(points.items()):
            ax.axvline(at, color=style.PALE, linestyle=":", linewidth=1.0)
            ax.annotate(f"{kind}", (at, 0.38 + 0.045 * place), (2, 0), fontsize=7, color="#555555",
                        xycoords=("data", "axes fraction"), textcoords="offset points")  # fmt: skip
    style.headline(
        figure, "Do businesses leave the platform's assistant, or does it stay the hub?",
        "Marks: runs with 95 % intervals. Curves without marks: closed forms. Vertical: where "
        "the median firm is better off with an own AI, on an open or a closed model.",
    )  # fmt: skip
    half = {arm: part.loc[part["mean"] > 0.5, LEAK].min() for arm, part in own.groupby("arm")}
    return style.describe(
        figure, "Most businesses have an AI of their own from a steering of "
        f"{half['open_available']:.2f} with an open model and {half['closed_only']:.2f} without.",
    )  # fmt: skip


@click.command()
@click.option("--fast", is_flag=True, help="Few values, short runs of a small market.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("results/hub"))
@click.option("--workers", type=int, default=None, help="Processes; one a core unless set.")
def main(fast: bool, out: Path, workers: int | None) -> None:
    """Sweep, print, draw."""
    small = {"run.months": 48, "sides.users.count": 300}
    scenario = ps.load("business_ai", small if fast else {})
    over = {LEAK: np.linspace(0.0, 0.5, 6 if fast else 21).tolist()}
    runs = ps.sweep(
        scenario, over, arms=list(ARMS), replicates=20, keep_series=False,
        workers=workers,
    )  # fmt: skip
    found = paired_differences(runs, PROFIT, arm="open_available", base="closed_only")
    own, profit = mean_levels(runs, OWN), mean_levels(runs, PROFIT)
    checks, incomes = theory(scenario, runs)
    modes = [f"ai_mode[{mode}]" for mode in ("shared", "own_closed", "own_open")]
    table = runs.summary.groupby(["arm", LEAK])[[*modes, PROFIT]].mean().reset_index()
    click.echo(frame_table(table))
    click.echo("\nProfit of the platform's owner, open model at hand less not (cu/month)\n")
    click.echo(frame_table(found[[LEAK, "mean", "low", "high", "verdict"]]))
    for arm, part in profit.groupby("arm"):
        best = part.loc[part["mean"].idxmax()]
        left = 1.0 - own.loc[(own["arm"] == arm) & (own[LEAK] == best[LEAK]), "mean"].item()
        click.echo(
            f"\nWith {ARMS[arm]} the platform earns most at a steering of {best[LEAK]:.3g} "
            f"({best['mean']:.0f} cu/month), where {left:.0%} of businesses are left with it."
        )
    click.echo("\nWhere the owner's profit comes from, by closed form (cu/month)\n")
    click.echo(frame_table(incomes))
    click.echo("\nSwitch points of the median firm: " + ", ".join(
        f"{kind} {at:.3g}" for kind, at in switch_points(scenario).items()) + ".")  # fmt: skip
    with Folder(out) as folder:
        folder.table("modes", table)
        folder.table("incomes", incomes)
        folder.table("differences", found)
        folder.table("closed_form", checks)
        folder.figure("hub", draw(scenario, own, profit, found, incomes))
    click.echo(f"hub.png and the tables are in {folder.path}")


if __name__ == "__main__":
    main()
