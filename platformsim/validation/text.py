"""The tables of validation for the terminal."""

from __future__ import annotations

from platformsim.validation.page import said_of, shown
from platformsim.validation.run import Validation
from platformsim.views.text import table

_HEAD = ("key", "prediction", "measured", "SE", "z", "pass", "engine", "seconds")
_DIGITS = 4


def tables(result: Validation) -> str:
    """Return the rows with a measurement, and the wrong answers."""
    rows = [
        (
            row.key, shown(row.prediction, _DIGITS), shown(row.measured, _DIGITS),
            shown(row.se, 2), shown(row.z, 1, sign=True), "yes" if row.passed else "NO",
            "/".join(part for part in (row.engine, row.resolution) if part), f"{row.seconds:.1f}",
        )
        for row in result.measured
    ]  # fmt: skip
    wrong = [
        (
            m.key,
            m.says,
            shown(m.answer, _DIGITS),
            f"{m.deviation:.0f}",
            "yes" if m.refused else "NO",
        )
        for m in result.mistakes.itertuples()
    ]
    head = ("key", "wrong answer", "is", "SE away", "refused")
    return f"{table(rows, _HEAD)}\n\n{table(wrong, head)}\n"


def summary(result: Validation) -> str:
    """Return the verdict in three lines."""
    measured = result.measured
    failed = [row.key for row in measured if not row.passed]
    accepted = result.mistakes.loc[~result.mistakes["refused"].astype(bool), "key"].tolist()
    lines = [
        f"{len(measured) - len(failed)} of {len(measured)} rows pass"
        + (f"; these fail: {', '.join(failed)}" if failed else ""),
        f"{len(result.mistakes) - len(accepted)} of {len(result.mistakes)} wrong answers refused"
        + (f"; these pass: {', '.join(accepted)}" if accepted else ""),
    ]
    return "\n".join([*lines, said_of(result.scores()), f"{result.seconds:.0f} s"])
