"""Every mechanism off in turn, and on alone, with those that cannot be without each other."""

from __future__ import annotations

from platformsim.mechanisms import Mechanism
from platformsim.scenario import Scenario

WHOLE, NOTHING = "all", "none"
OFF, ALONE = "off", "alone"


def active_in(two: dict[str, Scenario]) -> list[Mechanism]:
    """Return the mechanisms that are switched on in either arm, in the order in which they act."""
    found = {m.name: m for arm in two.values() for m in arm.mechanisms if m.enabled}
    return list(found.values())


def variants_of(two: dict[str, Scenario]) -> dict[str, frozenset[str]]:
    """Return the mechanisms that each variant switches off, by label."""
    active = {mechanism.name: mechanism for mechanism in active_in(two)}
    below = {name: set(m.builds_on) & active.keys() for name, m in active.items()}
    above = {name: {n for n, under in below.items() if name in under} for name in active}
    everything = frozenset(active)
    found = {WHOLE: frozenset(), NOTHING: everything}
    for name in active:
        found[f"{OFF}:{name}"] = frozenset(_reached(name, above))
        found[f"{ALONE}:{name}"] = everything - _reached(name, below)
    return found


def _reached(name: str, links: dict[str, set[str]]) -> set[str]:
    found, waiting = set(), [name]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += links[name]
    return found
