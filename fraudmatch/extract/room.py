"""How far packed bytes may grow, counted while they are unpacked."""

from __future__ import annotations

from typing import Protocol

from fraudmatch.extract.grid import Fault, Refused

#: Above ten MiB a file may not grow beyond two hundred times its size; extracts grow five to thirty times.
RATIO, RATIO_FROM = 200, 10 * 1024**2

_CHUNK = 1 << 18


class Inflater(Protocol):
    """What `zlib.decompressobj` gives."""

    @property
    def eof(self) -> bool:
        """Whether the stream has ended as it should."""

    @property
    def unused_data(self) -> bytes:
        """What follows the end of the stream."""

    def decompress(self, data: memoryview, max_length: int, /) -> bytes:
        """What the next bytes hold, at most so much of it."""


class Room:
    """How far a file may grow; counts what was unpacked.

    Args:
        packed: bytes as delivered. limit: bytes, whatever the ratio.
    """

    def __init__(self, packed: int, limit: int) -> None:
        self.limit = min(limit, max(RATIO_FROM, RATIO * packed))
        self._why = (
            f"it grows beyond {limit:,} bytes"
            if self.limit == limit
            else f"it grows beyond {RATIO} times its size ({self.limit:,} bytes)"
        )
        self.left = self.limit

    def take(self, count: int) -> None:
        """Count bytes.

        Raises:
            Refused: CONTAINER_TOO_LARGE.
        """
        self.left -= count
        if self.left < 0:
            raise Refused([Fault("CONTAINER_TOO_LARGE", detail=f"{self._why} when it is unpacked")])


def inflate(stream: Inflater, packed: memoryview, room: Room) -> tuple[list[bytes], int]:
    """What a stream of zlib holds, and how many bytes of `packed` it took; look at `stream.eof` then.

    Raises:
        Refused: CONTAINER_TOO_LARGE. zlib.error: it is damaged.
    """
    parts, place = [], 0
    while not stream.eof and place < len(packed):
        chunk = packed[place : place + _CHUNK]
        parts.append(stream.decompress(chunk, room.left + 1))
        room.take(len(parts[-1]))
        place += len(chunk)
    return parts, place - len(stream.unused_data)
