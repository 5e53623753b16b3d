"""A night that is stopped at a point: in a process of its own that dies there, or by an exception."""

from __future__ import annotations

import os
import random
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tiny import check_invariants, published

from fraudmatch import durable
from fraudmatch.exercise import Night, run_night
from fraudmatch.site import load_site

KILLED = 137


class Stopped(Exception):
    """Raised at a checkpoint."""


def stopping_at(stage: str, point: str, stop: Callable[[], None]) -> Callable[[str, str], None]:
    def at(here: str, now: str) -> None:
        if (here, now) == (stage, point):
            stop()

    return at


def die() -> None:
    os._exit(KILLED)


def in_child(act: Callable[[], object]) -> int:
    """Run it in a copy of this process, which is warm; its exit code, -signal when it was killed by one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads, which the copy does not use
        pid = os.fork()
    if pid == 0:
        code = 1
        try:
            act()
            code = 0
        except SystemExit as error:
            code = int(error.code or 0)
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def killed_at(site: Path, stage: str, point: str, *, resume: bool = False) -> int:
    at = stopping_at(stage, point, die)
    return in_child(lambda: run_night(load_site(site), resume=resume, at=at))


def gone_on(site: Path, golden: dict[str, str], counts: Counter[str], *, decided: int = 0) -> Night:
    """Go on with a night, and hold everything that must hold; twice, for the second must change nothing."""
    wrong = check_invariants(site, decided=decided, resting=False)
    night = run_night(load_site(site), resume=True)
    wrong += check_invariants(site, decided=decided)
    after = published(site)
    again = run_night(load_site(site), resume=True)
    wrong += check_invariants(site, decided=decided)
    counts["faults"] += 1
    counts["invariants"] += 3
    counts["resumed"] += 1
    lost = [name for name in golden if after.get(name) != golden[name]]
    counts["lost"] += len(lost) + len(wrong)
    assert wrong == []
    assert after == golden
    assert published(site) == golden
    assert again.watch.seconds == {}, "a second resume must not compute anything"
    return night


class Unsynced:
    """What was written and is not yet on the disk, so that a power cut can take it away."""

    def __init__(self, patch: Callable[..., None]) -> None:
        self.safe: set[int] = set()  # by the number of the file, which it keeps when it is moved
        sync = os.fsync

        def recorded(handle: int) -> None:
            sync(handle)
            self.safe.add(os.fstat(handle).st_ino)

        patch(durable.os, "fsync", recorded)

    def cut(self, folder: Path, draw: random.Random) -> int:
        """Take away, empty or tear every file below a folder that was never synced; how many."""
        torn = 0
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.stat().st_ino not in self.safe:
                fate, size = draw.randrange(3), path.stat().st_size
                if fate == 0:
                    path.unlink()
                elif fate == 1:
                    path.write_bytes(b"")
                else:
                    path.write_bytes(path.read_bytes()[: draw.randrange(size + 1)])
                torn += 1
        return torn
