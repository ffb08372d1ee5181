"""What must hold in any simulation of choice, whatever the numbers."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
from scipy import stats

from platformsim.market.market import Market
from platformsim.mechanisms.direct_network import DirectNetwork
from platformsim.validation.markets import Stage, image, month, replays, stage, users
from platformsim.validation.rows import STANDARD_ERRORS, Measured, computed, mean_of
from platformsim.validation.section import Check, Draws

_PEOPLE, _MONTHS, _FEW = 20_000, 12, 50


def _market(
    p: SimpleNamespace, seed: int, *, count: int = _PEOPLE, added: float = 0.0, scale: float = 1.0,
    strength: float | None = None, start: np.ndarray | None = None, **rules: object,
) -> Stage:  # fmt: skip
    """Return platforms of values V, an installed base and an outside option at 0."""
    platforms = len(p.V)
    settings = {"count": count, "revise_rate": p.kz[3], "outside_option": True,
                "outside_value": added, "choice_noise": scale} | rules  # fmt: skip
    weight = scale * (p.kz[0] if strength is None else strength)
    shares = np.full(platforms, 1.0 / platforms) if start is None else start
    return stage(
        {"users": settings}, platforms, seed=seed, start={"users": shares},
        quality=(scale * np.array(p.V) + added).tolist(),
        mechanisms=[DirectNetwork(beta_direct=weight)],
    )  # fmt: skip


def _choices(market: Market) -> np.ndarray:
    return month(market, _MONTHS).sides["users"].choice


def _shares(built: Stage) -> np.ndarray:
    return users(month(built.market(), _MONTHS))


def _apart(first: Stage, second: Stage) -> float:
    return float(np.abs(_shares(first) - _shares(second)).max())


def _same_luck(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Compare markets that must come out alike, agent by agent, under one seed."""
    plain = _market(p, draws.seed)
    choice = _choices(plain.market())
    reference = plain.market()
    reference.sides["users"].kernel = "numpy"
    # Two agents in twenty thousand may be torn between alternatives closer than single precision.
    few = 2.0 / _PEOPLE
    rescaled = _market(p, draws.seed, scale=0.5)
    return {
        "x.inv.shift": computed(_apart(plain, _market(p, draws.seed, added=3.0)), few),
        "x.inv.labels": computed(np.abs(_shares(plain) - _relabelled(plain)).max(), few),
        "x.inv.units": computed(_apart(plain, rescaled), few),
        "x.inv.seed": computed(np.count_nonzero(choice != _choices(plain.market())), 0.0),
        "x.inv.kernels": computed(np.mean(choice != _choices(reference)), few),
    }


def _relabelled(built: Stage) -> np.ndarray:
    """Return the shares when the platforms are listed the other way round, each with its draws."""
    listed = built.spec.platforms
    turned = tuple(
        replace(entry, slot=place) for place, entry in reversed(list(enumerate(listed, 1)))
    )
    spec = replace(built.spec, platforms=turned)
    return _shares(replace(built, spec=spec, quality=built.quality[::-1]))[::-1]


def _bookkeeping(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    market, lost = _market(p, draws.seed).market(), 0
    side = market.sides["users"]
    for _ in range(_MONTHS):
        month(market)
        recounted = np.bincount(side.choice, minlength=len(side.counts))
        lost = max(lost, np.abs(recounted - side.counts).sum() + abs(side.counts.sum() - _PEOPLE))
    frozen = _market(p, draws.seed, revise_rate=0.0)
    moved = np.abs(_shares(frozen) - users(frozen.market())).max()
    ends = [
        users(month(_market(p, draws.seed, strength=0.0, start=row, revise_rate=1.0).market()))
        for row in np.eye(len(p.V))[[0, -1]]
    ]
    calm = _market(p, draws.seed, choice_noise=0.0, strength=0.0, revise_rate=1.0,
                   outside_option=False)  # fmt: skip
    best = users(month(calm.market()))[int(np.argmax(p.V))]
    return {
        "x.inv.count": computed(lost, 0.0),
        "x.inv.frozen": computed(moved, 0.0),
        "x.inv.start": computed(np.abs(ends[0] - ends[1]).max(), 0.0),
    } | ({"x.inv.best_reply": computed(best, 0.0)} if _one_best(p) else {})


def _one_best(p: SimpleNamespace) -> bool:
    return np.count_nonzero(np.array(p.V) == max(p.V)) == 1


def _without_a_platform(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Take the last platform away and see whether the others' ratio to outside stays."""
    ratios = []
    for values in (p.V, p.V[:-1]):
        fewer = SimpleNamespace(**vars(p) | {"V": values})
        built = _market(fewer, draws.seed, strength=0.0, revise_rate=1.0)
        share = image(built, {"users": np.full(len(values), 1.0 / len(values))})
        ratios.append(share[: len(p.V) - 1] / (1.0 - share.sum()))
    return {"x.inv.iia": computed(np.abs(ratios[0] - ratios[1]).max(), 1e-9)}


def _uniform(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    market = _market(p, draws.seed, outside_option=False, revise_rate=1.0).market()
    side = market.sides["users"]
    side.rules = replace(side.rules, choice_noise=1e6)
    start = {"users": side.choice.copy()}
    return {"x.inv.uniform": mean_of(replays(market, len(draws.replicates(40)), 1, start))}


def _replicates(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Correlate the final shares of neighbouring replicates."""
    built = _market(p, draws.seed, count=500)
    pairs = len(draws.replicates(200))
    ends = np.array([users(month(built.market(run), _MONTHS))[0] for run in range(2 * pairs)])
    # Fisher's transform is near normal, with variance 1 / (R - 3).
    found = np.arctanh(np.corrcoef(ends[::2], ends[1::2])[0, 1])
    return {"x.inv.replicates": Measured(found, 1.0 / np.sqrt(pairs - 3), 0.0, "mean", pairs)}


def _loop(p: SimpleNamespace, luck: random.Random) -> float:
    """Return the final share of the first platform in a market of loops: the plain model."""
    strength, revision, names = p.kz[0], p.kz[3], range(1, len(p.V) + 1)
    edges = [round(_FEW * name / len(p.V)) for name in names]
    place = [sum(edge <= agent for edge in edges) + 1 for agent in range(_FEW)]
    for _ in range(_MONTHS):
        seen = [place.count(name) / _FEW for name in names]
        for agent in range(_FEW):
            if luck.random() >= revision:
                continue
            best, place[agent] = -math.log(-math.log(luck.random())), 0
            for name in names:
                noise = -math.log(-math.log(luck.random()))
                utility = p.V[name - 1] + strength * seen[name - 1] + noise
                if utility > best:
                    best, place[agent] = utility, name
    return place.count(1) / _FEW


def _docking(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    runs = draws.replicates(800)
    market = _market(p, draws.seed, count=_FEW).market()
    start = {"users": market.sides["users"].choice.copy()}
    ours = replays(market, len(runs), _MONTHS, start)[:, 0]
    luck = random.Random(draws.seed)
    theirs = [_loop(p, luck) for _ in runs]
    distance = stats.ks_2samp(ours, theirs).statistic
    # The distance that chance exceeds as seldom as four standard errors.
    chance = 2.0 * stats.norm.sf(STANDARD_ERRORS)
    critical = math.sqrt(-0.5 * math.log(chance / 2.0)) * math.sqrt(2.0 / len(runs))
    return {"x.inv.docking": computed(distance, critical)}


CHECKS = (
    Check("same luck", _same_luck, cost=0.1),
    Check("bookkeeping", _bookkeeping, cost=0.1),
    Check("a platform less", _without_a_platform, resolution="mean_field", cost=0.1),
    Check("noise without bound", _uniform, cost=0.2),
    Check("replicates", _replicates, cost=1.5),
    Check("docking", _docking, cost=2.0),
)
