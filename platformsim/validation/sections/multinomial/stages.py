"""The markets of this part: alike platforms, and two unequal ones with an outside option."""

from __future__ import annotations

from types import SimpleNamespace

from platformsim.mechanisms.direct_network import DirectNetwork
from platformsim.validation.markets import Stage, stage


def alike(
    platforms: int, strength: float, *, seed: int, count: int, value: float = 0.0,
    outside: float | None = None, start: object = None, resolution: str = "agents",
    **rules: object,
) -> Stage:  # fmt: skip
    """Return platforms of one value; ``outside`` is what staying out is worth, None: must join."""
    if outside is not None:
        rules |= {"outside_option": True, "outside_value": outside}
    return stage(
        {"users": {"count": count} | rules}, platforms, seed=seed,
        start=None if start is None else {"users": start}, quality=(value,) * platforms,
        mechanisms=[DirectNetwork(beta_direct=strength)], resolution=resolution,
    )  # fmt: skip


def unequal(
    p: SimpleNamespace, *, seed: int, count: int, strength: float | None = None,
    start: object = None, law: str = "linear", resolution: str = "agents", **rules: object,
) -> Stage:  # fmt: skip
    """Return two platforms of different values; staying out is worth nothing."""
    network = DirectNetwork(beta_direct=p.Ja if strength is None else strength, law=law)
    return stage(
        {"users": {"count": count, "outside_option": True} | rules}, seed=seed,
        start=None if start is None else {"users": start}, quality=tuple(p.Va),
        mechanisms=[network], resolution=resolution,
    )  # fmt: skip
