"""The command line. Heavy imports stand inside the commands, so that ``--help`` is instant."""

from platformsim.cli import (
    boundary,
    claims,
    explain,
    game,
    scenarios,
    search,
    sensitivity,
    studies,
    sweep,
    validation,
)
from platformsim.cli.group import main

__all__ = [
    "boundary",
    "claims",
    "explain",
    "game",
    "main",
    "scenarios",
    "search",
    "sensitivity",
    "studies",
    "sweep",
    "validation",
]
