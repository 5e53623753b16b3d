"""Further wordings of arrival, structure, keys, dates and numbers that the brief names (A., B., D., E., F., I.)."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cases import HEADINGS, OWN, Case, Expected, csv_of, row, rows
from containers import SHEET, book_of
from expectations import says, sound

from catalogue.a_arrival import _is as _equal
from catalogue.a_arrival import _stands, council_tax, dated
from catalogue.c_encodings import said
from catalogue.d_structure import LOADED, changed, file, plain, text, with_
from catalogue.f_dates import _DAY
from catalogue.f_dates import _case as _dates
from catalogue.i_numbers import _detail, _record
from fraudmatch.intake.decisions import COLUMNS

COUNCIL_TAX = """
dataset = "council_tax"
[file]
pattern = "CTAX*.csv"
format = "delimited"
date_formats = ["%d/%m/%Y"]
[fields]
source_ref = "Account Ref"
surname = "Surname"
band = "Band"
exemption_type = "Exemption Type"
discount_start = "Discount Start"
liability_start = "Liability Start"
liability_end = "Liability End"
"""


def _beside_payroll(root: Path) -> None:
    (root / "partners" / OWN / "ctax.toml").write_text(COUNCIL_TAX, encoding="utf-8")


def _refused_by_name(root: Path) -> None:
    """A person has looked at tonight's file and refuses it."""
    digest = hashlib.sha256((root / "deliveries" / OWN / "payroll.csv").read_bytes()).hexdigest()
    line = f"{OWN},payroll,{digest},refuse,2026-03-31,analyst,Another council's file,payroll.csv"
    (root / "releases.csv").write_text(f"{','.join(COLUMNS)}\n{line}\n", encoding="utf-8")


def _filtered(book: Any, page: Any) -> None:
    """The sheet as somebody left it who looked at one surname only."""
    page.autofilter(0, 0, 10, len(HEADINGS) - 1)
    page.filter_column(HEADINGS.index("Surname"), "x == ALDERTONa")
    for number in range(1, 7):
        page.set_row(number, None, None, {"hidden": True})


def _made_other(form: Callable[[int], str], count: int = 40) -> Callable[[], bytes]:
    """Rows whose references are written in another way."""
    return lambda: csv_of([row(n, Ref=form(n), Hours="36") for n in range(1, count + 1)])


ARRIVAL = [
    Case(6, "same bytes as the month before, under a new name", lambda: csv_of(rows(10)),
         Expected("loaded", {"DUPLICATE_DELIVERY": 1}, counts=LOADED), file="payroll_march.csv",
         before=lambda: csv_of(rows(10)), file_before="payroll_february.csv",
         also=lambda one: _equal(one.delivery["accepted_on"], dt.date(2026, 2, 28))),
    Case(8, "another partner's rows, looked at and refused", lambda: csv_of(rows(10)),
         Expected("refused", {"DELIVERY_REFUSED": 1}, counts=(10, 0, 10, 1)), arrange=_refused_by_name,
         also=lambda one: _equal(one.prepared.records.num_rows, 0)),
    Case(9, "a council tax extract where the partner sends one too", lambda: council_tax(12),
         Expected("refused", {"WRONG_DATASET": 1}, counts=(12, 0, 12, 1)), arrange=_beside_payroll,
         also=said("the columns fit council_tax (7 of 7), not payroll (1 of 18)")),
    Case(10, "older than the one in use, by its name", lambda: csv_of(rows(10)),
         Expected("held", {"EXTRACT_OLDER": 1}, counts=(10, 0, 10, 1)), mapping=dated(), file="payroll_20260224.csv",
         before=lambda: csv_of(rows(11)), file_before="payroll_20260225.csv", also=_stands),
    Case(13, "one test record in a thousand", lambda: csv_of([row(1, Forename="Test", Surname="TEST"), *rows(1000)[1:]]),
         Expected("loaded", {"NAME_PLACEHOLDER": 2}, counts=(1000, 1000, 0, 1), records={"NAME_PLACEHOLDER": (2, 2)})),
    Case(32, "rows a filter hides", lambda: book_of(edit=_filtered), sound(HIDDEN_ROWS_INCLUDED=1), mapping=SHEET,
         also=says("HIDDEN_ROWS_INCLUDED", "6 rows")),
]  # fmt: skip

STRUCTURE = [
    Case(58, "too many fields in two rows", lambda: text(*with_(2, plain(1)[0] + ",x,y"), plain(1)[0] + ",z"),
         Expected("loaded", {"ROW_TOO_MANY_FIELDS": 2}, {}, (12, 10, 2, 1), {"ROW_TOO_MANY_FIELDS": (4, 13)})),
    Case(59, "a field short", lambda: changed(4, ",37,A", ",37"),
         Expected("loaded", {"ROW_TOO_FEW_FIELDS": 1}, counts=(10, 9, 1, 1), records={"ROW_TOO_FEW_FIELDS": (5,)}),
         also=said("17 cells where the header has 18")),
    Case(62, "a stray quote in a surname", lambda: csv_of(rows(10)).replace(b"BREWSTERa", b'O"Neil'),
         Expected("loaded", {"STRAY_QUOTE": 1}, counts=LOADED, records={"STRAY_QUOTE": (2,)})),
    Case(68, "header repeated three times", lambda: text(*plain(3), text().decode().strip(), *plain(3, 4),
         text().decode().strip(), text().decode().strip(), *plain(4, 7)),
         Expected("loaded", {"REPEATED_HEADER": 1}, counts=(10, 10, 0, 4)), also=said("3")),
    Case(73, "a first cell that is a comment in other programs", lambda: csv_of([row(1, Ref="#17"), *rows(10)[1:]]),
         Expected("loaded", {}, counts=LOADED), also=lambda one: _equal(one.record("#17")["source_row"], 2)),
    Case(83, "a line of an error page", lambda: text(*with_(4, "<html><body>Session expired, log in</body></html>")),
         Expected("loaded", {"ROW_TOO_FEW_FIELDS": 1}, counts=(11, 10, 1, 1), records={"ROW_TOO_FEW_FIELDS": (6,)})),
]  # fmt: skip

KEYS = [
    Case(97, "a row three times", lambda: csv_of([*rows(10), row(3), row(3)]),
         Expected("loaded", {"DUPLICATE_ROW": 2}, {}, (12, 10, 2, 1), {"DUPLICATE_ROW": (12, 13)}), also=said("repeats record 4")),
    Case(97, "rows that differ by outer blanks", lambda: csv_of([*rows(10), row(3, Surname=" DUNSTABLEa ")]),
         Expected("loaded", {"DUPLICATE_ROW": 1}, counts=(11, 10, 1, 1), records={"DUPLICATE_ROW": (12,)})),
    Case(98, "one reference, three people",
         lambda: csv_of([*rows(100), row(3, Surname="Hartington"), row(3, Surname="Illingworth")]),
         Expected("loaded", {"DUPLICATE_KEY_CONFLICT": 3}, counts=(102, 99, 3, 1),
                  records={"DUPLICATE_KEY_CONFLICT": (4, 102, 103)})),
    *(Case(99, f"a reference of {name}", lambda ref=ref: csv_of([*rows(10), row(11, Ref=ref)]),
           Expected("loaded", {"KEY_MISSING": 1}, counts=(11, 10, 1, 1), records={"KEY_MISSING": (12,)}))
      for name, ref in (("nothing", ""), ("a blank that does not break", "\u00a0"))),
    Case(99, "a reference of a word that means blank", lambda: csv_of([*rows(10), row(11, Ref="NULL")]),
         Expected("loaded", {"KEY_MISSING": 1}, counts=(11, 10, 1, 1), records={"KEY_MISSING": (12,)}),
         mapping=file('null_values = ["NULL"]')),
    Case(100, "references in lower case", _made_other(lambda n: f"e{n:05d}"),
         Expected("held", {"KEY_FORMAT_CHANGED": 1}, counts=(40, 0, 40, 1)), before=lambda: csv_of(rows(40))),
    Case(100, "references with a hyphen", _made_other(lambda n: f"E-{n:05d}"),
         Expected("held", {"KEY_FORMAT_CHANGED": 1}, counts=(40, 0, 40, 1)), before=lambda: csv_of(rows(40))),
]  # fmt: skip

DATES = [
    _dates(101, "without zeros", {"1/2/1980": _DAY, "01/2/1980": _DAY}, {}),
    _dates(101, "declared without separators", {"01021980": _DAY, "31121980": dt.date(1980, 12, 31)}, {}, "%d%m%Y"),
    _dates(101, "several declared", {"01/02/1980": _DAY, "1980-02-01": _DAY}, {}, "%d/%m/%Y", "%Y-%m-%d"),
    _dates(103, "an offset in the night", {"1980-02-01T23:30:00+13:00": _DAY, "1980-02-01T00:30:00-11:00": _DAY},
           {"TIME_DROPPED": 2}, "%Y-%m-%d"),
    _dates(104, "the first zero lost of six digits", {"10280": _DAY, "311280": dt.date(1980, 12, 31)},
           {"DATE_PADDED": 1, "CENTURY_INFERRED": 2}, "%d%m%y"),
    _dates(105, "the day number of the brief", {"29221": dt.date(1980, 1, 1)}, {"EXCEL_SERIAL": 1}, "%d/%m/%Y", "excel"),
    _dates(105, "a number that is no plausible day", {"99999": None}, {"DATE_INVALID": 1}, "%d/%m/%Y", "excel"),
    _dates(112, "born far ahead", {"01/01/2099": None, "31/12/2079": None}, {"DOB_FUTURE": 2}),
    _dates(115, "more days no calendar has", dict.fromkeys(["30/02/1980", "31/04/1980", "00/01/1980", "32/01/1980", "01/13/1980"]),
           {"DATE_INVALID": 5}),
    _dates(118, "a month in words", {"February 1980": None, "1980/02": None}, {"DATE_PARTIAL": 2}),
    _dates(119, "months in English and Welsh, two digits", {"1-Feb-80": _DAY, "1-Chwe-80": None},
           {"DATE_INVALID": 1, "CENTURY_INFERRED": 1}, "%d-%b-%y"),
]  # fmt: skip

NUMBERS = [
    _record(120, "digits of another script in a reference", "UPRN", "uprn",
            {"١٠٠٠١٢٣٤٥٦٧٨": "100012345678", "１０００１２３４５６７８": "100012345678"}, {"DIGITS_NORMALISED": 2}),
    _record(147, "UPRN with a decimal comma in scientific notation", "UPRN", "uprn",
            {"1,00012E+11": None, "1.00012e+11": None}, {"PRECISION_LOST": 2}),
    _record(151, "sort codes that became dates, in the other ways", "Sort code", "bank",
            {"21-NOV-1997": None, "Nov-1997": None}, {"EXCEL_DATE_IN_SORTCODE": 2}),
    _detail(157, "amounts with blanks inside", {"£ 1,234.56": 123456, " 1234.56 ": 123456, "1,234,567.89": 123456789}, {}),
    _detail(158, "amounts with a comma for the point", {"1234,56": ..., "1.234,56": ...}, {"AMOUNT_AMBIGUOUS": 2}),
    _detail(162, "more words among amounts", {"n/a": None, "tbc": None, "£": None}, {"NUMBER_INVALID": 3}),
    _detail(164, "more figures of programs", dict.fromkeys(["nan", "inf", "+Infinity", "1_0", "1e5"], ...),
            {"NUMBER_INVALID": 5}, done={"NUMBER_INVALID": "quarantine"}),
    _record(168, "telephone numbers of mobiles", "Phone", "phone",
            {"+44 (0)7700 900123": "07700900123", "0044 7700 900124": "07700900124", "7700900125": "07700900125"}, {}),
]  # fmt: skip

CASES = [*ARRIVAL, *STRUCTURE, *KEYS, *DATES, *NUMBERS]
