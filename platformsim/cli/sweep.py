"""The verb that runs a design."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any

import click

from platformsim.cli.group import main
from platformsim.cli.options import changes_of, names_of, null, options, print_json, under
from platformsim.cli.prepare import prepared
from platformsim.errors import Problem, ScenarioError

_MOST_SHOWN = 20


@main.command()
@click.argument("scenario", required=False)
@click.option(
    "--over",
    multiple=True,
    metavar="KEY=VALUES",
    help="low:high:levels, low:high (lhs, sobol) or v1,v2,v3; may be repeated.",
)
@click.option(
    "--design",
    type=click.Choice(["grid", "lhs", "sobol"]),
    default="grid",
    show_default=True,
    help="All combinations, a Latin hypercube, or Sobol points.",
)
@click.option("--points", type=click.IntRange(1), help="How many, for lhs and sobol.")
@click.option(
    "--table",
    type=click.Path(path_type=Path),
    metavar="FILE.csv",
    help="A design of your own: a column a key, a row a point.",
)
@click.option(
    "--arms",
    help="Arms to run at each point, separated by commas.  [default: the scenario as it stands]",
)
@click.option(
    "--replicates", type=click.IntRange(1, 1_000_000), help="Runs a point and arm.  [default: 20]"
)
@click.option("--no-series", is_flag=True, help="Keep one number a metric and run, not its path.")
@click.option(
    "--resume",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Go on with a sweep; what is not given is taken from there.",
)
@click.option(
    "--dask", metavar="ADDRESS", help="Run on a Dask cluster, by its scheduler's address."
)
@options("set", "policy", "resolution", "seed", "workers", "start", "out", "json")
def sweep(
    scenario: str | None, over: tuple, arms: str | None, no_series: bool, resume: Path | None,
    out: Path | None, as_json: bool, changes: tuple, policies: tuple, resolution: str | None,
    **options: Any,
) -> None:  # fmt: skip
    """Arms over a design: a grid, a Latin hypercube, Sobol points or a table, times paired seeds.

    Each finished run is committed at once to a ledger in the results folder. A sweep that is cut
    short, by Ctrl-C or a crash, goes on with --resume; one that was changed refuses to. A run that
    fails is listed with the command that repeats it, does not stop the rest, and lets the verb end
    with 1.

    \b
    Examples:
      platformsim sweep tipping --over mechanisms.direct_network.beta_direct=1:3:9
      platformsim sweep llama3 --arms closed,open --over sides.users.switch_cost=0:2 \\
          --over technologies.llama_like.release_mode=open_capped,open_weights \\
          --design lhs --points 50 --replicates 20 --out results/night
      platformsim sweep --resume results/night
      platformsim sweep llama3 --table design.csv --dask tcp://localhost:8786
    """
    names = names_of(arms)
    if resume is not None and scenario is None:
        source, path = None, None
        if policies:
            problem = Problem("--policy", list(policies), "needs the scenario to be named")
            raise ScenarioError(problem)
    elif scenario is None:
        raise click.UsageError("Missing argument 'SCENARIO'.")
    else:
        source, path = prepared("sweep", scenario, resume or out, options)
        source = under(source, policies)
    ranges = _ranges(over)
    result = _run(
        source, ranges, arms=names, keep_series=not no_series, resume=resume,
        out=None if resume is not None else path, changes=changes_of(changes, resolution),
        progress=not as_json, **options,
    )  # fmt: skip
    _tell(result, as_json)
    sys.exit(1 if len(result.failures) else 0)


def _ranges(pairs: tuple[str, ...]) -> dict[str, str] | None:
    found: dict[str, str] = {}
    for pair in pairs:
        key, sign, text = pair.partition("=")
        if not sign or not key.strip() or not text.strip():
            raise ScenarioError(Problem("--over", pair, "must be KEY=VALUES"))
        if key.strip() in found:
            raise ScenarioError(Problem("--over", pair, "names a key for the second time"))
        found[key.strip()] = text.strip()
    return found or None


def _run(source: Any, over: dict[str, str] | None, **options: Any) -> Any:
    """Run the study; when it is cut short, say how to go on."""
    from platformsim.studies.execute import RunError
    from platformsim.studies.sweep import Cut, sweep

    try:
        with warnings.catch_warnings():
            # Failures are told below, with their commands.
            warnings.simplefilter("ignore", RuntimeWarning)
            return sweep(source, over, **options)
    except Cut as cut:
        click.echo(f"Stopped: {cut}", err=True)
        sys.exit(130)
    except RunError as error:
        raise RunError(f"{error}; go on with --resume") from error


def _tell(result: Any, as_json: bool) -> None:
    from platformsim.views.sweep import main_metrics
    from platformsim.views.text import frame_table

    failures = result.failures
    if as_json:
        rows = [{k: null(v) for k, v in row.items()} for row in failures.to_dict("records")]
        print_json({"folder": str(result.folder), "runs": len(result.plan),
                    "done": len(result.plan) - result.missing, "failures": rows})  # fmt: skip
        return
    plan = result.plan
    click.echo(f"{plan.scenario.title}\n{plan.scenario.question}\n")
    click.echo(
        f"{len(plan.points)} design points, {len(plan.variants)} arms, "
        f"{plan.replicates} replicates: {len(plan)} runs, {result.missing} missing\n"
    )
    stated = [row.metric for row in plan.scenario.predictions]
    if names := main_metrics(result.columns, stated):
        means = result.means(names)
        click.echo(frame_table(means.head(_MOST_SHOWN)))
        if len(means) > _MOST_SHOWN:
            click.echo(f"… and {len(means) - _MOST_SHOWN} more rows of means in the tables")
    for row in failures.head(_MOST_SHOWN).itertuples():
        where = f"arm {row.arm}, replicate {row.replicate}, seed {row.seed}"
        click.echo(f"\nFailed ({where}): {row.error}\n  repeat it: {row.command}", err=True)
    if len(failures) > _MOST_SHOWN:
        click.echo(f"\n… and {len(failures) - _MOST_SHOWN} more in failures.parquet", err=True)
    click.echo(f"\nLedger, tables, manifest and figures are in {result.folder}")
