"""Which assumptions matter: indices of settings on levels and on paired differences."""

from platformsim.studies.sensitivity.analysis import IncompleteError, analysed
from platformsim.studies.sensitivity.result import Sensitivity
from platformsim.studies.sensitivity.study import sensitivity

__all__ = ["IncompleteError", "Sensitivity", "analysed", "sensitivity"]
