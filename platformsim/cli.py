"""The command line. Heavy imports stand inside the commands, so that ``--help`` is instant."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from platformsim.errors import PlatformsimError, Problem, ScenarioError

_HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class _Commands(click.Group):
    """Turns the package's errors into one message and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except PlatformsimError as error:
            click.echo(f"Error: {error}", err=True)
            ctx.exit(2)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(cls=_Commands, context_settings=_HELP)
@click.version_option(package_name="platformsim")
def main() -> None:
    """Where do open release strategies beat proprietary ones, how sure is that, and why.

    \b
    Examples:
      platformsim list
      platformsim compare llama3
      platformsim compare llama3 --set mechanisms.open_gate.toll=0.3 --pairs 40
    """


def _options(*wanted: str) -> Callable:
    """Options that several commands share."""
    known = {
        "set": click.option("--set", "changes", multiple=True, metavar="KEY=VALUE",
                            help="Change a setting by its dotted key; may be repeated."),
        "seed": click.option("--seed", type=click.IntRange(0, 2**32 - 1),
                             help="Root seed of all random draws."),
        "out": click.option("--out", type=click.Path(path_type=Path),
                            help="Results folder.  [default: results/…]"),
        "workers": click.option("--workers", type=click.IntRange(1, 4096),
                                help="Processes.  [default: one a core]"),
        "start": click.option("--start-method", type=click.Choice(["forkserver", "spawn", "fork"]),
                              help="How processes are started."),
        "agents": click.option("--agents", "keep_agents", is_flag=True,
                               help="Also keep every agent's columns at the end."),
        "json": click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts."),
    }  # fmt: skip

    def decorate(function: Callable) -> Callable:
        for name in reversed(wanted):
            function = known[name](function)
        return function

    return decorate


def _changes(pairs: tuple[str, ...]) -> dict[str, Any]:
    from platformsim.scenario.settings import parse

    changes = {}
    for pair in pairs:
        key, sign, text = pair.partition("=")
        if not sign or not key:
            raise ScenarioError(Problem("--set", pair, "must be KEY=VALUE"))
        changes[key.strip()] = parse(text.strip())
    return changes


def _json(rows: Any) -> None:
    click.echo(json.dumps(rows, indent=1, allow_nan=False))


@main.command("list")
@_options("json")
def list_(as_json: bool) -> None:
    """The shipped scenarios, each with a line and the claims it tests.

    \b
    Example:
      platformsim list --json
    """
    from platformsim.scenario import load, shipped
    from platformsim.views.text import table

    found = [load(name) for name in shipped()]
    if as_json:
        return _json([{"name": s.name, "title": s.title, "claims": list(s.claims)} for s in found])
    rows = [(s.name, s.title, ", ".join(s.claims)) for s in found]
    return click.echo(table(rows, ("scenario", "what it asks", "claims")))


@main.command()
@click.argument("scenario", required=False)
@click.option("--arm", help="With the settings of this arm in force.")
@click.option("--toml", "as_toml", is_flag=True, help="Print the resolved scenario file.")
@_options("set", "json")
def show(
    scenario: str | None, arm: str | None, as_toml: bool, changes: tuple, as_json: bool
) -> None:
    """A scenario as resolved, with every range, unit and source; without one, all parameters.

    \b
    Examples:
      platformsim show llama3
      platformsim show llama3 --arm open --toml > mine.toml
      platformsim show > parameters.md
    """
    if scenario is None:
        from platformsim.scenario.reference import reference

        click.echo(reference(), nl=False)
        return
    from platformsim.scenario import load
    from platformsim.scenario.show import parameter_table
    from platformsim.views.text import table

    chosen = load(scenario, _changes(changes))
    chosen = chosen.with_arm(arm) if arm else chosen
    if as_toml:
        import tomli_w

        click.echo(tomli_w.dumps(chosen.table), nl=False)
        return
    rows = parameter_table(chosen)
    if as_json:
        _json(rows)
        return
    click.echo(f"{chosen.title}\n{chosen.question}\n")
    click.echo(f"arms: {', '.join(chosen.arms) or 'none'}")
    click.echo("source: D in the two documents, E external anchor, M modelling choice\n")
    head = ("setting", "value", "range", "unit", "source", "meaning")
    keys = ("key", "value", "range", "unit", "source", "doc")
    click.echo(table([[_cell(row[key]) for key in keys] for row in rows], head))


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


@main.command()
@click.argument("first")
@click.argument("second")
@_options("json")
def diff(first: str, second: str, as_json: bool) -> None:
    """Every setting that differs between two scenarios; SCENARIO:ARM names an arm.

    \b
    Examples:
      platformsim diff llama3:closed llama3:open
      platformsim diff gatekeeper mine.toml
    """
    from platformsim.scenario import load
    from platformsim.scenario.settings import difference
    from platformsim.views.text import table

    def resolve(name: str) -> dict[str, Any]:
        source, _, arm = name.rpartition(":")
        if not source or arm.endswith(".toml"):
            return load(name).table
        return load(source).with_arm(arm).table

    second_key = second if second != first else f"{second} (again)"
    found = difference({first: resolve(first), second_key: resolve(second)})
    if as_json:
        _json(found)
    elif found:
        rows = [(key, *map(_cell, values.values())) for key, values in found.items()]
        click.echo(table(rows, ("setting", first, second_key)))
    else:
        click.echo("no setting differs")


@main.command()
@click.argument("scenario")
@click.option("--arm", help="Which arm; without it, the scenario as it stands.")
@click.option("--replicates", type=click.IntRange(1, 1_000_000), default=20, show_default=True)
@_options("set", "seed", "workers", "start", "agents", "out", "json")
def run(scenario: str, out: Path | None, as_json: bool, changes: tuple, **options: Any) -> None:
    """Run a scenario and draw it.

    \b
    Examples:
      platformsim run flywheel --replicates 50
      platformsim run llama3 --arm open --set run.months=60 --out results/mine
    """
    from platformsim.studies import run as study
    from platformsim.studies.keep import prepared
    from platformsim.views.text import frame_table, table

    source, path = prepared("run", scenario, out)
    result = study.run(source, changes=_changes(changes), **options)
    path = result.save(path)
    overview = result.overview()
    if as_json:
        rows = [{k: _null(v) for k, v in row.items()} for row in overview.to_dict("records")]
        _json({"folder": str(path), "rows": rows})
        return
    click.echo(f"{result.scenario.title}\n")
    shown = overview[overview["mean"].notna()]
    click.echo(frame_table(shown) if len(shown) else table([], list(overview.columns)))
    _say_folder(path)


@main.command()
@click.argument("scenario")
@click.option("--arms", help="Which arms, separated by commas.  [default: all]")
@click.option("--pairs", type=click.IntRange(1), help="Pairs of runs, at least 20.")
@click.option("--all", "everything", is_flag=True, help="Print every metric, not the headlines.")
@_options("set", "seed", "workers", "start", "agents", "out", "json")
def compare(
    scenario: str, arms: str | None, everything: bool, out: Path | None, as_json: bool,
    changes: tuple, **options: Any,
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
      platformsim compare gatekeeper --set mechanisms.open_gate.toll=0.3 --json
    """
    from platformsim.studies import compare as study
    from platformsim.studies.keep import prepared
    from platformsim.studies.verdicts import ROW_KEYS
    from platformsim.views.text import frame_table, verdict_table

    names = [name.strip() for name in arms.split(",") if name.strip()] if arms else None
    source, path = prepared("compare", scenario, out)
    result = study.compare(source, names, changes=_changes(changes), **options)
    path = result.save(path)
    if as_json:
        rows = result.verdicts[list(ROW_KEYS)].to_dict("records")
        _json([{key: _null(value) for key, value in row.items()} for row in rows])
        return
    click.echo(f"{result.title}\n{result.scenarios[result.base].question}\n")
    click.echo("What differs between the arms\n")
    click.echo(frame_table(result.settings))
    count = result.scenarios[result.base].run.pairs
    click.echo(f"\nVerdicts from {count} pairs (* registered before the run)\n")
    click.echo(verdict_table(result.verdicts, everything))
    click.echo("\nWithout a star nobody predicted the direction that the verdict is about.")
    for line in result.notices():
        click.echo(f"\n{line}")
    _say_folder(path)


def _null(value: Any) -> Any:
    return None if isinstance(value, float) and value != value else value


def _say_folder(path: Path) -> None:
    figures = ", ".join(sorted(file.name for file in path.glob("*.png")))
    click.echo(f"\nTables, manifest and figures ({figures}) are in {path}")


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@_options("workers", "json")
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
        _json({"same": repeat.same, "tables": repeat.tables, "versions": repeat.versions})
    else:
        for name, same in repeat.tables.items():
            click.echo(f"{name}: {'the same' if same else 'DIFFERS'}")
        for name, (then, now) in repeat.versions.items():
            click.echo(f"{name} was {then}, is {now}")
    sys.exit(0 if repeat.same else 1)
