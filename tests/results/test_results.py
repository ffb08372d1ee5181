"""Results folders: whole or not there; tables that say what their columns are."""

import math
import os
import shutil
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from platformsim import ScenarioError, compare, load, metrics, read_table, run
from platformsim.errors import ResultError
from platformsim.model import PlatformModel
from platformsim.results import Folder
from platformsim.results.folder import digest, probe, read_manifest, versions

MONTHS = 18
CHANGES = {"run.months": MONTHS, "run.burn_in": 3, "sides.users.count": 80}


@pytest.fixture(scope="module")
def comparison():
    return compare(
        "llama3", ["closed", "open"], pairs=20, changes=CHANGES, workers=1, keep_agents=True
    )


@pytest.fixture(scope="module")
def saved(comparison, tmp_path_factory):
    return comparison.save(tmp_path_factory.mktemp("results") / "deep" / "compare-llama3")


# -- the folder ------------------------------------------------------------------------------


def names(path):
    return sorted(entry.name for entry in path.iterdir())


def test_a_folder_takes_its_name_when_it_is_complete(tmp_path):
    with Folder(tmp_path / "mine") as folder:
        folder.table("numbers", pd.DataFrame({"x": [1.5, 2.5]}))
        folder.text("note.txt", "å")
        # A reader that looks now must not take half a folder for a whole one.
        assert not (tmp_path / "mine").exists()
    assert names(tmp_path) == ["mine"]
    assert names(tmp_path / "mine") == ["note.txt", "numbers.parquet"]
    assert read_table(tmp_path / "mine", "numbers")["x"].tolist() == [1.5, 2.5]
    assert (tmp_path / "mine" / "note.txt").read_text(encoding="utf-8") == "å"


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_failure_leaves_nothing(tmp_path, error):
    with pytest.raises(error), Folder(tmp_path / "mine") as folder:  # noqa: PT012
        folder.text("note.txt", "half")
        raise error
    assert names(tmp_path) == []


def test_an_existing_folder_is_never_written_over(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "old.txt").write_text("old")
    (tmp_path / "mine-2").write_text("a file by that name")
    with Folder(tmp_path / "mine") as folder:
        folder.text("new.txt", "new")
    assert folder.path == tmp_path / "mine-3"
    assert names(tmp_path) == ["mine", "mine-2", "mine-3"]
    assert names(tmp_path / "mine") == ["old.txt"]
    assert names(tmp_path / "mine-3") == ["new.txt"]


def test_two_writers_at_once_keep_out_of_each_others_way(tmp_path):
    # Two terminals that run the same command want the same folder at the same time.
    first, second = Folder(tmp_path / "mine"), Folder(tmp_path / "mine")
    with first:
        first.text("first.txt", "1")
        with second:
            second.text("second.txt", "2")
        assert names(second.path) == ["second.txt"]
    assert names(first.path) == ["first.txt"]
    assert names(tmp_path) == ["mine", "mine-2"]


def test_a_folder_that_appears_meanwhile_is_not_written_over(tmp_path):
    folder = Folder(tmp_path / "mine").__enter__()
    folder.text("new.txt", "new")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "old.txt").write_text("old")
    with pytest.raises(ResultError, match=r"mine: cannot be written: .*it is in"):
        folder.__exit__(None, None, None)
    assert names(tmp_path / "mine") == ["old.txt"]
    # Hours of work are not thrown away for it.
    assert names(tmp_path / "mine.partial") == ["new.txt"]


def test_where_nothing_can_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    for path in (tmp_path / "file" / "mine", tmp_path / "nowhere" / "mine", tmp_path / ("x" * 300)):
        with pytest.raises(ResultError, match="cannot be written"):
            Folder(path).__enter__()
    for path in (tmp_path / "file" / "mine", Path("/")):
        with pytest.raises(ResultError, match="cannot be written"):
            probe(path)
    probe(tmp_path / "a" / "b" / "mine")
    assert names(tmp_path) == ["file", "nowhere"]


def test_a_full_disk_is_one_message(tmp_path):
    with pytest.raises(ResultError, match="mine: cannot be written: No space left"):  # noqa: SIM117
        with Folder(tmp_path / "mine"):
            raise OSError(28, os.strerror(28))
    assert names(tmp_path) == []


def test_the_current_folder_gets_a_neighbour(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    with Folder(Path()) as folder:
        pass
    assert folder.path == tmp_path / "here-2"


# -- reading ---------------------------------------------------------------------------------


def test_reading_a_table_that_is_not_there(saved, tmp_path):
    with pytest.raises(ResultError, match=r"no table 'sumary'; its tables are .*summary"):
        read_table(saved, "sumary")
    with pytest.raises(ResultError, match=r"no table 'summary'; its tables are none"):
        read_table(tmp_path, "summary")


def test_a_damaged_manifest_is_one_message(tmp_path):
    with pytest.raises(ResultError, match=r"no results folder: manifest\.json cannot be read"):
        read_manifest(tmp_path)
    for content, said in (
        ("{", "is damaged"),
        ("[]", "lacks verb, options, tables"),
        ('{"verb": "run"}', "lacks options, tables"),
        ('{"verb": "run", "options": [], "tables": {}}', "lacks options$"),
        ('{"verb": "run", "options": {}, "tables": 3}', "lacks tables$"),
    ):
        (tmp_path / "manifest.json").write_text(content)
        with pytest.raises(ResultError, match=said):
            read_manifest(tmp_path)


# -- tables ----------------------------------------------------------------------------------


def test_summary_has_a_row_a_run(comparison):
    summary = comparison.runs.summary
    assert summary[["arm", "replicate"]].values.tolist() == [
        [arm, replicate] for replicate in range(20) for arm in ("closed", "open")
    ]
    assert comparison.runs.arms == ["closed", "open"]


def test_series_has_a_row_a_run_and_month(comparison):
    series = comparison.runs.series
    runs = list(series.groupby(["arm", "replicate"], sort=False))
    assert len(runs) == 40
    for _, path in runs:
        assert path["month"].tolist() == list(range(MONTHS + 1))
    # Month 0 is the start, before anybody has chosen, and the same in both arms.
    start = series[series["month"] == 0].set_index(["arm", "replicate"])
    share = start["users.share[social]"]
    assert share.nunique() == 1
    assert (start["users.switching"] == 0).all()
    end = series[series["month"] == MONTHS]["users.share[social]"]
    assert end.nunique() > 5


def test_tables_hold_what_a_single_run_gives(comparison):
    # The table of run 7 must be run 7, whatever ran before it in the same process.
    scenario = load("llama3").with_arm("open").with_settings({**CHANGES, "run.pairs": 20})
    history = PlatformModel(scenario, replicate=7).run().history
    measured = metrics.measure(history)
    summary = comparison.runs.summary.set_index(["arm", "replicate"]).loc[("open", 7)]
    found = [summary[column.name] for column in measured.columns]
    np.testing.assert_array_equal(found, measured.summary)
    series = comparison.runs.series.query("arm == 'open' and replicate == 7")
    np.testing.assert_array_equal(series[list(measured.series_columns)], measured.series)


def test_the_column_dictionary_covers_every_column(comparison):
    columns = comparison.runs.columns.set_index("name")
    ids = {"arm", "replicate", "month"}
    assert set(comparison.runs.summary) - ids == set(columns.index)
    paths = columns.index[columns["summary"] != "run"]
    assert set(comparison.runs.series) - ids == set(paths)
    assert columns.index.is_unique
    assert (columns["doc"].str.len() > 10).all()
    present = {"", *(mechanism.name for mechanism in load("llama3", CHANGES).mechanisms)}
    possible = {name for name, entry in metrics.REGISTRY.items() if entry.mechanism in present}
    assert {"share", "profit", "welfare", "gatekeeper_index", "builders"} < set(columns["metric"])
    assert set(columns["metric"]) <= possible
    assert set(columns["summary"]) == {"last", "mean", "run"}
    assert columns.loc["users.share[social]", ["metric", "side", "entity", "unit"]].tolist() == [
        "share",
        "users",
        "social",
        "share",
    ]


def test_the_agents_table_is_there_on_request_only(comparison):
    agents = comparison.runs.agents
    sides = load("llama3", CHANGES).sides
    assert len(agents) == 40 * sum(side.count for side in sides.values())
    assert list(agents.columns[:4]) == ["arm", "replicate", "side", "slot"]
    last = comparison.runs.series.query("arm == 'open' and replicate == 3").iloc[-1]
    users = agents.query("arm == 'open' and replicate == 3 and side == 'users'")
    assert (users["choice"] == 1).mean() == last["users.share[social]"]
    without = run("llama3", changes=CHANGES, workers=1)
    assert "agents" not in without.tables()
    assert "agents" in comparison.tables()


def test_there_are_no_agents_to_keep_in_cohorts():
    with pytest.raises(ScenarioError, match=r"run\.resolution: must be agents.*'cohorts'"):
        run("tipping", changes={"run.resolution": "cohorts"}, workers=1, keep_agents=True)


def test_saved_tables_are_plain_parquet(saved, comparison):
    for name, frame in comparison.tables().items():
        # Straight through pyarrow and pandas: no reader of ours is needed.
        table = pq.read_table(saved / f"{name}.parquet")
        assert table.column_names == list(frame.columns)
        back = pd.read_parquet(saved / f"{name}.parquet")
        pd.testing.assert_frame_equal(back, frame, check_dtype=False)
        pd.testing.assert_frame_equal(read_table(saved, name), back)


def test_a_saved_folder_holds_tables_figures_scenario_and_manifest(saved, comparison):
    tables = {f"{name}.parquet" for name in comparison.tables()}
    figures = {f"{name}.png" for name in comparison.plot()}
    assert set(names(saved)) == tables | figures | {"scenario.toml", "manifest.json"}
    assert {"adoption.png", "differences.png"} <= figures
    assert load(saved / "scenario.toml").table == load("llama3").table
    assert names(saved.parent) == ["compare-llama3"]


def test_the_manifest_says_how_it_was_made(saved, comparison):
    manifest = read_manifest(saved)
    assert manifest["verb"] == "compare"
    assert manifest["scenario"] == "llama3"
    assert manifest["options"] == {
        "arms": ["closed", "open"],
        "pairs": 20,
        "seed": None,
        "changes": CHANGES,
        "keep_agents": True,
    }
    assert manifest["fingerprint"] == load("llama3").fingerprint
    assert manifest["defined_in_python"] == []
    assert manifest["tables"] == {
        f"{name}.parquet": digest(saved / f"{name}.parquet") for name in comparison.tables()
    }
    assert manifest["versions"] == versions()
    assert set(manifest["versions"]) >= {"platformsim", "mesa", "numpy", "pandas"}
    assert manifest["python"] == sys.version.split()[0]
    assert manifest["command"] == f"platformsim rerun {saved}"
    assert {"platform", "commit", "created"} <= set(manifest)


def test_saving_twice_makes_two_folders(comparison, tmp_path):
    few = run("tipping", changes={"run.months": 3, "run.burn_in": 0}, workers=1)
    first, second = few.save(tmp_path / "run"), few.save(tmp_path / "run")
    assert (first.name, second.name) == ("run", "run-2")
    hashes = [read_manifest(path)["tables"] for path in (first, second)]
    assert hashes[0] == hashes[1]


def test_a_run_gives_overview_and_paths():
    few = run("tipping", "above", replicates=3, changes={"run.months": 24}, workers=1)
    overview = few.overview().set_index("name")
    summary = few.runs.summary
    assert overview.loc["users.largest_share", "mean"] == summary["users.largest_share"].mean()
    assert overview.loc["users.largest_share", "sd"] == summary["users.largest_share"].std()
    # A metric that is not defined in any run has no mean, rather than a made-up one.
    assert math.isnan(overview.loc["users.tip_month", "mean"])
    assert few.to_frame() is few.runs.series
    assert set(summary["arm"]) == {"above"}


@pytest.mark.parametrize("replicates", [0, -1, 2.0, True])
def test_a_wrong_number_of_replicates(replicates):
    with pytest.raises(ScenarioError, match="replicates: must be a whole number"):
        run("tipping", replicates=replicates)


def test_a_folder_may_be_moved_and_still_be_read(saved, tmp_path):
    moved = shutil.copytree(saved, tmp_path / "elsewhere")
    assert read_manifest(moved)["verb"] == "compare"
    assert len(read_table(moved, "summary")) == 40
