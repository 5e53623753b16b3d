"""A. Arrival and identity: cases 1 to 13, 15, 16, 18, 19 (14, 17 and 20 stand with the containers)."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from cases import HEADINGS, MAPPING, OTHER, OWN, Case, Expected, Tried, csv_of, row, rows

MADE_A = set(range(1, 14)) | {15, 16, 18, 19}


def _stands(one: Tried) -> None:
    """The delivery of the night before is used, with its date."""
    (standing,) = [d for d in one.prepared.deliveries.to_pylist() if d["state"] == "stands"]
    assert (standing["partner"], standing["accepted_on"].isoformat()) == (OWN, "2026-02-28")
    assert one.prepared.records.num_rows == standing["loaded"] > 0


def _says(*words: str) -> Callable[[Tried], None]:
    def check(one: Tried) -> None:
        details = " ".join(str(reject["detail"]) for reject in one.rejects)
        assert all(word in details for word in words), details

    return check


def _states(**states: str) -> Callable[[Tried], None]:
    """The state of each file of the partner by its name without ending."""

    def check(one: Tried) -> None:
        found = {
            row["file"].removesuffix(".csv"): row["state"]
            for row in one.prepared.deliveries.to_pylist()
            if row["partner"] == OWN and row["state"] != "stands"
        }
        assert found == states

    return check


def _set_site(line: str) -> Callable[[Path], None]:
    def arrange(root: Path) -> None:
        path = root / "site.toml"
        path.write_text(line + "\n" + path.read_text(encoding="utf-8"), encoding="utf-8")

    return arrange


def _beside(ending: str, text: str) -> Callable[[Path], None]:
    def arrange(root: Path) -> None:
        (root / "deliveries" / OWN / f"payroll.csv{ending}").write_text(text, encoding="utf-8")

    return arrange


def _also_delivered(name: str, content: Callable[[], bytes], partner: str = OWN) -> Callable[[Path], None]:
    def arrange(root: Path) -> None:
        (root / "deliveries" / partner / name).write_bytes(content())
        if partner == OTHER:
            mapping = (root / "partners" / OWN / "payroll.toml").read_text(encoding="utf-8")
            (root / "partners" / OTHER / "payroll.toml").write_text(mapping, encoding="utf-8")

    return arrange


def _settling(root: Path) -> None:
    _set_site("settle_seconds = 3600")(root)


def _settled(root: Path) -> None:
    _settling(root)
    path = root / "deliveries" / OWN / "payroll.csv"
    os.utime(path, (1_000_000_000, 1_000_000_000))


def _open_elsewhere(name: str) -> Callable[[Path], None]:
    return lambda root: (root / "deliveries" / OWN / name).write_bytes(b"\x05owner")


def _age(days: int) -> Callable[[Tried], None]:
    def check(one: Tried) -> None:
        made = dt.date(2026, 3, 31) - dt.timedelta(days)
        assert one.delivery["extracted_on"] == made

    return check


def dated(*, due: int | None = None, column: bool = False) -> str:
    """The mapping with the day of the extract declared."""
    how = 'date_column = "Run date"\ndate_format = "%d %b %Y"' if column else 'name = "payroll_{date}.csv"'
    limit = f"due_days = {due}" if due else ""
    return MAPPING + f"[delivery]\n{how}\n{limit}\n"


def parts(extra: str = "") -> str:
    """The mapping of a delivery in numbered parts."""
    return MAPPING + f'[delivery]\nname = "payroll_{{part}}_of_{{parts}}.csv"\n{extra}'


def with_run_date(day: str, count: int = 10) -> bytes:
    """Rows with a column that says in each when the extract was made."""
    made = [one | {"Run date": day} for one in rows(count)]
    return csv_of(made, headings=(*HEADINGS, "Run date"))


def with_tests(count: int, wrong: int, **named: str) -> bytes:
    """Rows of which the first ones carry the name of a test record."""
    return csv_of([row(n, **(named if n <= wrong else {})) for n in range(1, count + 1)])


#: Letters that end a postcode.
_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"


def southern(first: int, count: int) -> list[dict[str, str]]:
    """Rows of the neighbouring council: other references, other postcodes."""
    return [
        row(n, Ref=f"S{n:05d}", Postcode=f"BA{n % 9 + 1} {n % 9 + 1}X{_LETTERS[n % 20]}")
        for n in range(first, first + count)
    ]


def northern(count: int) -> list[dict[str, str]]:
    """Rows with many different postcodes of one's own area."""
    return [row(n, Postcode=f"GL{n % 9 + 1} {n % 9 + 1}Y{_LETTERS[n % 20]}") for n in range(1, count + 1)]


NARROW = """
dataset = "payroll"
[file]
pattern = "payroll*"
format = "delimited"
[fields]
source_ref = "Ref"
"""


def narrow(count: int) -> bytes:
    """So many rows of a reference alone."""
    return b"Ref\n" + b"".join(b"E%07d\n" % number for number in range(count))


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


_TEN, _HUNDRED = (lambda: csv_of(rows(10))), (lambda: csv_of(rows(100)))
_HELD_TEN = (10, 0, 10, 1)

CASES = [
    Case(1, "empty file", lambda: b"", Expected("refused", {"FILE_EMPTY": 1}, counts=(0, 0, 0, 0))),
    Case(1, "empty file after a good night", lambda: b"", Expected("refused", {"FILE_EMPTY": 1}, counts=(0, 0, 0, 0)),
         before=_TEN, also=_stands),
    Case(2, "header only", lambda: csv_of([]), Expected("held", {"FILE_NO_ROWS": 1}, counts=(0, 0, 0, 1))),
    Case(2, "header only after a good night", lambda: csv_of([]),
         Expected("held", {"FILE_NO_ROWS": 1}, counts=(0, 0, 0, 1)), before=_TEN, also=_stands),
    Case(2, "header only where that is lawful", lambda: csv_of([]), Expected("loaded", {}, counts=(0, 0, 0, 1)),
         mapping=MAPPING + "[delivery]\nmay_be_empty = true\n"),
    Case(3, "still being copied: changed just now", _TEN,
         Expected("deferred", {"FILE_NOT_SETTLED": 1}, counts=(0, 0, 0, 0)), arrange=_settling, before=_TEN, also=_stands),
    Case(3, "copied long ago", _TEN, Expected("loaded", {}, counts=(10, 10, 0, 1)), arrange=_settled),
    Case(3, "still being copied: its name says so", _TEN, Expected("deferred", {"FILE_NOT_SETTLED": 1}, counts=(0, 0, 0, 0)),
         file="payroll.csv.filepart"),
    Case(4, "another digest than its sender's", _TEN,
         Expected("refused", {"FILE_DIGEST_MISMATCH": 1}, counts=(0, 0, 0, 0)),
         arrange=_beside(".sha256", f"{'0' * 64}  payroll.csv\n"), before=_TEN, also=_stands),
    Case(4, "another size than its sender's", _TEN, Expected("refused", {"FILE_DIGEST_MISMATCH": 1}, counts=(0, 0, 0, 0)),
         arrange=_beside(".meta", "size = 12\n"), also=_says("expected 12 bytes")),
    Case(4, "the digest and the size its sender gives", _TEN, Expected("loaded", {}, counts=(10, 10, 0, 1)),
         arrange=_beside(".meta", f"size: {len(csv_of(rows(10)))}\nsha256: {_sha(csv_of(rows(10))).upper()}\n")),
    Case(4, "a description that says nothing", _TEN, Expected("refused", {"FILE_DIGEST_MISMATCH": 1}, counts=(0, 0, 0, 0)),
         arrange=_beside(".sha256", "see attached\n")),
    Case(5, "same bytes as the month before", _TEN,
         Expected("loaded", {"DUPLICATE_DELIVERY": 1}, counts=(10, 10, 0, 1)), before=_TEN,
         also=lambda one: _is(one.delivery["accepted_on"], dt.date(2026, 2, 28))),
    Case(6, "same bytes twice tonight, under two names", _TEN, Expected("loaded", {}, counts=(10, 10, 0, 1)),
         arrange=_also_delivered("payroll_copy.csv", _TEN), also=_states(payroll="loaded", payroll_copy="repeated")),
    Case(6, "the older copy beside a new delivery", lambda: csv_of(rows(11)),
         Expected("loaded", {}, counts=(11, 11, 0, 1)), before=_TEN,
         arrange=_also_delivered("payroll_old.csv", _TEN), also=_states(payroll="loaded", payroll_old="repeated")),
    Case(7, "same rows in another order", lambda: csv_of(rows(10)[::-1]),
         Expected("held", {"STALE_CONTENT": 1}, counts=_HELD_TEN), before=_TEN, also=_stands),
    Case(7, "same rows in another encoding", lambda: b"\xef\xbb\xbf" + csv_of(rows(10), end="\n"),
         Expected("held", {"STALE_CONTENT": 1}, counts=_HELD_TEN), before=_TEN, also=_stands),
    Case(7, "one cell differs", lambda: csv_of([*rows(9), row(10, Salary="25000.01")]),
         Expected("loaded", {}, counts=(10, 10, 0, 1)), before=_TEN),
    Case(8, "another partner's area", lambda: csv_of(southern(1, 60)),
         Expected("held", {"WRONG_PARTNER_SUSPECTED": 1}, counts=(60, 0, 60, 1)), before=lambda: csv_of(northern(60)),
         arrange=_also_delivered("payroll.csv", lambda: csv_of(southern(101, 180)), OTHER), also=_says(OTHER, "100 %")),
    Case(8, "another partner's very rows on a first night", lambda: csv_of(southern(1, 40)),
         Expected("held", {"WRONG_PARTNER_SUSPECTED": 1}, counts=(40, 0, 40, 1)),
         arrange=_also_delivered("payroll.csv", lambda: csv_of(southern(1, 50)), OTHER), also=_says(OTHER)),
    Case(8, "neighbours in one area on a first night", lambda: csv_of(northern(60)),
         Expected("loaded", {}, counts=(60, 60, 0, 1)),
         arrange=_also_delivered("payroll.csv", lambda: csv_of([one | {"Ref": "S" + one["Ref"]} for one in northern(60)]), OTHER)),
    Case(9, "a council tax extract in the place of the payroll", lambda: council_tax(12),
         Expected("refused", {"WRONG_DATASET": 1}, counts=(12, 0, 12, 1)), before=_TEN,
         also=lambda one: (_stands(one), _says("council_tax", "payroll")(one))[0]),
    Case(10, "older than the one in use", lambda: with_run_date("24 Jan 2026"),
         Expected("held", {"EXTRACT_OLDER": 1, "COLUMN_UNEXPECTED": 1}, counts=_HELD_TEN), mapping=dated(column=True),
         before=lambda: with_run_date("25 Feb 2026", 11), also=_stands),
    Case(10, "newer than the one in use", lambda: with_run_date("26 Feb 2026"),
         Expected("loaded", {"COLUMN_UNEXPECTED": 1}, counts=(10, 10, 0, 1)), mapping=dated(column=True),
         before=lambda: with_run_date("25 Feb 2026", 11)),
    Case(11, "a fifth of the rows missing", lambda: csv_of(rows(79)),
         Expected("held", {"VOLUME_LOW": 1}, counts=(79, 0, 79, 1)), before=_HUNDRED, also=_stands),
    Case(11, "just enough rows", lambda: csv_of(rows(80)), Expected("loaded", {}, counts=(80, 80, 0, 1)),
         before=_HUNDRED),
    Case(11, "more than twice the rows", lambda: csv_of(rows(21)), Expected("held", {"VOLUME_HIGH": 1}, counts=(21, 0, 21, 1)),
         before=_TEN, also=_stands),
    Case(11, "twice the rows", lambda: csv_of(rows(20)), Expected("loaded", {}, counts=(20, 20, 0, 1)), before=_TEN),
    *(Case(12, f"exactly {count:,} rows", lambda count=count: narrow(count),
           Expected("held", {"POSSIBLE_EXCEL_TRUNCATION": 1}, counts=(count, 0, count, 1)), mapping=NARROW)
      for count in (65_535, 65_536, 1_048_575, 1_048_576)),
    Case(12, "one row fewer than a sheet holds", lambda: narrow(65_534), Expected("loaded", {"NAME_MISSING": 65_534}, counts=(65_534, 65_534, 0, 1)),
         mapping=NARROW),
    Case(13, "two test records in 300", lambda: with_tests(300, 2, Forename="Test", Surname="TEST"),
         Expected("held", {"TEST_DATA_SUSPECTED": 1}, counts=(300, 0, 300, 1)), also=_says("records 2, 3")),
    Case(13, "Mickey Mouse", lambda: with_tests(50, 1, Forename="Mickey", Surname="Mouse"),
         Expected("held", {"TEST_DATA_SUSPECTED": 1}, counts=(50, 0, 50, 1))),
    Case(13, "a dummy", lambda: with_tests(50, 1, Forename="", Surname="DUMMY"),
         Expected("held", {"TEST_DATA_SUSPECTED": 1}, counts=(50, 0, 50, 1))),
    Case(13, "people whose surname is Duck", lambda: with_tests(50, 3, Surname="Duck"),
         Expected("loaded", {}, counts=(50, 50, 0, 1))),
    Case(15, "two files for one slot", _TEN, Expected("held", {"AMBIGUOUS_DELIVERY": 1}, counts=_HELD_TEN),
         arrange=_also_delivered("payroll_2.csv", lambda: csv_of(rows(11))),
         also=_states(payroll="held", payroll_2="held")),
    Case(16, "part 2 of 3 missing", _TEN, Expected("held", {"PART_MISSING": 1}, counts=_HELD_TEN),
         file="payroll_1_of_3.csv", mapping=parts(),
         arrange=_also_delivered("payroll_3_of_3.csv", lambda: csv_of([row(30)])),
         also=lambda one: (_states(payroll_1_of_3="held", payroll_3_of_3="held")(one), _says("part 2 of 3")(one))[0]),
    Case(16, "part 2 of 2 cannot be read", _TEN, Expected("held", {"PART_MISSING": 1}, counts=_HELD_TEN),
         file="payroll_1_of_2.csv", mapping=parts(), arrange=_also_delivered("payroll_2_of_2.csv", lambda: b""),
         also=lambda one: (_states(payroll_1_of_2="held", payroll_2_of_2="refused")(one), _says("was refused")(one))[0]),
    Case(16, "all parts", _TEN, Expected("loaded", {}, counts=(10, 10, 0, 1)), file="payroll_1_of_2.csv",
         mapping=parts(), arrange=_also_delivered("payroll_2_of_2.csv", lambda: csv_of([row(n) for n in range(11, 16)])),
         also=lambda one: _is(one.prepared.records.num_rows, 15)),
    Case(18, "open in a spreadsheet", _TEN, Expected("deferred", {"FILE_LOCKED": 1}, counts=(0, 0, 0, 0)),
         arrange=_open_elsewhere("~$payroll.csv"), before=_TEN, also=_stands),
    Case(18, "open in another spreadsheet", _TEN, Expected("deferred", {"FILE_LOCKED": 1}, counts=(0, 0, 0, 0)),
         arrange=_open_elsewhere(".~lock.payroll.csv#")),
    Case(19, "36 days old by its name", _TEN, Expected("loaded", {"EXTRACT_STALE": 1}, counts=(10, 10, 0, 1)),
         file="payroll_20260223.csv", mapping=dated(), also=_age(36)),
    Case(19, "35 days old", _TEN, Expected("loaded", {}, counts=(10, 10, 0, 1)), file="payroll_20260224.csv",
         mapping=dated(), also=_age(35)),
    Case(19, "old by a column that says the day", lambda: with_run_date("12 Aug 2025"),
         Expected("loaded", {"COLUMN_UNEXPECTED": 1, "EXTRACT_STALE": 1}, counts=(10, 10, 0, 1)), mapping=dated(column=True),
         also=_says("2025-08-12")),
    Case(19, "older than its due date", _TEN, Expected("held", {"EXTRACT_OVERDUE": 1}, counts=_HELD_TEN),
         file="payroll_20260320.csv", mapping=dated(due=10), also=_says("data of 2026-03-20", "11 days")),
    Case(19, "on its due date", _TEN, Expected("loaded", {}, counts=(10, 10, 0, 1)), file="payroll_20260321.csv",
         mapping=dated(due=10)),
]  # fmt: skip


def _is(found: object, wanted: object) -> None:
    assert found == wanted


def council_tax(count: int) -> bytes:
    """An extract of another data set."""
    headings = (
        "Account Ref",
        "Surname",
        "Band",
        "Discount",
        "Discount Start",
        "Liability Start",
        "Liability End",
        "Exemption Type",
    )
    lines = [f"{1000 + n},Alderton,B,SPD,01/04/2020,01/04/2019,," for n in range(count)]
    return ("\r\n".join([",".join(headings), *lines]) + "\r\n").encode()
