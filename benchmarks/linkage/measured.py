"""One contestant's whole process, measured from outside: wall and CPU seconds, peak memory."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
#: The Python of the environment that holds the peers; `make bench-peers` makes it.
PEERS = ROOT / ".venv-peers" / "bin" / "python"

_SAMPLE_SECONDS = 0.1


class ContestantError(RuntimeError):
    """A contestant ended without an answer; the message holds the end of what it said."""


@dataclass(frozen=True)
class Run:
    """One process.

    Attributes:
        wall / cpu: seconds from start to end; cpu of all threads, user and system.
        peak_mb: of the process and its children together, in MB of a million bytes.
        told: what the contestant printed (see contestant.answer).
    """

    wall: float
    cpu: float
    peak_mb: float
    told: dict[str, Any]


def run(command: list[str], more_environment: dict[str, str]) -> Run:
    """Run one contestant to its end.

    Raises:
        ContestantError: it failed.
    """
    environment = os.environ | {"PYTHONPATH": str(HERE)} | more_environment
    begun = time.perf_counter()
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        sampler = _Sampler(process.pid)
        said = _Reader(process.stderr)
        out = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        sampled = sampler.end()
    if process.returncode:
        raise ContestantError(f"{' '.join(command)} ended with {process.returncode}:\n{said.text()[-2000:]}")
    told = json.loads(out.strip().splitlines()[-1])
    return Run(wall, usage.ru_utime + usage.ru_stime, max(sampled, told["peak_mb"] or 0.0), told)


class _Reader(threading.Thread):
    """Empties a pipe, so that a talkative contestant is not held up by it."""

    def __init__(self, pipe: Any) -> None:
        super().__init__(daemon=True)
        self._pipe, self._said = pipe, ""
        self.start()

    def run(self) -> None:
        self._said = self._pipe.read()

    def text(self) -> str:
        self.join()
        return self._said


class _Sampler(threading.Thread):
    """Sums the resident memory of a process and its children, ten times a second.

    A single process knows its own peak exactly (contestant.peak_mb); the samples are for
    contestants that start more, and need psutil.
    """

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid, self._most, self._over = pid, 0, threading.Event()
        self.start()

    def run(self) -> None:
        try:
            import psutil
        except ImportError:
            return
        root = psutil.Process(self._pid)
        while not self._over.wait(_SAMPLE_SECONDS):
            try:
                tree = [root, *root.children(recursive=True)]
                self._most = max(self._most, sum(one.memory_info().rss for one in tree))
            except psutil.Error:  # one of them has just ended
                continue

    def end(self) -> float:
        self._over.set()
        self.join()
        return self._most / 1e6
