"""Bifurcation diagrams of two and three platforms, and the exact law of a small market."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from platformsim.theory import gibbs, tipping
from platformsim.validation.markets import month, paths, sweeps_a_month
from platformsim.validation.rows import mean_of
from platformsim.validation.section import Draws
from platformsim.validation.sections.multinomial.checks import members, small_markets
from platformsim.validation.sections.multinomial.stages import alike
from platformsim.views.theory import Curve, Panel, Points

_TIPPED, _CROWD = 0.96, 10**6


def _branches(platforms: int, low: float, high: float) -> list[Curve]:
    """Return the share of the leader where one leads and the others are alike, nobody outside."""
    log_ratio = np.geomspace(1e-3, 8.0, 600)
    strength = tipping.tipped_strength(log_ratio, platforms, 1)
    leader = -log_ratio / np.expm1(-log_ratio) / strength
    place = int(np.argmin(strength))
    inside = strength < high
    tipped = Curve("", strength[place:][inside[place:]], leader[place:][inside[place:]])
    even = 1.0 / platforms
    curves = [
        tipped,
        Curve("", np.array([low, platforms]), np.full(2, even)),
        Curve("", np.array([platforms, high]), np.full(2, even), dashed=True),
    ]
    if place > 1:
        curves.append(Curve("", strength[: place + 1], leader[: place + 1], dashed=True))
    return curves


def _two(p: SimpleNamespace, draws: Draws) -> Panel:
    low, high = 1.5, 2.8
    tested, found = np.linspace(low + 0.05, high - 0.05, 13), []
    for strength in tested:
        built = alike(2, strength, seed=draws.seed, count=_CROWD, resolution="cohorts",
                      start=(_TIPPED, 1.0 - _TIPPED))  # fmt: skip
        # Where the even split is stable either platform leads, by chance.
        found.append(paths(built, range(4), [120]).max(axis=-1).ravel())
    seen = mean_of(np.array(found).T)
    return Panel(
        "Two platforms: continuous", "network effect J (utils)", "share of the leader",
        _branches(2, low, high), [Points("", tested, seen.value, seen.se)],
    )  # fmt: skip


def _three(p: SimpleNamespace, draws: Draws) -> Panel:
    low, high = 2.5, 3.3
    ways = []
    tipped = (_TIPPED, *[(1.0 - _TIPPED) / 2.0] * 2)
    for name, start, way in (("J rising", (1 / 3,) * 3, 1), ("J falling", tipped, -1)):
        strengths, found = np.linspace(low, high, 17)[::way], []
        share = start
        for strength in strengths:
            built = alike(3, strength, seed=draws.seed, count=2 * p.N, start=share)
            # Sorted: which platform leads is chance.
            share = np.sort(month(built.market(way + 1), 100).share["users"])[::-1]
            found.append(share[0])
        ways.append(Points(name, strengths, np.array(found)))
    return Panel(
        "Three platforms: sudden, with hysteresis", "network effect J (utils)",
        "share of the leader", _branches(3, low, high), ways,
    )  # fmt: skip


def _small(p: SimpleNamespace, draws: Draws) -> Panel:
    people, markets = int(p.gibbs[0]), 2000
    law = gibbs.gibbs_law(people, p.Va, p.gibbs[1], 0.0)
    market = month(sweeps_a_month(small_markets(p, draws.seed, markets), 40.0))
    now, size = members(market, people), np.arange(people + 1)
    curves, points = [], []
    for platform, name in enumerate(("first platform", "second platform")):
        chance = np.bincount(law.counts[:, platform], law.chance, minlength=people + 1)
        seen = np.bincount(now[:, platform], minlength=people + 1) / markets
        curves.append(Curve(name, size, chance))
        points.append(Points(name, size, seen, np.sqrt(chance * (1 - chance) / markets)))
    return Panel(
        f"Exact law of {people} agents in turn", "agents on the platform", "long-run chance",
        curves, points,
    )  # fmt: skip


def panels(p: SimpleNamespace, draws: Draws) -> list[Panel]:
    """See :class:`platformsim.validation.section.Section`."""
    return [_two(p, draws), _three(p, draws), _small(p, draws)]
