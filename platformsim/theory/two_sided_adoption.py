"""Two sides that need each other: launch of one platform, and rivalry of several.

One platform: users u = s(a_1 + b_1 c) and creators c = s(a_2 + b_2 u), with s the logistic
function. Every month each agent reconsiders with the chance alpha, looking at the shares of the
month before. Several equal platforms: each side chooses among them by logit, with weight J_u of
creators for users and J_c of users for creators, and no effect within a side.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import expit, softmax

from platformsim.theory.bracketed_roots import roots_between


class AdoptionState(NamedTuple):
    """A fixed point: shares of `users` and `creators`, and its `eigenvalue` (stable below 1)."""

    users: float
    creators: float
    eigenvalue: float


def adoption_states(
    user_value: float, creator_effect: float, creator_value: float, user_effect: float
) -> list[AdoptionState]:
    """Return every fixed point of one platform with two sides.

        u = s(a_1 + b_1 s(a_2 + b_2 u)),    lambda = sqrt(b_1 b_2 u (1 - u) c (1 - c))

    A composition of two logistic functions has negative Schwarzian derivative, so its slope has
    one peak at most and crosses 1 at most twice: there are one or three fixed points, and the
    crossings separate them.

    Parameters
    ----------
    user_value : float, utils
        a_1, value to users without any creator.
    creator_effect : float, utils per unit share
        b_1, what creators are worth to users.
    creator_value : float, utils
        a_2, value to creators without any user.
    user_effect : float, utils per unit share
        b_2, what users are worth to creators.

    Returns
    -------
    list of AdoptionState
        By rising users. With b_1 b_2 < 0 the eigenvalue is the modulus of a complex pair.

    References
    ----------
    Cf. D. Evans & R. Schmalensee (2010), "Failure to launch: Critical mass in platform
    businesses", Review of Network Economics 9(4). Status: exact.
    """

    def creators_of(users: float) -> float:
        return float(expit(creator_value + user_effect * users))

    def excess(users: float) -> float:
        return float(expit(user_value + creator_effect * creators_of(users))) - users

    def eigenvalue(users: float, creators: float) -> float:
        spread = users * (1.0 - users) * creators * (1.0 - creators)
        return float(np.sqrt(abs(creator_effect * user_effect) * spread))

    edges = [0.0, 1.0]
    if creator_effect * user_effect > 0.0:

        def steepness(users: float) -> float:
            inner = creator_value + user_effect * users
            outer = user_value + creator_effect * expit(inner)
            spread = sum(np.logaddexp(0.0, z) + np.logaddexp(0.0, -z) for z in (inner, outer))
            return float(np.log(creator_effect * user_effect) - spread)

        peak = minimize_scalar(
            lambda users: -steepness(users),
            bounds=(0.0, 1.0),
            method="bounded",
            options={"xatol": 1e-12},
        ).x
        if steepness(peak) > 0.0:
            edges.extend(roots_between(steepness, [0.0, peak, 1.0]))
    found = []
    for users in roots_between(excess, edges):
        creators = creators_of(users)
        found.append(AdoptionState(float(users), creators, eigenvalue(users, creators)))
    return found


def adoption_path(
    users: float,
    creators: float,
    user_value: float,
    creator_effect: float,
    creator_value: float,
    user_effect: float,
    revision: float,
    steps: int,
) -> np.ndarray:
    """Return both shares month by month, both sides looking at the month before.

        u' = (1 - alpha) u + alpha s(a_1 + b_1 c),    c' = (1 - alpha) c + alpha s(a_2 + b_2 u)

    Parameters
    ----------
    users, creators : float, in [0, 1]
        First shares.
    user_value, creator_effect, creator_value, user_effect : float
        As in `adoption_states`.
    revision : float, in (0, 1]
        alpha.
    steps : int

    Returns
    -------
    (steps + 1, 2) float
        Users and creators.

    References
    ----------
    Status: exact (mean-field map).
    """
    path = [(users, creators)]
    for _ in range(steps):
        joining = float(expit(user_value + creator_effect * creators))
        making = float(expit(creator_value + user_effect * users))
        users = (1.0 - revision) * users + revision * joining
        creators = (1.0 - revision) * creators + revision * making
        path.append((users, creators))
    return np.array(path)


def critical_seed(
    user_value: float,
    creator_effect: float,
    creator_value: float,
    user_effect: float,
    revision: float,
    users: float = 0.0,
) -> float:
    """Return the share of creators a launch needs to take off.

    The critical mass is not a point but a frontier through the middle fixed point; this is where
    it meets the given share of users. It depends on how people update, so alpha is a parameter.
    Since each side gains from the other, a path that is above the middle fixed point on both
    sides takes off, and one below it on both sides fails.

    Parameters
    ----------
    user_value, creator_effect, creator_value, user_effect : float
        As in `adoption_states`.
    revision : float, in (0, 1]
        Chance alpha to reconsider in a month.
    users : float, in [0, 1]
        Users at launch.

    Returns
    -------
    float
        0 when no creator is needed; nan when there is no middle fixed point, when an effect is
        not positive, or when even all creators do not suffice.

    References
    ----------
    Cf. Evans & Schmalensee (2010), Review of Network Economics 9(4). Status: exact (bisection).
    """
    effects = user_value, creator_effect, creator_value, user_effect
    states = adoption_states(*effects)
    if len(states) < 3 or min(creator_effect, user_effect) <= 0.0:
        return np.nan
    middle = states[1]
    patience = 100 + int(100.0 / (revision * (middle.eigenvalue - 1.0)))

    def takes_off(seed: float) -> bool:
        here, there = users, seed
        for _ in range(patience):
            if here >= middle.users and there >= middle.creators:
                return True
            if here <= middle.users and there <= middle.creators:
                return False
            here, there = adoption_path(here, there, *effects, revision, 1)[1]
        return False

    if takes_off(0.0) or not takes_off(1.0):
        return 0.0 if takes_off(0.0) else np.nan
    low, high = 0.0, 1.0
    while high - low > 1e-12:
        seed = (low + high) / 2.0
        low, high = (low, seed) if takes_off(seed) else (seed, high)
    return (low + high) / 2.0


def rivalry_threshold(platforms: int) -> float:
    """Return the product of cross-side effects at which equal platforms stop sharing.

        J_u J_c = P^2

    Only the product counts: a side that cares little is tipped by one that cares much. Everybody
    joins, and there is no effect within a side.

    Parameters
    ----------
    platforms : int
        P >= 2.

    Returns
    -------
    float
        nan for fewer than two platforms.

    References
    ----------
    Status: exact.
    """
    return float(platforms**2) if platforms >= 2 else np.nan


def rivalry_eigenvalue(
    user_weight: float, creator_weight: float, user_share: float, creator_share: float
) -> float:
    """Return the factor by which a small lead grows in a step of full revision.

        lambda = sqrt(J_u s_u J_c s_c)

    Parameters
    ----------
    user_weight, creator_weight : float, utils per unit share
        J_u and J_c, the weight of the other side.
    user_share, creator_share : float
        Share of each platform on each side: 1 / P without an outside option.

    Returns
    -------
    float
        Sharing is stable below 1. With J_u J_c < 0 it is the modulus of a complex pair.

    References
    ----------
    Status: exact.
    """
    return float(np.sqrt(abs(user_weight * user_share * creator_weight * creator_share)))


def two_step_response(
    user_weight: float, creator_weight: float, lead: float, platforms: int = 2
) -> float:
    """Return users' lead after two steps of full revision over their lead at the start.

    Platforms 1 and 2 start at 1 / P + lead / 2 and 1 / P - lead / 2 of users, creators at 1 / P
    each. It tends to J_u J_c / P^2 as the lead goes to 0.

    Parameters
    ----------
    user_weight, creator_weight : float, utils per unit share
    lead : float, in (0, 2 / P]
    platforms : int
        P >= 2, no outside option.

    Returns
    -------
    float

    References
    ----------
    Status: exact (mean-field map).
    """
    users = np.full(platforms, 1.0 / platforms)
    users[:2] += lead / 2.0, -lead / 2.0
    after = softmax(user_weight * softmax(creator_weight * users))
    return float((after[0] - after[1]) / lead)
