"""What theory says of a firm against a free rival, from the setting."""

from __future__ import annotations

from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from platformsim.theory import mixed_duopoly as theory
from platformsim.theory import mixed_duopoly_foresight as foresight
from platformsim.validation.rows import Prediction

CASES = ("co", "ex")
# Times, in mean times between choices of a user.
SOON, LATE = 3.0, 10.0
LEAD = 0.05


class Case(NamedTuple):
    """Qualities without users, gains from use, and the first share of the proprietary good."""

    quality: float
    learning: float
    free_quality: float
    free_learning: float
    start: float

    @property
    def gap(self) -> theory.QualityGap:
        """Quality gap D(y)."""
        return theory.quality_gap(*self[:4])

    @property
    def survives(self) -> bool:
        """Whether a myopic firm stays in the market."""
        return self.gap.at(0.5) > 0.0


def cases(p: SimpleNamespace) -> dict[str, Case]:
    """Return the markets of the setting by name."""
    return {name: Case(*getattr(p, name)) for name in CASES}


def predictions(p: SimpleNamespace) -> dict[str, Prediction]:
    """See :class:`platformsim.validation.section.Section`."""
    found = {}
    for name, case in cases(p).items():
        said = _of(case, p.rho, p.dt)
        found |= {
            f"mix.{name}.{key}": Prediction(value, "derived", meaning)
            for key, (value, meaning) in said.items()
        }
    return found


def _of(case: Case, discount: float, step: float) -> dict[str, tuple[float, str]]:
    gap = case.gap
    rest = foresight.forward_share(gap, discount)
    known = np.isfinite(rest)
    said = {
        "D_half": (gap.at(0.5), "quality gap at equal shares; myopic firm survives iff > 0"),
        "yc": (theory.critical_share(gap), "share below which nothing is sold"),
        "y_fwd": (rest, "resting share of a forward-looking firm"),
        "p_fwd": (foresight.feedback_price(gap, rest, rest) if known else np.nan, "its price"),
    }
    if case.survives:
        steps = round(SOON / step)
        said |= {
            "y_myopic": (theory.myopic_share(gap, case.start, 60.0), "myopic limit"),
            "p_myopic": (theory.myopic_price(gap, 0.5), "price there"),
            "y_t3": (theory.myopic_share(gap, case.start, SOON), "myopic share at t = 3"),
            "y_t3_step": (
                theory.myopic_path(gap, case.start, step, steps)[-1], f"the same, steps of {step:g}"
            ),
        }  # fmt: skip
    else:
        said |= {
            "t_exit": (theory.exit_time(gap, case.start), "myopic time of exit"),
            "exit_step": (theory.exit_step(gap, case.start, step), "first step without sales"),
        }
    path = foresight.feedback_path(rest + LEAD, rest, step, round(LATE / step))
    return said | {
        "const_price_slope": (
            foresight.constant_price_slope(gap, rest) if known else np.nan,
            "answer of sales to share at a constant price; holds iff < 1",
        ),
        "y_fwd_abm": (path[-1], "share under the feedback price, t = 10"),
    }
