"""Does giving the model away pay through the products around it?

Sweeps the advertising yield of the releaser's own product against the API demand that it forgoes,
prints where open beats closed, and draws the map with the closed form of the switch line:

    eng_lift * ad_yield * hours * users + cost_saving * R&D = api_margin * api_demand

    uv run python experiments/complement_breakeven.py [--fast] [--out results/complement]
"""

from pathlib import Path

import click
import numpy as np

import platformsim as ps
from platformsim.results import Folder
from platformsim.studies.paired import paired_differences
from platformsim.views.maps import zone_map
from platformsim.views.text import frame_table

AD, DEMAND = "platforms.social.ad_yield", "technologies.model.api_demand"


def switch_line(scenario: ps.Scenario, ad_yield: np.ndarray) -> np.ndarray:
    """API demand at which open and closed earn the same, in cu/month."""
    active = {mechanism.name: mechanism for mechanism in scenario.mechanisms}
    complement, lab = active["complement"], active["lab_economics"]
    users, hours = scenario.sides["users"].count, scenario.market.hours
    saved = complement.cost_saving * lab.train_cost_0 / lab.gen_months
    lift = complement.eng_lift * ad_yield * hours * users
    return (lift + saved) / scenario.technologies[0].api_margin


@click.command()
@click.option("--fast", is_flag=True, help="A coarse grid and short runs.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("results/complement"))
def main(fast: bool, out: Path) -> None:
    """Sweep, print, draw."""
    steps = 4 if fast else 9
    scenario = ps.load("complement_breakeven", {"run.months": 24 if fast else 120})
    over = {
        AD: np.linspace(0.0, 0.05, steps).tolist(),
        DEMAND: np.linspace(0.0, 900.0, steps + 1).tolist(),
    }
    runs = ps.sweep(scenario, over, arms=["closed", "open"], replicates=20)
    found = paired_differences(runs, "profit[giant]", arm="open", base="closed")
    found["closed form"] = switch_line(scenario, found[AD].to_numpy()) - found[DEMAND]
    wrong = found[(np.sign(found["mean"]) != np.sign(found["closed form"])) & (found["mean"] != 0)]
    click.echo(frame_table(found[[AD, DEMAND, "mean", "low", "high", "verdict"]]))
    click.echo(f"\n{len(wrong)} of {len(found)} design points are on the other side of the line.")
    figure = zone_map(
        found, AD, DEMAND,
        labels=("advertising yield (cu per user hour)", "API demand forgone (cu/month)",
                "profit of the giant, open less closed (cu/month)"),
        title="Giving the model away pays below the line of the complement",
        line=(lambda x: switch_line(scenario, x), "closed form"),
    )  # fmt: skip
    curves = ps.compare(scenario, ["closed", "open"], pairs=20).plot()["adoption"]
    with Folder(out) as folder:
        folder.table("differences", found)
        folder.figure("map", figure)
        folder.figure("adoption", curves)
    click.echo(f"map.png, adoption.png and the table are in {folder.path}")


if __name__ == "__main__":
    main()
