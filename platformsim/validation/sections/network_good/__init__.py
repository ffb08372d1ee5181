"""One network good: critical mass, fulfilled expectations; outputs of firms with networks."""

from __future__ import annotations

from types import SimpleNamespace

from scipy.optimize import brentq

from platformsim.theory import katz_shapiro
from platformsim.theory import network_goods as theory
from platformsim.validation.section import Mistake, Section
from platformsim.validation.sections.network_good.checks import CHECKS
from platformsim.validation.sections.network_good.figure import panels
from platformsim.validation.sections.network_good.predictions import predictions


def _internalised(p: SimpleNamespace) -> float:
    """Output of a single firm that knows how its output moves what consumers expect."""

    def gain(x: float) -> float:
        return p.A + p.B * x / (1.0 + x) + p.B * x / (1.0 + x) ** 2 - 2.0 * x

    return float(brentq(gain, 0.0, p.A + 2.0 * p.B))


SECTION = Section(
    "network_good",
    "One network good; Cournot with network externalities",
    "Rohlfs 1974; Economides & Himmelberg 1995; Katz & Shapiro 1985",
    predictions,
    CHECKS,
    (
        Mistake(
            "ng.n_plus", "the critical mass attracts",
            lambda p: theory.network_sizes(p.p, 0.0, p.v).critical,
        ),
        Mistake(
            "eh.roots", "smallest size any price sustains for the sizes at this price",
            lambda p: theory.demand_peak(p.k, p.delta)[0],
        ),
        Mistake("ks.x_monop", "firms internalise their effect on expectations", _internalised),
        Mistake(
            "ks.z_comp", "compatibility changes nothing",
            lambda p: p.n * katz_shapiro.incompatible_output(
                p.A, p.n, katz_shapiro.saturating_externality(p.B)
            ),
        ),
    ),
    panels,
)  # fmt: skip
