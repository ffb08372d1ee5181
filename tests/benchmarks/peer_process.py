"""Peers as processes of their own, one step at a time.

Their imports, threads and memory then touch nobody else's, and a peer that needs older libraries
runs in an environment that uv makes for it.
"""

from __future__ import annotations

import importlib.util
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROGRAM = Path(__file__).with_name("peers.py")
# Function in peers.py: the module it needs, and how it is called in tables.
PEERS = {
    "mesa": ("mesa", "Mesa"),
    "mesa_frames": ("mesa_frames", "mesa-frames"),
    "agentpy": ("agentpy", "AgentPy"),
    "amber": ("ambr", "AMBER"),
    "jax": ("jax", "JAX"),
}
# mesa-frames asks for numpy below 2, and so for a Python that numpy 1.26 was built for.
ELSEWHERE = {"mesa_frames": ("mesa-frames==0.1.0a0", ">=3.10,<3.13")}
_PATIENCE = 120.0


class NoPeerError(Exception):
    """The peer is not installed, or does not start."""


def command(name: str) -> list[str]:
    """Return how to start a peer: by this Python, else by uv in an environment of its own.

    Raises
    ------
    NoPeerError
        When neither is possible.
    """
    module, label = PEERS[name]
    if importlib.util.find_spec(module):
        return [sys.executable, str(PROGRAM), name]
    uv = shutil.which("uv")
    if name not in ELSEWHERE or uv is None:
        raise NoPeerError(f"{label} is not installed")
    package, python = ELSEWHERE[name]
    apart = ["--isolated", "--no-project", "--no-build", "--python", python, "--with", package]
    return [uv, "run", "--quiet", *apart, "python", str(PROGRAM), name]


class Peer:
    """A running peer.

    Parameters
    ----------
    name : str
        One of ``PEERS``.
    n : int
        Users.

    Raises
    ------
    NoPeerError
        When it is not installed.
    """

    def __init__(self, name: str, n: int):
        self.name, self.n, self.share = name, n, []
        start = [*command(name), str(n)]
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115
        # Byte-code for a whole environment would take longer than the benchmark.
        environment = {**os.environ, "UV_COMPILE_BYTECODE": "0"}
        self._process = subprocess.Popen(
            start,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
            env=environment,
        )
        self._until = time.monotonic() + _PATIENCE

    def wait(self) -> None:
        """Wait until the model is built.

        Raises
        ------
        NoPeerError
            When it does not come up.
        """
        while (line := self._line(self._until - time.monotonic())) != "ready":
            if not line:
                words = self._last_words()
                self.close()
                raise NoPeerError(f"{PEERS[self.name][1]} does not start: {words}")

    def step(self) -> float:
        """Take one step and return the seconds it took."""
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        line = self._line(_PATIENCE)
        if not line:
            raise NoPeerError(f"{PEERS[self.name][1]} stopped: {self._last_words()}")
        seconds, *share = (float(word) for word in line.split())
        self.share = share
        return seconds

    def close(self) -> None:
        """End the process."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()
        self._said.close()

    def _line(self, patience: float) -> str:
        ready, _, _ = select.select([self._process.stdout], [], [], max(patience, 0.0))
        return self._process.stdout.readline().strip() if ready else ""

    def _last_words(self) -> str:
        self._said.seek(0)
        lines = self._said.read().strip().splitlines()
        return lines[-1].strip()[-160:] if lines else "no answer in time"


class Peers:
    """All peers that can run here, started together; ``missing`` says why others cannot."""

    def __init__(self, sizes: dict[str, int]):
        self.running: dict[str, Peer] = {}
        self.missing: dict[str, str] = {}
        for name, n in sizes.items():
            try:
                self.running[name] = Peer(name, n)
            except (NoPeerError, OSError) as error:
                self.missing[name] = str(error)
        for name, peer in list(self.running.items()):
            try:
                peer.wait()
            except NoPeerError as error:
                self.missing[name] = str(error)
                del self.running[name]

    def close(self) -> None:
        """End all of them."""
        for peer in self.running.values():
            peer.close()
