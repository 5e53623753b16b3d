"""The files of a night: which, how many rows, the same bytes."""

from __future__ import annotations

import csv
import datetime as dt
import os
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from report_nights import (
    AS_AT,
    RULES,
    SINGLE,
    delivery_of,
    evidence,
    flag,
    make_night,
    no_flags_night,
    record,
    usual_night,
)

from fraudmatch import schemas
from fraudmatch.errors import ConservationError, RuleFileError, SchemaError
from fraudmatch.report import ReportInput, report
from fraudmatch.report.disclosure import Disclosure, flags_of
from fraudmatch.report.groups import GroupMembers
from fraudmatch.report.phrases import flags_in_words
from fraudmatch.report.publish import exceptions_of
from fraudmatch.report.workbook import pages_of, sheet_name, write_workbook

ROW_FILES = {"rejects.csv", "sources.csv"}  # the two that speak of row numbers


def bytes_of(folder: Path, *, without: frozenset[str] | set[str] = frozenset()) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in without
    }


def rows_of_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def rows_of_sheet(path: Path, sheet: str) -> list[dict[str, object]]:
    rows = list(openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True))
    heading = next(position for position, row in enumerate(rows) if row[0] == "Rank")
    return [dict(zip(rows[heading], row, strict=True)) for row in rows[heading + 1 :]]


@pytest.fixture(scope="module")
def night() -> ReportInput:
    return usual_night()


@pytest.fixture(scope="module")
def folder(night: ReportInput, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("usual")
    report(made, night)
    return made


def test_the_paths_are_what_was_written(night: ReportInput, tmp_path: Path) -> None:
    paths = report(tmp_path, night)
    assert paths == sorted(path for path in tmp_path.rglob("*") if path.is_file())
    assert [
        str(path.relative_to(tmp_path)) for path in paths if path.parent.name in ("carrow", tmp_path.name)
    ] == [
        "carrow/exceptions.xlsx",
        "carrow/index.html",
        "carrow/rejects.csv",
        "carrow/sources.csv",
        "index.html",
    ]
    assert (tmp_path / "bramley" / "FM-CT-001.csv").is_file()
    assert not (tmp_path / "bramley" / "FM-BB-001.csv").exists()


def test_rows_read_back_equal_the_flags(night: ReportInput, folder: Path) -> None:
    for partner in night.partners:
        flags = flags_of(partner.id, night.flags, GroupMembers(night))
        for rule_id in sorted(set(flags["rule_id"].to_pylist())):
            keys = [row["flag_key"] for row in flags.to_pylist() if row["rule_id"] == rule_id]
            lines = rows_of_csv(folder / partner.id / f"{rule_id}.csv")
            cells = rows_of_sheet(folder / partner.id / "exceptions.xlsx", rule_id)
            assert [line["Flag key"] for line in lines] == keys == [cell["Flag key"] for cell in cells]
            assert [cell["Rank"] for cell in cells] == list(range(1, len(keys) + 1))


def test_a_flag_of_two_own_records_shows_both(folder: Path) -> None:
    (both, mine) = rows_of_sheet(folder / "ashby" / "exceptions.xlsx", "FM-CT-001")
    assert both["Name"] == "Mr Tobias Hartnoll" and both["Other name"] == "Greta Lindqvist"
    assert both["Other: Franchise"] == "full"
    assert both["Other: Date added"] == dt.datetime(2024, 12, 1)
    assert both["Your source file"] == "council_tax_ashby.csv; electoral_register_ashby.csv"
    assert mine["Other name"] is None and mine["Other: Franchise"] is None
    assert (mine["Other partner"], mine["Other data set"], mine["Other reference"]) == (
        "Bramley District Council",
        "Electoral register",
        "B0004",
    )
    assert mine["Your flags on this person"] == 2


def test_the_right_side_reads_its_own_record(folder: Path) -> None:
    (line,) = rows_of_csv(folder / "bramley" / "FM-CT-001.csv")
    assert line["Name"] == "Piotr Zawada" and line["Franchise"] == "local" and line["Discount type"] == ""
    assert line["Your data set"] == "Electoral register" and line["Other data set"] == "Council tax"
    assert line["Ask"] == "matches@ashby.example"
    assert line["Actual (£)"] == "1.00" and line["Estimate (£)"] == "-0.05"


def test_cells_have_their_kinds(folder: Path) -> None:
    (cell,) = rows_of_sheet(folder / "ashby" / "exceptions.xlsx", "FM-PAY-001")
    assert cell["Gross to date (£)"] == 23_456.78 and cell["Hours weekly"] == 37.5
    assert cell["Date of birth"] == "1899-05-06"  # no spreadsheet knows that day
    assert cell["Identity"] == "very strong" and cell["Probability (%)"] == 99.98
    assert cell["Agrees on"] == "surname, first name, telephone"
    assert cell["Nearly agrees on"] == "postcode" and cell["Differs on"] == "National Insurance number"
    assert cell["Missing on either side"] == "date of birth"
    (badge,) = rows_of_sheet(folder / "ashby" / "exceptions.xlsx", "FM-BB-001")
    assert badge["Badge number"] == "00123" and badge["Badge expiry"] == dt.datetime(2026, 1, 31)
    assert "Other partner" not in badge and "Agrees on" not in badge


def test_sheets_are_set_up_for_reading_and_printing(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "ashby" / "exceptions.xlsx")
    assert book.sheetnames == ["Summary", "FM-BB-001", "FM-CT-001", "FM-PAY-001"]
    assert book.properties.created == dt.datetime(AS_AT.year, AS_AT.month, AS_AT.day)
    for sheet in book.worksheets[1:]:
        heading = next(row for row in range(1, 20) if sheet.cell(row, 1).value == "Rank")
        assert sheet.freeze_panes == f"B{heading + 1}"
        assert sheet.auto_filter.ref.startswith(f"A{heading}:") and sheet.auto_filter.ref.endswith(
            str(sheet.max_row)
        )
        assert {sheet.row_dimensions[row].outlineLevel for row in range(2, heading)} == {1}
        assert not any(row.hidden for row in sheet.row_dimensions.values())
        assert sheet.print_title_rows == f"${heading}:${heading}"
        assert sheet.page_setup.orientation == "landscape" and sheet.page_setup.fitToHeight == 0


def test_the_summary_keeps_classes_of_money_apart(folder: Path) -> None:
    rows = list(
        openpyxl.load_workbook(folder / "ashby" / "exceptions.xlsx")["Summary"].iter_rows(values_only=True)
    )
    line = next(row for row in rows if row[0] == "FM-CT-001")
    assert line[2:6] == (2, 1, 450.45, None)
    text = "\n".join(str(cell) for row in rows for cell in row if cell is not None)
    assert "not a finding" in text and "Three Rivers exercise" in text and "2026-11-20-a1b2" in text
    assert "454" not in text and "5451" not in text  # no sum over classes
    assert ("As at", dt.datetime(2026, 11, 20)) in [row[:2] for row in rows]


def test_rejects_are_the_partners_own(folder: Path) -> None:
    (line,) = rows_of_csv(folder / "ashby" / "rejects.csv")
    assert line == {
        "File": "payroll_ashby.csv",
        "Data set": "Payroll",
        "Source row": "9",
        "Field": "National Insurance number",
        "Column heading": "'=NI No",
        "Consequence": "row kept",
        "Reason": "NINO_INVALID",
        "Meaning": "The National Insurance number breaks the published format.",
        "What to do": "Check the number at source.",
    }
    assert {line["Consequence"] for line in rows_of_csv(folder / "bramley" / "rejects.csv")} == {
        "file refused",
        "row refused",
    }
    assert rows_of_csv(folder / "carrow" / "rejects.csv") == []


def test_sources_trace_own_records_only(night: ReportInput, folder: Path) -> None:
    lines = rows_of_csv(folder / "ashby" / "sources.csv")
    assert len(lines) == 5  # four flags, one of them with two own records
    records = night.records.to_pylist()
    flags = {row["flag_key"]: row for row in night.flags.to_pylist()}
    for line in lines:
        found = records[flags[line["Flag key"]][f"{line['Side']}_id"]]
        assert found["partner"] == "ashby"
        assert (line["Delivery (SHA-256)"], line["Source row"]) == (
            found["delivery"],
            str(found["source_row"]),
        )


def test_a_night_without_flags_still_reports(tmp_path: Path) -> None:
    paths = report(tmp_path, no_flags_night())
    assert len(paths) == 3 * 4 + 1
    assert openpyxl.load_workbook(tmp_path / "ashby" / "exceptions.xlsx").sheetnames == ["Summary"]
    assert "no rule flagged" in (tmp_path / "ashby" / "index.html").read_text("utf-8")
    assert rows_of_csv(tmp_path / "ashby" / "sources.csv") == []


def test_a_partner_that_sent_nothing_is_told_so(tmp_path: Path) -> None:
    report(tmp_path, replace(no_flags_night(), deliveries=schemas.empty(schemas.DELIVERIES)))
    assert "No extract was received." in (tmp_path / "carrow" / "index.html").read_text("utf-8")


def test_the_same_night_gives_the_same_bytes(night: ReportInput, folder: Path, tmp_path: Path) -> None:
    report(tmp_path, night)
    assert bytes_of(tmp_path) == bytes_of(folder)


#: Where helpers are that tests of several folders use.
SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.mark.parametrize(("seed", "zone"), [("1", "UTC"), ("4711", "Pacific/Auckland")])
def test_bytes_do_not_depend_on_hash_seed_or_zone(seed: str, zone: str, folder: Path, tmp_path: Path) -> None:
    code = (
        "import sys, pathlib, report_nights; from fraudmatch.report import report; "
        "report(pathlib.Path(sys.argv[1]), report_nights.usual_night())"
    )
    env = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "PYTHONPATH": str(SHARED)}
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], env=env, check=True, timeout=60)
    assert bytes_of(tmp_path) == bytes_of(folder)


def test_rows_delivered_in_another_order_change_only_the_trace(
    night: ReportInput, folder: Path, tmp_path: Path
) -> None:
    rows = list(range(2, 2 + len(night.records)))
    random.Random(5).shuffle(rows)
    place = night.records.column_names.index("source_row")
    moved = night.records.set_column(place, schemas.RECORDS.field("source_row"), pa.array(rows, pa.int64()))
    report(tmp_path, replace(night, records=moved))
    assert bytes_of(tmp_path, without=ROW_FILES) == bytes_of(folder, without=ROW_FILES)
    assert bytes_of(tmp_path) != bytes_of(folder)


def test_many_flags_go_to_further_sheets(night: ReportInput, tmp_path: Path) -> None:
    people = [record(number, "ashby", "blue_badge") for number in range(25)]
    alone = RULES["FM-BB-001"]
    crowded = make_night(people, {}, [flag(alone, person, None, facts="{}") for person in people])
    partner = crowded.partners[0]
    made = exceptions_of(
        partner, flags_in_words(crowded.flags, crowded.evidence, crowded.rules), crowded, Disclosure(crowded)
    )
    path = tmp_path / "split.xlsx"
    write_workbook(path, partner, crowded, made, rows_per_sheet=10)
    names = ["FM-BB-001", "FM-BB-001 (2)", "FM-BB-001 (3)"]
    assert openpyxl.load_workbook(path).sheetnames == ["Summary", *names]
    ranks = [row["Rank"] for name in names for row in rows_of_sheet(path, name)]
    assert ranks == list(range(1, 26))
    assert [page.name for page in pages_of(made[0], 25)] == names[:1]


def test_sheet_names_fit() -> None:
    assert sheet_name("FM-CT-001", 0) == "FM-CT-001"
    assert sheet_name("X" * 40, 11) == "X" * 26 + " (12)"


def test_a_cell_too_long_is_cut_with_a_mark_and_counted(tmp_path: Path) -> None:
    long = "=" + "x" * 40_000
    people = [record(0, "ashby", "blue_badge", name_as_written=long)]
    report(tmp_path, make_night(people, {}, [flag(RULES["FM-BB-001"], people[0], None)]))
    (cell,) = rows_of_sheet(tmp_path / "ashby" / "exceptions.xlsx", "FM-BB-001")
    assert len(str(cell["Name"])) == 32_767 and str(cell["Name"]).endswith("whole in the CSV file]")
    csv.field_size_limit(100_000)
    assert rows_of_csv(tmp_path / "ashby" / "FM-BB-001.csv")[0]["Name"] == "'" + long
    rows = openpyxl.load_workbook(tmp_path / "ashby" / "exceptions.xlsx")["Summary"].iter_rows(
        values_only=True
    )
    assert any("1 cell longer" in str(row[1]) for row in rows)


def test_a_shared_file_keeps_the_name_its_sender_gave(tmp_path: Path) -> None:
    people = [record(0, "ashby", "blue_badge", delivery=delivery_of("bramley", "blue_badge"))]
    night = make_night(people, {}, [flag(RULES["FM-BB-001"], people[0], None)])
    place = night.deliveries.column_names.index("delivery")
    column = schemas.DELIVERIES.field("delivery")
    shared = night.deliveries.set_column(place, column, [[delivery_of("bramley", "blue_badge")]])
    report(tmp_path, replace(night, deliveries=shared))
    assert rows_of_csv(tmp_path / "ashby" / "FM-BB-001.csv")[0]["Your source file"] == "blue_badge_ashby.csv"


def test_no_link_is_printed_as_certain(tmp_path: Path) -> None:
    night = usual_night()
    report(
        tmp_path, replace(night, flags=changed(night.flags, "identity_probability", [1.0, None, 0.5, 0.0]))
    )
    said = [line["Probability (%)"] for line in rows_of_csv(tmp_path / "ashby" / "FM-BB-001.csv")]
    said += [line["Probability (%)"] for line in rows_of_csv(tmp_path / "ashby" / "FM-CT-001.csv")]
    said += [line["Probability (%)"] for line in rows_of_csv(tmp_path / "ashby" / "FM-PAY-001.csv")]
    assert said == ["99.99", "", "50.00", "0.00"]


def test_tables_in_dictionaries_read_the_same(night: ReportInput, folder: Path, tmp_path: Path) -> None:
    encoded = night.records.set_column(1, "partner", night.records["partner"].dictionary_encode())
    report(
        tmp_path, replace(night, records=encoded, flags=pa.concat_tables([night.flags[:1], night.flags[1:]]))
    )
    assert bytes_of(tmp_path) == bytes_of(folder)


def test_evidence_of_two_models_names_each_comparison_once() -> None:
    night = usual_night()
    key = night.flags["flag_key"][0].as_py()
    seen = [
        *evidence(key, "property_v1", ("postcode", "agrees", 1.0), ("flat", "agrees", 1.0)),
        *evidence(
            key,
            "person_v1",
            ("postcode", "agrees", 1.0),
            ("name_order", "differs", 0.0),
            ("name_place", "agrees", 2.0),
            ("prior", "agrees", -20.0),
        ),
        *evidence("of another flag", "person_v1", ("surname", "agrees", 1.0)),
    ]
    table = pa.Table.from_pylist(seen, schema=schemas.EVIDENCE)
    worded = flags_in_words(night.flags, table, night.rules).to_pylist()[0]
    assert worded["agrees"] == "postcode, flat"
    assert worded["nearly_agrees"] == "first name, given as a middle name"
    assert worded["differs"] is None and worded["missing"] is None


def changed(table: pa.Table, column: str, values: list[object]) -> pa.Table:
    place = table.column_names.index(column)
    return table.set_column(
        place, table.schema.field(column), pa.array(values, table.schema.field(column).type)
    )


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        (
            lambda n: {"rules": {k: v for k, v in n.rules.items() if k != "FM-CT-001"}},
            RuleFileError,
            "FM-CT-001",
        ),
        (lambda n: {"partners": n.partners[1:]}, ConservationError, "ashby"),
        (
            lambda n: {"flags": changed(n.flags, "left_partner", ["carrow"] * 4)},
            ConservationError,
            "left_partner",
        ),
        (
            lambda n: {"flags": changed(n.flags, "right_partner", [None] * 4)},
            ConservationError,
            "right_partner",
        ),
        (lambda n: {"flags": changed(n.flags, "left_id", [99] * 4)}, ConservationError, "left_id"),
        (lambda n: {"records": n.records.slice(1)}, SchemaError, "dense"),
        (lambda n: {"deliveries": n.deliveries.slice(0, 0)}, ConservationError, "DELIVERIES"),
        (lambda n: {"fields_shown": ("name_as_written", "phone")}, SchemaError, "phone is for matching only"),
        (lambda n: {"fields_shown": ("nmae",)}, SchemaError, "no field nmae"),
        (
            lambda n: {"rules": {**n.rules, SINGLE.id: replace(SINGLE, show_left=("email",))}},
            RuleFileError,
            "show.left",
        ),
        (
            lambda n: {"rules": {**n.rules, SINGLE.id: replace(SINGLE, show_right=("date_aded",))}},
            RuleFileError,
            "date_added",
        ),
        (lambda n: {"rules": {**n.rules, "../x": SINGLE}}, RuleFileError, "file"),
        (lambda n: {"rules": {**n.rules, "X" * 25: SINGLE}}, RuleFileError, "file"),
        (lambda n: {"rules": {**n.rules, "rejects": SINGLE}}, RuleFileError, "file"),
        (lambda n: {"rules": {**n.rules, "fm-ct-001": SINGLE}}, RuleFileError, "share a file name"),
        (
            lambda n: {"rejects": changed(n.rejects, "reason", ["NINO_INVALD"] * 3)},
            SchemaError,
            "NINO_INVALID",
        ),
        (lambda n: {"flags": n.flags.drop_columns(["facts"])}, SchemaError, "facts"),
    ],
)
def test_a_night_that_breaks_its_contracts_is_refused_unwritten(change, error, says, night, tmp_path) -> None:
    with pytest.raises(error, match=says):
        report(tmp_path / "new", replace(night, **change(night)))
    assert not (tmp_path / "new").exists()


def test_files_of_another_night_are_not_mixed_in(night: ReportInput, tmp_path: Path) -> None:
    (tmp_path / "ashby").mkdir()
    (tmp_path / "ashby" / "FM-OLD-001.csv").write_text("old")
    with pytest.raises(ConservationError, match=r"FM-OLD-001\.csv"):
        report(tmp_path, night)


def test_pages_mark_rules_on_trial(folder: Path, tmp_path: Path) -> None:
    for page in (folder / "index.html", folder / "bramley" / "index.html"):
        text = page.read_text(encoding="utf-8")
        assert '<th scope="row">FM-PAY-001 (trial)</th>' in text and "FM-CT-001 (trial)" not in text
        assert "On trial, and found nothing" not in text
    report(tmp_path / "none", no_flags_night())
    text = (tmp_path / "none" / "index.html").read_text(encoding="utf-8")
    assert "On trial, and found nothing: FM-PAY-001." in text
    assert "flagged nothing: " in text and "FM-PAY-001" not in text.split("flagged nothing: ")[1]
