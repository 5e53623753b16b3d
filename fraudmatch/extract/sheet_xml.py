"""A look at the XML of one sheet: how many rows, which cells are errors or formulas, what is merged or hidden.

It is the independent count of a workbook, and says what the parser does not: the parser gives a failed
formula as a blank cell, and an uncalculated one too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

from fraudmatch.extract.grid import Fault, Refused

#: The most an XLSX sheet can hold in rows; the most columns and cells that are read.
ROWS, COLUMNS, CELLS = 1_048_576, 400, 50_000_000
#: A sheet of more merged ranges than this is a form, not a table.
MERGED = 100_000

_ROW_NUMBER = re.compile(rb"<(?:\w+:)?row\b[^>]*?\br=[\"'](\d+)[\"']")
_ROW = re.compile(rb"<(?:\w+:)?row\b")
_VALUE_END = re.compile(rb"</(?:\w+:)?(?:v|is)>")
#: A cell with a value beyond column OJ, which is the 400th.
_FAR_COLUMN = re.compile(
    rb"<(?:\w+:)?c\b[^>]*?\br=[\"'](?:O[K-Z]|[P-Z][A-Z]|[A-Z]{3,})\d+[\"'][^>]*>\s*<(?:\w+:)?(?:f|v|is)\b"
)
_FAR_ROW = re.compile(rb"<(?:\w+:)?c\b[^>]*?\br=[\"'][A-Z]+\d{6,}[\"']")
_PLACED = re.compile(rb"<(?:\w+:)?c\b[^>]*?\br=[\"']([A-Z]+)\d+[\"'][^>]*>\s*<(?:\w+:)?(?:f|v|is)\b")
_ERROR_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*\bt=[\"']e[\"'][^>]*)>(.*?)</(?:\w+:)?c>", re.DOTALL)
_FORMULA_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*)>\s*<(?:\w+:)?f\b(.*?)</(?:\w+:)?c>", re.DOTALL)
_VALUE = re.compile(rb"<(?:\w+:)?v[^>]*>([^<]+)</")
_EMPTY_TEXT = re.compile(rb"\bt=[\"']str[\"']")
_PLACE = re.compile(rb"\br=[\"']([A-Z]+)(\d+)[\"']")
_HIDDEN_ROW = re.compile(
    rb"<(?:\w+:)?row\b([^>]*\bhidden=[\"'](?:1|true)[\"'][^>]*)(?<!/)>(.*?)</(?:\w+:)?row>", re.DOTALL
)
_NUMBER = re.compile(rb"\br=[\"'](\d+)[\"']")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\b[^>]*\bref=[\"']([A-Z]+)(\d+):([A-Z]+)(\d+)[\"']")


@dataclass(frozen=True)
class Merged:
    """A range of merged cells; rows and columns from 0, both ends in it."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int


@dataclass(frozen=True)
class SheetFacts:
    """What the XML says. Rows and columns count from 0.

    Attributes:
        height: number of the last row that holds a value, counting from 1.
        filled: rows that hold a value.
        errors: column -> row -> text of the error.
        formulas: column -> rows whose formula has a value, errors left out.
        uncalculated: column -> rows whose formula has none.
        hidden: rows that are hidden and hold a value.
        merged: ranges.
    """

    height: int
    filled: int
    errors: dict[int, dict[int, str]] = field(default_factory=dict)
    formulas: dict[int, list[int]] = field(default_factory=dict)
    uncalculated: dict[int, list[int]] = field(default_factory=dict)
    hidden: list[int] = field(default_factory=list)
    merged: tuple[Merged, ...] = ()


def sheet_facts(xml: bytes) -> SheetFacts:
    """The facts of one sheet.

    Raises:
        Refused: WORKBOOK_TOO_LARGE, before the parser makes room for cells that are not there.
    """
    height, filled = _rows(xml)
    _hold_size(xml, height)
    formulas, uncalculated = _formulas(xml)
    return SheetFacts(
        height, filled, _errors(xml), formulas, uncalculated, sorted(_hidden(xml)), tuple(_merged(xml))
    )


def _rows(xml: bytes) -> tuple[int, int]:
    """The last row with a value, and how many have one; cells without a place count by row tags."""
    last = 0
    for last_tag in (b"</v>", b"</is>", b":v>", b":is>"):
        last = max(last, xml.rfind(last_tag))
    if last <= 0:
        return 0, 0
    numbered = [int(number) for number in _ROW_NUMBER.findall(xml, 0, last)]
    height = max(numbered) if numbered else len(_ROW.findall(xml, 0, last))
    # A row is told by its beginning; only those whose text holds the end of a value are filled.
    filled = sum(_VALUE_END.search(part) is not None for part in _ROW.split(xml[: last + 5])[1:])
    return height, filled


def _hold_size(xml: bytes, height: int) -> None:
    if height > ROWS or (height < 100_000 and _FAR_ROW.search(xml)):
        raise _too_large(f"a cell lies below row {ROWS if height > ROWS else 100_000:,}, where no row is")
    if _FAR_COLUMN.search(xml):
        raise _too_large(f"there are values beyond column {COLUMNS}")
    cells = xml.count(b"<c ") + xml.count(b":c ")
    # The parser makes room for a full rectangle.
    if height * COLUMNS > CELLS:
        width = max((_column_number(found[1]) + 1 for found in _PLACED.finditer(xml)), default=1)
        cells = max(cells, height * width)
    if cells > CELLS:
        raise _too_large(f"{cells:,} cells; at most {CELLS:,}")


def _errors(xml: bytes) -> dict[int, dict[int, str]]:
    found: dict[int, dict[int, str]] = {}
    for attributes, inside in _ERROR_CELL.findall(xml):
        place, value = _PLACE.search(attributes), _VALUE.search(inside)
        if place and value:
            text = unescape(value[1].decode("utf-8", "replace")).strip()
            found.setdefault(_column_number(place[1]), {})[int(place[2]) - 1] = text
    return found


def _formulas(xml: bytes) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    """Cells with a formula: those with a value, and those without."""
    calculated: dict[int, list[int]] = {}
    bare: dict[int, list[int]] = {}
    if b"<f" not in xml and b":f" not in xml:
        return calculated, bare
    for found in _FORMULA_CELL.finditer(xml):
        place = _PLACE.search(found[1])
        if place is None or b't="e"' in found[1] or b"t='e'" in found[1]:
            continue
        # A formula whose answer is the empty text has a value, and it is blank.
        has_value = _VALUE.search(found[2]) or (_EMPTY_TEXT.search(found[1]) and b"v>" in found[2])
        kept = calculated if has_value else bare
        kept.setdefault(_column_number(place[1]), []).append(int(place[2]) - 1)
    return calculated, bare


def _hidden(xml: bytes) -> Iterator[int]:
    if b"hidden=" not in xml:
        return
    for found in _HIDDEN_ROW.finditer(xml):
        number = _NUMBER.search(found[1])
        if number and _VALUE_END.search(found[2]):
            yield int(number[1]) - 1


def _merged(xml: bytes) -> Iterator[Merged]:
    for count, found in enumerate(_MERGED.finditer(xml)):
        if count == MERGED:
            raise _too_large(f"more than {MERGED:,} ranges of merged cells")
        yield Merged(int(found[2]) - 1, int(found[4]) - 1, _column_number(found[1]), _column_number(found[3]))


def _column_number(letters: bytes) -> int:
    """A -> 0, Z -> 25, AA -> 26."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def place_name(row: int, column: int) -> str:
    """E14 of row 13 and column 4."""
    letters, rest = "", column + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        letters = chr(65 + letter) + letters
    return f"{letters}{row + 1}"


def _too_large(detail: str) -> Refused:
    return Refused([Fault("WORKBOOK_TOO_LARGE", detail=detail)])
