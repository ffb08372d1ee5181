"""The benchmark measures the same model everywhere, and says everything that it promises."""

import importlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
engine, limit, ours, peer_process, report, small, timing = map(
    importlib.import_module,
    ("engine", "limit", "ours", "peer_process", "report", "small", "timing"),
)

TINY = engine.Sizes(
    seconds=0.05,
    rounds=2,
    kernel=2_000,
    numpy=1_000,
    combination=1_000,
    combinations=((2, 1),),
    whole=1_000,
    whole_scaling=(500,),
    graph=500,
    degrees=(4, 10),
    memory=1_000,
    scaling=(100,),
    peers={"mesa": 100},
)


@pytest.mark.parametrize(("platforms", "tastes", "n"), [(3, 2, 300_000), (8, 1, 100_001)])
def test_c_chooses_as_the_numpy_reference(platforms, tastes, n, tmp_path):
    reference = ours.build(n, platforms, tastes, kernel="numpy")
    try:
        program = limit.Limit(reference, tmp_path)
    except limit.NoCompilerError as reason:
        pytest.skip(str(reason))
    differing = 0
    for _ in range(2):
        before = reference.side.choice.copy()
        reference.step()
        moved = program.step()
        differing += np.count_nonzero(program.choice != reference.side.choice)
        assert moved == np.count_nonzero(program.choice != before)
        assert np.array_equal(program.counts, np.bincount(program.choice, minlength=platforms + 1))
        program.choice[:], program.counts[:] = reference.side.choice, reference.side.counts
    # Only near ties may differ: float32 resolves utilities to some 1e-7.
    assert differing < 1e-4 * 2 * n


@pytest.mark.slow
def test_everything_promised_is_there(capsys, monkeypatch):
    monkeypatch.setattr(engine, "FAST", TINY)
    engine.main(["--fast", "--json", "--only", "kernel,combinations,model,graph,cohorts,scaling"])
    found = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    for key in report.RATIOS:
        assert (found[key] is None) == (key in found["reasons"]), key
        assert found[key] is None or found[key] > 0.0
    measured = ["kernel_vs_numpy", "kernel_vs_mesa", "step_vs_mesa", "graph_step_ratio"]
    assert all(found[key] for key in [*measured, "cohort_step_ratio"])
    assert found["bytes_per_user"] is None
    assert found["reasons"]["bytes_per_user"] == "not asked for"
    assert found["machine"]["processor"]
    assert {row["unit"] for row in found["rows"]} >= {"ns/decision", "ms"}
    try:
        limit.compiler()
    except limit.NoCompilerError:
        return
    assert found["kernel_vs_c"] > 0.0


def test_what_cannot_run_says_why(monkeypatch):
    def none():
        raise limit.NoCompilerError("no C compiler")

    monkeypatch.setattr(limit, "compiler", none)
    monkeypatch.setattr(peer_process.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(peer_process.shutil, "which", lambda name: None)
    measured = engine.measure(TINY, ("kernel", "combinations"))
    found = measured.as_json()
    assert found["kernel_vs_c"] is None
    assert found["reasons"]["kernel_vs_c"] == found["reasons"]["kernel_vs_c_least"]
    assert found["reasons"]["kernel_vs_c"] == "no C compiler"
    assert found["reasons"]["kernel_vs_mesa"] == "Mesa is not installed"
    assert "no C compiler" in measured.as_text()


def test_a_peer_that_does_not_start_is_a_row_and_not_a_crash(monkeypatch):
    broken = [sys.executable, "-c", "raise SystemExit('broken on purpose')"]
    monkeypatch.setattr(peer_process, "command", lambda name: broken)
    peers = peer_process.Peers({"mesa": 10})
    assert not peers.running
    assert "broken on purpose" in peers.missing["mesa"]


def test_the_help_and_an_unknown_section():
    program = [sys.executable, str(Path(engine.__file__))]
    shown = subprocess.run([*program, "--only", "kernels"], capture_output=True, text=True)
    assert shown.returncode == 2
    assert "no section kernels; there are kernel, combinations" in shown.stderr


def test_a_ratio_is_taken_within_rounds():
    # A machine that is three times slower in one round slows both sides of the ratio.
    fast, slow = np.array([1.0, 3.0, 1.0]), np.array([2.0, 6.0, 2.0])
    assert timing.ratio(slow, fast).value == 2.0
    taken = timing.interleave({"a": lambda: 1.0, "b": lambda: 2.0}, 0.0, least=4)
    assert [len(values) for values in taken.values()] == [4, 4]
