"""What theory says of adoption by innovation and imitation, from the setting."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from platformsim.theory import bass as theory
from platformsim.validation.rows import Prediction


def steps_at(p: SimpleNamespace) -> np.ndarray:
    """Return the numbers of the steps at the times of the setting."""
    return np.rint(np.array(p.t) / p.dt).astype(int)


def linear_holds(p: SimpleNamespace) -> bool:
    """Say whether the linear hazard is a probability at every share."""
    return (p.p + p.q) * p.dt <= 1.0


def map_of(p: SimpleNamespace, form: str, steps: int) -> theory.Adoption:
    """Return the map of the setting's step; nan where the linear hazard is none."""
    if form == "linear" and not linear_holds(p):
        return theory.Adoption(np.full(steps + 1, np.nan), np.full(steps + 1, np.nan))
    return theory.adoption_path(steps, p.p, p.q, p.dt, form)


def predictions(p: SimpleNamespace) -> dict[str, Prediction]:
    """See :class:`platformsim.validation.section.Section`."""
    at = steps_at(p)
    top = theory.peak(p.p, p.q)
    linear, exponential = (map_of(p, form, at.max()) for form in theory.FORMS)
    busiest, most = np.nan, np.nan
    if linear_holds(p):
        busiest, most = theory.busiest_step(p.p, p.q, p.dt, "linear")
    half = theory.adopter_time(p.N_ssa // 2, p.N_ssa, p.p, p.q)
    published, derived, known = "published", "derived", "exact"
    return {
        "bass.tpeak": Prediction(top.time, published, "time of fastest adoption"),
        "bass.Fpeak": Prediction(top.share, published, "share that has adopted by then"),
        "bass.ratepeak": Prediction(top.rate, published, "adoption rate then"),
        "bass.t50": Prediction(theory.time_to_share(0.5, p.p, p.q), published, "time to 1/2"),
        "bass.F_cont": Prediction(
            theory.adopted_share(np.array(p.t), p.p, p.q), published, "share, continuous time"
        ),
        "bass.F_lin": Prediction(linear.share[at], published, "share, map with linear hazard"),
        "bass.F_exp": Prediction(
            exponential.share[at], published, "share, map with exponential hazard"
        ),
        "bass.sd_exp": Prediction(
            np.sqrt(exponential.scaled_variance[at] / p.N), published, "its SD over replicates"
        ),
        "bass.peakstep_lin": Prediction(busiest, known, "busiest step of the linear map"),
        "bass.peakinc_lin": Prediction(most, known, "share that adopts in it"),
        "bass.halving": Prediction(
            2.0, derived, "distance to continuous time, over that at half the step"
        ),
        "bass.ssa_Ethalf": Prediction(half.mean, known, "mean time of adopter N/2, event by event"),
        "bass.ssa_sdthalf": Prediction(half.sd, known, "its SD"),
    }
