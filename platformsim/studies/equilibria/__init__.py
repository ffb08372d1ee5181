"""Equilibria of a market: its mean-field map, fixed points, branches, folds and fluctuations.

Everything is computed from the market's own month at the resolution ``mean_field``; no rule of
choice is written down a second time here.
"""

from platformsim.studies.equilibria.continuation import Branches, continuation
from platformsim.studies.equilibria.fixed_points import FixedPoint, FixedPoints, fixed_points
from platformsim.studies.equilibria.linear_noise import LinearNoise, linear_noise
from platformsim.studies.equilibria.mean_field_map import MeanFieldMap

__all__ = [
    "Branches",
    "FixedPoint",
    "FixedPoints",
    "LinearNoise",
    "MeanFieldMap",
    "continuation",
    "fixed_points",
    "linear_noise",
]
