"""The release game: logit equilibria, imitation, few releasers."""

from __future__ import annotations

from types import SimpleNamespace

from scipy.integrate import solve_ivp
from scipy.special import expit

from platformsim.theory import strategy_game as theory
from platformsim.validation.section import Mistake, Section
from platformsim.validation.sections.game.checks import CHECKS
from platformsim.validation.sections.game.figure import panels
from platformsim.validation.sections.game.predictions import predictions


def _against_random_play(p: SimpleNamespace) -> float:
    return float(expit(p.lam * theory.advantage(0.5, tuple(p.pay))))


def _flow(p: SimpleNamespace) -> float:
    pay = tuple(p.pay)

    def rise(_: float, share: float) -> float:
        return share * (1.0 - share) * theory.advantage(share, pay)

    path = solve_ivp(rise, (0.0, p.kappa * p.steps), [p.p0], rtol=1e-10, atol=1e-12)
    return float(path.y[0, -1])


SECTION = Section(
    "game",
    "Releasing openly or closed as a game",
    "McKelvey & Palfrey 1995; Taylor & Jonker 1978; Schlag 1998; Traulsen et al. 2006",
    predictions,
    CHECKS,
    (
        Mistake("gm.qre", "reply to random play instead of an equilibrium", _against_random_play),
        Mistake("gm.fix_fermi", "neutral drift", lambda p: p.k0 / p.N_small),
        Mistake("gm.rep_map@cohorts", "steps taken for the replicator's flow", _flow),
    ),
    panels,
)
