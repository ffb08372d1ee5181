"""At what strength of the network effect does an even market tip?

For two and three platforms: where a small lead begins to grow, with a band; where runs end from an
even and from a tipped start over a range of strengths, and the fixed points of the mean field
(shares s with s_j proportional to exp(beta s_j)).

    uv run python experiments/tipping_point.py [--fast] [--out results/tipping_point]
"""

from pathlib import Path

import click
import numpy as np
import pandas as pd
from scipy.optimize import brentq

import platformsim as ps
from platformsim.results import Folder
from platformsim.studies.boundary import GROWTH
from platformsim.views.maps import branches
from platformsim.views.text import frame_table

BETA = "mechanisms.direct_network.beta_direct"


def market(platforms: int, users: int, months: int) -> ps.Scenario:
    """Return equal platforms and users who value each other's company."""
    return ps.load(
        {
            "name": f"tipping_{platforms}",
            "title": f"{platforms} equal platforms",
            "run": {"months": months},
            "sides": {"users": {"count": users, "revise_rate": 0.5}},
            "platforms": [{"name": f"p{place}"} for place in range(platforms)],
            "mechanisms": {"direct_network": {}},
        }
    )


def fixed_points(platforms: int, betas: np.ndarray) -> pd.DataFrame:
    """Return the largest share at every fixed point with one platform unlike the others."""

    def gap(share: float, beta: float) -> float:
        rest = (1 - share) / (platforms - 1)
        return np.log(share / rest) - beta * (share - rest)

    rows = []
    grid = np.linspace(1 / platforms + 1e-6, 1 - 1e-9, 4000)
    for beta in betas:
        rows.append((beta, 1 / platforms, "even", bool(beta < platforms)))
        values = gap(grid, beta)
        crossings = np.flatnonzero(np.sign(values[1:]) != np.sign(values[:-1]))
        for place in crossings:
            share = brentq(gap, grid[place], grid[place + 1], args=(beta,))
            rest = (1 - share) / (platforms - 1)
            # One platform against the rest: the eigenvalue is beta times the product below.
            stable = bool(beta * share * rest * platforms < 1)
            rows.append((beta, share, "tipped" if stable else "middle", stable))
    return pd.DataFrame(rows, columns=["beta", "share", "curve", "stable"])


def ends(scenario: ps.Scenario, betas: list[float], replicates: int) -> pd.DataFrame:
    """Run from an even and from a tipped start; return where the largest share ends."""
    names = [row.name for row in scenario.platforms]
    rest = 0.1 / (len(names) - 1)
    tipped = {f"platforms.{n}.initial.users": 0.9 if n == names[0] else rest for n in names}
    parts = []
    for start, settings in (("even start", {}), ("tipped start", tipped)):
        runs = ps.sweep(scenario, {BETA: betas}, replicates=replicates, changes=settings)
        part = runs.summary[[BETA, "users.largest_share"]].copy()
        parts.append(part.set_axis(["beta", "share"], axis=1).assign(start=start))
    return pd.concat(parts, ignore_index=True)


@click.command()
@click.option("--fast", is_flag=True, help="Fewer values, smaller markets.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("results/tipping_point"))
def main(fast: bool, out: Path) -> None:
    """Sweep, print, draw."""
    users, values, replicates = (2_000, 9, 3) if fast else (20_000, 25, 6)
    rows = []
    with Folder(out) as folder:
        for platforms in (2, 3):
            scenario = market(platforms, users, 120)
            even = market(platforms, 20_000, 24)
            ends_of_range = (0.8 * platforms, 1.2 * platforms)
            found = ps.boundary(
                even, {BETA: ends_of_range}, GROWTH, pairs=10, most=40 if fast else 160,
                precision=0.03 if fast else 0.01,
            ).crossings.iloc[0]  # fmt: skip
            rows.append((platforms, found["value"], found["low"], found["high"], float(platforms)))
            betas = np.linspace(0.6, 1.4, values) * platforms
            points = ends(scenario, betas.tolist(), replicates)
            folder.table(f"ends_{platforms}", points)
            figure = branches(
                points, "beta", "share",
                labels=("network effect beta (utils per unit share)", "largest share of users"),
                title=f"{platforms} platforms: the even split and the tipped ones",
                curves=fixed_points(platforms, np.linspace(betas[0], betas[-1], 241)),
                marks={"measured onset": found["value"]},
            )  # fmt: skip
            folder.figure(f"branches_{platforms}", figure)
        table = pd.DataFrame(rows, columns=["platforms", "onset", "low", "high", "theory"])
        folder.table("onsets", table)
        curves = ps.compare("tipping", pairs=20, changes={"run.months": 60 if fast else 120})
        folder.figure("adoption", curves.plot()["adoption"])
    click.echo(frame_table(table))
    click.echo(f"\nbranches, adoption curves and tables are in {folder.path}")


if __name__ == "__main__":
    main()
