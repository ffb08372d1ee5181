"""What came out for the claims, written where readers look: docs, README and seeds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tomli_w

from platformsim.errors import ResultError
from platformsim.studies.claims.register import Claim, register
from platformsim.studies.claims.study import Claims
from platformsim.studies.claims.text import control, interval, measure, outcome, summary
from platformsim.views.text import number

PAGE, README, OUTCOMES = Path("docs/claims.md"), Path("README.md"), Path("seeds/outcomes.toml")
BEGIN, END = "<!-- claims: begin -->", "<!-- claims: end -->"
_OUTCOME = (
    "verdict", "scenario", "metric", "statistic", "arm", "base", "direction", "sesoi", "effect",
    "low", "high", "unit", "pairs", "control_verdict", "control_metric", "control_arm",
    "control_base", "control_effect", "hinges_on", "default", "flip_value", "flips_to",
)  # fmt: skip


def ready(root: Path, ids: Sequence[str] = ()) -> None:
    """Find out before the runs whether the documents can be written.

    Raises
    ------
    ResultError
        When ``root`` is not the repository, or not all claims are judged.
    """
    if ids:
        raise ResultError("the documents are about all claims; leave the ids out")
    readme = root / README
    if not readme.is_file() or BEGIN not in readme.read_text(encoding="utf-8"):
        raise ResultError(f"{readme}: is not there or lacks the line {BEGIN}")


def write(result: Claims, root: Path) -> list[Path]:
    """Write page, table of the README and outcomes; return their paths."""
    files = {PAGE: page(result), OUTCOMES: outcomes(result)}
    text = (root / README).read_text(encoding="utf-8")
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    files[README] = f"{before}{BEGIN}\n{readme_table(result)}\n{END}{after}"
    for name, content in files.items():
        (root / name).write_text(content, encoding="utf-8")
    return [root / name for name in files]


def outcomes(result: Claims) -> str:
    """Return what came out for each claim as TOML, numbers to six digits."""
    head = (
        "# What came out for each claim of claims.toml; written by "
        "`platformsim claims --write-docs`.\n"
        "# The fields are explained in README.md beside this file.\n\n"
    )
    rows = []
    for row in result.table.to_dict("records"):
        found = {name: _plain(row[name]) for name in _OUTCOME}
        rows.append({"id": row["id"], **{k: v for k, v in found.items() if v not in ("", None)}})
    return head + tomli_w.dumps({"outcomes": rows})


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return None if value != value else float(f"{value:.6g}")
    return value if isinstance(value, str) else int(value) or None


def readme_table(result: Claims) -> str:
    """Return the table for the README."""
    lines = [
        f"{summary(result)} {_how(result)}",
        "",
        "| claim | verdict | effect | 95 % interval | control | hangs on (flips at) |",
        "|---|---|---|---|---|---|",
    ]
    rows = [f"| {' | '.join(_cells(row))} |" for row in result.table.to_dict("records")]
    return "\n".join([*lines, *rows])


def _how(result: Claims) -> str:
    if result.options["fast"]:
        return "This was a quick look (`--fast`): 20 pairs each, and few values along the hinges."
    pairs = result.options["pairs"]
    return (
        f"Each was run with {pairs} pairs." if pairs else "Each was run with its scenario's pairs."
    )


def _cells(row: dict[str, Any]) -> list[str]:
    flips = number(row["flip_value"])
    name = row["hinges_on"].rpartition(".")[2]
    hangs = f"`{name}` ({'does not flip' if flips == '-' else flips})" if name else "-"
    effect = f"{number(row['effect'])} `{measure(row)}`" if row["metric"] else "-"
    link = f"[{row['id']}]({PAGE.as_posix()}#{row['id'].lower()}) {row['title']}"
    return [link, row["verdict"], effect, interval(row["low"], row["high"]), control(row), hangs]


def page(result: Claims) -> str:
    """Return the page on all claims."""
    known = register()
    lines = [
        "# The claims: what was said, the rule it became, what came out",
        "",
        "This page is written by `platformsim claims --write-docs`. The claims come from the two "
        "documents that [seeds/digest.md](../seeds/digest.md) retells; the register "
        "[seeds/claims.toml](../seeds/claims.toml) has their parameters and sources. The documents "
        "argue and measure nothing, and neither does this page forecast anything: it says what "
        "follows from a rule at stated settings, and at which setting the verdict flips.",
        "",
        "A claim **holds** when the 95 % interval of the paired difference excludes 0 in the "
        "stated direction and the effect is at least the smallest effect of interest; it is "
        "**contradicted** when the interval excludes 0 the other way, and **undecided** "
        "otherwise. A negative control is a contrast in which the effect should be absent: it is "
        "as it should be when it does not hold. `platformsim claims C13 --detail` draws a claim.",
        "",
        f"{summary(result)} {_how(result)}",
        "",
    ]
    for row in result.table.to_dict("records"):
        lines += _section(known[row["id"]], row)
    return "\n".join(lines).rstrip() + "\n"


def _section(claim: Claim, row: dict[str, Any]) -> list[str]:
    rule = (
        f"mechanism `{claim.mechanism}`"
        if claim.mechanism
        else (f"no mechanism of its own; it must come out of {', '.join(claim.emerges_from)}")
    )
    return [
        f'<a id="{claim.id.lower()}"></a>',
        f"## {claim.id} {claim.title}: {row['verdict']}",
        "",
        f"**What is claimed** ({claim.voice}; {claim.locator}). {claim.claim}",
        "",
        f"**The rule it became** ({rule}). {_escaped(claim.rule)}",
        "",
        f"**Prediction.** {_escaped(claim.prediction)}",
        "",
        f"**What would refute it.** {_escaped(claim.negative_control)}",
        "",
        f"**What came out.** {_escaped(outcome(row))}",
        "",
    ]  # fmt: skip


def _escaped(text: str) -> str:
    """Keep Markdown from reading formulae as emphasis."""
    return text.replace("*", "\\*").replace("_", "\\_").replace("<", "&lt;")
