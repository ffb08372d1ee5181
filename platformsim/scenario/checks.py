"""Combinations that no single parameter's range can rule out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from platformsim import strategies
from platformsim.errors import Problem, ScenarioError, nearest, one_of
from platformsim.market.setup import initial_shares
from platformsim.mechanisms.local_clusters import MOST_REGIONS

_MOST_INDIVIDUALS = 50_000_000
# Parameters of mechanisms that name a row of the scenario.
_NAMING = {
    "cross_network.subsidy_platform": "platforms",
    "web3_ai.platform": "platforms",
    "layers.base": "technologies",
}


def check(spec: Any) -> list[Problem]:
    """Return what is impossible about a scenario whose tables are each valid."""
    found: list[Problem] = []
    for rule in (
        _names,
        _references,
        _run,
        _resolution,
        _sides,
        _initial,
        _mechanisms,
        _predictions,
    ):
        found += rule(spec)
    for row in spec.releasers:
        try:
            strategies.named(row.strategy, f"releasers.{row.name}.strategy")
        except ScenarioError as error:
            found += error.problems
    return found


def _names(spec: Any) -> Iterator[Problem]:
    if not spec.platforms:
        yield Problem("platforms", [], "must name at least one platform")
    if not spec.sides:
        yield Problem("sides", {}, "must name at least one side")
    for kind in ("technologies", "platforms", "releasers"):
        seen: set[str] = set()
        for row in getattr(spec, kind):
            if not row.name or "." in row.name:
                yield Problem(f"{kind}.name", row.name, "must be a name without a dot")
            if row.name in seen:
                yield Problem(f"{kind}.{row.name}", row.name, "stands twice; names must differ")
            seen.add(row.name)
    reserved = {"users", "creators", "businesses", "builders", "customers", "suppliers"}
    accounts = [("platforms.name", row.name) for row in spec.platforms]
    for row in spec.releasers:
        accounts += [("releasers.name", row.name), (f"releasers.{row.name}.patron", row.patron)]
    for key, name in accounts:
        if name in reserved:
            yield Problem(key, name, "is the name of an account; choose another")
    labs = {row.name for row in spec.releasers}
    for row in spec.releasers:
        if row.patron == row.name:
            yield Problem(f"releasers.{row.name}.patron", row.patron, "cannot be its own patron")
    for row in spec.platforms:
        if not row.owner and row.name in labs:
            allowed = "is a releaser's name too, and so its account; choose another or set owner"
            yield Problem(f"platforms.{row.name}.name", row.name, allowed)
    slots = [row.slot for row in spec.platforms]
    places = [slot or place for place, slot in enumerate(slots, 1)]
    if len(set(places)) < len(places):
        yield Problem("platforms.slot", slots, "each platform needs a slot of its own")


def _references(spec: Any) -> Iterator[Problem]:
    labs = [row.name for row in spec.releasers]
    models = [row.name for row in spec.technologies]
    links = [(f"technologies.{row.name}.owner", row.owner, labs) for row in spec.technologies]
    for row in spec.platforms:
        links.append((f"platforms.{row.name}.owner", row.owner, labs))
        links.append((f"platforms.{row.name}.technology", row.technology, models))
        for entry in ("fees", "initial"):
            key = f"platforms.{row.name}.{entry}"
            links += [(key, side, list(spec.sides)) for side in getattr(row, entry)]
    for key, name, allowed in links:
        if name and name not in allowed:
            yield Problem(key, name, one_of(allowed), nearest=nearest(name, allowed))


def _run(spec: Any) -> Iterator[Problem]:
    if spec.run.burn_in >= spec.run.months:
        allowed = f"must be less than run.months ({spec.run.months})"
        yield Problem("run.burn_in", spec.run.burn_in, allowed)
    for row in spec.platforms:
        if row.launch_month >= spec.run.months:
            allowed = f"must be before the last month ({spec.run.months})"
            yield Problem(f"platforms.{row.name}.launch_month", row.launch_month, allowed)


def _resolution(spec: Any) -> Iterator[Problem]:
    chosen = spec.run.resolution
    for name, side in spec.sides.items():
        if chosen == "agents":
            if side.count > _MOST_INDIVIDUALS:
                allowed = f"must be at most {_MOST_INDIVIDUALS:,} where run.resolution is agents"
                yield Problem(f"sides.{name}.count", side.count, allowed)
        elif side.graph.kind != "complete":
            allowed = f"must be complete where run.resolution is {chosen}"
            yield Problem(f"sides.{name}.graph.kind", side.graph.kind, allowed)
        elif side.updating == "sequential":
            allowed = f"must be synchronous where run.resolution is {chosen}"
            yield Problem(f"sides.{name}.updating", side.updating, allowed)
    for mechanism in spec.mechanisms:
        if mechanism.enabled and mechanism.needs_individuals and chosen != "agents":
            allowed = f"needs individuals; run.resolution is {chosen}"
            yield Problem(f"mechanisms.{mechanism.name}", mechanism.name, allowed)


def _sides(spec: Any) -> Iterator[Problem]:
    traits = {trait for row in spec.platforms for trait in row.characteristics}
    for name, side in spec.sides.items():
        if side.max_homes > len(spec.platforms) > 0:
            allowed = f"must be at most the number of platforms ({len(spec.platforms)})"
            yield Problem(f"sides.{name}.max_homes", side.max_homes, allowed)
        for taste in side.tastes:
            if taste not in traits:
                key = f"sides.{name}.tastes.{taste}"
                allowed = "no platform has this characteristic; " + one_of(traits)
                yield Problem(key, taste, allowed, nearest=nearest(taste, traits))
        yield from _graph(name, side)


def _graph(name: str, side: Any) -> Iterator[Problem]:
    graph, key = side.graph, f"sides.{name}.graph"
    if graph.kind == "complete":
        return
    if graph.degree % 2 or graph.degree >= side.count:
        allowed = f"must be even and less than the side's count ({side.count})"
        yield Problem(f"{key}.degree", graph.degree, allowed)
    if graph.kind == "block":
        # Blocks differ by one agent at most; a pair can be linked once only.
        size, larger = divmod(side.count, graph.blocks)
        within = size * (graph.blocks * (size - 1) + 2 * larger) / 2
        across = side.count * (side.count - 1) / 2 - within
        contacts = side.count * graph.degree / 2
        if graph.blocks < 2 or contacts * (1 - graph.mix_across) > within:
            allowed = "must be at least 2, with blocks larger than the mean degree"
            yield Problem(f"{key}.blocks", graph.blocks, allowed)
        elif contacts * graph.mix_across > across:
            allowed = "leaves too few pairs across blocks for the mean degree; lower one of the two"
            yield Problem(f"{key}.mix_across", graph.mix_across, allowed)


def _initial(spec: Any) -> Iterator[Problem]:
    for name, side in spec.sides.items() if spec.platforms else ():
        shares = initial_shares(spec, name)
        key = f"platforms.*.initial.{name}"
        if shares.sum() > 1 + 1e-9:
            yield Problem(key, float(shares.sum()), "shares at month 0 must add up to at most 1")
        elif shares.sum() < 1 - 1e-9 and not side.outside_option:
            allowed = f"must add up to 1, for sides.{name}.outside_option is false"
            yield Problem(key, float(shares.sum()), allowed)
        late = [row.name for row in spec.platforms if row.launch_month and row.initial.get(name)]
        if late:
            yield Problem(key, late, "must be 0 on platforms that open later")


def _mechanisms(spec: Any) -> Iterator[Problem]:
    active = {mechanism.name: mechanism for mechanism in spec.mechanisms if mechanism.enabled}
    for name, mechanism in active.items():
        for other in mechanism.builds_on:
            if other not in active:
                yield Problem(f"mechanisms.{name}", name, f"needs [mechanisms.{other}]")
    direct = active.get("direct_network")
    for side in direct.sides if direct else ():
        key = "mechanisms.direct_network"
        if side not in spec.sides:
            yield Problem(
                f"{key}.sides", side, one_of(spec.sides), nearest=nearest(side, spec.sides)
            )
        elif direct.law == "local" and spec.sides[side].graph.kind == "complete":
            yield Problem(
                f"{key}.law", "local", f"needs a graph of contacts; set sides.{side}.graph.kind"
            )
    users = spec.sides.get("users")
    if "local_clusters" in active and users:
        graph, key = users.graph, "sides.users.graph"
        if graph.kind != "block":
            yield Problem(f"{key}.kind", graph.kind, "must be block for local_clusters' regions")
        elif graph.blocks > MOST_REGIONS:
            allowed = f"must be at most {MOST_REGIONS}, the regions of local_clusters"
            yield Problem(f"{key}.blocks", graph.blocks, allowed)
    if "reversion" not in active:
        for row in spec.technologies:
            if row.release_mode == "open_then_close":
                yield Problem(
                    f"technologies.{row.name}.release_mode",
                    row.release_mode,
                    "needs [mechanisms.reversion], which says when it closes",
                )
    for key, kind in _NAMING.items():
        name, parameter = key.split(".")
        named = getattr(active.get(name), parameter, "")
        names = [row.name for row in getattr(spec, kind)]
        if named and named not in names:
            hint = nearest(named, names)
            yield Problem(f"mechanisms.{key}", named, one_of(names), nearest=hint)


def _predictions(spec: Any) -> Iterator[Problem]:
    for place, row in enumerate(spec.predictions):
        for part in ("arm", "base"):
            name = getattr(row, part)
            if name not in spec.arms:
                key = f"predictions.{place}.{part}"
                yield Problem(key, name, one_of(spec.arms), nearest=nearest(name, spec.arms))
