"""Dates and amounts beside slow readers that are plain to see: any text, the same answer, and never in silence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Decimal

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from fraudmatch.extract.values.dates import read_dates
from fraudmatch.extract.values.numbers import Marks, read_amounts, read_whole
from fraudmatch.extract.values.parsed import Parsed
from fraudmatch.extract.values.spreadsheets import plain_identifiers
from fraudmatch.reasons import REASONS, Disposition

AS_AT = dt.date(2026, 3, 31)
FORMATS = ["%d/%m/%Y", "%Y-%m-%d", "%d%m%Y", "%d-%b-%y", "%d %B %Y", "%d.%m.%y %H:%M", "excel"]
SPACE = " \t\n\r\f"
ENGLISH = ["JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE", "JULY", "AUGUST", "SEPTEMBER", "OCTOBER",
           "NOVEMBER", "DECEMBER"]  # fmt: skip
WELSH = ["IONAWR", "CHWEFROR", "MAWRTH", "EBRILL", "MAI", "MEHEFIN", "GORFFENNAF", "AWST", "MEDI", "HYDREF",
         "TACHWEDD", "RHAGFYR"]  # fmt: skip
LONG = {name: at % 12 + 1 for at, name in enumerate(ENGLISH + WELSH)}
SHORT = {name[:3]: number for name, number in LONG.items()} | {"SEPT": 9, "TACH": 11, "RHAG": 12}


# --- dates, one character after the other ------------------------------------------------------


def digits(text: str, fewest: int, most: int) -> Iterator[tuple[str, str]]:
    """The ways to take so many digits off the front: what is taken and what is left."""
    for size in range(most, fewest - 1, -1):
        if len(text) >= size and all("0" <= sign <= "9" for sign in text[:size]):
            yield text[:size], text[size:]


def pieces(text: str, tokens: list[str], at: int) -> Iterator[tuple[dict[str, str], str]]:
    """The ways to read `text` by the tokens from `at` on: the parts, and what is left over."""
    if at == len(tokens):
        yield {}, text
        return
    token = tokens[at]
    if len(token) == 1:
        if text.startswith(token):
            yield from pieces(text[1:], tokens, at + 1)
        return
    beside = [len(other) == 2 for other in tokens[max(at - 1, 0) : at] + tokens[at + 1 : at + 2]]
    if token in ("%b", "%B"):
        names = SHORT if token == "%b" else LONG
        found = [(name, text[len(name) :]) for name in names if text.startswith(name)]
    elif token in ("%d", "%m"):
        found = list(digits(text, 2 if any(beside) else 1, 2))
    elif token == "%H":
        found = [(taken, left) for taken, left in digits(text, 1, 2) if int(taken) < 24]
    elif token == "%M":
        found = [(taken, left) for taken, left in digits(text, 2, 2) if int(taken) < 60]
    else:
        found = list(digits(text, 4, 4) if token == "%Y" else digits(text, 2, 2))
    for taken, left in found:
        for parts, rest in pieces(left, tokens, at + 1):
            yield {token: taken, **parts}, rest


def is_offset(text: str) -> bool:
    text = text.lstrip(SPACE)
    if text in ("", "Z", "UTC"):
        return True
    hours, minutes = text[1:3], text[3:].removeprefix(":")
    numbers = [part for part in (hours, minutes) if part]
    sound = (
        text[0] in "+-"
        and len(hours) == 2
        and all(p.isascii() and p.isdigit() and len(p) == 2 for p in numbers)
    )
    return sound and int(hours) <= 14 and int(minutes or 0) < 60 and not text.endswith(":")


def is_time(text: str) -> bool:
    """Whether what is behind a date is nothing, or a time of day with or without an offset."""
    if not text:
        return True
    if text[0] == "T":
        text = text[1:]
    elif text[0] in SPACE:
        text = text.lstrip(SPACE)
    else:
        return False
    return any(
        int(hour) < 24
        and left[:1] == ":"
        and any(is_minutes(two, rest) for two, rest in digits(left[1:], 2, 2))
        for hour, left in digits(text, 1, 2)
    )


def is_minutes(minute: str, rest: str) -> bool:
    if int(minute) > 59:
        return False
    if is_offset(rest):
        return True
    if rest[:1] != ":":
        return False
    for second, left in digits(rest[1:], 2, 2):
        if int(second) > 59:
            return False
        if is_offset(left):
            return True
        return left[:1] == "." and any(is_offset(more) for _, more in digits(left[1:], 1, max(1, len(left))))
    return False


def day_of(parts: dict[str, str]) -> dt.date | None:
    month = parts.get("%m") or str({**LONG, **SHORT}[parts.get("%b") or parts["%B"]])
    try:
        if "%Y" in parts:
            return dt.date(int(parts["%Y"]), int(month), int(parts["%d"]))
        century = AS_AT.year // 100
        for year in (int(parts["%y"]) + 100 * (century + step) for step in (1, 0, -1)):
            if (year, int(month), int(parts["%d"])) <= (AS_AT.year + 20, AS_AT.month, AS_AT.day):
                return dt.date(year, int(month), int(parts["%d"]))
    except ValueError:
        pass
    return None


def tokens_of(form: str) -> list[str]:
    tokens = []
    while form:
        size = 2 if form[0] == "%" else 1
        tokens.append(form[:size])
        form = form[size:]
    return tokens


def slow_date(text: str, form: str) -> dt.date | None:
    if form == "excel":
        figure, _, zeros = text.partition(".")
        sound = len(figure) == 5 and figure.isascii() and figure.isdigit() and figure[0] != "0"
        sound = sound and ("." not in text or (zeros != "" and set(zeros) == {"0"}))
        return dt.date(1899, 12, 30) + dt.timedelta(int(figure)) if sound and int(figure) <= 73050 else None
    for parts, rest in pieces(text, tokens_of(form), 0):
        fits = is_offset(rest) if "%H" in form else is_time(rest)
        if fits:
            return day_of(parts)
    return None


def slow_dates(texts: list[str], formats: list[str]) -> list[dt.date | None]:
    upper = [text.upper() for text in texts]
    eight = [t for t in upper if len(t) == 8 and t.isascii() and t.isdigit() and t[0] == "0"]
    found = []
    for text in upper:
        day = next((day for form in formats if (day := slow_date(text, form))), None)
        short = len(text) == 7 and text.isascii() and text.isdigit()
        if day is None and short and not eight and "%d%m%Y" in formats:
            day = slow_date("0" + text, "%d%m%Y")
        found.append(day)
    return found


# --- amounts, sign after sign --------------------------------------------------------------------

DECLARED = Marks(negative=("()", "CR"), positive=("DR",), zeros=("NIL",), units=("HRS",))


def slow_figure(text: str, marks: Marks) -> Decimal | None:
    """The figure a text stands for; None where it stands for none or its sign is not clear."""
    text = text.upper()
    if text in marks.zeros:
        return Decimal(0)
    for unit in marks.units:
        bare = text.removesuffix(unit).rstrip(SPACE)
        if text.endswith(unit) and bare[-1:].isdigit() and bare[-1:].isascii():
            text = bare
    bracketed = text.startswith("(")
    if bracketed != text.endswith(")"):
        return None
    signs = []
    if bracketed:
        text = text[1:-1].strip(SPACE)
        if "()" not in marks.negative:
            return None
        signs.append(-1)
    text = text.strip(SPACE) if bracketed else text.lstrip(SPACE).rstrip(SPACE)
    sign, text = taken_sign(text)
    signs += sign
    for currency in ("£", "GBP"):
        if text.startswith(currency):
            text = text[len(currency) :].lstrip(SPACE)
            break
    sign, text = taken_sign(text)
    signs += sign
    for mark in ("CR", "DR", "C", "D", "-", "−"):
        if text.endswith(mark):
            mark_meant = mark.replace("−", "-")
            if mark_meant not in marks.negative + marks.positive:
                return None
            signs.append(-1 if mark_meant in marks.negative else 1)
            text = text[: -len(mark)].rstrip(SPACE)
            break
    size = slow_digits(text)
    if size is None or len(signs) > 1:
        return None
    return -size if signs == [-1] else size


def taken_sign(text: str) -> tuple[list[int], str]:
    if text[:1] in ("-", "−", "+") and text:
        return [1 if text[0] == "+" else -1], text[1:].lstrip(SPACE)
    return [], text


def slow_digits(text: str) -> Decimal | None:
    whole, point, part = text.partition(".")
    if not all("0" <= sign <= "9" for sign in part) or len(part) > 30:
        return None
    groups = whole.split(",")
    if not all("0" <= sign <= "9" for group in groups for sign in group):
        return None
    if len(groups) > 1 and (
        not 1 <= len(groups[0]) <= 3 or len(groups) > 5 or any(len(g) != 3 for g in groups[1:])
    ):
        return None
    figure = "".join(groups)
    if len(figure) > 15 or not (figure or part):
        return None
    return Decimal(f"{figure or '0'}{point}{part or ('0' if point else '')}")


def residue(text: str) -> bool:
    """A figure below 0.0001 in scientific notation."""
    size, mark, exponent = text.upper()[1 if text[:1] in ("-", "+") else 0 :].partition("E-")
    whole, point, part = size.partition(".")
    plain = [whole, exponent, *([part] if point else [])]
    sound = bool(mark) and all(p.isascii() and p.isdigit() for p in plain) and len(whole) == 1
    if not sound or len(exponent) > 3 or (len(exponent) == 3 and exponent.startswith("00")):
        return False
    return 5 <= int(exponent) <= 999 and not (
        len(exponent) == 3 and exponent[0] == "0" and int(exponent) < 10
    )


def slow_pence(text: str, marks: Marks) -> int | None:
    if residue(text):
        return 0
    figure = slow_figure(text, marks)
    return None if figure is None else int((figure * 100).quantize(Decimal(1), ROUND_HALF_EVEN))


# --- any text ------------------------------------------------------------------------------------

signs = st.text(st.sampled_from(list("0123456789/-. :T+ZABCEFGINOPRSTUVY")), max_size=14)
number = st.integers(0, 45).map(str) | st.integers(0, 99).map("{:02d}".format)
year = st.integers(0, 2200).map(str) | st.integers(0, 99).map("{:02d}".format)
month = number | st.sampled_from([*LONG, *SHORT, "Mehefin", "sept"])
time = st.sampled_from(
    ["", "", "T00:00:00", " 09:15", " 24:00", "T12:30:59.25+01:00", " 1:02Z", " 00:00:00 -0530", "+01"]
)
built = st.builds("{}{}{}{}{}{}".format, number, st.sampled_from(["/", "-", ".", " ", ""]), month,
                  st.sampled_from(["/", "-", ".", " ", ""]), year, time)  # fmt: skip
iso = st.builds(
    "{:04d}-{:02d}-{:02d}{}".format, st.integers(0, 2500), st.integers(0, 14), st.integers(0, 33), time
)
dated = st.lists(
    signs | built | iso | st.integers(0, 10**8).map(str) | st.text(max_size=10), max_size=6, unique=True
)

currency = st.sampled_from(["", "", "£", "GBP", "GBP ", "Ł", "$"])
sign = st.sampled_from(["", "", "-", "+", "−", " - "])
figure = (
    st.decimals(0, 10**13, places=2).map(str)
    | st.decimals(0, 10**6, places=5).map(str)
    | st.integers(0, 10**16).map("{:,}".format)
    | st.floats(0, 1e6).map(repr)
    | st.text(st.sampled_from(list("0123456789.,")), max_size=12)
)
after = st.sampled_from(["", "", "-", " CR", "DR", " C", "hrs", " )", "E-13", "%"])
money = (
    st.builds("{}{}{}{}{}".format, sign, currency, sign, figure, after)
    | st.builds("({}{}{})".format, sign, figure, after)
    | st.text(max_size=10)
    | st.sampled_from(["NIL", "nil", "", "NaN", "1_000", "1e400", "6.8E-13", "see notes", "1.234,56"])
)
amounts = st.lists(money, max_size=8, unique=True)


def nothing_in_silence(parsed: Parsed, texts: list[str]) -> None:
    """Every text that was not read has exactly one reason, and no text that was read has one that says it was not."""
    for place in range(len(texts)):
        reasons = [remark for remark, rows in parsed.remarks if rows[place]]
        repairs = [r for r in reasons if REASONS[r.reason].disposition is Disposition.REPAIR]
        lost = not parsed.values[place].is_valid
        assert len(reasons) - len(repairs) == (1 if lost else 0), (texts[place], reasons)


@given(dated, st.lists(st.sampled_from(FORMATS), min_size=1, max_size=4, unique=True))
def test_dates_are_those_of_the_slow_reader(texts: list[str], formats: list[str]) -> None:
    read = read_dates(pa.array(texts, pa.string()), formats, as_at=AS_AT)
    assert read.values.to_pylist() == slow_dates(texts, formats)
    nothing_in_silence(read, texts)


@given(amounts, st.sampled_from([Marks(), DECLARED]))
def test_amounts_are_those_of_the_slow_reader(texts: list[str], marks: Marks) -> None:
    read = read_amounts(pa.array(texts, pa.string()), "pounds", marks)
    assert read.values.to_pylist() == [slow_pence(text, marks) for text in texts]
    nothing_in_silence(read, texts)


@given(amounts, st.sampled_from([Marks(), DECLARED]), st.sampled_from([1, 10, 100, 1000]))
def test_whole_numbers_are_exact_or_not_read(texts: list[str], marks: Marks, scale: int) -> None:
    read = read_whole(pa.array(texts, pa.string()), scale, marks)
    nothing_in_silence(read, texts)
    for text, value in zip(texts, read.values.to_pylist(), strict=True):
        exact = slow_figure(text, marks)
        if value is not None:
            assert exact is not None and abs(exact * scale - value) < Decimal("0.00001")
        elif exact is not None:
            assert exact * scale != (exact * scale).to_integral_value()


referred = st.text(st.sampled_from(list("0123456789.'=\"+Ee-A０٣")), min_size=1, max_size=20)
identifiers = st.lists(referred | st.integers(0, 10**20).map(str), max_size=6, unique=True)


@given(identifiers, st.sampled_from(["account", "sort_code", "uprn"]), st.booleans())
def test_identifiers_change_with_a_remark_or_not_at_all(texts: list[str], name: str, zeros: bool) -> None:
    lost_zeros = zeros and name != "uprn"
    read = plain_identifiers(
        pa.array(texts, pa.string()), number=True, kind=name, lost_zeros=lost_zeros, key=False
    )
    again = [value for value in read.values.to_pylist() if value is not None]
    for place, (text, value) in enumerate(zip(texts, read.values.to_pylist(), strict=True)):
        reasons = {remark.reason for remark, rows in read.remarks if rows[place]}
        assert (value == text) == (not reasons)
        if value is not None:
            plain = "".join(str(int(sign)) if sign.isdecimal() else sign for sign in text)
            assert value.lstrip("0") in plain or value.replace("-", "").lstrip("0") in plain.replace("-", "")
        else:
            assert reasons & {"PRECISION_LOST", "EXCEL_DATE_IN_SORTCODE"} or text in ('=""',)
    if "PRECISION_LOST" not in {remark.reason for remark, _ in read.remarks}:
        distinct = pa.array(sorted(set(again)), pa.string())
        twice = plain_identifiers(distinct, number=True, kind=name, lost_zeros=lost_zeros, key=False)
        assert not twice.remarks or any("'" in value or "=" in value for value in again)
