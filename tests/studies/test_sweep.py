"""Sweeps: designs, the ledger, resuming, failures, and where the runs are made."""

import json
import sqlite3
import threading
import warnings
from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import platformsim as ps
from platformsim.cli import main
from platformsim.errors import ResultError, ScenarioError
from platformsim.results import patience
from platformsim.results.folder import digest, read_manifest
from platformsim.studies.execute import RunError
from platformsim.studies.sweep import engines
from platformsim.studies.sweep.designs import designed, tabled
from platformsim.studies.sweep.drive import make_runs
from platformsim.studies.sweep.ledger import NAME, Ledger

BETA, SHARED, MODE = (
    "mechanisms.direct_network.beta_direct", "market.interoperability",
    "technologies.model.release_mode",
)  # fmt: skip
COUNT = "sides.users.count"
SCENARIO = {
    "name": "small",
    "title": "Two platforms and a lab",
    "run": {"months": 6, "burn_in": 1, "seed": 77},
    "sides": {"users": {"count": 60}},
    "technologies": [{"name": "model", "owner": "lab"}],
    "platforms": [{"name": "a", "owner": "lab", "technology": "model"}, {"name": "b"}],
    "releasers": [{"name": "lab"}],
    "mechanisms": {"direct_network": {}, "builders": {}},
    "arms": {"closed": {}, "open": {"set": {MODE: "open_weights"}}},
}
OVER = {BETA: [0.5, 2.5], SHARED: [0.0, 0.5]}
ARMS = ["closed", "open"]


def small(**options):
    options = {"arms": ARMS, "replicates": 3, "workers": 1, "progress": False, **options}
    return ps.sweep(options.pop("scenario", SCENARIO), options.pop("over", OVER), **options)


def bytes_of(folder):
    return {path.name: digest(path) for path in folder.glob("*.parquet")}


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """The sweep in this process, undisturbed, in a folder."""
    return small(out=tmp_path_factory.mktemp("plain") / "sweep")


# -- designs ---------------------------------------------------------------------------------


def points_of(over, scenario=SCENARIO, **options):
    chosen = ps.load(scenario)
    return designed(chosen, over, **{"design": "grid", "points": None, "seed": 7, **options})


def test_a_grid_has_every_combination_the_last_key_running_fastest():
    found = points_of({BETA: "0:1:3", MODE: "closed_api,open_weights"})
    assert [tuple(point.values()) for point in found] == [
        (beta, mode) for beta in (0.0, 0.5, 1.0) for mode in ("closed_api", "open_weights")
    ]


def test_whole_numbers_stay_whole():
    assert points_of({COUNT: "50:60:3"}) == [{COUNT: 50}, {COUNT: 55}, {COUNT: 60}]
    found = points_of({COUNT: "50:53"}, design="lhs", points=8)
    # Four values, each equally often.
    assert sorted(point[COUNT] for point in found) == [50, 50, 51, 51, 52, 52, 53, 53]
    assert all(type(point[COUNT]) is int for point in found)


def test_a_latin_hypercube_visits_every_slice_of_every_key_once():
    found = points_of({BETA: "1:3", SHARED: "0:1"}, design="lhs", points=10)
    for key, low, width in ((BETA, 1.0, 0.2), (SHARED, 0.0, 0.1)):
        slices = [int((point[key] - low) / width) for point in found]
        assert sorted(slices) == list(range(10))


def test_sobol_points_are_balanced_in_both_halves_of_every_pair_of_keys():
    found = points_of({BETA: "0:1", SHARED: "0:1"}, design="sobol", points=16)
    quarters = [(point[BETA] >= 0.5, point[SHARED] >= 0.5) for point in found]
    assert {quarter: quarters.count(quarter) for quarter in set(quarters)} == dict.fromkeys(
        [(False, False), (False, True), (True, False), (True, True)], 4
    )
    # A number that is no power of two is the beginning of the next one.
    assert points_of({BETA: "0:1", SHARED: "0:1"}, design="sobol", points=11) == found[:11]


def test_names_are_spread_evenly_over_a_design():
    found = points_of({MODE: "closed_api,open_weights", BETA: "0:1"}, design="lhs", points=10)
    assert [point[MODE] for point in found].count("open_weights") == 5


def test_the_design_hangs_on_the_seed_alone():
    options = {"over": {BETA: "0:1"}, "design": "lhs", "points": 4}
    assert points_of(**options) == points_of(**options)
    assert points_of(**options) != points_of(**options, seed=8)


def test_a_table_is_a_design(tmp_path):
    file = tmp_path / "design.csv"
    file.write_text(f"{BETA},{COUNT},{MODE}\n0.5,50,open_weights\n1.0,,\n")
    rows = [{BETA: 0.5, COUNT: 50, MODE: "open_weights"}, {BETA: 1.0}]
    assert tabled(file) == rows
    found = small(over=None, table=file, arms=None, replicates=2)
    assert found.plan.points == rows
    # An empty cell leaves the setting alone; a frame with a gap holds no integers.
    for table in (rows, pd.DataFrame(rows)):
        again = small(over=None, table=table, arms=None, replicates=2)
        assert again.plan.points == rows
        pd.testing.assert_frame_equal(again.summary, found.summary, check_exact=True)
    alone = ps.run(SCENARIO, replicates=2, changes={BETA: 1.0}, workers=1).runs.summary
    rest = found.summary[found.summary[BETA] == 1.0]
    assert rest["users.hhi"].tolist() == alone["users.hhi"].tolist()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"over": {"market.interoperabilty": [0.1]}}, "did you mean 'market.interoperability'"),
        ({"over": {BETA: "0:1"}}, "needs the number of levels"),
        ({"over": {BETA: "1:0:3"}}, "to a larger one"),
        ({"over": {BETA: "0:1:x"}}, "must be low:high"),
        ({"over": {BETA: []}}, "must be a list of values"),
        ({"over": {COUNT: "0.5:9.5:3"}}, "must be whole numbers"),
        ({"over": {BETA: [0.5, -4.0]}}, "got -4.0"),
        ({"over": {}}, "at least one setting"),
        ({"over": {BETA: "0:1"}, "design": "lhs"}, "points: the design lhs needs their number"),
        ({"points": 4}, "points: belongs to the designs lhs and sobol"),
        ({"design": "sobel"}, "did you mean 'sobol'"),
        ({"table": [{BETA: 1.0}]}, "over: cannot be had beside a table"),
        ({"over": None, "table": "nowhere.csv"}, "table: cannot be read"),
        ({"over": None, "table": []}, "has no rows"),
        ({"arms": ["opn"]}, "did you mean 'open'"),
        ({"arms": ["open", "open"]}, "must not name an arm twice"),
        ({"replicates": 0}, "replicates: must be a whole number of at least 1"),
        ({"executor": 3}, "executor: must be an executor"),
        ({"scenario": None}, "scenario: must be given"),
        ({"resume": "nowhere"}, "resume: is no folder"),
        ({"resume": "nowhere", "out": "there"}, "out: must not be given"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_run(options, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ScenarioError, match=message.replace("[", r"\[")):
        small(**options)
    assert list(tmp_path.iterdir()) == []


def test_a_csv_with_a_short_line_is_refused(tmp_path):
    file = tmp_path / "design.csv"
    file.write_text(f"{BETA},{COUNT}\n0.5\n")
    with pytest.raises(ScenarioError, match="line 2: must have 2 cells"):
        small(over=None, table=file)


# -- the tables ------------------------------------------------------------------------------


def test_the_numbers_are_those_of_single_runs(plain):
    point = {BETA: 2.5, SHARED: 0.5}
    alone = ps.run(SCENARIO, "open", replicates=3, changes=point, workers=1).runs
    where = {"arm": "open", **point}
    for found, expected in ((plain.summary, alone.summary), (plain.series, alone.series)):
        part = found[np.logical_and.reduce([found[key] == value for key, value in where.items()])]
        rest = part.drop(columns=[BETA, SHARED]).reset_index(drop=True)
        pd.testing.assert_frame_equal(rest, expected, check_exact=True)


def test_runs_stand_replicate_by_replicate_and_arms_side_by_side(plain):
    order = plain.summary[["replicate", BETA, SHARED, "arm"]].values.tolist()
    assert order == [
        [replicate, beta, shared, arm]
        for replicate in range(3) for beta in OVER[BETA] for shared in OVER[SHARED]
        for arm in ARMS
    ]  # fmt: skip
    assert len(plain.series) == 7 * len(plain.summary)


def test_the_folder_holds_what_the_result_says(plain):
    for name in ("summary", "series", "columns", "design"):
        frame = ps.read_table(plain.folder, name)
        pd.testing.assert_frame_equal(frame, plain.tables()[name], check_exact=True)
    assert set(plain.design) == {BETA, SHARED}
    assert read_manifest(plain.folder)["runs"] == {"planned": 24, "done": 24, "failed": 0}
    assert {"response.png", "differences.png"} <= {p.name for p in plain.folder.iterdir()}
    # Nothing beside the ledger is needed to read it.
    assert not list(plain.folder.glob("ledger.sqlite-*"))


def test_layouts_that_differ_are_one_table():
    # Metrics of builders exist only where the mechanism is.
    table = [{"mechanisms.builders.enabled": False}, {"mechanisms.builders.enabled": True}]
    found = small(over=None, table=table, arms=None, replicates=2)
    assert found.summary["mechanisms.builders.enabled"].tolist() == [False, True] * 2
    assert list(found.summary.columns).count("users.hhi") == 1


def test_rerun_makes_a_sweep_again(plain):
    repeat = ps.rerun(plain.folder, workers=1, progress=False)
    assert repeat.same
    assert set(repeat.tables) == {
        f"{n}.parquet" for n in ("summary", "series", "columns", "design")
    }


def test_a_result_without_a_folder_can_be_saved_and_leaves_nothing_behind(plain, tmp_path):
    passing = small(keep_series=False)
    assert passing.series.empty
    held = passing.folder
    saved = passing.save(tmp_path / "saved")
    assert ps.read_table(saved, "summary").equals(plain.summary)
    assert small(scenario=None, over=None, arms=None, replicates=None, resume=saved).missing == 0
    del passing
    assert not held.exists()


# -- resuming --------------------------------------------------------------------------------


class CutShort(ThreadPoolExecutor):
    """An executor on which Ctrl-C comes after some calls."""

    def __init__(self, calls):
        super().__init__(1)
        self.left = calls

    def submit(self, *arguments):
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt
        return super().submit(*arguments)


@pytest.fixture
def cut(tmp_path):
    """A folder of the plain sweep, given up by Ctrl-C early on."""
    with CutShort(2) as executor, pytest.raises(KeyboardInterrupt, match="--resume"):
        small(out=tmp_path / "cut", executor=executor, workers=1)
    return tmp_path / "cut"


def test_ctrl_c_leaves_a_whole_folder_that_can_be_resumed(plain, cut):
    held = ps.read_table(cut, "summary")
    assert 0 < len(held) < 24
    # What is there is the beginning of the whole.
    assert held.equals(plain.summary.head(len(held)))
    assert read_manifest(cut)["runs"]["done"] == len(held)
    with pytest.raises(ResultError, match="is not finished: "):
        ps.rerun(cut, workers=1)
    made = []
    with closing(sqlite3.connect(cut / NAME, isolation_level=None)) as link:
        link.execute("UPDATE runs SET seconds = 999.0")
    resumed = ps.sweep(resume=cut, workers=1, progress=False)
    with closing(sqlite3.connect(cut / NAME, isolation_level=None)) as link:
        made = [s for (s,) in link.execute("SELECT seconds FROM runs ORDER BY number")]
    # Runs that were done are not made again.
    assert [s == 999.0 for s in made] == [True] * len(held) + [False] * (24 - len(held))
    assert resumed.missing == 0
    assert bytes_of(cut) == bytes_of(plain.folder)


def test_a_sweep_can_be_given_more_replicates(cut, plain):
    longer = small(resume=cut, replicates=4)
    assert longer.summary.head(24).equals(plain.summary)
    assert bytes_of(cut) == bytes_of(small(replicates=4, out=cut.with_name("four")).folder)
    with pytest.raises(ScenarioError, match="replicates: must be at least the 4"):
        small(resume=cut, replicates=2)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"changes": {COUNT: 61}}, r"scenario \(sides.users.count was 60, is 61\)"),
        ({"seed": 78}, r"run.seed was 77, is 78"),
        ({"arms": ["open", "closed"]}, "arms"),
        ({"over": {BETA: [0.5, 2.0], SHARED: [0.0, 0.5]}}, "design"),
    ],
)
def test_a_changed_scenario_refuses_to_mix(cut, change, what):
    before = bytes_of(cut)
    with pytest.raises(ScenarioError, match=f"runs of another sweep, .*{what}"):
        small(resume=cut, **change)
    assert bytes_of(cut) == before


def test_another_version_of_the_program_refuses_to_mix(cut):
    with closing(sqlite3.connect(cut / NAME, isolation_level=None)) as link:
        (text,) = link.execute("SELECT value FROM facts WHERE name = 'identity'").fetchone()
        identity = json.loads(text) | {"version of the program": "old"}
        link.execute("UPDATE facts SET value = ? WHERE name = 'identity'", [json.dumps(identity)])
    with pytest.raises(ScenarioError, match="what differs: version of the program"):
        ps.sweep(resume=cut, workers=1)


def test_two_drivers_do_not_share_a_folder(cut):
    with Ledger(cut, writes=True), pytest.raises(ResultError, match="another process is at work"):
        ps.sweep(resume=cut, workers=1)
    assert ps.sweep(resume=cut, workers=1, progress=False).missing == 0


def test_a_folder_that_holds_no_sweep_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ResultError, match="holds no sweep"):
        small(resume=tmp_path)


def test_a_folder_in_use_is_never_written_over(plain):
    second = small(out=plain.folder, replicates=1)
    assert second.folder == plain.folder.with_name(f"{plain.folder.name}-2")
    assert len(ps.read_table(plain.folder, "summary")) == 24


def test_a_full_disk_is_waited_for(plain, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(patience, "_PAUSE", 0.01)
    whole, left = Ledger._write, [3]

    def full(self, *arguments):
        if self.count() == 7 and left[0]:
            left[0] -= 1
            # What SQLite itself says when its file may not grow.
            with closing(sqlite3.connect(":memory:")) as link:
                link.execute("PRAGMA max_page_count = 1")
                link.execute("CREATE TABLE t (x)")
        whole(self, *arguments)

    monkeypatch.setattr(Ledger, "_write", full)
    found = small(out=tmp_path / "full")
    assert left == [0]
    assert capsys.readouterr().err.count("the disk is full; waiting for space") == 1
    assert bytes_of(found.folder) == bytes_of(plain.folder)


def test_a_disk_that_stays_full_ends_the_sweep_in_one_message(cut, monkeypatch):
    def full(self, *arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(patience, "PATIENCE", 0.0)
    monkeypatch.setattr(patience, "_PAUSE", 0.01)
    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "_write", full)
        with pytest.raises(ResultError, match="the disk stays full"):
            ps.sweep(resume=cut, workers=1, progress=False)
    assert ps.sweep(resume=cut, workers=1, progress=False).missing == 0


# -- failures --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Trap(ps.Mechanism):
    """Raises in one run."""

    def update(self, market):
        shared = market.rules.interoperability == 0.5
        if market.month == 3 and market.streams.replicate == 1 and shared:
            raise ZeroDivisionError("planted")


@pytest.fixture(scope="module")
def trapped():
    with pytest.warns(RuntimeWarning, match="4 of 24 runs failed"):
        return small(scenario=ps.load(SCENARIO).with_mechanism(Trap()))


def test_a_run_that_fails_is_a_row_and_stops_nothing(trapped, plain):
    lost = (plain.summary["replicate"] == 1) & (plain.summary[SHARED] == 0.5)
    rest = plain.summary[~lost].reset_index(drop=True)
    pd.testing.assert_frame_equal(trapped.summary, rest, check_exact=True)
    failures = trapped.failures
    assert failures[["arm", BETA, SHARED, "replicate", "seed", "error"]].values.tolist() == [
        [arm, beta, 0.5, 1, 77, "ZeroDivisionError: planted"]
        for beta in OVER[BETA] for arm in ARMS
    ]  # fmt: skip
    assert trapped.missing == 4
    # A rule that is defined in Python is repeated there.
    scenario, platformsim = ps.load(SCENARIO).with_mechanism(Trap()), ps  # noqa: F841
    with pytest.raises(RunError, match=r"replicate 1, seed 77.*planted"):
        eval(failures["command"][0])


def test_the_command_of_a_failure_repeats_the_run(plain, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = plain.command("open", {BETA: 2.5, SHARED: 0.5}, 2).split()
    assert words[:2] == ["platformsim", "run"]
    ran = CliRunner().invoke(main, [*words[1:], "--workers", "1", "--out", "one"])
    assert ran.exit_code == 0, ran.stderr
    found = ps.read_table(tmp_path / "one", "summary")
    expected = plain.summary.query("arm == 'open' and replicate == 2").iloc[[-1]]
    for name in ("replicate", "users.hhi", "users.share[a]"):
        assert found[name].tolist() == expected[name].tolist()


# -- where the runs are made -----------------------------------------------------------------


def test_any_executor_gives_the_same_bytes(plain, tmp_path):
    with ThreadPoolExecutor(3) as executor:
        found = small(out=tmp_path / "threads", executor=executor, workers=None)
    assert bytes_of(found.folder) == bytes_of(plain.folder)


def test_processes_give_the_same_bytes_and_start_methods_stay_as_they_are(plain, tmp_path):
    import multiprocessing

    before = multiprocessing.get_start_method(allow_none=True)
    found = small(out=tmp_path / "processes", workers=2)
    assert bytes_of(found.folder) == bytes_of(plain.folder)
    assert multiprocessing.get_start_method(allow_none=True) == before


class Fragile(ThreadPoolExecutor):
    """An executor that breaks, once or whenever it meets a certain run."""

    broken: list = []  # noqa: RUF012

    def __init__(self, numbers):
        super().__init__(2)
        self.numbers = numbers
        self.dead = threading.Event()

    def submit(self, function, parcel, orders):
        if self.dead.is_set():
            raise BrokenExecutor
        if self.numbers & {order.number for order in orders}:
            self.dead.set()
            future = Future()
            future.set_exception(BrokenExecutor("died"))
            return future
        return super().submit(function, parcel, orders)


def test_workers_that_die_once_are_replaced(plain, tmp_path):
    fates = iter([{3}, {11}])
    found = small(out=tmp_path / "once", executor=lambda: Fragile(next(fates, set())))
    assert bytes_of(found.folder) == bytes_of(plain.folder)


def test_a_run_that_kills_its_worker_is_a_failure_of_its_own(plain):
    with pytest.warns(RuntimeWarning, match="1 of 24 runs failed"):
        found = small(executor=lambda: Fragile({5}))
    assert "its process died 3 times" in found.failures["error"][0]
    rest = plain.summary.drop(index=5).reset_index(drop=True)
    pd.testing.assert_frame_equal(found.summary, rest, check_exact=True)


def test_an_executor_that_breaks_and_cannot_be_made_anew_ends_in_one_message(tmp_path, plain):
    with pytest.raises(RunError, match="the workers died"):
        small(out=tmp_path / "broken", executor=Fragile({5}))
    # What was done is kept.
    assert ps.sweep(resume=tmp_path / "broken", workers=1, progress=False).missing == 0
    assert bytes_of(tmp_path / "broken") == bytes_of(plain.folder)


def test_arms_are_equally_far_at_any_moment(plain, tmp_path, monkeypatch):
    seen = []
    whole = Ledger.write

    def watched(self, *arguments):
        whole(self, *arguments)
        rows = self._link.execute("SELECT arm, COUNT(*) FROM runs GROUP BY arm").fetchall()
        counts = dict.fromkeys(ARMS, 0) | dict(rows)
        seen.append(abs(counts["open"] - counts["closed"]))

    monkeypatch.setattr(Ledger, "write", watched)
    with ThreadPoolExecutor(2) as executor:
        small(executor=executor, workers=2)
    assert max(seen) <= 2
    assert seen[-1] == 0


def test_no_more_runs_are_under_way_than_workers_can_take():
    class Slow(ThreadPoolExecutor):
        most = 0

        def submit(self, *arguments):
            future = super().submit(*arguments)
            Slow.most = max(Slow.most, self._work_queue.qsize())
            return future

    with Slow(1) as executor:
        small(executor=executor, workers=1)
    assert Slow.most <= 2


def test_a_worker_with_another_version_of_the_program_is_refused(monkeypatch):
    from platformsim.studies.sweep import work

    parcel = (
        ps.sweep(SCENARIO, OVER, replicates=1, workers=1, progress=False)
        .plan.job()
        .parcel(far=True)
    )
    work._jobs.clear()
    monkeypatch.setattr(work, "program", lambda: "old")
    with pytest.raises(work.ProgramError, match="another version of platformsim"):
        work.work(parcel, [])


def test_dask_that_does_not_answer_is_one_message(monkeypatch, tmp_path):
    monkeypatch.setattr(engines, "_ANSWER_WITHIN", 0.2)
    # Dask leaves coroutines behind when nobody answers.
    warnings.simplefilter("ignore")
    with pytest.raises(ScenarioError, match="dask: must be the address"):
        small(dask="tcp://127.0.0.1:1", out=tmp_path / "dask")
    assert list(tmp_path.iterdir()) == []


def test_nothing_to_do_is_done_at_once(plain):
    class Idle(ThreadPoolExecutor):
        def submit(self, *arguments):
            raise AssertionError("nothing is left to do")

    with Ledger(plain.folder, writes=True) as ledger, Idle(1) as executor:
        made = engines.engine(executor=executor, runs=24)
        make_runs(plain.plan, plain.options, ledger, made, progress=False)


# -- the verb --------------------------------------------------------------------------------


@pytest.fixture
def scenario_file(tmp_path, monkeypatch):
    import tomli_w

    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.toml").write_text(tomli_w.dumps(ps.load(SCENARIO).table))
    return "mine.toml"


def call(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


SWEEP = ("--over", f"{BETA}=0.5,2.5", "--over", f"{SHARED}=0:0.5:2", "--arms", "closed,open",
         "--workers", "1")  # fmt: skip


def test_the_verb_does_what_the_function_does(scenario_file, plain):
    ran = call("sweep", scenario_file, *SWEEP, "--replicates", 3)
    assert ran.exit_code == 0, ran.stderr
    assert ran.stderr == ""
    assert "4 design points, 2 arms, 3 replicates: 24 runs, 0 missing" in ran.stdout
    assert "results/sweep-small" in ran.stdout
    found = ps.read_table("results/sweep-small", "summary")
    pd.testing.assert_frame_equal(found, plain.summary, check_exact=True)
    again = call("sweep", "--resume", "results/sweep-small", "--workers", 1, "--json")
    assert json.loads(again.stdout) == {
        "folder": "results/sweep-small", "runs": 24, "done": 24, "failures": []
    }  # fmt: skip


def test_the_verb_ends_with_1_when_a_run_failed(scenario_file, monkeypatch):
    from platformsim.studies.sweep import work

    whole = work.run_task

    def planted(scenario, task):
        if task.replicate == 1 and task.label == "open":
            raise ZeroDivisionError("planted")
        return whole(scenario, task)

    with monkeypatch.context() as patch:
        patch.setattr(work, "run_task", planted)
        ran = call("sweep", scenario_file, *SWEEP, "--replicates", 2, "--out", "out")
    assert ran.exit_code == 1
    assert "16 runs, 4 missing" in ran.stdout
    assert ran.stderr.count("Failed (arm open, replicate 1, seed 77): ZeroDivisionError") == 4
    assert "repeat it: platformsim run out/scenario.toml --arm open --set" in ran.stderr
    assert len(ps.read_table("out", "failures")) == 4
    # What failed is tried again.
    assert call("sweep", "--resume", "out", "--workers", 1).exit_code == 0
    with pytest.raises(ResultError, match="has no table 'failures'"):
        ps.read_table("out", "failures")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--over", BETA), "--over: must be KEY=VALUES"),
        (("--over", f"{BETA}=1,2", "--over", f"{BETA}=3"), "for the second time"),
        (("--over", f"{BETA}=0:1"), "needs the number of levels"),
        ((), "must name at least one setting"),
        (("--table", "no.csv"), "table: cannot be read"),
    ],
)
def test_what_is_wrong_is_one_message_and_exit_code_2(scenario_file, words, message):
    ran = call("sweep", scenario_file, "--workers", 1, *words)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert message in ran.stderr
    assert "Traceback" not in ran.output


def test_a_sweep_in_which_every_run_fails_is_told_like_any_other(scenario_file, monkeypatch):
    from platformsim.studies.sweep import work

    def planted(scenario, task):
        raise ZeroDivisionError("planted")

    monkeypatch.setattr(work, "run_task", planted)
    ran = call("sweep", scenario_file, *SWEEP, "--replicates", 2, "--out", "out")
    assert ran.exit_code == 1, ran.exception
    assert "16 runs, 16 missing" in ran.stdout
    assert ps.read_table("out", "summary").empty
    assert len(ps.read_table("out", "failures")) == 16


def test_a_point_that_a_table_names_twice_is_drawn_once():
    found = small(over=None, table=[{BETA: 0.5}, {BETA: 2.5}, {BETA: 0.5}])
    twice = found.summary[found.summary[BETA] == 0.5]
    assert len(twice) == 12
    assert twice.groupby(["arm", "replicate"])["users.hhi"].nunique().eq(1).all()
    assert set(found.plot()) == {"response", "differences"}
