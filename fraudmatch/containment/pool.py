"""The parent's side: processes that are asked one thing after another, watched, and replaced when they break."""

from __future__ import annotations

import atexit
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fraudmatch.containment.limits import Limits
from fraudmatch.errors import RunError

#: A reply longer than this is none.
_LONGEST_REPLY = 1 << 24
#: How long a process may take to start before it counts as broken; a slow disk is no fault.
_START_SECONDS = 300
#: What native code says on standard error when memory ends, before it aborts.
_OUT_OF_MEMORY = (b"memory allocation of", b"bad_alloc", b"MemoryError", b"out of memory")


@dataclass(frozen=True)
class Done:
    """The work was done; `reply` is what the process said, to be checked like any input."""

    reply: Any


@dataclass(frozen=True)
class Overrun:
    """A limit was reached: memory, processor time or clock."""

    limit: str


@dataclass(frozen=True)
class Crashed:
    """The process died, or said nonsense; `how` in a word or two."""

    how: str


@dataclass(frozen=True)
class Raised:
    """The work raised an error of this class; `said` is what the error holds ready to be told."""

    kind: str
    said: tuple[str, ...] = ()


Outcome = Done | Overrun | Crashed | Raised


class Pool:
    """Processes that answer requests, at most `size` at a time.

    Args:
        answers: "module:function", a function from a request (JSON) to a reply (JSON).
        size: how many run side by side; null takes the cores there are, at most two.
    """

    def __init__(self, answers: str, size: int | None = None) -> None:
        self._answers = answers
        self._size = size or min(2, os.cpu_count() or 1)
        self._idle: list[_Process] = []
        self._lock = threading.Lock()

    def wake(self, count: int = 1) -> None:
        """Start processes that will be wanted soon, and do not wait for them."""
        with self._lock:
            while len(self._idle) < min(count, self._size):
                self._idle.append(_Process(self._answers))

    def close(self) -> None:
        """End the processes that wait; the next request starts new ones."""
        with self._lock:
            idle, self._idle = self._idle, []
        for process in idle:
            process.end()

    def ask_all(self, requests: Sequence[Any], limits: Limits) -> list[Outcome]:
        """One outcome for each request, in their order; they are begun in the same order.

        Raises:
            RunError: the processes do not start.
        """
        waiting: queue.SimpleQueue[tuple[int, Any]] = queue.SimpleQueue()
        for numbered in enumerate(requests):
            waiting.put(numbered)
        outcomes: list[Outcome] = [Crashed("not begun")] * len(requests)
        size = min(self._size, len(requests))
        busy: list[_Process] = []
        try:
            with ThreadPoolExecutor(max(size, 1), "contained") as threads:
                for one in [threads.submit(self._work, waiting, outcomes, limits, busy) for _ in range(size)]:
                    one.result()
        except BaseException:  # the interrupt key too: nothing may be left running
            for process in busy:
                process.end()
            raise
        return outcomes

    def _work(
        self,
        waiting: queue.SimpleQueue[tuple[int, Any]],
        outcomes: list[Outcome],
        limits: Limits,
        busy: list[_Process],
    ) -> None:
        """Ask until nothing waits, with one process at a time."""
        process: _Process | None = None
        while True:
            try:
                number, request = waiting.get_nowait()
            except queue.Empty:
                break
            if process is None:
                process = self._taken()
                busy.append(process)
            outcomes[number] = process.ask(request, limits)
            if process.gone:
                process.end()
                process = None
        if process is not None:
            with self._lock:
                self._idle.append(process)

    def _taken(self) -> _Process:
        with self._lock:
            return self._idle.pop() if self._idle else _Process(self._answers)


class _Process:
    """One process."""

    def __init__(self, answers: str) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by end()
        self._child = subprocess.Popen(
            [sys.executable, "-P", "-m", "fraudmatch.containment.child", answers],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, env=_environment(),
        )  # fmt: skip
        self._ready = False
        self.gone = False
        atexit.register(self.end)

    def ask(self, request: Any, limits: Limits) -> Outcome:
        """What became of one request."""
        if not self._ready:
            self._greet()
        late = threading.Event()
        clock = threading.Timer(limits.wall_seconds, self._stop, [late])
        clock.daemon = True
        clock.start()
        line = self._exchange({"limits": asdict(limits), "ask": request})
        clock.cancel()
        if late.is_set():
            self.gone = True
            return Overrun(f"more than {limits.wall_seconds} seconds")
        try:
            reply = json.loads(line)
            self.gone = bool(reply["leaves"])
            return _outcome(reply, limits)
        except (ValueError, KeyError, TypeError, RecursionError):
            self.gone = True
            return self._died(limits) if not line else Crashed("its reply cannot be read")

    def end(self) -> None:
        """Stop the process and let go of it; may be called twice."""
        atexit.unregister(self.end)
        self._child.kill()
        self._child.wait()
        for stream in (self._child.stdin, self._child.stdout, self._errors):
            if stream is not None:
                try:
                    stream.close()
                except OSError:  # what was not yet sent has nobody to go to
                    continue

    def _greet(self) -> None:
        """Wait until it has started.

        Raises:
            RunError: it does not.
        """
        clock = threading.Timer(_START_SECONDS, self._child.kill)
        clock.daemon = True
        clock.start()
        line = self._child.stdout.readline(_LONGEST_REPLY) if self._child.stdout else b""
        clock.cancel()
        if line != b'{"ready": true}\n':
            self._child.wait()
            last = self._said().decode("utf-8", "replace").strip().rpartition("\n")[2]
            self.end()
            raise RunError(
                f"The process that reads files does not start: {last or 'it says nothing'}.",
                remedy="Report this with the versions of Python and the system.",
            )
        self._ready = True

    def _exchange(self, message: dict[str, Any]) -> bytes:
        """Send one line, take one line; nothing when the process is dead."""
        try:
            assert self._child.stdin is not None and self._child.stdout is not None
            self._child.stdin.write(json.dumps(message).encode() + b"\n")
            self._child.stdin.flush()
            return self._child.stdout.readline(_LONGEST_REPLY)
        except OSError:
            return b""

    def _stop(self, late: threading.Event) -> None:
        late.set()
        self._child.kill()

    def _died(self, limits: Limits) -> Outcome:
        """Why there is no reply."""
        code = self._child.wait()
        if code == -getattr(signal, "SIGXCPU", 0) and code:
            return Overrun(f"more than {limits.cpu_seconds} seconds of processor time")
        if any(sign in self._said() for sign in _OUT_OF_MEMORY):
            return Overrun(f"more than {limits.memory_mb} MB of memory")
        return Crashed(_signal_name(-code) if code < 0 else f"exit code {code}")

    def _said(self) -> bytes:
        """The end of what it wrote on standard error; for the cause alone, it may hold values."""
        self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(self._errors.tell() - (1 << 16), 0))
        return self._errors.read()


def _outcome(reply: dict[str, Any], limits: Limits) -> Outcome:
    if "done" in reply:
        return Done(reply["done"])
    if "limit" in reply:
        return Overrun(f"more than {limits.memory_mb} MB of memory")
    return Raised(str(reply["raised"]), tuple(map(str, reply.get("said", ()))))


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _environment() -> dict[str, str]:
    """What the process is told: where this very package lies, and no keys (they come with the request)."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FRAUDMATCH_")}
    home = str(Path(__file__).parents[2])
    paths = [home, *filter(None, kept.get("PYTHONPATH", "").split(os.pathsep))]
    # The allocator of the system takes address space as it is used; the others reserve a gigabyte at once,
    # which would count against the limit.
    return {"ARROW_DEFAULT_MEMORY_POOL": "system"} | kept | {"PYTHONPATH": os.pathsep.join(paths)}
