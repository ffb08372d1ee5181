"""What theory says of adopters who come one at a time, from the setting."""

from __future__ import annotations

from types import SimpleNamespace

from platformsim.theory import lock_in, urns
from platformsim.validation.rows import Prediction

LEVELS = (0.1, 0.5, 0.9)


def walls(p: SimpleNamespace) -> lock_in.Barriers:
    """Return the leads of A and of B that lock the market in."""
    return lock_in.barriers(p.aR, p.bR, p.r, p.aS, p.bS, p.s)


def continuum(p: SimpleNamespace) -> float:
    """Return the chance of A where adopters are infinitesimal and both types as frequent."""
    return lock_in.continuum_chance_of_a(p.aR, p.bR, p.r, p.aS, p.bS, p.s)


def predictions(p: SimpleNamespace) -> dict[str, Prediction]:
    """See :class:`platformsim.validation.section.Section`."""
    published, known = "published", "exact"
    leads, start = walls(p), [p.a, p.b]
    time = lock_in.lock_in_time(p.pi, *leads)
    limit = urns.limit_share(start, p.c)
    return {
        "art.barriers": Prediction(leads, published, "leads that lock in to A and to B"),
        "art.PA": Prediction(lock_in.chance_of_a(p.pi, *leads), known, "chance of lock-in to A"),
        "art.ET": Prediction(time.mean, known, "mean adopters until lock-in"),
        "art.sdT": Prediction(time.sd, known, "SD of adopters until lock-in"),
        "art.PA_continuum": Prediction(
            continuum(p), published, "chance of A, infinitesimal adopters, pi = 1/2"
        ),
        "polya.mean": Prediction(limit.mean[0], published, "urn: mean share of the first"),
        "polya.sd_limit": Prediction(limit.sd[0], published, "urn: SD of the limit share"),
        "polya.sd_n": Prediction(
            urns.share_after(p.n, start, p.c).sd[0], known, f"urn: SD of the share after {p.n}"
        ),
        "polya.q10_50_90": Prediction(
            urns.limit_quantiles(LEVELS, start, p.c)[:, 0], published, "quantiles of the limit"
        ),
        "polya.monopoly": Prediction(
            urns.monopoly_chance(p.x0, p.y0, p.gam), known, "chance of the first's monopoly"
        ),
    }
