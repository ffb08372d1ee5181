"""A network good in the package's market: what size comes of what is expected."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
from scipy.optimize import brentq

from platformsim.market.market import Market
from platformsim.theory import network_goods as theory
from platformsim.validation.demand import TYPES, smoothing, uniform
from platformsim.validation.markets import Stage, month, stage
from platformsim.validation.rows import Measured, computed, mean_of, sd_of
from platformsim.validation.section import Check, Draws
from platformsim.validation.sections.network_good.cournot import outputs

_KICK = 0.03


def good(price: float, people: int, seed: int, noise: float = 0.0) -> Stage:
    """Return a good that consumer i has or not, worth theta_i times what its network offers.

    Its one characteristic, k + delta times the size that is expected, is rewritten every month:
    see :func:`realised`. theta is spread evenly over [0, 1].
    """
    rules = {"count": people, "choice_noise": noise, "outside_option": True,
             "tastes": {"worth": uniform(0.0, 1.0)}}  # fmt: skip
    return stage(
        {"users": rules}, 1, seed=seed, start={"users": (0.0,)}, fees={"users": (price,)},
        characteristics={"worth": (1.0,)}, nodes=TYPES,
    )  # fmt: skip


def realised(market: Market, expected: float, alone: float, network: float) -> float:
    """Return the size of the network when everybody expects a size."""
    market.sides["users"].characteristics[0, 0] = alone + network * expected
    return float(month(market).share["users"][0])


def fulfilled(market: Market, expected: float, alone: float, network: float) -> float:
    """Return the size at which expectations come true, each the last month's size."""
    for _ in range(2000):
        size = realised(market, expected, alone, network)
        if abs(size - expected) <= 1e-12:
            return size
        expected = size
    raise RuntimeError("expectations do not come true after 2000 months")


def critical_mass(market: Market, alone: float, network: float) -> float:
    """Return the expected size, to half an agent, from which on this population's network grows."""
    people = market.sides["users"].n
    low, high = 0, round(people * fulfilled(market, 1.0, alone, network))
    while high - low > 1:
        middle = (low + high) // 2
        grows = realised(market, middle / people, alone, network) * people >= middle
        low, high = (low, middle) if grows else (middle, high)
    return (low + high) / (2.0 * people)


def _sizes(market: Market, alone: float, network: float, kick: float) -> tuple[float, float]:
    """Return the critical mass and what comes of a size well above it.

    nan where something well below it does not die out: then it is no critical mass.
    """
    critical = critical_mass(market, alone, network)
    left = fulfilled(market, max(critical - kick, 0.0), alone, network)
    grown = fulfilled(market, min(critical + kick, 1.0), alone, network)
    return (critical if left == 0.0 else np.nan), grown


def _populations(
    p: SimpleNamespace, draws: Draws, price: float, alone: float, network: float, full: int
) -> np.ndarray | None:
    """Return critical mass and stable size of populations with their own tastes, (R, 2).

    A good that sells by itself has no critical mass: then that is nan.
    """
    sizes = theory.network_sizes(price, alone, network)
    if np.isnan(sizes.stable):
        return None
    built, kick = good(price, p.N, draws.seed), max(_KICK, 10.0 / np.sqrt(p.N))
    markets = (built.market(replicate) for replicate in draws.replicates(full))
    if np.isnan(sizes.critical):
        return np.array([(np.nan, fulfilled(market, 1.0, alone, network)) for market in markets])
    return np.array([_sizes(market, alone, network, kick) for market in markets])


def _telephone(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    found = _populations(p, draws, p.p, 0.0, p.v, 40)
    if found is None:
        return {}
    return {
        "ng.n_minus": mean_of(found[:, 0]),
        "ng.n_plus": mean_of(found[:, 1]),
        "ng.sd_plus": sd_of(found[:, 1]),
    }


def _fax(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    found = _populations(p, draws, p.pe, p.k, p.delta, 24)
    return {} if found is None else {"eh.roots": mean_of(found)}


def _cohorts(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    sizes = theory.network_sizes(p.p, 0.0, p.v)
    if np.isnan(sizes).any():
        return {}
    market = good(p.p, p.N, draws.seed).at("cohorts").market()
    size = fulfilled(market, 1.0, 0.0, p.v)
    step = 1.0 / TYPES / (1.0 - theory.size_slope(sizes.stable, 0.0, p.v))
    return {"ng.n_plus@cohorts": computed(size, step)}


def _mean_field(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    top, found = _peak(p, draws, 0.0, p.v), {}
    found["ng.pmax"] = computed(top[1])
    if p.delta > p.k:
        smallest, dearest = _peak(p, draws, p.k, p.delta)
        found |= {"eh.n0": computed(smallest), "eh.pmax": computed(dearest)}
    for key, price, alone, network in (("ng", p.p, 0.0, p.v), ("eh", p.pe, p.k, p.delta)):
        spread = smoothing(TYPES) * (alone + network)
        market = good(price, p.N, draws.seed, spread).at("mean_field").market()

        def gap(size: float) -> float:
            return realised(market, size, alone, network) - size  # noqa: B023

        sizes = _crossings(gap)
        if len(sizes) != 2:
            continue
        if key == "eh":
            found["eh.roots@mean_field"] = computed(sizes)
            continue
        slope = (gap(sizes[1] + 1e-5) - gap(sizes[1] - 1e-5)) / 2e-5 + 1.0
        found |= {
            "ng.n_minus@mean_field": computed(sizes[0]),
            "ng.n_plus@mean_field": computed(sizes[1]),
            "ng.slope": computed(slope, 1e-5),
        }
    return found


def _crossings(gap: Callable[[float], float]) -> list[float]:
    """Return the positive sizes at which expectations come true."""
    grid = np.linspace(0.02, 0.98, 49)
    values = [gap(size) for size in grid]
    turns = np.flatnonzero(np.sign(values[1:]) != np.sign(values[:-1]))
    return [brentq(gap, grid[turn], grid[turn + 1], xtol=1e-12) for turn in turns]


def _peak(p: SimpleNamespace, draws: Draws, alone: float, network: float) -> tuple[float, float]:
    """Return the size that sustains the highest price, and that price."""
    spread = smoothing(TYPES) * (alone + network)
    market = good(0.0, p.N, draws.seed, spread).at("mean_field").market()

    def short(price: float, size: float) -> float:
        market.platforms["fee_users"] = [price]
        return realised(market, size, alone, network) - size

    sizes = np.linspace(0.1, 0.9, 17)
    prices = [brentq(short, 0.0, alone + network, (size,), xtol=1e-12) for size in sizes]
    at = int(np.clip(np.argmax(prices), 1, len(sizes) - 2))
    top = np.polynomial.Polynomial.fit(sizes[at - 1 : at + 2], prices[at - 1 : at + 2], 2)
    size = float(top.deriv().roots()[0])
    return size, float(top(size))


CHECKS = (
    Check("telephone", _telephone, cost=5.0),
    Check("fax", _fax, cost=3.0),
    Check("cohorts", _cohorts, resolution="cohorts", cost=0.3),
    Check("mean field", _mean_field, resolution="mean_field", cost=1.0),
    Check("cournot", outputs, engine="dedicated", resolution=None, cost=2.0),
)
