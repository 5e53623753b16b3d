"""What differs, nearly agrees and agrees has a colour, which repeats a word; and the summary has a chart."""

from __future__ import annotations

import datetime as dt
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_nights import evidence, no_flags_night, usual_night, with_cases

from fraudmatch.report import ReportInput, report
from fraudmatch.report.disclosure import Column
from fraudmatch.report.marks import FILLS, HOW_MARKED, shades_of
from fraudmatch.report.weighing import compared_for


def sheets(folder: Path, night: ReportInput | None = None, partner: str = "ashby") -> openpyxl.Workbook:
    report(folder, with_cases(night or usual_night()))
    return openpyxl.load_workbook(folder / partner / "exceptions.xlsx")


def fills(book: openpyxl.Workbook, rule_id: str) -> dict[str, list[str | None]]:
    """Heading -> the fill of each cell below it."""
    rows = list(book[rule_id].iter_rows())
    head = next(place for place, row in enumerate(rows) if row[0].value == "Rank")
    return {
        cell.value: [
            f"#{row[place].fill.fgColor.rgb[2:]}" if row[place].fill.fill_type else None for row in rows[head + 1 :]
        ]
        for place, cell in enumerate(rows[head])
    }  # fmt: skip


def test_cells_have_the_colour_of_the_word_beside(tmp_path: Path) -> None:
    book = sheets(tmp_path)
    both = fills(book, "FM-CT-001")
    assert both["Name"] == [FILLS["differs"], None] == both["Other name"]  # the second flag has no evidence
    assert both["Address"] == [None, None]
    across = fills(book, "FM-PAY-001")
    assert across["Name"] == [FILLS["agrees"]]
    assert "Other name" not in across  # another partner's, not shown
    assert any(cell.value == HOW_MARKED for row in book["FM-CT-001"].iter_rows() for cell in row)


def test_a_sheet_without_words_has_no_colours_and_does_not_speak_of_them(tmp_path: Path) -> None:
    book = sheets(tmp_path)
    assert not any(fill for column in fills(book, "FM-BB-001").values() for fill in column)
    assert not any(cell.value == HOW_MARKED for row in book["FM-BB-001"].iter_rows() for cell in row)


def test_the_worst_word_wins_and_early_days_are_coloured_too(tmp_path: Path) -> None:
    night = usual_night()
    key = next(row["flag_key"] for row in night.flags.to_pylist() if row["rule_id"] == "FM-PAY-001")
    rows = evidence(
        key,
        "person_v1",
        ("surname", "agrees", 1.0),
        ("forename", "close", 1.0),
        ("date_of_birth", "differs", -1.0),
    )
    columns = {
        name: pa.array([row[name] for row in rows], night.evidence.schema.field(name).type)
        for name in rows[0]
    }
    found = fills(
        sheets(tmp_path, replace(night, evidence=pa.table(columns, schema=night.evidence.schema))),
        "FM-PAY-001",
    )
    assert found["Name"] == [FILLS["nearly_agrees"]]
    assert found["Date of birth"] == [FILLS["differs"]]  # 1899, which no spreadsheet knows as a day


COLUMNS = tuple(
    Column(key, key, "text", "own")
    for key in ("own_name_as_written", "other_name_as_written", "own_address_as_written", "differs", "agrees")
)
words = st.lists(
    st.sampled_from(["surname", "first name", "address", "house number", "sex", "name suffix"]), unique=True
)


@given(st.lists(st.tuples(words, words, words), max_size=6))
def test_shades_are_what_reading_the_words_gives(rows: list[tuple[list[str], list[str], list[str]]]) -> None:
    said = {
        key: [", ".join(row[place]) or None for row in rows]
        for place, key in enumerate(("differs", "nearly_agrees", "agrees"))
    }
    table = pa.table({key: pa.array(column, pa.string()) for key, column in said.items()})
    found = shades_of(COLUMNS, table, ("name_as_written", "address_as_written"))
    for field in ("name_as_written", "address_as_written"):
        labels = set(compared_for(field))
        slow = [
            next((key for key, told in zip(said, row, strict=True) if labels & set(told)), None)
            for row in rows
        ]
        assert found.get(f"own_{field}", [None] * len(rows)) == slow
    assert "other_address_as_written" not in found


@pytest.mark.parametrize(("night", "charts"), [(usual_night(), 1), (no_flags_night(), 0)])
def test_the_summary_charts_the_flags_of_each_service(
    night: ReportInput, charts: int, tmp_path: Path
) -> None:
    book = sheets(tmp_path, replace(night, as_at=dt.date(2026, 11, 20)))
    rows = [tuple(cell.value for cell in row[:3]) for row in book["Summary"].iter_rows()]
    with zipfile.ZipFile(tmp_path / "ashby" / "exceptions.xlsx") as archive:
        parts = [name for name in archive.namelist() if name.startswith("xl/charts/")]
        assert len(parts) == charts
        if charts:
            head = rows.index(("Service", "Rules with flags", "Flags"))
            assert sum(row[2] for row in rows[head + 1 :] if isinstance(row[2], int) and str(row[1]).startswith("FM-")
                       and row[0] == "council tax") == 4  # fmt: skip
            drawing = archive.read("xl/drawings/drawing1.xml").decode()
            assert "Flags by service: council tax 4" in drawing
            assert "Summary!$C$" in archive.read(parts[0]).decode()
        else:
            assert ("Service", "Rules with flags", "Flags") not in rows
