"""How fast the engine is, beside C, numpy and other packages; anyone can repeat it.

    uv run --group bench python tests/benchmarks/engine.py [--fast] [--json] [--only a,b,...]

The whole takes three to four minutes, ``--fast`` one.

All figures come from one run, and everything that is compared runs in turn: ours, theirs, ours,
theirs, … A ratio ``x_vs_y`` is our speed over theirs (above 1: ours is faster) and is the median
over the rounds of the ratio within a round; rows give the median and the least time. Only ratios
mean anything on a machine that others use as well.

Sections
--------
kernel
    Our kernel, the numpy reference, hand-written C and the peers on one small model
    (``small_model.py``): everybody chooses every step among 3 platforms, by two tastes, last
    step's shares and a switching cost. Ours is ``Individuals.choose`` with the draws in it, on one
    thread; peers use as many threads as they like. Time a decision. Rows show the shares after
    the run, which must agree: it is the same model.
combinations
    Our kernel and C for 2 to 8 platforms and 1 to 6 tastes.
model
    The whole step of ``llama3`` with a million users and the other sides in proportion, all
    mechanisms on, on all cores; Mesa and mesa-frames run the small model beside it. A decision is
    one agent that chooses: as in the small model, all of them; and a tenth a month as in the
    scenario, where finding out who does is then part of the cost of a decision. By number of
    users, and a small market.
graph
    A step with local network effects (Watts-Strogatz and Barabasi-Albert, mean degree 10, a tenth
    revises) over the same without a graph; by degree.
cohorts
    A step with 3.3e9 users, 2e8 creators and 2e8 businesses over one with 3.3e4, 2e3 and 2e3.
memory
    Bytes a user of the whole model: the arrays, and the growth of a process at its peak.
scaling, threads, start
    The kernel by number of users and threads; time of ``platformsim --help``.

C
-
``choice.c`` is the algorithm of our kernel (same draws, same float32 arithmetic, so the same
choices but for near ties), compiled on the spot with ``-O3 -march=native`` and the numbers of
platforms and tastes as constants; -ffast-math is not used, and its loops vectorise all the same
(AVX-512, AVX2 or SSE2). It only chooses and counts: it has no revision draw, no living and dead,
no rules that change.

Peers
-----
Mesa comes with platformsim; AgentPy, AMBER and JAX with the dependency group ``bench``. mesa-frames
asks for numpy below 2 and cannot be installed beside platformsim: where uv is at hand, it runs in
an environment that uv makes for it. What cannot run is a row that says why, and its ratio is null.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import small
import whole
from limit import NoCompilerError, version
from peer_process import PEERS, Peers
from report import Report


@dataclass(frozen=True)
class Sizes:
    """How much is measured; the defaults are the stated ones."""

    seconds: float = 15.0
    rounds: int = 7
    kernel: int = 1_000_000
    numpy: int = 1_000_000
    combination: int = 1_000_000
    combinations: tuple[tuple[int, int], ...] = small.COMBINATIONS
    whole: int = 1_000_000
    whole_scaling: tuple[int, ...] = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
    graph: int = 1_000_000
    degrees: tuple[int, ...] = (4, 10, 20)
    memory: int = 1_000_000
    scaling: tuple[int, ...] = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
    peers: dict[str, int] = field(
        default_factory=lambda: {
            "mesa": 50_000,
            "mesa_frames": 1_000_000,
            "agentpy": 20_000,
            "amber": 1_000_000,
            "jax": 1_000_000,
        }
    )


FAST = Sizes(
    seconds=2.0,
    rounds=3,
    numpy=200_000,
    combination=300_000,
    combinations=((2, 1), (4, 3), (8, 6)),
    whole_scaling=(1_000, 100_000),
    graph=200_000,
    degrees=(10,),
    scaling=(1_000, 100_000),
    peers={"mesa": 10_000, "mesa_frames": 300_000, "agentpy": 5_000, "amber": 300_000,
           "jax": 300_000},
)  # fmt: skip
SECTIONS = (
    "kernel", "combinations", "model", "graph", "cohorts", "memory", "scaling", "threads", "start",
)  # fmt: skip
_WITH_PEERS = {"kernel": tuple(PEERS), "model": ("mesa", "mesa_frames")}


def measure(
    sizes: Sizes, only: tuple[str, ...] = SECTIONS, tell: Callable[[str], object] = lambda _: None
) -> Report:
    """Run the sections asked for.

    Parameters
    ----------
    sizes : Sizes
    only : tuple of str
        Sections; those not asked for leave their ratios null.
    tell : callable
        Told what happens next.

    Returns
    -------
    Report
    """
    report, started = Report(), time.perf_counter()
    wanted = {name for section in only for name in _WITH_PEERS.get(section, ())}
    tell("starting the peers")
    peers = Peers({name: n for name, n in sizes.peers.items() if name in wanted})
    try:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            sections = {
                "kernel": lambda: small.kernel(report, sizes, peers, Path(folder)),
                "combinations": lambda: small.combinations(report, sizes, Path(folder)),
                "model": lambda: whole.model(report, sizes, peers),
                "graph": lambda: whole.graph(report, sizes),
                "cohorts": lambda: whole.cohorts(report, sizes),
                "memory": lambda: whole.memory(report, sizes),
                "scaling": lambda: small.scaling(report, sizes),
                "threads": lambda: small.threads(report, sizes),
                "start": lambda: whole.start(report, sizes),
            }
            for place, name in enumerate(only):
                if not _WITH_PEERS.keys() & set(only[place:]):
                    peers.close()
                tell(f"{time.perf_counter() - started:4.0f} s: {name}")
                sections[name]()
    finally:
        peers.close()
    tell(f"{time.perf_counter() - started:4.0f} s: done")
    return report


def main(arguments: list[str] | None = None) -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description="Benchmark of the engine.")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--fast", action="store_true", help="smaller and noisier, under a minute")
    parser.add_argument("--only", default=",".join(SECTIONS), help=f"of {', '.join(SECTIONS)}")
    chosen = parser.parse_args(arguments)
    only = tuple(chosen.only.split(","))
    if unknown := [name for name in only if name not in SECTIONS]:
        parser.error(f"no section {', '.join(unknown)}; there are {', '.join(SECTIONS)}")
    report = measure(
        FAST if chosen.fast else Sizes(), only, lambda text: print(text, file=sys.stderr)
    )
    if chosen.json:
        print(json.dumps(report.as_json(), indent=1))
        return
    try:
        print(f"C compiler: {version()}")
    except NoCompilerError as error:
        print(f"C compiler: {error}")
    print(report.as_text())


if __name__ == "__main__":
    main()
