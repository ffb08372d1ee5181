"""Worker processes that die at a bad moment."""

import os
import signal
import struct
import sys
from concurrent.futures import BrokenExecutor

import pytest

import platformsim.studies.pool as pooling
from platformsim.studies.pool import Pool


def die_while_sending():
    """Leave half a message in the pipe through which answers go, and die."""
    frame = sys._getframe()
    while "result_queue" not in frame.f_locals:
        frame = frame.f_back
    pipe = frame.f_locals["result_queue"]._writer.fileno()
    os.write(pipe, struct.pack("!i", 1000) + b"half")
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_worker_killed_while_it_sends_breaks_the_pool_instead_of_hanging_it(monkeypatch):
    monkeypatch.setattr(pooling, "_LOOK_ROUND", 0.5)
    pool = Pool(2, None)
    assert pool.answer(pool.submit(os.getpid)) != os.getpid()
    with pytest.raises(BrokenExecutor):
        pool.answer(pool.submit(die_while_sending))
    pool.stop()
