"""Several platforms, an installed base and perhaps an outside option: every state of rest.

Platform j is worth V_j + J s_j, the outside option V_0 without any network effect, both plus
standard Gumbel noise: values and strength are in units of the noise scale. ``outside`` is V_0, or
None where everybody must join.
"""

from itertools import product

import numpy as np
from scipy.special import lambertw, softmax

from platformsim.theory.bracketed_roots import scanned_roots
from platformsim.theory.social_interactions import mean_choices

# States closer than this are one: at a bifurcation rounding alone moves them by its cube root.
SAME = 1e-4


def share_response(
    share: np.ndarray, values: np.ndarray, strength: float, outside: float | None = None
) -> np.ndarray:
    """Return the platforms' shares among people who all see the same shares.

    s_j = exp(V_j + J s_j) / (sum_k exp(V_k + J s_k) + exp(V_0)).

    Parameters
    ----------
    share : (P,) float, in [0, 1]
    values : (P,) float
    strength : float
    outside : float, optional

    Returns
    -------
    (P,) float

    References
    ----------
    Published model: W. A. Brock & S. N. Durlauf (2002), American Economic Review 92(2), 298-303.
    """
    utility = np.asarray(values, float) + strength * np.asarray(share, float)
    if outside is None:
        return softmax(utility)
    return softmax(np.append(utility, outside))[:-1]


def fixed_points(values: np.ndarray, strength: float, outside: float | None = None) -> np.ndarray:
    """Return all states of rest, stable or not.

    At rest s_j exp(-J s_j) = c exp(V_j) with one c for all, hence s_j = -W_k(-J c exp(V_j)) / J
    with the branch k = 0 or -1 of the Lambert function platform by platform: small or large
    (below or above 1 / J). The best platform's own share parametrises c through both of its
    branches; for each choice of branches of the others one equation remains, sum_j s_j + s_0 = 1.

    Parameters
    ----------
    values : (P,) float
    strength : float
        J; may be negative (congestion: a single state).
    outside : float, optional

    Returns
    -------
    (S, P) float
        By falling share of the first platform, then of the second, and so on.

    References
    ----------
    Derived. R. M. Corless et al. (1996), Advances in Computational Mathematics 5, 329-359,
    DOI 10.1007/BF02124750, for the function; F. Y. Wu (1982), Reviews of Modern Physics 54,
    235-268, DOI 10.1103/RevModPhys.54.235, for the mean-field Potts model.
    """
    values = np.asarray(values, float)
    best = int(np.argmax(values))
    # Only platforms above 1 / J are on the lower branch, and shares sum to one.
    most_large = max(strength, 0.0)
    grid = _grid(values, strength, outside)
    found: list[np.ndarray] = []
    for large in product((False, True), repeat=len(values) - 1):
        if sum(large) and sum(large) > most_large:
            continue
        branch = np.insert(np.array(large, bool), best, False)

        def excess(share: float, branch: np.ndarray = branch) -> float:
            return _state(share, best, branch, values, strength, outside)[1]

        for share in scanned_roots(excess, grid):
            state, _ = _state(share, best, branch, values, strength, outside)
            state = _polish(state, values, strength, outside)
            if all(np.abs(state - other).max() > SAME for other in found):
                found.append(state)
    rows = np.array(found).reshape(-1, len(values))
    return rows[np.lexsort(-rows.T[::-1].round(9))]


def _state(
    share: float,
    best: int,
    large: np.ndarray,
    values: np.ndarray,
    strength: float,
    outside: float | None,
) -> tuple[np.ndarray, float]:
    """Return all shares given that of the best platform, and by how much they exceed one."""
    log_c = np.log(share) - strength * share - values[best]
    if strength == 0:
        state = np.exp(log_c + values)
    else:
        argument = np.maximum(-strength * np.exp(log_c + values), -np.exp(-1.0))
        lower = lambertw(argument, -1).real if strength > 0 else 0.0 * argument
        state = -np.where(large, lower, lambertw(argument, 0).real) / strength
        twin = values == values[best]
        state[twin & (large == (strength * share > 1))] = share
    state[best] = share
    beside = 0.0 if outside is None else np.exp(log_c + outside)
    return state, float(state.sum() + beside - 1)


def _grid(values: np.ndarray, strength: float, outside: float | None) -> np.ndarray:
    """Return trial shares of the best platform: fine near nothing, near one and near 1 / J."""
    everything = np.append(values + max(strength, 0.0), [] if outside is None else outside)
    least = values.max() + min(strength, 0.0) - np.logaddexp.reduce(everything)
    tail = np.geomspace(np.exp(max(least - 1, -690.0)), 1.0, 150)
    parts = [tail, np.linspace(tail[0], 1.0, 200), 1 - np.geomspace(1e-15, 0.1, 60)]
    if strength > 1:
        near = np.geomspace(1e-7, 0.5, 60)
        parts += [(1 + near) / strength, (1 - near) / strength, [1 / strength]]
    grid = np.unique(np.concatenate(parts))
    return grid[(grid > 0) & (grid <= 1)]


def _polish(
    state: np.ndarray, values: np.ndarray, strength: float, outside: float | None
) -> np.ndarray:
    """Return the state after Newton steps, as long as these bring it closer to rest."""
    off = share_response(state, values, strength, outside) - state
    for _ in range(20):
        jacobian = response_jacobian(state + off, strength) - np.eye(len(state))
        trial = state - np.linalg.lstsq(jacobian, off, rcond=None)[0]
        left = share_response(trial, values, strength, outside) - trial
        if not np.abs(left).max() < np.abs(off).max():
            break
        state, off = trial, left
    return state


def up_to_relabelling(states: np.ndarray) -> np.ndarray:
    """Return one of each set of states that differ only in the names of alike platforms.

    Parameters
    ----------
    states : (S, P) float

    Returns
    -------
    (R, P) float
        Shares falling within a row, rows by falling first share.
    """
    kept: list[np.ndarray] = []
    for state in -np.sort(-np.asarray(states, float), axis=1):
        if all(np.abs(state - other).max() > SAME for other in kept):
            kept.append(state)
    rows = np.array(kept)
    return rows[np.lexsort(-rows.T[::-1].round(9))]


def symmetric_shares(
    platforms: int, value: float, strength: float, outside: float | None = None
) -> np.ndarray:
    """Return the share of each of P alike platforms in the states that treat them alike.

    Without an outside option 1 / P. With one, joining at all is a binary choice: x = P s solves
    logit(x) = ln P + V - V_0 + (J / P) x.

    Parameters
    ----------
    platforms : int
        P.
    value, strength : float
    outside : float, optional

    Returns
    -------
    (R,) float
        Ascending; one or three.

    References
    ----------
    Derived.
    """
    if outside is None:
        return np.array([1 / platforms])
    coupling = strength / (4 * platforms)
    field = (np.log(platforms) + value - outside) / 2 + coupling
    return (1 + mean_choices(coupling, field)) / (2 * platforms)


def response_jacobian(share: np.ndarray, strength: float) -> np.ndarray:
    """Return the derivative of the response at a state of rest: J (diag(s) - s s').

    Parameters
    ----------
    share : (P,) float
    strength : float

    Returns
    -------
    (P, P) float

    References
    ----------
    Derived.
    """
    share = np.asarray(share, float)
    return strength * (np.diag(share) - np.outer(share, share))


def eigenvalues(share: np.ndarray, strength: float) -> np.ndarray:
    """Return the eigenvalues of the response at a state of rest; stable where all are below one.

    Among alike platforms with share s: J s between any two of them, and J s s_0 for joining.

    Parameters
    ----------
    share : (P,) float
    strength : float

    Returns
    -------
    (P,) float
        Falling.

    References
    ----------
    Derived.
    """
    return np.linalg.eigvalsh(response_jacobian(share, strength))[::-1]


def share_covariance(
    share: np.ndarray, strength: float, people: int, revision: float = 1.0
) -> np.ndarray:
    """Return the stationary covariance of the shares of N people around a stable state.

    With M = diag(s) - s s' and B = I - J M it is (2 - alpha) M [B (2 I - alpha B)]^-1 / N: with
    alpha = 1, M [I - (J M)^2]^-1 / N; with alpha = 0, people who choose one after the other,
    M [I - J M]^-1 / N.

    Parameters
    ----------
    share : (P,) float
    strength : float
    people : int
        N.
    revision : float, in [0, 1]
        alpha, the share who reconsider in a step; 0 for one after the other.

    Returns
    -------
    (P, P) float
        nan around an unstable state.

    References
    ----------
    Published: T. G. Kurtz (1971), J. Applied Probability 8(2), 344-356, DOI 10.2307/3211904.
    """
    share = np.asarray(share, float)
    spread = np.diag(share) - np.outer(share, share)
    rates = eigenvalues(share, strength)
    if rates[0] >= 1 or revision * (1 - rates[-1]) >= 2:
        return np.full_like(spread, np.nan)
    one = np.eye(len(share))
    back = one - strength * spread
    whole = (2 - revision) * spread @ np.linalg.inv(back @ (2 * one - revision * back)) / people
    return (whole + whole.T) / 2


def relaxation_steps(eigenvalue: float, revision: float = 1.0) -> float:
    """Return the steps in which a deviation falls by the factor e: 1 / (alpha (1 - lambda)).

    Parameters
    ----------
    eigenvalue : float
        The largest one.
    revision : float, in (0, 1]

    Returns
    -------
    float, steps
        Infinite at and beyond the threshold.

    References
    ----------
    Derived; leading order for slow return.
    """
    return 1 / (revision * (1 - eigenvalue)) if eigenvalue < 1 else np.inf
