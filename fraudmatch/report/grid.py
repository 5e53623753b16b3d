"""A worksheet that takes the rows of a table as whole columns: the bytes of the library, several times sooner.

XlsxWriter keeps and writes cell by cell, each with checks and attributes of its own. Of a table all cells of
a column are alike, so here a column is kept as texts and a row is joined from them when the file is written.
What is written is what `write_string`, `write_number` and `write_datetime` would have led to, byte for byte;
`tests/unit/report/test_report_grid.py` holds both to it. This rests on the library's inner names, which is
why pyproject.toml bounds its version.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

_ROWS_OF_A_SPAN = 16  # the library states the columns in use for every sixteen rows
_ROWS_AT_ONCE = 4096  # rows joined before they are written, so that memory stays small


@dataclass(frozen=True)
class _Strand:
    """Cells of one column and one format, downwards; a date column with days before 1900 makes two.

    Attributes:
        kind: ` t="s"` for numbers of shared strings, "" for numbers.
        cells: as they stand in the file; None leaves a cell empty.
        first / last: rows of the first and the last cell that is not empty, from 0.
    """

    column: int
    format: Any
    kind: str
    cells: Sequence[object | None]
    first: int
    last: int


class Grid(Worksheet):  # type: ignore[misc]  # the library ships no types
    """A worksheet with one table, which stands below every cell that is written singly."""

    row_spans: dict[int, str]
    dim_rowmax: int

    def __init__(self) -> None:
        super().__init__()
        self._top = -1
        self._strands: list[_Strand] = []

    def strings_down(self, row: int, column: int, texts: Sequence[str | None], form: Any) -> int:
        """Text cells downwards from `row`; the answer is that of `write_string` (0: all is well)."""
        index = self.str_table._get_shared_string_index
        return self._down(
            row, column, [None if text is None else index(text) for text in texts], form, ' t="s"'
        )

    def numbers_down(self, row: int, column: int, numbers: Sequence[float | None], form: Any) -> int:
        """Number cells downwards from `row`; the answer is that of `write_number`."""
        return self._down(row, column, _each_once(numbers, lambda number: f"{number:.16G}"), form, "")

    def dates_down(self, row: int, column: int, days: Sequence[Any], form: Any) -> int:
        """Date cells downwards from `row`, none before 1900; the answer is that of `write_datetime`."""
        cells = _each_once(days, lambda day: f"{self._convert_date_time(day):.16G}")
        return self._down(row, column, cells, form, "")

    def _down(self, row: int, column: int, cells: Sequence[object | None], form: Any, kind: str) -> int:
        if self._top not in (-1, row):
            raise ValueError(f"the table of the sheet begins in row {self._top}, not in row {row}")
        self._top = row
        filled = [place for place, cell in enumerate(cells) if cell is not None]
        if not filled:
            return 0
        first, last = row + filled[0], row + filled[-1]
        self._strands.append(_Strand(column, form, kind, cells, first, last))
        return int(self._check_dimensions(first, column) or self._check_dimensions(last, column))

    def _calculate_spans(self) -> None:
        super()._calculate_spans()
        spans: dict[int, tuple[int, int]] = {}
        for number, text in self.row_spans.items():
            first, last = text.split(":")
            spans[number] = int(first), int(last)
        for strand in self._strands:
            for number in self._spans_of(strand):
                low, high = spans.get(number, (strand.column + 1, strand.column + 1))
                spans[number] = min(low, strand.column + 1), max(high, strand.column + 1)
        self.row_spans = {number: f"{low}:{high}" for number, (low, high) in spans.items()}

    def _spans_of(self, strand: _Strand) -> set[int]:
        cells = strand.cells
        if None not in cells:
            return set(range(strand.first // _ROWS_OF_A_SPAN, strand.last // _ROWS_OF_A_SPAN + 1))
        return {
            row // _ROWS_OF_A_SPAN for row, cell in enumerate(cells, self._top) if cell is not None
        }  # fmt: skip

    def _write_rows(self) -> None:
        if not self._strands:
            super()._write_rows()
            return
        last, self.dim_rowmax = self.dim_rowmax, self._top - 1
        super()._write_rows()
        self.dim_rowmax = last
        # The library numbers formats when it first meets them, row by row.
        for strand in sorted(self._strands, key=lambda strand: (strand.first, strand.column)):
            strand.format._get_xf_index()
        self._strands.sort(key=lambda strand: strand.column)
        for begin in range(self._top, last + 1, _ROWS_AT_ONCE):
            self.fh.write("".join(self._rows(begin, min(begin + _ROWS_AT_ONCE, last + 1))))

    def _rows(self, begin: int, end: int) -> Iterator[str]:
        """The rows begin..end (without the last) as they stand in the file."""
        columns = [self._cells(strand, begin, end) for strand in self._strands]
        for row, cells in enumerate(zip(*columns, strict=True), begin):
            joined = "".join(cells)
            if joined:
                span = self.row_spans[row // _ROWS_OF_A_SPAN]
                yield f'<row r="{row + 1}" spans="{span}">{joined}</row>'

    def _cells(self, strand: _Strand, begin: int, end: int) -> list[str]:
        before = f'<c r="{xl_col_to_name(strand.column)}'
        after = f'" s="{strand.format._get_xf_index()}"{strand.kind}><v>'
        part = strand.cells[begin - self._top : end - self._top]
        return [
            "" if cell is None else f"{before}{row}{after}{cell}</v></c>"
            for row, cell in enumerate(part, begin + 1)
        ]


def _each_once(values: Sequence[Any], written: Callable[[Any], str]) -> list[str | None]:
    """Every value as it is written, None as it is; most values of a column recur."""
    known = {value: None if value is None else written(value) for value in set(values)}
    return [known[value] for value in values]
