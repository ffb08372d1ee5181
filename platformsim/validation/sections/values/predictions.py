"""What the laws of value say, from the setting."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

from platformsim.theory import value_laws as theory
from platformsim.validation.rows import Prediction


def slope(p: SimpleNamespace, law: Callable[..., float], *more: float) -> float:
    """Return the elasticity of a law's value in size between both sizes."""
    return theory.log_slope(p.n1, p.n2, law(p.n1, *more), law(p.n2, *more))


def predictions(p: SimpleNamespace) -> dict[str, Prediction]:
    """See :class:`platformsim.validation.section.Section`."""
    published, exact, what = "published", "exact", "elasticity of value in size: "
    groups = theory.reed_log2_value(p.n2) - theory.reed_log2_value(p.n1)
    merged = theory.odlyzko_interconnection
    return {
        "val.sarnoff_slope": Prediction(slope(p, theory.sarnoff_value), published, what + "n"),
        "val.odlyzko_slope": Prediction(slope(p, theory.odlyzko_value), published, what + "n ln n"),
        "val.zipf_slope": Prediction(slope(p, theory.zipf_value), exact, what + "contacts by rank"),
        "val.metcalfe_slope": Prediction(
            slope(p, theory.metcalfe_value, p.plink), published, what + "links"
        ),
        "val.reed_log2diff": Prediction(groups, published, "doublings of the number of groups"),
        "val.merge_metcalfe": Prediction(
            theory.metcalfe_interconnection(p.n1, p.n2), published, "gain of each network, n^2"
        ),
        "val.merge_odlyzko": Prediction(
            [merged(p.n1, p.n2), merged(p.n2, p.n1)], published, "gain of both networks, n ln n"
        ),
    }
