"""The verb that judges the register of claims."""

from __future__ import annotations

from pathlib import Path

import click

from platformsim.cli.group import main
from platformsim.cli.options import options, print_json


@main.command()
@click.argument("ids", nargs=-1, metavar="[C01 ...]")
@click.option("--detail", is_flag=True, help="Say what each claim is, and draw it.")
@click.option("--pairs", type=click.IntRange(1), help="Pairs of runs, at least 20.")
@click.option("--fast", is_flag=True, help="20 pairs, and a coarse look along the hinges.")
@click.option(
    "--write-docs",
    is_flag=True,
    help="Write docs/claims.md, README's table and seeds/outcomes.toml, here.",
)
@options("seed", "workers", "out", "json")
def claims(
    ids: tuple[str, ...], detail: bool, pairs: int | None, fast: bool, write_docs: bool,
    seed: int | None, workers: int | None, out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Every claim: holds, contradicted or undecided, and on what that hangs.

    Each claim of the register is judged by the contrast that its scenario states, beside a negative
    control, which is as it should be when it does not hold. The settings on which the verdict hangs
    are moved in both arms, to find the value at which it flips. All 35 claims have a row; those
    without a scenario are not tested.

    \b
    Examples:
      platformsim claims
      platformsim claims C01 C13 --detail --out results/two
      platformsim claims --fast --json
    """
    from platformsim.results.folder import probe
    from platformsim.studies.claims import claims as study
    from platformsim.studies.claims.documents import ready, write
    from platformsim.studies.claims.text import details, summary, table

    path = out or (Path("results") / "claims" if detail else None)
    if path is not None:
        probe(path)
    if write_docs:
        ready(Path.cwd(), ids)
    result = study(ids, pairs=pairs, seed=seed, fast=fast, workers=workers, progress=not as_json)
    path = result.save(path, figures=detail) if path is not None else None
    written = write(result, Path.cwd()) if write_docs else []
    if as_json:
        print_json(result.rows())
        return
    click.echo(table(result))
    click.echo(f"\n{summary(result)}")
    if detail:
        click.echo(details(result))
    for file in ([path] if path is not None else []) + written:
        click.echo(f"Written: {file}")
