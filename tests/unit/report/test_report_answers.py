"""The cells of the workbook that officers fill in, as they are made and as they come back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from payloads import PAYLOADS
from report_nights import usual_night
from test_report_decided import attached

from fraudmatch.containment import Limits
from fraudmatch.findings import ANSWERS, FLAG_KEY, MADE_FROM, NOT_YOURS, NOTE, OUTCOME, REASON, made_from
from fraudmatch.handed_in import read_book
from fraudmatch.handed_in.in_worker import answer
from fraudmatch.report import ReportInput, report
from fraudmatch.schemas import OUTCOME_WORDS


@pytest.fixture(scope="module")
def night() -> ReportInput:
    usual = usual_night()
    (first, *_) = [row for row in usual.flags.to_pylist() if row["rule_id"] == "FM-CT-001"]
    return replace(usual, attached=attached((first["flag_key"], "FM-CT-001", "ashby", "unresolved", [])))


@pytest.fixture(scope="module")
def folder(night: ReportInput, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("reports")
    report(made, night)
    return made


def table(path: Path, name: str) -> tuple[object, int, dict[str, int]]:
    """The sheet, the row of its headings, and heading -> column from 1."""
    sheet = openpyxl.load_workbook(path)[name]
    for row in sheet.iter_rows():
        places = {cell.value: cell.column for cell in row}
        if FLAG_KEY in places:
            return sheet, row[0].row, places
    raise AssertionError(f"{name} has no headings")


def test_every_flag_has_cells_to_fill_in_and_says_what_it_was_made_from(night, folder):
    sheet, top, places = table(folder / "ashby/exceptions.xlsx", "FM-CT-001")
    assert set(ANSWERS) <= places.keys() and places[NOTE] < places[MADE_FROM] < places[FLAG_KEY]
    events = {row["flag_key"]: row["event"] for row in night.attached.to_pylist()}
    for row in range(top + 1, sheet.max_row + 1):
        key = sheet.cell(row, places[FLAG_KEY]).value
        assert sheet.cell(row, places[MADE_FROM]).value == made_from(night.run_id, events.get(key, 0))
        assert [sheet.cell(row, places[heading]).value for heading in ANSWERS] == [None] * len(ANSWERS)


def test_what_another_partner_decides_cannot_be_told_here(night, folder):
    sheet, top, places = table(folder / "bramley/exceptions.xlsx", "FM-CT-001")
    owners = dict(
        zip(night.flags["flag_key"].to_pylist(), night.flags["left_partner"].to_pylist(), strict=True)
    )
    for row in range(top + 1, sheet.max_row + 1):
        assert owners[sheet.cell(row, places[FLAG_KEY]).value] == "ashby"
        assert (
            sheet.cell(row, places[OUTCOME]).value == NOT_YOURS
            and not sheet.cell(row, places[MADE_FROM]).value
        )


def test_outcomes_and_reasons_are_chosen_from_lists_over_all_rows_of_the_table(folder):
    sheet, top, places = table(folder / "ashby/exceptions.xlsx", "FM-CT-001")
    lists = {
        str(one.sqref): one.formula1 for one in sheet.data_validations.dataValidation if one.type == "list"
    }
    assert len(lists) == 2 and f'"{",".join(OUTCOME_WORDS)}"' in lists.values()
    letter = openpyxl.utils.get_column_letter(places[OUTCOME])
    assert any(f"{letter}{top + 1}" in where for where in lists)
    kinds = {one.type for one in sheet.data_validations.dataValidation}
    assert kinds == {"list", "whole", "decimal"}


# A spreadsheet program escapes "_x0041_" when it saves; openpyxl, which stands in for one here, does not.
@pytest.mark.parametrize("payload", [payload for payload in PAYLOADS if payload != "_x0041_"])
def test_filled_in_and_sent_back_it_is_read_to_the_letter(folder, tmp_path, payload):
    text = "".join(sign for sign in payload if ord(sign) >= 32 and sign not in "\ufffe\uffff")
    source, sent = folder / "ashby/exceptions.xlsx", tmp_path / "sent.xlsx"
    _, top, places = table(source, "FM-CT-001")
    book = openpyxl.load_workbook(source)
    sheet = book["FM-CT-001"]
    sheet.cell(top + 1, places[OUTCOME]).value, sheet.cell(top + 1, places[REASON]).value = "cleared", "moved"
    note = sheet.cell(top + 1, places[NOTE])
    note.value = text
    note.data_type = "s"
    book.save(sent)
    ((name, row, cells),) = answer({"path": str(sent), "expanded_mb": 100})["rows"]
    assert (name, row, cells[OUTCOME]) == ("FM-CT-001", top + 1, "cleared")
    assert cells.get(NOTE, "") == text.strip()


def test_of_a_workbook_nobody_filled_in_nothing_is_read(folder):
    assert read_book(folder / "ashby/exceptions.xlsx", Limits()) == []
