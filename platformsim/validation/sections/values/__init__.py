"""Value laws: what a network of n people is worth, and what networks gain by interconnecting."""

from __future__ import annotations

from types import SimpleNamespace

from platformsim.theory import value_laws as theory
from platformsim.validation.section import Mistake, Section
from platformsim.validation.sections.values.checks import CHECKS
from platformsim.validation.sections.values.figure import panels
from platformsim.validation.sections.values.predictions import predictions, slope


def _by_size(p: SimpleNamespace) -> list[float]:
    gains = [theory.odlyzko_interconnection(*pair) for pair in ((p.n1, p.n2), (p.n2, p.n1))]
    return [sum(gains) * n / (p.n1 + p.n2) for n in (p.n1, p.n2)]


SECTION = Section(
    "values",
    "Value laws",
    "Metcalfe 2013; Odlyzko & Tilly 2005; Reed 2001",
    predictions,
    CHECKS,
    (
        Mistake(
            "val.metcalfe_slope", "links grow as n ln n", lambda p: slope(p, theory.odlyzko_value)
        ),
        Mistake("val.metcalfe_slope@linear", "everybody is linked with itself", lambda _: 2.0),
        Mistake(
            "val.zipf_slope", "n ln n for the sum over ranks",
            lambda p: slope(p, theory.odlyzko_value),
        ),
        Mistake("val.merge_odlyzko", "networks gain in proportion to their size", _by_size),
    ),
    panels,
)  # fmt: skip
