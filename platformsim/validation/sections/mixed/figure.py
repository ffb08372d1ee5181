"""Installed bases of myopic, rigid and forward-looking firms, and what foresight keeps."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from platformsim.theory import mixed_duopoly as theory
from platformsim.theory import mixed_duopoly_foresight as foresight
from platformsim.validation.rows import mean_of
from platformsim.validation.section import Draws
from platformsim.validation.sections.mixed.markets import (
    Rule,
    duopoly,
    forward_looking,
    myopic,
    proprietary,
    sell,
)
from platformsim.validation.sections.mixed.predictions import LEAD, Case, cases
from platformsim.views.theory import Curve, Panel, Points

_UNTIL, _STOPS = 6.0, 13


def _run(p: SimpleNamespace, draws: Draws, case: Case, start: float, rule: Rule) -> np.ndarray:
    """Return shares at some stops, (R, stops)."""
    found, stops = [], np.linspace(0.0, _UNTIL / p.dt, _STOPS).round().astype(int)
    for replicate in range(10):
        # Populations differ by who is in them, and a constant price amplifies that: large ones.
        market, seen = duopoly(p, draws.seed, start, count=10 * p.N).market(replicate), []
        for stop in stops:
            sell(market, case, rule, int(stop) - market.month)
            seen.append(proprietary(market))
        found.append(seen)
    return np.array(found)


def _rigid(case: Case, price: float, start: float, step: float, steps: int) -> np.ndarray:
    """Return the path of shares at a price that never changes."""
    path = [start]
    for _ in range(steps):
        gap = case.gap.at(path[-1])
        sales = max(0.0, 1.0 - price / gap) if gap > 0.0 else 0.0
        path.append((1.0 - step) * path[-1] + step * sales)
    return np.array(path)


def _paths(p: SimpleNamespace, draws: Draws, name: str, case: Case) -> Panel:
    steps = round(_UNTIL / p.dt)
    time = np.arange(steps + 1) * p.dt
    rest = foresight.forward_share(case.gap, p.rho)
    rules = {
        "myopic": (
            case.start, myopic(case), theory.myopic_path(case.gap, case.start, p.dt, steps)
        )
    }  # fmt: skip
    if np.isfinite(rest):
        price = foresight.feedback_price(case.gap, rest, rest)
        rules |= {
            "forward-looking": (
                case.start, forward_looking(case, rest),
                foresight.feedback_path(case.start, rest, p.dt, steps),
            ),
            "constant price": (
                rest - LEAD, lambda _: price, _rigid(case, price, rest - LEAD, p.dt, steps)
            ),
        }  # fmt: skip
    curves, points = [], []
    at = np.linspace(0.0, steps, _STOPS).round().astype(int)
    for label, (start, rule, path) in rules.items():
        seen = mean_of(_run(p, draws, case, start, rule))
        curves.append(Curve(label, time, path))
        points.append(Points(label, time[at], seen.value, seen.se))
    fate = "A myopic firm survives" if case.survives else "A myopic firm exits"
    return Panel(fate, "time (mean times between choices)", "proprietary share y", curves, points)


def _foresight(p: SimpleNamespace, draws: Draws) -> Panel:
    rates = np.geomspace(0.1, 5.0, 100)
    tested = np.geomspace(0.12, 4.5, 6)
    curves, points = [], []
    for case in cases(p).values():
        theoretical = [foresight.forward_share(case.gap, float(rate)) for rate in rates]
        if not np.isfinite(theoretical).all():
            continue
        label = f"gap at equal shares {case.gap.at(0.5):+.2f}"
        found = [
            foresight.share_by_value_iteration(
                case.gap, float(rate), max(case.start, theoretical[0]), points=1001
            )
            for rate in tested
        ]
        curves.append(Curve(label, rates, np.array(theoretical)))
        points.append(Points(label, tested, np.array(found)))
    return Panel(
        "Resting share, by value iteration", "discount rate rho",
        "resting share y*", curves, points, "x",
    )  # fmt: skip


def panels(p: SimpleNamespace, draws: Draws) -> list[Panel]:
    """See :class:`platformsim.validation.section.Section`."""
    each = [_paths(p, draws, name, case) for name, case in cases(p).items()]
    return [*each, _foresight(p, draws)]
