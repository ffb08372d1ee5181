"""Random-coefficients logit: the numpy reference that every faster kernel must match.

Agent i, now at alternative c, values alternative a at

    U[i, a] = W_i[a] - sigma * joins[c, a] + own[c, a] + mu * G[i, a]

W is built from the platform values V[i, p] = appeal[p] + sum_k theta[i, k] x[k, p] + local[i, p]
(:meth:`platformsim.market.alternatives.Alternatives.values`), G is standard Gumbel noise, and the
agent takes the largest. Choice probabilities are then the multinomial logit
P(a) = exp(u_a / mu) / sum_b exp(u_b / mu), with u the utility before noise.

References
----------
D. McFadden (1974), "Conditional logit analysis of qualitative choice behavior", in P. Zarembka
(ed.), Frontiers in Econometrics, Academic Press, 105-142.
S. Berry, J. Levinsohn & A. Pakes (1995), "Automobile prices in market equilibrium",
Econometrica 63(4), 841-890, DOI 10.2307/2171802.
"""

from __future__ import annotations

import numpy as np

# With best reply (noise 0) the Gumbel draw only breaks exact ties.
LEAST_SCALE = 1e-12


def platform_values(
    appeal: np.ndarray, theta: np.ndarray | None, characteristics: np.ndarray | None
) -> np.ndarray:
    """Return V[i, p] = appeal[p] + sum_k theta[i, k] x[k, p].

    Parameters
    ----------
    appeal : (P,) or (n, P) float, utils
    theta : (n, K) float or None
        Tastes of the choosing agents.
    characteristics : (K, P) float or None

    Returns
    -------
    (n, P) or (P,) float
    """
    if theta is None:
        return appeal
    value = np.broadcast_to(appeal, (len(theta), np.shape(appeal)[-1])).copy()
    # A loop over the few characteristics: a BLAS product would depend on its thread count.
    for k, row in enumerate(characteristics):
        value += theta[:, k, None] * row
    return value


def utilities(values: np.ndarray, state: np.ndarray, current: np.ndarray) -> np.ndarray:
    """Return U[i, a] before noise.

    Parameters
    ----------
    values : (n, A) or (A,) float, utils
    state : (A, A) float, utils
        What moving from c to a adds: minus the switching cost, plus the own-weight correction.
    current : (n,) int
        Present alternative of each agent.

    Returns
    -------
    (n, A) float
    """
    return state[current] + values


def choose(utility: np.ndarray, noise: np.ndarray, scale: float) -> np.ndarray:
    """Return the alternative with the largest noisy utility.

    Parameters
    ----------
    utility : (n, A) float, utils
    noise : (n, A) float
        Standard Gumbel draws.
    scale : float
        mu; 0 is best reply, with ties broken by the noise.

    Returns
    -------
    (n,) int64
    """
    return np.argmax(utility + max(scale, LEAST_SCALE) * noise, axis=1)


def probabilities(utility: np.ndarray, scale: float) -> np.ndarray:
    """Return the multinomial logit probabilities, rows summing to 1.

    Parameters
    ----------
    utility : (..., A) float, utils
    scale : float, > 0

    Returns
    -------
    (..., A) float, in [0, 1]
    """
    with np.errstate(over="ignore"):  # with hardly any noise the worse ones are infinitely worse
        shifted = np.exp((utility - utility.max(axis=-1, keepdims=True)) / scale)
    return shifted / shifted.sum(axis=-1, keepdims=True)


def expected_maximum(utility: np.ndarray, scale: float) -> np.ndarray:
    """Return mu * log(sum_a exp(u_a / mu)): the log-sum, in utils.

    Up to a constant it is the expected utility of the best alternative, and so, divided by the
    marginal utility of money, consumer surplus (K. Small & H. Rosen 1981, Econometrica 49(1),
    105-130, DOI 10.2307/1911129).

    Parameters
    ----------
    utility : (..., A) float, utils
    scale : float
        mu; 0 gives the plain maximum.

    Returns
    -------
    (...) float
    """
    top = utility.max(axis=-1)
    if scale <= 0:
        return top
    with np.errstate(over="ignore"):
        return top + scale * np.log(np.exp((utility - top[..., None]) / scale).sum(axis=-1))
