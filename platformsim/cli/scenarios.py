"""Verbs that read scenarios: list, show, diff."""

from __future__ import annotations

from typing import Any

import click

from platformsim.cli.group import main
from platformsim.cli.options import changes_of, options, print_json


@main.command("list")
@click.option("--policies", is_flag=True, help="The policies that can be laid over a scenario.")
@click.option("--presets", is_flag=True, help="The presets that rows of a scenario may name.")
@options("json")
def list_(policies: bool, presets: bool, as_json: bool) -> None:
    """The shipped scenarios, each with a line and the claims it tests.

    \b
    Examples:
      platformsim list --json
      platformsim list --policies
    """
    from platformsim.scenario import load, shipped
    from platformsim.views.text import table

    if policies or presets:
        return _list_more(policies, as_json)

    found = [load(name) for name in shipped()]
    if as_json:
        rows = [{"name": s.name, "title": s.title, "claims": list(s.claims)} for s in found]
        return print_json(rows)
    rows = [(s.name, s.title, ", ".join(s.claims)) for s in found]
    return click.echo(table(rows, ("scenario", "what it asks", "claims")))


def _list_more(policies: bool, as_json: bool) -> None:
    from platformsim.scenario.policies import POLICIES
    from platformsim.scenario.presets import presets
    from platformsim.views.text import table

    if policies:
        head = ("policy", "what it does", "strength", "unit")
        rows = [(p.name, p.title, f"{p.strength:g}", p.unit) for p in POLICIES.values()]
    else:
        head = ("preset", "kind", "stands for")
        rows = [(p.name, p.kind, p.stands_for) for p in presets().values()]
    if as_json:
        return print_json([dict(zip(head, row, strict=True)) for row in rows])
    return click.echo(table(rows, head))


@main.command()
@click.argument("scenario", required=False)
@click.option("--arm", help="With the settings of this arm in force.")
@click.option("--toml", "as_toml", is_flag=True, help="Print the resolved scenario file.")
@options("set", "json")
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

    chosen = load(scenario, changes_of(changes))
    chosen = chosen.with_arm(arm) if arm else chosen
    if as_toml:
        import tomli_w

        click.echo(tomli_w.dumps(chosen.table), nl=False)
        return
    rows = parameter_table(chosen)
    if as_json:
        print_json(rows)
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
@options("json")
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
        print_json(found)
    elif found:
        rows = [(key, *map(_cell, values.values())) for key, values in found.items()]
        click.echo(table(rows, ("setting", first, second_key)))
    else:
        click.echo("no setting differs")
