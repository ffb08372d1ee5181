"""The verb that holds the simulator against theory."""

from __future__ import annotations

from pathlib import Path

import click

from platformsim.cli.group import main
from platformsim.cli.options import options, print_json

_FAST = 0.25


@main.command()
@click.option("--settings", type=click.Path(path_type=Path), help="Parameters, as a JSON file.")
@click.option("--only", help="Which parts, separated by commas: bass,armstrong.  [default: all]")
@click.option("--fast", is_flag=True, help="A quarter of the replicates.")
@options("seed", "workers", "out", "json")
def validate(
    settings: Path | None, only: str | None, fast: bool, seed: int | None, workers: int | None,
    out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Hold the simulator against published and exact theory.

    Every prediction is computed from the parameters and every measurement comes from a run of the
    package's own engine, or of a short process that is named. A row passes within 4 standard
    errors; wrong answers that are easily given must lie more than 6 away. Ends with 1 when a row
    fails or a wrong answer passes. With --out a page with a figure for each part is written.

    \b
    Examples:
      platformsim validate
      platformsim validate --only bass,armstrong --seed 7
      platformsim validate --settings mine.json --json
      platformsim validate --out docs
    """
    from platformsim.validation.page import write_page
    from platformsim.validation.run import SEED, chosen, validate
    from platformsim.validation.settings import read_settings
    from platformsim.validation.text import summary, tables

    names = [name.strip() for name in (only or "").split(",") if name.strip()]
    given, seed = read_settings(settings), SEED if seed is None else seed
    result = validate(
        given, only=names, seed=seed, effort=_FAST if fast else 1.0, workers=workers,
        progress=not as_json,
    )  # fmt: skip
    if out is not None:
        page = write_page(result, chosen(names), given, out, seed=seed, workers=workers)
    if as_json:
        print_json(result.to_json())
    else:
        click.echo(tables(result))
        click.echo(summary(result))
        if out is not None:
            click.echo(f"The page with its figures is {page}")
    if not result.passed:
        raise SystemExit(1)
