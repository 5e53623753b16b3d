"""Rows that were set aside go back to their partner, come back corrected, and load as if nothing had been."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cases import BEFORE, HEADINGS, MAPPING, OWN, TONIGHT, Case, Expected, csv_of, lay_out, row, rows
from catalogue.e_content import FIELDS, record, sharing

from fraudmatch.corrections import DELIVERY, OURS, RECORD, SHEET, guarded, slot_of, unguarded
from fraudmatch.exercise import Prepared, Stopwatch, prepare
from fraudmatch.intake import keep
from fraudmatch.report.to_correct import write_to_correct
from fraudmatch.site import Partner, Site, load_site

NEXT = dt.date(2026, 4, 30)
LATER = dt.date(2026, 5, 31)

#: Cells that a spreadsheet, or a careless writer, would not give back as they were.
ODD = {
    "Surname": '=HYPERLINK("http://example.org")', "Forename": "'=1+1", "Title": "-Dr", "Address": "1 Rue,\nÉtage 2 \"b\"",
    "Account": "00012345", "Sort code": "001234", "DOB": "03/04/1980", "Salary": "-12.50",
}  # fmt: skip


def broken(count: int = 20, **changed: str) -> list[dict[str, str]]:
    """Sound rows, the last two without their reference."""
    return [*rows(count - 2), row(count - 1, Ref=""), row(count, Ref="", **changed)]


def site_of(tmp_path: Path, content: bytes, mapping: str = MAPPING) -> Site:
    return lay_out(tmp_path, Case(1, "sent back", lambda: content, Expected("loaded"), mapping=mapping))


def night(site: Site, day: dt.date = TONIGHT) -> Prepared:
    prepared = prepare(load_site(site.root), day, Stopwatch(), lambda _: None)
    for one in prepared.deliveries.to_pylist():
        assert one["received"] == one["loaded"] + one["rejected"], one
    keep(site.accepted_folder, day, prepared.accepted)
    return prepared


def sent_back(prepared: Prepared, folder: Path) -> Path:
    """The folder of files to correct of the one partner that delivers."""
    folder.mkdir()
    told = SimpleNamespace(
        sent_back=prepared.sent_back,
        deliveries=prepared.deliveries,
        site_name="Trial",
        as_at=TONIGHT,
        run_id="r",
    )
    rejects: Any = prepared.rejects
    written = write_to_correct(folder, Partner(id=OWN, name="Northshire"), told, rejects)  # type: ignore[arg-type]
    assert [one.rows for one in written] == ([prepared.sent_back.num_rows] if written else [])
    return folder / "to-correct"


def cells_of(path: Path) -> list[list[str]]:
    if path.suffix == ".csv":
        return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    from python_calamine import CalamineWorkbook

    sheet = CalamineWorkbook.from_path(path).get_sheet_by_name(SHEET)
    return [[str(cell) for cell in line] for line in sheet.to_python(skip_empty_area=False)]


def write(path: Path, table: list[list[str]]) -> None:
    if path.suffix == ".csv":
        text = io.StringIO(newline="")
        csv.writer(text).writerows(table)
        path.write_text(text.getvalue(), encoding="utf-8-sig", newline="")
        return
    import xlsxwriter

    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False})
    sheet = book.add_worksheet(SHEET)
    for number, line in enumerate(table):
        for column, cell in enumerate(line):
            sheet.write_string(number, column, cell)
    book.close()


def correct(site: Site, path: Path, **references: str) -> Path:
    """Fill the reference of records, and deliver the file; `references`: r21="E00020"."""
    table = cells_of(path)
    number, ref = table[0].index(RECORD), table[0].index("Ref")
    for line in table[1:]:
        line[ref] = references.get(f"r{line[number]}", line[ref])
    delivered = site.root / "deliveries" / OWN / path.name
    write(delivered, table)
    return delivered


def counts(prepared: Prepared) -> dict[str, tuple[str, int, int, int]]:
    return {
        one["file"]: (one["state"], one["received"], one["loaded"], one["rejected"])
        for one in prepared.deliveries.to_pylist()
    }


def people(prepared: Prepared) -> list[dict[str, Any]]:
    """RECORDS without where they came from."""
    return prepared.records.drop_columns(["delivery", "source_row"]).to_pylist()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("beside", [True, False], ids=["beside", "instead"])
def test_corrected_rows_load_as_if_they_had_never_been_wrong(tmp_path: Path, kind: str, beside: bool) -> None:
    site = site_of(tmp_path / "site", csv_of(broken(**ODD)))
    first = night(site)
    assert counts(first) == {"payroll.csv": ("loaded", 20, 18, 2)}
    folder = sent_back(first, tmp_path / "reports")
    correct(site, folder / f"payroll.to-correct.{kind}", r20="E00019", r21="E00020")
    if not beside:
        (site.root / "deliveries" / OWN / "payroll.csv").unlink()
    second = night(site, NEXT)
    assert counts(second) == {
        "payroll.csv": ("loaded" if beside else "stands", 20, 18, 2),
        f"payroll.to-correct.{kind}": ("loaded", 2, 2, 0),
    }
    whole = night(site_of(tmp_path / "whole", csv_of([*rows(19), row(20, **ODD)])), NEXT)
    assert people(second) == people(whole)
    assert second.details["payroll"].equals(whole.details["payroll"])
    reasons = set(second.rejects["reason"].to_pylist())
    assert not reasons & {"COLUMN_UNEXPECTED", "VOLUME_LOW", "VOLUME_HIGH", "QUARANTINE_HIGH"}
    assert second.sent_back.num_rows == 0


def test_what_was_corrected_stays_when_the_file_is_gone_and_goes_with_its_delivery(tmp_path: Path) -> None:
    site = site_of(tmp_path / "site", csv_of(broken()))
    folder = sent_back(night(site), tmp_path / "reports")
    delivered = correct(site, folder / "payroll.to-correct.xlsx", r20="E00019", r21="E00020")
    assert night(site, NEXT).records.num_rows == 20
    again = night(site, NEXT)
    assert again.records.num_rows == 20
    delivered.rename(tmp_path / "kept.xlsx")
    gone = night(site, LATER)
    assert gone.records.num_rows == 20 and counts(gone)[delivered.name][0] == "stands"
    (tmp_path / "kept.xlsx").rename(delivered)
    (site.root / "deliveries" / OWN / "payroll.csv").write_bytes(csv_of(rows(21)))
    new = night(site, dt.date(2026, 6, 30))
    assert new.records.num_rows == 21 and counts(new)[delivered.name][0] == "repeated"


def test_a_row_that_is_wrong_again_comes_back_as_it_was_written_last(tmp_path: Path) -> None:
    site = site_of(tmp_path / "site", csv_of(broken()))
    folder = sent_back(night(site), tmp_path / "reports")
    path = correct(site, folder / "payroll.to-correct.csv", r20="E00019")
    path.write_text(
        path.read_text(encoding="utf-8-sig").replace("FAIRBROTHERc", "Fairbrother"), encoding="utf-8-sig"
    )
    second = night(site, NEXT)
    assert counts(second)[path.name] == ("loaded", 2, 1, 1)
    (left,) = second.sent_back.to_pylist()
    assert (left["file"], left["record"], left["found_in"] == left["delivery"]) == ("payroll.csv", 21, False)
    table = cells_of(sent_back(second, tmp_path / "again") / "payroll.to-correct.csv")
    assert [line[0] for line in table] == [RECORD, "21"]
    assert table[0][3:-2] == list(HEADINGS)


def test_a_file_sent_back_untouched_changes_nothing(tmp_path: Path) -> None:
    site = site_of(
        tmp_path / "site",
        csv_of(
            [*rows(5), *(row(n, Ref="") for n in range(6, 36))],
        ),
        MAPPING + _LET_IN,
    )
    first = night(site)
    folder = sent_back(first, tmp_path / "reports")
    correct(site, folder / "payroll.to-correct.csv")
    second = night(site, NEXT)
    assert counts(second)["payroll.to-correct.csv"] == ("loaded", 30, 0, 30)
    assert people(second) == people(first)
    assert second.sent_back["record"].to_pylist() == first.sent_back["record"].to_pylist()


_LET_IN = "\n[quarantine]\nhold_percent = 100\n"


def test_many_corrected_rows_are_no_flood(tmp_path: Path) -> None:
    """Five of 35 rows were loaded; 30 more are six times as many, and no gate minds."""
    content = csv_of([*rows(5), *(row(n, Ref="") for n in range(6, 36))])
    site = site_of(tmp_path / "site", content, MAPPING + _LET_IN)
    folder = sent_back(night(site), tmp_path / "reports")
    filled = {f"r{n + 1}": f"E{n:05d}" for n in range(6, 36)}
    correct(site, folder / "payroll.to-correct.xlsx", **filled)
    second = night(site, NEXT)
    assert second.records.num_rows == 35 and counts(second)["payroll.csv"][0] == "loaded"
    assert "VOLUME_HIGH" not in second.rejects["reason"].to_pylist()
    (site.root / "deliveries" / OWN / "payroll.csv").write_bytes(csv_of(rows(36)))
    assert night(site, LATER).records.num_rows == 36


def test_rows_of_no_delivery_in_use_are_refused(tmp_path: Path) -> None:
    site = site_of(tmp_path / "site", csv_of(broken()))
    folder = sent_back(night(site), tmp_path / "reports")
    (site.root / "deliveries" / OWN / "payroll.csv").write_bytes(csv_of(rows(21)))
    correct(site, folder / "payroll.to-correct.csv", r20="E00019", r21="E00020")
    second = night(site, NEXT)
    assert counts(second)["payroll.to-correct.csv"] == ("refused", 2, 0, 2)
    assert second.records.num_rows == 21
    assert "CORRECTION_UNMATCHED" in second.rejects["reason"].to_pylist()


def test_a_row_stands_for_one_that_was_set_aside_or_for_none(tmp_path: Path) -> None:
    site = site_of(tmp_path / "site", csv_of(broken()))
    folder = sent_back(night(site), tmp_path / "reports")
    table = cells_of(folder / "payroll.to-correct.csv")
    ref = table[0].index("Ref")
    table[1][ref], table[2][ref] = "E00019", "E00001"  # the latter is in use already, with other particulars
    loaded, twice, nameless = list(table[1]), list(table[1]), list(table[1])
    loaded[0], loaded[ref] = "2", "E77777"
    twice[ref] = "E88888"
    nameless[0], nameless[ref] = "", "E99999"
    at = table[0].index("Start")
    table[2][at] = "01/04/2020"
    write(site.root / "deliveries" / OWN / "payroll.to-correct.csv", [*table, loaded, twice, nameless])
    second = night(site, NEXT)
    assert counts(second)["payroll.to-correct.csv"] == ("loaded", 5, 1, 4)
    told = [r["reason"] for r in second.rejects.to_pylist() if r["file"] == "payroll.to-correct.csv"]
    assert sorted(told) == [
        "CORRECTION_REPEATED", "CORRECTION_UNMATCHED", "CORRECTION_UNMATCHED", "DUPLICATE_KEY_CONFLICT",
    ]  # fmt: skip
    assert second.records.num_rows == 19 and second.sent_back["record"].to_pylist() == [21]


def test_a_file_without_our_columns_says_what_is_missing(tmp_path: Path) -> None:
    site = site_of(tmp_path / "site", csv_of(broken()))
    night(site)
    (site.root / "deliveries" / OWN / "payroll.to-correct.csv").write_bytes(csv_of(rows(2)))
    second = night(site, NEXT)
    assert counts(second)["payroll.to-correct.csv"][0] == "refused" and second.records.num_rows == 18
    missing = [one["column"] for one in second.rejects.to_pylist() if one["reason"] == "COLUMN_MISSING"]
    assert sorted(missing) == [DELIVERY, RECORD]


def test_a_line_that_is_no_row_comes_with_blank_cells_and_stays_out_until_they_are_filled(
    tmp_path: Path,
) -> None:
    site = site_of(tmp_path / "site", csv_of(rows(5)) + b"E00006,Mr,Torn\r\n")
    first = night(site)
    folder = sent_back(first, tmp_path / "reports")
    (heads, line) = cells_of(folder / "payroll.to-correct.xlsx")
    assert set(line[3:-2]) == {""} and "E00006,Mr,Torn" in line and heads[-2:] == list(OURS[-2:])
    correct(site, folder / "payroll.to-correct.xlsx")
    assert night(site, NEXT).records.num_rows == 5


def test_what_is_not_agreed_is_not_kept_to_be_sent_back(tmp_path: Path) -> None:
    agreed = [field for field in FIELDS if field != "phone"]
    content = csv_of(broken(Phone="CANARYPHONE")) + b"E00021,CANARYLINE\r\n"
    site = site_of(tmp_path / "site", content)
    sharing(record(fields=agreed))(site.root)
    first = night(site)
    assert first.sent_back.num_rows == 3 and "CANARY" not in str(first.sent_back.to_pylist())
    folder = sent_back(first, tmp_path / "reports")
    correct(site, folder / "payroll.to-correct.csv", r20="E00019", r21="E00020")
    assert counts(night(site, NEXT))["payroll.to-correct.csv"] == ("loaded", 3, 2, 1)


@pytest.mark.parametrize(
    "text", ["=1", "'=1", "''=1", "'", "'t Hooft", "-5", "", " +x", "plain", "\t1", "@", "'@'"]
)
def test_the_guard_of_a_formula_comes_off_exactly(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(("=", "+", "-", "@", " +", "\t"))


def test_files_to_correct_can_be_read_by_their_owner_alone(tmp_path: Path) -> None:
    first = night(site_of(tmp_path / "site", csv_of(broken())), BEFORE)
    folder = sent_back(first, tmp_path / "reports")
    assert folder.stat().st_mode & 0o077 == 0


_THREE = ("Ref", "Surname", "DOB", "Address")
_PEOPLE = [
    ("R1", "Alderton", "03/04/1980", "1 Quay"), ("R2", "Müller", "05/06/1981", "2 Quay"), ("", "Siân", "07/08/1982", "3 Quay"),
]  # fmt: skip
_FIELDS = """
[fields]
source_ref = "Ref"
surname = "Surname"
date_of_birth = "DOB"
address = "Address"
"""


def _fixed() -> bytes:
    widths = (6, 12, 10, 10)
    lines = ["".join(cell.ljust(width) for cell, width in zip(one, widths, strict=True)) for one in _PEOPLE]
    return ("\r\n".join(lines) + "\r\n").encode("cp1252")


def _bare() -> bytes:
    return "".join(f"{'|'.join(one)}\n" for one in [("Printed by", "", "", "somebody"), *_PEOPLE]).encode(
        "cp1252"
    )


def _sheet() -> bytes:
    import xlsxwriter

    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    sheet, day = book.add_worksheet("Data"), book.add_format({"num_format": "dd/mm/yyyy"})
    sheet.write_row(0, 0, _THREE)
    for number, (ref, surname, born, address) in enumerate(_PEOPLE, 1):
        sheet.write_row(number, 0, (ref, surname))
        sheet.write_datetime(number, 2, dt.datetime.strptime(born, "%d/%m/%Y"), day)
        sheet.write(number, 3, address)
    book.close()
    return content.getvalue()


_FORMS = {
    "fixed": (_fixed, 'format = "fixed_width"\nencoding = "cp1252"\n'
              "columns = { Ref = [1, 6], Surname = [7, 12], DOB = [19, 10], Address = [29, 10] }"),
    "bare": (_bare, 'format = "delimited"\ndelimiter = "|"\nencoding = "cp1252"\nskip_rows = 1\nheader = false\n'
             'columns = ["Ref", "Surname", "DOB", "Address"]'),
    "sheet": (_sheet, 'format = "xlsx"\nsheet = "Data"'),
}  # fmt: skip


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("form", list(_FORMS))
def test_whatever_form_a_delivery_has_its_rows_come_home(tmp_path: Path, form: str, kind: str) -> None:
    content, declared = _FORMS[form]
    mapping = f'dataset = "payroll"\n[file]\npattern = "payroll.csv"\ndate_formats = ["%d/%m/%Y"]\n{declared}\n{_FIELDS}'
    site = site_of(tmp_path / "site", content(), mapping)
    first = night(site)
    (told,) = first.sent_back.to_pylist()
    folder = sent_back(first, tmp_path / "reports")
    correct(site, folder / f"payroll.to-correct.{kind}", **{f"r{told['record']}": "R3"})
    second = night(site, NEXT)
    assert {one["file"]: one["state"] for one in second.deliveries.to_pylist()}[
        f"payroll.to-correct.{kind}"
    ] == "loaded"
    home = next(one for one in second.records.to_pylist() if one["source_ref"] == "R3")
    assert (home["name_as_written"], home["date_of_birth"]) == ("Siân", dt.date(1982, 8, 7))
    assert "COLUMN_UNEXPECTED" not in second.rejects["reason"].to_pylist()


@pytest.mark.parametrize(
    ("name", "slot"),
    [
        ("council_tax.to-correct.xlsx", "council_tax"), ("Council_Tax 2.TO-CORRECT (3).csv", "council_tax"),
        ("council_tax.to-correct.csv.age", "council_tax"), ("rents 2025.to-correct.csv", "rents 2025"),
        ("other.to-correct.csv", None), ("council_tax.csv", None), ("council_tax.to-correct.pdf", None),
    ],
)  # fmt: skip
def test_the_name_of_a_file_says_which_mapping_reads_it(name: str, slot: str | None) -> None:
    assert slot_of(name, ["council_tax", "rents 2025"]) == slot


def test_a_field_agreed_no_longer_is_left_out_of_what_was_corrected(tmp_path: Path) -> None:
    site = site_of(tmp_path / "site", csv_of(broken(10)))
    folder = sent_back(night(site), tmp_path / "reports")
    delivered = correct(site, folder / "payroll.to-correct.csv", r10="E00009", r11="E00010")
    assert night(site, NEXT).records["phone"].null_count == 0
    delivered.unlink()
    sharing(record(fields=tuple(field for field in FIELDS if field != "phone"), months=60))(site.root)
    later = night(site, LATER)
    assert counts(later)["payroll.csv"][0] == "loaded"  # too few rows for the gate on blank fields
    assert later.records.num_rows == 10 and later.records["phone"].null_count == 10
