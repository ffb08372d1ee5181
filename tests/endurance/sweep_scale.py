"""What a sweep costs beyond its runs, in time and in memory, beside ``mesa.batch_run``.

    uv run python tests/endurance/sweep_scale.py [--runs 10000] [--mesa 60]

Three measurements. Overhead: processor time of driver and workers together, from the plan to the
last figure, against the time that the runs themselves took; processor time, so that neighbours on
the machine matter little. Memory: the peak of driver and of workers, for a tenth of the runs and
for all. Peers: the same rule in plain Mesa under ``mesa.batch_run`` with two processes, in turn
with sweeps of the same length in the same process; the ratio is of processor time a run.
"""

import argparse
import contextlib
import json
import math
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import mesa

import platformsim as ps
from platformsim.studies.sweep.ledger import Ledger

BETA, COST, USERS, MONTHS = 1.0, 0.5, 1000, 120
TRAITS = [[0.0, 0.5, 0.3], [0.3, 0.1, 0.6]]
KEY = "mechanisms.direct_network.beta_direct"
SCENARIO = {
    "name": "scale",
    "title": "A thousand users and three platforms",
    "run": {"months": MONTHS, "burn_in": 12},
    "sides": {
        "users": {
            "count": USERS,
            "switch_cost": COST,
            "tastes": {name: {"mean": 0.5, "sd": 1.0} for name in ("x", "y")},
        }
    },
    "platforms": [
        {"name": f"p{p}", "characteristics": {"x": TRAITS[0][p], "y": TRAITS[1][p]}}
        for p in range(3)
    ],
    "mechanisms": {"direct_network": {"beta_direct": BETA}},
}


class User(mesa.Agent):
    """A logit choice among three platforms, in plain Python, as a Mesa user writes it."""

    def __init__(self, model, tastes, choice):
        super().__init__(model)
        self.tastes, self.choice = tastes, choice

    def step(self):
        first, second = self.tastes
        weight = [
            math.exp(
                self.model.common[p] + first * TRAITS[0][p] + second * TRAITS[1][p]
                - COST * (p != self.choice)
            )
            for p in range(3)
        ]  # fmt: skip
        left = self.model.random.random() * sum(weight)
        self.choice = 2
        for p in range(2):
            left -= weight[p]
            if left < 0.0:
                self.choice = p
                break


class Market(mesa.Model):
    """The market of the scenario above."""

    def __init__(self, beta=BETA, rng=None):
        super().__init__(rng=rng)
        self.beta, self.share = beta, [1 / 3] * 3
        tastes = [tuple(row) for row in self.rng.normal(0.5, 1.0, (USERS, 2)).tolist()]
        User.create_agents(self, USERS, tastes, [user % 3 for user in range(USERS)])
        reporters = {f"share{p}": lambda m, p=p: m.share[p] for p in range(3)}
        self.datacollector = mesa.DataCollector(model_reporters=reporters)

    def step(self):
        self.common = [self.beta * share for share in self.share]
        self.agents.do("step")
        counts = [0, 0, 0]
        for agent in self.agents:
            counts[agent.choice] += 1
        self.share = [count / USERS for count in counts]
        self.datacollector.collect(self)


def used():
    """Return the processor time of this process and of its children that have ended."""
    parts = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(part.ru_utime + part.ru_stime for part in parts)


def sweep(runs, folder):
    """Make a sweep with two workers that are children of this process, and time it."""
    points = max(runs // 20, 1)
    over = {KEY: [3.0 * place / points for place in range(points)]}
    begun, clock = used(), time.monotonic()
    result = ps.sweep(
        SCENARIO, over, replicates=max(runs // points, 1), workers=2, start_method="fork",
        out=folder, progress=False,
    )  # fmt: skip
    with Ledger(result.folder) as ledger:
        own = ledger.seconds()
    return {"runs": len(result.plan), "total": used() - begun, "own": own,
            "wall": time.monotonic() - clock, "failed": len(result.failures)}  # fmt: skip


def alone(runs, work):
    """Make a sweep in a process of its own; return its figures and its peaks of memory."""
    words = [sys.executable, __file__, "--one", str(runs), "--work", str(work)]
    return json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)


def one(runs, work):
    ps.run(SCENARIO, workers=1)
    found = sweep(runs, work / f"sweep-{runs}")
    kilobytes = {"driver": resource.RUSAGE_SELF, "worker": resource.RUSAGE_CHILDREN}
    found |= {name: resource.getrusage(who).ru_maxrss / 1024 for name, who in kilobytes.items()}
    print(json.dumps(found))


def peers(runs, work):
    """Return processor time a run, of sweeps and of ``mesa.batch_run`` by turns."""
    spent = {"sweep": 0.0, "mesa.batch_run": 0.0}
    for turn in range(3):
        part = sweep(20 * runs // 3, work / f"turn-{turn}")
        spent["sweep"] += part["total"] / part["runs"] / 3
        begun = used()
        with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stderr(nowhere):
            rows = mesa.batch_run(
                Market, {"beta": [BETA]}, iterations=runs // 3, number_processes=2,
                max_steps=MONTHS, data_collection_period=1, display_progress=False,
            )  # fmt: skip
        assert len({row["RunId"] for row in rows}) == runs // 3
        spent["mesa.batch_run"] += (used() - begun) / (runs // 3) / 3
    return spent


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--mesa", type=int, default=60)
    parser.add_argument("--one", type=int)
    parser.add_argument("--work", type=Path)
    chosen = parser.parse_args()
    if chosen.one:
        one(chosen.one, chosen.work)
        return
    work = Path(tempfile.mkdtemp(prefix="scale-"))
    # The first run of all compiles the loops, which takes memory of its own.
    alone(20, work)
    few, many = (alone(runs, work) for runs in (chosen.runs // 10, chosen.runs))
    wrong = 0
    for found in (few, many):
        over = found["total"] / found["own"] - 1.0
        print(f"{found['runs']} runs: {found['wall']:.0f} s of the clock, "
              f"{1000 * found['own'] / found['runs']:.1f} ms a run, overhead {over:.1%}, "
              f"driver {found['driver']:.0f} MB, worker {found['worker']:.0f} MB")  # fmt: skip
    wrong += many["total"] / many["own"] - 1.0 >= 0.10
    for name in ("driver", "worker"):
        growth = many[name] / few[name] - 1.0
        print(f"peak memory of the {name}: {growth:+.1%} for ten times the runs")
        wrong += abs(growth) > 0.10
    if chosen.mesa:
        spent = peers(chosen.mesa, work)
        print(", ".join(f"{name}: {1000 * value:.1f} ms a run" for name, value in spent.items())
              + f"; ratio {spent['mesa.batch_run'] / spent['sweep']:.1f}")  # fmt: skip
    shutil.rmtree(work, ignore_errors=True)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
