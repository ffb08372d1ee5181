"""Every experiment runs in its fast setting, leaves its tables and figure, and meets its theory."""

import importlib.util
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

SCRIPTS = sorted((Path(__file__).parents[2] / "experiments").glob("*.py"))


def run(script, folder, *options):
    """Run a script's main in a folder of its own; return what it printed."""
    spec = importlib.util.spec_from_file_location(f"experiment_{script.stem}", script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    result = CliRunner().invoke(module.main, ["--fast", "--out", str(folder), *options])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.slow
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_an_experiment_leaves_tables_and_figures_and_meets_its_closed_form(script, tmp_path):
    said = run(script, tmp_path / "out")
    tables = {file.stem: pd.read_parquet(file) for file in (tmp_path / "out").glob("*.parquet")}
    assert tables
    assert all(len(table) for table in tables.values())
    figures = list((tmp_path / "out").glob("*.png"))
    assert figures
    assert all(file.stat().st_size > 10_000 for file in figures)
    assert str(tmp_path / "out") in said
    if "closed_form" in tables:
        checks = tables["closed_form"]
        apart = (checks["found"] - checks["closed form"]).abs()
        assert (apart <= checks["within"]).all(), checks[apart > checks["within"]].to_string()


def test_every_experiment_says_what_it_asks_and_is_listed():
    readme = (SCRIPTS[0].parent / "README.md").read_text(encoding="utf-8")
    for script in SCRIPTS:
        title = script.read_text(encoding="utf-8").splitlines()[0]
        assert title.startswith('"""'), script.name
        assert title.endswith("?"), script.name
        assert f"`{script.name}`" in readme, script.name
