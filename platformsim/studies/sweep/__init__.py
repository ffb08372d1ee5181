"""Arms over a design: any number of runs, each kept as soon as it is done."""

from platformsim.studies.sweep.result import Sweep
from platformsim.studies.sweep.study import Cut, sweep

__all__ = ["Cut", "Sweep", "sweep"]
