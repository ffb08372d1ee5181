"""Sweeps in many processes: the same bytes whoever makes the runs, and nothing lost on the way."""

import contextlib
import hashlib
import json
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ENDURANCE = Path(__file__).parents[1] / "endurance"
BODY = """
import hashlib, json, os, sys, tempfile, warnings
from dataclasses import dataclass
from pathlib import Path
import numpy as np
import platformsim as ps

@dataclass(frozen=True)
class Nudge(ps.Mechanism):
    push: float = ps.param(0.7, 0, 5, "utils", "M", "Pull towards the first platform.")

    def utility(self, market, side):
        pull = np.zeros(len(market.platforms))
        pull[0] = self.push
        return pull

SCENARIO = {
    "name": "bytes", "run": {"months": 8, "burn_in": 2, "seed": 77},
    "sides": {"users": {"count": 80, "tastes": {"video": {"sd": 0.8}}}},
    "technologies": [{"name": "model", "owner": "lab"}],
    "platforms": [{"name": "a", "owner": "lab", "technology": "model",
                   "characteristics": {"video": 1.0}}, {"name": "b"}],
    "releasers": [{"name": "lab"}],
    "mechanisms": {"direct_network": {}, "builders": {}},
    "arms": {"closed": {}, "open": {"set": {"technologies.model.release_mode": "open_weights"}}},
}
OVER = {"mechanisms.nudge.push": "0:2", "mechanisms.direct_network.beta_direct": "0:3"}

def digests(**options):
    whole = ps.load(SCENARIO).with_mechanism(Nudge())
    with tempfile.TemporaryDirectory() as folder:
        made = ps.sweep(whole, OVER, arms=["closed", "open"], replicates=3, design="sobol",
                        points=8, out=Path(folder) / "sweep", progress=False, **options)
        files = sorted(made.folder.glob("*.parquet"))
        return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
"""


def script(tmp_path, body, *words):
    """Run a script without a guard on __main__, and return the JSON that it prints."""
    file = tmp_path / "study.py"
    file.write_text(BODY + body, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, str(file), *words],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """The tables of one process."""
    found = script(tmp_path_factory.mktemp("one"), "print(json.dumps(digests(workers=1)))")
    assert len(found) == 4
    return found


def test_workers_and_start_methods_leave_the_bytes_alone(expected, tmp_path):
    body = """
import multiprocessing
ways = {"two": dict(workers=2), "four": dict(workers=4),
        **{name: dict(workers=2, start_method=name) for name in ("fork", "spawn", "forkserver")}}
found = {name: digests(**options) for name, options in ways.items()}
found["method"] = multiprocessing.get_start_method()
print(json.dumps(found))
"""
    found = script(tmp_path, body)
    # Nothing was set for the whole process.
    assert found.pop("method") == multiprocessing.get_all_start_methods()[0]
    assert found == dict.fromkeys(("two", "four", "fork", "spawn", "forkserver"), expected)


def test_an_executed_notebook_gives_the_same_bytes(expected):
    import nbformat
    from nbclient import NotebookClient

    cells = [BODY, "print(json.dumps(digests(workers=2)))"]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    done = NotebookClient(book, timeout=600, kernel_name="python3").execute()
    text = "".join(o.text for o in done.cells[1].outputs if o.get("name") == "stdout")
    assert json.loads(text) == expected


@contextlib.contextmanager
def cluster(tmp_path, workers=2):
    """A scheduler and workers, each a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    address = f"tcp://127.0.0.1:{port}"
    base = [sys.executable, "-m"]
    parts = [
        [*base, "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", port],
        *([*base, "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny",
           "--local-directory", str(tmp_path)] for _ in range(workers)),
    ]  # fmt: skip
    log = (tmp_path / "cluster.log").open("w")
    started = [
        subprocess.Popen([*words, "--no-dashboard"], stdout=log, stderr=log) for words in parts
    ]
    try:
        yield address, started
    finally:
        for process in started:
            process.kill()
            process.wait()
        log.close()


def test_dask_gives_the_same_bytes_and_rules_of_a_script_travel(expected, tmp_path):
    with cluster(tmp_path) as (address, _):
        body = "print(json.dumps(digests(dask=sys.argv[1])))"
        assert script(tmp_path, body, address) == expected


def test_a_cluster_that_goes_away_leaves_what_is_done(tmp_path):
    scenario = tmp_path / "scenario.toml"
    scenario.write_text("""
[run]
months = 24
[sides.users]
count = 2000
[[platforms]]
name = "a"
[[platforms]]
name = "b"
[mechanisms.direct_network]
""")
    folder = tmp_path / "sweep"
    words = [sys.executable, "-m", "platformsim", "sweep", str(scenario), "--over",
             "mechanisms.direct_network.beta_direct=0:3:5", "--replicates", "400",
             "--out", str(folder)]  # fmt: skip
    with cluster(tmp_path) as (address, processes):
        driver = subprocess.Popen(
            [*words, "--dask", address], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        while not runs_in(folder) and driver.poll() is None:
            time.sleep(0.1)
        processes[0].kill()
        _, errors = driver.communicate(timeout=300)
    assert driver.returncode == 2
    assert "go on with --resume" in errors
    assert runs_in(folder) > 0


def runs_in(folder):
    """Return how many runs a folder holds, as far as can be seen from outside."""
    import sqlite3

    if not (folder / "ledger.sqlite").is_file():
        return 0
    with contextlib.closing(sqlite3.connect(folder / "ledger.sqlite", timeout=30)) as link:
        try:
            return link.execute("SELECT COUNT(*) FROM runs").fetchone()[0]
        except sqlite3.Error:
            return 0


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="reads the table of processes")
def test_ctrl_c_on_a_terminal_says_how_to_go_on_and_leaves_nobody(tmp_path):
    folder = tmp_path / "sweep"
    words = [sys.executable, "-m", "platformsim", "sweep", "tipping", "--over",
             "mechanisms.direct_network.beta_direct=0:3:5", "--replicates", "2000",
             "--workers", "2", "--out", str(folder)]  # fmt: skip
    driver = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    while runs_in(folder) < 5:
        assert driver.poll() is None
        time.sleep(0.05)
    os.killpg(driver.pid, signal.SIGINT)
    output, errors = driver.communicate(timeout=120)
    assert driver.returncode == 130
    assert output == ""
    assert f"of 10000 runs are in {folder}; go on with platformsim sweep --resume" in errors
    assert "Traceback" not in errors
    assert not [entry for entry in Path("/proc").iterdir() if session(entry) == driver.pid]
    done = runs_in(folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["runs"] == {"planned": 10_000, "done": done, "failed": 0}
    for name, known in manifest["tables"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == known


def session(entry):
    """Return the session of a living process."""
    try:
        fields = (entry / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return int(fields[3]) if fields[0] not in "ZX" else None


def endurance(name, *words):
    ran = subprocess.run(
        [sys.executable, str(ENDURANCE / name), *words],
        capture_output=True, text=True, timeout=1200, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="reads the table of processes")
@pytest.mark.parametrize("way", ["driver", "worker", "disk", "dask", "planted"])
def test_whatever_befalls_a_sweep_its_tables_are_the_same(way):
    output = endurance("sweep_kills.py", "--runs", "300", "--kills", "4", "--only", way)
    assert f"{way}: same bytes" in output or f"{way}: skipped" in output
