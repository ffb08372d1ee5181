"""What theory says of the binary logit, from the setting."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from platformsim.theory import birth_death as exact
from platformsim.theory import congestion
from platformsim.theory import social_interactions as theory
from platformsim.validation.rows import Prediction


def predictions(p: SimpleNamespace) -> dict[str, Prediction]:
    """See :class:`platformsim.validation.section.Section`."""
    top = theory.mean_choices(p.J, 0.0, p.beta)[-1]
    roots = theory.mean_choices(p.J, p.h, p.beta)
    law = {
        name: exact.choice_moments(
            exact.stationary_law(
                exact.binary_turns(p.N_small, p.J, precision=p.beta, count_self=name == "inc")
            )
        )
        for name in ("inc", "exc")
    }
    critical = exact.choice_moments(
        exact.stationary_law(exact.binary_turns(p.N_crit, 1.0 / p.beta, precision=p.beta))
    )
    published, derived, known = "published", "derived", "exact"
    return {
        "bin.betaJ": Prediction(p.beta * p.J, published, "feedback; threshold is 1"),
        "bin.m_h0": Prediction(top, published, "stable |m| at h = 0"),
        "bin.m_roots": Prediction(roots, published, "all mean choices at h"),
        "bin.slope": Prediction(
            theory.slope(roots, p.J, p.beta), published, "slope there; stable below 1"
        ),
        "bin.h_spin": Prediction(theory.spinodal_field(p.J, p.beta), published, "spinodal field"),
        "bin.hyst_width": Prediction(
            theory.hysteresis_width(p.J, p.beta), published, "width of the hysteresis loop"
        ),
        "bin.h_switch_rate": Prediction(
            theory.switch_field(p.sweep, p.J, p.beta), derived, "field of the jump, swept"
        ),
        "bin.sd_sync": Prediction(
            theory.choice_sd(top, p.N, p.J, p.beta, 1.0), published, "SD of m, synchronous"
        ),
        "bin.sd_async": Prediction(
            theory.choice_sd(top, p.N, p.J, p.beta, 0.0), published, "SD of m, in turn"
        ),
        "bin.bias_sync": Prediction(
            theory.mean_bias(top, p.N, p.J, p.beta, 1.0), derived, "O(1/N) shift of the mean"
        ),
        "bin.period2": Prediction(
            congestion.cycle_amplitude(-p.J, p.beta, 1.0), published, "amplitude of the cycle, -J"
        ),
        "bin.period2_half": Prediction(
            congestion.cycle_amplitude(-p.J, p.beta, 0.5), published, "the same, half revise"
        ),
        "bin.alpha_c": Prediction(
            congestion.critical_revision(-p.J, p.beta), published, "-J cycles above this revision"
        ),
        "bin.Eabs_inc": Prediction(law["inc"].absolute, known, "E|m|, small N, self counted"),
        "bin.Em2_inc": Prediction(law["inc"].square, known, "E m^2"),
        "bin.Eabs_exc": Prediction(law["exc"].absolute, known, "E|m|, small N, self left out"),
        "bin.Em2_exc": Prediction(law["exc"].square, known, "E m^2"),
        "bin.mfpt": Prediction(
            exact.tipping_sweeps(p.N_tip, p.J, precision=p.beta), known, "mean sweeps until tipped"
        ),
        "bin.crit_limit": Prediction(
            theory.critical_second_moment(), published, "lim sqrt(N) E m^2 at the threshold"
        ),
        "bin.crit_exact": Prediction(
            np.sqrt(p.N_crit) * critical.square, known, "the same at finite N"
        ),
    }
