"""A market of one platform that people join with the hazard of Bass, and never leave."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.optimize import minimize_scalar

from platformsim.theory import bass as theory
from platformsim.validation.hazards import Hazards
from platformsim.validation.markets import Stage, paths, stage, users
from platformsim.validation.rows import Measured, computed, mean_of, sd_of
from platformsim.validation.section import Check, Draws
from platformsim.validation.sections.bass.predictions import linear_holds, map_of, steps_at

# Steps from which continuous time is extrapolated, in (p + q) dt: a twentieth does for agents.
_SHORT = 0.055
# Most draws, and how many standard errors a wrong answer is to lie off.
_DRAWS, _APART = 800_000_000, 10.5
_AT_ONCE = 10_000_000


def society(
    p: SimpleNamespace, seed: int, form: str, *, finer: int = 1, count: int | None = None
) -> Stage:
    """Return one platform and an outside where everybody begins.

    Parameters
    ----------
    p : namespace
    seed : int
    form : str
        ``linear`` or ``exponential``.
    finer : int
        Months in a step of the setting.
    count : int, optional
        Agents; unset: N.
    """
    step = p.dt / finer

    def moves(market) -> dict[tuple[int, int], float]:
        hazard = (p.p + p.q * users(market)[0]) * step
        return {(0, 1): hazard if form == "linear" else -np.expm1(-hazard)}

    return stage(
        {"users": {"count": count or p.N, "outside_option": True}}, 1, seed=seed,
        start={"users": (0.0,)}, mechanisms=[Hazards(moves)],
    )  # fmt: skip


def adopted(market) -> float:
    """Return the share that has adopted."""
    return float(users(market)[0])


def _allowance(p: SimpleNamespace) -> float:
    return 2.0 / p.N * np.sqrt(p.q / p.p)


def _exponential(p: SimpleNamespace, draws: Draws, resolution: str) -> dict[str, Measured]:
    built = society(p, draws.seed, "exponential").at(resolution)
    at = steps_at(p)
    seen = paths(built, draws.replicates(200), range(at.max() + 1), adopted)[:, at]
    tail = "" if resolution == "agents" else f"@{resolution}"
    return {
        f"bass.F_exp{tail}": mean_of(seen, _allowance(p)),
        f"bass.sd_exp{tail}": sd_of(seen),
    }


def _agents(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    return _exponential(p, draws, "agents")


def _cohorts(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    return _exponential(p, draws, "cohorts")


def _linear(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    if not linear_holds(p):
        return {}
    busiest = int(theory.busiest_step(p.p, p.q, p.dt, "linear")[0])
    at = steps_at(p)
    every = range(max(at.max(), busiest) + 1)
    seen = paths(society(p, draws.seed, "linear"), draws.replicates(100), every, adopted)
    return {
        "bass.F_lin": mean_of(seen[:, at], _allowance(p)),
        "bass.peakinc_lin": mean_of(seen[:, busiest] - seen[:, busiest - 1], _allowance(p)),
    }


def _mean_field(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    at = steps_at(p)

    def path(form: str, steps: int) -> np.ndarray:
        built = society(p, draws.seed, form).at("mean_field")
        return paths(built, [0], range(steps + 1), adopted)[0]

    found = {"bass.F_exp@mean_field": computed(path("exponential", at.max())[at], 1e-9)}
    if linear_holds(p):
        busiest = int(theory.busiest_step(p.p, p.q, p.dt, "linear")[0])
        share = path("linear", max(at.max(), 2 * busiest))
        new = np.diff(share)
        found["bass.F_lin@mean_field"] = computed(share[at], 1e-9)
        found["bass.peakstep_lin"] = computed(new.argmax() + 1, 0.0)
        found["bass.peakinc_lin@mean_field"] = computed(new.max(), 1e-9)
    return found


def _horizon(p: SimpleNamespace) -> int:
    """Return the number of steps after which everything continuous has been seen."""
    last = max(*p.t, 1.5 * theory.time_to_share(0.5, p.p, p.q))
    return int(np.ceil(last / p.dt)) + 1


def _finer(p: SimpleNamespace) -> int:
    """Return how many times shorter a step must be to be a short one."""
    return max(1, round((p.p + p.q) * p.dt / _SHORT + 0.5))


def _half_time(p: SimpleNamespace, path: np.ndarray, finer: int) -> float:
    """Return when a path crosses 1/2, between its steps by a straight line."""
    after = int(np.argmax(path >= 0.5))
    part = (0.5 - path[after - 1]) / (path[after] - path[after - 1])
    return (after - 1 + part) * p.dt / finer


def _fine_steps(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Extrapolate agents' shares from short steps to continuous time (Richardson)."""
    replicates, shares, halves = draws.replicates(20), [], []
    for finer in (_finer(p), 2 * _finer(p)):
        built = society(p, draws.seed + finer, "exponential", finer=finer)
        seen = paths(built, replicates, range(_horizon(p) * finer + 1), adopted)
        shares.append(seen[:, np.rint(np.array(p.t) / p.dt * finer).astype(int)])
        halves.append(np.array([_half_time(p, path, finer) for path in seen]))
    return {
        "bass.F_cont": mean_of(2.0 * shares[1] - shares[0], _allowance(p)),
        "bass.t50": mean_of(2.0 * halves[1] - halves[0], 12.0 / p.N),
    }


def _continuous(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Extrapolate the mean field to continuous time, where its error is of the third order."""
    levels, least = [], 4 * _finer(p)
    for finer in (least, 2 * least, 4 * least):
        built = society(p, draws.seed, "exponential", finer=finer).at("mean_field")
        every = range(0, _horizon(p) * finer + 1, finer // least)
        levels.append(paths(built, [0], every, adopted)[0])
    coarse, middle, fine = levels
    time = np.arange(len(fine)) * p.dt / least
    curve = CubicSpline(time, (8.0 * fine - 6.0 * middle + coarse) / 3.0)
    truth = theory.adopted_share(time, p.p, p.q)
    gaps = [np.sqrt(np.mean((level - truth) ** 2)) for level in (middle, fine)]
    found = {
        "bass.F_cont@mean_field": computed(curve(p.t), 1e-5),
        "bass.t50@mean_field": computed(curve.solve(0.5, extrapolate=False)[0], 1e-4),
        "bass.halving": computed(gaps[0] / gaps[1], 0.02),
    }
    if p.q > p.p:
        rate = curve.derivative()
        guess = time[np.argmax(rate(time))]
        around = (max(guess - p.dt, 0.0), guess + p.dt)
        top = minimize_scalar(lambda t: -rate(t), bounds=around, method="bounded").x
        found["bass.tpeak"] = computed(top, 1e-2)
        found["bass.Fpeak"] = computed(curve(top), 1e-3)
        found["bass.ratepeak"] = computed(rate(top), 1e-5)
    return found


def _waits(p: SimpleNamespace, rng: np.random.Generator, count: int) -> np.ndarray:
    """Draw the wait for every single adopter until N/2; return the times of the last, (R,)."""
    so_far = np.arange(p.N_ssa // 2)
    rate = (p.N_ssa - so_far) * (p.p + p.q * so_far / p.N_ssa)
    wait = (1.0 / rate).astype(np.float32)
    each, times = max(1, _AT_ONCE // len(wait)), []
    for first in range(0, count, each):
        many = min(each, count - first)
        times.append(rng.standard_exponential((many, len(wait)), dtype=np.float32) @ wait)
    return np.concatenate(times).astype(float)


def _events(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    found = _waits(p, draws.generator(), len(draws.replicates(100_000)))
    return {"bass.ssa_Ethalf": mean_of(found), "bass.ssa_sdthalf": sd_of(found)}


def _many_events(p: SimpleNamespace, draws: Draws) -> dict[str, Measured]:
    """Draw as many markets as tell N - 1 others from N people, if that is feasible."""
    exact = theory.adopter_time(p.N_ssa // 2, p.N_ssa, p.p, p.q)
    wanted = (_APART * exact.sd / (exact.mean - others_only(p))) ** 2
    # With fewer there would be nothing that the other row of it does not say already.
    if draws.effort < 1.0 or wanted * (p.N_ssa // 2) > _DRAWS:
        return {}
    found = _waits(p, draws.generator(), int(wanted * draws.effort))
    return {"bass.ssa_Ethalf@many": mean_of(found)}


def late_by_one(p: SimpleNamespace) -> np.ndarray:
    """Return the map one step ahead: as if agents saw the adopters of the step itself."""
    at = steps_at(p)
    return map_of(p, "exponential", at.max() + 1).share[at + 1]


def others_only(p: SimpleNamespace) -> float:
    """Return the mean time to N/2 were the imitation hazard q k / (N - 1)."""
    so_far = np.arange(p.N_ssa // 2)
    return float((1.0 / ((p.N_ssa - so_far) * (p.p + p.q * so_far / (p.N_ssa - 1)))).sum())


CHECKS = (
    Check("agents", _agents, cost=2.0),
    Check("cohorts", _cohorts, resolution="cohorts", cost=1.5),
    Check("linear hazard", _linear, cost=1.0),
    Check("mean field", _mean_field, resolution="mean_field", cost=0.1),
    Check("fine steps", _fine_steps, cost=3.0),
    Check("continuous time", _continuous, resolution="mean_field", cost=1.5),
    Check("events", _events, engine="dedicated", resolution=None, cost=1.0),
    Check("many events", _many_events, engine="dedicated", resolution=None, cost=5.0),
)
