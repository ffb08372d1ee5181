"""Under the symmetry null, going on until decided gives few false verdicts.

    uv run python tests/endurance/until_decided.py [--repetitions 400] [--most 80]

Open and closed release are compared in a market where it makes no difference (S00), with looks at
20, 40, ... pairs and a stop at the first verdict. Under common draws every difference would be 0
exactly, so the arms get different ones. Ends with 1 when more than 5 % of the verdicts are false.
"""

import argparse
import sys
import time

import numpy as np

from platformsim.metrics import REGISTRY
from platformsim.scenario import load
from platformsim.studies.execute import Task, execute
from platformsim.studies.judge import judge
from platformsim.studies.looks import looks

SMALL = {
    "sides.users.count": 100,
    "sides.creators.count": 30,
    "sides.businesses.count": 30,
    "run.months": 14,
    "run.burn_in": 2,
}


def false_verdicts(repetitions, most, workers=None):
    """Share of the metrics that get a verdict, and how many metrics could get one."""
    scenario = load("symmetric_null", SMALL)
    arms = {name: scenario.with_arm(name) for name in ("closed", "open")}
    runs = repetitions * most
    first = {"closed": 0, "open": runs}
    tasks = [Task(name, first[name] + i) for i in range(runs) for name in arms]
    values, columns = {name: [] for name in arms}, ()
    for done in execute(arms, tasks, workers=workers, progress=sys.stderr.isatty()):
        values[done.task.label].append(done.measured.summary)
        columns = done.measured.columns
    base, other = (np.array(values[name]).reshape(repetitions, most, -1) for name in arms)
    differences = other - base
    moving = np.nanstd(np.nan_to_num(differences.reshape(runs, -1)), axis=0) > 0
    directions = [REGISTRY[column.metric].direction for column in columns]
    false = np.zeros((repetitions, len(columns)), bool)
    for look in looks(most):
        for repetition in range(repetitions):
            rows = judge(
                base[repetition, : look.pairs],
                other[repetition, : look.pairs],
                directions,
                np.zeros(len(columns)),
                [False] * len(columns),
                look.error,
            )
            false[repetition] |= [row["verdict"] != "undecided" for row in rows]
    return float(false[:, moving].mean()), int(repetitions * moving.sum())


def main():
    """Repeat, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=400)
    parser.add_argument("--most", type=int, default=80)
    parser.add_argument("--workers", type=int)
    options = parser.parse_args()
    started = time.perf_counter()
    share, count = false_verdicts(options.repetitions, options.most, options.workers)
    seconds = time.perf_counter() - started
    print(f"{share:.2%} of {count} verdicts are false ({seconds:.0f} s)")
    return int(share > 0.05)


if __name__ == "__main__":
    sys.exit(main())
