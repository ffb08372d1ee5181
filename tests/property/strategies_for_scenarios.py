"""Hypothesis strategies for whole scenarios, made from the parameter declarations themselves.

A new parameter, table or mechanism is drawn over its whole declared range without a change here.
What is left out is stated where it is, with the reason.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from hypothesis import strategies as st

from platformsim import entities, mechanisms
from platformsim.parameters import Parameter, parameters_of
from platformsim.scenario import load, shipped
from platformsim.scenario.settings import SIDE_KINDS, change, known
from platformsim.strategies import REGISTRY

MOST_AGENTS, MOST_MONTHS = 60, 12
BUILT_IN = tuple(sorted(name for name, rule in REGISTRY.items()
                        if rule.__module__.startswith("platformsim.")))  # fmt: skip


def values(parameter: Parameter) -> st.SearchStrategy[Any]:
    """Draw an allowed value: anywhere in the range, and often at its ends."""
    if parameter.choices:
        return st.sampled_from(parameter.choices)
    if parameter.kind is bool:
        return st.booleans()
    if parameter.kind is int:
        return st.integers(parameter.low, parameter.high)
    if parameter.kind is float:
        low, high = float(parameter.low), float(parameter.high)
        anywhere = st.floats(low, high)
        if low <= 0.0:
            # Nobody means 1e-300 by a small number, and utils divided by it overflow.
            anywhere = anywhere.map(lambda drawn: drawn if abs(drawn) > 1e-9 else 0.0)
        return anywhere | st.sampled_from([low, high]) | anywhere.filter(low.__lt__)
    raise TypeError(f"no values for {parameter.name} of kind {parameter.kind}")


def fill(draw: Any, cls: type, skip: tuple[str, ...] = ()) -> dict[str, Any]:
    """Draw some of a table's plain parameters; the others keep their defaults."""
    drawn = {}
    for name, parameter in parameters_of(cls).items():
        plain = parameter.kind in (int, float, bool) or parameter.choices
        if name not in skip and plain and draw(st.booleans()):
            drawn[name] = draw(values(parameter))
    return drawn


def graphs(draw: Any, count: int) -> dict[str, Any]:
    """Draw a graph that fits the side: an even degree below its count, blocks with room."""
    if count < 13 or draw(st.booleans()):
        return {}
    kind = draw(st.sampled_from(entities.GRAPH_KINDS))
    degree = 2 * draw(st.integers(1, 5))
    table = {"kind": kind, "degree": degree, "rewiring": draw(st.floats(0, 1))}
    if kind == "block":
        # Half the count on the own side of two blocks leaves room for a degree up to a quarter.
        table |= {"blocks": 2, "degree": 2, "mix_across": draw(st.floats(0, 1))}
    return table


@st.composite
def scenarios(
    draw: Any,
    outside: bool | None = None,
    platforms: tuple[int, int] = (1, 4),
    resolutions: tuple[str, ...] = ("agents",),
) -> dict[str, Any]:
    """Draw a valid scenario as a dict.

    Parameters
    ----------
    outside : bool, optional
        Whether the sides have an outside option; unset: either.
    platforms : (int, int)
        Fewest and most platforms.
    resolutions : tuple of str
        Those to draw from.
    """
    resolution = draw(st.sampled_from(resolutions))
    months = draw(st.integers(1, MOST_MONTHS))
    names = [f"p{place}" for place in range(draw(st.integers(*platforms)))]
    labs = [f"lab{place}" for place in range(draw(st.integers(0, 3)))]
    models = [f"model{place}" for place in range(draw(st.integers(0, 3)))]
    traits = ["style", "depth"][: draw(st.integers(0, 2))]
    sides = {
        side: _side(draw, side, len(names), traits, outside, resolution)
        for side in draw(st.sets(st.sampled_from(list(SIDE_KINDS)), min_size=1))
    }
    # Three in four of each, for the mechanisms matter most to each other.
    rules = _together({cls.name for cls in mechanisms.ORDER if draw(st.integers(0, 3))}, sides)
    table = {
        "run": {
            "months": months,
            "burn_in": draw(st.integers(0, months - 1)),
            "resolution": resolution,
            "type_nodes": draw(st.integers(1, 4)),
        },
        "market": fill(draw, entities.MarketRules),
        "sides": sides,
        "releasers": [_releaser(draw, name) for name in labs],
        "technologies": [_technology(draw, name, labs, rules) for name in models],
        "platforms": _platforms(draw, names, labs, models, sides, traits, months),
        "mechanisms": {name: _mechanism(draw, name, sides, names) for name in sorted(rules)},
    }
    table["events"] = _events(draw, table, months)
    return table


def _side(
    draw: Any,
    side: str,
    platforms: int,
    traits: list[str],
    outside: bool | None,
    resolution: str,
) -> dict[str, Any]:
    count = draw(st.integers(1, MOST_AGENTS))
    table = fill(draw, SIDE_KINDS[side], ("count", "max_homes", "outside_option"))
    table |= {"count": count, "max_homes": draw(st.integers(1, min(platforms, 4)))}
    table["outside_option"] = draw(st.booleans()) if outside is None else outside
    table["tastes"] = {
        trait: fill(draw, entities.Taste)
        for trait in traits
        if draw(st.booleans())
    }  # fmt: skip
    if resolution != "agents":
        table.pop("updating", None)
    elif graph := graphs(draw, count):
        table["graph"] = graph
    return table


def _releaser(draw: Any, name: str) -> dict[str, Any]:
    patron = draw(st.sampled_from(["cloud", ""]))
    strategy = draw(st.sampled_from(BUILT_IN))
    return {**fill(draw, entities.Releaser), "name": name, "patron": patron, "strategy": strategy}


def _technology(draw: Any, name: str, labs: list[str], rules: set[str]) -> dict[str, Any]:
    table = fill(draw, entities.Technology)
    if table.get("release_mode") == "open_then_close" and "reversion" not in rules:
        del table["release_mode"]
    return {**table, "name": name, "owner": draw(st.sampled_from([*labs, ""]))}


def _platforms(
    draw: Any,
    names: list[str],
    labs: list[str],
    models: list[str],
    sides: dict[str, Any],
    traits: list[str],
    months: int,
) -> list[dict[str, Any]]:
    declared = parameters_of(entities.Platform)
    slots = draw(st.lists(st.integers(1, 255), min_size=4, max_size=4, unique=True))
    with_slots, rows = draw(st.booleans()), []
    for place, name in enumerate(names):
        row = fill(draw, entities.Platform, ("launch_month", "slot"))
        row |= {
            "name": name,
            "owner": draw(st.sampled_from([*labs, ""])),
            "technology": draw(st.sampled_from([*models, ""])),
            "fees": {
                side: draw(values(declared["fees"].entry))
                for side in sides
                if draw(st.booleans())
            },
            "characteristics": {
                trait: draw(values(declared["characteristics"].entry)) for trait in traits
            },
        }  # fmt: skip
        if place and draw(st.booleans()):
            row["launch_month"] = draw(st.integers(0, months - 1))
        if with_slots:
            row["slot"] = slots[place]
        rows.append(row)
    # The first platform is there from the start and takes whom the others leave.
    early = [row for row in rows[1:] if not row.get("launch_month")]
    if early and draw(st.booleans()):
        for row in early:
            row["initial"] = {side: draw(st.floats(0, 1 / len(early))) for side in sides}
    return rows


def _together(rules: set[str], sides: dict[str, Any]) -> set[str]:
    """Leave out what has nothing to build on."""
    graph = sides.get("users", {}).get("graph", {})
    kept = rules if graph.get("kind") == "block" else rules - {"local_clusters"}
    while lacking := {n for n in kept if not {*mechanisms.REGISTRY[n].builds_on} <= kept}:
        kept = kept - lacking
    return kept


# Others build on these, so they stay switched on.
_BASES = {"reversion", *(base for cls in mechanisms.ORDER for base in cls.builds_on)}


def _mechanism(draw: Any, name: str, sides: dict[str, Any], platforms: list[str]) -> dict[str, Any]:
    cls = mechanisms.REGISTRY[name]
    table = fill(draw, cls, ("enabled",) if name in _BASES else ())
    if name == "direct_network":
        chosen = draw(st.sets(st.sampled_from(sorted(sides)), min_size=1))
        table["sides"] = sorted(chosen)
        kinds = {sides[side].get("graph", {}).get("kind", "complete") for side in chosen}
        if table.get("law") == "local" and "complete" in kinds:
            del table["law"]
    if name == "cross_network":
        table["subsidy_platform"] = draw(st.sampled_from(["", *platforms]))
    return table


def changeable(table: dict[str, Any]) -> dict[str, Parameter]:
    """Return what may change while a scenario runs, and can be drawn freely, by dotted key."""
    found = {}
    for key, parameter in known(table).items():
        kind, name, *_ = key.split(".")
        if kind == "mechanisms" and name not in table["mechanisms"]:
            continue
        if ".fees." in key:
            parameter = dataclasses.replace(parameter, kind=float)
        # A law may ask for a graph, and a release mode or another rule for a rule.
        switch = tuple(f"{base}.enabled" for base in _BASES)
        fixed = parameter.structural or key.endswith((".law", *switch))
        if not fixed and (parameter.kind in (int, float, bool) or parameter.choices):
            found[key] = parameter
    return found


def change_to(draw: Any, table: dict[str, Any], parameter: Parameter) -> Any:
    value = draw(values(parameter))
    without_rule = value == "open_then_close" and "reversion" not in table["mechanisms"]
    return "open_weights" if without_rule else value


def _events(draw: Any, table: dict[str, Any], months: int) -> list[dict[str, Any]]:
    targets = changeable(table)
    if not draw(st.booleans()):
        return []
    rows = []
    for key in draw(st.sets(st.sampled_from(sorted(targets)), max_size=4)):
        change = change_to(draw, table, targets[key])
        row = {"month": draw(st.integers(1, months)), "target": key, "change": change}
        if draw(st.booleans()):
            row["duration"] = draw(st.integers(1, months))
        rows.append(row)
    return rows


@st.composite
def variants(draw: Any) -> dict[str, Any]:
    """Draw a shipped scenario, smaller, in one of its arms, with some settings changed."""
    scenario = load(draw(st.sampled_from(sorted(shipped()))))
    arm = scenario.with_arm(draw(st.sampled_from(sorted(scenario.arms))))
    months = draw(st.integers(2, MOST_MONTHS))
    small = {"run.months": months, "run.burn_in": 0}
    small |= {
        f"sides.{name}.count": draw(st.integers(1, MOST_AGENTS))
        for name, side in scenario.sides.items()
        if side.graph.kind == "complete"  # a graph needs as many as its degree and blocks ask for
    }
    table = {key: part for key, part in arm.table.items() if key not in ("arms", "predictions")}
    table.setdefault("mechanisms", {})
    targets = changeable(table)
    chosen = draw(st.sets(st.sampled_from(sorted(targets)), max_size=10))
    small |= {key: change_to(draw, table, targets[key]) for key in sorted(chosen)}
    late = {f"platforms.{row['name']}.launch_month": 1 for row in table.get("platforms", [])
            if row.get("launch_month")}  # fmt: skip
    table, problems = change(table, small | late)
    assert not problems
    table["events"] = _events(draw, table, months)
    return table
