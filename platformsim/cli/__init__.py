"""The command line. Heavy imports stand inside the commands, so that ``--help`` is instant."""

from platformsim.cli import claims, explain, scenarios, sensitivity, studies, sweep, validation
from platformsim.cli.group import main

__all__ = [
    "claims",
    "explain",
    "main",
    "scenarios",
    "sensitivity",
    "studies",
    "sweep",
    "validation",
]
