"""The verbs sensitivity and search, as they are typed."""

import json

import pytest
from click.testing import CliRunner

from platformsim.cli import main

SMALL = ("--set", "run.months=4", "--set", "run.burn_in=1", "--set", "sides.users.count=40",
         "--workers", "1")  # fmt: skip


def typed(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


def test_sensitivity_prints_ranks_and_writes_a_folder(tmp_path):
    told = typed(
        "sensitivity", "complement_breakeven", "--points", 2, "--replicates", 2, *SMALL,
        "--over", "mechanisms.complement.eng_lift", "--out", tmp_path / "out",
    )  # fmt: skip
    assert told.exit_code == 0, told.output
    assert "profit[giant]@open-closed" in told.output
    lines = told.output.splitlines()
    ranked = [line.split()[0] for line in lines if line.startswith(("mechanisms.", "dummy"))]
    assert ranked[:2] == ["mechanisms.complement.eng_lift", "dummy"]
    assert {"indices.png", "curves.png", "runs.parquet", "manifest.json"} <= {
        file.name for file in (tmp_path / "out").iterdir()
    }


def test_sensitivity_prints_json(tmp_path):
    told = typed(
        "sensitivity", "complement_breakeven", "--points", 2, "--replicates", 2, *SMALL, "--json",
        "--method", "morris", "--over", "technologies.model.api_demand=0:100",
        "--out", tmp_path / "out",
    )  # fmt: skip
    assert told.exit_code == 0, told.output
    found = json.loads(told.output)
    assert {row["index"] for row in found["indices"]} == {"mu_star", "mu", "sigma"}
    assert {row["part"] for row in found["noise"]} >= {"settings", "seed"}


def test_search_prints_json(tmp_path):
    told = typed(
        "search", "complement_breakeven", "--trials", 6, "--replicates", 1, "--confirm", 20,
        *SMALL, "--json", "--out", tmp_path / "out",
    )  # fmt: skip
    assert told.exit_code == 0, told.output
    rows = json.loads(told.output)["rows"]
    assert {row["objective"] for row in rows} == {"profit[giant]", "welfare"}
    assert rows[0]["trial"] == -1
    assert rows[0]["stays"] is None


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("sensitivity", "--over", "mechanisms.complement.eng_lfit"), "did you mean"),
        (("sensitivity", "--over", "mechanisms.complement.eng_lift=9:10"), "from 0 to 0.5"),
        (("sensitivity", "--arms", "closed,opne"), "did you mean 'open'"),
        (("sensitivity", "--method", "sobol", "--points", "30"), "power of two"),
        (("sensitivity", "--metric", "profit[gaint]"), "did you mean 'profit[giant]'"),
        (("search", "--objective", "welfare"), "two metrics or more"),
        (("search", "--technology", "modle"), "did you mean 'model'"),
    ],
)
def test_wrong_input_is_one_message_and_exit_code_2(words, text, tmp_path):
    verb, *rest = words
    told = typed(verb, "complement_breakeven", *rest, *SMALL, "--out", tmp_path / "out")
    assert told.exit_code == 2
    assert text in told.output
    assert "Traceback" not in told.output
    assert not (tmp_path / "out").exists()


def test_failed_runs_are_kept_and_taken_up_again(tmp_path, monkeypatch):
    from platformsim.studies import model_function

    whole = model_function.run_task

    def broken(scenario, task):
        if task.replicate == 1 and scenario.mechanisms[0].eng_lift > 0.4:
            raise ValueError("planted")
        return whole(scenario, task)

    words = ("sensitivity", "complement_breakeven", "--points", 3, "--replicates", 2, *SMALL,
             "--over", "mechanisms.complement.eng_lift")  # fmt: skip
    monkeypatch.setattr(model_function, "run_task", broken)
    told = typed(*words, "--out", tmp_path / "out")
    assert told.exit_code == 2
    assert (
        "seed 1: mechanisms.complement.eng_lift=0.5, dummy=0.5: ValueError: planted" in told.output
    )
    assert f"--known {tmp_path / 'out'}" in told.output
    monkeypatch.setattr(model_function, "run_task", whole)
    again = typed(*words, "--out", tmp_path / "again", "--known", tmp_path / "out")
    assert again.exit_code == 0, again.output
    fresh = typed(*words, "--out", tmp_path / "fresh")
    assert fresh.exit_code == 0
    made, plain = (
        (tmp_path / name / "indices.parquet").read_bytes() for name in ("again", "fresh")
    )
    assert made == plain
