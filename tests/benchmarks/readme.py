"""Write the README's table of speed from what the benchmark printed.

uv run --group bench python tests/benchmarks/engine.py --json > speed.json
uv run python tests/benchmarks/readme.py speed.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

_README = Path(__file__).parents[2] / "README.md"
_BEGIN, _END = "<!-- speed: begin -->", "<!-- speed: end -->"
_SMALL = "Small model"
_LINES = {
    "kernel_vs_c": "choice kernel over C, 3 platforms and 2 tastes, one thread",
    "kernel_vs_c_least": "the same, least of 2 to 8 platforms and 1 to 6 tastes",
    "threads_2_vs_1": "choice kernel on two threads over one",
    "step_vs_mesa": "whole step of `llama3`, all decide, both cores, over Mesa",
    "step_vs_mesa_frames": "the same over mesa-frames",
    "step_vs_mesa_a_tenth_decides": "whole step, a tenth decides a month, over Mesa",
    "step_vs_mesa_frames_a_tenth_decides": "the same over mesa-frames",
    "graph_step_ratio": "time of a step with a contact graph (mean degree 10) over without",
    "cohort_step_ratio": "time of a step of cohorts, 3.3e9 users over 3.3e4",
    "bytes_per_user": "bytes a user",
}


def table(found: dict[str, Any]) -> str:
    """Return the section as Markdown."""
    machine = found["machine"]
    packages = ", ".join(f"{k} {machine[k]}" for k in ("Python", "numpy", "numba") if machine[k])
    cores = f"{machine['cores']} cores"
    lines = [
        f"Measured on a shared virtual machine: {machine['processor']}, {cores};",
        f"{packages}. A decision is one agent that chooses. Medians over rounds in turn.",
        "",
        "| a million users (Mesa, AgentPy: fewer), the same small model | ns a decision |",
        "|---|---|",
    ]
    rows = [row for row in found["rows"] if row["section"].startswith(_SMALL)]
    lines += [f"| {row['name']} | {_short(row['median'])} |" for row in rows if row["median"]]
    lines += ["", "| ratio | |", "|---|---|"]
    for key, meaning in _LINES.items():
        if found[key] is not None:
            lines.append(f"| {meaning} | {_short(found[key])} |")
    return "\n".join(lines)


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def main() -> None:
    """Put the table between its marks in the README."""
    found = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    text = _README.read_text(encoding="utf-8")
    before, rest = text.split(_BEGIN)
    after = rest.split(_END)[1]
    whole = f"{before}{_BEGIN}\n{table(found)}\n{_END}{after}"
    _README.write_text(whole, encoding="utf-8")


if __name__ == "__main__":
    main()
