"""Logit choice: who picks what when tastes are Gumbel, and what the choice is worth.

An agent values alternative j at beta V_j + e_j with independent standard Gumbel tastes e_j and
takes the best.
"""

from __future__ import annotations

import numpy as np
from scipy.special import logsumexp
from scipy.special import softmax as _softmax


def choice_probabilities(values: np.ndarray, beta: float = 1.0) -> np.ndarray:
    """Return how often each alternative is the best one.

        P_j = exp(beta V_j) / sum_k exp(beta V_k)

    Parameters
    ----------
    values : (..., J) float, utils
        Deterministic part of utility; an outside option is one of them.
    beta : float
        Weight of values against tastes.

    Returns
    -------
    (..., J) float
        Probabilities; the last axis sums to 1.

    References
    ----------
    D. McFadden (1974), "Conditional logit analysis of qualitative choice behavior", in P.
    Zarembka (ed.), Frontiers in Econometrics, Academic Press, 105-142. Status: published.
    """
    return _softmax(beta * np.asarray(values, dtype=float), axis=-1)


def expected_best_utility(values: np.ndarray, beta: float = 1.0) -> float | np.ndarray:
    """Return the mean utility of the chosen alternative, which is consumer surplus in utils.

        E max_j (beta V_j + e_j) = ln sum_j exp(beta V_j) + gamma

    with gamma Euler's constant, the mean of a standard Gumbel taste. Divided by the marginal
    utility of money, differences of it are changes in consumer surplus.

    Parameters
    ----------
    values : (..., J) float, utils
    beta : float
        Weight of values against tastes.

    Returns
    -------
    float or (...) float
        Utils, with tastes of unit scale.

    References
    ----------
    K. Small & H. Rosen (1981), "Applied welfare economics with discrete choice models",
    Econometrica 49(1), 105-130, DOI 10.2307/1911129. Status: published.
    """
    return logsumexp(beta * np.asarray(values, dtype=float), axis=-1) + np.euler_gamma
