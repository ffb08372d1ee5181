"""The command line. Heavy imports stand inside the commands, so that ``--help`` is instant."""

from platformsim.cli import scenarios, studies, validation
from platformsim.cli.group import main

__all__ = ["main", "scenarios", "studies", "validation"]
