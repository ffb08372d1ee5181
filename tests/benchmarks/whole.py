"""Sections on the whole model: steps, graphs, cohorts, memory and start-up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import small
from peer_process import PEERS, Peers
from report import Report
from timing import Ratio, interleave, ratio, timed

from platformsim.model import PlatformModel
from platformsim.scenario import load

_CREATORS, _BUSINESSES = 0.06, 0.05  # for every user, as in the scenario
_MONTHS = 1200
_UNIT = "ns/decision"


def llama3(users: int, **changes: object):
    """Return llama3 with so many users and the other sides in proportion."""
    counts = {"users": users, "creators": users * _CREATORS, "businesses": users * _BUSINESSES}
    sides = {f"sides.{side}.count": max(1, round(count)) for side, count in counts.items()}
    return load("llama3").with_settings({"run.months": _MONTHS, **sides, **changes})


def decisions(scenario) -> float:
    """Return how many agents revise in a step, in expectation."""
    return sum(side.count * side.revise_rate for side in scenario.sides.values())


def model(report: Report, sizes, peers: Peers) -> None:
    """The whole step of llama3, and Mesa and mesa-frames on the small model beside it."""
    section, users = "Whole step of llama3, all mechanisms, no graph", sizes.whole
    everybody = {f"sides.{side}.revise_rate": 1.0 for side in ("users", "creators", "businesses")}
    scenarios = {"all decide": llama3(users, **everybody), "a tenth decides": llama3(users)}
    markets = {name: PlatformModel(scenario) for name, scenario in scenarios.items()}
    choices = {name: decisions(scenario) for name, scenario in scenarios.items()}
    beside = {k: p for k, p in peers.running.items() if k in ("mesa", "mesa_frames")}
    tasks, cores = {}, os.cpu_count() or 1
    for name, market in markets.items():
        for threads in sorted({1, 2, cores} if cores > 1 else {1}):
            tasks[name, threads] = small.on_threads(market.step, threads)
    tasks |= {name: peer.step for name, peer in beside.items()}
    taken = interleave(tasks, sizes.seconds, least=sizes.rounds)
    for (name, threads), seconds in ((k, v) for k, v in taken.items() if isinstance(k, tuple)):
        text = f"llama3, {name}, threads: {threads}"
        report.times(section, f"{text}, a decision", seconds, _UNIT, users, choices[name])
        report.times(section, f"{text}, a step", seconds, "ms", users, 1.0)
    if cores > 1:
        found = ratio(taken["all decide", 1], taken["all decide", 2])
        report.ratio("step_threads_2_vs_1", found)
    for peer_name, peer in beside.items():
        label = f"{PEERS[peer_name][1]}, small model"
        report.times(section, label, taken[peer_name], _UNIT, peer.n, peer.n)
        for name, suffix in (("all decide", ""), ("a tenth decides", "_a_tenth_decides")):
            ours = taken[name, cores] / choices[name]
            report.ratio(f"step_vs_{peer_name}{suffix}", ratio(taken[peer_name] / peer.n, ours))
    for name in ("mesa", "mesa_frames"):
        if name in peers.missing:
            for suffix in ("", "_a_tenth_decides"):
                report.reasons[f"step_vs_{name}{suffix}"] = peers.missing[name]
    for n in sizes.whole_scaling:
        scenario = llama3(n)
        grown = PlatformModel(scenario)
        task = small.on_threads(grown.step, 1)
        seconds = interleave({"": task}, sizes.seconds / 15, most=30)[""]
        name = "llama3, one thread, a decision"
        report.times(section, name, seconds, _UNIT, n, decisions(scenario))
    _small_run(report, sizes)


def _small_run(report: Report, sizes) -> None:
    scenario = load("llama3").with_arm("open")
    users, months = scenario.sides["users"].count, scenario.run.months
    task = small.on_threads(lambda: PlatformModel(scenario).run(), 1)
    seconds = interleave({"run": task}, sizes.seconds / 8)["run"]
    section = "A small market in a warm process, one thread"
    report.times(section, f"llama3 (open), {months} months, a run", seconds, "ms", users, 1.0)


def _users(n: int, kind: str, degree: int):
    """Three platforms, users alone; with a graph they look at their contacts."""
    law = "linear" if kind == "complete" else "local"
    users = {"count": n, "revise_rate": 0.1, "graph": {"kind": kind, "degree": degree}}
    return load(
        {
            "run": {"months": _MONTHS, "burn_in": 0},
            "sides": {"users": users},
            "platforms": [{"name": name} for name in "abc"],
            "mechanisms": {"direct_network": {"law": law}},
        }
    )


def graph(report: Report, sizes) -> None:
    """A step with local network effects over the same step without a graph."""
    section, n = "Contact graphs: users alone, 10 % revise, 3 platforms, one thread", sizes.graph
    graphs = {"no graph": ("complete", 10)}
    for degree in sizes.degrees:
        graphs[f"Watts-Strogatz, degree {degree}"] = ("watts_strogatz", degree)
    graphs["Barabasi-Albert, degree 10"] = ("barabasi_albert", 10)
    markets = {name: PlatformModel(_users(n, *law)) for name, law in graphs.items()}
    tasks = {name: small.on_threads(market.step, 1) for name, market in markets.items()}
    taken = interleave(tasks, sizes.seconds / 2, least=sizes.rounds)
    found = {}
    for name, seconds in taken.items():
        against = ratio(seconds, taken["no graph"])
        found[graphs[name]] = against
        report.times(section, name, seconds, "ms", n, 1.0, f"{against.value:.2f} x no graph")
    both = {kind: found[kind, 10] for kind in ("watts_strogatz", "barabasi_albert")}
    for kind, against in both.items():
        report.ratio(f"graph_step_ratio_{kind}", against)
    report.ratio("graph_step_ratio", max(both.values(), key=lambda against: against.value))


def cohorts(report: Report, sizes) -> None:
    """A step of cohorts at the world's scale and at a town's."""
    section = "Cohorts, llama3"
    counts = {"3.3e9": (3_300_000_000, 200_000_000), "3.3e4": (33_000, 2_000)}
    markets = {}
    for name, (users, others) in counts.items():
        sides = {"sides.creators.count": others, "sides.businesses.count": others}
        markets[name] = PlatformModel(llama3(users, **{"run.resolution": "cohorts"}, **sides))
    block = 20  # months at once: a step is short

    def steps(market):
        for _ in range(block):
            market.step()

    tasks = {name: timed(lambda m=market: steps(m)) for name, market in markets.items()}
    taken = interleave(tasks, sizes.seconds / 6, least=5, most=_MONTHS // block - 1)
    for name, seconds in taken.items():
        report.times(section, "a step", seconds, "ms", counts[name][0], block)
    report.ratio("cohort_step_ratio", ratio(taken["3.3e9"], taken["3.3e4"]))
    world = llama3(3_300_000_000, **{"run.resolution": "cohorts", "run.months": 120}, **sides)
    seconds = interleave({"run": timed(lambda: PlatformModel(world).run())}, 1.0)["run"]
    report.times(section, "120 months, a run", seconds, "ms", counts["3.3e9"][0], 1.0)


def memory(report: Report, sizes) -> None:
    """Bytes a user of the whole model, in a process of its own."""
    section, users = "Memory of llama3, no graph", sizes.memory
    command = [sys.executable, str(Path(__file__).with_name("memory.py")), str(users)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode:
        reason = (ran.stderr.strip().splitlines() or ["it failed"])[-1]
        report.absent(section, "bytes a user", reason, "bytes_per_user")
        return
    found = {key: value / users for key, value in json.loads(ran.stdout).items()}
    report.value(section, "arrays of all sides", found["arrays"], "bytes/user", users)
    report.value(section, "growth at its peak, build and steps", found["peak"], "bytes/user", users)
    most = max(found.values())
    report.ratio("bytes_per_user", Ratio(most, most, most, most))


def start(report: Report, sizes) -> None:
    """Time to the help text, and of Python itself."""
    section = "Start-up"
    commands = {
        "platformsim --help": [sys.executable, "-m", "platformsim", "--help"],
        "Python alone": [sys.executable, "-c", "pass"],
    }
    tasks = {
        name: timed(lambda c=command: subprocess.run(c, capture_output=True, check=True))
        for name, command in commands.items()
    }
    for name, seconds in interleave(tasks, sizes.seconds / 6).items():
        report.times(section, name, seconds, "ms", 0, 1.0)
