"""G. and H. Names and addresses: cases 121 to 145; J. Unicode and hostile text: cases 170 to 184."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from cases import HEADINGS, MAPPING, Case, Expected, Tried, csv_of, row, rows
from containers import XLSX, book_of

ONE = "E00001"
LOADED = (10, 10, 0, 1)


def _named(**changed: str) -> Callable[[], bytes]:
    """Ten rows, the first with other names."""
    return lambda: csv_of([row(1, **changed), *rows(10)[1:]])


def _is(**wanted: Any) -> Callable[[Tried], None]:
    """The first row's record holds these values."""

    def check(one: Tried) -> None:
        record = one.record(ONE)
        assert {name: record[name] for name in wanted} == wanted

    return check


def _case(
    number: int, title: str, codes: dict[str, int], also: Callable[[Tried], None], **changed: str
) -> Case:
    """A case whose first row (record 2) alone carries the codes."""
    expected = Expected("loaded", codes, counts=LOADED, records=dict.fromkeys(codes, (2,)))
    return Case(number, title, _named(**changed), expected, also=also)


def _written(text: str) -> Callable[[Tried], None]:
    """The first row's name is shown as it was sent."""

    def check(one: Tried) -> None:
        assert text in one.record(ONE)["name_as_written"]

    return check


def _two(first: dict[str, str | None], second: dict[str, str | None]) -> Callable[[Tried], None]:
    """The first row became two records of one reference."""

    def check(one: Tried) -> None:
        for party, wanted in ((1, first), (2, second)):
            record = one.record(ONE, party)
            assert {name: record[name] for name in wanted} == wanted

    return check


REAL = [
    _case(122, f"the real surname {name}", {}, _is(surname=name.upper(), party_kind="person"), Surname=name)
    for name in ("Null", "Na", "None", "Nan", "True", "May", "Jan")
]
SURNAMES = [
    _case(number, ascii(text)[:40], {code: 1} if code else {}, _is(surname=key), Surname=text)
    for number, text, key, code in (
        (121, "UNKNOWN", None, "NAME_PLACEHOLDER"),
        (121, "N/A", None, "NAME_PLACEHOLDER"),
        (121, "TBC", None, "NAME_PLACEHOLDER"),
        (121, "XXX", None, "NAME_PLACEHOLDER"),
        (121, "NOT GIVEN", None, "NAME_PLACEHOLDER"),
        (121, ".", None, "NAME_UNREADABLE"),
        (121, "-", None, "NAME_UNREADABLE"),
        (123, "THE OCCUPIER", None, "NON_PERSON"),
        (123, "VOID", None, "NON_PERSON"),
        (123, "Executors of Alder", "ALDER", "NON_PERSON"),
        (123, "Quarry Builders Ltd", "QUARRY BUILDERS LTD", "NON_PERSON"),
        (124, "aLdErToN", "ALDERTON", None),
        (130, "O'Neil", "ONEIL", None),
        (130, "O\u2019Neil", "ONEIL", None),
        (130, "Mc Alder", "MCALDER", None),
        (131, "Alder (n\u00e9e Brook)", "ALDER", "ALIAS_FOUND"),
        (131, "Alder (formerly Brook)", "ALDER", "ALIAS_FOUND"),
        (131, "Alder aka Brook", "ALDER", "ALIAS_FOUND"),
        (132, "X", "X", None),
        (132, "A" * 80, "A" * 80, None),
        (134, "ALDER (DEC'D)", "ALDER", "DECEASED_MARKER"),
        (134, "Alder Deceased", "ALDER", "DECEASED_MARKER"),
        (135, "Alder 2", "ALDER", "NAME_HAS_DIGITS"),
        (136, "DO NOT USE", None, "RECORD_MARKED_VOID"),
        (136, "DUPLICATE RECORD", None, "RECORD_MARKED_VOID"),
        (170, "\u0405M\u0406TH", "SMITH", "MIXED_SCRIPT"),
        (171, "Al\u200bder", "ALDER", "INVISIBLE_CHARS"),
        (171, "Al\u00adder", "ALDER", "INVISIBLE_CHARS"),
        (171, "Al\ufeffder", "ALDER", "INVISIBLE_CHARS"),
        (172, "Al\u202eder", "ALDER", "BIDI_CONTROL"),
        (173, "Alder \U0001f600", "ALDER", None),
        (174, "Ren\u00e9", "RENE", None),
        (174, "Rene\u0301", "RENE", None),
        (175, "A\u0300\u0301\u0302\u0303\u0304lder", "ALDER", "INVISIBLE_CHARS"),
        (176, "\ufb01nch", "FINCH", None),
        (176, "\uff21\uff2c\uff24\uff25\uff32", "ALDER", None),
        (177, "\u0130n\u00f6n\u00fc", "INONU", None),
        (177, "Stra\u00dfe", "STRASSE", None),
        (177, "\u0141ach", "LACH", None),
        (177, "\u00d8stby", "OSTBY", None),
        (177, "\u00de\u00f3rr", "THORR", None),
        (177, "\u00c6sop", "AESOP", None),
        (184, "NAME_MISSING", "NAME MISSING", None),
    )
]
TEXT = [
    _case(number, f"as text {text!a}", {code: 1} if code else {}, _written(text), Surname=text)
    for number, text, code in (
        (178, "<b>Alder<i>", None),
        (178, "<script>alert(x)</script>", None),
        (178, "<img src=x onerror=alert(x)>", None),
        (179, "+cmd", None),
        (179, "-Alder", None),
        (180, "{{x*x}}", None),
        (180, "{x.__class__}", None),
        (182, "../../etc/x", None),
        (184, "NAME|FIELD;reason", None),
        (179, "=HYPERLINK(A)", None),
        (179, "@x", None),
        (180, "'; DROP TABLE x", None),
        (180, "${jndi:x}", None),
        (180, "%n", None),
    )
]
OTHERS = [
    _case(126, "a couple in one field", {"JOINT_NAME": 1},
          _two({"title": "MR", "surname": "ALDER"}, {"title": "MRS", "surname": "ALDER"}),
          Title="", Forename="", Surname="Mr & Mrs J Alder"),
    _case(127, "two surnames", {"MULTIPLE_PERSONS": 1}, _two({"surname": "ALDER"}, {"surname": "PATEL"}),
          Title="", Forename="", Surname="J Alder and A Patel"),
    _case(127, "two surnames and a stroke", {"MULTIPLE_PERSONS": 1},
          _two({"surname": "ALDER"}, {"surname": "PATEL"}), Forename="", Surname="Alder/Patel"),
    _case(128, "titles and honours", {}, _is(title="DR", surname="ALDER"), Title="Dr", Surname="Alder OBE"),
    _case(129, "a whole name in the surname", {"NAME_PARSED": 1}, _is(forename="JOHN", surname="ALDER"),
          Forename="", Surname="ALDER, John"),
    _case(133, "an initial", {}, _is(forename="J"), Forename="J"),
    _case(137, "both names blank", {"NAME_MISSING": 1}, _is(surname=None, party_kind=None),
          Forename="", Surname=""),
    _case(139, "a postcode with odd blanks", {}, _is(postcode="GL1 1AB"), Postcode="gl1\u00a01ab\u200b"),
    _case(140, "a letter for a digit", {"POSTCODE_CORRECTED": 1}, _is(postcode="GL0 1AB"), Postcode="GLO 1AB"),
    *(_case(141, text, {"POSTCODE_PLACEHOLDER": 1}, _is(postcode=None), Postcode=text)
      for text in ("ZZ99 3VZ", "XX1 1XX", "NFA")),
    _case(143, "a house number as a date", {"EXCEL_DATE_IN_ADDRESS": 1}, _is(town="EXAMPLETON"),
          Address="05-Jul, Quarry Lane, Exampleton"),
    _case(144, "lines in an address", {}, _is(number="5", street="QUARRY LANE", town="EXAMPLETON"),
          Address="5 Quarry Lane\n, , Exampleton"),
    _case(145, "forces post", {}, _is(postcode=None), Postcode="BFPO 12"),
]  # fmt: skip


def _turned(count: int, of: int) -> list[dict[str, str]]:
    """So many of so many rows with forenames and surnames changed over, then the others."""
    over = [one | {"Forename": one["Surname"], "Surname": one["Forename"]} for one in rows(of)[:count]]
    return [*over, *rows(of)[count:]]


def _of_the_file(one: Tried) -> None:
    """The only fault is the file's, and the names stay as they came."""
    assert [fault["source_row"] for fault in one.rejects] == [None]
    _is(forename="BREWSTERA", surname="BRIAN")(one)


def _at_one_address() -> list[dict[str, str]]:
    """Ten people in one hostel."""
    return [row(number, Address="c/o Quarry Hostel, 1 Quarry Lane, Exampleton") for number in range(1, 11)]


def _quarantined(one: Tried) -> None:
    assert one.record("E00002") and not [
        r for r in one.prepared.records["source_ref"].to_pylist() if r == ONE
    ]


def _null_cells(one: Tried) -> None:
    """Every one of the surnames that look like a program's word for nothing came through."""
    found = [one.record(f"E{number:05d}")["surname"] for number in range(1, 8)]
    assert found == [name.upper() for name in LOOK_LIKE_NOTHING]


def _table() -> list[list[Any]]:
    return [list(HEADINGS), *([one[name] for name in HEADINGS] for one in NAMED_NOTHING)]


def _parquet() -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(NAMED_NOTHING), sink)
    return sink.getvalue().to_pybytes()


LOOK_LIKE_NOTHING = ("Null", "Na", "None", "Nan", "True", "May", "Jan")
NAMED_NOTHING = [row(number, Surname=name) for number, name in enumerate(LOOK_LIKE_NOTHING, 1)]
SEVEN = Expected("loaded", {}, counts=(7, 7, 0, 0))
HOPS = [
    Case(122, "real surnames in a workbook", lambda: book_of(sheets={"Extract": _table()}), Expected("loaded", {}, counts=(7, 7, 0, 1)),
         file="payroll.xlsx", mapping=XLSX, also=_null_cells),
    Case(122, "real surnames in Parquet", _parquet, SEVEN, file="payroll.parquet",
         mapping=MAPPING.replace('"delimited"', '"parquet"'), also=_null_cells),
]  # fmt: skip
MORE = [
    Case(125, "forename and surname changed over in every row", lambda: csv_of(_turned(30, 30)),
         Expected("loaded", {"NAME_ORDER_SUSPECTED": 1}, counts=(30, 30, 0, 1)), also=_of_the_file),
    Case(125, "forename and surname changed over in a few rows", lambda: csv_of(_turned(10, 40)),
         Expected("loaded", {}, counts=(40, 40, 0, 1)), also=_is(forename="BREWSTERA", surname="BRIAN")),
    _case(126, "a couple beside a forename", {"JOINT_NAME": 1},
          _two({"title": "MR", "forename": "BRIAN", "surname": "ALDER"},
               {"title": "MRS", "forename": None, "surname": "ALDER"}),
          Title="", Forename="Brian", Surname="Mr & Mrs B Alder"),
    _case(138, "a romanisation", {}, _is(forename="MOHAMMED", surname="ALDER"), Forename="Mohammed", Surname="Alder"),
    Case(142, "ten people in a hostel", lambda: csv_of(_at_one_address()), Expected("loaded", {}, counts=LOADED),
         also=_is(street="QUARRY LANE", number="1", town="EXAMPLETON")),
    _case(143, "a house number as a date, without a comma", {"EXCEL_DATE_IN_ADDRESS": 1},
          _is(street="QUARRY LANE", town="EXAMPLETON", number=None), Address="05-Jul Quarry Lane, Exampleton"),
    _case(145, "a foreign address", {}, _is(number="12", street="RUE LONGUE"),
          Address="12 Rue Longue, Paris, France", Postcode=""),
    Case(146, "an address of 501 characters", _named(Address="5 Quarry Lane, " + "x" * 486),
         Expected("loaded", {"FIELD_TOO_LONG": 1}, {"FIELD_TOO_LONG": "flag"}, counts=LOADED)),
    Case(146, "an address of 500 characters", _named(Address="5 Quarry Lane, " + "x" * 485),
         Expected("loaded", {}, counts=LOADED)),
    _case(181, "a line end in a name", {}, _is(surname="AL DER"), Surname="Al\nder"),
    _case(181, "a terminal's command in a name", {"CONTROL_CHARS_STRIPPED": 1}, _is(surname="ALDER"),
          Surname="Alder\x1b[m"),
    Case(183, "a name of 1,000,000 characters", _named(Surname="A" * 1_000_000),
         Expected("loaded", {"FIELD_TOO_LONG": 1}, counts=(10, 9, 1, 1)), also=_quarantined),
]  # fmt: skip

CASES = [*REAL, *SURNAMES, *TEXT, *OTHERS, *HOPS, *MORE]

#: Cases of the brief made here.
MADE_NAMES = {case.number for case in CASES}
