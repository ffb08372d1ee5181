"""What is run on open and proprietary platforms."""

from __future__ import annotations

from platformsim.validation.section import Check
from platformsim.validation.sections.openprop import complements, developers, duel

CHECKS = (
    Check("complements", complements.complements, cost=3.0),
    Check("participation", developers.participation, cost=4.0),
    Check("prices", developers.prices, cost=4.0),
    Check("developers, mean field", developers.limit, resolution="mean_field", cost=1.0),
    Check("head to head", duel.duel, cost=4.0),
    Check("head to head, mean field", duel.limit, resolution="mean_field", cost=1.0),
)
