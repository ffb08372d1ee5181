"""What theory says of a network good, from the setting."""

from __future__ import annotations

from types import SimpleNamespace

from platformsim.theory import katz_shapiro
from platformsim.theory import network_goods as theory
from platformsim.validation.rows import Prediction


def predictions(p: SimpleNamespace) -> dict[str, Prediction]:
    """See :class:`platformsim.validation.section.Section`."""
    sizes = theory.network_sizes(p.p, 0.0, p.v)
    smallest, dearest = theory.demand_peak(p.k, p.delta)
    line, curve = katz_shapiro.linear_externality(p.mu), katz_shapiro.saturating_externality(p.B)
    apart = katz_shapiro.incompatible_output(p.A, p.n, curve)
    whole = katz_shapiro.compatible_output(p.A, p.n, curve)
    published, derived = "published", "derived"
    return {
        "ng.n_minus": Prediction(sizes.critical, published, "critical mass at this price"),
        "ng.n_plus": Prediction(sizes.stable, published, "stable size of the network"),
        "ng.pmax": Prediction(theory.demand_peak(0.0, p.v)[1], published, "highest price paid"),
        "ng.slope": Prediction(
            theory.size_slope(sizes.stable, 0.0, p.v), derived, "slope of best reply, stable size"
        ),
        "ng.sd_plus": Prediction(
            theory.size_sd(sizes.stable, p.N, 0.0, p.v), derived, "SD of size over populations"
        ),
        "eh.n0": Prediction(smallest, published, "smallest network any price sustains"),
        "eh.pmax": Prediction(dearest, published, "highest price paid, stand-alone value k"),
        "eh.roots": Prediction(
            theory.network_sizes(p.pe, p.k, p.delta), published, "critical mass and stable size"
        ),
        "ks.x_incomp_lin": Prediction(
            katz_shapiro.incompatible_output(p.A, p.n, line), derived, "output a firm, v = mu y"
        ),
        "ks.z_comp_lin": Prediction(
            katz_shapiro.compatible_output(p.A, p.n, line), derived, "total output, v = mu y"
        ),
        "ks.x_incomp": Prediction(apart, published, "output a firm, incompatible"),
        "ks.z_comp": Prediction(whole, published, "total output, compatible"),
        "ks.x_monop": Prediction(
            katz_shapiro.incompatible_output(p.A, 1, curve), published, "output of a single firm"
        ),
        "ks.profit_incomp": Prediction(apart**2, published, "profit a firm, incompatible"),
        "ks.profit_comp": Prediction((whole / p.n) ** 2, published, "profit a firm, compatible"),
    }
