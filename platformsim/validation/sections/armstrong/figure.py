"""Demand off equilibrium, equilibrium prices, and prices at a bottleneck."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from platformsim.theory import two_sided as theory
from platformsim.validation.rows import mean_of
from platformsim.validation.section import Draws
from platformsim.validation.sections.armstrong import bottleneck, single_homing
from platformsim.views.theory import Curve, Panel, Points

_PEOPLE, _POPULATIONS = 10_000, 5
GROUPS = ("group 1", "group 2")


def _demand(p: SimpleNamespace, draws: Draws) -> Panel:
    benefits, transport, rival, _ = single_homing.setting(p)
    room = abs(theory.conditions(benefits, transport).participation)
    wide = 0.8 * room / max(p.t2, p.a2)
    gaps, tested = np.linspace(-wide, wide, 81), np.linspace(-0.9 * wide, 0.9 * wide, 9)
    shares = np.array([theory.participation(benefits, transport, (gap, 0.0)) for gap in gaps])
    built = single_homing.towns(benefits, transport, draws.seed, _PEOPLE)
    found = []
    for replicate in range(_POPULATIONS):
        market = built.market(replicate)
        found.append(
            [single_homing.demand(market, (rival[0] + gap, rival[1]), rival) for gap in tested]
        )
    seen = mean_of(found)
    return Panel(
        "Demand when group 1 pays more", "price to group 1, own less rival's (money)",
        "share of the group on the platform",
        [Curve(name, gaps, shares[:, at]) for at, name in enumerate(GROUPS)],
        [Points(name, tested, seen.value[:, at], seen.se[:, at])
         for at, name in enumerate(GROUPS)],
    )  # fmt: skip


def _prices(p: SimpleNamespace, draws: Draws) -> Panel:
    most = 2.0 * np.sqrt(p.t1 * p.t2) - p.a2
    values, tested = np.linspace(0.0, 0.85 * most, 60), np.linspace(0.05, 0.8, 6) * most
    transport, costs, found = (p.t1, p.t2), np.array([p.f1, p.f2]), []
    for place, value in enumerate(tested):
        benefits = (value, p.a2)
        rival = np.array(theory.single_homing(benefits, transport, tuple(costs)).prices)
        built = single_homing.towns(benefits, transport, draws.seed + place, _PEOPLE)
        reach = single_homing.reach_of(benefits, transport)
        found.append([
            single_homing.reply(built.market(r), rival, costs, rival, reach).prices
            for r in range(_POPULATIONS)
        ])  # fmt: skip
    seen = mean_of(np.swapaxes(found, 0, 1))
    known = [theory.single_homing((value, p.a2), transport, tuple(costs)).prices
             for value in values]  # fmt: skip
    return Panel(
        "Equilibrium prices", "alpha1: what group 1 gains (money)",
        "price (money)",
        [Curve(f"to {name}", values, np.array(known)[:, at]) for at, name in enumerate(GROUPS)],
        [Points(f"to {name}", tested, seen.value[:, at], seen.se[:, at])
         for at, name in enumerate(GROUPS)],
    )  # fmt: skip


def _bottleneck(p: SimpleNamespace, draws: Draws) -> Panel:
    b = p.bot
    values, tested = np.linspace(0.3, 1.15, 60) * b.a1, np.linspace(0.4, 1.1, 5) * b.a1

    def known(value: float, holds: str) -> float:
        both = (value, b.a2), (b.t1, b.t2)
        return theory.bottleneck(*both, rival_holds=holds).prices[0]

    found, shown = [], []
    for place, value in enumerate(tested):
        setting = SimpleNamespace(bot=SimpleNamespace(a1=value, a2=b.a2, t1=b.t1, t2=b.t2))
        benefits, transport, there, reach = bottleneck.setting(setting)
        if np.isnan(there.profit):
            continue
        built = bottleneck.ports(benefits, transport, draws.seed + place, _PEOPLE)
        shown.append(value)
        found.append([
            bottleneck.reply(built.market(r), np.array(there.prices), reach).prices[0]
            for r in range(_POPULATIONS)
        ])  # fmt: skip
    curves = [
        Curve(f"rival holds {holds}", values, np.array([known(v, holds) for v in values]),
              dashed=holds == "utilities")
        for holds in ("prices", "utilities")
    ]  # fmt: skip
    points = []
    if found:
        seen = mean_of(np.transpose(found))
        points = [Points("rival holds prices", np.array(shown), seen.value, seen.se)]
    return Panel(
        "Bottleneck: group 2 on both", "alpha1: what group 1 gains (money)",
        "price to group 1 (money)", curves, points,
    )  # fmt: skip


def panels(p: SimpleNamespace, draws: Draws) -> list[Panel]:
    """See :class:`platformsim.validation.section.Section`."""
    return [_demand(p, draws), _prices(p, draws), _bottleneck(p, draws)]
