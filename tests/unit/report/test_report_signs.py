"""A credit stays a negative number on every way out (case 160 of the reliability brief)."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pyarrow as pa
import xlsxwriter

from fraudmatch.report.csvs import write_csv
from fraudmatch.report.disclosure import Column
from fraudmatch.report.grid import Grid
from fraudmatch.report.sheet import Sheet, add_formats
from fraudmatch.report.workbook import OPTIONS

PENCE = [-500, -1, 0, 123456, None]


def test_negative_pence_in_csv(tmp_path: Path) -> None:
    column = Column("gross", "Gross (£)", "pence", "value", True)
    write_csv(tmp_path / "a.csv", [column], pa.table({"gross": pa.array(PENCE, pa.int64())}))
    lines = (tmp_path / "a.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[1:] == ["-5.00", "-0.01", "0.00", "1234.56", ""]


def test_negative_pence_in_a_workbook(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx", OPTIONS)
    Sheet(book.add_worksheet("A", Grid), add_formats(book)).cells(0, 0, "pence", PENCE)
    book.close()
    cells = openpyxl.load_workbook(tmp_path / "a.xlsx")["A"]
    assert [cells.cell(row, 1).value for row in range(1, 6)] == [-5, -0.01, 0, 1234.56, None]
