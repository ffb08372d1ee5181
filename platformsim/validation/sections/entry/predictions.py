"""What theory says of entry against an installed base, from the setting."""

from __future__ import annotations

from types import SimpleNamespace
from typing import NamedTuple

from platformsim.theory import entry as theory
from platformsim.validation.rows import Prediction

CASES = ("lo", "hi")
STEPS = 40


class Case(NamedTuple):
    """Weight e of applications, discount factor phi, quality ratio Q, and first share x_0."""

    effect: float
    foresight: float
    quality: float
    start: float

    @property
    def weight(self) -> float:
        """Effective weight of the log installed base."""
        return theory.effective_weight(self.effect, self.foresight)


def cases(p: SimpleNamespace) -> dict[str, Case]:
    """Return the markets of the setting by name."""
    return {name: Case(*getattr(p, name)) for name in CASES}


def predictions(p: SimpleNamespace) -> dict[str, Prediction]:
    """See :class:`platformsim.validation.section.Section`."""
    found = {}
    for name, case in cases(p).items():
        path = theory.share_path(case.start, case.quality, case.weight, p.alpha, STEPS)
        rest = "where the entrant ends" if case.weight < 1.0 else "the entrant's critical share"
        said = {
            "e_eff": (case.weight, "weight of the installed base; above 1 it decides"),
            "x_star": (theory.interior_share(case.quality, case.weight), rest),
            "Qmin": (
                theory.quality_to_grow(case.start, case.weight),
                f"quality ratio to grow from {case.start:g}",
            ),
            "x40": (path[-1], f"share after {STEPS} steps"),
        }
        found |= {
            f"zi.{name}.{key}": Prediction(value, "derived", meaning)
            for key, (value, meaning) in said.items()
        }
    return found
