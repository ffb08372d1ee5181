"""Scenarios: what a market is made of, read from TOML and checked as a whole."""

from platformsim.scenario.files import shipped
from platformsim.scenario.scenario import Scenario, from_table, load

__all__ = ["Scenario", "from_table", "load", "shipped"]
