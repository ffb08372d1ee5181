"""How tastes are spread over a side."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import ndtri

from platformsim.entities import Taste

_UNIFORM_WIDTH = math.sqrt(12.0)


def quantile(law: Taste, chance: np.ndarray) -> np.ndarray:
    """Return the taste below which a share of agents lies.

    A normal taste is mean + sd * Phi^-1(chance). A uniform one spreads evenly over
    mean +- sqrt(3) sd, the line of H. Hotelling (1929), "Stability in competition", Economic
    Journal 39, 41-57, DOI 10.2307/2224214, when its characteristic is a place.

    Parameters
    ----------
    law : Taste
    chance : array of float, in (0, 1)

    Returns
    -------
    array like ``chance``, utils per unit of the characteristic
    """
    if law.law == "uniform":
        return law.mean + law.sd * _UNIFORM_WIDTH * (chance - 0.5)
    return law.mean + law.sd * ndtri(chance)
