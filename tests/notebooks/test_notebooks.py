"""Notebooks run, say what their saved copies say, and are in step with their sources."""

import importlib.util
import re
from pathlib import Path

import jupytext
import nbformat
import pytest

FOLDER = Path(__file__).parents[2] / "notebooks"
SCRIPTS = sorted(FOLDER.glob("[0-9]*.py"))


def builder():
    spec = importlib.util.spec_from_file_location("build_notebooks", FOLDER / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def printed(notebook):
    """Return what each cell prints; figures and styled tables change with library versions.

    A long text comes in pieces, cut where the kernel happened to send them.
    """
    return [
        re.sub(r"\s+", " ", "".join(out.text for out in cell.outputs
                                    if out.output_type == "stream" and out.name == "stdout"))
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]  # fmt: skip


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_notebook(script, monkeypatch):
    # With a non-interactive backend forced from outside, saved figures would go missing.
    monkeypatch.delenv("MPLBACKEND", raising=False)
    saved = nbformat.read(script.with_suffix(".ipynb"), as_version=4)
    source = jupytext.read(script)
    assert [cell.source for cell in saved.cells] == [cell.source for cell in source.cells]
    fresh = builder().execute(script)
    assert printed(fresh) == printed(saved)
    assert (
        sum("image/png" in o.get("data", {}) for c in fresh.cells for o in c.get("outputs", ()))
        >= 2
    )


def test_there_is_a_notebook():
    assert [script.stem for script in SCRIPTS][:1] == ["01_first_run"]
