"""Shares over time where quality decides and where the base does, and the quality it takes."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from platformsim.theory import entry as theory
from platformsim.validation.markets import paths
from platformsim.validation.rows import mean_of
from platformsim.validation.section import Draws
from platformsim.validation.sections.entry.checks import duopoly, entrant
from platformsim.validation.sections.entry.predictions import Case, cases
from platformsim.views.theory import Curve, Panel, Points

_MONTHS = np.arange(0, 81, 5)


def _shares(p: SimpleNamespace, draws: Draws, name: str, case: Case) -> Panel:
    rest = theory.interior_share(case.quality, case.weight)
    curves, points = [], []
    starts = {case.start, 0.5, 0.9}
    if case.weight > 1.0 and 0.02 < rest < 0.9:
        starts |= {1.3 * rest}
    for start in sorted(starts):
        path = theory.share_path(start, case.quality, case.weight, p.alpha, _MONTHS[-1])
        built = duopoly(p, case, draws.seed, start=start, count=4 * p.N).at("cohorts")
        found = mean_of(paths(built, range(20), _MONTHS, entrant))
        curves.append(Curve(f"from {start:.2f}", np.arange(len(path)), path))
        points.append(Points(f"from {start:.2f}", _MONTHS, found.value, found.se))
    if 0.0 < rest < 1.0:
        curves.append(Curve("", _MONTHS, np.full(len(_MONTHS), rest), dashed=True))
    title = "Quality decides" if case.weight < 1.0 else "The installed base decides"
    return Panel(
        f"{title}: weight {case.weight:.2f}", "time (months)", "entrant's share x", curves, points
    )


def _boundary(p: SimpleNamespace, draws: Draws, case: Case) -> Panel:
    """Draw the quality that lets an entrant grow from its first share."""
    weights = np.linspace(0.4, 2.0, 100)
    tested = np.linspace(0.5, 1.9, 8)
    curves, points = [], []
    for start in (0.1, 0.2, 0.35):
        needed = np.array([theory.quality_to_grow(start, w) for w in weights])
        found = [_needed(p, draws, start, float(w)) for w in tested]
        seen = mean_of(np.array(found).T)
        label = f"from x = {start:g}"
        curves.append(Curve(label, weights, needed))
        points.append(Points(label, tested, seen.value, seen.se))
    return Panel(
        "Quality it takes to grow", "weight of the installed base e / (1 - phi)",
        "quality ratio Q", curves, points, "y",
    )  # fmt: skip


def _needed(p: SimpleNamespace, draws: Draws, start: float, weight: float) -> list[float]:
    """Return the quality at which the share chosen equals the first share, by replicate.

    When all choose at once, the log odds of what they choose rise one to one with ln Q.
    """
    case = Case(weight, 0.0, 1.0, start)
    qualities = []
    for replicate in range(10):
        quality = theory.quality_to_grow(start, weight)
        built = duopoly(p, case, draws.seed, quality=quality, revise_rate=1.0)
        share = paths(built, [replicate], [1], entrant)[0, 0]
        odds = np.log(share / (1.0 - share)) - np.log(start / (1.0 - start))
        qualities.append(float(quality * np.exp(-odds)))
    return qualities


def panels(p: SimpleNamespace, draws: Draws) -> list[Panel]:
    """See :class:`platformsim.validation.section.Section`."""
    each = cases(p)
    shares = [_shares(p, draws, name, case) for name, case in each.items()]
    return [*shares, _boundary(p, draws, each["hi"])]
