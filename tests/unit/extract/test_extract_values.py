from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraudmatch.extract.values.dates import format_fault, parse_dates, reads_two_ways
from fraudmatch.extract.values.numbers import Marks, parse_amounts, parse_whole, read_amounts
from fraudmatch.extract.values.spreadsheets import may_be_marked, plain_identifiers
from fraudmatch.extract.values.typed import text_of_cell, text_of_number
from fraudmatch.extract.values.words import parse_flags, translate

DAY = dt.date


@pytest.mark.parametrize(
    ("text", "formats", "expected"),
    [
        ("31/01/1980", ["%d/%m/%Y"], DAY(1980, 1, 31)),
        ("1/2/1980", ["%d/%m/%Y"], DAY(1980, 2, 1)),
        ("29/02/2000", ["%d/%m/%Y"], DAY(2000, 2, 29)),
        ("29/02/1900", ["%d/%m/%Y"], None),
        ("31/06/1980", ["%d/%m/%Y"], None),
        ("00/01/1980", ["%d/%m/%Y"], None),
        ("01/13/1980", ["%d/%m/%Y"], None),
        ("01/13/1980", ["%d/%m/%Y", "%Y-%m-%d"], None),
        ("1980-01-31", ["%d/%m/%Y", "%Y-%m-%d"], DAY(1980, 1, 31)),
        ("31011980", ["%d%m%Y"], DAY(1980, 1, 31)),
        ("1011980", ["%d%m%Y"], DAY(1980, 1, 1)),
        ("101198", ["%d%m%Y"], None),
        ("29252", ["%d/%m/%Y", "excel"], DAY(1980, 2, 1)),
        ("73051", ["excel"], None),
        ("1980-01-31T23:59:59.5Z", ["%Y-%m-%d"], DAY(1980, 1, 31)),
        ("1980-01-31T24:00:00", ["%Y-%m-%d"], None),
        ("31/01/1980 25:10", ["%d/%m/%Y %H:%M"], None),
        ("1 gorffennaf 1980", ["%d %B %Y"], DAY(1980, 7, 1)),
        ("19800131", ["%Y%m%d"], DAY(1980, 1, 31)),
        ("31-Jan-1980", ["%d-%b-%Y"], DAY(1980, 1, 31)),
        ("31-SEPT-1980", ["%d-%b-%Y"], None),
        ("30-Sept-1980", ["%d-%b-%Y"], DAY(1980, 9, 30)),
        ("3 september 1980", ["%d %B %Y"], DAY(1980, 9, 3)),
        ("1980-01-31 00:00:00", ["%Y-%m-%d %H:%M:%S"], DAY(1980, 1, 31)),
        ("31/01/80", ["%d/%m/%Y"], None),
        ("31/01/1980x", ["%d/%m/%Y"], None),
        ("31.01.1980", ["%d/%m/%Y"], None),
        ("9999-12-31", ["%Y-%m-%d"], DAY(9999, 12, 31)),
        ("0000-01-01", ["%Y-%m-%d"], None),
        ("٣١/01/1980", ["%d/%m/%Y"], None),
    ],
)
def test_dates(text: str, formats: list[str], expected: dt.date | None) -> None:
    assert parse_dates(pa.array([text]), formats).to_pylist() == [expected]


@pytest.mark.parametrize(
    ("text", "birth", "expected"),
    [
        ("01/04/26", True, DAY(2026, 4, 1)),
        ("02/04/26", True, DAY(1926, 4, 2)),  # the day after the as-at date cannot be a birth
        ("01/01/45", True, DAY(1945, 1, 1)),
        ("01/01/45", False, DAY(2045, 1, 1)),
        ("01/01/47", False, DAY(1947, 1, 1)),
        ("01/01/93", False, DAY(1993, 1, 1)),
    ],
)
def test_two_digit_years_depend_on_the_as_at_date_alone(text: str, birth: bool, expected: dt.date) -> None:
    days = parse_dates(pa.array([text]), ["%d/%m/%y"], birth=birth, as_at=DAY(2026, 4, 1))
    assert days.to_pylist() == [expected]


@given(st.dates(DAY(1000, 1, 1)), st.sampled_from(["%d/%m/%Y", "%Y%m%d", "%d-%b-%Y", "%d %B %Y", "%Y-%m-%d"]))
def test_a_written_date_is_read_back(day: dt.date, text: str) -> None:
    months = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
              "November", "December"]  # fmt: skip
    name = months[day.month - 1]
    written = (
        text.replace("%d", f"{day.day:02d}").replace("%m", f"{day.month:02d}").replace("%Y", f"{day.year:04d}")
    ).replace("%b", name[:3]).replace("%B", name)  # fmt: skip
    assert parse_dates(pa.array([written]), [text]).to_pylist() == [day]


@given(st.dates(DAY(1927, 1, 1), DAY(2026, 12, 31)))
def test_births_in_two_digits_are_never_in_the_future(day: dt.date) -> None:
    read = parse_dates(pa.array([f"{day:%d/%m}/{day.year % 100:02d}"]), ["%d/%m/%y"], birth=True)
    assert read.to_pylist() == [day]


def test_no_texts_give_no_dates() -> None:
    assert len(parse_dates(pa.array([], pa.string()), ["%d/%m/%Y"])) == 0


@pytest.mark.parametrize(
    ("text", "fault"),
    [("%d/%m/%Y", None), ("%d/%m", "year"), ("%d/%q/%Y", "%q"), ("%d/%d/%m/%Y", "day"), ("%d/%m/%Y%", "%")],
)
def test_formats_are_checked(text: str, fault: str | None) -> None:
    said = format_fault(text)
    assert said is None if fault is None else fault in str(said)


def test_a_month_is_its_first_day() -> None:
    assert format_fault("%Y-%m", of_month=True) is None
    assert "day" in str(format_fault("%d/%d/%Y", of_month=True)) and "day" in str(format_fault("%Y-%m"))
    read = parse_dates(pa.array(["1980-05", "1980-13", "1980-05-02"]), ["%Y-%m"])
    assert read.to_pylist() == [dt.date(1980, 5, 1), None, None]
    assert parse_dates(pa.array(["May 1980"]), ["%B %Y"]).to_pylist() == [dt.date(1980, 5, 1)]


def test_day_and_month_changed_over_is_seen() -> None:
    assert reads_two_ways(["%d/%m/%Y", "%m/%d/%Y"]) == ("%d/%m/%Y", "%m/%d/%Y")
    assert reads_two_ways(["%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%d"]) is None


@pytest.mark.parametrize(
    ("text", "pence"),
    [
        ("1,234.50", 123450),
        ("£12", 1200),
        ("-5.00", -500),
        ("£-3.20", -320),
        ("-£3.20", -320),
        ("−3.20", -320),
        (".5", 50),
        ("5.", 500),
        ("+7", 700),
        ("12.3400", 1234),
        ("45.099999999999994", 4510),
        ("45.100000000000001", 4510),
        ("99.99999999999999", 10000),
        ("123456789012345.67", 12345678901234567),
        ("12.345", 1234),
        ("12.355", 1236),
        ("12.3450000001", 1235),
        ("1,23.00", None),
        ("1234567890123456", None),
        ("(5.00", None),
        ("(-5.00)", None),
        ("--5", None),
        ("1e5", None),
        ("£", None),
        (".", None),
        ("12 34", None),
        ("Ł12", None),
        ("５", None),
    ],
)
def test_amounts_in_pounds(text: str, pence: int | None) -> None:
    assert parse_amounts(pa.array([text]), "pounds").to_pylist() == [pence]


@pytest.mark.parametrize(
    ("text", "pence"),
    [("(5.00)", -500), ("5.00-", -500), ("5.00 CR", -500), ("5.00DR", 500), ("5.00C", None)],
)
def test_marks_of_a_credit_are_declared(text: str, pence: int | None) -> None:
    marks = Marks(negative=("()", "-", "CR"), positive=("DR",))
    assert parse_amounts(pa.array([text]), "pounds", marks).to_pylist() == [pence]
    undeclared = read_amounts(pa.array([text]), "pounds")
    assert undeclared.values.to_pylist() == [None]
    assert [remark.reason for remark, _ in undeclared.remarks] == ["AMOUNT_SIGN_UNCLEAR"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [("Ł12.00", "AMOUNT_BAD_CURRENCY"), ("Â£12", "AMOUNT_BAD_CURRENCY"), ("ú12", "AMOUNT_BAD_CURRENCY"),
     ("\ufffd12", "AMOUNT_BAD_CURRENCY"), ("€12", "NUMBER_INVALID"), ("1.234,5", "AMOUNT_AMBIGUOUS"),
     ("--5", "AMOUNT_SIGN_UNCLEAR"), ("1,23.00", "NUMBER_INVALID")],
)  # fmt: skip
def test_what_is_no_amount_has_its_reason(text: str, reason: str) -> None:
    read = read_amounts(pa.array([text]), "pounds")
    assert read.values.to_pylist() == [None]
    assert [remark.reason for remark, _ in read.remarks] == [reason]


@pytest.mark.parametrize(
    ("text", "pence"), [("12345", 12345), ("-1,234", -1234), ("12.00", 12), ("12.5", None)]
)
def test_amounts_in_pence(text: str, pence: int | None) -> None:
    assert parse_amounts(pa.array([text]), "pence").to_pylist() == [pence]


@given(st.integers(-(10**14), 10**14))
def test_pence_survive_being_written_in_pounds(pence: int) -> None:
    sign, pounds, rest = "-" if pence < 0 else "", abs(pence) // 100, abs(pence) % 100
    plain, grouped = f"{sign}{pounds}.{rest:02d}", f"£{pounds:,}.{rest:02d}{sign}"
    assert parse_amounts(pa.array([plain, grouped]), "pounds", Marks(negative=("-",))).to_pylist() == [
        pence,
        pence,
    ]


@given(st.integers(0, 10**9))
def test_a_float_of_whole_pence_is_read_as_those_pence(pence: int) -> None:
    assert (
        parse_amounts(pa.array([repr(pence / 100), f"{pence / 100:.15f}"[:19]]), "pounds")[0].as_py() == pence
    )


@pytest.mark.parametrize(
    ("text", "scale", "expected"),
    [
        ("1600", 1, 1600),
        ("37.5", 100, 3750),
        ("37", 100, 3700),
        ("37.5", 1, None),
        ("37.555", 100, None),
        ("x", 1, None),
    ],
)
def test_whole_numbers(text: str, scale: int, expected: int | None) -> None:
    assert parse_whole(pa.array([text]), scale).to_pylist() == [expected]


def test_a_rounded_column_is_told_from_a_number_that_ends_in_nought() -> None:
    def lost(*texts: str) -> list[str | None]:
        read = plain_identifiers(
            pa.array(texts), number=True, kind="badge_number", lost_zeros=False, key=False
        )
        values: list[str | None] = read.values.to_pylist()
        return values

    assert lost("1234567890123450") == ["1234567890123450"]
    assert lost("1234567890123450", "1234567890123460", "1234567890123470") == [None, None, None]
    assert lost("123456789012345000", "123456789012345678") == ["123456789012345000", "123456789012345678"]
    assert lost("123456789012345000", "12") == [None, "12"]


def test_a_clean_column_is_not_looked_at_twice() -> None:
    assert not may_be_marked(pa.array(["100012345678", None, "AB123456C"]))
    assert may_be_marked(pa.array(["1", "\u0661"])) and may_be_marked(pa.array(["'1"]))
    assert not may_be_marked(pa.array([None], pa.string()))


def test_flags() -> None:
    texts = pa.array(["Y", "yes", "True", "1", "n", "NO", "false", "0", "?", "maybe"])
    assert parse_flags(texts).to_pylist() == [True] * 4 + [False] * 4 + [None] * 2


def test_codes_are_found_without_case_unless_case_tells_them_apart() -> None:
    texts = pa.array(["spd", "SPD", "a", "A", "zz"])
    codes = {"SPD": "single_person", "a": "annexe", "A": "empty"}
    assert translate(texts, codes).to_pylist() == ["single_person", "single_person", "annexe", "empty", None]
    assert translate(pa.array(["Aa"]), {"aA": "annexe", "AA": "empty"}).to_pylist() == [None]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (12.0, "12"),
        (12.1, "12.1"),
        (1e22, "10000000000000000000000"),
        (0.00001, "0.00001"),
        (True, "TRUE"),
        (dt.date(1980, 1, 31), "1980-01-31"),
        (dt.datetime(1980, 1, 31), "1980-01-31"),
        (dt.datetime(1980, 1, 31, 10, 30), "1980-01-31 10:30:00"),
        ("0012", "0012"),
    ],
)
def test_typed_cells_as_text(cell: object, text: str) -> None:
    assert text_of_cell(cell) == text


def test_no_number_is_no_text() -> None:
    assert [text_of_number(number) for number in (None, float("nan"), float("inf"))] == [None, None, None]
