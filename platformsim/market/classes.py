"""Classes of counted agents: firms by size, creators by audience, each with a few modes.

What differs strongly between the members of a side, such as the size of firms, is held as a small
table of classes with whole numbers in them, so that a rule about it needs no single agents and
holds at every resolution.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np


def parts(total: float, weights: tuple[float, ...], fractions: bool) -> list[float]:
    """Share a number out among classes in proportion to weights that add up to 1.

    Parameters
    ----------
    total : float
    weights : tuple of float
    fractions : bool
        Exact parts; else whole numbers that add up to the whole total, the largest remainders
        rounded up (ties to the first class).

    Returns
    -------
    list of float
    """
    exact = [total * weight for weight in weights]
    if fractions:
        return exact
    found = [math.floor(part + 1e-9) for part in exact]
    missing = round(total) - sum(found)
    order = sorted(range(len(weights)), key=lambda place: found[place] - exact[place])
    for place in order[:missing]:
        found[place] += 1
    return [float(part) for part in found]


def logit(utils: list[float], noise: float) -> list[float]:
    """Return the logit shares of a few modes; minus infinity marks one that cannot be had.

    Parameters
    ----------
    utils : list of float
    noise : float
        Scale of the Gumbel noise; 0: all take the best, ties shared evenly.
    """
    best = max(utils)
    if noise <= 0:
        weights = [float(value == best) for value in utils]
    else:
        weights = [math.exp(max((value - best) / noise, -700.0)) for value in utils]
        weights = [w if v > -math.inf else 0.0 for w, v in zip(weights, utils, strict=True)]
    total = sum(weights)
    return [weight / total for weight in weights]


def resized(stock: list[float], total: float) -> list[float]:
    """Let a class grow or shrink to a total: newcomers enter the first mode, who leaves leaves it.

    Where the first mode has too few, the others give way in their order.
    """
    missing, found = total - sum(stock), list(stock)
    for mode, count in enumerate(stock):
        change = missing if mode == 0 else min(missing, 0.0)
        found[mode] = max(count + change, 0.0)
        missing -= found[mode] - count
    return found


def review(
    market: Any,
    names: tuple[str, str],
    stock: list[float],
    shares: list[float],
    rate: float,
    item: int,
) -> list[float]:
    """Let a share of a class choose its mode anew.

    Parameters
    ----------
    market : Market
    names : tuple of two str
        Streams of reconsidering and of choosing.
    stock : list of float
        Members by mode.
    shares : list of float
        Where those who reconsider go.
    rate : float, per month
    item : int
        Which class.

    Returns
    -------
    list of float
        Members by mode afterwards.
    """
    total = sum(stock)
    if total <= 0:
        return stock
    moved = market.flows.turnover(names, stock, rate, np.array(shares), item * 8).tolist()
    return [max(total - sum(moved), 0.0), *moved]
