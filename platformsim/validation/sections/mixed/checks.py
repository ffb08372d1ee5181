"""Myopic and forward-looking firms against a free rival."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np

from platformsim.theory import mixed_duopoly as theory
from platformsim.theory import mixed_duopoly_foresight as foresight
from platformsim.validation.markets import Stage
from platformsim.validation.rows import Measured, computed, mean_of
from platformsim.validation.section import Check, Draws
from platformsim.validation.sections.mixed.markets import (
    Rule,
    duopoly,
    evenly_spread,
    forward_looking,
    myopic,
    proprietary,
    sell,
)
from platformsim.validation.sections.mixed.predictions import LATE, LEAD, SOON, Case, cases

_GRID = 2001


def _rest(p: SimpleNamespace, case: Case) -> float:
    return foresight.forward_share(case.gap, p.rho)


def _clear(case: Case, people: int) -> bool:
    """Say whether chance hardly ever decides between survival and exit of a myopic firm.

    Its share goes to 1/2, give or take 1 / (2 sqrt(N)), and what counts is which side that is on
    of the share below which it sells nothing.
    """
    apart = abs(theory.critical_share(case.gap) - 0.5)
    return case.gap.at(case.start) > 0.0 and not apart < 5.0 / np.sqrt(people)


def _ends(built: Stage, case: Case, rule: Rule, months: int, draws: Draws, full: int) -> np.ndarray:
    """Return the last share of replicates, (R,)."""
    replicates = draws.replicates(full)
    return np.array([proprietary(sell(built.market(at), case, rule, months)) for at in replicates])


def _myopic(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    found = {}
    for name, case in cases(p).items():
        if not (case.survives and _clear(case, p.N)):
            continue
        built, steps = duopoly(p, draws.seed, case.start), round(SOON / p.dt)
        seen = _ends(built, case, myopic(case), steps, draws, 40)
        found[f"mix.{name}.y_t3_step"] = mean_of(seen, 1.0 / p.N)
        # The chance to choose within a time h of continuous time is 1 - exp(-h).
        exact = 1.0 - float(np.exp(-SOON / steps))
        built = duopoly(p, draws.seed + 1, case.start, revise_rate=exact)
        seen = _ends(built, case, myopic(case), steps, draws, 40)
        found[f"mix.{name}.y_t3"] = mean_of(seen, 1.0 / p.N)
        built = duopoly(p, draws.seed + 2, case.start)
        seen = _ends(built, case, myopic(case), round(1.2 * LATE / p.dt), draws, 30)
        found[f"mix.{name}.y_myopic"] = mean_of(seen, 1.0 / p.N)
    return found


def _feedback(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    found = {}
    for name, case in cases(p).items():
        rest = _rest(p, case)
        if not rest + LEAD < 1.0:
            continue
        built, months = duopoly(p, draws.seed, rest + LEAD), round(LATE / p.dt)
        seen = _ends(built, case, forward_looking(case, rest), months, draws, 40)
        found[f"mix.{name}.y_fwd_abm"] = mean_of(seen, 1.0 / p.N)
    return found


def _exit(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Follow a myopic firm until it finds no buyer, with so many users that chance is small."""
    found, people = {}, 20 * p.N
    for name, case in cases(p).items():
        if case.survives or not _clear(case, people):
            continue
        built, steps, times = duopoly(p, draws.seed, case.start, count=people), [], []
        for replicate in draws.replicates(20):
            market, gaps = built.market(replicate), [case.gap.at(case.start)]
            while gaps[-1] > 0.0:
                sell(market, case, myopic(case))
                gaps.append(case.gap.at(proprietary(market)))
            steps.append(market.month)
            times.append(_crossing(case, gaps) * -np.log1p(-p.dt))
        found[f"mix.{name}.exit_step"] = computed(np.median(steps), 1.0)
        found[f"mix.{name}.t_exit"] = mean_of(times, 1.0 / p.N)
    return found


def _crossing(case: Case, gaps: list[float]) -> float:
    """Return the month in which the gap is 0: between two months y - 1/2 shrinks geometrically."""
    half = case.gap.at(0.5)
    before, after = gaps[-2] - half, gaps[-1] - half
    part = np.log(before / -half) / np.log(before / after)
    return len(gaps) - 2 + part


def _cohorts(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    found = {}
    for name, case in cases(p).items():
        if case.survives and _clear(case, p.N):
            built = duopoly(p, draws.seed, case.start, types=50, count=1000 * p.N).at("cohorts")
            seen = _ends(built, case, myopic(case), round(SOON / p.dt), draws, 20)
            found[f"mix.{name}.y_t3_step@cohorts"] = mean_of(seen, 1.0 / p.N)
    return found


def _mean_field(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Run types of users, who buy type by type: sales come in thousandths."""
    found = {}
    for name, case in cases(p).items():
        if case.survives and _clear(case, p.N):
            built = duopoly(p, draws.seed, case.start).at("mean_field")
            market = sell(built.market(), case, myopic(case), round(SOON / p.dt))
            found[f"mix.{name}.y_t3_step@mean_field"] = computed(proprietary(market), 1e-9)
        rest = _rest(p, case)
        if rest + LEAD < 1.0:
            built = duopoly(p, draws.seed, rest + LEAD).at("mean_field")
            rule = forward_looking(case, rest)
            market = sell(built.market(), case, rule, round(LATE / p.dt))
            found[f"mix.{name}.y_fwd_abm@mean_field"] = computed(proprietary(market), 1e-3)
    return found


def _sales(p: SimpleNamespace, seed: int, case: Case) -> Callable[[float, float], float]:
    """Return sales at a share and a price, when all of many evenly spread users choose."""
    people = 200_000
    market = evenly_spread(duopoly(p, seed, 0.5, count=people, revise_rate=1.0))
    side = market.sides["users"]

    def sales(share: float, price: float) -> float:
        side.choice[:] = np.where(np.arange(people) < round(share * people), 1, 2)
        side.recount()
        market.observe()
        return proprietary(sell(market, case, lambda _: price))

    return sales


def _demand(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Read prices and slopes off the engine's demand."""
    found, step = {}, 0.005
    for name, case in cases(p).items():
        sales, gap = _sales(p, draws.seed, case), case.gap
        low, high = 0.0, 1.0
        if gap.at(low) < 0.0 < gap.at(high):
            while high - low > 1e-5:
                share = 0.5 * (low + high)
                low, high = (low, share) if sales(share, 1e-9) > 0.0 else (share, high)
            found[f"mix.{name}.yc"] = computed(high, 2e-5)
        if case.survives:
            prices = np.linspace(0.3, 0.7, 41) * gap.at(0.5)
            profit = [price * sales(0.5, price) for price in prices]
            found[f"mix.{name}.p_myopic"] = computed(_top(prices, profit), 1e-3)
        rest = _rest(p, case)
        if not (step < min(rest, 1.0 - rest) and gap.at(rest - step) > 0.0):
            continue
        low, high = 0.0, gap.at(rest)
        while high - low > 1e-6:
            price = 0.5 * (low + high)
            low, high = (price, high) if sales(rest, price) > rest else (low, price)
        found[f"mix.{name}.p_fwd"] = computed(high, 1e-5)
        answer = (sales(rest + step, high) - sales(rest - step, high)) / (2.0 * step)
        # Sales are concave in the share: the chord's error is of the second order.
        bend = (gap.slope * step / gap.at(rest)) ** 2
        slope = foresight.constant_price_slope(gap, rest)
        found[f"mix.{name}.const_price_slope"] = computed(answer, 2.0 * slope * bend + 3e-3)
    return found


def _top(x: np.ndarray, y: list[float]) -> float:
    """Return where the parabola through some points is highest."""
    square, linear, _ = np.polyfit(x - x.mean(), y, 2)
    return float(x.mean() - linear / (2.0 * square))


def _value_iteration(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Plan prices on a grid of shares, without the condition that the prediction solves."""
    found = {}
    for name, case in cases(p).items():
        if np.isfinite(_rest(p, case)) and case.gap.slope > 0.0:
            share = foresight.share_by_value_iteration(
                case.gap, p.rho, max(case.start, _rest(p, case)), points=_GRID
            )
            if np.isfinite(share):
                found[f"mix.{name}.y_fwd"] = computed(share, 3.0 / (_GRID - 1))
    return found


CHECKS = (
    Check("myopic", _myopic, cost=4.0),
    Check("feedback", _feedback, cost=4.0),
    Check("exit", _exit, cost=3.0),
    Check("cohorts", _cohorts, resolution="cohorts", cost=1.0),
    Check("mean field", _mean_field, resolution="mean_field", cost=0.5),
    Check("demand", _demand, cost=1.0),
    Check("value iteration", _value_iteration, engine="computed", resolution=None, cost=2.0),
)
