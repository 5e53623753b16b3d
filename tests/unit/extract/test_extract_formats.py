"""Fixed width, workbooks, Parquet, and the ways of filling a field."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from extract_views import brief, counts

from fraudmatch.extract import ExtractedFile, Mapping

Read = Callable[..., ExtractedFile]
MappingOf = Callable[..., Mapping]

FIELDS = """
[fields]
source_ref = "Ref"
surname = "Surname"
date_of_birth = "DOB"
charge_annual_pence = "Charge"
"""
XLSX = 'dataset = "council_tax"\n[file]\npattern = "*.xlsx"\nformat = "xlsx"\nsheet = "Extract"\n' + FIELDS
PARQUET = 'dataset = "council_tax"\n[file]\npattern = "*"\nformat = "parquet"\n' + FIELDS
FIXED = (
    """
dataset = "council_tax"
[file]
pattern = "*.txt"
format = "fixed_width"
date_formats = ["%d%m%Y"]
columns = { Ref = [1, 3], Surname = [4, 6], DOB = [10, 8], Charge = [18, 6] }
"""
    + FIELDS
)


def workbook(rows: list[list[Any]], sheet: str = "Extract", skip: int = 0) -> bytes:
    """A workbook with one sheet; a text that begins with = is a formula that fails."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    page = book.add_worksheet(sheet)
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for number, row in enumerate(rows, start=skip):
        for place, cell in enumerate(row):
            if isinstance(cell, dt.date):
                page.write_datetime(number, place, cell, day)
            elif isinstance(cell, str) and cell.startswith("="):
                page.write_formula(number, place, cell, None, "#N/A")
            else:
                page.write(number, place, cell)
    book.close()
    return stream.getvalue()


HEADER = ["Ref", "Surname", "DOB", "Charge"]


def test_workbook_cells_become_the_text_a_person_sees(read: Read, mapping_of: MappingOf) -> None:
    rows = [HEADER, [1001, "Testa", dt.date(1980, 1, 31), 1234.5], ["0012", "Testb", None, 7], [None] * 4,
            [3, "=NA()", "31/01/1980", 1]]  # fmt: skip
    file = read(workbook(rows), mapping_of(text=XLSX.replace("sheet =", 'gaps = "skip"\nsheet =')), "a.xlsx")
    found = {row["source_ref"]: row for row in file.received.to_pylist()}
    assert sorted(found) == ["0012", "1001", "3"]
    assert found["1001"]["date_of_birth"] == dt.date(1980, 1, 31)
    assert [found[ref]["charge_annual_pence"] for ref in ("1001", "0012")] == [123450, 700]
    assert [found[ref]["source_row"] for ref in ("1001", "0012", "3")] == [2, 3, 5]
    assert brief(file) == [
        ("DATE_INVALID", 5, "date_of_birth", "DOB"),
        ("CELL_ERROR", 5, "surname", "Surname"),
    ]
    assert counts(file) == (3, 3, 0, 2, "loaded")


def test_rows_above_the_headings(read: Read, mapping_of: MappingOf) -> None:
    text = XLSX.replace('sheet = "Extract"', 'sheet = "Extract"\nskip_rows = 3')
    file = read(workbook([HEADER, [1, "a", None, None]], skip=3), mapping_of(text=text), "a.xlsx")
    assert counts(file) == (1, 1, 0, 4, "loaded")
    assert file.received["source_row"].to_pylist() == [5]


@pytest.mark.parametrize(
    ("content", "reason", "said"),
    [
        (workbook([HEADER, [1]], sheet="Extracts"), "FILE_UNREADABLE", "Did you mean 'Extracts'?"),
        (b"not a workbook", "CONTENT_TYPE_MISMATCH", "declared xlsx, but it looks like text"),
        (b"PK\x03\x04rest", "CONTAINER_TRUNCATED", "directory"),
        (workbook([HEADER]), "FILE_NO_ROWS", ""),
        (workbook([]), "FILE_NO_ROWS", ""),
    ],
)
def test_workbooks_that_cannot_be_read(
    read: Read, mapping_of: MappingOf, content: bytes, reason: str, said: str
) -> None:
    file = read(content, mapping_of(text=XLSX), "a.xlsx")
    assert file.rejects["reason"].to_pylist() == [reason]
    assert said in (file.rejects["detail"][0].as_py() or "")
    assert file.refused


def test_a_workbook_whose_rows_the_parser_missed_is_refused(
    read: Read, mapping_of: MappingOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fraudmatch.extract.workbook as reader

    real = reader._rows
    monkeypatch.setattr(reader, "_rows", lambda content, name: real(content, name)[:-1])
    file = read(workbook([HEADER, [1, "a"], [2, "b"]]), mapping_of(text=XLSX), "a.xlsx")
    assert brief(file) == [("COUNT_MISMATCH", None, None, None)]


def test_parquet_types_become_text(read: Read, mapping_of: MappingOf) -> None:
    table = pa.table(
        {
            "Ref": pa.array([1001, 2]),
            "Surname": pa.array(["Testa", None]).dictionary_encode(),
            "DOB": pa.array([dt.datetime(1980, 1, 31), None], pa.timestamp("us")),
            "Charge": pa.array([12.1, 7.0]),
            "Extra": pa.array([True, False]),
        }
    )
    stream = io.BytesIO()
    pq.write_table(table, stream)
    file = read(stream.getvalue(), mapping_of(text=PARQUET), "a.parquet")
    rows = {row["source_ref"]: row for row in file.received.to_pylist()}
    assert rows["1001"]["date_of_birth"] == dt.date(1980, 1, 31)
    assert [rows[ref]["charge_annual_pence"] for ref in ("1001", "2")] == [1210, 700]
    assert rows["2"]["surname"] is None
    assert brief(file) == [("COLUMN_UNEXPECTED", None, None, "Extra")]
    assert counts(file) == (2, 2, 0, 0, "loaded")
    assert brief(read(stream.getvalue()[:-20], mapping_of(text=PARQUET))) == [
        ("FILE_UNREADABLE", None, None, None)
    ]


def test_fixed_width_counts_characters(read: Read, mapping_of: MappingOf) -> None:
    text = "001Siânnn310119800012.5\r\n002short\r\n\r\n003Testc 3113198000007.\r\n"
    file = read(text, mapping_of(text=FIXED), "a.txt")
    assert brief(file) == [
        ("RECORD_LENGTH", 2, None, None),
        ("DATE_INVALID", 4, "date_of_birth", "DOB"),
    ]
    assert counts(file) == (3, 2, 1, 1, "loaded")
    rows = file.received.to_pylist()
    assert [(row["source_ref"], row["surname"], row["charge_annual_pence"]) for row in rows] == [
        ("001", "Siânnn", 1250),
        ("003", "Testc", 700),
    ]
    filled = read(
        text, mapping_of(text=FIXED.replace("columns =", 'short_rows = "fill"\ncolumns =')), "a.txt"
    )
    assert counts(filled) == (3, 3, 0, 1, "loaded")


def test_ways_of_filling_a_field(read: Read, mapping_of: MappingOf) -> None:
    fields = """
forename = { column = ["First", "Forename"] }
address = { join = ["A1", "A2", "A3"], with = ", " }
second_date_of_birth = { day = "D", month = "M", year = "Y" }
liability_start = { column = "From", formats = ["%Y%m%d"] }
reduction_recipient = { column = "CTR", codes = { R = "true", "" = "false" } }
exemption_type = { constant = "none known" }
liability_end = { constant = "2026-04-01" }
vat_number = { column = "VAT", optional = true }
discount_annual_pence = { column = "Pence", money = "pence" }
"""
    header = "Ref,Surname,DOB,Disc,Forename,A1,A2,A3,D,M,Y,From,CTR,Pence\n"
    first = "1,Testa,NULL,,Ann, 1 High St ,,Town,31,1,1980,20200229,R,1234\n"
    second = "2,Testb,,,,,,,,,,,,\n"
    third = "3,Testc,,,,,,,31,,1980,,X,1.5\n"
    file = read(header + first + second + third, mapping_of(fields=fields))
    one, two, three = file.received.to_pylist()
    assert one["forename"] == "Ann"
    assert [row["address"] for row in (one, two)] == ["1 High St, Town", None]
    assert [row["second_date_of_birth"] for row in (one, two, three)] == [dt.date(1980, 1, 31), None, None]
    assert one["liability_start"] == dt.date(2020, 2, 29)
    assert [row["reduction_recipient"] for row in (one, two, three)] == [True, False, None]
    assert (one["exemption_type"], one["liability_end"]) == ("none known", dt.date(2026, 4, 1))
    assert (one["date_of_birth"], one["vat_number"], one["discount_type"]) == (None, None, "none")
    assert one["discount_annual_pence"] == 1234
    assert brief(file) == [
        ("NUMBER_INVALID", 4, "discount_annual_pence", "Pence"),
        ("CODE_UNKNOWN", 4, "reduction_recipient", "CTR"),
        ("DATE_INVALID", 4, "second_date_of_birth", "D + M + Y"),
        ("COLUMN_ABSENT", None, "charge_annual_pence", "Charge"),
        ("COLUMN_ABSENT", None, "vat_number", "VAT"),
    ]


def test_the_council_column_says_whose_row_it_is(read: Read, mapping_of: MappingOf) -> None:
    fields = '\n[council]\ncolumn = "Employer"\ncodes = { ABC = "avon", BBC = "brent" }\n'
    file = read(
        "Ref,Surname,DOB,Disc,Charge,Employer\n1,a,,,,abc\n2,b,,,,BBC\n3,c,,,,ZZZ\n4,d,,,,\n",
        mapping_of(fields=fields),
    )
    assert [(row["partner"], row["source_ref"]) for row in file.received.to_pylist()] == [
        ("avon", "1"),
        ("brent", "2"),
    ]
    assert brief(file) == [("UNKNOWN_PARTNER", 4, None, "Employer"), ("UNKNOWN_PARTNER", 5, None, "Employer")]
    assert file.delivery["partner"].to_pylist() == ["avon"]
