"""First use on a machine: processes compile different loops, instead of all the same ones."""

from __future__ import annotations

from platformsim.errors import ScenarioError
from platformsim.model import PlatformModel
from platformsim.scenario import Scenario

# Cohorts need the loops of mechanisms, individuals also those of choice: a process for each.
PARTS = ("agents", "cohorts")


def compile_part(scenario: Scenario, resolution: str) -> None:
    """Simulate a month at a resolution, unless machine code was kept on this machine before.

    What one process has compiled the others load. Compiling takes longer than many a study.
    """
    # Not at the top: only workers need numba, which is slow to import.
    from platformsim.market.kernels.cache import compiled_before

    if compiled_before() or scenario.run.resolution != "agents":
        return
    try:
        part = scenario.with_settings({"run.resolution": resolution})
    except ScenarioError:  # needs individuals: then there is nothing to share out
        return
    PlatformModel(part).step()
