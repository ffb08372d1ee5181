"""Where cascades end, how they run, and how far populations differ."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from scipy.stats import norm

from platformsim.theory import thresholds as theory
from platformsim.validation.markets import paths
from platformsim.validation.rows import mean_of, sd_of
from platformsim.validation.section import Draws
from platformsim.validation.sections.granovetter.checks import in_the_end, society
from platformsim.validation.sections.granovetter.predictions import SPREADS
from platformsim.views.theory import Curve, Panel, Points

_PEOPLE = 20_000


def _branches(p: SimpleNamespace) -> list[Curve]:
    """Return the states at rest over the spread: s(r) = (r - mu) / Phi^-1(r), turned over."""
    z = np.linspace(-8.0, 8.0, 4000)
    share = norm.cdf(z)
    sd = (share - p.mu) / z
    steepness = norm.pdf(z) / sd
    shown = (sd > 0.0) & (sd < _widest(p))
    return [
        Curve("", np.where(shown & (steepness < 1.0), sd, np.nan), share),
        Curve("", np.where(shown & (steepness >= 1.0), sd, np.nan), share, dashed=True),
    ]


def _widest(p: SimpleNamespace) -> float:
    return 1.2 * max(p.s1, p.s2)


def _ends(p: SimpleNamespace, draws: Draws) -> Panel:
    spreads = np.linspace(0.15, 0.97, 13) * _widest(p)
    critical = theory.critical_spread(p.mu)[0]
    if np.isfinite(critical):
        spreads = np.sort(np.append(spreads, critical * np.array([0.8, 0.9, 1.1])))
    ends = [
        [in_the_end(society(p, draws.seed, float(sd), count=_PEOPLE), at) for sd in spreads]
        for at in range(10)
    ]
    found = mean_of(ends)
    return Panel(
        "Where a cascade from nobody ends", "spread of thresholds (share)", "participation r",
        _branches(p), [Points("", spreads, found.value, found.se)],
    )  # fmt: skip


def _runs(p: SimpleNamespace, draws: Draws) -> Panel:
    critical, curves, points = theory.critical_spread(p.mu)[0], [], []
    spreads = sorted(getattr(p, name) for name in SPREADS)
    if np.isfinite(critical):
        spreads.insert(1, 1.1 * critical)
    rounds = np.arange(26)
    for sd in spreads:
        share = [0.0]
        for _ in rounds[1:]:
            share.append(float(norm.cdf((share[-1] - p.mu) / sd)))
        built = society(p, draws.seed, float(sd), count=_PEOPLE)
        found = mean_of(paths(built, range(10), rounds, lambda m: float(m.share["users"][0])))
        curves.append(Curve(f"spread {sd:.3f}", rounds, np.array(share)))
        points.append(Points(f"spread {sd:.3f}", rounds, found.value, found.se))
    return Panel("Cascades", "time (rounds)", "participation r", curves, points)


def _differences(p: SimpleNamespace, draws: Draws) -> Panel:
    people, curves, points = np.array([1000, 3000, 10_000, 30_000]), [], []
    for name in SPREADS:
        sd = getattr(p, name)
        share = theory.participation_from_nobody(p.mu, sd)
        label = f"spread {sd:.3f}"
        theoretical = [theory.participation_sd(share, p.mu, sd, int(n)) for n in people]
        found = []
        for n in people:
            built = society(p, draws.seed + int(n), sd, count=int(n))
            found.append(sd_of([in_the_end(built, at) for at in range(40)]))
        curves.append(Curve(label, people, np.array(theoretical)))
        points.append(
            Points(
                label, people, np.array([each.value for each in found]),
                np.array([each.se for each in found]),
            )
        )  # fmt: skip
    return Panel(
        "How far populations differ", "people N", "SD of participation", curves, points, "xy"
    )


def panels(p: SimpleNamespace, draws: Draws) -> list[Panel]:
    """See :class:`platformsim.validation.section.Section`."""
    return [_ends(p, draws), _runs(p, draws), _differences(p, draws)]
