"""From a resolved scenario to the state at month 0."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from platformsim.entities import SIDES
from platformsim.market.alternatives import alternatives
from platformsim.market.cohorts import Cohorts, MeanField
from platformsim.market.individuals import Individuals
from platformsim.market.ledger import BUILDERS, CUSTOMERS, SUPPLIERS
from platformsim.market.release import MODE
from platformsim.market.side import Side
from platformsim.market.streams import Streams
from platformsim.market.tables import Table


@dataclass
class Declared:
    """What the mechanisms of a market bring to it.

    Attributes
    ----------
    columns : dict of str to float
        Columns that they own, as ``"platforms.activity"``, with their neutral values.
    tables : dict of str to tuple of str
        Tables of their own, with the names of their rows.
    reasons, accounts : tuple of str
        What they add to the ledger.
    """

    columns: dict[str, float] = field(default_factory=dict)
    tables: dict[str, tuple[str, ...]] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()


_TECHNOLOGY = (
    "capability",
    "generation_gain",
    "delay_months",
    "licence_fee",
    "api_demand",
    "api_margin",
    "control_points",
)
_PLATFORM = ("quality", "ad_yield", "take_rate", "posting_hook", "launch_month", "age")


def tables(spec: Any) -> tuple[Table, Table, Table]:
    """Build the technology, platform and releaser tables at month 0."""
    technologies = Table("technologies", tuple(entry.name for entry in spec.technologies))
    for column in _TECHNOLOGY:
        technologies.add(column, [getattr(entry, column) for entry in spec.technologies])
    technologies.add("mode", [MODE[entry.release_mode] for entry in spec.technologies])
    caps = [np.inf if t.licence_cap is None else t.licence_cap for t in spec.technologies]
    technologies.add("licence_cap", caps)
    platforms = Table("platforms", tuple(entry.name for entry in spec.platforms))
    for column in _PLATFORM:
        platforms.add(column, [getattr(entry, column) for entry in spec.platforms])
    for side in SIDES:
        platforms.add(f"fee_{side}", [entry.fees.get(side, 0.0) for entry in spec.platforms])
    platforms.add("data_types", [entry.data_types or 0.0 for entry in spec.platforms])
    platforms.add("closed_down", 0.0)
    releasers = Table("releasers", tuple(entry.name for entry in spec.releasers))
    for column in ("cash", "rnd_scale"):
        releasers.add(column, [getattr(entry, column) for entry in spec.releasers])
    releasers.add("active", 1.0)
    for column in ("revenue", "cost", "profit", "patronage", "capital"):
        releasers.add(column, 0.0)
    return technologies, platforms, releasers


def positions(table: Table, names: list[str]) -> np.ndarray:
    """Return the row of each name, -1 for the empty name."""
    return np.array([table.index.get(name, -1) for name in names], np.int64)


def account_of_platform(spec: Any) -> tuple[str, ...]:
    """Return the account that a platform's income goes to: its owner's, else its own."""
    return tuple(entry.owner or entry.name for entry in spec.platforms)


def accounts(spec: Any, more: tuple[str, ...] = ()) -> tuple[str, ...]:
    """List the ledger's accounts, those that mechanisms bring among them."""
    names = [*SIDES, *(entry.name for entry in spec.releasers), *account_of_platform(spec)]
    names += [entry.patron for entry in spec.releasers if entry.patron]
    return tuple(dict.fromkeys([*names, BUILDERS, CUSTOMERS, SUPPLIERS, *more]))


def slots(spec: Any) -> tuple[int, ...]:
    """Return which random draws each platform meets."""
    return tuple(entry.slot or place for place, entry in enumerate(spec.platforms, 1))


def initial_shares(spec: Any, side: str) -> np.ndarray:
    """Return the shares of a side at month 0, (P,).

    Platforms that say nothing get equal parts of what the others leave, unless they open later.
    """
    stated = np.array([entry.initial.get(side, np.nan) for entry in spec.platforms])
    late = np.array([entry.launch_month > 0 for entry in spec.platforms])
    stated[late & np.isnan(stated)] = 0.0
    free = np.isnan(stated)
    rest = max(0.0, 1.0 - float(np.nansum(stated)))
    return np.where(free, rest / max(int(free.sum()), 1), stated)


def sides(spec: Any, streams: Streams) -> dict[str, Side]:
    """Build the sides in their standard order, with graphs where a side has one."""
    built = {}
    for name in SIDES:
        if name not in spec.sides:
            continue
        rules = spec.sides[name]
        choice = alternatives(slots(spec), rules.max_homes, rules.outside_option)
        traits = {
            taste: np.array([p.characteristics.get(taste, 0.0) for p in spec.platforms])
            for taste in rules.tastes
        }
        state = (name, rules, choice, initial_shares(spec, name), traits, streams)
        if spec.run.resolution != "agents":
            kind = Cohorts if spec.run.resolution == "cohorts" else MeanField
            built[name] = kind(*state, spec.run.type_nodes)
            continue
        built[name] = Individuals(*state)
        if rules.graph.kind != "complete":
            _connect(built[name], streams)
    return built


def _connect(side: Individuals, streams: Streams) -> None:
    from platformsim.market import graphs

    law = side.rules.graph
    seed = int(streams.one(f"{side.name}.graph", 0) * 2**32)
    graph = graphs.build(
        law.kind,
        side.n,
        seed,
        degree=law.degree,
        rewiring=law.rewiring,
        blocks=law.blocks,
        mix_across=law.mix_across,
    )
    side.contacts = graphs.Contacts(graph, side.alternatives.member[side.columns["choice"]])
