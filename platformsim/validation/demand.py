"""Demand at rest and the prices that are best replies to it, on one and the same population."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement, product
from typing import Any

import numpy as np

from platformsim.market.market import Market
from platformsim.validation.markets import month

# Types that a uniform taste becomes: as many as the package allows; fewer where shares stay away
# from 0 and 1; and hardly any for long searches.
TYPES, FEW_TYPES, LEAST_TYPES = 1001, 301, 151
_STILL, _MOST = 1e-12, 2000


def uniform(low: float, high: float) -> dict[str, Any]:
    """Return the settings of a taste that is spread evenly from low to high."""
    return {"law": "uniform", "mean": (low + high) / 2.0, "sd": (high - low) / np.sqrt(12.0)}


def smoothing(types: int) -> float:
    """Return the choice noise, as a share of the spread of a uniform taste, for so many types.

    With best reply the types of a mean field make a staircase of demand. Noise of epsilon times
    the spread makes it a straight line again: off by exp(-2 pi^2 epsilon types), and at a share s
    by exp(-s / epsilon) + exp(-(1 - s) / epsilon). No types: individuals, who need none.
    """
    return 1.5 / types if types else 0.0


def settle(
    market: Market, advance: Callable[[Market], Any] = month, still: float = _STILL
) -> dict[str, np.ndarray]:
    """Let a market of best replies come to rest, and return the shares by side.

    Two sides that answer each other's last month are two histories, interleaved. In a sampled
    population they may end an agent apart and alternate for ever; that counts as rest as well.

    Raises
    ------
    RuntimeError
        When it does not come to rest.
    """
    past = [_known(market)]
    for _ in range(_MOST):
        advance(market)
        past = [*past[-2:], _known(market)]
        if any(np.abs(past[-1] - before).max() <= still for before in past[:-1]):
            return market.share
    raise RuntimeError(f"the market is not at rest after {_MOST} months")


def _known(market: Market) -> np.ndarray:
    return np.concatenate(list(market.share.values()))


def response(market: Market, shares: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the shares a month after everybody knows of some, where all choose every month."""
    market.share = dict(shares)
    return month(market).share


def feedback(market: Market, step: float = 1e-6) -> float:
    """Return the size of the largest eigenvalue of :func:`response` at a mean field's shares."""
    names = list(market.share)
    cuts = np.cumsum([len(market.share[name]) for name in names])[:-1]
    here, columns = _known(market), []
    for row in range(len(here)):
        ends = []
        for sign in (1.0, -1.0):
            moved = here.copy()
            moved[row] += sign * step
            response(market, dict(zip(names, np.split(moved, cuts), strict=True)))
            ends.append(_known(market))
        columns.append((ends[0] - ends[1]) / (2.0 * step))
    market.share = dict(zip(names, np.split(here, cuts), strict=True))
    return float(np.abs(np.linalg.eigvals(np.array(columns).T)).max())


@dataclass(frozen=True)
class Peak:
    """The best of some prices.

    Attributes
    ----------
    prices : (d,) float
    profit : float
        At these prices.
    curvature : (d, d) float
        Second derivatives of profit.
    """

    prices: np.ndarray
    profit: float
    curvature: np.ndarray


def best_prices(
    centre: Sequence[float],
    reach: float | Sequence[float],
    profit: Callable[[np.ndarray], float],
    levels: int = 3,
) -> Peak:
    """Find the prices that earn most: the top of a quadratic through a grid of deviations.

    Where demand is a line profit is a quadratic, and the fit averages over the whole grid what a
    search for the best point would take from the luck of a single one.

    Parameters
    ----------
    centre : (d,) float
    reach : float or (d,) float
        Largest deviation.
    profit : callable
        From (d,) prices; called along a path of small changes.
    levels : int
        Values of each price.

    Returns
    -------
    Peak
        Of nan where the quadratic has no top.
    """
    centre = np.asarray(centre, float)
    rungs = np.linspace(-1.0, 1.0, levels)
    points = np.array(_snake(list(product(rungs, repeat=len(centre))), levels))
    found = np.array([profit(centre + reach * point) for point in points])
    pairs = list(combinations_with_replacement(range(len(centre)), 2))
    squares = [points[:, i] * points[:, j] for i, j in pairs]
    terms = np.column_stack([np.ones(len(points)), points, *squares])
    fit = np.linalg.lstsq(terms, found, rcond=None)[0]
    slope, curvature = fit[1 : len(centre) + 1], np.zeros((len(centre), len(centre)))
    for (i, j), value in zip(pairs, fit[len(centre) + 1 :], strict=True):
        curvature[i, j] += value
        curvature[j, i] += value
    scale = np.broadcast_to(reach, centre.shape)
    if np.linalg.eigvalsh(curvature).max() >= 0.0:
        return Peak(np.full(len(centre), np.nan), np.nan, curvature / np.outer(scale, scale))
    top = -np.linalg.solve(curvature, slope)
    return Peak(
        centre + scale * top, float(fit[0] + slope @ top / 2.0), curvature / np.outer(scale, scale)
    )


def _snake(points: list[tuple[float, ...]], levels: int) -> list[tuple[float, ...]]:
    """Turn every second row of a grid of two, so that neighbours in order are neighbours."""
    rows = [points[start : start + levels] for start in range(0, len(points), levels)]
    return [point for at, row in enumerate(rows) for point in (row[::-1] if at % 2 else row)]
