"""The verbs in which releasers play against each other."""

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
    "--strategies",
    metavar="NAME,...",
    help="What players choose from; a name may carry parameters, open_then_close(months=36).",
)
@click.option("--players", metavar="NAME,...", help="One to three releasers.  [default: all]")
@click.option(
    "--line-ups",
    multiple=True,
    metavar="RIVAL=STRATEGY,...",
    help="What rivals play; may be repeated. Then one player is asked what pays against each.",
)
@click.option("--metric", default="profit", show_default=True, help="What counts as payoff.")
@click.option("--arm", help="Arm of the scenario that is played in.")
@click.option(
    "--replicates", type=click.IntRange(20), default=20, show_default=True,
    help="Runs of each choice of strategies.",
)  # fmt: skip
@options("set", "policy", "resolution", "seed", "workers", "start", "out", "json")
def game(
    scenario: str, strategies: str | None, players: str | None, line_ups: tuple, out: Path | None,
    as_json: bool, changes: tuple, policies: tuple, resolution: str | None, **options: Any,
) -> None:  # fmt: skip
    """Release strategies against each other: payoffs, best replies, equilibria, line-ups.

    Every choice of strategies is run under the same luck. Printed are what pays against each
    line-up of rivals and how sure that is, the equilibria and how often they appear when the
    replicates are drawn anew, and where each strategy ranks over all line-ups: which one comes out
    first hangs on who else plays.

    \b
    Examples:
      platformsim game augustus
      platformsim game augustus --strategies "always_closed,always_open,open_then_close(months=36)"
      platformsim game laggard_opens --set mechanisms.laggard_rule.enabled=false --metric welfare
      platformsim game llama3 --players social_giant --line-ups closed_lab=always_open \\
          --line-ups closed_lab=always_closed
    """
    rivals = [_pairs("--line-ups", text) for text in line_ups] or None
    source, path = prepared("game", scenario, out, options)
    from platformsim.studies.game import game as study
    from platformsim.views.game_text import equilibrium_text, reply_text, spread_text

    result = study(
        under(source, policies), names_of(strategies), players=names_of(players), line_ups=rivals,
        changes=changes_of(changes, resolution), progress=not as_json, **options,
    )  # fmt: skip
    path = result.save(path)
    tables = result.tables()
    if as_json:
        rows = {name: _rows(tables[name]) for name in ("payoffs", "replies", "spread", "equilibria")
                if name in tables}  # fmt: skip
        print_json({"folder": str(path), "metric": result.metric, **rows})
        return
    click.echo(f"{result.source.title}\n{result.metric} of {', '.join(result.options['players'])}")
    click.echo(f"\nWhat pays against whom\n\n{reply_text(tables['replies'])}")
    if "equilibria" in tables:
        click.echo(f"\nEquilibria\n\n{equilibrium_text(tables['equilibria'])}")
    click.echo(f"\nWhere each strategy stands, over line-ups\n\n{spread_text(tables['spread'])}")
    for line in result.notices():
        click.echo(f"\n{line}")
    _say_folder(path)


@main.command()
@click.argument("scenario")
@click.argument("strategy")
@click.option(
    "--over",
    multiple=True,
    required=True,
    metavar="KEY=VALUES",
    help="low:high:levels or v1,v2,v3; twice. A plain name is a parameter of the strategy.",
)
@click.option("--baseline", default="always_closed", show_default=True, help="Played otherwise.")
@click.option("--player", help="The releaser.  [default: the first that owns a technology]")
@click.option("--rivals", metavar="RIVAL=STRATEGY,...", help="What others play.")
@click.option("--metric", default="profit", show_default=True, help="What counts as payoff.")
@click.option("--arm", help="Arm of the scenario that is played in.")
@click.option(
    "--replicates", type=click.IntRange(20), default=20, show_default=True,
    help="Pairs of runs at each point.",
)  # fmt: skip
@options("set", "policy", "resolution", "seed", "workers", "start", "out", "json")
def fingerprint(
    scenario: str, strategy: str, over: tuple, rivals: str | None, out: Path | None, as_json: bool,
    changes: tuple, policies: tuple, resolution: str | None, **options: Any,
) -> None:  # fmt: skip
    """Where, over two parameters, a strategy pays more than a baseline.

    \b
    Examples:
      platformsim fingerprint complement_breakeven always_open \\
          --over technologies.model.api_demand=0:800:5 --over mechanisms.complement.eng_lift=0:0.3:4
      platformsim fingerprint augustus open_then_close --over months=6,12,24,48 \\
          --over mechanisms.complement.eng_lift=0:0.3:4 --rivals rival=follow_the_leader
    """
    axes = dict(_axis(text) for text in over)
    others = _pairs("--rivals", rivals) if rivals else None
    source, path = prepared("fingerprint", scenario, out, options)
    from platformsim.studies.game import fingerprint as study
    from platformsim.views.text import frame_table

    result = study(
        under(source, policies), strategy, axes, rivals=others,
        changes=changes_of(changes, resolution), progress=not as_json, **options,
    )  # fmt: skip
    path = result.save(path)
    if as_json:
        print_json({"folder": str(path), "rows": _rows(result.map)})
        return
    click.echo(f"{result.source.title}\n\n{frame_table(result.map)}")
    for line in result.notices():
        click.echo(f"\n{line}")
    _say_folder(path)


def _pairs(option: str, text: str) -> dict[str, str]:
    found = {}
    for part in names_of(text) or ():
        name, sign, rule = part.partition("=")
        if not sign or not name or "(" in name:
            raise ScenarioError(Problem(option, part, "must be RIVAL=STRATEGY"))
        found[name.strip()] = rule.strip()
    return found


def _axis(text: str) -> tuple[str, list[Any]]:
    from platformsim.scenario.settings import parse

    key, sign, values = (part.strip() for part in text.partition("="))
    if not sign or not key or not values:
        raise ScenarioError(Problem("--over", text, "must be KEY=VALUES"))
    ends = values.split(":")
    if len(ends) == 1:
        return key, [parse(value.strip()) for value in values.split(",")]
    try:
        low, high, levels = (float(end) for end in ends)
        step = (high - low) / (levels - 1)
        return key, [round(low + step * place, 12) for place in range(int(levels))]
    except (ValueError, ZeroDivisionError):
        allowed = "must be low:high:levels, with at least 2 levels, or v1,v2,v3"
        raise ScenarioError(Problem("--over", text, allowed)) from None


def _rows(frame: Any) -> list[dict[str, Any]]:
    return [{k: null(v) for k, v in row.items()} for row in frame.to_dict("records")]


def _say_folder(path: Path) -> None:
    figures = ", ".join(sorted(file.name for file in path.glob("*.png")))
    click.echo(f"\nTables, manifest and figures ({figures}) are in {path}")
