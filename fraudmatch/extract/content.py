"""The bytes of a file as delivered, and their digest."""

from __future__ import annotations

import hashlib
from pathlib import Path

from fraudmatch.extract.grid import Fault, Refused


def read_bytes(path: Path) -> bytes:
    """The file as it was delivered.

    Raises:
        Refused: FILE_UNREADABLE when the system does not let us read it.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused([Fault("FILE_UNREADABLE", detail=f"the system says: {error.strerror}")]) from error


def digest(content: bytes) -> str:
    """sha256 in hexadecimal: the name of a delivery."""
    return hashlib.sha256(content).hexdigest()


def digest_of(path: Path) -> str:
    """The same of a file that is not to be held in memory; "" when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
