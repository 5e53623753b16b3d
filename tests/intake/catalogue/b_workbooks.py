"""B. Workbooks: cases 30 to 42, and the bombs among them (27)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from cases import HEADINGS, Case, Expected, Tried, csv_of, row
from containers import SHEET, XLSX, book_of, in_sheet, table_of, with_parts
from expectations import details, held, refused, says, sound


def _hide_rows(_: Any, page: Any) -> None:
    for number in (2, 3, 7):
        page.set_row(number, None, None, {"hidden": True})


def _hide_second(book: Any, _: Any) -> None:
    book.worksheets()[1].hide()


def _very_hide_second(book: Any, _: Any) -> None:
    book.worksheets()[1].very_hidden()


def _formula_salaries(book: Any, page: Any) -> None:
    for number in range(1, 11):
        page.write_formula(number, HEADINGS.index("Salary"), "=12500*2", None, 25000)


def _merged(reference: str) -> Callable[[Any, Any], None]:
    return lambda book, page: page.merge_range(reference, "merged")


def _unfinished(book: bytes, place: bytes, cell: bytes) -> bytes:
    """The workbook with a cell that holds a formula and no value."""

    def change(xml: bytes) -> bytes:
        return re.sub(rb'<c r="%s"[^>]*>.*?</c>' % place, b'<c r="%s">%s</c>' % (place, cell), xml)

    return with_parts(book, {"xl/worksheets/sheet1.xml": change})


def _errors(book: Any, page: Any) -> None:
    page.write_formula(2, HEADINGS.index("Hours"), "=NA()", None, "#N/A")
    page.write_formula(3, HEADINGS.index("Hours"), "=#REF!", None, "#REF!")
    page.write_string(4, HEADINGS.index("Hours"), "#####")


def _dated(day: dt.date | int) -> Callable[[Any, Any], None]:
    """A date of birth as a typed cell."""

    def edit(book: Any, page: Any) -> None:
        form = book.add_format({"num_format": "dd/mm/yyyy"})
        place = HEADINGS.index("DOB")
        (page.write_number if isinstance(day, int) else page.write_datetime)(1, place, day, form)

    return edit


def _born(day: dt.date) -> Callable[[Tried], None]:
    def check(one: Tried) -> None:
        assert one.record("E00001")["date_of_birth"] == day

    return check


def _with_gap(at: int, blanks: int = 1) -> list[list[Any]]:
    cells = table_of(10)
    return [*cells[:at], *([[]] * blanks), *cells[at:]]


def _with_blank_column(at: int) -> list[list[Any]]:
    return [[*line[:at], "", *line[at:]] for line in table_of(10)]


def _numbers_as_text(one: Tried) -> None:
    assert one.record("E00001")["source_row"] == 2
    payroll = one.prepared.details["payroll"].to_pylist()
    assert {line["gross_to_date_pence"] for line in payroll} == {2_500_000}


def _numbers(book: Any, page: Any) -> None:
    """Some numbers typed as numbers among those typed as text."""
    for number in range(1, 6):
        page.write_number(number, HEADINGS.index("Salary"), 25000)
        page.write_number(number, HEADINGS.index("Hours"), 37)


def _xxe(name: str) -> Callable[[], bytes]:
    declared = b'<!DOCTYPE x [<!ENTITY canary SYSTEM "file:///etc/hostname">]>'

    def change(xml: bytes) -> bytes:
        head, rest = (xml or b'<?xml version="1.0"?><x/>').split(b"?>", 1)
        return head + b"?>" + declared + rest.replace(b"<t>", b"<t>&canary;", 1)

    return lambda: with_parts(book_of(), {name: change})


def laughs(xml: bytes) -> bytes:
    """Entities that would grow to gigabytes."""
    levels = b"".join(b'<!ENTITY a%d "%s">' % (level, b"&a%d;" % (level - 1) * 10) for level in range(1, 10))
    head, rest = xml.split(b"?>", 1)
    declared = b'<!DOCTYPE x [<!ENTITY a0 "ha">' + levels + b"]>"
    return head + b"?>" + declared + rest.replace(b"<t>", b"<t>&a9;", 1)


def far(place: bytes) -> Callable[[], bytes]:
    """One cell with a value far from the others."""
    number = re.sub(rb"\D", b"", place)
    line = b'<row r="%s"><c r="%s"><v>1</v></c></row></sheetData>' % (number, place)
    return lambda: in_sheet(book_of(), b"</sheetData>", line)


WORKBOOKS = [
    Case(30, "two sheets with rows", lambda: book_of(sheets={"Extract": table_of(10), "Old": table_of(5)}),
         held("SHEET_AMBIGUOUS"), mapping=XLSX, also=says("SHEET_AMBIGUOUS", "'Extract' 11 rows, 'Old' 6 rows")),
    Case(30, "two sheets of which one is named", lambda: book_of(sheets={"Old": table_of(5), "Extract": table_of(10)}),
         sound(), mapping=SHEET),
    Case(30, "an empty sheet before the table", lambda: book_of(sheets={"Sheet1": [], "Extract": table_of(10)}),
         sound(), mapping=XLSX),
    Case(31, "a hidden sheet beside the one named",
         lambda: book_of(sheets={"Extract": table_of(10), "Archive": table_of(3)}, edit=_hide_second),
         sound(SHEET_HIDDEN=1), mapping=SHEET, also=says("SHEET_HIDDEN", "'Archive' 4 rows not loaded")),
    Case(31, "a hidden sheet and none named",
         lambda: book_of(sheets={"Extract": table_of(10), "Archive": table_of(3)}, edit=_very_hide_second),
         Expected("held", {"SHEET_HIDDEN": 1}, done={"SHEET_HIDDEN": "hold"}, counts=(0, 0, 0, 0)), mapping=XLSX),
    Case(31, "a hidden sheet without rows", lambda: book_of(sheets={"Extract": table_of(10), "Lists": []}, edit=_hide_second),
         sound(), mapping=XLSX),
    Case(32, "hidden rows", lambda: book_of(edit=_hide_rows), sound(HIDDEN_ROWS_INCLUDED=1), mapping=SHEET,
         also=says("HIDDEN_ROWS_INCLUDED", "3 rows")),
    *(
        Case(33, f"a dimension that lies {what}",
             lambda told=told: with_parts(book_of(100), {"xl/worksheets/sheet1.xml": lambda xml: re.sub(
                 rb'<dimension ref="[^"]*"/>', b'<dimension ref="%s"/>' % told, xml)}),
             Expected("loaded", {}, counts=(100, 100, 0, 1)), mapping=SHEET)
        for what, told in (("low", b"A1:B2"), ("high", b"A1:XFD1048576"))
    ),
    Case(34, "a formula never calculated", lambda: _unfinished(book_of(), b"P5", b"<f>1+1</f>"),
         Expected("loaded", {"FORMULA_NO_VALUE": 1}, counts=(10, 9, 1, 1)), mapping=SHEET,
         also=says("FORMULA_NO_VALUE", "P5")),
    Case(34, "an empty value", lambda: _unfinished(book_of(), b"P5", b"<f>1+1</f><v></v>"),
         Expected("loaded", {"FORMULA_NO_VALUE": 1}, counts=(10, 9, 1, 1)), mapping=SHEET),
    Case(34, "a formula in a column nobody reads",
         lambda: _unfinished(book_of(sheets={"Extract": [[*line, "x"] for line in table_of(10)]}), b"S5", b"<f>1+1</f>"),
         sound(COLUMN_UNEXPECTED=1), mapping=SHEET),
    Case(35, "formulas with values", lambda: book_of(edit=_formula_salaries), sound(FORMULA_VALUE_USED=1), mapping=SHEET,
         also=says("FORMULA_VALUE_USED", "10 cells, the first P2")),
    Case(36, "error cells", lambda: book_of(edit=_errors), sound(CELL_ERROR=3), mapping=SHEET),
    Case(36, "error cells in text", lambda: csv_of([row(1, Hours="#N/A"), row(2, Hours="#######"), row(3)]),
         Expected("loaded", {"CELL_ERROR": 2}, counts=(3, 3, 0, 1))),
    Case(37, "cells merged down", lambda: book_of(edit=_merged("B10:B11")),
         Expected("loaded", {"MERGED_CELLS": 2}, counts=(10, 8, 2, 1)), mapping=SHEET,
         also=details("MERGED_CELLS", "B10:B11", "B10:B11")),
    Case(37, "cells merged across", lambda: book_of(edit=_merged("B3:D3")),
         Expected("loaded", {"MERGED_CELLS": 1}, counts=(10, 9, 1, 1)), mapping=SHEET),
    Case(37, "a merged title", lambda: book_of(sheets={"Extract": [["Payroll"], *table_of(10)]}, edit=_merged("A1:E1")),
         sound(2, PREAMBLE_SKIPPED=1), mapping=SHEET),
    Case(38, "three rows above the headings",
         lambda: book_of(sheets={"Extract": [["Northshire"], ["Payroll"], [], *table_of(10)]}),
         sound(4, PREAMBLE_SKIPPED=1), mapping=SHEET, also=says("PREAMBLE_SKIPPED", "3 rows")),
    Case(38, "twenty rows above the headings", lambda: book_of(sheets={"Extract": [["note"]] * 20 + table_of(10)}),
         sound(21, PREAMBLE_SKIPPED=1), mapping=SHEET),
    Case(38, "twenty-one rows above the headings",
         lambda: book_of(sheets={"Extract": [["note", *("x" * 17)]] * 21 + table_of(10)}),
         Expected("refused", {"COLUMN_MISSING": len(HEADINGS)}, counts=(31, 0, 31, 1)),
         mapping=SHEET),
    Case(39, "a blank row in the table", lambda: book_of(sheets={"Extract": _with_gap(6)}), held("TABLE_SPLIT", 10, 2),
         mapping=SHEET, also=says("TABLE_SPLIT", "rows go on at row 8")),
    Case(39, "a blank column in the table", lambda: book_of(sheets={"Extract": _with_blank_column(4)}),
         held("TABLE_SPLIT", 10, 1), mapping=SHEET, also=says("TABLE_SPLIT", "columns go on at column F")),
    Case(39, "a blank row that the mapping allows", lambda: book_of(sheets={"Extract": _with_gap(6)}), sound(2),
         mapping=SHEET.replace("sheet =", 'gaps = "skip"\nsheet =')),
    Case(39, "blank rows after the table", lambda: book_of(sheets={"Extract": [*table_of(10), [], [" "]]}), sound(3),
         mapping=SHEET),
    *(
        Case(40, f"a document type in {name.rpartition('/')[2]}", _xxe(name), refused("XML_DTD_FORBIDDEN"), mapping=SHEET)
        for name in ("xl/sharedStrings.xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml", "docProps/app.xml",
                     "_rels/.rels", "xl/styles.xml", "customXml/item1.xml")
    ),
    Case(40, "entities that grow", lambda: with_parts(book_of(), {"xl/sharedStrings.xml": laughs}),
         refused("XML_DTD_FORBIDDEN"), mapping=SHEET),
    Case(40, "a document type in UTF-16",
         lambda: with_parts(book_of(), {"xl/sharedStrings.xml": lambda xml: laughs(xml).decode().encode("utf-16")}),
         refused("FILE_UNREADABLE"), mapping=SHEET),
    Case(40, "macros", lambda: with_parts(book_of(), {"xl/vbaProject.bin": lambda _: b"x"}), refused("MACROS_FORBIDDEN"),
         file="payroll.xlsm", mapping=SHEET),
    Case(40, "macros by content type",
         lambda: with_parts(book_of(), {"[Content_Types].xml": lambda xml: xml.replace(
             b"spreadsheetml.sheet.main", b"ms-excel.sheet.macroEnabled.main", 1)}),
         refused("MACROS_FORBIDDEN"), mapping=SHEET),
    Case(40, "links to other files",
         lambda: with_parts(book_of(), {"xl/externalLinks/externalLink1.xml": lambda _: b"<externalLink/>"}),
         refused("EXTERNAL_LINKS_FORBIDDEN"), mapping=SHEET),
    Case(41, "days counted from 1904", lambda: book_of(options={"date_1904": True}, edit=_dated(dt.date(1984, 1, 2))),
         sound(DATE_SYSTEM_1904=1), mapping=SHEET, also=_born(dt.date(1984, 1, 2))),
    Case(41, "day 29221 counted from 1904", lambda: book_of(options={"date_1904": True}, edit=_dated(29221)),
         sound(DATE_SYSTEM_1904=1), mapping=SHEET, also=_born(dt.date(1984, 1, 2))),
    Case(41, "day 29221 counted from 1900", lambda: book_of(edit=_dated(29221)), sound(), mapping=SHEET,
         also=_born(dt.date(1980, 1, 1))),
    Case(42, "numbers stored as text", book_of, sound(), mapping=SHEET, also=_numbers_as_text),
    Case(42, "numbers among texts", lambda: book_of(edit=_numbers), sound(), mapping=SHEET, also=_numbers_as_text),
]  # fmt: skip

BOMBS = [
    # T09 and T10: the numbers of these are kept with the case they belong to.
    *(
        Case(27, f"a cell at {place.decode()}", far(place), refused("WORKBOOK_TOO_LARGE"), mapping=SHEET)
        for place in (b"XFD1048576", b"OK3", b"A1048577", b"OJ1048576")
    ),
    Case(27, "a cell at OJ12", far(b"OJ12"), Expected("held", {"TABLE_SPLIT": 1}, counts=(11, 0, 11, 1)), mapping=SHEET),
    Case(27, "a cell outside its row",
         lambda: in_sheet(book_of(), b'<c r="A2"', b'<c r="A1048576"'), refused("WORKBOOK_TOO_LARGE"), mapping=SHEET),
    Case(27, "millions of texts",
         lambda: with_parts(book_of(), {"xl/sharedStrings.xml": lambda xml: xml.replace(
             b"</sst>", b"<si><t>x</t></si>" * 2_000_000 + b"</sst>")}),
         refused("CONTAINER_TOO_LARGE"), mapping=SHEET),
    Case(27, "hundreds of thousands of formats",
         lambda: with_parts(book_of(), {"xl/styles.xml": lambda xml: xml.replace(
             b"</cellXfs>", b"<xf/>" * 200_001 + b"</cellXfs>")}),
         refused("WORKBOOK_TOO_LARGE"), mapping=SHEET),
]  # fmt: skip

CASES = [*WORKBOOKS, *BOMBS]
