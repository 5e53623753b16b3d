"""One night at a time: a lock of the operating system, which goes with the program that holds it.

A file with a process number in it would outlive a crash, and then somebody has to guess. Who holds the lock is
written in the file for people only.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from fraudmatch.errors import BusyError

#: Where the one locked byte lies: beyond what is written, so that others can read that (Windows locks bytes for readers too).
_PLACE = 1 << 20


@contextlib.contextmanager
def locked(path: Path, started: str) -> Iterator[None]:
    """Hold the lock while the block runs.

    Args:
        path: the lock file; made where there is none, and never removed.
        started: when this start began, for whoever finds the lock held.

    Raises:
        BusyError: another start holds it; says which.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    with os.fdopen(handle, "r+", encoding="utf-8") as file:
        if not _taken(file):
            raise BusyError(
                f"Another run is active in {path.parent.parent}: {_holder(file)}.",
                remedy="Wait until it has finished; it needs no help. A crash would have let the lock go.",
            )
        told = {"pid": os.getpid(), "host": platform.node(), "started": started}
        file.truncate(0)
        file.write(json.dumps(told) + "\n")
        file.flush()
        yield  # closing the file lets the lock go


def _taken(file: IO[str]) -> bool:
    """Whether the lock was free and is ours now."""
    try:
        import fcntl
    except ImportError:
        return _taken_on_windows(file)
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _PLACE)
    except OSError:
        return False
    return True


def _taken_on_windows(file: IO[str]) -> bool:
    import msvcrt

    try:
        os.lseek(file.fileno(), _PLACE, os.SEEK_SET)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    except OSError:
        return False
    finally:
        os.lseek(file.fileno(), 0, os.SEEK_SET)
    return True


def _holder(file: IO[str]) -> str:
    try:
        told = json.loads(file.read())
        return f"process {told['pid']} on {told['host']}, started {told['started']}"
    except (ValueError, KeyError, TypeError, OSError):
        return "it does not say which"
