"""The verb that says what each mechanism was worth."""

from __future__ import annotations

from pathlib import Path

import click

from platformsim.cli.group import main
from platformsim.cli.options import changes_of, names_of, null, options, print_json
from platformsim.cli.prepare import prepared


@main.command()
@click.argument("scenario")
@click.option("--arms", help="Two arms, the base first.  [default: the first prediction's]")
@click.option("--metric", help="What is explained.  [default: the first prediction's]")
@click.option("--pairs", type=click.IntRange(1), help="Pairs of runs, at least 20.")
@options("set", "resolution", "seed", "workers", "out", "json")
def explain(
    scenario: str, arms: str | None, metric: str | None, pairs: int | None, changes: tuple,
    resolution: str | None, seed: int | None, workers: int | None, out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Each mechanism off in turn, and on alone: what it was worth.

    Two arms of a scenario are run under the same draws with every mechanism, without each in turn,
    and with each alone. What a mechanism is worth to a metric is the level with it less the level
    without it, in either arm, and the same for the difference between the arms. Mechanisms that
    build on one go with it.

    \b
    Examples:
      platformsim explain llama3
      platformsim explain gatekeeper --arms closed,open --metric profit[giant] --pairs 40
    """
    names = names_of(arms)
    source, path = prepared("explain", scenario, out, {"workers": workers})
    from platformsim.studies.explain import explain as study
    from platformsim.views.text import worth_table

    result = study(
        source, names, metric, pairs=pairs, seed=seed, changes=changes_of(changes, resolution),
        workers=workers, progress=not as_json,
    )  # fmt: skip
    path = result.save(path)
    if as_json:
        rows = [{k: null(v) for k, v in row.items()} for row in result.worth.to_dict("records")]
        loops = [{k: null(v) for k, v in row.items()} for row in result.loops.to_dict("records")]
        print_json({"folder": str(path), "metric": result.metric, "rows": rows, "loops": loops})
        return
    click.echo(f"{result.title}\n")
    click.echo(worth_table(result.worth))
    for line in result.notes():
        click.echo(f"\n{line}")
    click.echo(f"\nTables, manifest and figure are in {path}")
