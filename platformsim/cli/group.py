"""The command that all verbs belong to."""

from __future__ import annotations

from typing import Any

import click

from platformsim.errors import PlatformsimError

# What a newcomer needs first stands first.
_ORDER = (
    "list",
    "show",
    "diff",
    "run",
    "compare",
    "sweep",
    "claims",
    "explain",
    "boundary",
    "plan",
    "game",
    "fingerprint",
    "sensitivity",
    "search",
    "rerun",
    "validate",
)
_HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class Commands(click.Group):
    """Turns the package's errors into one message and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a verb; say what is wrong with the input in one message."""
        try:
            return super().invoke(ctx)
        except PlatformsimError as error:
            click.echo(f"Error: {error}", err=True)
            ctx.exit(2)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the verbs in the order in which they are needed."""
        place = {name: number for number, name in enumerate(_ORDER)}
        return sorted(self.commands, key=lambda name: place.get(name, len(place)))


@click.group(cls=Commands, context_settings=_HELP)
@click.version_option(package_name="platformsim")
def main() -> None:
    """Where do open release strategies beat proprietary ones, how sure is that, and why.

    \b
    Examples:
      platformsim list
      platformsim compare llama3
      platformsim compare llama3 --set mechanisms.open_gate.toll=0.3 --pairs 40
    """
