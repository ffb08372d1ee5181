"""Searching for strategies that nobody beats in everything."""

from platformsim.studies.search.result import Search
from platformsim.studies.search.study import search

__all__ = ["Search", "search"]
