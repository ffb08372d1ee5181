"""What theory says of several platforms with an installed base, from the setting."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from platformsim.theory import gibbs, multinomial, tipping
from platformsim.validation.rows import Prediction

# Share who reconsider in a month, where it is not everybody.
REVISION = 0.3
MARKETS = {
    f"P{platforms}_{name}": (platforms, outside)
    for platforms in (2, 3)
    for name, outside in (("noout", None), ("out", 0.0))
}


def alike_states(p: SimpleNamespace) -> np.ndarray:
    """Return the states of rest of three alike platforms that all must choose from, (S, 3)."""
    states = multinomial.fixed_points(np.full(3, p.V), p.J3)
    return multinomial.up_to_relabelling(states)


def unequal_states(p: SimpleNamespace) -> np.ndarray:
    """Return all states of rest of two unequal platforms and an outside option, (S, 2)."""
    return multinomial.fixed_points(p.Va, p.Ja, 0.0)


def stable(states: np.ndarray, strength: float) -> np.ndarray:
    """Return which states are stable, (S,) bool."""
    return np.array([multinomial.eigenvalues(state, strength)[0] < 1 for state in states])


def first_stable(p: SimpleNamespace) -> np.ndarray:
    """Return the stable state in which the first of the unequal platforms is largest, (2,)."""
    states = unequal_states(p)
    return states[np.argmax(stable(states, p.Ja))]


def even_share(platforms: int, value: float, strength: float, outside: float | None) -> float:
    """Return the share of each alike platform in the even state closest to losing stability."""
    shares = multinomial.symmetric_shares(platforms, value, strength, outside)
    return float(shares[np.argmin(np.abs(strength * shares - 1.0))])


def spread(p: SimpleNamespace, people: int, revision: float) -> list[float]:
    """Return both standard deviations and the correlation around the first stable state."""
    both = multinomial.share_covariance(first_stable(p), p.Ja, people, revision)
    sd = np.sqrt(np.diag(both))
    return [*sd, both[0, 1] / sd.prod()]


def predictions(p: SimpleNamespace) -> dict[str, Prediction]:
    """See :class:`platformsim.validation.section.Section`."""
    published, derived, known = "published", "derived", "exact"
    table = {}
    for where, (platforms, outside) in MARKETS.items():
        beside = "nobody outside" if outside is None else "outside option"
        table[f"mnl.Jc_{where}"] = Prediction(
            tipping.tipping_threshold(platforms, p.V, outside), derived,
            f"even split unstable above, P = {platforms}, {beside}",
        )  # fmt: skip
        table[f"mnl.Jex_{where}"] = Prediction(
            tipping.tipped_onset(platforms, p.V, outside), derived, "tipped states exist above"
        )
    three, two = alike_states(p), unequal_states(p)
    people, strength = p.gibbs
    turn = multinomial.share_covariance(first_stable(p), p.Ja, 1, revision=0.0)
    law = gibbs.gibbs_law(int(people), p.Va, strength, 0.0)
    threshold = tipping.tipping_threshold(2, p.V, 0.0)
    return table | {
        "mnl.maxwell_P3": Prediction(
            tipping.maxwell_strength(3), derived, "equal weight of even and tipped, P = 3"
        ),
        "mnl.tricritical_V": Prediction(
            tipping.tricritical_value(), derived, "P = 2 tips suddenly at values below"
        ),
        "mnl.P3_states": Prediction(three, derived, "states of rest, P = 3"),
        "mnl.P3_lambda": Prediction(
            [multinomial.eigenvalues(state, p.J3)[0] for state in three], derived,
            "largest eigenvalue there; stable below 1",
        ),
        "mnl.asym_states": Prediction(two, derived, "states of rest, P = 2, unequal, outside"),
        "mnl.asym_lambda": Prediction(
            [multinomial.eigenvalues(state, p.Ja)[0] for state in two], derived,
            "largest eigenvalue there; stable below 1",
        ),
        "mnl.Ncov_async": Prediction(
            [turn[0, 0], turn[1, 1], turn[0, 1]], published, "N (var1, var2, cov), in turn"
        ),
        "mnl.sdsync": Prediction(
            spread(p, p.N, 1.0), published, "SD of both shares, correlation, synchronous"
        ),
        "mnl.sd_alpha": Prediction(
            spread(p, p.N, REVISION)[:2], published, f"SD of both shares, {REVISION:g} revise"
        ),
        "mnl.gibbs_shares": Prediction(law.mean_share, known, "mean shares, small N, in turn"),
        "mnl.gibbs_lead": Prediction(law.lead_chance(), known, "chance that the first leads"),
        "mnl.lam_at": Prediction(
            [f * threshold * even_share(2, p.V, f * threshold, 0.0) for f in (0.9, 1.1)], derived,
            "growth of a lead in a month at 0.9 and 1.1 of the threshold",
        ),
    }  # fmt: skip
