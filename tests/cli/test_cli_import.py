"""`fraudmatch outcomes import`: a workbook comes back, row by row, and nothing is overwritten."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_night import ALONE, ONE, TWO, make_site

from fraudmatch.cli import cli
from fraudmatch.errors import DecisionError
from fraudmatch.findings import (
    ANSWERS,
    FLAG_KEY,
    MADE_FROM,
    MINUTES,
    NOT_YOURS,
    NOTE,
    OUTCOME,
    REASON,
    made_from,
)
from fraudmatch.handed_in import STATES, Row, take_in
from fraudmatch.inputs import rule_folders
from fraudmatch.ledger.chain import entries
from fraudmatch.ledger.entry import Entry
from fraudmatch.outcomes.events import Decision, Event
from fraudmatch.outcomes.store import open_store
from fraudmatch.scoring import Library, load_library
from fraudmatch.site import load_site
from fraudmatch.store.file import transaction

RUN = "2026-03-31-first"
NOW = dt.datetime(2026, 4, 2, 9, tzinfo=dt.UTC)
HEADINGS = ("Rank", "Your reference", *ANSWERS, "Your source file", MADE_FROM, FLAG_KEY)


def answered(key: str, event: int = 0, run: str = RUN, **cells: object) -> dict[str, object]:
    """Cells of one row; keywords name OUTCOME, REASON, MINUTES and NOTE."""
    names = {"outcome": OUTCOME, "reason": REASON, "minutes": MINUTES, "note": NOTE}
    return {FLAG_KEY: key, MADE_FROM: made_from(run, event)} | {
        names[name]: value for name, value in cells.items()
    }


def workbook(path: Path, *rows: Mapping[str, object], headings: tuple[str, ...] = HEADINGS) -> Path:
    """A workbook as a spreadsheet program saves ours: other sheets, explanations above, a sheet of another name."""
    book = openpyxl.Workbook()
    book.active.title = "Summary"
    book.active.append(["Exceptions for Northshire"])
    sheet = book.create_sheet("My findings")
    sheet.append(["FM-CT-001 · Looks for something"])
    sheet.append(["Next step", None, "Write a letter"])
    sheet.append(headings)
    for row in rows:
        sheet.append([row.get(name) for name in headings])
        for cell in sheet[sheet.max_row]:
            cell.data_type = (
                "s" if cell.data_type == "f" else cell.data_type
            )  # the column of notes is one of text
    book.save(path)
    return path


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return make_site(tmp_path / "site")


def call(site: Path, file: Path, *more: str, partner: str = "northshire") -> Result:
    asked = ["outcomes", "import", str(site), str(file), "--partner", partner, "--by", "Ada Example", *more]
    return CliRunner().invoke(cli, asked)


def events(site: Path) -> list[Event]:
    return open_store(site / "outcomes.sqlite").events()


def test_what_is_filled_in_is_taken_and_the_rest_left_alone(site, tmp_path):
    file = workbook(
        tmp_path / "w.xlsx",
        answered(ONE, outcome="Cleared", reason="moved", minutes="20 min", note="=1+1"),
        answered(TWO),
        answered(ALONE, outcome=NOT_YOURS),
    )
    done = call(site, file)
    assert done.exit_code == 0 and "1  taken" in done.output, done.output
    ((event),) = events(site)
    told = event.decision
    assert (told.flag_key, told.outcome, told.reason, told.minutes, told.note) == (
        ONE,
        "cleared",
        "moved",
        20,
        "=1+1",
    )
    assert (told.decided_by, str(told.decided_on), told.rule_version) == ("Ada Example", "2026-03-31", 2)
    assert told.left_ref == "northshire:payroll:A:1" and json.loads(told.basis)["facts"] == {
        "a": True,
        "b": None,
    }


def test_the_same_file_again_changes_nothing(site, tmp_path):
    file = workbook(tmp_path / "w.xlsx", answered(ONE, outcome="error"), answered(TWO, outcome="unresolved"))
    assert call(site, file).exit_code == 0
    again = call(site, file, "--on", "2026-04-09")
    assert again.exit_code == 0 and "2  told before" in again.output and "Next:" not in again.output
    assert len(events(site)) == 2


def test_a_dry_run_says_the_same_and_keeps_nothing(site, tmp_path):
    file = workbook(tmp_path / "w.xlsx", answered(ONE, outcome="error"), answered(TWO, outcome="maybe"))
    tried = call(site, file, "--dry-run")
    assert tried.exit_code == 4 and "Nothing was taken" in tried.output and not events(site)
    assert call(site, file).output.splitlines()[:2] == tried.output.splitlines()[:2]


def test_a_flag_decided_since_is_a_conflict_and_stays_as_it_was_decided(site, tmp_path):
    CliRunner().invoke(
        cli, ["outcomes", "record", str(site), ONE, "--outcome", "error", "--by", "Ben Example"]
    )
    done = call(site, workbook(tmp_path / "w.xlsx", answered(ONE, outcome="confirmed")))
    assert done.exit_code == 4 and "error on 2026-03-31 by Ben Example (event 1)" in done.output
    assert len(events(site)) == 1
    seen = call(site, workbook(tmp_path / "w2.xlsx", answered(ONE, event=1, outcome="confirmed")))
    assert seen.exit_code == 0 and [each.decision.outcome for each in events(site)] == ["error", "confirmed"]


def test_what_is_wrong_is_said_by_sheet_row_and_column_and_never_the_value(site, tmp_path):
    file = workbook(
        tmp_path / "w.xlsx",
        answered(ONE, outcome="perhaps Smith"),
        answered(TWO, minutes=5),
        answered(ALONE, outcome="cleared"),
    )
    done = call(site, file)
    assert (
        done.exit_code == 4
        and "3  something in the row is wrong" in done.output
        and "Smith" not in done.output
    )
    for place in (
        "My findings, row 4, Outcome",
        "My findings, row 5, Outcome",
        f"My findings, row 6, {REASON}",
    ):
        assert place in done.output


def test_two_rows_about_one_flag_are_both_left(site, tmp_path):
    rows = [
        answered(ONE, outcome="error"),
        answered(ONE, outcome="confirmed"),
        answered(TWO, outcome="error"),
    ]
    done = call(site, workbook(tmp_path / "w.xlsx", *rows))
    assert "2  something" in done.output and "1  taken" in done.output and len(events(site)) == 1


def test_a_partner_decides_about_its_own_flags_only(site, tmp_path):
    file = workbook(tmp_path / "w.xlsx", answered(ONE, outcome="error"))
    done = call(site, file, partner="southshire")
    assert done.exit_code == 4 and "another partner bears the loss" in done.output and not events(site)
    nobody = call(site, file, partner="eastshire")
    assert nobody.exit_code != 0 and "no partner 'eastshire'" in str(nobody.output) + str(nobody.exception)


def test_a_flag_of_a_night_that_is_not_kept_is_told_of(site, tmp_path):
    file = workbook(
        tmp_path / "w.xlsx", answered("9" * 32, outcome="error"), answered(ONE, run="gone", outcome="error")
    )
    done = call(site, file)
    assert done.exit_code == 4 and "no night that is kept" in done.output and "1  taken" in done.output


def test_columns_in_another_order_and_rows_above_do_not_matter(site, tmp_path):
    file = workbook(tmp_path / "w.xlsx", answered(ONE, outcome="error"), headings=tuple(reversed(HEADINGS)))
    assert call(site, file).exit_code == 0 and len(events(site)) == 1


@pytest.mark.parametrize("content", [b"", b"junk", b"PK\x03\x04" + b"\0" * 50, b"<html></html>"])
def test_what_is_no_workbook_is_refused_in_words(site, tmp_path, content):
    file = tmp_path / "w.xlsx"
    file.write_bytes(content)
    done = call(site, file)
    assert isinstance(done.exception, DecisionError) and "cannot be read" in str(done.exception)
    assert "Send back the workbook" in str(done.exception)


def test_another_workbook_is_refused(site, tmp_path):
    file = workbook(tmp_path / "w.xlsx", headings=("Rank", "Outcome"))
    assert "no sheet with the columns to fill in" in str(call(site, file).exception)


def test_an_import_and_its_decisions_are_in_the_ledger(site, tmp_path):
    call(site, workbook(tmp_path / "w.xlsx", answered(ONE, outcome="error")))
    with transaction(site / "outcomes.sqlite") as connection:
        found = [Entry(*row) for row in entries(connection)]
    assert [one.action for one in found] == ["outcomes.imported", "decision.recorded"]
    assert found[0].partner == "northshire" and found[0].actor == "Ada Example"


def test_json_tells_every_row(site, tmp_path):
    file = workbook(tmp_path / "w.xlsx", answered(ONE, outcome="error"), answered(TWO, outcome="no"))
    told = json.loads(call(site, file, "--json").output)
    assert told["counts"] == {"taken": 1, "wrong": 1} and [row["row"] for row in told["rows"]] == [4, 5]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    root = make_site(tmp_path_factory.mktemp("rules") / "site")
    return load_library(rule_folders(load_site(root)))


class KilledError(BaseException):
    """Stands for whatever ends the program."""


def test_ended_half_way_the_same_file_goes_on(site, tmp_path, library, monkeypatch):
    rows = [Row("S", n, answered(key, outcome="error")) for n, key in enumerate((ONE, TWO, ALONE), 4)]
    loaded, store = load_site(site), open_store(site / "outcomes.sqlite")
    record, calls = store.record, []

    def ends(decision: Decision, **more: object) -> object:
        calls.append(decision)
        if len(calls) == 2:
            raise KilledError
        return record(decision, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "record", ends)
    how = {"partner": "northshire", "by": "Ada Example", "on": dt.date(2026, 4, 1), "now": NOW}
    with pytest.raises(KilledError):
        take_in(loaded, store, library, rows, **how)
    states = [result.state for result in take_in(loaded, open_store(store.path), library, rows, **how)]
    assert states == ["unchanged", "taken", "taken"] and len(events(site)) == 3


_OUTCOMES = st.sampled_from(["confirmed", "error", "unresolved", "cleared", "nonsense", ""])
_ROWS = st.lists(
    st.tuples(st.sampled_from([ONE, TWO, ALONE, "9" * 32]), st.integers(0, 4), _OUTCOMES), max_size=6
)
_BEFORE = st.lists(
    st.tuples(st.sampled_from([ONE, TWO, ALONE]), st.sampled_from(["confirmed", "error"])), max_size=4
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_BEFORE, _ROWS)
def test_whatever_comes_nothing_is_overwritten_unseen_and_every_row_is_told_of(
    tmp_path, library, before, given_rows
):
    folder = tmp_path / "site"
    if not folder.exists():
        make_site(folder)
    (folder / "outcomes.sqlite").unlink(missing_ok=True)
    store = open_store(folder / "outcomes.sqlite")
    newest: dict[str, tuple[int, str]] = {}
    for number, (key, outcome) in enumerate(before, 1):
        told = Decision(key, "FM-CT-001", "northshire", outcome, dt.date(2026, 4, 1), note=f"before {number}")
        supersedes = newest[key][0] if key in newest else None
        store.record(told, key=f"k{number}", recorded_at=NOW, supersedes=supersedes)
        newest[key] = (number, outcome)
    rows = [
        Row(
            "S", n, {k: str(v) for k, v in answered(key, event, outcome=outcome, note="x").items() if v != ""}
        )
        for n, (key, event, outcome) in enumerate(given_rows, 4)
    ]
    how = {"partner": "northshire", "by": "Ada Example", "on": dt.date(2026, 4, 1), "now": NOW}
    results = take_in(load_site(folder), store, library, rows, **how)
    assert [result.row for result in results] == [row.row for row in rows]
    assert {result.state for result in results} <= set(STATES)
    keys = [key for key, _, _ in given_rows]
    taken = []
    for (key, event, outcome), result in zip(given_rows, results, strict=True):
        good = outcome in ("confirmed", "error", "unresolved") and keys.count(key) == 1
        seen = event == newest.get(key, (0, ""))[0]
        expected = "wrong" if not good else "unknown" if key == "9" * 32 else "taken" if seen else "conflict"
        assert result.state == expected
        taken += [key] if expected == "taken" else []
    kept = store.events()
    assert len(kept) == len(before) + len(taken)
    assert [event.decision.flag_key for event in kept[len(before) :]] == taken
    again = take_in(load_site(folder), store, library, rows, **how)
    assert len(store.events()) == len(kept)
    assert [result.state for result in again if result.flag_key in taken] == ["unchanged"] * len(taken)


def test_a_spreadsheet_program_may_have_saved_it(site, tmp_path):
    """Our own workbook, as openpyxl saves it again after filling it in, with a row deleted and the rest sorted."""
    file = workbook(tmp_path / "w.xlsx", *(answered(key, outcome="error") for key in (ONE, TWO, ALONE)))
    book = openpyxl.load_workbook(file)
    sheet = book["My findings"]
    sheet.delete_rows(4)
    sheet.move_range("A4:N4", rows=3)
    book.save(tmp_path / "again.xlsx")
    shutil.copy(tmp_path / "again.xlsx", file)
    assert call(site, file).exit_code == 0 and [e.decision.flag_key for e in events(site)] == [ALONE, TWO]
