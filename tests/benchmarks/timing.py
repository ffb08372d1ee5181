"""Times that can be compared on a machine that others use as well.

What is compared runs in turn, one repetition each, round after round. A ratio is the median over
the rounds of the ratio within a round: two neighbouring repetitions meet the same neighbours on
the machine, and a burst of their work spoils one round and not one side.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Task = Callable[[], float]


def timed(work: Callable[[], object]) -> Task:
    """Turn work into a task: something that does it once and returns the seconds it took."""

    def task() -> float:
        started = time.perf_counter()
        work()
        return time.perf_counter() - started

    return task


def interleave(
    tasks: dict[str, Task], seconds: float, least: int = 3, most: int = 60
) -> dict[str, np.ndarray]:
    """Run every task once a round until the time is up; a first round warms up and is left out.

    Parameters
    ----------
    tasks : dict of str to callable
        Each does one repetition and returns its seconds.
    seconds : float
        Time to spend.
    least, most : int
        Rounds at least and at most.

    Returns
    -------
    dict of str to (rounds,) float, seconds
    """
    for task in tasks.values():
        task()
    taken: dict[str, list[float]] = {name: [] for name in tasks}
    until = time.perf_counter() + seconds
    for done in range(most):
        if done >= least and time.perf_counter() > until:
            break
        for name, task in tasks.items():
            taken[name].append(task())
    return {name: np.array(values) for name, values in taken.items()}


@dataclass(frozen=True)
class Ratio:
    """A ratio of two times: its median over rounds, the quartiles, and that of the least times.

    Interference only ever adds time, and most to what needs all cores at once: on a machine that
    is shared, the ratio of the least times is what an idle one would show.
    """

    value: float
    low: float
    high: float
    least: float


def ratio(slow: np.ndarray, fast: np.ndarray) -> Ratio:
    """Return how many times longer ``slow`` takes than ``fast``, round by round."""
    low, middle, high = np.quantile(slow / fast, [0.25, 0.5, 0.75])
    return Ratio(float(middle), float(low), float(high), float(slow.min() / fast.min()))
