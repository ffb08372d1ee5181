"""Small markets for validation, run by the package's own engine.

A :class:`Stage` is a market with nothing in it but what a result of theory speaks of: sides,
alike platforms, a few mechanisms. It can be set at any shares and replicated at will.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from platformsim import mechanisms as registry
from platformsim.market.graphs import Contacts, Graph
from platformsim.market.market import Market
from platformsim.market.streams import Streams
from platformsim.mechanisms import Mechanism
from platformsim.scenario import Scenario, load

_NAMES = "abcdefgh"


@dataclass(frozen=True)
class Stage:
    """A market to be replicated.

    Attributes
    ----------
    spec : Scenario
    mechanisms : tuple of Mechanism
        Given as they are: their parameters may leave the range that scenario files allow.
    quality : (P,) float
        Utils.
    fees : dict of str to (P,) float
        By side, in utils.
    """

    spec: Scenario
    mechanisms: tuple[Mechanism, ...] = ()
    quality: Sequence[float] = ()
    fees: dict[str, Sequence[float]] = field(default_factory=dict)

    def at(self, resolution: str) -> Stage:
        """Return the same market at another resolution."""
        run = replace(self.spec.run, resolution=resolution)
        return replace(self, spec=replace(self.spec, run=run))

    def with_mechanisms(self, *mechanisms: Mechanism) -> Stage:
        """Return the same market under other mechanisms."""
        return replace(self, mechanisms=mechanisms)

    def with_quality(self, *quality: float) -> Stage:
        """Return the same market with other qualities."""
        return replace(self, quality=quality)

    def market(self, replicate: int = 0) -> Market:
        """Return the market at month 0, for one replicate."""
        streams = Streams(self.spec.run.seed, replicate)
        acting = [copy.copy(mechanism) for mechanism in self.mechanisms]
        market = Market(self.spec, acting, registry.declared(acting), streams)
        market.platforms["quality"] = self.quality
        for side, fees in self.fees.items():
            market.platforms[f"fee_{side}"] = fees
        return market


def stage(
    sides: dict[str, dict[str, Any]],
    platforms: int = 2,
    *,
    seed: int,
    start: dict[str, Sequence[float]] | None = None,
    mechanisms: Iterable[Mechanism] = (),
    quality: Sequence[float] | None = None,
    fees: dict[str, Sequence[float]] | None = None,
    characteristics: dict[str, Sequence[float]] | None = None,
    resolution: str = "agents",
    nodes: int = 201,
) -> Stage:
    """Set up a market of one unit of choice noise, full revision and no switching cost.

    Parameters
    ----------
    sides : dict of str to dict
        Settings by side, over those defaults.
    platforms : int
    seed : int
    start : dict of str to (P,) float, optional
        Shares at month 0 by side; unset: equal parts. What they leave begins outside.
    mechanisms : iterable of Mechanism
    quality : (P,) float, optional
    fees : dict of str to (P,) float, optional
    characteristics : dict of str to (P,) float, optional
        What tastes apply to.
    resolution : str
    nodes : int
        Types that a taste becomes at ``cohorts`` and ``mean_field``.
    """
    plain = {"revise_rate": 1.0, "switch_cost": 0.0, "choice_noise": 1.0}
    table = {
        "run": {"months": 1200, "burn_in": 0, "seed": seed, "resolution": resolution,
                "type_nodes": nodes},
        "sides": {name: plain | rules for name, rules in sides.items()},
        "platforms": [
            {
                "name": name,
                "initial": {side: float(shares[row]) for side, shares in (start or {}).items()},
                "characteristics": {k: float(v[row]) for k, v in (characteristics or {}).items()},
            }
            for row, name in enumerate(_NAMES[:platforms])
        ],
    }  # fmt: skip
    return Stage(load(table), tuple(mechanisms), quality or [0.0] * platforms, fees or {})


def month(market: Market, count: int = 1) -> Market:
    """Let a market choose for some months, without payments or anything else."""
    for _ in range(count):
        market.open_month()
        market.choose()
    return market


def users(market: Market) -> np.ndarray:
    """Return the users' shares of the platforms, (P,)."""
    return market.share["users"]


def paths(
    built: Stage,
    replicates: Iterable[int],
    months: Iterable[int],
    read: Callable[[Market], Any] = users,
) -> np.ndarray:
    """Run replicates and read something after some months, (R, len(months), ...)."""
    stops, found = list(months), []
    for replicate in replicates:
        market, seen = built.market(replicate), []
        for stop in stops:
            month(market, stop - market.month)
            seen.append(read(market))
        found.append(seen)
    return np.array(found)


def averages(
    built: Stage,
    replicates: Iterable[int],
    burn_in: int,
    months: int,
    read: Callable[[Market], Any] = users,
) -> np.ndarray:
    """Run replicates and average something over months after a burn-in, (R, ...)."""
    found = []
    for replicate in replicates:
        market = month(built.market(replicate), burn_in)
        found.append(np.mean([read(month(market)) for _ in range(months)], axis=0))
    return np.array(found)


def at_rest(market: Market, most: int = 2000) -> Market:
    """Let a market choose until a month changes nothing on any side.

    Raises
    ------
    RuntimeError
        When it does not come to rest.
    """
    for _ in range(most):
        month(market)
        if not any(each.switches for each in market.sides.values()):
            return market
    raise RuntimeError(f"the market is not at rest after {most} months")


def replays(
    market: Market,
    count: int,
    months: int,
    start: dict[str, np.ndarray],
    read: Callable[[Market], Any] = users,
) -> np.ndarray:
    """Start one market of individuals anew again and again, (count, ...).

    Draws are addressed by month, so that each replay has its own; a small market is built more
    slowly than it runs.

    Parameters
    ----------
    market : Market
    count, months : int
        Replays, and months of each.
    start : dict of str to (n,) int
        Alternatives of each side's agents at the beginning.
    read : callable
    """
    found = []
    for _ in range(count):
        for name, choice in start.items():
            side = market.sides[name]
            side.choice[:] = choice
            side.recount()
        market.observe()
        found.append(read(month(market, months)))
    return np.array(found)


def sweeps_a_month(market: Market, sweeps: float, side: str = "users") -> Market:
    """Let a month hold any number of sweeps of agents who choose in turn."""
    each = market.sides[side]
    each.rules = replace(each.rules, revise_rate=sweeps)
    return market


def cliques(market: Market, size: int, count_self: bool, side: str = "users") -> Market:
    """Cut a side into many small markets of their own: everybody in contact with its clique.

    Under the local network law each clique is then a market of ``size`` agents; that they take
    turns at random over all cliques leaves expected times, in sweeps, as they are.
    """
    each = market.sides[side]
    first = np.arange(each.n) // size * size
    contacts = first[:, None] + np.arange(size)
    if not count_self:
        contacts = contacts[contacts != np.arange(each.n)[:, None]].reshape(each.n, size - 1)
    degree = contacts.shape[1]
    indptr = np.arange(each.n + 1, dtype=np.int64) * degree
    graph = Graph(indptr, contacts.ravel().astype(np.int32))
    each.contacts = Contacts(graph, each.alternatives.member[each.choice])
    return market


def image(built: Stage, shares: dict[str, Sequence[float]]) -> np.ndarray:
    """Return where a month of the mean field takes some shares, all sides side by side.

    Where everybody is on one platform, only the proportions of the shares count.
    """
    rules = built.spec.sides
    whole = {
        side for side in shares if not rules[side].outside_option and rules[side].max_homes == 1
    }
    shares = {
        side: np.asarray(values, float) / (np.sum(values) if side in whole else 1.0)
        for side, values in shares.items()
    }
    platforms = [
        replace(entry, initial={side: float(values[row]) for side, values in shares.items()})
        for row, entry in enumerate(built.spec.platforms)
    ]
    spec = replace(built.spec, platforms=tuple(platforms))
    market = month(replace(built, spec=spec).at("mean_field").market())
    return np.concatenate([market.share[side] for side in shares])


def eigenvalue(built: Stage, shares: dict[str, Sequence[float]], step: float = 1e-6) -> float:
    """Return the largest eigenvalue, in size, of the mean field's derivative at some shares."""
    names, at = list(shares), np.concatenate([np.asarray(v, float) for v in shares.values()])
    cuts = np.cumsum([len(v) for v in shares.values()])[:-1]
    columns = []
    for row in range(len(at)):
        ends = []
        for sign in (1.0, -1.0):
            moved = at.copy()
            moved[row] += sign * step
            ends.append(image(built, dict(zip(names, np.split(moved, cuts), strict=True))))
        columns.append((ends[0] - ends[1]) / (2.0 * step))
    values = np.linalg.eigvals(np.array(columns).T)
    return float(values[np.argmax(np.abs(values))].real)
