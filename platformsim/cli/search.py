"""The verb that searches for strategies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from platformsim.cli.group import main
from platformsim.cli.options import changes_of, null, options, print_json, under
from platformsim.cli.prepare import prepared


@main.command()
@click.argument("scenario")
@click.option(
    "--over",
    multiple=True,
    metavar="KEY[=LOW:HIGH]",
    help="A setting to search beside the opening: KEY, KEY=LOW:HIGH or KEY=V1,V2.",
)
@click.option(
    "--objective",
    "objectives",
    multiple=True,
    metavar="METRIC[:down]",
    help="At least two.  [default: the owner's profit, and welfare]",
)
@click.option("--technology", help="What is opened.  [default: the first that has an owner]")
@click.option("--releaser", help="Whose technology is opened.")
@click.option("--arm", help="The arm in force.  [default: the scenario as it stands]")
@click.option(
    "--no-opening", "opening", flag_value=False, default=True, help="Search the settings alone."
)
@click.option(
    "--stay-open",
    "closes",
    flag_value=False,
    default=True,
    help="Leave closing again out of the search.",
)
@click.option("--trials", type=click.IntRange(1, 100_000), default=80, show_default=True)
@click.option(
    "--replicates",
    type=click.IntRange(1, 1_000_000),
    default=20,
    show_default=True,
    help="Seeds of each trial.",
)
@click.option(
    "--confirm",
    type=click.IntRange(20, 1_000_000),
    default=40,
    show_default=True,
    help="Fresh seeds for the front.",
)
@click.option("--sampler", type=click.Choice(["tpe", "nsga2"]), default="tpe", show_default=True)
@options("set", "policy", "resolution", "seed", "workers", "start", "out", "json")
def search(
    scenario: str, over: tuple, objectives: tuple, out: Path | None, as_json: bool,
    changes: tuple, policies: tuple, resolution: str | None, **options: Any,
) -> None:  # fmt: skip
    """When and how far to open: the strategies that nobody beats in profit and in welfare.

    Searches the degree of opening, its month and the month of closing again, with Optuna; all
    trials meet the same seeds. The Pareto front is run again with seeds that the search never saw.

    \b
    Examples:
      platformsim search complement_breakeven
      platformsim search llama3 --releaser social_giant --trials 200 --sampler nsga2
      platformsim search gatekeeper --objective profit[giant] --objective control_hhi:down \\
          --over mechanisms.open_gate.toll
    """
    source, path = prepared("search", scenario, out, options)
    from platformsim.studies.search import search as study
    from platformsim.views.text import frame_table

    result = study(
        under(source, policies), over or None, objectives=objectives or None,
        changes=changes_of(changes, resolution), progress=not as_json, **options,
    )  # fmt: skip
    path = result.save(path)
    if as_json:
        rows = [{k: null(v) for k, v in row.items()} for row in _plain(result.front)]
        print_json({"folder": str(path), "rows": rows})
        return
    click.echo(f"{result.title}\n")
    shown = result.front.assign(
        undominated=result.front["undominated"].map({True: "yes", False: "no"}).fillna("-")
    )
    click.echo(frame_table(shown))
    for line in result.notes():
        click.echo(f"\n{line}")
    click.echo(f"\nTables, manifest and figures are in {path}")


def _plain(frame: Any) -> list[dict[str, Any]]:
    return frame.astype(object).where(frame.notna(), None).to_dict("records")
