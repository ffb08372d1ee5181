"""The verb that says which assumptions matter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from platformsim.cli.group import main
from platformsim.cli.options import changes_of, names_of, null, options, print_json, under
from platformsim.cli.prepare import prepared


@main.command()
@click.argument("scenario")
@click.option(
    "--method",
    type=click.Choice(["ofat", "morris", "sobol"]),
    default="ofat",
    show_default=True,
    help="One at a time, elementary effects, or shares of variance.",
)
@click.option(
    "--over",
    multiple=True,
    metavar="KEY[=LOW:HIGH]",
    help="A factor: KEY, KEY=LOW:HIGH or KEY=V1,V2; may be repeated. arm makes the arms "
    "levels of one.  [default: all parameters of the active mechanisms]",
)
@click.option(
    "--metric", "metrics", multiple=True, help="May be repeated.  [default: the first prediction's]"
)
@click.option("--arms", help="Arms to compare, the base first.  [default: the first prediction's]")
@click.option(
    "--points",
    type=click.IntRange(2),
    help="Levels (ofat), trajectories (morris), base samples (sobol).  [default: 5, 10, 64]",
)
@click.option(
    "--replicates",
    type=click.IntRange(1, 1_000_000),
    help="Seeds at each point.  [default: 20 for ofat, else 5]",
)
@click.option("--second-order", is_flag=True, help="sobol: indices of pairs, too.")
@click.option(
    "--known",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Runs of an incomplete attempt at the same design.",
)
@options("set", "policy", "resolution", "seed", "workers", "start", "out", "json")
def sensitivity(
    scenario: str, over: tuple, metrics: tuple, arms: str | None, out: Path | None, as_json: bool,
    changes: tuple, policies: tuple, resolution: str | None, **options: Any,
) -> None:  # fmt: skip
    """Which assumptions matter: to a metric, and to the difference between two arms.

    Begin with ofat: one factor at a time over its whole range. morris screens many factors; sobol
    shares out the variance. Every index has a 95 % interval, the seeds have a share of their own,
    and a dummy factor that does nothing must rank last. A design of which runs failed is refused,
    and says which.

    \b
    Examples:
      platformsim sensitivity complement_breakeven
      platformsim sensitivity llama3 --method morris --metric profit[social_giant]
      platformsim sensitivity complement_breakeven --method sobol --points 128 \\
          --over mechanisms.complement.eng_lift --over technologies.model.api_demand=0:900
      platformsim sensitivity complement_breakeven --method sobol --over arm=closed,open \\
          --over platforms.social.ad_yield=0:0.05
    """
    names = names_of(arms)
    source, path = prepared("sensitivity", scenario, out, options)
    from platformsim.studies.sensitivity import IncompleteError
    from platformsim.studies.sensitivity import sensitivity as study
    from platformsim.studies.sensitivity.unfinished import save_unfinished

    try:
        result = study(
            under(source, policies), over or None, metric=metrics or None, arms=names,
            changes=changes_of(changes, resolution), progress=not as_json, **options,
        )  # fmt: skip
    except IncompleteError as error:
        kept = save_unfinished(error, path)
        hint = f"  The other runs are kept; when that is mended, go on with --known {kept}"
        error.args = (f"{error}\n{hint}",)
        raise
    path = result.save(path)
    _tell(result, path, as_json)


def _tell(result: Any, path: Path, as_json: bool) -> None:
    from platformsim.views.text import indices_table

    if as_json:
        tables = {"indices": result.indices, "noise": result.noise}
        rows = {
            name: [{k: null(v) for k, v in row.items()} for row in frame.to_dict("records")]
            for name, frame in tables.items()
        }
        print_json({"folder": str(path), "method": result.method, **rows})
        return
    click.echo(f"{result.title}\n")
    for outcome in result.outcomes:
        click.echo(f"{outcome}\n")
        rows = result.indices[result.indices["outcome"] == outcome]
        click.echo(indices_table(rows) + "\n")
    for line in result.notes():
        click.echo(f"{line}\n")
    click.echo(f"Tables, manifest and figures are in {path}")
