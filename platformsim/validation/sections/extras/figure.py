"""Noise and numbers, critical mass, multi-homing, a ring, cascades, and when to close."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from platformsim.mechanisms.direct_network import DirectNetwork
from platformsim.theory import (
    cascades,
    multi_homing,
    open_then_close,
    ring,
    social_interactions,
    two_sided_adoption,
)
from platformsim.validation.markets import month, paths, stage, sweeps_a_month
from platformsim.validation.rows import mean_of, sd_of
from platformsim.validation.section import Draws
from platformsim.validation.sections.extras.closing import Release
from platformsim.validation.sections.extras.fluctuations import leads
from platformsim.validation.sections.extras.homes import homes
from platformsim.validation.sections.extras.networks import (
    cascade_shares,
    mean_choice,
    on_a_ring,
)
from platformsim.validation.sections.extras.predictions import KURTZ_STEPS, kurtz_moved
from platformsim.validation.sections.extras.two_sides import adoption, launched
from platformsim.views.theory import Curve, Panel, Points


def _scaling(p: SimpleNamespace, draws: Draws) -> Panel:
    people = int(p.kz[2])
    sizes = np.geomspace(people / 16.0, people * 16.0, 30)
    theoretical = np.array([kurtz_moved(p, int(size))[2] for size in sizes])
    times = np.array([1.0 / 16.0, 0.25, 1.0, 4.0, 16.0])
    seen = [sd_of(leads(p, draws.seed, each, 80)) for each in times]
    value, se = ([getattr(sd, name) for sd in seen] for name in ("value", "se"))
    return Panel(
        f"Noise falls as 1/sqrt(N), after {KURTZ_STEPS} months", "users N",
        "SD of the lead (share)",
        [Curve("", sizes, theoretical)],
        [Points("", people * times, np.array(value), np.array(se))], "xy",
    )  # fmt: skip


def _critical_mass(p: SimpleNamespace, draws: Draws) -> Panel | None:
    states = two_sided_adoption.adoption_states(*p.two)
    if len(states) < 3:
        return None
    labels = "Critical mass of a two-sided platform", "users at launch (share)"
    grid = np.linspace(0.0, 1.0, 41)
    frontier = [two_sided_adoption.critical_seed(*p.two, p.ts_alpha, at) for at in grid]
    frontier = np.where(np.array(frontier) > 0, frontier, np.nan)
    panel = Panel(*labels, "creators at launch (share)", [Curve("frontier", grid, frontier)])
    low, middle, high = (np.array(state[:2]) for state in states)
    seeds: dict[bool, list] = {True: [], False: []}
    for place, start in enumerate(np.ndindex(7, 7)):
        seed = (np.array(start) + 0.5) / 7.0
        market = launched(p, draws.seed + place, tuple(seed), 1_000).market()
        # Half-way from the middle state nobody turns back.
        up = down = False
        while not up and not down:
            now = adoption(month(market))
            up = bool((now > 0.5 * (middle + high)).all())
            down = bool((now < 0.5 * (middle + low)).all())
        seeds[up].append(seed)
    for name, up in (("takes off", True), ("fails", False)):
        if seeds[up]:
            panel.points.append(Points(name, *np.transpose(seeds[up])))
    return panel


def _even(p: SimpleNamespace, strengths: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return network effects, members and stability along states with equal platforms.

    Everything there follows from what a platform is worth, V + J n.
    """
    worth = p.Vm + np.linspace(1e-3, strengths[-1], 400)
    bundles = np.array([multi_homing.bundle_shares(np.zeros(2), at, 0.0, p.kap) for at in worth])
    members = bundles[:, 1] + bundles[:, 3]
    effect = (worth - p.Vm) / members
    shown = effect <= strengths[-1]
    return effect[shown], members[shown], (effect * bundles[:, 1] < 1.0)[shown]


def _sharing(p: SimpleNamespace, draws: Draws) -> Panel:
    strengths = np.linspace(0.05, 9.0, 90)
    tipped = np.full((2, len(strengths)), np.nan)
    for place, strength in enumerate(strengths):
        members = np.array([0.95, 0.05])
        for _ in range(80):
            bundle = multi_homing.bundle_shares(members, p.Vm, strength, p.kap)
            members = bundle[1:3] + bundle[3]
        if members[0] - members[1] > 0.01:
            tipped[:, place] = members[::-1]
    effect, even, stable = _even(p, strengths)
    low, high = multi_homing.unstable_window(p.Vm, p.kap)
    tested, points = np.linspace(0.5, 9.0, 12), []
    # Near the ends of the window small markets take long to decide.
    shared = np.isnan(low) | (tested < 0.9 * low) | (tested > 1.1 * high)
    for start, some in ((0.5, tested[shared]), (0.95, tested[~(tested < low)])):
        ends = [
            paths(homes(p, draws.seed, strength, 2_000, start=(start, 1.0 - start)), range(4), [80])
            for strength in some
        ]
        members = np.sort(np.swapaxes(ends, 0, 1)[:, :, 0], axis=2)
        if start == 0.5:
            seen = mean_of(members.mean(axis=2))
            points.append(Points("even", some, seen.value, seen.se))
        elif np.isfinite(low):
            seen = mean_of(members)
            for row, name in enumerate(("follower", "leader")):
                points.append(Points(name, some, seen.value[:, row], seen.se[:, row]))
    curves = [
        Curve("even", effect, np.where(stable, even, np.nan)),
        Curve("even, unstable", effect, np.where(stable, np.nan, even), dashed=True),
        Curve("leader", strengths, tipped[1]),
        Curve("follower", strengths, tipped[0]),
    ]
    return Panel(
        "Multi-homing: sharing and tipping", "network effect J (utils)",
        "members of a platform (share)",
        [curve for curve in curves if np.isfinite(curve.y).any()], points,
    )  # fmt: skip


def _no_threshold(p: SimpleNamespace, draws: Draws) -> Panel:
    field = p.ring[1]
    side = -1 if field >= 0 else 0
    couplings, tested = np.linspace(0.0, 0.9, 120), np.linspace(0.05, 0.85, 9)
    near = [ring.mean_choice(coupling, field) for coupling in couplings]
    far = [
        social_interactions.mean_choices(2.0 * coupling, field, 1.0)[side] for coupling in couplings
    ]
    found = np.zeros((2, 6, len(tested)))
    for place, coupling in enumerate(tested):
        sweeps = 6.0 / (1.0 - np.tanh(2.0 * coupling))
        all_meet = stage(
            {"users": {"count": 2_000, "updating": "sequential"}}, seed=draws.seed,
            start={"users": (0.5, 0.5)}, quality=(field, -field),
            mechanisms=[DirectNetwork(beta_direct=4.0 * coupling)],
        )  # fmt: skip
        for row, built in enumerate((on_a_ring(draws.seed, coupling, field, 2_000), all_meet)):
            for run in range(6):
                market = sweeps_a_month(built.market(run), sweeps)
                found[row, run, place] = mean_choice(month(market))
    seen = [mean_of(some) for some in found]
    names = "two contacts (ring)", "contact with all"
    return Panel(
        "No threshold on a ring", "weight K of a contact", f"mean choice m at h = {field:g}",
        [Curve(name, couplings, np.array(m)) for name, m in zip(names, (near, far), strict=True)],
        [Points(name, tested, s.value, s.se) for name, s in zip(names, seen, strict=True)],
    )  # fmt: skip


def _cascades(p: SimpleNamespace, draws: Draws) -> Panel:
    threshold = p.watts[1]
    end = np.nan_to_num(cascades.cascade_window(threshold)[1], nan=4.0)
    # Small networks blur the end of the window.
    tested = np.array([0.1, 0.25, 0.4, 0.55, 0.7, 0.85, 1.25]) * end
    degrees = np.linspace(0.2, 1.3 * end, 200)
    chance = [cascades.cascade_probability(z, threshold) for z in degrees]
    seen = [mean_of(cascade_shares(draws, z, threshold, 10, 30, 1_500)) for z in tested]
    value, se = ([getattr(each, name) for each in seen] for name in ("value", "se"))
    return Panel(
        f"Cascades, threshold {threshold:g}", "mean contacts z", "chance of a global cascade",
        [Curve("", degrees, np.array(chance))], [Points("", tested, value, se)],
    )  # fmt: skip


def _when_to_close(p: SimpleNamespace, draws: Draws) -> Panel:
    *setting, step = p.otc
    horizon = setting[2]
    closes = np.linspace(0.0, horizon, 200)
    revenue = [open_then_close.revenue(close, *setting) for close in closes]
    tested = np.linspace(0.1, 0.9, 7) * horizon
    release = Release(p, step)
    found = [
        release.revenues(release.market(draws.seed, run, 5_000), list(tested)) for run in range(4)
    ]
    seen = mean_of(found)
    return Panel(
        "Open, then close", "closing time", "revenue per head",
        [Curve("", closes, np.array(revenue))], [Points("", tested, seen.value, seen.se)],
    )  # fmt: skip


def panels(p: SimpleNamespace, draws: Draws) -> list[Panel]:
    """See :class:`platformsim.validation.section.Section`."""
    drawn = (_scaling, _critical_mass, _sharing, _no_threshold, _cascades, _when_to_close)
    return [panel for draw in drawn if (panel := draw(p, draws)) is not None]
