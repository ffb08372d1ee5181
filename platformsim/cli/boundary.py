"""The verbs that ask where an answer flips, and how many pairs it takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from platformsim.cli.group import main
from platformsim.cli.options import changes_of, names_of, null, options, print_json, under
from platformsim.cli.prepare import prepared
from platformsim.errors import Problem, ScenarioError


@main.command()
@click.argument("scenario")
@click.option(
    "--over",
    multiple=True,
    required=True,
    metavar="KEY=LOW:HIGH",
    help="A parameter and its range; once, or twice for a map.",
)
@click.option("--metric", help="What is followed.  [default: the first prediction's]")
@click.option("--arms", help="Two arms, the base first, or one.  [default: the first prediction's]")
@click.option("--value", type=float, help="What it is compared with.  [default: 0]")
@click.option(
    "--starts",
    is_flag=True,
    help="From opposite starts: where the start decides, and an even split is lost.",
)
@click.option(
    "--pairs",
    type=click.IntRange(1),
    default=20,
    show_default=True,
    help="Pairs of runs at each point, at least 20.",
)
@click.option(
    "--most",
    type=click.IntRange(1),
    default=160,
    show_default=True,
    help="Most pairs at points around a flip.",
)
@click.option(
    "--precision",
    type=float,
    default=0.005,
    show_default=True,
    help="Half-width of the band worth reaching, as a share of the range.",
)
@click.option(
    "--depth",
    type=click.IntRange(0, 4),
    default=2,
    show_default=True,
    help="How often the cells of a map are cut.",
)
@options("set", "policy", "resolution", "seed", "workers", "start", "out", "json")
def boundary(
    scenario: str, over: tuple, arms: str | None, starts: bool, out: Path | None, as_json: bool,
    changes: tuple, policies: tuple, resolution: str | None, **options: Any,
) -> None:  # fmt: skip
    """The value at which the answer flips, or the line over two parameters, with a band.

    The answer is the paired difference of a metric between two arms; with --value, the level of
    the metric less that value in one arm. --metric even_split_growth is the factor by which a
    small lead over an even split of equal platforms grows: at 1 the market begins to tip.

    \b
    Examples:
      platformsim boundary complement_breakeven --over technologies.model.api_demand=0:900
      platformsim boundary complement_breakeven --over platforms.social.ad_yield=0:0.05 \\
          --over technologies.model.api_demand=0:900
      platformsim boundary tipping --over mechanisms.direct_network.beta_direct=1:4 \\
          --metric even_split_growth
      platformsim boundary tipping --over mechanisms.direct_network.beta_direct=1:4 --starts
    """
    ranges = _ranges(over)
    source, path = prepared("boundary", scenario, out, options)
    from platformsim.studies import boundary as studies
    from platformsim.views.text import frame_table

    source = under(source, policies)
    common = {"changes": changes_of(changes, resolution), "progress": not as_json, **options}
    metric, value = common.pop("metric"), common.pop("value")
    depth = common.pop("depth")
    names = names_of(arms)
    if starts:
        if metric or value is not None or names:
            raise ScenarioError(Problem("--starts", True, "goes without --metric, --value, --arms"))
        result = studies.hysteresis(source, ranges, **common)
    else:
        result = studies.boundary(
            source, ranges, metric, arms=names, value=value, depth=depth, **common
        )
    path = result.save(path)
    frame = result.to_frame()
    if as_json:
        rows = [{key: null(v) for key, v in row.items()} for row in frame.to_dict("records")]
        print_json({"folder": str(path), "notes": result.notes(), "rows": rows})
        return
    click.echo(f"{result.title}\n")
    if len(ranges) == 1 and len(frame):
        click.echo(f"{frame_table(frame)}\n")
    for line in result.notes():
        click.echo(line)
    click.echo(f"\nTables, manifest and figure are in {path}")


def _ranges(pairs: tuple[str, ...]) -> dict[str, tuple[float, float]]:
    found = {}
    for pair in pairs:
        key, sign, text = pair.partition("=")
        try:
            low, high = (float(end) for end in text.split(":"))
        except ValueError:
            sign = ""
        if not sign or not key:
            raise ScenarioError(Problem("--over", pair, "must be KEY=LOW:HIGH"))
        if key.strip() in found:
            raise ScenarioError(Problem("--over", pair, "names a key for the second time"))
        found[key.strip()] = (low, high)
    return found


@main.command()
@click.option(
    "--sd",
    type=float,
    required=True,
    help="Standard deviation of the paired difference, from a few pairs.",
)
@click.option("--effect", type=float, required=True, help="The difference to be seen.")
@click.option("--power", type=float, default=0.9, show_default=True, help="Chance to see it.")
@click.option(
    "--level", type=float, default=0.95, show_default=True, help="Coverage of the interval."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
def plan(sd: float, effect: float, power: float, level: float, as_json: bool) -> None:
    """How many pairs a comparison needs, before it is run.

    \b
    Example:
      platformsim plan --sd 0.12 --effect 0.05
    """
    from platformsim.studies.plan import plan as study

    found = study(sd, effect, power=power, level=level)
    if as_json:
        print_json({"pairs": found.pairs, "most_with_looks": found.most_with_looks})
        return
    click.echo(
        f"{found.pairs:,} pairs see a difference of {effect:g} with a chance of {power:g}, when "
        f"the standard deviation is {sd:g}.\nWith --until decided, allow --pairs "
        f"{found.most_with_looks:,}."
    )
