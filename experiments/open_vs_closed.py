"""Where does the social giant's open release beat its closed one?

Sweeps what decides it in the flagship: how fast rivals copy the posting hook once the model is
open, against the API demand that openness forgoes. Prints the paired differences in the giant's
profit and in its user share, and draws both maps and the adoption curves.

    uv run python experiments/open_vs_closed.py [--fast] [--out results/open_vs_closed]
"""

from pathlib import Path

import click
import numpy as np

import platformsim as ps
from platformsim.results import Folder
from platformsim.studies.paired import paired_differences
from platformsim.views.maps import zone_map
from platformsim.views.text import frame_table

COPY, DEMAND = "mechanisms.autopost.copy_rate", "technologies.llama_like.api_demand"
AXES = ("how fast rivals copy an open hook (1/month)", "API demand forgone (cu/month)")
OUTCOMES = {
    "profit[social_giant]": "profit of the giant, open less closed (cu/month)",
    "users.share[social]": "user share of the giant, open less closed",
}


@click.command()
@click.option("--fast", is_flag=True, help="A coarse grid and short runs of a small market.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("results/open_vs_closed"))
def main(fast: bool, out: Path) -> None:
    """Sweep, print, draw."""
    small = {"run.months": 48, "sides.users.count": 1000}
    scenario = ps.load("llama3", small if fast else None)
    steps = 3 if fast else 6
    over = {
        COPY: np.linspace(0.0, 0.1, steps).tolist(),
        DEMAND: np.linspace(0.0, 500.0, steps).tolist(),
    }
    runs = ps.sweep(scenario, over, arms=["closed", "open"], replicates=20)
    compared = ps.compare(scenario, ["closed", "open"], pairs=20)
    with Folder(out) as folder:
        for metric, label in OUTCOMES.items():
            found = paired_differences(runs, metric, arm="open", base="closed")
            click.echo(f"\n{label}\n")
            click.echo(frame_table(found[[COPY, DEMAND, "mean", "low", "high", "verdict"]]))
            short = metric.partition("[")[0].rpartition(".")[2]
            folder.table(f"differences_{short}", found)
            title = f"Where opening pays in {short}"
            labels = (*AXES, label)
            folder.figure(f"map_{short}", zone_map(found, COPY, DEMAND, labels=labels, title=title))
        for name, figure in compared.plot().items():
            folder.figure(name, figure)
    click.echo(f"\nmaps, adoption curves and tables are in {folder.path}")


if __name__ == "__main__":
    main()
