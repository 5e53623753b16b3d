"""G. and H. Names and addresses: cases 121 to 145; J. Unicode and hostile text: cases 170 to 184."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cases import Case, Expected, Tried, csv_of, row, rows

ONE = "E00001"


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
    return Case(number, title, _named(**changed), Expected("loaded", codes, counts=(10, 10, 0, 1)), also=also)


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

CASES = [*REAL, *SURNAMES, *TEXT, *OTHERS]

#: Cases of the brief made here.
MADE_NAMES = {case.number for case in CASES}
