"""The claims for the terminal."""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np

from platformsim.studies.claims.register import Claim, register
from platformsim.studies.claims.study import NOT_TESTED, Claims
from platformsim.views.text import number
from platformsim.views.text import table as set_table

_HEAD = ("id", "claim", "verdict", "metric", "effect", "95 % interval", "control", "hangs on",
         "flips at", "is", "scenario", "seconds")  # fmt: skip
_VERDICTS = ("holds", "contradicted", "undecided", NOT_TESTED)
_WIDTH = 98


def table(result: Claims) -> str:
    """Return one line a claim."""
    rows = [
        (
            row.id, row.title, row.verdict, measure(row._asdict()), number(row.effect),
            interval(row.low, row.high), control(row._asdict()), row.hinges_on or "-",
            number(row.flip_value), number(row.default), row.scenario or "-",
            f"{result.seconds[row.id]:.1f}",
        )
        for row in result.table.itertuples()
    ]  # fmt: skip
    return set_table(rows, _HEAD)


def summary(result: Claims) -> str:
    """Count the verdicts, and name the controls that are not as they should be."""
    verdicts = result.table["verdict"]
    counted = ", ".join(
        f"{int((verdicts == name).sum())} {name}" for name in _VERDICTS if (verdicts == name).any()
    )
    broken = result.table.loc[result.table["control_verdict"] == "holds", "id"].tolist()
    said = f"These controls hold, as they should not: {', '.join(broken)}." if broken else ""
    said = said or "No negative control holds, as it should be."
    return f"Of {len(verdicts)} claims: {counted}. {said}"


def details(result: Claims) -> str:
    """Return what the register says about each claim, with what came out."""
    known, parts = register(), []
    for row in result.table.to_dict("records"):
        claim = known[row["id"]]
        lines = [f"\n{claim.id}  {claim.title}", ""]
        for name, text in told(claim, row):
            filled = textwrap.fill(text, _WIDTH, initial_indent="    ", subsequent_indent="    ")
            lines += [f"  {name}", filled]
        parts.append("\n".join(lines))
    return "\n".join(parts) + "\n"


def told(claim: Claim, row: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what is to be said about a claim: name of the part, and the text."""
    return [
        (f"what is claimed ({claim.voice}; {claim.locator})", claim.claim),
        ("the rule it became", claim.rule),
        ("prediction", claim.prediction),
        ("what would refute it", claim.negative_control),
        ("what came out", outcome(row)),
    ]


def outcome(row: dict[str, Any]) -> str:
    """Say in a few sentences what came out for a claim."""
    if row["verdict"] == NOT_TESTED:
        return "Not tested: no scenario states a prediction about it yet."
    said = [
        f"{row['verdict'].capitalize()}: in the scenario {row['scenario']}, {row['arm']} against "
        f"{row['base']} changes {measure(row)} by {_with_unit(row, '')}; stated was "
        f"{row['direction']} by at least {number(row['sesoi'])} ({row['pairs']} pairs)."
    ]
    if row["control_verdict"] == NOT_TESTED:
        said.append("It has no negative control.")
    else:
        fine = "and should not" if row["control_verdict"] == "holds" else "as it should be"
        holds = "holds" if row["control_verdict"] == "holds" else f"is {row['control_verdict']}"
        said.append(
            f"The negative control, {row['control_arm']} against {row['control_base']}, {holds}, "
            f"{fine}: {measure(row, 'control_')} changes by {_with_unit(row, 'control_')}."
        )
        if row["control_verdict"] == "holds":
            said.append(register()[row["id"]].control_note)
    if row["hinges_on"] and np.isfinite(row["flip_value"]):
        said.append(
            f"The verdict hangs on {row['hinges_on']}, which is {number(row['default'])}: at "
            f"{number(row['flip_value'])} it turns {_turned(row['flips_to'])}."
        )
    elif row["hinges_on"]:
        said.append(
            f"It does not flip within the range of its hinges; most of the effect's size depends "
            f"on {row['hinges_on']}."
        )
    return " ".join(filter(None, said))


def _turned(verdict: str) -> str:
    return "into one that holds" if verdict == "holds" else verdict


def measure(row: dict[str, Any], prefix: str = "") -> str:
    """Return what is compared."""
    tail = "tail of " if row[f"{prefix}statistic"] == "tail" else ""
    return tail + row[f"{prefix}metric"] or "-"


def control(row: dict[str, Any]) -> str:
    """Return the control's verdict, which is to be anything but *holds*."""
    return "HOLDS" if row["control_verdict"] == "holds" else row["control_verdict"]


def interval(low: float, high: float) -> str:
    """Return an interval."""
    return "-" if np.isnan(low) else f"[{number(low)}, {number(high)}]"


def _with_unit(row: dict[str, Any], prefix: str) -> str:
    low, high, unit = (row[f"{prefix}{name}"] for name in ("low", "high", "unit"))
    said = f"{number(row[f'{prefix}effect'])} {unit}".strip()
    return f"{said} {interval(low, high)}" if not np.isnan(low) else said
