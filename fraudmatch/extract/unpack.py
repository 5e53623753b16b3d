"""From the bytes as delivered to the one file they hold: gzip and zip, streamed with a counter.

What an archive declares of its sizes is never believed; what grows too far is left at the limit.
"""

from __future__ import annotations

import zlib

from fraudmatch.extract.globs import glob
from fraudmatch.extract.grid import Fault, Refused
from fraudmatch.extract.kinds import kind_of
from fraudmatch.extract.mapping import FileForm
from fraudmatch.extract.printable import printable
from fraudmatch.extract.room import Room, inflate
from fraudmatch.extract.zip_archive import Archive, refuse_unsafe

#: A compressed file may not grow beyond this: 4 GiB, far above a council's largest extract.
EXPANDED_LIMIT = 4 * 1024**3
#: An archive of deliveries holds one file, or a few of which the mapping names one.
MEMBERS = 10


def unpack(content: bytes, form: FileForm, *, limit: int = EXPANDED_LIMIT) -> bytes:
    """The content without its compression; of a ZIP archive the one file meant.

    Args:
        limit: bytes it may grow to.

    Raises:
        Refused: CONTAINER_TRUNCATED, CONTAINER_CORRUPT, CONTAINER_TOO_LARGE, CONTAINER_ENCRYPTED,
            ZIP_UNSAFE_PATH, ZIP_MULTIPLE_MEMBERS, CONTENT_TYPE_MISMATCH, FILE_UNREADABLE.
    """
    if form.compression == "none":
        return content
    kind = kind_of(content)
    if kind != form.compression and not (kind == "workbook" and form.compression == "zip"):
        detail = f"declared {form.compression}, but it is none"
        raise Refused([Fault("CONTENT_TYPE_MISMATCH", detail=detail)])
    inside = gunzip(content, limit) if form.compression == "gzip" else _member(content, form, limit)
    _refuse_nesting(inside, form)
    return inside


def _refuse_nesting(inside: bytes, form: FileForm) -> None:
    """A workbook is an archive itself and may lie in one; no other may."""
    kind = kind_of(inside)
    if kind in {"gzip", "zip"} or (kind == "workbook" and form.format != "xlsx"):
        raise Refused(
            [Fault("CONTAINER_TOO_LARGE", detail="it holds another compressed file; 1 level is read")]
        )


def gunzip(content: bytes, limit: int = EXPANDED_LIMIT) -> bytes:
    """The content of a gzip file; several members are joined, zeros after the last are padding.

    Raises:
        Refused: CONTAINER_TRUNCATED, CONTAINER_CORRUPT, CONTAINER_TOO_LARGE.
    """
    room, parts, place, view = Room(len(content), limit), [], 0, memoryview(content)
    while place < len(content) and not _only_zeros(content, place):
        stream = zlib.decompressobj(wbits=31)
        try:
            inside, taken = inflate(stream, view[place:], room)
        except zlib.error as error:
            where = "bytes follow that are not compressed" if place else "the gzip stream is damaged"
            raise Refused([Fault("CONTAINER_CORRUPT", detail=where)]) from error
        if not stream.eof:
            raise Refused([Fault("CONTAINER_TRUNCATED", detail="the gzip stream is cut short")])
        parts += inside
        place += taken
    return b"".join(parts)


def _only_zeros(content: bytes, place: int) -> bool:
    return content[place] == 0 and content.count(0, place) == len(content) - place


def _member(content: bytes, form: FileForm, limit: int) -> bytes:
    """The file meant in a ZIP archive."""
    archive = Archive(content, Room(len(content), limit))
    refuse_unsafe(archive)
    files = [name for name in archive.names if not name.endswith("/") and not _by_the_way(name)]
    if len(files) > MEMBERS:
        detail = f"the archive holds {len(files):,} files; at most {MEMBERS} are looked at"
        raise Refused([Fault("CONTAINER_TOO_LARGE", detail=detail)])
    wanted = [name for name in files if form.member is None or glob(form.member).fullmatch(name)]
    listed = ", ".join(printable(name, 80) for name in files)
    if not files:
        raise Refused([Fault("FILE_EMPTY", detail="the archive holds no file")])
    if not wanted:
        detail = f"no file of the archive fits {form.member!r}; it holds {listed}"
        raise Refused([Fault("FILE_UNREADABLE", detail=detail)])
    if len(wanted) > 1:
        raise Refused([Fault("ZIP_MULTIPLE_MEMBERS", detail=f"{len(wanted)} files: {listed}")])
    return archive.read(wanted[0])


def _by_the_way(name: str) -> bool:
    """What systems put into archives of their own accord."""
    return name.startswith("__MACOSX/") or name.rpartition("/")[2] in {
        ".DS_Store",
        "Thumbs.db",
        "desktop.ini",
    }
