"""What theory says of releasing openly or closed as a game, from the setting."""

from __future__ import annotations

from types import SimpleNamespace

from platformsim.theory import strategy_game as theory
from platformsim.validation.rows import Prediction


def predictions(p: SimpleNamespace) -> dict[str, Prediction]:
    """See :class:`platformsim.validation.section.Section`."""
    pay = tuple(p.pay)
    published, derived, known = "published", "derived", "exact"
    return {
        "gm.p_mixed": Prediction(
            theory.mixed_equilibrium(pay), published, "mixed equilibrium, edge of the basin"
        ),
        "gm.basin_open": Prediction(
            theory.open_basin(pay), published, "share of starts that end open"
        ),
        "gm.qre": Prediction(
            theory.quantal_responses(pay, p.lam), published, "logit equilibria, share open"
        ),
        "gm.lam_c": Prediction(
            theory.multiplicity_precision(pay), derived, "precision above which there are several"
        ),
        "gm.stat_open": Prediction(
            theory.stationary_open(p.N_small, pay, p.lam2), known, "mean share open, small N"
        ),
        "gm.fix_fermi": Prediction(
            theory.fixation_chance(p.k0, p.N_small, pay, p.w), known, "fixation of open"
        ),
        "gm.rep_time": Prediction(
            theory.replicator_time(p.p0, p.p1, pay), published, "replicator time from p0 to p1"
        ),
        "gm.rep_map": Prediction(
            theory.imitation_path(p.p0, p.steps, pay, p.kappa)[-1], published,
            f"share open after {p.steps} steps of imitation",
        ),
    }  # fmt: skip
