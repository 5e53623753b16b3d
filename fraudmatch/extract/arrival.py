"""Whether a file has arrived: complete, free of other programs, and the one its sender describes.

A sender may put beside `CTAX.csv` a `CTAX.csv.sha256` (the digest, as sha256sum writes it) or a
`CTAX.csv.meta` (lines `size = 1234` and `sha256 = …`). They describe a delivery and are none.
"""

from __future__ import annotations

import errno
import hashlib
import re
import time
from pathlib import Path

from fraudmatch.extract.grid import Fault, Refused
from fraudmatch.site import SIDECARS

#: Endings that programs give to files they are still writing.
_UNFINISHED = (".part", ".partial", ".filepart", ".crdownload", ".tmp", ".!sync")
#: What the system answers when another program holds a file.
_BUSY = {errno.EBUSY, errno.EAGAIN, errno.ETXTBSY, errno.EDEADLK}
_BUSY_WINDOWS = {32, 33}  # sharing violation, lock violation
_LINE = re.compile(r"^\s*(size|sha256)\s*[=:]\s*\"?([0-9A-Za-z]+)\"?\s*$", re.IGNORECASE)
_DIGEST = re.compile(r"^[0-9a-f]{64}$")


def hold_arrival(path: Path, settle_seconds: int = 0) -> None:
    """Let a file pass that has arrived.

    Args:
        path: the file in its partner's folder.
        settle_seconds: a file changed less than this long ago may still be growing; 0 = only files that
            grow while they are looked at do. The one place of a run where the clock decides, and all it
            decides is what is here.

    Raises:
        Refused: FILE_NOT_SETTLED, FILE_LOCKED or FILE_DIGEST_MISMATCH.
    """
    if path.suffix.lower() in _UNFINISHED:
        raise Refused([Fault("FILE_NOT_SETTLED", detail=f"its name ends in {path.suffix}: a copy under way")])
    _hold_free(path)
    before = path.stat()
    age = time.time() - before.st_mtime
    if settle_seconds and -settle_seconds < age < settle_seconds:
        raise Refused([Fault("FILE_NOT_SETTLED", detail=f"changed less than {settle_seconds} seconds ago")])
    _hold_described(path, before.st_size)
    after = path.stat()
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise Refused([Fault("FILE_NOT_SETTLED", detail="its size changed while it was looked at")])


def _there(path: Path) -> bool:
    """Whether there is such a file; a name too long for one is none."""
    try:
        return path.is_file()
    except OSError:
        return False


def _hold_free(path: Path) -> None:
    """No other program has the file open: spreadsheets leave a file beside it, others lock it."""
    for owner in (f"~${path.name}", f".~lock.{path.name}#", f"~${path.name[2:]}"):
        if _there(path.parent / owner):
            raise Refused([Fault("FILE_LOCKED", detail="a spreadsheet program has it open")])
    try:
        with path.open("rb"):
            pass
    except OSError as error:
        if error.errno in _BUSY or getattr(error, "winerror", None) in _BUSY_WINDOWS:
            raise Refused([Fault("FILE_LOCKED", detail=f"the system says: {error.strerror}")]) from error
        # Any other trouble is the reader's to report.


def _hold_described(path: Path, size: int) -> None:
    """Size and digest are those of the files beside it, where there are such files."""
    told: dict[str, str] = {}
    for ending in SIDECARS:
        beside = path.with_name(path.name + ending)
        if _there(beside):
            found = _told(beside, ending)
            if not found:
                detail = f"{beside.name} holds neither a size nor a SHA-256"
                raise Refused([Fault("FILE_DIGEST_MISMATCH", detail=detail)])
            told |= found
    if "size" in told and told["size"] != str(size):
        detail = f"expected {told['size']} bytes, got {size}"
        raise Refused([Fault("FILE_DIGEST_MISMATCH", detail=detail)])
    if "sha256" in told:
        with path.open("rb") as file:
            got = hashlib.file_digest(file, "sha256").hexdigest()
        if told["sha256"] != got:
            detail = f"expected SHA-256 {told['sha256'][:12]}…, got {got[:12]}…"
            raise Refused([Fault("FILE_DIGEST_MISMATCH", detail=detail)])


def _told(beside: Path, ending: str) -> dict[str, str]:
    """What a file beside a delivery says: size in bytes, SHA-256 in lower case."""
    text = beside.read_bytes()[:10_000].decode("utf-8-sig", errors="replace")
    if ending == ".sha256":
        first = text.split()[0].lower() if text.split() else ""
        return {"sha256": first} if _DIGEST.match(first) else {}
    pairs = [line for line in map(_LINE.match, text.splitlines()) if line]
    told = {pair[1].lower(): pair[2].lower() for pair in pairs}
    sound = {"size": re.compile(r"^\d+$"), "sha256": _DIGEST}
    return told if all(sound[name].match(value) for name, value in told.items()) else {}
