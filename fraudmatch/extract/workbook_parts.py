"""A first look at the parts of a workbook, before a parser sees one of them.

Everything here looks at bytes: no XML is parsed, no entity can expand, sizes are counted while they are
unpacked. What a workbook of records does not need (document types, macros, values of other files) refuses it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

from fraudmatch.extract.grid import Fault, Refused
from fraudmatch.extract.room import Room
from fraudmatch.extract.sheet_xml import SheetFacts, sheet_facts
from fraudmatch.extract.unpack import EXPANDED_LIMIT
from fraudmatch.extract.zip_archive import Archive, refuse_unsafe

#: Far above what spreadsheet programs write; a workbook of records has a dozen parts.
PARTS = 2_000
#: Excel keeps at most 65,490 formats and 32,767 characters in a cell.
STYLES, TEXT_BYTES = 200_000, 500 * 1024**2

_XML_PART = re.compile(r"\.(xml|rels|vml)$", re.IGNORECASE)
_OTHER_ENCODING = re.compile(rb"\A<\?xml[^>]*encoding\s*=\s*[\"'](?!utf-8|us-ascii)", re.IGNORECASE)
_SHEET = re.compile(r"<(?:\w+:)?sheet\b[^>]*>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\b[^>]*>")
_DATE_1904 = re.compile(r"<(?:\w+:)?workbookPr\b[^>]*\bdate1904\s*=\s*[\"'](?:1|true)[\"']")
_ATTRIBUTE = re.compile(r"([\w:]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name, whether a person sees it, what its XML says."""

    name: str
    hidden: bool
    facts: SheetFacts


@dataclass(frozen=True)
class Survey:
    """What a workbook holds.

    Attributes:
        sheets: of cells, in their order.
        day_zero_1904: whether its days are counted from 1904.
    """

    sheets: tuple[Sheet, ...]
    day_zero_1904: bool


def survey(content: bytes, *, limit: int = EXPANDED_LIMIT) -> Survey:
    """Look at every part.

    Args:
        limit: bytes the parts may grow to.

    Raises:
        Refused: XML_DTD_FORBIDDEN, MACROS_FORBIDDEN, EXTERNAL_LINKS_FORBIDDEN, WORKBOOK_TOO_LARGE, and what a
            ZIP archive is refused for; FILE_UNREADABLE when the sheets cannot be found.
    """
    archive = Archive(content, Room(len(content), limit))
    refuse_unsafe(archive)
    _hold_names(archive.names)
    parts: dict[str, bytes] = {}
    facts: dict[str, SheetFacts] = {}
    for name in archive.names:
        if _XML_PART.search(name):
            xml = archive.read(name)
            _hold_part(name, xml)
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                facts[name] = sheet_facts(xml)
            elif name in {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"}:
                parts[name] = xml
    return _survey(parts, facts)


def _hold_names(names: list[str]) -> None:
    """Refuse by the names of the parts."""
    low = [name.lower() for name in names]
    if any(name.endswith("vbaproject.bin") or name.startswith("xl/macrosheets/") for name in low):
        raise Refused([Fault("MACROS_FORBIDDEN")])
    if any(name.startswith("xl/externallinks/") for name in low):
        count = sum(name.startswith("xl/externallinks/externallink") for name in low)
        raise Refused([Fault("EXTERNAL_LINKS_FORBIDDEN", detail=f"{count} linked files")])
    if len(names) > PARTS:
        raise _too_large(f"{len(names):,} parts; at most {PARTS:,}")
    if "xl/workbook.bin" in low:
        detail = "declared xlsx, but it looks like a binary workbook (XLSB); save it as XLSX"
        raise Refused([Fault("CONTENT_TYPE_MISMATCH", detail=detail)])


def _hold_part(name: str, xml: bytes) -> None:
    """Refuse by what stands in a part."""
    if b"\0" in xml[:8] or xml[:2] in {b"\xff\xfe", b"\xfe\xff"} or _OTHER_ENCODING.match(xml.lstrip()[:200]):
        raise Refused([Fault("FILE_UNREADABLE", detail="a part of the workbook is not in UTF-8")])
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
        raise Refused([Fault("XML_DTD_FORBIDDEN", detail=f"in the part {name.rpartition('/')[2][:60]}")])
    if name == "[Content_Types].xml" and b"macroEnabled" in xml:
        raise Refused([Fault("MACROS_FORBIDDEN")])
    if name == "xl/sharedStrings.xml" and len(xml) > TEXT_BYTES:
        raise _too_large(f"{len(xml):,} bytes of texts; at most {TEXT_BYTES:,}")
    if name == "xl/styles.xml" and xml.count(b"<xf") + xml.count(b":xf") > STYLES:
        raise _too_large(f"more than {STYLES:,} formats")


def _survey(parts: dict[str, bytes], facts: dict[str, SheetFacts]) -> Survey:
    try:
        book = parts["xl/workbook.xml"].decode("utf-8", "replace")
        relations = parts["xl/_rels/workbook.xml.rels"].decode("utf-8", "replace")
        targets = {tag["Id"]: tag["Target"] for tag in map(_attributes, _RELATION.findall(relations))}
        sheets = [
            Sheet(tag["name"], tag.get("state", "visible") != "visible", facts[path])
            for tag in map(_attributes, _SHEET.findall(book))
            if (path := _path(targets[_relation(tag)])) in facts
        ]
    except (KeyError, StopIteration) as error:
        detail = "the parts of the workbook cannot be found"
        raise Refused([Fault("FILE_UNREADABLE", detail=detail)]) from error
    return Survey(tuple(sheets), _DATE_1904.search(book) is not None)


def _relation(tag: dict[str, str]) -> str:
    return next(value for key, value in tag.items() if key.endswith(":id"))


def _path(target: str) -> str:
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _attributes(tag: str) -> dict[str, str]:
    return {name: unescape(double or single) for name, double, single in _ATTRIBUTE.findall(tag)}


def _too_large(detail: str) -> Refused:
    return Refused([Fault("WORKBOOK_TOO_LARGE", detail=detail)])
