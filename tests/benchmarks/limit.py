"""The hand-written C program, compiled on the spot and called through ctypes."""

from __future__ import annotations

import ctypes
import os
import shlex
import shutil
import subprocess
from pathlib import Path

import numpy as np
import small_model
from ours import SIDE, Ours

SOURCE = Path(__file__).with_name("choice.c")
FLAGS = ("-O3", "-march=native", "-shared", "-fPIC")


class NoCompilerError(Exception):
    """There is no C compiler here, or it refuses the program."""


def compiler() -> list[str]:
    """Return the command of the C compiler: ``$CC``, else cc, gcc or clang.

    Raises
    ------
    NoCompilerError
        When there is none.
    """
    if stated := os.environ.get("CC"):
        return shlex.split(stated)
    for name in ("cc", "gcc", "clang"):
        if found := shutil.which(name):
            return [found]
    raise NoCompilerError("no C compiler (cc, gcc or clang) on this machine")


def version() -> str:
    """Return the first line of what the compiler says of itself."""
    said = subprocess.run([*compiler(), "--version"], capture_output=True, text=True, check=False)
    return said.stdout.partition("\n")[0]


def compile_for(platforms: int, tastes: int, folder: Path) -> ctypes.CDLL:
    """Compile ``choice.c`` with the numbers of platforms and tastes as constants.

    Raises
    ------
    NoCompilerError
        When there is no compiler or it fails; with its last words.
    """
    library = folder / f"choice_{platforms}_{tastes}.so"
    sizes = (f"-DP={platforms}", f"-DK={tastes}")
    command = [*compiler(), *FLAGS, *sizes, str(SOURCE), "-o", str(library)]
    try:
        subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        words = (getattr(error, "stderr", "") or str(error)).strip()
        raise NoCompilerError(f"the C compiler fails: {words[-200:]}") from error
    return ctypes.CDLL(str(library))


class Limit:
    """The small model in C: the same people, start and draws as one of ours.

    Parameters
    ----------
    like : Ours
        Not yet stepped; its columns are copied.
    folder : Path
        Where the compiled library goes.
    """

    def __init__(self, like: Ours, folder: Path):
        side, columns = like.side, like.side.columns
        self.n, self.platforms, self.step_number = like.n, len(like.share), 0
        names = [name for name in columns if name.startswith("taste_")]
        self.tastes = np.array([columns[name] for name in names], np.float32)
        self.characteristics = np.array(side.characteristics, np.float32)
        self.choice = columns["choice"].astype(np.int16)
        self.counts = side.counts.astype(np.int64)
        self._address = [
            ctypes.c_uint32(int(word))
            for word in (like.streams.number(f"{SIDE}.choice"), like.streams.seed, 0)
        ]
        self._choose = compile_for(self.platforms, len(names), folder).choose
        self._choose.restype = ctypes.c_int64

    @property
    def share(self) -> np.ndarray:
        """Share of each platform, (P,)."""
        return self.counts[1:] / self.n

    def step(self) -> int:
        """Let everybody choose once; return how many changed their choice."""
        self.step_number += 1
        common = (small_model.NETWORK * self.share).astype(np.float32)
        stream, seed, replicate = self._address
        return self._choose(
            ctypes.c_int64(self.n),
            _pointer(self.tastes),
            _pointer(self.characteristics),
            _pointer(common),
            ctypes.c_float(small_model.SWITCH_COST),
            ctypes.c_float(1.0),
            _pointer(self.choice),
            _pointer(self.counts),
            stream,
            ctypes.c_uint32(self.step_number),
            seed,
            replicate,
        )


def _pointer(array: np.ndarray) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)
