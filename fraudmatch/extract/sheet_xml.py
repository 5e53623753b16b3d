"""A second look at an XLSX sheet, straight at its XML: how many rows, and which cells are errors."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from html import unescape

from fraudmatch.extract.content import EXPANDED_LIMIT
from fraudmatch.extract.grid import Fault, Refused

_SHEET = re.compile(r"<(?:\w+:)?sheet\b[^>]*>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\b[^>]*>")
_ATTRIBUTE = re.compile(r"([\w:]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_ERROR_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*\bt=[\"']e[\"'][^>]*)>(.*?)</(?:\w+:)?c>", re.DOTALL)
_VALUE = re.compile(rb"<(?:\w+:)?v[^>]*>([^<]+)</")
_PLACE = re.compile(rb"\br=[\"']([A-Z]+)(\d+)[\"']")


@dataclass(frozen=True)
class SheetFacts:
    """What the XML says.

    Attributes:
        height: number of the last row that holds a value.
        errors: column (from 0) -> row (from 0) -> text of the error.
    """

    height: int
    errors: dict[int, dict[int, str]]


def sheet_facts(content: bytes, sheet: str) -> SheetFacts:
    """Height and error cells of the sheet of that name.

    Raises:
        Refused: FILE_UNREADABLE when the parts cannot be found, are too large, or hold a DTD.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            xml = _part(archive, _path_of(archive, sheet))
    except (zipfile.BadZipFile, KeyError, StopIteration, RuntimeError) as error:
        raise _unreadable("the parts of the workbook cannot be read") from error
    return SheetFacts(_height(xml), _errors(xml))


def _unreadable(detail: str) -> Refused:
    return Refused([Fault("FILE_UNREADABLE", detail=detail)])


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as stream:
        xml = stream.read(EXPANDED_LIMIT + 1)
    if len(xml) > EXPANDED_LIMIT:
        raise _unreadable("the sheet is too large")
    if b"<!DOCTYPE" in xml[:4096] or b"<!ENTITY" in xml[:4096]:
        raise _unreadable("the workbook holds a document type definition, which no spreadsheet writes")
    return xml


def _path_of(archive: zipfile.ZipFile, sheet: str) -> str:
    """The part that holds a sheet: its relation in workbook.xml, its target in the relations."""
    book = _part(archive, "xl/workbook.xml").decode("utf-8", "replace")
    tags = [_attributes(tag) for tag in _SHEET.findall(book)]
    relation = next(tag for tag in tags if tag.get("name") == sheet)
    wanted = next(value for key, value in relation.items() if key.endswith(":id"))
    relations = _part(archive, "xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    targets = {tag["Id"]: tag["Target"] for tag in map(_attributes, _RELATION.findall(relations))}
    target = targets[wanted]
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _attributes(tag: str) -> dict[str, str]:
    return {name: unescape(double or single) for name, double, single in _ATTRIBUTE.findall(tag)}


def _height(xml: bytes) -> int:
    """Number of the last row with a value; cells without a place of their own count by row tags."""
    tail = max(xml.rfind(b"</v>"), xml.rfind(b"</is>"), xml.rfind(b":v>"), xml.rfind(b":is>"))
    if tail < 0:
        return 0
    numbered = re.findall(rb"<(?:\w+:)?row\b[^>]*?\br=[\"'](\d+)[\"']", xml[:tail])
    return int(numbered[-1]) if numbered else len(re.findall(rb"<(?:\w+:)?row\b", xml[:tail]))


def _errors(xml: bytes) -> dict[int, dict[int, str]]:
    found: dict[int, dict[int, str]] = {}
    for attributes, inside in _ERROR_CELL.findall(xml):
        place, value = _PLACE.search(attributes), _VALUE.search(inside)
        if place and value:
            column = _column_number(place[1].decode())
            found.setdefault(column, {})[int(place[2]) - 1] = unescape(
                value[1].decode("utf-8", "replace")
            ).strip()
    return found


def _column_number(letters: str) -> int:
    """A -> 0, Z -> 25, AA -> 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
