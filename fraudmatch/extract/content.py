"""From the bytes as delivered to text in UTF-8: digest, strict decoding."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from fraudmatch.extract.grid import Fault, Refused

_BOM = b"\xef\xbb\xbf"


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


def to_utf8(content: bytes, encodings: Sequence[str]) -> bytes:
    """The text in UTF-8 without a byte order mark, by the first encoding that fits all of it.

    Raises:
        Refused: ENCODING_MISMATCH; `detail` says where each encoding failed.
    """
    failures = []
    for name in encodings:
        try:
            text = content.decode(name)
            return content.removeprefix(_BOM) if _is_utf8(name) else text.removeprefix("\ufeff").encode()
        except UnicodeDecodeError as error:
            line = _line_of(content, error.start)
            failures.append(f"{name} fails at byte offset {error.start}, line {line}")
        except UnicodeError:  # a codec that does not say where, or gives half a character
            failures.append(f"{name} fails")
    raise Refused([Fault("ENCODING_MISMATCH", detail="; ".join(failures))])


def _is_utf8(name: str) -> bool:
    return name.lower().replace("_", "-") in {"utf-8", "utf8", "utf-8-sig"}


def _line_of(content: bytes, offset: int) -> int:
    """Number of the line, from 1, that holds a byte."""
    before = content[:offset]
    return before.count(b"\n") + before.count(b"\r") - before.count(b"\r\n") + 1
