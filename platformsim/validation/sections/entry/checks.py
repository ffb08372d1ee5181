"""An entrant and an incumbent: quality, and applications that follow the installed base."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np

from platformsim.mechanisms.base import Mechanism, Values
from platformsim.theory import entry as theory
from platformsim.validation.markets import (
    Stage,
    averages,
    image,
    paths,
    stage,
    users,
)
from platformsim.validation.rows import Measured, computed, mean_of
from platformsim.validation.section import Check, Draws
from platformsim.validation.sections.entry.predictions import STEPS, Case, cases

# Periods after which a discounted future no longer counts: phi^T below 1e-16.
_LEAST = 1e-16
_NOBODY = -60.0
_BRISK = 0.5


@dataclass(frozen=True)
class Applications(Mechanism, registered=False):
    """Applications follow the installed base, and users value theirs of all periods to come.

    With installed base n[p], static expectations and discount factor phi

        U[p] += sum_t phi^t e ln n[p]

    Nobody chooses a platform without users.
    """

    title: ClassVar[str] = "applications of all periods follow the installed base"

    effect: float = 0.5
    foresight: float = 0.0

    def utility(self, market: Any, side: str) -> Values:
        """See the class."""
        base = users(market)
        periods = 1
        if self.foresight > 0.0:
            periods += int(np.log(_LEAST) / np.log(self.foresight))
        weight = self.effect * np.sum(self.foresight ** np.arange(periods))
        with np.errstate(divide="ignore"):
            return np.maximum(weight * np.log(base), _NOBODY)


def duopoly(p: SimpleNamespace, case: Case, seed: int, *, start: float | None = None,
            quality: float | None = None, **rules: object) -> Stage:  # fmt: skip
    """Return entrant and incumbent; noise 1 makes the entrant's odds Q (x / (1 - x))^w."""
    share = case.start if start is None else start
    ratio = case.quality if quality is None else quality
    return stage(
        {"users": {"count": p.N, "revise_rate": p.alpha} | rules}, seed=seed,
        start={"users": (share, 1.0 - share)}, quality=(float(np.log(ratio)), 0.0),
        mechanisms=[Applications(case.effect, case.foresight)],
    )  # fmt: skip


def entrant(market) -> float:
    """Return the entrant's share."""
    return float(users(market)[0])


def _after(p: SimpleNamespace, draws: Draws, resolution: str, more: int, full: int) -> dict:
    tail, found = "" if resolution == "agents" else f"@{resolution}", {}
    for name, case in cases(p).items():
        built = duopoly(p, case, draws.seed, count=more * p.N).at(resolution)
        seen = paths(built, draws.replicates(full), [STEPS], entrant)[:, 0]
        found[f"zi.{name}.x40{tail}"] = mean_of(seen, 20.0 / (more * p.N * case.start))
    return found


# Where the base decides, chance grows over time, and its square shifts the mean by 1/N: with more
# agents than the setting's that shift is small beside the standard error.


def _agents(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    return _after(p, draws, "agents", 5, 30)


def _cohorts(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    return _after(p, draws, "cohorts", 100, 60)


def _at_rest(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Where quality decides, let the entrant come to rest and average its share over time."""
    found = {}
    for name, case in cases(p).items():
        rest = theory.interior_share(case.quality, case.weight)
        # Where it rests does not depend on how many revise a month, how soon it gets there does.
        return_rate = _BRISK * (1.0 - case.weight)
        if not (return_rate > 0.02 and min(rest, 1.0 - rest) * p.N > 100.0):
            continue
        time = 1.0 / return_rate
        built = duopoly(p, case, draws.seed, count=10 * p.N, revise_rate=_BRISK).at("cohorts")
        seen = averages(built, draws.replicates(20), int(12 * time), int(4 * time), entrant)
        found[f"zi.{name}.x_star@cohorts"] = mean_of(seen, 2.0 / (p.N * rest))
    return found


def _growth(p: SimpleNamespace, case: Case, seed: int, share: float, quality: float) -> float:
    """Return how much a share gains in a month of the mean field."""
    built = duopoly(p, case, seed, quality=quality)
    return float(image(built, {"users": (share, 1.0 - share)})[0] - share)


def _mean_field(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    found = {}
    for name, case in cases(p).items():
        path = paths(duopoly(p, case, draws.seed).at("mean_field"), [0], [STEPS], entrant)
        found[f"zi.{name}.x40@mean_field"] = computed(path[0, 0], 1e-9)
        # By halving: the quality at which the first share neither grows nor shrinks.
        low, high = np.log(1e-4), np.log(1e4)
        while high - low > 1e-10:
            middle = 0.5 * (low + high)
            grows = _growth(p, case, draws.seed, case.start, float(np.exp(middle))) > 0.0
            low, high = (low, middle) if grows else (middle, high)
        found[f"zi.{name}.Qmin"] = computed(np.exp(high), 1e-6)
        # When all choose at once, their log odds rise by w with those of the installed base.
        built = duopoly(p, case, draws.seed, revise_rate=1.0)
        odds = [_log_odds(image(built, {"users": (x, 1.0 - x)})[0]) for x in (0.3, 0.6)]
        weight = (odds[1] - odds[0]) / (_log_odds(0.6) - _log_odds(0.3))
        found[f"zi.{name}.e_eff"] = computed(weight, 1e-8)
        rest = theory.interior_share(case.quality, case.weight)
        if min(rest, 1.0 - rest) > 1e-6:
            found[f"zi.{name}.x_star"] = computed(_watershed(p, case, draws.seed), 1e-5)
    return found


def _log_odds(share: float) -> float:
    return float(np.log(share / (1.0 - share)))


def _watershed(p: SimpleNamespace, case: Case, seed: int) -> float:
    """Return, by halving, the share below and above which the mean field moves apart or meets."""
    low, high, rises = 1e-7, 1.0 - 1e-7, case.weight < 1.0
    while high - low > 1e-9:
        share = 0.5 * (low + high)
        up = _growth(p, case, seed, share, case.quality) > 0.0
        low, high = (share, high) if up == rises else (low, share)
    return 0.5 * (low + high)


CHECKS = (
    Check("agents", _agents, cost=4.0),
    Check("cohorts", _cohorts, resolution="cohorts", cost=2.0),
    Check("at rest", _at_rest, resolution="cohorts", cost=1.0),
    Check("mean field", _mean_field, resolution="mean_field", cost=1.0),
)
