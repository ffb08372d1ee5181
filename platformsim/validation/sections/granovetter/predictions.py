"""What theory says of collective action with thresholds, from the setting."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from platformsim.theory import thresholds as theory
from platformsim.validation.rows import Prediction

SPREADS = ("s1", "s2")
PEOPLE = 100


def chain(second: int = 1) -> np.ndarray:
    """Return the thresholds 0, 1, ... 99 in people; the second may be another."""
    waits = np.arange(PEOPLE)
    waits[1] = second
    return waits


def predictions(p: SimpleNamespace) -> dict[str, Prediction]:
    """See :class:`platformsim.validation.section.Section`."""
    published, derived, known = "published", "derived", "exact"
    spread, share = theory.critical_spread(p.mu)
    found = {
        "gra.sigma_c": Prediction(spread, published, "spread below which the cascade stops early"),
        "gra.r_c": Prediction(share, published, "participation just below it"),
    }
    for name in SPREADS:
        sd = getattr(p, name)
        states = theory.participation_states(p.mu, sd)
        found |= {
            f"gra.{name}.fixedpoints": Prediction(states, published, f"at rest, spread {sd:g}"),
            f"gra.{name}.r0": Prediction(states[0], published, "reached from nobody"),
            f"gra.{name}.sd": Prediction(
                theory.participation_sd(states[0], p.mu, sd, p.N), derived, "SD over populations"
            ),
        }
    return found | {
        "gra.uniform100": Prediction(
            theory.cascade_size(chain()), known, "thresholds 0 to 99: all act"
        ),
        "gra.uniform100_mod": Prediction(
            theory.cascade_size(chain(2)), known, "threshold 1 made 2: one acts"
        ),
    }
