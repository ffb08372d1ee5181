"""Adopters in turn: lock-in as a walk between walls, and urns."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from scipy.linalg import solve_banded
from scipy.stats import beta

from platformsim.theory import lock_in, urns
from platformsim.validation.rows import Measured, computed, mean_of, root_of, share_of
from platformsim.validation.section import Check, Draws
from platformsim.validation.sections.arthur import arrivals
from platformsim.validation.sections.arthur.predictions import LEVELS, continuum, walls

_BATCH = 200_000
_MOST_ADOPTERS = 10_000_000
_MOST_STEPS = 220_000_000
_WHOLE = 1e-9


def _sd(values: np.ndarray) -> Measured:
    """Return the standard deviation, with the standard error of any law and not the normal's."""
    return root_of((values - values.mean()) ** 2 * len(values) / (len(values) - 1))


def _open(p: SimpleNamespace) -> bool:
    """Say whether both walls exist, at some distance."""
    return all(0 < wall < np.inf for wall in walls(p))


def _adopters(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    if not _open(p):
        return {}
    people = arrivals.enough(p.pi, walls(p))
    runs = len(draws.replicates(min(8000, _MOST_ADOPTERS // people)))
    seen = arrivals.adoptions(p, people, runs, draws.seed, draws.generator())
    leads = arrivals.defections(seen)
    time, winner = arrivals.locked(seen, leads)
    return {
        "art.barriers": computed(leads, 0.0),
        "art.PA": share_of(winner),
        "art.ET": mean_of(time),
        "art.sdT": _sd(time),
    }


# -- dedicated walks: many more of them ------------------------------------------------------


def _agreement(p: SimpleNamespace, lead: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return whether R, and whether S, chooses A at some leads; ties go to one's leaning."""
    r_to_a = p.aR - p.bR + p.r * lead >= -_WHOLE
    s_to_a = p.aS - p.bS + p.s * lead > _WHOLE
    return r_to_a, s_to_a


def _walks(p: SimpleNamespace, count: int, draws: Draws) -> tuple[np.ndarray, np.ndarray]:
    """Return adopters until both types choose alike, and whether they then choose A, (R,)."""
    reach = int(max(walls(p))) + 1
    r_to_a, s_to_a = _agreement(p, np.arange(-reach, reach + 1))
    alike, times, winners = r_to_a == s_to_a, [], []
    for batch in range(-(-count // _BATCH)):
        rng = draws.generator(batch)
        lead = np.full(min(_BATCH, count - batch * _BATCH), reach, np.int16)
        step = 0
        while len(lead):
            step += 1
            leans = rng.random(len(lead), np.float32) < p.pi
            # Not locked in: each type chooses what it leans to.
            lead += np.where(leans, np.int16(1), np.int16(-1))
            over = alike[lead]
            if over.any():
                ended = lead[over]
                times.append(np.full(len(ended), step, np.int32))
                winners.append(r_to_a[ended])
                lead = lead[~over]
    return np.concatenate(times), np.concatenate(winners)


def _walk(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    if not _open(p):
        return {}
    time, winner = _walks(p, len(draws.replicates(600_000)), draws)
    return {
        "art.PA@walk": share_of(winner), "art.ET@walk": mean_of(time), "art.sdT@walk": _sd(time),
    }  # fmt: skip


def _long_walk(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Tell whole adopters from infinitesimal ones, where so many walks can."""
    if not _open(p):
        return {}
    chance = lock_in.chance_of_a(p.pi, *walls(p))
    needed = chance * (1.0 - chance) * (9.0 / max(abs(chance - continuum(p)), 1e-9)) ** 2
    mean = lock_in.lock_in_time(p.pi, *walls(p)).mean
    if needed * max(mean, 20.0) > _MOST_STEPS:
        return {}
    _, winner = _walks(p, len(draws.replicates(max(200_000, int(needed)))), draws)
    return {"art.PA@long_walk": share_of(winner)}


def _small_adopters(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Solve for the chance of A where adopters are a thousandth as large."""
    if p.pi != 0.5 or not _open(p):
        return {}
    part = SimpleNamespace(**vars(p) | {"r": p.r / 1000.0, "s": p.s / 1000.0})
    reach = int(max(walls(part))) + 1
    lead = np.arange(-reach, reach + 1)
    r_to_a, s_to_a = _agreement(part, lead)
    inside = lead[r_to_a != s_to_a]
    band = np.vstack([np.full(len(inside), -0.5), np.ones(len(inside)), np.full(len(inside), -0.5)])
    known = np.zeros(len(inside))
    known[-1] = 0.5
    chance = solve_banded((1, 1), band, known)
    return {"art.PA_continuum": computed(chance[inside == 0][0], 3.0 / len(inside))}


# -- urns ------------------------------------------------------------------------------------


def _urn(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Let agents draw: possible where the start is a whole number of additions."""
    if p.a % p.c or p.b % p.c:
        return {}
    first, second = p.a // p.c, p.b // p.c
    seen = arrivals.urn(first, second, p.n, len(draws.replicates(5000)), draws.seed)
    share = seen / (first + second + p.n)
    return {"polya.mean": mean_of(share), "polya.sd_n": _sd(share)}


def _drawn(p: SimpleNamespace, draws: int, urn_count: int, rng: np.random.Generator) -> np.ndarray:
    """Return the first kind's share of many urns after some draws."""
    first, total = np.full(urn_count, float(p.a)), float(p.a + p.b)
    for _ in range(draws):
        first += p.c * (rng.random(urn_count) * total < first)
        total += p.c
    return first / total


def _urns(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    share = _drawn(p, p.n, len(draws.replicates(20_000)), draws.generator())
    return {"polya.mean@urn": mean_of(share), "polya.sd_n@urn": _sd(share)}


def _limit(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Draw so long that shares have settled, and so often that their law shows."""
    # After n draws the variance is a share (a + b) / (a + b + c n) short of its limit.
    many = int(3000 * max(1.0, (p.a + p.b) / p.c))
    share = _drawn(p, many, len(draws.replicates(6000)), draws.generator())
    start = (p.a / p.c, p.b / p.c)
    at = urns.limit_quantiles(LEVELS, [p.a, p.b], p.c)[:, 0]
    levels = np.array(LEVELS)
    se = np.sqrt(levels * (1.0 - levels) / len(share)) / beta.pdf(at, *start)
    return {
        "polya.sd_limit": _sd(share),
        "polya.q10_50_90": Measured(np.quantile(share, levels), se, 0.0, "mean", len(share)),
    }


def _monopoly(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """See who leads when it is hardly ever too early to tell."""
    if p.gam < 1.3 or p.x0 == p.y0:
        return {}
    newcomers = 1500
    seen = arrivals.urn(p.x0, p.y0, newcomers, len(draws.replicates(5000)), draws.seed, p.gam)
    return {"polya.monopoly": share_of(2 * seen > p.x0 + p.y0 + newcomers)}


CHECKS = (
    Check("adopters", _adopters, cost=3.0),
    Check("walk", _walk, "dedicated", None, cost=1.0),
    Check("long walk", _long_walk, "dedicated", None, cost=3.0),
    Check("small adopters", _small_adopters, "computed", None, cost=0.1),
    Check("urn", _urn, cost=2.0),
    Check("urns", _urns, "dedicated", None, cost=0.5),
    Check("limit", _limit, "dedicated", None, cost=1.5),
    Check("monopoly", _monopoly, cost=2.5),
)
