"""The same study gives the same bytes, whoever runs it, in whatever order, on however many cores.

What needs a process of its own is bundled into a few scripts, for each pays for its imports.
"""

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from platformsim import compare, load, read_table, rerun, run
from platformsim.errors import ResultError
from platformsim.results import RunsBuilder
from platformsim.studies.execute import Task, execute

SCENARIO = {
    "name": "bytes",
    "run": {"months": 24, "burn_in": 2, "pairs": 20, "seed": 77},
    "sides": {
        "users": {"count": 200, "tastes": {"video": {"sd": 0.8}}, "switch_cost": 0.2},
        "creators": {"count": 30, "churn_rate": 0.05, "arrival_rate": 0.4, "max_homes": 2},
    },
    "technologies": [{"name": "model", "owner": "lab", "api_demand": 50.0}],
    "platforms": [
        {"name": "a", "owner": "lab", "technology": "model", "characteristics": {"video": 1.0}},
        {"name": "b"},
    ],
    "releasers": [{"name": "lab"}],
    "mechanisms": {"direct_network": {}, "cross_network": {}, "autopost": {}, "builders": {}},
    "arms": {
        "closed": {},
        "open": {"set": {"technologies.model.release_mode": "open_weights"}},
    },
}
LINUX = pytest.mark.skipif(not Path("/proc").is_dir(), reason="reads the table of processes")


def digests(study):
    """Hash every table's Parquet bytes, as a results folder would."""
    return {
        name: hashlib.sha256(frame.to_parquet(index=False)).hexdigest()
        for name, frame in study.tables().items()
    }


# What the scripts below begin with.
HEAD = f"""
import hashlib, json, sys
from platformsim import compare, load, run
SCENARIO = {SCENARIO!r}
def digests(study):
    return {{
        name: hashlib.sha256(frame.to_parquet(index=False)).hexdigest()
        for name, frame in study.tables().items()
    }}
"""


def script(tmp_path, body, **environment):
    """Run a script of its own, without a guard on __main__, and return the JSON it prints."""
    file = tmp_path / "study.py"
    file.write_text(HEAD + body, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, str(file)],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, **environment},
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


@pytest.fixture(scope="module")
def plain():
    """The study in this process, one run after the other."""
    return compare(SCENARIO, workers=1, keep_agents=True)


def test_the_study_is_not_trivial(plain):
    summary = plain.runs.summary
    # Bytes that agree because nothing ever differs would prove nothing.
    assert summary["users.share[a]"].nunique() > 20
    assert len(plain.runs.agents) == 40 * 230


def test_workers_leave_the_bytes_alone(plain):
    # By forkserver, the default; workers must not import the caller's __main__, here pytest's.
    assert digests(compare(SCENARIO, workers=2, keep_agents=True)) == digests(plain)


def test_workers_leave_the_bytes_of_cohorts_alone():
    changes = {"run.months": 8, "run.resolution": "cohorts"}
    one, two = (digests(compare(SCENARIO, changes=changes, workers=n)) for n in (1, 2))
    assert one == two


def test_start_methods_and_hash_seeds_leave_the_bytes_alone(plain, tmp_path):
    body = """
found = {}
for method in ("spawn", "fork"):
    study = compare(SCENARIO, workers=2, start_method=method, keep_agents=True)
    found[method] = digests(study)
print(json.dumps(found))
"""
    found = script(tmp_path, body, PYTHONHASHSEED="random")
    assert found == dict.fromkeys(("spawn", "fork"), digests(plain))


def test_a_fixed_hash_seed_leaves_the_bytes_alone(plain, tmp_path):
    body = "print(json.dumps(digests(compare(SCENARIO, workers=1, keep_agents=True))))"
    assert script(tmp_path, body, PYTHONHASHSEED="0") == digests(plain)


def test_the_order_of_runs_leaves_the_bytes_alone(plain):
    whole = load(SCENARIO)
    scenarios = {name: whole.with_arm(name) for name in whole.arms}
    tasks = [Task(name, replicate) for replicate in range(20) for name in scenarios]
    shuffled = random.Random(3).sample(tasks, len(tasks))
    done = list(execute(scenarios, shuffled, workers=1, keep_agents=True))
    assert [entry.task for entry in done] == shuffled
    builder = RunsBuilder()
    for entry in sorted(done, key=lambda entry: tasks.index(entry.task)):
        builder.add(entry.task.label, entry.task.replicate, entry.measured, entry.agents)
    expected = digests(plain)
    found = digests(builder.runs())
    assert set(found) == {"summary", "series", "columns", "agents"}
    assert found == {name: expected[name] for name in found}


# -- making a folder again -------------------------------------------------------------------


@pytest.fixture(scope="module")
def short():
    return compare(SCENARIO, changes={"run.months": 6}, workers=1, keep_agents=True)


@pytest.fixture(scope="module")
def saved(short, tmp_path_factory):
    return short.save(tmp_path_factory.mktemp("bytes") / "compare-bytes")


@pytest.fixture
def copied(saved, tmp_path):
    return shutil.copytree(saved, tmp_path / "copy")


def changed(folder, **options):
    """Change options in the manifest of a folder."""
    file = folder / "manifest.json"
    manifest = json.loads(file.read_text())
    manifest["options"].update(options)
    file.write_text(json.dumps(manifest))


def test_rerun_says_the_same(saved, short):
    repeat = rerun(saved, workers=1)
    assert repeat.tables == {f"{name}.parquet": True for name in short.tables()}
    assert repeat.same
    assert repeat.versions == {}


def test_rerun_says_what_differs(copied):
    changed(copied, seed=78)
    repeat = rerun(copied, workers=1)
    assert not repeat.same
    assert not repeat.tables["summary.parquet"]
    # What columns there are does not hang on luck.
    assert repeat.tables["columns.parquet"]


def test_rerun_misses_a_table_that_is_no_longer_made(copied):
    changed(copied, keep_agents=False)
    file = copied / "manifest.json"
    manifest = json.loads(file.read_text())
    now = manifest["versions"]["numpy"]
    manifest["versions"]["numpy"] = "0.1"
    file.write_text(json.dumps(manifest))
    repeat = rerun(copied, workers=1)
    assert repeat.tables["summary.parquet"]
    assert not repeat.tables["agents.parquet"]
    assert not repeat.same
    # Where bytes differ, other versions are the first suspects.
    assert repeat.versions == {"numpy": ("0.1", now)}


def test_rerun_notices_a_tampered_table(copied):
    frame = read_table(copied, "verdicts")
    frame.loc[0, "verdict"] = "holds" if frame.loc[0, "verdict"] != "holds" else "undecided"
    frame.to_parquet(copied / "verdicts.parquet", index=False)
    with pytest.raises(ResultError, match=r"verdicts\.parquet: is missing or was changed"):
        rerun(copied, workers=1)


def test_rerun_notices_a_changed_scenario(copied):
    file = copied / "scenario.toml"
    text = file.read_text(encoding="utf-8")
    # Within an arm, where the fingerprint of the settings in force does not look.
    assert "open_weights" in text
    file.write_text(text.replace("open_weights", "open_capped"), encoding="utf-8")
    with pytest.raises(ResultError, match=r"scenario\.toml: is missing or was changed"):
        rerun(copied, workers=1)


@pytest.mark.parametrize("name", ["manifest.json", "scenario.toml", "summary.parquet"])
def test_rerun_notices_a_missing_file(copied, name):
    (copied / name).unlink()
    with pytest.raises(ResultError, match=name.replace(".", r"\.")):
        rerun(copied, workers=1)


def test_rerun_of_a_run_whose_arm_was_in_force(tmp_path):
    open_ = load(SCENARIO).with_arm("open").with_settings({"run.months": 6})
    folder = run(open_, replicates=2, workers=1).save(tmp_path / "run")
    assert set(read_table(folder, "summary")["arm"]) == {"open"}
    assert rerun(folder, workers=1).same


def test_rules_of_python_are_refused_by_rerun(tmp_path):
    def always_open(seen):
        return "open_weights"

    few = load(SCENARIO, {"run.months": 3})
    ruled = run(few.with_strategy("lab", always_open), workers=1)
    with pytest.raises(ResultError, match=r"rules defined in Python \(lab\); repeat it there"):
        rerun(ruled.save(tmp_path / "ruled"))
    given = compare({name: few.with_arm(name) for name in few.arms}, workers=1)
    with pytest.raises(ResultError, match="scenarios given in Python; repeat it there"):
        rerun(given.save(tmp_path / "given"))


# -- rules defined in the caller's script ----------------------------------------------------

RULES = """
import os
from dataclasses import dataclass
from platformsim import Mechanism, PlatformsimError, metric, param, strategy

@dataclass(frozen=True)
class Nudge(Mechanism):
    push: float = param(2.0, 0, 5, "utils", "M", "Pull towards the first platform.")

    def utility(self, market, side):
        pull = [0.0] * len(market.platforms)
        pull[0] = self.push
        return __import__("numpy").array(pull)

@metric("share", sesoi=0.01, swing=True)
def lead(history):
    '''Lead of the first platform over the second.'''
    shares = history.sides["users"].share
    return {("users", ""): shares[:, 0] - shares[:, 1]}

@strategy
def open_in_month_6(seen):
    return "open_weights" if seen.month >= 5 else None

@dataclass(frozen=True)
class Fails(Mechanism):
    def update(self, market):
        if market.month == 3 and market.streams.replicate == 2:
            raise ZeroDivisionError("nothing left")

@dataclass(frozen=True)
class Steals(Mechanism):
    def update(self, market):
        market.ledger.pay("users", "creators", "content", -1.0)

@dataclass(frozen=True)
class Dies(Mechanism):
    def update(self, market):
        os._exit(3)

def failure(rule, workers):
    try:
        compare(base.with_mechanism(rule), changes={"run.months": 5}, workers=workers)
    except PlatformsimError as error:
        return f"{type(error).__name__}: {error}"

SCENARIO["releasers"][0]["strategy"] = "open_in_month_6"
SCENARIO["run"]["months"] = 8
base = load(SCENARIO)
ruled = base.with_mechanism(Nudge())
one = compare(ruled, workers=1)
found = {
    "share": one.runs.summary["users.share[a]"].mean(),
    "without": run(base, replicates=5, workers=1).runs.summary["users.share[a]"].mean(),
    "settings": one.settings["setting"].tolist(),
    "lead": "users.lead" in one.runs.summary,
    "1": digests(one),
    "2": digests(compare(ruled, workers=2)),
    "fails": [failure(Fails(), workers) for workers in (1, 2)],
    "steals": failure(Steals(), 2),
    "dies": failure(Dies(), 2),
}
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def ruled(tmp_path_factory):
    return script(tmp_path_factory.mktemp("rules"), RULES)


def test_rules_of_a_script_reach_the_workers(ruled):
    # Mechanism, metric and strategy are defined in __main__, which workers never import.
    assert ruled["share"] > ruled["without"] + 0.1
    assert ruled["lead"]
    assert ruled["2"] == ruled["1"]


def test_a_run_that_fails_is_named(ruled):
    expected = (
        "RunError: the run failed (bytes, arm closed, replicate 2, seed 77): "
        "ZeroDivisionError: nothing left"
    )
    assert ruled["fails"] == [expected, expected]
    # Money that does not balance is a failure of the run as well.
    assert "RunError: the run failed (bytes, arm closed, replicate 0, seed 77)" in ruled["steals"]
    assert "users cannot pay creators -1.0" in ruled["steals"]


def test_a_worker_that_dies_is_one_message(ruled):
    assert ruled["dies"].startswith("RunError: a worker process died")


# -- nothing is left behind ------------------------------------------------------------------


def family(leader):
    """Return the living processes that a driver and its helpers started, and itself."""
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


LONG = """
import signal
from platformsim.studies import compare as module
signal.signal(signal.SIGINT, signal.default_int_handler)
changes = {"run.months": 600, "sides.users.count": 20_000}
module.compare(SCENARIO, pairs=400, changes=changes, workers=2, start_method=sys.argv[1])
"""


def killed(tmp_path, method, how):
    """Start a long study, end it somehow, and return the processes left and its exit code."""
    file = tmp_path / "long.py"
    file.write_text(HEAD + LONG, encoding="utf-8")
    with (tmp_path / "stderr").open("w") as errors:
        driver = subprocess.Popen(
            [sys.executable, str(file), method], start_new_session=True, stderr=errors
        )
    try:
        # Two workers that have begun to work; spawned ones import everything first.
        busy, deadline = 4.0 if method == "spawn" else 0.6, time.monotonic() + 60
        while processor_time(driver.pid) < busy:
            assert driver.poll() is None, (tmp_path / "stderr").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.1)
        how(driver)
        deadline = time.monotonic() + 8
        while (left := family(driver.pid)) and time.monotonic() < deadline:
            time.sleep(0.1)
        # A process whose first thread has ended looks dead before its last one is.
        return left, driver.poll() if left else driver.wait(timeout=8)
    finally:
        for process in family(driver.pid):
            os.kill(process, signal.SIGKILL)
        driver.wait()


def processor_time(leader):
    """Return the seconds of work of the second busiest process that a driver started."""
    spent = []
    for process in family(leader):
        if process != leader:
            try:
                stat = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            spent.append((int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK"))
    return sorted([0.0, 0.0, *spent])[-2]


@LINUX
@pytest.mark.parametrize(
    "method", ["forkserver", *(pytest.param(m, marks=pytest.mark.slow) for m in ("spawn", "fork"))]
)
def test_killing_the_driver_leaves_no_workers(tmp_path, method):
    left, _ = killed(tmp_path, method, lambda driver: driver.kill())
    assert left == []


@LINUX
@pytest.mark.parametrize(
    "method", ["forkserver", *(pytest.param(m, marks=pytest.mark.slow) for m in ("spawn", "fork"))]
)
def test_interrupting_a_study_ends_it_at_once(tmp_path, method):
    # Ctrl-C reaches every process of the terminal. One run here takes seconds, all take an hour.
    left, code = killed(tmp_path, method, lambda driver: os.killpg(driver.pid, signal.SIGINT))
    assert left == []
    assert code not in (None, 0)
    # The driver's own traceback and none of its workers'.
    assert (tmp_path / "stderr").read_text().count("KeyboardInterrupt") == 1


def test_a_study_that_is_given_up_half_way_ends_its_workers():
    whole = load(SCENARIO)
    scenarios = {name: whole.with_arm(name) for name in whole.arms}
    tasks = [Task(name, replicate) for replicate in range(40) for name in scenarios]
    runs = execute(scenarios, tasks, workers=2)
    first = next(runs)
    started = time.monotonic()
    runs.close()
    assert first.task == tasks[0]
    assert time.monotonic() - started < 8
