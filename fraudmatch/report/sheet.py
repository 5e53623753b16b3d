"""Writing cells: formats, and a sheet that refuses to lose anything silently.

XlsxWriter answers a cell it cannot hold with a negative number and nothing else (measured in the
reliability notes, M5), so every answer is looked at here and nowhere else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fraudmatch.errors import RunError
from fraudmatch.report.clean import clean_text, fit_cell
from fraudmatch.report.marks import FILLS, Shades

#: Formats by name, as XlsxWriter spells them. Text is quote-prefixed, so that a person who
#: edits a cell that starts with = does not bring a formula to life.
FORMATS: dict[str, dict[str, object]] = {
    "text": {"text_wrap": True, "valign": "top", "quote_prefix": True, "num_format": "@"},
    "integer": {"valign": "top", "num_format": "0"},
    "count": {"valign": "top", "num_format": "#,##0"},
    "pence": {"valign": "top", "num_format": "£#,##0.00;[Red]-£#,##0.00"},
    "hundredths": {"valign": "top", "num_format": "#,##0.00"},
    "date": {"valign": "top", "align": "left", "num_format": "dd/mm/yyyy"},
    "title": {"bold": True, "font_size": 15, "font_color": "#12324A", "valign": "vcenter"},
    "label": {"bold": True, "valign": "top", "font_color": "#12324A"},
    "note": {"italic": True, "text_wrap": True, "valign": "top", "quote_prefix": True},
    "strong": {"bold": True, "text_wrap": True, "valign": "top", "quote_prefix": True},
    "heading_flag": {"bg_color": "#12324A"},
    "heading_own": {"bg_color": "#1B5E4A"},
    "heading_other": {"bg_color": "#6A3D1A"},
    "heading_evidence": {"bg_color": "#4A3B6B"},
    "heading_value": {"bg_color": "#7A1F3D"},
    "heading_trace": {"bg_color": "#4D4D4D"},
    "heading_answer": {"bg_color": "#0B5394"},
}
FORMATS |= {
    f"{kind}_{shade}": FORMATS[kind] | {"bg_color": fill}
    for kind in ("text", "date")
    for shade, fill in FILLS.items()
}
_HEADING = {"bold": True, "font_color": "#FFFFFF", "text_wrap": True, "valign": "vcenter", "border": 1}

_LINE_POINTS = 15.5
_MOST_POINTS = 409  # Excel's limit for the height of a row

# The first day a spreadsheet knows; earlier ones are written as text.
_FIRST_DAY = dt.date(1900, 1, 1)


def add_formats(book: Any) -> dict[str, Any]:
    """The formats of `FORMATS`, made in `book`, in a fixed order."""
    return {
        name: book.add_format({**(_HEADING if name.startswith("heading_") else {}), **properties})
        for name, properties in FORMATS.items()
    }


@dataclass
class Sheet:
    """A worksheet with checked writing.

    Attributes:
        cut: cells whose text was longer than a cell holds; each carries a mark.
    """

    worksheet: Any
    formats: dict[str, Any]
    cut: int = 0

    def text(self, row: int, column: int, text: str, style: str = "text") -> None:
        """A text cell, never a formula, number or link; cleaned, and cut with a mark if too long."""
        fitted, was_cut = fit_cell(clean_text(text))
        self.cut += was_cut
        self._sure(self.worksheet.write_string(row, column, fitted, self.formats[style]), row, column)

    def number(self, row: int, column: int, number: float, style: str = "integer") -> None:
        """A number cell."""
        self._sure(self.worksheet.write_number(row, column, number, self.formats[style]), row, column)

    def date(self, row: int, column: int, day: dt.date) -> None:
        """A date cell; a day before 1900, which no spreadsheet knows, as ISO text."""
        if day < _FIRST_DAY:
            self.text(row, column, day.isoformat())
            return
        self._sure(self.worksheet.write_datetime(row, column, day, self.formats["date"]), row, column)

    def wide(
        self, row: int, first: int, last: int, text: str, style: str, characters: int, level: int = 0
    ) -> None:
        """Text over the columns first..last, in a row high enough for lines of `characters`.

        Rows of `level` 1 form an outline that the reader may fold away.
        """
        fitted, was_cut = fit_cell(clean_text(text))
        self.cut += was_cut
        if last > first:
            # merge_range answers with the outcome of its first write
            self._sure(self.worksheet.merge_range(row, first, row, last, "", self.formats[style]), row, first)
        self._sure(self.worksheet.write_string(row, first, fitted, self.formats[style]), row, first)
        lines = max(-(-len(fitted) // characters), 1)
        height = min(lines * _LINE_POINTS, _MOST_POINTS)
        self._sure(self.worksheet.set_row(row, height, None, {"level": level}), row, first)

    def shaded(self, first_row: int, column: int, kind: str, values: Sequence[Any], shades: Shades) -> None:
        """A column of texts or dates as `cells` writes it, each with the fill its shade names."""
        for shade in dict.fromkeys([None, *shades]):
            part = [value if each == shade else None for value, each in zip(values, shades, strict=True)]
            self.cells(first_row, column, kind, part, f"_{shade}" if shade else "")

    def cells(self, first_row: int, column: int, kind: str, values: Sequence[Any], shade: str = "") -> None:
        """One column of cells downwards from `first_row`, the same for all columns of a sheet, which must be a
        `grid.Grid`; None leaves a cell empty, and nothing is written below.

        `kind` is a kind of `disclosure.Column`; pence and hundredths are divided by 100 here, at
        the very end, and nowhere before.
        """
        if kind == "text":
            answer = self._texts(first_row, column, values, shade)
        elif kind == "date":
            answer = self._dates(first_row, column, values, shade)
        else:
            whole = kind == "integer"
            numbers = values if whole else [None if value is None else value / 100 for value in values]
            answer = self.worksheet.numbers_down(first_row, column, numbers, self.formats[kind])
        self._sure(answer, first_row, column)

    def _texts(self, first_row: int, column: int, values: Sequence[str | None], shade: str) -> int:
        fitted = {value: fit_cell(clean_text(value)) for value in set(values) if value is not None}
        cut = {value for value, (_, was_cut) in fitted.items() if was_cut}
        self.cut += sum(value in cut for value in values) if cut else 0
        texts = [None if value is None else fitted[value][0] for value in values]
        return int(self.worksheet.strings_down(first_row, column, texts, self.formats["text" + shade]))

    def _dates(self, first_row: int, column: int, values: Sequence[dt.date | None], shade: str) -> int:
        early = [day is not None and day < _FIRST_DAY for day in values]
        days = [None if is_early else day for day, is_early in zip(values, early, strict=True)]
        answer = int(self.worksheet.dates_down(first_row, column, days, self.formats["date" + shade]))
        if not any(early):
            return answer
        texts = [
            day.isoformat() if day is not None and is_early else None
            for day, is_early in zip(values, early, strict=True)
        ]
        return answer or self._texts(first_row, column, texts, shade)

    def widths(self, widths: Sequence[int]) -> None:
        """Column widths in characters, from the first column on."""
        for column, width in enumerate(widths):
            self._sure(self.worksheet.set_column(column, column, width), 0, column)

    def as_text(self, column: int, width: int = 30) -> None:
        """Make a column one in which whatever is typed stays text."""
        self._sure(self.worksheet.set_column(column, column, width, self.formats["text"]), 0, column)

    def _sure(self, answer: int | None, row: int, column: int) -> None:
        if answer:
            raise RunError(
                f"Sheet {self.worksheet.get_name()}: the cell in row {row + 1}, column {column + 1} "
                f"was not written (XlsxWriter answers {answer}).",
                remedy="Report this; the workbook would have been incomplete.",
            )
