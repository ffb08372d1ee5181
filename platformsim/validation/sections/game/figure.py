"""Basins of imitation, branches of logit equilibria, fixation."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from scipy.special import logit

from platformsim.theory import strategy_game as theory
from platformsim.validation.markets import averages, paths
from platformsim.validation.rows import mean_of
from platformsim.validation.section import Draws
from platformsim.validation.sections.game.checks import fixations
from platformsim.validation.sections.game.stages import imitation, logit_game, share_open
from platformsim.views.theory import Curve, Panel, Points

_MONTHS = 60


def _basins(p: SimpleNamespace, draws: Draws) -> Panel:
    panel = Panel("Imitation from nine starts", "step", "share open")
    stops = range(5, _MONTHS + 1, 5)
    for place, start in enumerate(np.linspace(0.1, 0.9, 9)):
        path = theory.imitation_path(start, _MONTHS, tuple(p.pay), p.kappa)
        panel.curves.append(Curve("", np.arange(_MONTHS + 1), path))
        built = imitation(p, p.kappa, seed=draws.seed + place, count=2000, start=start)
        seen = mean_of(paths(built, range(10), stops, share_open))
        panel.points.append(Points("", np.array(stops), seen.value, seen.se))
    mixed = theory.mixed_equilibrium(tuple(p.pay))
    if np.isfinite(mixed):
        edge = Curve("", np.array([0.0, _MONTHS]), np.full(2, mixed), dashed=True)
        panel.curves.append(edge)
    return panel


def _branches(p: SimpleNamespace, most: float) -> list[Curve]:
    """Return the precision at which each share of open is an equilibrium."""
    pay, (to_open, to_closed) = tuple(p.pay), theory.stakes(tuple(p.pay))
    share = np.concatenate((np.geomspace(1e-5, 0.05, 200), np.linspace(0.05, 0.95, 901)[1:-1],
                            1.0 - np.geomspace(0.05, 1e-5, 200)))  # fmt: skip
    with np.errstate(divide="ignore", invalid="ignore"):
        precision = logit(share) / theory.advantage(share, pay)
    shown = (precision >= 0) & (precision <= most)
    firm = precision * (to_open + to_closed) * share * (1.0 - share) < 1.0
    curves = [
        Curve("", np.where(shown & firm, precision, np.nan), share),
        Curve("", np.where(shown & ~firm, precision, np.nan), share, dashed=True),
    ]
    if to_open == to_closed:
        threshold = min(most, theory.multiplicity_precision(pay))
        curves.append(Curve("", np.array([0.0, threshold]), np.full(2, 0.5)))
        curves.append(Curve("", np.array([threshold, most]), np.full(2, 0.5), dashed=True))
    return curves


def _replies(p: SimpleNamespace, draws: Draws) -> Panel:
    most = 1.5 * p.lam
    tested, points = np.linspace(0.08, 0.97, 15) * most, []
    for name, start in (("from closed", 0.0), ("from open", 1.0)):
        found = [
            averages(logit_game(p, precision, seed=draws.seed, count=5000, start=start), range(4),
                     60, 20, share_open)
            for precision in tested
        ]  # fmt: skip
        seen = mean_of(np.array(found).T)
        points.append(Points(name, tested, seen.value, seen.se))
    return Panel(
        "Logit equilibria", "precision lambda (per unit of payoff)", "share open",
        _branches(p, most), points,
    )  # fmt: skip


def _takeovers(p: SimpleNamespace, draws: Draws) -> Panel:
    runs, people = 3000, p.N_small
    starts = np.unique(np.linspace(1, people - 1, 13).astype(int))
    share = np.array([fixations(p, int(k), runs, draws.generator(int(k))).mean() for k in starts])
    chance = [theory.fixation_chance(k, people, tuple(p.pay), p.w) for k in range(people + 1)]
    se = np.sqrt(share * (1.0 - share) / runs)
    return Panel(
        f"Takeover among {people}", "open releasers at the start", "chance that open takes over",
        [Curve("pairwise comparison", np.arange(people + 1), np.array(chance)),
         Curve("neutral drift", np.array([0, people]), np.array([0.0, 1.0]), dashed=True)],
        [Points("pairwise comparison", starts, share, se)],
    )  # fmt: skip


def panels(p: SimpleNamespace, draws: Draws) -> list[Panel]:
    """See :class:`platformsim.validation.section.Section`."""
    return [_basins(p, draws), _replies(p, draws), _takeovers(p, draws)]
