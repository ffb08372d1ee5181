"""Tidy tables of what came out, and the folders that hold them."""

from platformsim.results.folder import Folder, read_table
from platformsim.results.tables import ID_COLUMNS, Runs, RunsBuilder

__all__ = ["ID_COLUMNS", "Folder", "Runs", "RunsBuilder", "read_table"]
