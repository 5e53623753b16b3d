"""The workbook of rows to correct: text cells alone, yellow where something is wrong, and a sheet that says how."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fraudmatch import corrections
from fraudmatch.errors import RunError
from fraudmatch.report.clean import fit_cell
from fraudmatch.report.sheet import Sheet, add_formats
from fraudmatch.report.to_correct_rows import Row, Rows
from fraudmatch.report.words import long_date

# Text wherever somebody may type: a spreadsheet would take zeros off references and turn dates about.
_OWN = {"num_format": "@", "valign": "top", "quote_prefix": True}
_WRONG = {**_OWN, "bg_color": "#FFE699"}
_WIDTHS = (12, 44, 44)
_LINE_WIDTH, _NO_LINE_WIDTH, _DELIVERY_WIDTH = 60, 17, 21
_LINE_POINTS, _MOST_POINTS = 15.5, 409
_LEAST, _MOST = 10, 40
# Characters that fit on a line of the columns that wrap, with room for wide letters.
_TEXT_WIDTHS = (40, 40, 54)
_PAPER_A3 = 8


def write_book(
    path: Path, rows: Rows, partner: str, about: tuple[str, dt.date, str], kept: Callable[[str], str]
) -> None:
    """Write the workbook; the same input gives the same bytes.

    Args:
        about: name of the exercise, its day and the run. kept: a text as a workbook can hold it.

    Raises:
        RunError: a cell could not be written.
    """
    import xlsxwriter

    from fraudmatch.report.workbook import OPTIONS

    book = xlsxwriter.Workbook(path, OPTIONS)
    created = dt.datetime.combine(about[1], dt.time())
    book.set_properties({"title": f"Rows to correct, {partner}", "created": created})
    formats = add_formats(book) | {"own": book.add_format(_OWN), "wrong": book.add_format(_WRONG)}
    _write_rows(book.add_worksheet(corrections.SHEET), formats, rows, kept)
    _write_how(Sheet(book.add_worksheet("How to correct"), formats), rows, partner, about)
    book.close()


def _write_rows(sheet: Any, formats: dict[str, Any], rows: Rows, kept: Callable[[str], str]) -> None:
    front = len(corrections.IN_FRONT)
    for column, heading in enumerate(rows.columns):
        ours = not front <= column < front + len(rows.headings)
        _put(sheet, 0, column, kept(heading), formats["heading_trace" if ours else "heading_own"])
    for number, row in enumerate(rows.rows, 1):
        _write_row(sheet, formats, number, row, kept)
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    for place, heading in enumerate(rows.headings):
        longest = max((len(row.cells[place]) for row in rows.rows), default=0)
        width = min(max(len(heading) + 2, longest + 2, _LEAST), _MOST)
        sheet.set_column(front + place, front + place, width, formats["own"])
    behind = front + len(rows.headings)
    lines = any(row.line for row in rows.rows)
    sheet.set_column(behind, behind, _LINE_WIDTH if lines else _NO_LINE_WIDTH)
    sheet.set_column(behind + 1, behind + 1, _DELIVERY_WIDTH)
    sheet.set_row(0, 32)
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.set_paper(_PAPER_A3)
    sheet.autofilter(0, 0, max(len(rows.rows), 1), len(rows.columns) - 1)


def _write_row(
    sheet: Any, formats: dict[str, Any], number: int, row: Row, kept: Callable[[str], str]
) -> None:
    front = len(corrections.IN_FRONT)
    lines = max(
        -(-len(text) // width)
        for text, width in zip((row.wrong, row.remedy, row.line), _TEXT_WIDTHS, strict=True)
    )
    sheet.set_row(number, min(max(lines, 1) * _LINE_POINTS, _MOST_POINTS))
    for column, text in enumerate((str(row.record), row.wrong, row.remedy)):
        _put(sheet, number, column, text, formats["text"])
    for place, cell in enumerate(row.cells):
        style = formats["wrong" if place in row.at_fault else "own"]
        if cell or place in row.at_fault:
            _put(sheet, number, front + place, fit_cell(kept(cell))[0], style)
    behind = front + len(row.cells)
    _put(sheet, number, behind, row.line, formats["text"])
    _put(sheet, number, behind + 1, row.delivery, formats["text"])


def _put(sheet: Any, row: int, column: int, text: str, style: Any) -> None:
    answer = (
        sheet.write_string(row, column, text, style) if text else sheet.write_blank(row, column, None, style)
    )
    if answer:
        raise RunError(
            f"Sheet {corrections.SHEET}: the cell in row {row + 1}, column {column + 1} was not written "
            f"(XlsxWriter answers {answer}).",
            remedy="Report this; the workbook would have been incomplete.",
        )


def _write_how(sheet: Sheet, rows: Rows, partner: str, about: tuple[str, dt.date, str]) -> None:
    """What to do with the file, in a few sentences."""
    site, day, run = about
    sheet.widths((100,))
    sheet.text(0, 0, f"Rows to correct of {rows.file}", "title")
    sheet.text(1, 0, f"{site}, as at {long_date(day)}, run {run}. For {partner} only.", "note")
    for number, text in enumerate(_HOW, 3):
        sheet.wide(number, 0, 0, text, "text", 96)


_HOW = (
    "These rows of your file were set aside: they are not in use. All other rows of it were dealt with as usual.",
    "Correct the yellow cells. A row that is blank could not be cut into cells: fill it from the line as it came, or "
    "from the record of your own file that its number names.",
    "Leave the columns that begin with fraudmatch as they are: they say which row of which file each row stands for. "
    "Take out rows that you cannot correct; they come back as long as they are wrong.",
    "Deliver the file under its name, into the folder your extracts go to. The extract may stay there, or be gone. The "
    "rows join the extract they were set aside from, and every one is loaded or comes back with what is wrong.",
    "Send the workbook or the CSV file, not both. A spreadsheet program that opens the CSV file takes zeros off "
    "numbers and turns dates about; it leaves this workbook as it is.",
    "When you correct your own system and send a new extract, you need not send this file.",
    "Cells of fields that are not agreed to be shared were never kept and are blank here. Leave them blank.",
)
