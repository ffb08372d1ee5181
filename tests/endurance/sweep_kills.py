"""Whatever befalls a sweep, its tables are those of one that nothing befell.

    uv run python tests/endurance/sweep_kills.py [--runs 2000] [--kills 20] [--only driver,...]

The driver is killed again and again, workers are killed, the disk is full for a while, a worker of
a Dask cluster is killed half way, one run raises. Ends with 1 when a table differs.
"""

import argparse
import contextlib
import hashlib
import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SCENARIO = """
name = "endurance"
title = "Two platforms and a lab"
[run]
months = 12
burn_in = 2
seed = 77
[sides.users]
count = 150
[[technologies]]
name = "model"
owner = "lab"
[[platforms]]
name = "a"
owner = "lab"
technology = "model"
[[platforms]]
name = "b"
[[releasers]]
name = "lab"
[mechanisms.direct_network]
[mechanisms.builders]
[arms.closed]
[arms.open.set]
"technologies.model.release_mode" = "open_weights"
"""
POINTS = 10
CLI = [sys.executable, "-m", "platformsim"]
KEY = "mechanisms.direct_network.beta_direct"


def command(scenario, runs, *extra):
    replicates = runs // (2 * POINTS)
    return [*CLI, "sweep", str(scenario), "--arms", "closed,open", "--over", f"{KEY}=0:3:{POINTS}",
            "--replicates", str(replicates), "--workers", "2", *map(str, extra)]  # fmt: skip


def digests(folder):
    """Hash the tables of a folder."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.glob("*.parquet"))
    }


def done(folder):
    """Return how many runs a ledger holds."""
    file = folder / "ledger.sqlite"
    if not file.is_file():
        return 0
    try:
        with contextlib.closing(
            sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10)
        ) as link:
            return link.execute("SELECT COUNT(*) FROM runs").fetchone()[0]
    except sqlite3.Error:
        return 0


def family(leader):
    """Return the living processes of a session."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == leader and fields[0] not in "ZX":
                found.append(int(entry.name))
    return found


def start(words, log):
    return subprocess.Popen(
        words, start_new_session=True, stdout=subprocess.DEVNULL, stderr=log.open("a")
    )


def finish(words, log):
    """Run a command to its end."""
    code = start(words, log).wait(timeout=3600)
    assert code == 0, log.read_text()


def orphans(leader, patience=10.0):
    """Return the processes that outlive their driver for longer than it takes to notice."""
    deadline = time.monotonic() + patience
    while (left := family(leader)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


def driver_killed(scenario, runs, kills, work, log, seconds):
    """Kill the driver at random moments, and resume."""
    luck, folder, counts, late = random.Random(8), work / "driver", [], 0.0
    for _ in range(kills):
        extra = ("--resume", folder) if folder.is_dir() else ("--out", folder)
        driver = start(command(scenario, runs, *extra), log)
        # By progress, for a busy machine may be slow; now and then while it is still starting.
        target = done(folder) + luck.uniform(0, 1.8) * runs / (kills + 1)
        while len(counts) % 5 and done(folder) < target and driver.poll() is None:
            time.sleep(0.01)
        time.sleep(luck.uniform(0.0, 0.3 if len(counts) % 5 else 3.0))
        assert driver.poll() in (None, 0), log.read_text()[-3000:]
        driver.kill()
        driver.wait()
        began = time.monotonic()
        left = orphans(driver.pid)
        assert not left, f"processes left behind: {left}"
        late = max(late, time.monotonic() - began)
        counts.append(done(folder))
    with contextlib.closing(sqlite3.connect(folder / "ledger.sqlite")) as link:
        assert link.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    finish(command(scenario, runs, "--resume", folder), log)
    return digests(folder), f"runs done at each kill: {counts}; workers gone within {late:.1f} s"


def worker_killed(scenario, runs, kills, work, log, seconds):
    """Kill workers of the pool, one after another, each time that work goes on."""
    folder, luck, hit, seen = work / "worker", random.Random(9), 0, 0
    driver = start(command(scenario, runs, "--out", folder), log)
    while driver.poll() is None:
        if done(folder) == seen:
            time.sleep(0.01)
            continue
        time.sleep(luck.uniform(0.2, 1.0) * seconds / (kills + 1))
        # The last ones started are the workers; fork server and resource tracker came before.
        workers = [p for p in family(driver.pid) if p != driver.pid and is_worker(p)]
        if workers and hit < kills:
            seen = done(folder)
            with_luck = luck.choice(workers)
            try:
                os.kill(with_luck, signal.SIGKILL)
                hit += 1
            except ProcessLookupError:
                pass
    assert driver.wait() == 0, log.read_text()
    assert hit > 0
    return digests(folder), f"{hit} workers killed"


def is_worker(process):
    """Return whether a process is a worker: a child of the fork server."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        parent = Path(f"/proc/{stat[1]}/cmdline").read_bytes()
    except OSError:
        return False
    return b"forkserver" in parent


def disk_full(scenario, runs, kills, work, log, seconds):
    """Let a small disk run full for a while."""
    disk = work / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(disk)], capture_output=True
    )
    if mounted.returncode:
        return None, "skipped: may not mount a tmpfs"
    try:
        folder, ballast = disk / "sweep", disk / "ballast"
        driver = start(command(scenario, runs, "--out", folder), log)
        while done(folder) < runs // 10:
            assert driver.poll() is None, log.read_text()
            time.sleep(0.02)
        filled(ballast)
        time.sleep(6.0)
        stuck = done(folder)
        time.sleep(4.0)
        held = done(folder)
        assert driver.poll() is None, log.read_text()
        ballast.unlink()
        assert driver.wait(timeout=3600) == 0, log.read_text()
        assert "the disk is full" in log.read_text()
        return digests(folder), f"stood still at {stuck} and {held} of {runs} runs while full"
    finally:
        for process in family(driver.pid):
            os.kill(process, signal.SIGKILL)
        driver.wait()
        released(disk)


def released(disk):
    """Take the disk away, as soon as nobody uses it any more."""
    for _ in range(50):
        if not subprocess.run(["umount", str(disk)], capture_output=True).returncode:
            return
        time.sleep(0.2)
    subprocess.run(["umount", "--lazy", str(disk)], check=True)
    print(f"{disk} was still in use: {holders(disk)}")


def holders(disk):
    """Return the processes that have files open below a folder."""
    found = []
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        with contextlib.suppress(OSError):
            if str(link.readlink()).startswith(str(disk)):
                found.append((link.parts[2], link.readlink().name))
    return found


def filled(ballast):
    """Write until nothing fits any more."""
    with ballast.open("wb", buffering=0) as file:
        size = 1 << 20
        while size:
            try:
                file.write(bytes(size))
            except OSError:
                size //= 2


def dask(scenario, runs, kills, work, log, seconds):
    """Kill one of two workers of a Dask cluster half way."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{probe.getsockname()[1]}"
    port = address.rpartition(":")[2]
    base = [sys.executable, "-m"]
    quiet = ["--no-dashboard"]
    scheduler = start(
        [*base, "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", port, *quiet],
        log,
    )
    workers = [
        start([*base, "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny",
               "--no-dashboard", "--local-directory", str(work)], log)
        for _ in range(2)
    ]  # fmt: skip
    try:
        folder = work / "dask"
        driver = start(command(scenario, runs, "--out", folder, "--dask", address), log)
        while done(folder) < runs // 2:
            assert driver.poll() is None, log.read_text()
            time.sleep(0.05)
        workers[0].kill()
        at = done(folder)
        assert driver.wait(timeout=3600) == 0, log.read_text()
        return digests(folder), f"one of two workers killed at {at} of {runs} runs"
    finally:
        for process in (*workers, scheduler):
            for member in family(process.pid):
                os.kill(member, signal.SIGKILL)
            process.wait()


PLANTED = """
import sys, warnings
from dataclasses import dataclass
import platformsim as ps

@dataclass(frozen=True)
class Bomb(ps.Mechanism):
    armed: bool = True

    def update(self, market):
        beta = market.streams.replicate == 3 and market.month == 5
        if self.armed and beta and market.technologies["mode"][0] == 0:
            raise ZeroDivisionError("planted")

warnings.simplefilter("ignore")
whole = ps.load(sys.argv[1]).with_mechanism(Bomb())
over = {sys.argv[3]: sys.argv[4]}
ps.sweep(whole, over, arms=["closed", "open"], replicates=int(sys.argv[5]), out=sys.argv[2],
         workers=2)
"""


def planted(scenario, runs, kills, work, log, seconds):
    """Let every run of one arm and replicate raise; the other runs must not notice."""
    import pandas as pd

    folder, script = work / "planted", work / "planted.py"
    script.write_text(PLANTED)
    words = [sys.executable, str(script), str(scenario), str(folder), KEY, f"0:3:{POINTS}",
             str(runs // (2 * POINTS))]  # fmt: skip
    finish(words, log)
    failures = pd.read_parquet(folder / "failures.parquet")
    found = pd.read_parquet(folder / "summary.parquet")
    plain = pd.read_parquet(work / "plain" / "summary.parquet")
    lost = (plain["arm"] == "closed") & (plain["replicate"] == 3)
    same = found.equals(plain[~lost].reset_index(drop=True))
    assert len(failures) == lost.sum() == POINTS
    assert failures["error"].eq("ZeroDivisionError: planted").all()
    assert failures["seed"].eq(77).all()
    note = (
        f"{len(failures)} runs of {runs} failed, the others {'are' if same else 'ARE NOT'} as ever"
    )
    return (digests(work / "plain") if same else {}), note


WAYS = {"driver": driver_killed, "worker": worker_killed, "disk": disk_full, "dask": dask,
        "planted": planted}  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--only", default=",".join(WAYS))
    chosen = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="endurance-"))
    log, scenario = work / "log", work / "scenario.toml"
    scenario.write_text(SCENARIO)
    started = time.monotonic()
    finish(command(scenario, chosen.runs, "--out", work / "plain"), log)
    seconds, expected = time.monotonic() - started, digests(work / "plain")
    print(f"undisturbed: {chosen.runs} runs in {seconds:.1f} s; {json.dumps(expected)[:60]}…")
    wrong = 0
    for name in chosen.only.split(","):
        log.write_text("")
        found, note = WAYS[name](scenario, chosen.runs, chosen.kills, work, log, seconds)
        verdict = "skipped" if found is None else "same bytes" if found == expected else "DIFFERS"
        wrong += verdict == "DIFFERS"
        print(f"{name}: {verdict}; {note}", flush=True)
    shutil.rmtree(work, ignore_errors=True)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
