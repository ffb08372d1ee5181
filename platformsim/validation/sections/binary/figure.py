"""The onset of conformity and the hysteresis loop."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from platformsim.theory import social_interactions as theory
from platformsim.validation.markets import month, paths
from platformsim.validation.rows import mean_of
from platformsim.validation.section import Draws
from platformsim.validation.sections.binary.checks import DOWN, UP, mean_choice, society
from platformsim.views.theory import Curve, Panel, Points


def _loop(p: SimpleNamespace, draws: Draws) -> Panel:
    top = theory.spinodal_field(p.J, p.beta)
    m = np.linspace(-0.995, 0.995, 400)
    field = np.arctanh(m) / p.beta - p.J * m
    reach = 1.6 * max(top, 0.05)
    inside = np.abs(field) < reach
    stable = theory.slope(m, p.J, p.beta) < 1
    curves = [
        Curve("", np.where(inside & stable, field, np.nan), m),
        Curve("", np.where(inside & ~stable, field, np.nan), m, dashed=True),
    ]
    ways = []
    for name, sign in (("field rising", 1.0), ("field falling", -1.0)):
        fields = sign * np.linspace(-reach, reach, 41)
        market = society(p, draws.seed, start=DOWN if sign > 0 else UP).market()
        found = []
        for h in fields:
            market.platforms["quality"] = (h, -h)
            found.append(mean_choice(month(market, 40)))
        ways.append(Points(name, fields, np.array(found)))
    return Panel("Hysteresis", "field h (utils)", "mean choice m", curves, ways)


def _onset(p: SimpleNamespace, draws: Draws) -> Panel:
    feedback = np.linspace(0.2, 2.2, 200)
    theoretical = [theory.mean_choices(k / p.beta, 0.0, p.beta)[-1] for k in feedback]
    tested = np.linspace(0.3, 2.1, 13)
    found = []
    for k in tested:
        built = society(p, draws.seed, coupling=k / p.beta)
        found.append(np.abs(paths(built, range(6), [80], mean_choice)).ravel())
    seen = mean_of(np.array(found).T)
    return Panel(
        "Onset of conformity", "feedback βJ", "|m| at h = 0",
        [Curve("", feedback, np.array(theoretical))], [Points("", tested, seen.value, seen.se)],
    )  # fmt: skip


def panels(p: SimpleNamespace, draws: Draws) -> list[Panel]:
    """See :class:`platformsim.validation.section.Section`."""
    return [_onset(p, draws), _loop(p, draws)]
