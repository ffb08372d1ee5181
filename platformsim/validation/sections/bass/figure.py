"""Adoption in steps and in continuous time, the way from one to the other, and the noise."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from platformsim.theory import bass as theory
from platformsim.validation.markets import paths
from platformsim.validation.rows import mean_of, sd_of
from platformsim.validation.section import Draws
from platformsim.validation.sections.bass.checks import adopted, society
from platformsim.validation.sections.bass.predictions import linear_holds, map_of, steps_at
from platformsim.views.theory import Curve, Panel, Points

_REPLICATES = range(100)
_FINER = (1, 2, 4, 8, 16)


def _growth(p: SimpleNamespace, draws: Draws) -> tuple[Panel, Panel]:
    last = int(1.3 * steps_at(p).max())
    steps = np.arange(last + 1)
    smooth = np.linspace(0.0, last * p.dt, 300)
    curves = [Curve("continuous time", smooth, theory.adopted_share(smooth, p.p, p.q))]
    points, noise = [], []
    shown = [form for form in theory.FORMS if form != "linear" or linear_holds(p)]
    for form in shown:
        name, path = f"{form} hazard", map_of(p, form, last)
        seen = paths(society(p, draws.seed, form), _REPLICATES, steps, adopted)
        found = mean_of(seen)
        curves.append(Curve(name, steps * p.dt, path.share))
        points.append(Points(name, steps * p.dt, found.value, found.se))
        spread = sd_of(seen[:, 1:])
        noise.append(
            (
                Curve(name, steps * p.dt, np.sqrt(path.scaled_variance / p.N)),
                Points(name, steps[1:] * p.dt, spread.value, spread.se),
            )
        )
    growth = Panel(
        "Adoption", "time (periods)", "share that has adopted F", curves, points
    )  # fmt: skip
    sds = Panel(
        f"Noise over replicates of {p.N:,} agents", "time (periods)", "SD of F",
        [curve for curve, _ in noise], [seen for _, seen in noise],
    )  # fmt: skip
    return growth, sds


def _convergence(p: SimpleNamespace, draws: Draws) -> Panel:
    time = p.t[0]
    truth = float(theory.adopted_share(time, p.p, p.q))
    curves, points = [], []
    for form in theory.FORMS:
        step = p.dt / np.array(_FINER)
        if form == "linear" and not linear_holds(p):
            continue
        gap, seen, se = [], [], []
        for finer in _FINER:
            last = round(time / p.dt * finer)
            path = theory.adoption_path(last, p.p, p.q, p.dt / finer, form)
            gap.append(abs(path.share[-1] - truth))
            built = society(p, draws.seed + finer, form, finer=finer, count=1000 * p.N)
            found = mean_of(paths(built.at("cohorts"), range(20), [last], adopted)[:, 0] - truth)
            seen.append(abs(found.value))
            se.append(found.se)
        curves.append(Curve(f"{form} hazard", step, np.array(gap)))
        points.append(Points(f"{form} hazard", step, np.array(seen), np.array(se)))
    # A line through five dots in doubly logarithmic axes: the slope is the order.
    return Panel(
        f"Distance to continuous time at t = {time:g}", "step dt (periods)", "|F - F(t)|",
        curves, points, "xy",
    )  # fmt: skip


def panels(p: SimpleNamespace, draws: Draws) -> list[Panel]:
    """See :class:`platformsim.validation.section.Section`."""
    growth, noise = _growth(p, draws)
    return [growth, noise, _convergence(p, draws)]
