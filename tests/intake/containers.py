"""Containers and workbooks made by code, sound and broken."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from typing import Any

import xlsxwriter
from cases import HEADINGS, MAPPING, rows

GZIP = MAPPING.replace('format = "delimited"', 'format = "delimited"\ncompression = "gzip"')
ZIP = MAPPING.replace('format = "delimited"', 'format = "delimited"\ncompression = "zip"')
NAMED = ZIP.replace('compression = "zip"', 'compression = "zip"\nmember = "*payroll*.csv"')
XLSX = MAPPING.replace('format = "delimited"', 'format = "xlsx"')
SHEET = XLSX.replace('format = "xlsx"', 'format = "xlsx"\nsheet = "Extract"')

Cell = Any


def zipped(members: Mapping[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=method)
    return stream.getvalue()


def linked(name: str, target: bytes) -> bytes:
    """An archive whose member is a symbolic link."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        member = zipfile.ZipInfo(name)
        member.external_attr = 0o120777 << 16
        archive.writestr(member, target)
    return stream.getvalue()


def locked(archive: bytes) -> bytes:
    """The archive with every member marked as locked with a password."""
    marked = bytearray(archive)
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for found in re.finditer(re.escape(sign), archive):
            marked[found.start() + offset] |= 1
    return bytes(marked)


def lying_sizes(content: bytes, name: str = "payroll.csv", declared: int = 1000) -> bytes:
    """An archive whose headers declare that the member is small, with a check sum to suit."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(content) + packer.flush()
    title, crc = name.encode(), zlib.crc32(content[:declared])
    common = struct.pack("<HHHHHLLLHH", 20, 0, 8, 0, 33, crc, len(packed), declared, len(title), 0)
    local = b"PK\x03\x04" + common + title + packed
    central = b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<HHHLL", 0, 0, 0, 0, 0) + title
    end = b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, 1, 1, len(central), len(local), 0)
    return local + central + end


def bomb(megabytes: int) -> bytes:
    """Text that packs a thousandfold."""
    return b"Ref,Surname\n" + b"0" * (megabytes << 20)


def many_members(content: bytes, pieces: int) -> bytes:
    """A gzip file of several members."""
    size = -(-len(content) // pieces)
    return b"".join(gzip.compress(content[at : at + size], mtime=0) for at in range(0, len(content), size))


def book_of(
    count: int = 10,
    *,
    sheets: Mapping[str, list[list[Cell]]] | None = None,
    options: dict[str, Any] | None = None,
    edit: Callable[[Any, Any], None] | None = None,
) -> bytes:
    """A workbook with the sheet Extract of sound rows, or others.

    Args:
        sheets: name -> rows instead.
        edit: called with workbook and first sheet before it is closed.
    """
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, **(options or {})})
    wanted = {"Extract": table_of(count)} if sheets is None else sheets
    pages = []
    for name, cells in wanted.items():
        page = book.add_worksheet(name)
        pages.append(page)
        for number, line in enumerate(cells):
            page.write_row(number, 0, line)
    if edit is not None:
        edit(book, pages[0])
    book.set_properties({"created": dt.datetime(2026, 3, 31)})
    book.close()
    return stream.getvalue()


def table_of(count: int) -> list[list[Cell]]:
    """Headings and sound rows, all as text."""
    return [list(HEADINGS), *([one[name] for name in HEADINGS] for one in rows(count))]


def with_parts(book: bytes, changed: Mapping[str, Callable[[bytes], bytes]]) -> bytes:
    """The workbook with parts changed; a name it lacks is added, from nothing."""
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return zipped({**parts, **{name: change(parts.get(name, b"")) for name, change in changed.items()}})


def in_sheet(book: bytes, old: bytes, new: bytes) -> bytes:
    """The workbook with a piece of its first sheet replaced."""

    def change(xml: bytes) -> bytes:
        assert old in xml, old
        return xml.replace(old, new, 1)

    return with_parts(book, {"xl/worksheets/sheet1.xml": change})


def ole(*names: str) -> bytes:
    """The beginning of an OLE file with directory entries of these names."""
    entries = b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in names)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + entries + b"\xff" * 512
