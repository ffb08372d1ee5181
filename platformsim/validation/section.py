"""A part of the theory, with its predictions, the simulations against it, and its mistakes."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from platformsim.validation.rows import Measured, Prediction
from platformsim.views.theory import Panel

ENGINES = ("platformsim", "dedicated", "computed")


@dataclass(frozen=True)
class Draws:
    """Where a check's luck comes from.

    Attributes
    ----------
    seed : int
        Root seed for markets, different for every check.
    effort : float
        Replicates relative to the full number.
    """

    seed: int
    effort: float = 1.0

    @classmethod
    def of(cls, root: int, name: str, effort: float = 1.0) -> Draws:
        """Return the draws of a check by its name."""
        return cls((root * 1_000_003 + zlib.crc32(name.encode())) % 2**32, effort)

    def replicates(self, full: int, least: int = 20) -> range:
        """Return the numbers of the replicates to run."""
        return range(max(least, round(full * self.effort)))

    def generator(self, replicate: int = 0) -> np.random.Generator:
        """Return a generator, for processes that are not markets."""
        return np.random.default_rng([self.seed, replicate])


@dataclass(frozen=True)
class Check:
    """A simulation, or a computation by another way, that measures some keys.

    Attributes
    ----------
    name : str
        One of its kind in its section.
    run : callable
        From the section's setting and :class:`Draws` to what was measured by key. May leave a key
        out where the setting has nothing to measure.
    engine : str
        One of ``ENGINES``.
    resolution : str or None
        Of the market.
    cost : float
        Seconds, roughly; long ones start first.
    """

    name: str
    run: Callable[[SimpleNamespace, Draws], dict[str, Measured]]
    engine: str = "platformsim"
    resolution: str | None = "agents"
    cost: float = 1.0


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that must not pass: what keeps the tests from being toothless.

    Attributes
    ----------
    key : str
        The measurement that must refuse it.
    says : str
        What is wrong with it.
    answer : callable
        From the section's setting to the wrong prediction.
    """

    key: str
    says: str
    answer: Callable[[SimpleNamespace], Any]


@dataclass(frozen=True)
class Section:
    """One part of the theory.

    Attributes
    ----------
    name : str
        Key of its parameters in the settings.
    title, source : str
        Source: author and year of what is reproduced.
    predictions : callable
        From the section's setting to :class:`Prediction` by key, in the order of the table.
    checks : tuple of Check
    mistakes : tuple of Mistake
    panels : callable or None
        From the section's setting and :class:`Draws` to the panels of its figure.
    """

    name: str
    title: str
    source: str
    predictions: Callable[[SimpleNamespace], dict[str, Prediction]]
    checks: tuple[Check, ...]
    mistakes: tuple[Mistake, ...] = ()
    panels: Callable[[SimpleNamespace, Draws], list[Panel]] | None = None
