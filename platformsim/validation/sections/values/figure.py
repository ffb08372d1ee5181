"""Value over size, what interconnection brings, and share against count."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np

from platformsim.mechanisms.direct_network import DirectNetwork
from platformsim.theory import value_laws as theory
from platformsim.validation.rows import mean_of
from platformsim.validation.section import Draws
from platformsim.validation.sections.values.checks import (
    by_rank,
    contacts_by_rank,
    growing_links,
    interconnection,
    members_gain,
)
from platformsim.views.theory import Curve, Panel, Points

_SIZES = np.array([40, 80, 160, 320, 640, 1280])
_REPLICATES = 6


def _laws(p: SimpleNamespace, draws: Draws) -> Panel:
    people, most = np.geomspace(30, 1700, 80), int(_SIZES[-1])
    found = {
        f"links, chance {p.plink:.2g}: Metcalfe": [
            [growing_links(int(n), 2 * int(n), p.plink, draws, 100 * place + each)[0]
             for place, n in enumerate(_SIZES)]
            for each in range(_REPLICATES)
        ],
        "contacts by rank: Zipf": [
            [contacts_by_rank(int(n), draws.generator(each)) for n in _SIZES]
            for each in range(_REPLICATES)
        ],
        "n ln n: Odlyzko": [
            [members_gain([int(n)], most, by_rank(most, math.log(most)))[0] for n in _SIZES]
        ] * 2,
        "n: Sarnoff": [[members_gain([int(n)], most, None, quality=1.0)[0] for n in _SIZES]] * 2,
    }  # fmt: skip
    known = (
        theory.metcalfe_value(people, p.plink), theory.zipf_value(people),
        theory.odlyzko_value(people), theory.sarnoff_value(people),
    )  # fmt: skip
    panel = Panel("Value of a network", "people n", "value (unit of each law)", log="xy")
    for (name, values), curve in zip(found.items(), known, strict=True):
        seen = mean_of(values)
        panel.curves.append(Curve(name, people, curve))
        panel.points.append(Points(name, _SIZES, seen.value, seen.se))
    return panel


def _merger(p: SimpleNamespace, draws: Draws) -> Panel:
    everybody = p.n1 + p.n2
    share, tested = np.linspace(0.02, 0.98, 97), np.linspace(0.1, 0.9, 9)
    pairs = [(round(s * everybody), everybody - round(s * everybody)) for s in tested]
    squares = DirectNetwork(beta_direct=1.0)
    found = {
        "n^2: Metcalfe": [interconnection(pair, squares, True)[0] for pair in pairs],
        "n ln n: Odlyzko": [interconnection(pair, by_rank(everybody))[0] for pair in pairs],
    }
    known = (
        theory.metcalfe_interconnection(share, 1.0 - share),
        np.array([theory.odlyzko_interconnection(s, 1.0 - s) for s in share]) / math.log(everybody),
    )
    panel = Panel(
        "Gain from interconnection", "share of the network in both",
        "its gain over the value of the whole",
    )  # fmt: skip
    sizes = np.array([own / everybody for own, _ in pairs])
    for (name, values), curve in zip(found.items(), known, strict=True):
        panel.curves.append(Curve(name, share, curve))
        panel.points.append(Points(name, sizes, np.array(values) / everybody))
    return panel


def _share_and_count(p: SimpleNamespace, draws: Draws) -> Panel:
    people, tested = np.geomspace(30, 1500, 60), np.array([40, 100, 250, 600, 1250])
    most, network = 2500, DirectNetwork(beta_direct=1.0)
    panel = Panel("Benefits from shares", "users n", "benefit of all users (utils)", log="xy")
    for name, market in (
        (f"market of {most}", lambda n: most + 0 * n), ("market of 2 n", lambda n: 2 * n),
    ):  # fmt: skip
        worth = theory.installed_base_value(people, market(people), 1.0)
        found = [
            members_gain([int(n)], int(market(n)), network, count_self=True)[0] for n in tested
        ]
        panel.curves.append(Curve(name, people, worth))
        panel.points.append(Points(name, tested, np.array(found)))
    return panel


def panels(p: SimpleNamespace, draws: Draws) -> list[Panel]:
    """See :class:`platformsim.validation.section.Section`."""
    return [_laws(p, draws), _merger(p, draws), _share_and_count(p, draws)]
