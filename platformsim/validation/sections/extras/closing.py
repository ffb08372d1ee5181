"""Grow while open, earn once closed: adoption and exit by hazards."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from platformsim.market.market import Market
from platformsim.theory import open_then_close as theory
from platformsim.validation.hazards import Hazards
from platformsim.validation.markets import month, stage
from platformsim.validation.rows import Measured, computed, mean_of
from platformsim.validation.section import Check, Draws

_PEOPLE = 10_000


class Release:
    """A release that is open until somebody closes it.

    Parameters
    ----------
    p : namespace
        The section's setting.
    step : float
        Time that passes in a month.
    """

    def __init__(self, p: SimpleNamespace, step: float):
        self.growth, self.exit, self.horizon, self.first, _ = p.otc
        self.step, self.open = step, True

    def market(
        self, seed: int, replicate: int = 0, count: int = _PEOPLE, first: float | None = None,
        resolution: str = "agents",
    ) -> Market:  # fmt: skip
        """Return the market it is offered to."""
        built = stage(
            {"users": {"count": count, "outside_option": True}}, 1, seed=seed,
            start={"users": [self.first if first is None else first]},
            mechanisms=[Hazards(moves=self._moves)],
        )  # fmt: skip
        return built.at(resolution).market(replicate)

    def _moves(self, market: Market) -> dict[tuple[int, int], float]:
        if self.open:
            return {(0, 1): -np.expm1(-self.growth * _adopters(market) * self.step)}
        return {(1, 0): -np.expm1(-self.exit * self.step)}

    def revenues(self, market: Market, closes: list[float]) -> list[float]:
        """Return revenue per head for rising closing times, on one path of adoption."""
        side, found, now = market.sides["users"], [], 0
        for close in closes:
            opened = round(close / self.step)
            month(market, opened - now)
            now, before = opened, side.choice.copy()
            found.append(self._earned(market, round(self.horizon / self.step) - opened))
            side.choice[:] = before
            side.recount()
            market.observe()
        return found

    def _earned(self, market: Market, steps: int) -> float:
        self.open, revenue = False, 0.0
        for _ in range(steps):
            revenue += _adopters(market) * self.step
            month(market)
        self.open = True
        return revenue

    def mean_path(self, first: float, steps: int, is_open: bool) -> np.ndarray:
        """Return the share of adopters in the mean field after 0, 1, … steps."""
        market = self.market(0, count=1, first=first, resolution="mean_field")
        self.open, path = is_open, [_adopters(market)]
        path += [_adopters(month(market)) for _ in range(steps)]
        self.open = True
        return np.array(path)


def _adopters(market: Market) -> float:
    return float(market.share["users"][0])


def _best(p: SimpleNamespace) -> float:
    return theory.best_closing_time(*p.otc[:-1])


def _agents(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    best = _best(p)
    if np.isnan(best):
        return {}
    release = Release(p, p.otc[-1])
    found = np.array([
        release.revenues(release.market(draws.seed, run), [best / 2.0, best])
        for run in draws.replicates(20)
    ])  # fmt: skip
    # Few adopt at first, and their luck is everybody's: the mean is off by one over their number.
    allowance = 20.0 / (_PEOPLE * release.first)
    return {
        "x.otc_rev_half_step": mean_of(found[:, 0], allowance),
        "x.otc_rev_step": mean_of(found[:, 1], allowance),
    }


def _revenue(p: SimpleNamespace, close: float, pieces: int) -> float:
    """Return revenue in the mean field, each phase in steps of its own that fit it."""
    *_, horizon, first, step = p.otc
    lengths = (close, horizon - close)
    counts = [pieces * max(1, round(length / step)) for length in lengths]
    share = Release(p, lengths[0] / counts[0]).mean_path(first, counts[0], True)[-1]
    closed = Release(p, lengths[1] / counts[1])
    return float(share * closed.mean_path(1.0, counts[1], False)[:-1].sum() * closed.step)


def _peak(p: SimpleNamespace, pieces: int) -> float:
    """Return when to close in the mean field: the top of a parabola through the best three."""
    *_, horizon, first, step = p.otc
    steps = pieces * round(horizon / step)
    release = Release(p, horizon / steps)
    paying = np.concatenate(([0.0], np.cumsum(release.mean_path(1.0, steps - 1, False))))
    revenue = release.mean_path(first, steps, True) * paying[::-1]
    top = int(np.clip(np.argmax(revenue), 1, steps - 1))
    before, at, after = revenue[top - 1 : top + 2]
    return release.step * (top + 0.5 * (before - after) / (before - 2.0 * at + after))


def _limit(coarse: float, fine: float) -> Measured:
    """Return twice the finer less the coarser: half a step is half as wrong, to first order."""
    return computed(2.0 * fine - coarse, 1e-3 * fine)


def _mean_field(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Let the step go to 0, and hold what a step gets wrong against what half a step does."""
    best = _best(p)
    if np.isnan(best):
        return {}
    coarse, fine = (_revenue(p, best, pieces) for pieces in (1, 2))
    half_coarse, half_fine = (_revenue(p, best / 2.0, pieces) for pieces in (1, 2))
    known = theory.revenue(best / 2.0, *p.otc[:-1])
    return {
        "x.otc_tau@mean_field": computed(2.0 * _peak(p, 2) - _peak(p, 1), 2e-3),
        "x.otc_rev@mean_field": _limit(coarse, fine),
        "x.otc_rev_half@mean_field": _limit(half_coarse, half_fine),
        "x.inv.halving": computed((half_coarse - known) / (half_fine - known), 0.05),
    }


CHECKS = (
    Check("closing", _agents, cost=4.5),
    Check("closing, mean field", _mean_field, resolution="mean_field", cost=1.5),
)
