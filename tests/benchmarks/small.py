"""Sections on the small model: our kernel, C, numpy and the peers."""

from __future__ import annotations

import os
from pathlib import Path

import ours
from limit import Limit, NoCompilerError
from peer_process import PEERS, Peers
from report import Report
from timing import Task, interleave, ratio, timed

COMBINATIONS = ((2, 1), (3, 2), (4, 3), (5, 4), (6, 5), (8, 6), (8, 1), (2, 6))
_UNIT = "ns/decision"


def on_threads(step, number: int) -> Task:
    """Turn a step of ours into a task on so many threads."""

    def work() -> None:
        with ours.threads(number):
            step()

    return timed(work)


def kernel(report: Report, sizes, peers: Peers, folder: Path) -> None:
    """Everybody on the small model; C and ours also alone, where more rounds fit."""
    n, section = sizes.kernel, "Small model: 3 platforms, 2 tastes, everybody revises"
    ones = ours.build(n)
    mine = on_threads(ones.step, 1)
    _against_c(report, section, "kernel_vs_c", sizes, ones, folder)
    reference = ours.build(sizes.numpy, kernel="numpy")
    tasks = {"ours": mine, "numpy": timed(reference.step)}
    tasks |= {name: peer.step for name, peer in peers.running.items()}
    taken = interleave(tasks, sizes.seconds, least=sizes.rounds)
    size = {"ours": n, "numpy": sizes.numpy, **{k: p.n for k, p in peers.running.items()}}
    share = {"ours": ones.share, "numpy": reference.share}
    share |= {name: peer.share for name, peer in peers.running.items()}
    label = {"ours": "platformsim, one thread", "numpy": "platformsim, numpy reference"}
    label |= {name: text for name, (_, text) in PEERS.items()}
    for name, seconds in taken.items():
        # The same model: after as many steps all must have about the same shares.
        note = _shares(share[name])
        report.times(section, label[name], seconds, _UNIT, size[name], size[name], note)
        if name != "ours":
            found = ratio(seconds / size[name], taken["ours"] / n)
            report.ratio(f"kernel_vs_{name}", found)
    for name, reason in peers.missing.items():
        report.absent(section, label[name], reason, f"kernel_vs_{name}")


def _shares(share) -> str:
    return "shares " + " ".join(f"{part:.3f}" for part in share)


def _against_c(report, section, key, sizes, ones, folder, name="hand-written C, one thread"):
    """Run C and ours in turn; return our seconds and the ratio, or None without a compiler."""
    try:
        limit = Limit(ones, folder)
    except (NoCompilerError, OSError) as error:
        report.absent(section, name, str(error), key)
        return None
    tasks = {"c": timed(limit.step), "ours": on_threads(ones.step, 1)}
    taken = interleave(tasks, sizes.seconds / 3, least=sizes.rounds)
    report.times(section, name, taken["c"], _UNIT, ones.n, ones.n, _shares(limit.share))
    found = ratio(taken["c"], taken["ours"])
    if key:
        report.ratio(key, found)
    return taken["ours"], found


def combinations(report: Report, sizes, folder: Path) -> None:
    """Our kernel and C for several numbers of platforms and tastes."""
    section, least = "Platforms and tastes, one thread", None
    for platforms, tastes in sizes.combinations:
        name = f"{platforms} platforms, {tastes} taste{'s' * (tastes > 1)}"
        ones = ours.build(sizes.combination, platforms, tastes)
        found = _against_c(report, section, "", sizes, ones, folder, f"{name}: C")
        if found is None:
            report.reasons["kernel_vs_c_least"] = report.rows[-1].note
            found = interleave({"ours": on_threads(ones.step, 1)}, 1.0)["ours"], None
        seconds, against_c = found
        note = f"{against_c.value:.2f} of C" if against_c else ""
        report.times(section, f"{name}: platformsim", seconds, _UNIT, ones.n, ones.n, note)
        if against_c and (least is None or against_c.value < least.value):
            least = against_c
    if least:
        report.ratio("kernel_vs_c_least", least)


def scaling(report: Report, sizes) -> None:
    """Our kernel at growing numbers of users."""
    section = "Kernel by number of users, one thread"
    for n in sizes.scaling:
        ones = ours.build(n)
        steps = max(1, 20_000 // n)  # of a small market several at once: clocks have their limits

        def work(step=ones.step, steps=steps) -> None:
            for _ in range(steps):
                step()

        taken = interleave({"ours": on_threads(work, 1)}, sizes.seconds / 12, most=30)["ours"]
        report.times(section, "platformsim", taken, _UNIT, n, n * steps)


def threads(report: Report, sizes) -> None:
    """Our kernel on one thread and on two."""
    section = "Threads"
    if (os.cpu_count() or 1) < 2:
        report.absent(section, "two threads", "the machine has one core", "threads_2_vs_1")
        return
    ones = ours.build(sizes.kernel)
    tasks = {f"kernel, threads: {k}": on_threads(ones.step, k) for k in (1, 2)}
    taken = interleave(tasks, sizes.seconds / 3, least=sizes.rounds)
    for name, seconds in taken.items():
        report.times(section, name, seconds, _UNIT, ones.n, ones.n)
    one, two = taken.values()
    report.ratio("threads_2_vs_1", ratio(one, two))
