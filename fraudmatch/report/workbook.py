"""One partner's workbook: a summary sheet, then one sheet per rule, best flags first."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from fraudmatch.errors import ConservationError
from fraudmatch.report.answers import HOW_TO_ANSWER, ask, before_answers, with_answers
from fraudmatch.report.disclosure import Column, Exceptions
from fraudmatch.report.inputs import ReportInput
from fraudmatch.report.marks import HOW_MARKED, Shades, shades_of
from fraudmatch.report.sheet import Sheet, add_formats
from fraudmatch.report.summary_sheet import write_summary
from fraudmatch.report.words import NOT_A_FINDING, counted, numbers_in_words, relation_label
from fraudmatch.schemas import RuleText
from fraudmatch.site import Partner

#: Flags on one sheet; more go to a further sheet. Excel's limit is 1,048,576 rows.
ROWS_PER_SHEET = 1_000_000

# Strings stay strings whatever they look like; nothing is written to the system's temporary
# folder, where personal data must never lie.
OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}
_FIXED_WIDTHS = {"integer": 9, "hundredths": 12, "pence": 13, "date": 12}
_LABEL_COLUMNS = 3  # the explanations' labels stand over rank, priority and points
_TEXT_WIDTH = 130  # characters over which an explanation runs before it breaks
_PAPER_A3 = 8


@dataclass(frozen=True)
class Page:
    """The part of one rule's flags, or of the members of its groups, that stands on one sheet.

    Attributes:
        shades: column key -> the shade of each of its cells, of those that have any.
    """

    name: str
    rule: RuleText
    columns: tuple[Column, ...]
    table: pa.Table
    number: int
    pages: int
    of: str = "flag"
    shades: Mapping[str, Shades] = field(default_factory=dict)


def write_workbook(
    path: Path,
    partner: Partner,
    night: ReportInput,
    all_exceptions: Sequence[Exceptions],
    rows_per_sheet: int = ROWS_PER_SHEET,
) -> None:
    """Write the workbook of `partner`.

    The same input gives the same bytes: the creation date is the as-at date.

    Args:
        all_exceptions: one per rule with flags, in the order of rule ids.
        rows_per_sheet: flags on one sheet at most.

    Raises:
        RunError: a cell could not be written.
        ConservationError: the file, read back, does not hold every flag.
    """
    import xlsxwriter

    shown = night.fields_shown
    pages = [page for exceptions in all_exceptions for page in pages_of(exceptions, shown, rows_per_sheet)]
    book = xlsxwriter.Workbook(path, OPTIONS)
    book.set_properties(_properties(partner, night))
    formats = add_formats(book)
    summary = Sheet(book.add_worksheet("Summary"), formats)
    sheets = [_write_page(book, formats, partner, night, page) for page in pages]
    names: dict[str, list[str]] = {}
    for page in pages:
        names.setdefault(page.rule.id, []).append(page.name)
    flagged = [exceptions for exceptions in all_exceptions if exceptions.of == "flag"]
    chart = book.add_chart({"type": "bar"}) if flagged else None
    write_summary(summary, partner, night, flagged, names, sum(sheet.cut for sheet in sheets), chart)
    print_setup(summary.worksheet, partner.name, night)
    book.close()
    _check_rows(path, pages)


def pages_of(
    exceptions: Exceptions, fields: Sequence[str], rows_per_sheet: int = ROWS_PER_SHEET
) -> Iterator[Page]:
    """The sheets of one rule, without the optional columns that hold nothing; `fields` are those reports show."""
    table = exceptions.table
    kept = tuple(c for c in exceptions.columns if not (c.optional and table[c.key].null_count == len(table)))
    pages = max(-(-len(table) // rows_per_sheet), 1)
    for number in range(pages):
        name = sheet_name(exceptions.name, number)
        part = table.slice(number * rows_per_sheet, rows_per_sheet)
        columns = with_answers(kept) if exceptions.of == "flag" else kept
        shades = shades_of(columns, part, fields) if exceptions.of == "flag" else {}
        yield Page(name, exceptions.rule, columns, part, number + 1, pages, exceptions.of, shades)


def sheet_name(name: str, number: int) -> str:
    """Name of a sheet, at most 31 characters: "FM-CT-001", "FM-CT-001 (2)", "FM-CT-090 members"."""
    suffix = f" ({number + 1})" if number else ""
    return name[: 31 - len(suffix)] + suffix


def _properties(partner: Partner, night: ReportInput) -> dict[str, object]:
    return {
        "title": f"Exceptions for {partner.name}",
        "subject": f"{night.site_name}, as at {night.as_at.isoformat()}, run {night.run_id}",
        "author": "fraudmatch",
        "comments": NOT_A_FINDING,
        "created": dt.datetime(night.as_at.year, night.as_at.month, night.as_at.day),
    }


def _write_page(
    book: Any, formats: dict[str, Any], partner: Partner, night: ReportInput, page: Page
) -> Sheet:
    from fraudmatch.report.grid import Grid

    sheet = Sheet(book.add_worksheet(page.name, Grid), formats)
    columns = [_values(page, column) for column in page.columns]
    widths = [_width(column, values) for column, values in zip(page.columns, columns, strict=True)]
    sheet.widths(widths)
    heading_row = _write_header(sheet, page, _last_text_column(widths))
    for position, (column, values) in enumerate(zip(page.columns, columns, strict=True)):
        sheet.text(heading_row, position, column.heading, f"heading_{column.block}")
        shades = page.shades.get(column.key)
        if shades is None:
            sheet.cells(heading_row + 1, position, column.kind, values)
        else:
            sheet.shaded(heading_row + 1, position, column.kind, values, shades)
    last = heading_row + len(page.table)
    worksheet = sheet.worksheet
    ask(sheet, {column.key: place for place, column in enumerate(page.columns)}, heading_row + 1, last)
    worksheet.set_row(heading_row, 32)
    worksheet.outline_settings(visible=True, symbols_below=False, symbols_right=True, auto_style=False)
    worksheet.autofilter(heading_row, 0, last, len(page.columns) - 1)
    worksheet.freeze_panes(heading_row + 1, 1)
    worksheet.repeat_rows(heading_row)
    worksheet.repeat_columns(0)
    print_setup(worksheet, partner.name, night)
    return sheet


def _values(page: Page, column: Column) -> list[Any]:
    """Cells of one column; those to fill in are empty."""
    if column.block != "answer":
        return page.table[column.key].to_pylist()  # type: ignore[no-any-return]
    return before_answers(column, page.table["made_from"].to_pylist())


def _write_header(sheet: Sheet, page: Page, last: int) -> int:
    """Title and explanations above the table; returns the row of the column headings.

    The explanations form an outline that the reader may fold away; they are never hidden.
    """
    rule = page.rule
    sheet.text(0, 0, f"{rule.id} · {rule.title}", "title")
    sheet.worksheet.set_row(0, 24)
    row = 1
    for label, text in _explanations(page):
        sheet.text(row, 0, label, "label")
        sheet.wide(row, _LABEL_COLUMNS, last, text, "text", _TEXT_WIDTH, level=1)
        row += 1
    return row


def _explanations(page: Page) -> Iterator[tuple[str, str]]:
    rule = page.rule
    yield "What a flag is", NOT_A_FINDING
    yield "Looks for", rule.description
    yield "May be innocent", " · ".join(rule.innocent_explanations) or "none listed"
    yield "Next step", rule.next_step
    yield "Send back", HOW_TO_ANSWER
    if page.shades:
        yield "Colours", HOW_MARKED
    yield "Law", "; ".join(title for title, _ in rule.legal_basis) or "none listed"
    if rule.numbers:
        yield "Numbers", numbers_in_words(rule.numbers)
    part = f", sheet {page.number} of {page.pages}" if page.pages > 1 else ""
    trial = " This rule is on trial: tell its owner what you find." if rule.status == "trial" else ""
    about = (
        f"Brought together by: {relation_label(rule.relation, rule.grouped_by)}. Rule version {rule.version}."
    )
    yield "This sheet", f"{counted(len(page.table), page.of)}{part}, {_order(page)}. {about}{trial}"


def _order(page: Page) -> str:
    if page.of == "member":
        return f"your records in the groups of sheet {page.rule.id}, by the rank of the flag"
    return (
        f"best first; your records in each group are on sheet {page.rule.id} members"
        if page.rule.grouped_by
        else "best first"
    )


def _last_text_column(widths: Sequence[int]) -> int:
    """The column up to which explanations run, so that they are about `_TEXT_WIDTH` wide."""
    total = 0
    for position in range(_LABEL_COLUMNS, len(widths)):
        total += widths[position]
        if total >= _TEXT_WIDTH:
            return position
    return len(widths) - 1


def _width(column: Column, values: Sequence[Any]) -> int:
    """Width in characters: fixed by kind, or for text by its longest value, within limits."""
    if column.kind != "text":
        return max(_FIXED_WIDTHS[column.kind], min(len(column.heading), 12) + 2)
    longest = max((len(text) for text in values if text is not None), default=0)
    return int(min(max(longest + 2, min(len(column.heading), 14) + 2, 12), 42))


def print_setup(worksheet: Any, title: str, night: ReportInput) -> None:
    """Landscape A3, two pages wide, with a footer that says what a flag is."""
    worksheet.set_landscape()
    worksheet.set_paper(_PAPER_A3)
    worksheet.fit_to_pages(2, 0)  # one page wide would be too small to read
    worksheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.7)
    left = f"{title[:80]}, as at {night.as_at.isoformat()}".replace("&", "&&")
    worksheet.set_footer(f"&L{left}&CA flag is not a finding&RPage &P of &N")


def _check_rows(path: Path, pages: Sequence[Page]) -> None:
    """Count the rows in the written file: headings and explanations, then one per flag."""
    with zipfile.ZipFile(path) as archive:
        for position, page in enumerate(pages, 2):  # sheet 1 is the summary
            written = archive.read(f"xl/worksheets/sheet{position}.xml").count(b"<row ")
            above = 2 + sum(1 for _ in _explanations(page))
            if written != above + len(page.table):
                raise ConservationError(f"{path}: sheet {page.name} does not hold {len(page.table)} flags.")
