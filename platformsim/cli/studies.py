"""Verbs that run scenarios: run, compare, rerun."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from platformsim.cli.group import main
from platformsim.cli.options import changes_of, names_of, null, options, print_json, under
from platformsim.cli.prepare import prepared


@main.command()
@click.argument("scenario")
@click.option("--arm", help="Which arm; without it, the scenario as it stands.")
@click.option("--replicates", type=click.IntRange(1, 1_000_000), default=20, show_default=True)
@click.option("--first", type=click.IntRange(0), default=0, help="Number of the first replicate.")
@options("set", "policy", "resolution", "seed", "workers", "start", "agents", "out", "json")
def run(
    scenario: str, out: Path | None, as_json: bool, changes: tuple, policies: tuple,
    resolution: str | None, **options: Any,
) -> None:  # fmt: skip
    """Run a scenario and draw it.

    \b
    Examples:
      platformsim run flywheel --replicates 50
      platformsim run tipping --resolution cohorts --set sides.users.count=3_300_000_000
      platformsim run llama3 --arm open --set run.months=60 --out results/mine
    """
    source, path = prepared("run", scenario, out, options)
    from platformsim.studies import run as study
    from platformsim.views.text import frame_table, table

    result = study.run(under(source, policies), changes=changes_of(changes, resolution), **options)
    path = result.save(path)
    overview = result.overview()
    if as_json:
        rows = [{k: null(v) for k, v in row.items()} for row in overview.to_dict("records")]
        print_json({"folder": str(path), "rows": rows})
        return
    click.echo(f"{result.scenario.title}\n")
    shown = overview[overview["mean"].notna()]
    click.echo(frame_table(shown) if len(shown) else table([], list(overview.columns)))
    _say_folder(path)


@main.command()
@click.argument("scenario")
@click.option("--arms", help="Which arms, separated by commas.  [default: all]")
@click.option(
    "--pairs",
    type=click.IntRange(1),
    help="Pairs of runs, at least 20; with --until the most there may be.",
)
@click.option(
    "--until",
    type=click.Choice(["decided"]),
    help="Look at 20, 40, 80, ... pairs and stop when the predictions are settled.",
)
@click.option("--all", "everything", is_flag=True, help="Print every metric, not the headlines.")
@options("set", "policy", "resolution", "seed", "workers", "start", "agents", "out", "json")
def compare(
    scenario: str, arms: str | None, everything: bool, out: Path | None, as_json: bool,
    changes: tuple, policies: tuple, resolution: str | None, **options: Any,
) -> None:  # fmt: skip
    """The main job: paired arms, verdicts, adoption curves.

    Arms meet the same people and the same luck, pair by pair. A prediction holds when the 95 %
    interval of the mean paired difference excludes 0 in the stated direction and the effect is at
    least the smallest effect of interest; it is contradicted when the interval excludes 0 the
    other way, and undecided otherwise.

    \b
    Examples:
      platformsim compare llama3
      platformsim compare llama3 --arms closed,open --pairs 200
      platformsim compare llama3 --until decided
      platformsim compare gatekeeper --set mechanisms.open_gate.toll=0.3 --json
      platformsim compare llama3 --policy interoperability_mandate=0.5@36
    """
    names = names_of(arms)
    source, path = prepared("compare", scenario, out, options)
    from platformsim.studies import compare as study
    from platformsim.studies.verdicts import ROW_KEYS
    from platformsim.views.text import frame_table, verdict_table

    result = study.compare(
        under(source, policies), names, changes=changes_of(changes, resolution), **options
    )
    path = result.save(path)
    if as_json:
        keys = [*ROW_KEYS, *(["settled", "look"] if result.looks is not None else [])]
        rows = result.verdicts[keys].to_dict("records")
        print_json([{key: null(value) for key, value in row.items()} for row in rows])
        return
    click.echo(f"{result.title}\n{result.scenarios[result.base].question}\n")
    click.echo("What differs between the arms\n")
    click.echo(frame_table(result.settings))
    click.echo(f"\nVerdicts from {result.pairs} pairs (* registered before the run)\n")
    click.echo(verdict_table(result.verdicts, everything))
    click.echo("\nWithout a star nobody predicted the direction that the verdict is about.")
    for line in result.notices():
        click.echo(f"\n{line}")
    _say_folder(path)


def _say_folder(path: Path) -> None:
    figures = ", ".join(sorted(file.name for file in path.glob("*.png")))
    click.echo(f"\nTables, manifest and figures ({figures}) are in {path}")


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@options("workers", "json")
def rerun(folder: Path, workers: int | None, as_json: bool) -> None:
    """Repeat a results folder and compare its tables, byte for byte.

    Exit code 0 when every table is the same, 1 when one is not.

    \b
    Example:
      platformsim rerun results/compare-llama3
    """
    from platformsim.studies.rerun import rerun as study

    repeat = study(folder, workers=workers)
    if as_json:
        print_json({"same": repeat.same, "tables": repeat.tables, "versions": repeat.versions})
    else:
        for name, same in repeat.tables.items():
            click.echo(f"{name}: {'the same' if same else 'DIFFERS'}")
        for name, (then, now) in repeat.versions.items():
            click.echo(f"{name} was {then}, is {now}")
    sys.exit(0 if repeat.same else 1)
