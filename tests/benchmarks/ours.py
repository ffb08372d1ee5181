"""The small model in platformsim: one side that chooses, and nothing else of a market."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import small_model

from platformsim import entities
from platformsim.market.alternatives import alternatives
from platformsim.market.individuals import Individuals
from platformsim.market.side import Appeal
from platformsim.market.streams import Streams

# Users would also have their surplus measured, which no other program here does.
SIDE = "creators"
_THREADS = "PLATFORMSIM_THREADS"


@contextmanager
def threads(number: int | None) -> Iterator[None]:
    """Let the kernels use so many threads; None leaves it to them."""
    before = os.environ.get(_THREADS)
    if number is not None:
        os.environ[_THREADS] = str(number)
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(_THREADS, None)
        else:
            os.environ[_THREADS] = before


class Ours:
    """A side of the small model, everybody revising every step.

    Parameters
    ----------
    n, platforms, tastes : int
    seed : int
    kernel : str
        ``compiled``, or ``numpy`` for the reference.
    """

    def __init__(
        self,
        n: int,
        platforms: int = small_model.PLATFORMS,
        tastes: int = small_model.TASTES,
        seed: int = 1,
        kernel: str = "compiled",
    ):
        law = entities.Taste(mean=small_model.TASTE_MEAN, sd=small_model.TASTE_SD)
        names = [f"taste{k}" for k in range(tastes)]
        rules = entities.Side(
            count=n,
            revise_rate=1.0,
            switch_cost=small_model.SWITCH_COST,
            tastes=dict.fromkeys(names, law),
        )
        table = np.array(small_model.characteristics(tastes, platforms))
        choices = alternatives(tuple(range(1, platforms + 1)), 1, False)
        self.streams, self.n, self.step_number = Streams(seed), n, 0
        self.side = Individuals(
            SIDE,
            rules,
            choices,
            np.full(platforms, 1.0 / platforms),
            dict(zip(names, table, strict=True)),
            self.streams,
        )
        self.side.kernel = kernel
        self.gone = np.zeros(platforms + 1, bool)

    @property
    def common(self) -> np.ndarray:
        """What the platforms are worth to everybody, (P,) utils."""
        return small_model.NETWORK * self.share

    @property
    def share(self) -> np.ndarray:
        """Share of each platform, (P,)."""
        return self.side.counts[1:] / self.n

    def step(self) -> None:
        """Let everybody choose once."""
        self.step_number += 1
        self.side.choose(self.step_number, Appeal(self.common), self.gone)


def build(
    n: int,
    platforms: int = small_model.PLATFORMS,
    tastes: int = small_model.TASTES,
    seed: int = 1,
    kernel: str = "compiled",
) -> Ours:
    """Build the small model; its ``step`` is what the benchmark calls the kernel."""
    return Ours(n, platforms, tastes, seed, kernel)
