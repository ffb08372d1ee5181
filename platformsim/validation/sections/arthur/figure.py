"""Who wins, how soon, and where the shares of an urn settle."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from scipy.stats import beta

from platformsim.theory import lock_in
from platformsim.validation.section import Draws
from platformsim.validation.sections.arthur import arrivals
from platformsim.validation.sections.arthur.predictions import walls
from platformsim.views.theory import Curve, Panel, Points


def _winner(p: SimpleNamespace, draws: Draws) -> Panel:
    leads, chance, runs = walls(p), np.linspace(0.2, 0.8, 121), 400
    curve = Curve("", chance, np.array([lock_in.chance_of_a(pi, *leads) for pi in chance]))
    tested, found = np.linspace(0.25, 0.75, 11), []
    for place, pi in enumerate(tested):
        people = arrivals.enough(pi, leads)
        seen = arrivals.adoptions(p, people, runs, draws.seed, draws.generator(place), pi)
        found.append(arrivals.locked(seen, leads)[1].mean())
    share = np.array(found)
    se = np.sqrt(share * (1.0 - share) / runs)
    return Panel(
        "Who wins", "chance pi that an adopter leans to A", "chance of lock-in to A",
        [curve], [Points("", tested, share, se)],
    )  # fmt: skip


def _still_open(pi: float, leads: lock_in.Barriers, adopters: int) -> np.ndarray:
    """Return the chance that a market is not locked in after each number of adopters."""
    width, start = int(leads.a + leads.b) - 1, int(leads.b) - 1
    law, left = np.eye(width)[start], [1.0]
    for _ in range(adopters):
        law = pi * np.append(0.0, law[:-1]) + (1.0 - pi) * np.append(law[1:], 0.0)
        left.append(law.sum())
    return np.array(left)


def _duration(p: SimpleNamespace, draws: Draws) -> Panel:
    leads, runs = walls(p), 3000
    seen = arrivals.adoptions(p, arrivals.enough(p.pi, leads), runs, draws.seed,
                              draws.generator(99))  # fmt: skip
    time, _ = arrivals.locked(seen, leads)
    most = int(lock_in.lock_in_time(p.pi, *leads).mean * 4)
    tested = np.unique(np.linspace(0, most, 17).astype(int))
    left = np.array([(time > at).mean() for at in tested])
    shown = left > 0
    se = np.sqrt(left * (1.0 - left) / runs)
    return Panel(
        "How soon", "adopters", "share of markets not locked in",
        [Curve("", np.arange(most + 1), _still_open(p.pi, leads, most))],
        [Points("", tested[shown], left[shown], se[shown])],
    )  # fmt: skip


def _settled(p: SimpleNamespace, draws: Draws) -> Panel:
    start, share, runs = (p.a / p.c, p.b / p.c), np.linspace(0.0, 1.0, 201), 1500
    panel = Panel(
        "Pólya urn: where shares settle", "share of the first platform", "cumulative chance",
        [Curve("", share, beta.cdf(share, *start))],
    )  # fmt: skip
    if p.a % p.c == 0 and p.b % p.c == 0:
        first, second = p.a // p.c, p.b // p.c
        seen = arrivals.urn(first, second, p.n, runs, draws.seed) / (first + second + p.n)
        tested = np.linspace(0.05, 0.95, 19)
        below = np.array([(seen <= at).mean() for at in tested])
        se = np.sqrt(below * (1.0 - below) / runs)
        panel.points.append(Points("", tested, below, se))
    return panel


def panels(p: SimpleNamespace, draws: Draws) -> list[Panel]:
    """See :class:`platformsim.validation.section.Section`."""
    shown = [_winner(p, draws), _duration(p, draws)] if max(walls(p)) < np.inf else []
    return [*shown, _settled(p, draws)]
