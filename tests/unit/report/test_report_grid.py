"""Columns written whole give the bytes that the library writes cell by cell."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fraudmatch.errors import RunError
from fraudmatch.report.grid import Grid
from fraudmatch.report.sheet import Sheet, add_formats
from fraudmatch.report.workbook import OPTIONS

KINDS = ("text", "integer", "pence", "hundredths", "date")
_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": st.sampled_from(["", " a ", "=1+1", "<b> & \"c\"", "Ünïcode 🦊", "_x0041_", "a\nb", "FM-CT-001"]),
    "integer": st.integers(-(10**17), 10**17),
    "pence": st.integers(-(10**12), 10**12),
    "hundredths": st.integers(0, 10_000),
    "date": st.dates(dt.date(1880, 1, 1), dt.date(2100, 1, 1)),
}  # fmt: skip
_number = itertools.count()


@st.composite
def tables(draw: st.DrawFn) -> list[tuple[str, list[Any]]]:
    rows = draw(st.integers(0, 40))
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=6))
    cell = {kind: st.one_of(st.none(), values) for kind, values in _VALUES.items()}
    return [(kind, draw(st.lists(cell[kind], min_size=rows, max_size=rows))) for kind in kinds]


def cell_by_cell(sheet: Sheet, first_row: int, column: int, kind: str, values: list[Any]) -> None:
    """What `Sheet.cells` stands for, with the calls that the library documents."""
    for row, value in enumerate(values, first_row):
        if value is None:
            continue
        if kind == "text":
            sheet.text(row, column, value)
        elif kind == "date":
            sheet.date(row, column, value)
        else:
            sheet.number(row, column, value if kind == "integer" else value / 100, kind)


def write(path: Path, sheets: list[list[tuple[str, list[Any]]]], top: int, whole: bool) -> bytes:
    book = xlsxwriter.Workbook(path, OPTIONS)
    book.set_properties({"created": dt.datetime(2026, 3, 31)})
    formats = add_formats(book)
    for table in sheets:
        sheet = Sheet(book.add_worksheet(None, Grid) if whole else book.add_worksheet(), formats)
        for row in range(top - 1):
            sheet.wide(row, 1, 3, f"explanation {row}", "text", 100, level=1)
        for column, (kind, values) in enumerate(table):
            if top:
                sheet.text(top - 1, column, f"heading {column}", "heading_own")
            if whole:
                sheet.cells(top, column, kind, values)
            else:
                cell_by_cell(sheet, top, column, kind, values)
        sheet.worksheet.autofilter(max(top - 1, 0), 0, top + len(table[0][1]), len(table) - 1)
    book.close()
    return path.read_bytes()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sheets=st.lists(tables(), min_size=1, max_size=3), top=st.integers(1, 20))
def test_columns_give_the_bytes_of_cells(tmp_path: Path, sheets: list[Any], top: int) -> None:
    name = next(_number)
    whole, single = tmp_path / f"{name}_whole.xlsx", tmp_path / f"{name}_single.xlsx"
    assert write(whole, sheets, top, whole=True) == write(single, sheets, top, whole=False)


def test_many_rows(tmp_path: Path) -> None:
    """More rows than are joined at one time, with a column that is filled only now and then."""
    table = [
        ("integer", list(range(10_000))),
        ("text", [f"text {row % 700}" if row % 37 == 5 else None for row in range(10_000)]),
    ]
    whole = write(tmp_path / "whole.xlsx", [table], 3, whole=True)
    assert whole == write(tmp_path / "single.xlsx", [table], 3, whole=False)


def test_cut_cells_are_counted_as_often_as_they_stand(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "cut.xlsx", OPTIONS)
    sheet = Sheet(book.add_worksheet("cut", Grid), add_formats(book))
    sheet.cells(0, 0, "text", ["x" * 40_000, "short", "x" * 40_000, None])
    assert sheet.cut == 2
    book.close()


def test_a_table_beyond_the_last_row_is_refused(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "long.xlsx", OPTIONS)
    sheet = Sheet(book.add_worksheet("long", Grid), add_formats(book))
    with pytest.raises(RunError, match="was not written"):
        sheet.cells(1_048_575, 0, "integer", [1, 2])
    with pytest.raises(ValueError, match="begins in row"):
        sheet.cells(3, 1, "integer", [1])
    book.close()
