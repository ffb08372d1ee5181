"""The driver of a sweep: hands out runs, writes down what comes back, outlives its workers."""

from __future__ import annotations

from collections import deque
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Future, wait
from itertools import islice
from typing import Any

from platformsim.studies.execute import RunError
from platformsim.studies.sweep.engines import Engine
from platformsim.studies.sweep.ledger import Ledger
from platformsim.studies.sweep.plan import Plan
from platformsim.studies.sweep.work import Order, Outcome, work

# A run with which a worker dies this often, alone in its company, is what kills it.
_DEATHS = 3
_IN_A_ROW = 30
_MOST_AT_ONCE = 256
_LOOK_ROUND = 5.0


class _LostError(Exception):
    """Workers died, and with them what they were at."""


def make_runs(
    plan: Plan, options: dict[str, Any], ledger: Ledger, engine: Engine, progress: bool
) -> None:
    """Make all runs of a plan that are not done, and commit each as it comes back.

    Runs are handed out in the plan's order, a few at a time, so that how far arms and points are
    apart is a matter of the number of workers alone.

    Parameters
    ----------
    plan : Plan
    options : dict
        How its design came about, for those who resume.
    ledger : Ledger
    engine : Engine
    progress : bool
        Whether to show rate and time left on a terminal.

    Raises
    ------
    RunError
        When there are no workers left to do it.
    ResultError
        When the ledger cannot be written to.
    """
    from tqdm.auto import tqdm

    facts = {
        "identity": plan.identity(),
        "arms": list(plan.arms),
        "arm": plan.scenario.arm,
        "replicates": plan.replicates,
        "keep_series": plan.keep_series,
        "options": options,
    }
    ledger.begin(facts, plan.points)
    done = ledger.done()
    bar = tqdm(
        total=len(plan), initial=len(done), unit="run", leave=False, mininterval=0.5,
        disable=None if progress else True,
    )  # fmt: skip
    with bar:
        course = _Course(plan, done, ledger, engine, bar)
        try:
            course.run()
        finally:
            for future in course.pending:
                future.cancel()
            course.parcel.forget()


class _Course:
    def __init__(self, plan: Plan, done: set[int], ledger: Ledger, engine: Engine, bar: Any):
        self.plan, self.ledger, self.engine, self.bar = plan, ledger, engine, bar
        self.orders = plan.orders(done)
        self.parcel = plan.job().parcel(far=engine.far)
        self.pending: dict[Future, list[Order]] = {}
        # What was under way when workers died; each is tried alone, to find who kills them.
        self.suspects: deque[Order] = deque()
        self.deaths: dict[int, int] = {}
        # Workers that just started may die of something else: they show first that they live.
        self.unproven = False
        self.spent, self.finished, self.in_a_row = 0.0, 0, 0

    def run(self) -> None:
        while True:
            try:
                self._hand_out()
                if not self.pending:
                    return
                self._take_in()
            except _LostError as lost:
                self._recover(lost)

    def _hand_out(self) -> None:
        if self.suspects:
            if not self.pending:
                self._submit([] if self.unproven else [self.suspects.popleft()])
                self.unproven = False
            return
        while len(self.pending) < self.engine.room():
            chunk = list(islice(self.orders, self._size()))
            if not chunk:
                return
            self._submit(chunk)

    def _size(self) -> int:
        """Return how many runs to send at once, by how long the runs until now took."""
        if not self.finished:
            return 1
        mean = max(self.spent / self.finished, 1e-6)
        size = min(int(self.engine.seconds / mean), _MOST_AT_ONCE)
        arms = len(self.plan.variants)
        # Whole sets of arms are sent together, so that no arm gets ahead.
        return max(size - size % arms, 1) if size > 1 else 1

    def _submit(self, chunk: list[Order]) -> None:
        try:
            future = self.engine.submit(work, self.parcel, chunk)
        except BrokenExecutor as error:
            self.suspects.extendleft(reversed(chunk))
            raise _LostError from error
        self.pending[future] = chunk

    def _take_in(self) -> None:
        done, _ = wait(self.pending, timeout=_LOOK_ROUND, return_when=FIRST_COMPLETED)
        if not done and self.engine.is_lost():
            raise RunError("the cluster is gone")
        # What came back first was sent first, or nearly.
        for future in [future for future in self.pending if future in done]:
            try:
                outcomes, layouts = future.result()
            except (BrokenExecutor, CancelledError) as error:
                raise _LostError from error
            except Exception as error:
                if not _is_death(error):
                    raise
                self._dead(self.pending.pop(future), _DEATHS)
                continue
            chunk = self.pending.pop(future)
            self._write(outcomes, layouts)
            if len(outcomes) < len(chunk):
                raise RunError("a worker was told to stop")

    def _dead(self, orders: list[Order], deaths: int) -> None:
        """Put orders with which workers died in line to be tried alone, or give up on one."""
        self.in_a_row += 1
        if self.in_a_row >= (_IN_A_ROW if self.finished else 2 * _DEATHS):
            raise RunError(f"workers died {self.in_a_row} times, one after another")
        if len(orders) == 1:
            number = orders[0].number
            self.deaths[number] = self.deaths.get(number, 0) + deaths
            if self.deaths[number] >= _DEATHS:
                self._write([self._given_up(orders[0])], {})
                return
            # Last in line: what kills workers for a moment will be over, or strike others too.
            self.suspects.append(orders[0])
            return
        self.suspects.extendleft(reversed(orders))

    def _write(self, outcomes: list[Outcome], layouts: dict[str, Any]) -> None:
        self.ledger.write(outcomes, layouts)
        self.spent += sum(outcome.seconds for outcome in outcomes)
        self.finished += (fine := sum(outcome.error is None for outcome in outcomes))
        self.in_a_row = 0 if fine else self.in_a_row
        self.bar.update(len(outcomes))

    def _recover(self, lost: _LostError) -> None:
        """Save what came back, and have the rest tried alone."""
        alone = len(self.pending) == 1
        gone: list[Order] = []
        for future, chunk in self.pending.items():
            if future.done() and not future.cancelled() and future.exception() is None:
                self._write(*future.result())
            else:
                gone += chunk
        self.pending.clear()
        self.unproven = True
        if not self.engine.restart():
            reason = "the workers died, perhaps for lack of memory, or the cluster is gone"
            raise RunError(reason) from lost.__cause__
        self._dead(gone, 1 if alone else 0)

    def _given_up(self, order: Order) -> Outcome:
        text = f"WorkerDied: its process died {_DEATHS} times, perhaps for lack of memory"
        place = (order.number, order.arm, order.point, order.replicate)
        seed = order.settings.get("run.seed", self.plan.variants[order.arm].run.seed)
        return Outcome(*place, seed, error=text)


def _is_death(error: Exception) -> bool:
    # Dask's own error, looked for by name so that nobody has to install Dask.
    return type(error).__name__ == "KilledWorker"
