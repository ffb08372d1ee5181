"""What several verbs share: options, and how they print."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from platformsim.entities import RESOLUTIONS
from platformsim.errors import Problem, ScenarioError


def options(*wanted: str) -> Callable:
    """Options that several commands share."""
    known = {
        "set": click.option("--set", "changes", multiple=True, metavar="KEY=VALUE",
                            help="Change a setting by its dotted key; may be repeated."),
        "policy": click.option("--policy", "policies", multiple=True,
                               metavar="NAME[=STRENGTH][@MONTH]",
                               help="Lay a policy over every arm; may be repeated. "
                                    "platformsim list --policies names them."),
        "seed": click.option("--seed", type=click.IntRange(0, 2**32 - 1),
                             help="Root seed of all random draws."),
        "resolution": click.option("--resolution", type=click.Choice(RESOLUTIONS),
                                   help="Individuals, exact cohorts or their mean-field limit."),
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


def changes_of(pairs: tuple[str, ...], resolution: str | None = None) -> dict[str, Any]:
    """Return the settings to change, by dotted key, from what stands behind ``--set``."""
    from platformsim.scenario.settings import parse

    changes: dict[str, Any] = {"run.resolution": resolution} if resolution else {}
    for pair in pairs:
        key, sign, text = pair.partition("=")
        if not sign or not key:
            raise ScenarioError(Problem("--set", pair, "must be KEY=VALUE"))
        changes[key.strip()] = parse(text.strip())
    return changes


def names_of(text: str | None) -> list[str] | None:
    """Split a list at its commas, but not at those inside brackets."""
    if not text:
        return None
    return [part.strip() for part in re.split(r",(?![^(]*\))", text) if part.strip()]


def under(scenario: Any, policies: tuple[str, ...]) -> Any:
    """Return a scenario under the policies that stand behind ``--policy``."""
    from platformsim.scenario.policies import parse

    for text in policies:
        name, options = parse(text)
        scenario = scenario.with_policy(name, **options)
    return scenario


def print_json(rows: Any) -> None:
    """Print what scripts read."""
    click.echo(json.dumps(rows, indent=1, allow_nan=False))


def null(value: Any) -> Any:
    """Write what is not a number as JSON's null."""
    return None if isinstance(value, float) and value != value else value
