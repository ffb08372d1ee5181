"""Who joins open and proprietary platforms, and how an advantage grows head to head."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from platformsim.theory import head_to_head
from platformsim.theory import open_source as theory
from platformsim.validation.rows import mean_of
from platformsim.validation.section import Draws
from platformsim.validation.sections.openprop import developers, duel
from platformsim.views.theory import Curve, Panel, Points

_PEOPLE, _POPULATIONS = 20_000, 6
_WAYS = {"proprietary": theory.proprietary_platform, "open": theory.open_platform}


def _joining(p: SimpleNamespace, draws: Draws) -> list[Panel]:
    """Draw users and developers over what developers gain from users."""
    values = np.linspace(0.05, 2.0, 60) * p.pi
    tested = np.linspace(0.2, 1.9, 7) * p.pi
    what = "developers' gain pi a unit of users (money)"
    panels = [
        Panel("Users of the platform", what, "share of users"),
        Panel("Developers on the platform", what, "share of developers"),
    ]
    for way, (name, outcome) in enumerate(_WAYS.items()):
        known = np.array([outcome(p.v, p.al, value, p.D)[:2] for value in values])
        shown, found = [], []
        for place, value in enumerate(tested):
            there = outcome(p.v, p.al, value, p.D)
            if np.isnan(there.users):
                continue
            setting = SimpleNamespace(v=p.v, al=p.al, pi=value, D=p.D)
            built = developers.platform(setting, draws.seed + 2 * place + way, _PEOPLE)
            prices = there.user_price, there.access_fee
            shown.append(value)
            found.append([developers.joined(built.market(r), prices) for r in range(_POPULATIONS)])
        for side, panel in enumerate(panels):
            panel.curves.append(Curve(name, values, known[:, side]))
            if found:
                seen = mean_of(np.swapaxes(found, 0, 1)[..., side])
                panel.points.append(Points(name, np.array(shown), seen.value, seen.se))
    return panels


def _duel(p: SimpleNamespace, draws: Draws) -> Panel:
    """Draw the proprietary share over its advantage, with and without network effects."""
    effects = [effect for effect in (p.e, 0.0) if effect < p.t]
    most = 2.7 * (p.t - effects[0])
    values, tested = np.linspace(-most, most, 61), np.linspace(-0.9, 0.9, 7) * most
    panel = Panel(
        "Head to head", "advantage Delta of the proprietary system (money)",
        "share of the proprietary system",
    )  # fmt: skip
    for way, network in enumerate(effects):
        name = f"network effect e = {network:.2g}"
        known = [head_to_head.priced_application(p.t, network, value) for value in values]
        found = []
        for place, value in enumerate(tested):
            there = head_to_head.priced_application(p.t, network, value)
            setting = SimpleNamespace(t=p.t, e=network, Del=value)
            built = duel.rivals(setting, draws.seed + 2 * place + way, _PEOPLE)
            prices = there.proprietary_price, there.application_price
            found.append([duel.shares(built.market(r), prices)[0] for r in range(_POPULATIONS)])
        seen = mean_of(np.transpose(found))
        shares = np.array([each.proprietary_share for each in known])
        panel.curves.append(Curve(name, values, shares))
        panel.points.append(Points(name, tested, seen.value, seen.se))
    return panel


def panels(p: SimpleNamespace, draws: Draws) -> list[Panel]:
    """See :class:`platformsim.validation.section.Section`."""
    return [*_joining(p, draws), _duel(p, draws)]
