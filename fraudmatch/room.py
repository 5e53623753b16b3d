"""What the disk and the memory refuse, in words, and whether there is room for a night before it begins."""

from __future__ import annotations

import contextlib
import errno
import shutil
from collections.abc import Iterator
from pathlib import Path

from fraudmatch.errors import DiskError, MemoryLackError
from fraudmatch.site import Site

#: A night takes so many times the bytes of what was delivered, besides as much as the night before (reliability F11).
_TIMES = 3

_REMEDIES = {
    errno.ENOSPC: "Make room, then run it again with --resume.",
    errno.EDQUOT: "The account may use no more of the disk. Make room, then run it again with --resume.",
    errno.EFBIG: "A limit on the size of files is set for the account. Raise it, then run it again with --resume.",
    errno.EROFS: "The disk is mounted read-only; it may be failing. Mend that, then run it again with --resume.",
    errno.EACCES: "Give the account the right to write there, then run it again with --resume.",
    errno.EPERM: "Give the account the right to write there, then run it again with --resume.",
    errno.EIO: "The disk may be failing: look at it before anything else. Then run it again with --resume.",
}


@contextlib.contextmanager
def in_words(site: Site, what: str) -> Iterator[None]:
    """Errors of the disk and want of memory while the block runs, as errors for people.

    Args:
        what: what was being done, for example "stage link".

    Raises:
        DiskError, MemoryLackError: the night before is in force as it was.
    """
    try:
        yield
    except MemoryError as error:
        raise MemoryLackError(
            f"The memory did not suffice ({what}).",
            remedy="Close other programs or use a machine with more, then run it again with --resume; --threads 1 takes less.",
        ) from error
    except OSError as error:
        place = Path(str(error.filename)).name if error.filename else "a file"
        reason = error.strerror or str(error)
        remedy = _REMEDIES.get(error.errno or 0, "Mend that, then run it again with --resume.")
        raise DiskError(
            f"{place} could not be read or written ({what}): {reason}. {free_words(site)}", remedy=remedy
        ) from error


def free_words(site: Site) -> str:
    """How much room the disk of the site has."""
    try:
        return f"{_megabytes(shutil.disk_usage(site.root).free)} are free."
    except OSError:
        return "How much is free cannot be told."


def insist_on_room(site: Site) -> None:
    """Refuse to begin a night that the disk cannot hold.

    Raises:
        DiskError: says how much is needed and how much is free.
    """
    delivered = _size(site.root / "deliveries")
    pointer = site.runs_folder / "latest.txt"
    before = 0
    with contextlib.suppress(OSError, ValueError):
        before = _size(site.runs_folder / pointer.read_text(encoding="utf-8").strip())
    needed, free = _TIMES * delivered + before, shutil.disk_usage(site.root).free
    if free < needed:
        raise DiskError(
            f"The disk of {site.root} has too little room for a night: it needs about {_megabytes(needed)}, and "
            f"{_megabytes(free)} are free.",
            remedy="Make room. Nothing was begun; the night before is in force.",
        )


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"
