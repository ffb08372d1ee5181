"""What a mechanism is: a rule with a name, a switch and parameters declared once."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from platformsim.market.laws import SameSide
from platformsim.parameters import param

Values = np.ndarray | Callable[[np.ndarray], np.ndarray] | None


@dataclass(frozen=True)
class Contrast:
    """What switching a mechanism on is predicted to do.

    Attributes
    ----------
    metric, side : str
        Name of the metric, and of the side where it has one.
    direction : str
        ``up`` or ``down``.
    sesoi : float
        Smallest effect of interest, in the metric's unit.
    """

    metric: str
    side: str
    direction: str
    sesoi: float


@dataclass(frozen=True)
class Mechanism:
    """Base of all mechanisms; subclass it as a frozen dataclass.

    The class name in snake case is the TOML table, ``[mechanisms.<name>]``. A subclass overrides
    the hooks that it needs. ``utility``, ``own_utility``, ``same_side``, ``exposure`` and
    ``engagement`` are pure: they read the market and return what they add; so do ``closes``,
    ``decides``, ``income_if_open`` and ``income_if_closed``, which are about the releasers'
    decisions. ``start`` and
    ``update`` may write, and only to the columns that the mechanism ``owns`` or ``advances``, and
    pay through ``market.ledger``.

    Attributes
    ----------
    name : str
        Name of its table; made from the class name.
    title : str
        What the mechanism says, in a few words.
    claims : tuple of str
        Claims of the register that it carries.
    owns : dict of str to float
        Columns it writes, as ``"platforms.activity": 1.0``, with their neutral value.
    advances : tuple of str
        Shared stocks that it adds to, such as ``"technologies.capability"``.
    tables : dict of str to tuple of str
        Tables of its own, by name, with the names of their rows, such as
        ``{"sectors": ("science", "health")}``. Their columns are listed in ``owns``; the market
        has them, as ``market.tables["sectors"]``, where the mechanism is in the scenario.
    reasons, accounts : tuple of str
        Reasons for payments, and accounts beyond the market's own, that it brings to the ledger.
    builds_on : tuple of str
        Mechanisms without which it does nothing; a scenario that lacks them is refused.
    neutral : dict of str to object
        Settings at which it has no effect, to the last bit.
    needs_individuals : bool
        True when the rule reads single agents, so that only the resolution ``agents`` can run it.
    follows_own_side : bool
        False promises that ``utility``, ``own_utility`` and ``exposure`` for a side do not depend
        on where that side's members are; agents who choose in turn then ask only once a month.
    contrast : Contrast or None
        What switching it on is predicted to do.
    """

    name: ClassVar[str] = ""
    title: ClassVar[str] = ""
    claims: ClassVar[tuple[str, ...]] = ()
    owns: ClassVar[dict[str, float]] = {}
    advances: ClassVar[tuple[str, ...]] = ()
    tables: ClassVar[dict[str, tuple[str, ...]]] = {}
    reasons: ClassVar[tuple[str, ...]] = ()
    accounts: ClassVar[tuple[str, ...]] = ()
    builds_on: ClassVar[tuple[str, ...]] = ()
    neutral: ClassVar[dict[str, Any]] = {}
    needs_individuals: ClassVar[bool] = False
    follows_own_side: ClassVar[bool] = True
    contrast: ClassVar[Contrast | None] = None

    enabled: bool = param(True, doc="The mechanism's switch.", keyword_only=True)

    def __init_subclass__(cls, *, registered: bool = True, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.name = snake(cls.__name__)
        if not registered:  # used from Python alone: scenario files do not know its name
            return
        known = REGISTRY.get(cls.name)
        if known is not None and known.__module__.startswith("platformsim."):
            raise TypeError(f"a mechanism named {cls.name!r} is part of the package; rename yours")
        REGISTRY[cls.name] = cls

    def overrides(self, hook: str) -> bool:
        """Whether the mechanism has a hook of its own; the market asks nobody else."""
        return getattr(type(self), hook) is not getattr(Mechanism, hook)

    def start(self, market: Any) -> None:
        """Set the mechanism's columns at month 0."""

    def utility(self, market: Any, side: str) -> Values:
        """Return what it adds to the utility of the platforms, in utils.

        Returns
        -------
        None, (P,) float, (n, P) float, or a callable
            A callable takes row numbers and returns (len(rows), P).
        """
        return None

    def own_utility(self, market: Any, side: str) -> np.ndarray | None:
        """Return what an agent's own platforms gain on top, (P,) float, in utils."""
        return None

    def same_side(self, market: Any, side: str) -> SameSide | None:
        """Return what the installed base of the side itself is worth to it.

        The market takes an agent's own weight out of the base it sees, where the side asks for
        that, and follows the base turn by turn where agents choose in turn.
        """
        return None

    def exposure(self, market: Any, side: str) -> float | None:
        """Return what a platform gains that all of an agent's contacts are on, in utils."""
        return None

    def engagement(self, market: Any) -> np.ndarray | None:
        """Return the relative lift in hours per user, (P,) float."""
        return None

    def closes(self, market: Any) -> np.ndarray | None:
        """Return which ``open_then_close`` technologies their owner closes now, (L,) bool."""
        return None

    def decides(self, market: Any) -> np.ndarray | None:
        """Return the release mode that each technology's owner wants now.

        Returns
        -------
        None or (L,) float
            Codes of :data:`platformsim.market.release.MODE`; NaN leaves a technology as it is.
        """
        return None

    def income_if_open(self, market: Any) -> np.ndarray | None:
        """Return what openness brings each technology's owner now, (L,) float, cu/month."""
        return None

    def income_if_closed(self, market: Any) -> np.ndarray | None:
        """Return what each technology's owner would earn more if closed, (L,), cu/month."""
        return None

    def update(self, market: Any) -> None:
        """Advance the columns that the mechanism owns and make its payments."""


REGISTRY: dict[str, type[Mechanism]] = {}


def snake(name: str) -> str:
    """Write a class name as the name of a table: ``OpenGate`` becomes ``open_gate``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
