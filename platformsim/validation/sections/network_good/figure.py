"""Sizes over price, what becomes of a start, and outputs of firms with networks."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from platformsim.theory import katz_shapiro
from platformsim.theory import network_goods as theory
from platformsim.validation.rows import mean_of
from platformsim.validation.section import Draws
from platformsim.validation.sections.network_good.checks import critical_mass, fulfilled, good
from platformsim.validation.sections.network_good.cournot import Demand, equilibrium
from platformsim.views.theory import Curve, Panel, Points

_PEOPLE, _POPULATIONS = 20_000, 6


def _sizes(p: SimpleNamespace, draws: Draws) -> Panel:
    highest = theory.demand_peak(0.0, p.v)[1]
    sizes = np.linspace(0.0, 1.0, 300)
    prices, grows = p.v * sizes * (1.0 - sizes), sizes > 0.5
    tested, found = highest * np.linspace(0.1, 0.95, 8), []
    for price in tested:
        built, per = good(price, _PEOPLE, draws.seed), []
        for replicate in range(_POPULATIONS):
            market = built.market(replicate)
            per.append((fulfilled(market, 1.0, 0.0, p.v), critical_mass(market, 0.0, p.v)))
        found.append(per)
    seen = mean_of(np.swapaxes(found, 0, 1))
    curves = [
        Curve("stable size", prices[grows], sizes[grows]),
        Curve("critical mass", prices[~grows], sizes[~grows], dashed=True),
    ]
    points = [
        Points(curve.name, tested, seen.value[:, at], seen.se[:, at])
        for at, curve in enumerate(curves)
    ]
    return Panel(
        "Sizes at which expectations come true", "price (money)", "network size (share)", curves,
        points,
    )  # fmt: skip


def _basins(p: SimpleNamespace, draws: Draws) -> Panel:
    price = min(p.p, 0.9 * theory.demand_peak(0.0, p.v)[1])
    edge, top = theory.network_sizes(price, 0.0, p.v)
    begun = np.unique(np.concatenate((np.linspace(0.02, 0.98, 13), (edge - 0.02, edge + 0.02))))
    markets = [good(price, _PEOPLE, draws.seed).market(r) for r in range(3)]
    ended = mean_of([[fulfilled(market, n, 0.0, p.v) for n in begun] for market in markets])
    curves = [
        Curve("size in the end", np.array([0.0, edge, edge, 1.0]), np.array([0.0, 0.0, top, top])),
        Curve("critical mass", np.array([edge, edge]), np.array([0.0, 1.0]), dashed=True),
    ]
    return Panel(
        f"What becomes of a start, price {price:.2g}", "size expected at first (share)",
        "size in the end (share)", curves,
        [Points("size in the end", begun, ended.value, ended.se)],
    )  # fmt: skip


def _outputs(p: SimpleNamespace, draws: Draws) -> Panel:
    values = np.linspace(0.0, 1.6 * p.B, 60)
    tested = np.linspace(0.0, 1.5 * p.B, 6)
    panel = Panel(
        f"Output of {p.n} firms", "largest network value B (money)", "total output (quantity)"
    )
    for name, compatible in (("compatible", True), ("incompatible", False)):

        def total(limit: float, compatible: bool = compatible) -> float:
            worth = katz_shapiro.saturating_externality(limit)
            if compatible:
                return katz_shapiro.compatible_output(p.A, p.n, worth)
            return p.n * katz_shapiro.incompatible_output(p.A, p.n, worth)

        panel.curves.append(Curve(name, values, np.array([total(value) for value in values])))
        found = [
            [
                equilibrium(
                    Demand(p.A, 1.8 * total(value), draws.generator(replicate)), p.A, p.n,
                    katz_shapiro.saturating_externality(value), compatible,
                ).sum()
                for value in tested
            ]
            for replicate in range(_POPULATIONS)
        ]  # fmt: skip
        seen = mean_of(found)
        panel.points.append(Points(name, tested, seen.value, seen.se))
    return panel


def panels(p: SimpleNamespace, draws: Draws) -> list[Panel]:
    """See :class:`platformsim.validation.section.Section`."""
    return [_sizes(p, draws), _basins(p, draws), _outputs(p, draws)]
