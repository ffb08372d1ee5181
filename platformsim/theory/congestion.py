"""Two alternatives and a taste for avoiding the crowd: when everybody moves, the market may cycle.

The choice is that of the binary logit with social interactions, tanh(beta J m), with J < 0 and no
field; a share alpha of people reconsiders at once in every step.
"""

import numpy as np
from scipy.optimize import brentq


def cycle_amplitude(coupling: float, precision: float = 1.0, revision: float = 1.0) -> float:
    """Return the size of the two-step cycle of people who avoid the crowd all at once (h = 0).

    m and -m alternate where tanh(|K| m) = m (2 - alpha) / alpha, J < 0.

    Parameters
    ----------
    coupling : float, utils
        Negative for congestion.
    precision : float, per util
    revision : float, in [0, 1]

    Returns
    -------
    float, in [0, 1]
        Zero where the market settles.

    References
    ----------
    Derived; the response is that of W. A. Brock & S. N. Durlauf (2001),
    DOI 10.1111/1467-937X.00168.
    """
    if revision <= critical_revision(coupling, precision):
        return 0.0
    feedback, ratio = -precision * coupling, (2 - revision) / revision
    # Where the left side is as steep as the right one, it is still above it.
    steep = np.arccosh(np.sqrt(feedback / ratio)) / feedback
    return float(brentq(lambda m: np.tanh(feedback * m) - ratio * m, steep, 1.0 / ratio))


def critical_revision(coupling: float, precision: float = 1.0) -> float:
    """Return the share of people reconsidering at once above which congestion cycles (h = 0).

    alpha_c = 2 / (1 + |K|) for J < 0.

    Parameters
    ----------
    coupling : float, utils
    precision : float, per util

    Returns
    -------
    float
        Above one where |K| < 1 (no share is large enough); infinite without congestion.

    References
    ----------
    Derived: the slope of the map reaches -1.
    """
    return np.inf if coupling >= 0 else 2 / (1 - precision * coupling)
