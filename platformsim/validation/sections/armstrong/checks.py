"""What is run on two-sided platforms."""

from __future__ import annotations

from platformsim.validation.section import Check
from platformsim.validation.sections.armstrong import bottleneck, single_homing, transactions

CHECKS = (
    Check("off equilibrium", single_homing.off_equilibrium, cost=3.0),
    Check("price equilibrium", single_homing.equilibrium, cost=6.0),
    Check("price equilibrium, mean field", single_homing.limit, resolution="mean_field", cost=1.0),
    Check("replies in turn", single_homing.in_turn, resolution="mean_field", cost=2.0),
    Check("bottleneck", bottleneck.equilibrium, cost=7.0),
    Check("bottleneck, mean field", bottleneck.limit, resolution="mean_field", cost=2.0),
    Check("transactions", transactions.transactions, cost=2.0),
    Check("transactions, mean field", transactions.limit, resolution="mean_field", cost=0.2),
)
