"""ZIP archives read by their directory alone; sizes are counted, checks made by ourselves.

Nothing is ever written to a place that a member names. The standard library finds the directory;
inflating is done here, since it stops at the size an archive declares.
"""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
import zlib

from fraudmatch.extract.grid import Fault, Refused
from fraudmatch.extract.printable import printable
from fraudmatch.extract.room import Room, inflate

_LOCAL = struct.Struct("<4s22xHH")
_STORED, _DEFLATED = 0, 8
#: Names that Windows gives to devices, with or without an ending.
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


class Archive:
    """The members of an archive.

    Args:
        room: shared by all members that are read.

    Raises:
        Refused: CONTAINER_CORRUPT or CONTAINER_TRUNCATED when there is no directory.
    """

    def __init__(self, content: bytes, room: Room) -> None:
        self._content, self._room = memoryview(content), room
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                self.members = archive.infolist()
        except (
            zipfile.BadZipFile,
            ValueError,
            OverflowError,
            NotImplementedError,
            UnicodeDecodeError,
        ) as error:
            # The directory stands at the end: where there is none, the end is missing.
            whole = b"PK\x05\x06" in content[-(1 << 16) - 22 :]
            reason = "CONTAINER_CORRUPT" if whole else "CONTAINER_TRUNCATED"
            raise Refused([Fault(reason, detail="the archive has no directory that can be read")]) from error
        self._by_name = {member.filename: member for member in self.members}

    @property
    def names(self) -> list[str]:
        """Names of all members, folders included, in the order of the directory."""
        return [member.filename for member in self.members]

    def read(self, name: str) -> bytes:
        """The whole member of that name.

        Raises:
            Refused: CONTAINER_CORRUPT, CONTAINER_TOO_LARGE, CONTAINER_ENCRYPTED, FILE_UNREADABLE.
            KeyError: there is none.
        """
        member = self._by_name[name]
        if member.flag_bits & 1:
            detail = f"{printable(name, 80)} is locked with a password; such locks are weak: send age or none"
            raise Refused([Fault("CONTAINER_ENCRYPTED", detail=detail)])
        inside = self._inside(member)
        if len(inside) != member.file_size or zlib.crc32(inside) != member.CRC:
            raise _corrupt(name, "its size or check sum differs")
        return inside

    def _inside(self, member: zipfile.ZipInfo) -> bytes:
        packed = self._packed(member)
        if member.compress_type == _STORED:
            self._room.take(len(packed))
            return bytes(packed)
        if member.compress_type != _DEFLATED:
            detail = f"{printable(member.filename, 80)} is compressed in a way (method {member.compress_type}) that"
            raise Refused([Fault("FILE_UNREADABLE", detail=f"{detail} is not read; use Deflate")])
        stream = zlib.decompressobj(wbits=-15)
        try:
            parts, _ = inflate(stream, packed, self._room)
        except zlib.error as error:
            raise _corrupt(member.filename, "it is damaged") from error
        if not stream.eof:
            raise _corrupt(member.filename, "it is cut short")
        return b"".join(parts)

    def _packed(self, member: zipfile.ZipInfo) -> memoryview:
        """The bytes of a member; the directory says where, the local header how far from there."""
        head = self._content[member.header_offset : member.header_offset + _LOCAL.size]
        if len(head) < _LOCAL.size:
            raise _corrupt(member.filename, "it lies outside the archive")
        sign, name, extra = _LOCAL.unpack(head)
        start = member.header_offset + _LOCAL.size + name + extra
        packed = self._content[start : start + member.compress_size]
        if sign != b"PK\x03\x04" or len(packed) < member.compress_size:
            raise _corrupt(member.filename, "it lies outside the archive")
        return packed


def refuse_unsafe(archive: Archive) -> None:
    """No member may name a place outside its folder, or what is no plain file, even when nobody unpacks it.

    Raises:
        Refused: ZIP_UNSAFE_PATH, CONTAINER_CORRUPT for a name that stands twice.
    """
    for member in archive.members:
        if _unsafe(member.orig_filename) or stat.S_ISLNK(member.external_attr >> 16):
            detail = f"member {printable(member.orig_filename, 80)}"
            raise Refused([Fault("ZIP_UNSAFE_PATH", detail=detail)])
    names = archive.names
    if len(set(names)) < len(names):
        raise Refused([Fault("CONTAINER_CORRUPT", detail="two members have one name")])


def _unsafe(name: str) -> bool:
    parts = re.split(r"[/\\]", name)
    return (
        name.startswith(("/", "\\"))
        or "\\" in name
        or ":" in name
        or any(ord(sign) < 32 for sign in name)
        or any(
            part == ".." or part != part.rstrip(". ") or _DEVICES.fullmatch(part) is not None
            for part in parts
        )
    )


def _corrupt(name: str, what: str) -> Refused:
    return Refused([Fault("CONTAINER_CORRUPT", detail=f"{printable(name, 80)}: {what}")])
