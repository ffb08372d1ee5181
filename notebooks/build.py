"""Build the notebooks: run each percent script in this folder and write it as ``.ipynb``.

    uv run python notebooks/build.py

The ``.py`` files are the source. Cell ids and metadata are fixed, so that building twice gives the
same file as long as the outputs are the same.
"""

from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).parent


def sources() -> list[Path]:
    """Return the percent scripts."""
    return sorted(path for path in HERE.glob("[0-9]*.py"))


def execute(source: Path) -> nbformat.NotebookNode:
    """Run a percent script in a fresh kernel and return it as a notebook with outputs."""
    notebook = jupytext.read(source)
    for place, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{place:03d}"
    client = NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(HERE)}},
    )
    client.execute()
    notebook.metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python"},
    }
    return notebook


if __name__ == "__main__":
    for script in sources():
        nbformat.write(execute(script), script.with_suffix(".ipynb"))
