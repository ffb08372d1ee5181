"""Open and proprietary platforms: complements, users and developers, head to head."""

from __future__ import annotations

from types import SimpleNamespace

from platformsim.theory import open_source as theory
from platformsim.validation.section import Mistake, Section
from platformsim.validation.sections.openprop.checks import CHECKS
from platformsim.validation.sections.openprop.figure import panels
from platformsim.validation.sections.openprop.predictions import predictions


def _one_side_at_a_time(p: SimpleNamespace) -> tuple[float, float]:
    known = theory.proprietary_platform(p.v, p.al, p.pi, p.D)
    return known.users, known.developers / p.D


SECTION = Section(
    "openprop",
    "Open and proprietary platforms",
    "after Economides & Katsamakas 2006",
    predictions,
    CHECKS,
    (
        Mistake(
            "ek.open_profit", "openness does not change what the application earns",
            lambda p: theory.proprietary_system(p.a, p.b).application_profit,
        ),
        Mistake(
            "ek.prop_prices", "each side priced as if the other stood still", _one_side_at_a_time
        ),
        Mistake(
            "ek.open_users_devs", "users do not answer to developers",
            lambda p: (p.v, p.D * p.pi * p.v),
        ),
        Mistake(
            "ek.duo_share", "the network effect does not magnify an advantage",
            lambda p: 0.5 + p.Del / (6.0 * p.t),
        ),
    ),
    panels,
)  # fmt: skip
