"""Agents that act for people: a further network effect, or a way round it.

A share phi of dealings runs through agents. An agent adds b_a to a dealing that is worth b_c in
person; in person both must be on the same platform, and an agent reaches the share kappa of those
elsewhere. With n the share of users on a platform, its users gain from agents

    phi (b_a n + kappa (b_c + b_a) (1 - n)).
"""

from __future__ import annotations

import math


def added_slope(share: float, kappa: float, agent: float, contact: float) -> float:
    """Return what agents add to the network effect.

        phi (b_a - kappa (b_c + b_a))

    Parameters
    ----------
    share : float, in [0, 1]
        phi.
    kappa : float, in [0, 1]
    agent, contact : float, utils per unit share
        b_a and b_c.

    Returns
    -------
    float, utils per unit share

    References
    ----------
    Status: derived.
    """
    return share * (agent - kappa * (contact + agent))


def neutral_protocols(agent: float, contact: float) -> float:
    """Return the openness of protocols at which agents leave concentration as it is.

        kappa* = b_a / (b_c + b_a)

    Parameters
    ----------
    agent, contact : float, utils per unit share

    Returns
    -------
    float, in [0, 1]
        nan where neither is worth anything.

    References
    ----------
    Status: derived.
    """
    return agent / (contact + agent) if contact + agent > 0 else math.nan


def covered(worth: float, search: float) -> float:
    """Return the share of what agents could do that people let them do.

    k agents cover 1 - exp(-k) and cost s each, so that k = ln(B / s) is best, which covers

        1 - s / B    (0 where s >= B).

    Parameters
    ----------
    worth : float, utils
        B, what all agents together could bring.
    search : float, utils per agent
        s.

    Returns
    -------
    float, in [0, 1]

    References
    ----------
    Status: derived.
    """
    return 1.0 - search / worth if worth > search else 0.0
