"""Calling any ``f(**parameters, seed) -> dict`` at many points and seeds, in many processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, as_completed
from typing import Any

import cloudpickle
import numpy as np
import pandas as pd

from platformsim.studies.execute import REGISTRIES, RunError, take_over
from platformsim.studies.pool import Pool, told_to_stop
from platformsim.studies.processes import default_workers

Function = Callable[..., Mapping[str, float]]
Point = dict[str, Any]
# A call: number of the point, its parameters, seeds.
_Call = tuple[int, Point, tuple[int, ...]]
# Its answer: number of the point, seed, what came out, what went wrong.
_Answer = tuple[int, int, dict[str, float], str]
_CHUNKS_PER_WORKER = 16


class Evaluator:
    """Calls a function, here or in processes that stay until the end.

    What comes back does not depend on the number of processes, for every call is made with its
    own seed and put in its own row.

    Parameters
    ----------
    function : callable
        ``f(**parameters, seed) -> dict of str to float``.
    workers : int, optional
        Processes; unset: one a core. 1 calls it in this process.
    start_method : str, optional
        As in :func:`platformsim.studies.execute.execute`.
    progress : bool
        Whether to show a progress bar on a terminal.
    """

    def __init__(
        self,
        function: Function,
        *,
        workers: int | None = None,
        start_method: str | None = None,
        progress: bool = True,
    ):
        self.function, self.progress = function, progress
        self._workers, self._method = workers or default_workers(), start_method
        self._pool: Pool | None = None

    def __enter__(self) -> Evaluator:
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if self._pool is not None:
            self._pool.stop() if kind is not None else self._pool.close()
            self._pool = None

    def run(
        self, points: Mapping[int, Point] | Sequence[Point], seeds: Sequence[int]
    ) -> pd.DataFrame:
        """Call the function at every point with every seed.

        Parameters
        ----------
        points : mapping of int to dict, or sequence of dict
            Parameters by the number of the point.
        seeds : sequence of int

        Returns
        -------
        DataFrame
            One row a point and seed, in order: ``point``, ``seed``, a column for everything that
            came out, ``error`` (empty: none). A call that failed is a row without numbers.
        """
        numbered = points if isinstance(points, Mapping) else dict(enumerate(points))
        return self.calls([(number, seed) for number in numbered for seed in seeds], numbered)

    def calls(self, wanted: Sequence[tuple[int, int]], points: Mapping[int, Point]) -> pd.DataFrame:
        """Make single calls, each given by the number of its point and its seed; see ``run``."""
        seeds: dict[int, list[int]] = {}
        for number, seed in wanted:
            seeds.setdefault(number, []).append(seed)
        calls = [(number, points[number], tuple(part)) for number, part in seeds.items()]
        return _table(list(self._answers(_call, calls, len(wanted))))

    def refused(self, points: Mapping[int, Point]) -> dict[int, str]:
        """Return why the function's ``check``, if it has one, refuses some of the points."""
        if not hasattr(self.function, "check"):
            return {}
        calls = [(number, point, (0,)) for number, point in points.items()]
        answers = self._answers(_check, calls, 0)
        return {number: error for number, _, _, error in sorted(answers) if error}

    def _answers(self, work: Callable, calls: list[_Call], runs: int) -> Iterator[_Answer]:
        from tqdm.auto import tqdm

        quiet = None if self.progress and runs else True
        with tqdm(total=runs, unit="run", disable=quiet, leave=False, mininterval=0.5) as bar:
            if min(self._workers, len(calls)) <= 1:
                for call in calls:
                    answers = work(self.function, call)
                    bar.update(len(answers))
                    yield from answers
                return
            if self._pool is None:
                payload = cloudpickle.dumps((self.function, REGISTRIES))
                self._pool = Pool(self._workers, self._method, _load, payload)
            size = max(1, len(calls) // (self._workers * _CHUNKS_PER_WORKER))
            chunks = [calls[start : start + size] for start in range(0, len(calls), size)]
            try:
                futures = [self._pool.submit(_work, work, chunk) for chunk in chunks]
                for future in as_completed(futures):
                    answers = future.result()
                    bar.update(len(answers))
                    yield from answers
            except BrokenExecutor as error:
                hint = "a worker process died, perhaps for lack of memory; try fewer workers"
                raise RunError(hint) from error


_worker: dict[str, Any] = {}


def _load(payload: bytes) -> None:
    _worker["function"], registries = cloudpickle.loads(payload)
    take_over(registries)


def _work(work: Callable, chunk: list[_Call]) -> list[_Answer]:
    function = _worker["function"]
    return [answer for call in chunk if not told_to_stop() for answer in work(function, call)]


def _call(function: Function, call: _Call) -> list[_Answer]:
    number, point, seeds = call
    found: list[_Answer] = []
    for seed in seeds:
        try:
            values = {str(k): float(v) for k, v in dict(function(**point, seed=seed)).items()}
            found.append((number, seed, values, ""))
        except Exception as error:
            # One call that fails must not lose the others; it is told by its row.
            found.append((number, seed, {}, _said(error)))
    return found


def _check(function: Any, call: _Call) -> list[_Answer]:
    number, point, _ = call
    try:
        function.check(**point)
    except Exception as error:
        return [(number, 0, {}, _said(error))]
    return []


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _table(answers: list[_Answer]) -> pd.DataFrame:
    answers.sort(key=lambda answer: answer[:2])
    # Names in the order of the first call that came back, whichever process made it.
    names = dict.fromkeys(name for _, _, values, _ in answers for name in values)
    columns: dict[str, Any] = {
        "point": np.array([number for number, *_ in answers], np.int64),
        "seed": np.array([seed for _, seed, *_ in answers], np.int64),
    }
    for name in names:
        columns[name] = np.array([v.get(name, np.nan) for _, _, v, _ in answers], float)
    columns["error"] = pd.Series([error for *_, error in answers], dtype="str")
    return pd.DataFrame(columns)
