"""Where an answer flips: over one parameter, over two, and from which start."""

from platformsim.studies.boundary.starts import Hysteresis, hysteresis
from platformsim.studies.boundary.study import GROWTH, Boundary, boundary

__all__ = ["GROWTH", "Boundary", "Hysteresis", "boundary", "hysteresis"]
