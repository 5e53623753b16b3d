"""From the bytes as delivered to what they hold: digest and decompression."""

from __future__ import annotations

import hashlib
import zlib
from pathlib import Path

from fraudmatch.extract.grid import Fault, Refused

#: A compressed file may not grow beyond this: 4 GiB, far above a council's largest extract.
EXPANDED_LIMIT = 4 * 1024**3


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


def decompress(content: bytes, compression: str, *, limit: int = EXPANDED_LIMIT) -> bytes:
    """The content without its compression ("none" or "gzip"; several gzip members are joined).

    Raises:
        Refused: FILE_UNREADABLE when the stream is damaged, cut short, or grows beyond `limit` bytes.
    """
    if compression == "none":
        return content
    parts, room, rest = [], limit, content
    while rest:
        stream = zlib.decompressobj(wbits=31)
        try:
            part = stream.decompress(rest, room + 1)
        except zlib.error as error:
            raise _unreadable("the gzip stream is damaged") from error
        room -= len(part)
        if room < 0:
            raise _unreadable(f"it grows beyond {limit} bytes when decompressed")
        if not stream.eof:
            raise _unreadable("the gzip stream is cut short")
        parts.append(part)
        rest = stream.unused_data.lstrip(b"\0")
    return b"".join(parts)


def _unreadable(detail: str) -> Refused:
    return Refused([Fault("FILE_UNREADABLE", detail=detail)])
