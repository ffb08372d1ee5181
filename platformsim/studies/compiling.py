"""First use on a machine: each process compiles other loops, instead of all the same ones."""

from __future__ import annotations

from platformsim.errors import ScenarioError
from platformsim.model import PlatformModel
from platformsim.scenario import Scenario
from platformsim.studies.pool import Pool

# Cohorts need the loops of mechanisms, individuals also those of choice.
_RESOLUTIONS = ("agents", "cohorts")


def compile_in_parts(pool: Pool, scenario: Scenario) -> None:
    """Have a month simulated at each resolution, unless machine code was kept before.

    Compiling takes longer than many a study. What one process has compiled the others load.
    """
    if scenario.run.resolution != "agents":
        return
    try:
        parts = [scenario.with_settings({"run.resolution": name}) for name in _RESOLUTIONS]
    except ScenarioError:  # needs individuals: then there is nothing to share out
        return
    for future in [pool.submit(_a_month, part) for part in parts]:
        future.result()


def _a_month(scenario: Scenario) -> None:
    # Not at the top: only workers need numba, which is slow to import.
    from platformsim.market.kernels.cache import compiled_before

    if not compiled_before():
        PlatformModel(scenario).step()
