"""Dates as declared: strptime directives read strictly, without the C library or its locale."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.extract.values import day_numbers
from fraudmatch.extract.values.parsed import Mask, Parsed, Remark, mask_of

#: Year, month and day in a typed cell (spreadsheet, Parquet), as the readers write them.
TYPED_FORMATS = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S")

#: Stands among formats for the day numbers of a spreadsheet.
EXCEL = "excel"

#: Two-digit years are read against this day when the site gives no as-at date. It is fixed,
#: because a clock would make last year's run come out otherwise.
REFERENCE_DAY = dt.date(2026, 12, 31)

#: Years after the reference year that a two-digit year may mean for dates other than births:
#: badges, permits and tenancies end in the future.
YEARS_AHEAD = 20

#: Texts that stand for no date. A closed list, so that a fault may name the word.
UNKNOWN_WORDS = (
    "UNKNOWN", "NOT KNOWN", "UNK", "N/K", "NK", "N/A", "NA", "NONE", "NULL", "NIL", "TBC", "TBA", "NOT GIVEN",
    "NOT STATED", "NOT HELD", "NOT PROVIDED", "NOT APPLICABLE", "?", "??", "-", "--", "---", ".",
    "00/00/0000", "00-00-0000", "00.00.0000", "0000-00-00", "00000000", "0",
)  # fmt: skip

_MONTHS = ("JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE", "JULY", "AUGUST", "SEPTEMBER", "OCTOBER",
           "NOVEMBER", "DECEMBER")  # fmt: skip
_WELSH = ("IONAWR", "CHWEFROR", "MAWRTH", "EBRILL", "MAI", "MEHEFIN", "GORFFENNAF", "AWST", "MEDI", "HYDREF",
          "TACHWEDD", "RHAGFYR")  # fmt: skip
_NAMES = "|".join((*_MONTHS, *_WELSH))
#: The first three letters tell all months of both languages apart.
_SHORT = "|".join((*(name[:3] for name in _MONTHS), *(name[:3] for name in _WELSH), "SEPT", "TACH", "RHAG"))
_NUMBER_OF_MONTH = pa.array([name[:3] for name in (*_MONTHS, *_WELSH)])

_DIRECTIVES = {
    "%d": r"(?P<day>\d{1,2})",
    "%m": r"(?P<month>\d{1,2})",
    "%Y": r"(?P<year>\d{4})",
    "%y": r"(?P<year>\d{2})",
    "%b": rf"(?P<month>{_SHORT})",
    "%B": rf"(?P<month>{_NAMES})",
    "%H": r"(?P<hour>[01]?\d|2[0-3])",
    "%M": r"(?P<minute>[0-5]\d)",
    "%S": r"(?P<second>[0-5]\d(?:\.\d+)?)",
}
#: A time of day behind a date whose format declares none, and how far its clock is from Greenwich.
_OFFSET = r"(?:\s*(?:Z|UTC|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?))?"
_TIME = rf"(?:(?:T|\s+)(?P<time>(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?){_OFFSET})?"
_TOKEN = re.compile(r"%.|[^%]", re.DOTALL)


def format_fault(text: str, *, of_month: bool = False) -> str | None:
    """What is wrong with a date format, or None; one of a month (`of_month`) may leave out the day."""
    if text == EXCEL:
        return None
    if "%" not in text:
        return f"{text!r} is no date format: use {' '.join(_DIRECTIVES)}, or {EXCEL!r} for the day numbers of a spreadsheet"
    tokens = _TOKEN.findall(text)
    unknown = [token for token in tokens if len(token) == 2 and token not in _DIRECTIVES]
    if unknown or "".join(tokens) != text:
        return (
            f"date format {text!r}: {', '.join(unknown) or '%'} is not read here; use {' '.join(_DIRECTIVES)}"
        )
    for part, choices in (("day", {"%d"}), ("month", {"%m", "%b", "%B"}), ("year", {"%Y", "%y"})):
        times = sum(token in choices for token in tokens)
        if times != 1 and not (of_month and part == "day" and not times):
            return f"date format {text!r} needs the {part} once ({' or '.join(sorted(choices))})"
    return None


def reads_two_ways(formats: Sequence[str]) -> tuple[str, str] | None:
    """Two formats that read one text as different days (day and month changed over), or None."""
    seen: dict[str, str] = {}
    for text in formats:
        skeleton = text.replace("%d", "%m")
        earlier = seen.setdefault(skeleton, text)
        if earlier != text:
            return earlier, text
    return None


def read_dates(
    texts: pa.Array,
    formats: Sequence[str],
    *,
    birth: bool = False,
    as_at: dt.date | None = None,
) -> Parsed:
    """Texts as days, by the first format that reads them.

    Without a separator between them, day and month must have two digits; otherwise one is enough. A
    format without separators that begins with day or month reads a text that lost its first zero,
    provided no text of the column kept one. Names of months are English or Welsh, in any case. A time
    of day is dropped; the date is the one written, whatever the offset from Greenwich.

    A two-digit year means the latest year such that a birth is not after `as_at`, and any
    other date not more than `YEARS_AHEAD` years after it. A person of a hundred or more
    written with two digits is therefore read as a child: declare four digits for births.

    Args:
        texts: distinct texts of a whole column, no nulls.
        formats: strptime directives %d %m %Y %y %b %B %H %M %S, or "excel"; without %d the first of the
            month is read.
        birth: whether the field is a date of birth.
        as_at: the day the exercise speaks of; null is `REFERENCE_DAY`.

    Returns:
        date32 of the same length. TIME_DROPPED, CENTURY_INFERRED, DATE_PADDED and EXCEL_SERIAL where a
        date was made of it; null with DATE_PARTIAL, with DATE_PLACEHOLDER (a birth: DOB_PLACEHOLDER) where
        a word stands for no date, and with DATE_INVALID.
    """
    upper = pc.utf8_upper(texts)
    reader = _Reader(upper, birth, as_at or REFERENCE_DAY)
    for text in formats:
        if text == EXCEL:
            reader.take(EXCEL, day_numbers.days_of(upper), Remark("EXCEL_SERIAL"))
        else:
            reader.read(text, upper)
    for text in formats:
        if (padded := _without_first_zero(text, upper)) is not None:
            reader.read(text, padded, Remark("DATE_PADDED"))
    return reader.parsed(_declared(formats))


def parse_dates(
    texts: pa.Array, formats: Sequence[str], *, birth: bool = False, as_at: dt.date | None = None
) -> pa.Array:
    """The values of `read_dates`."""
    return read_dates(texts, formats, birth=birth, as_at=as_at).values


class _Reader:
    """The texts of a column while format after format is tried on them."""

    def __init__(self, upper: pa.Array, birth: bool, as_at: dt.date) -> None:
        self._upper, self._birth, self._as_at = upper, birth, as_at
        self._days = pa.nulls(len(upper), pa.date32())
        self._said: list[tuple[Remark, Mask]] = []

    def _say(self, remark: Remark, texts: Mask) -> None:
        if texts.any():
            self._said.append((remark, texts))

    def take(
        self, text: str, days: pa.Array, remark: Remark | None = None, timed: Mask | None = None
    ) -> None:
        """Days for the texts that have none yet."""
        new = mask_of(pc.and_(days.is_valid(), self._days.is_null()))
        if not new.any():
            return
        if remark is not None:
            self._say(remark, new)
        if "%y" in text:
            self._say(Remark("CENTURY_INFERRED"), new)
        if timed is not None:
            self._say(Remark("TIME_DROPPED"), new & timed)
        self._days = pc.if_else(pa.array(new), days, self._days)

    def read(self, text: str, upper: pa.Array, remark: Remark | None = None) -> None:
        """Read what has no day yet by one format."""
        found = pc.extract_regex(upper, _pattern(text))
        if found.null_count < len(found):
            days = _days_of(found, text, self._birth, self._as_at)
            self.take(text, days, remark, _timed(found))

    def parsed(self, declared: str) -> Parsed:
        """What came of it, every text without a day with its reason."""
        left = mask_of(self._days.is_null())
        if not left.any():
            return Parsed(self._days, tuple(self._said))
        reason = "DOB_PLACEHOLDER" if self._birth else "DATE_PLACEHOLDER"
        for word in UNKNOWN_WORDS:
            texts = mask_of(pc.equal(self._upper, word)) & left
            self._say(Remark(reason, f"written {word}"), texts)
            left &= ~texts
        parts = left & mask_of(pc.match_substring_regex(self._upper, _MONTH_OR_YEAR))
        numbers = left & ~parts & mask_of(day_numbers.days_of(self._upper).is_valid())
        hint = f'{declared}; these look like day numbers of a spreadsheet: add "{EXCEL}" if they are'
        self._say(Remark("DATE_PARTIAL"), parts)
        self._say(Remark("DATE_INVALID", hint), numbers)
        self._say(Remark("DATE_INVALID", declared), left & ~parts & ~numbers)
        return Parsed(self._days, tuple(self._said))


#: A year alone, or month and year: no day whatever is declared.
_MONTH_OR_YEAR = rf"^(?:(?:(?:0?[1-9]|1[0-2])[/.\-]|(?:{_NAMES}|{_SHORT})[ \-])?(?:18|19|20)\d\d|(?:18|19|20)\d\d[/.\-](?:0[1-9]|1[0-2]))$"


def _declared(formats: Sequence[str]) -> str:
    return f"declared: {', '.join(formats)}" if formats else "no format is declared"


def _pattern(text: str) -> str:
    tokens = _TOKEN.findall(text)
    parts = []
    for place, token in enumerate(tokens):
        part = _DIRECTIVES.get(token, re.escape(token.upper()))
        beside = tokens[max(place - 1, 0) : place] + tokens[place + 1 : place + 2]
        if any(len(other) == 2 for other in beside):
            part = part.replace("{1,2}", "{2}")
        parts.append(part)
    return f"^{''.join(parts)}{_OFFSET if '%H' in text else _TIME}$"


def _without_first_zero(text: str, upper: pa.Array) -> pa.Array | None:
    """Texts one digit short of a format without separators, with a 0 in front; None where it is not so.

    A file that lost its zeros lost all of them: where any text of full length begins with 0, a short
    one is a slip and no date.
    """
    full = {"%d%m%Y": 8, "%m%d%Y": 8, "%d%m%y": 6, "%m%d%y": 6}.get(text)
    if full is None or mask_of(pc.match_substring_regex(upper, rf"^0\d{{{full - 1}}}$")).any():
        return None
    short = mask_of(pc.match_substring_regex(upper, rf"^\d{{{full - 1}}}$"))
    if not short.any():
        return None
    return pc.if_else(pa.array(short), pc.binary_join_element_wise("0", upper, ""), "")


def _names(found: pa.Array) -> set[str]:
    return {found.type.field(place).name for place in range(found.type.num_fields)}


def _timed(found: pa.Array) -> Mask:
    """Which texts say a time of day that is not midnight."""
    parts = [found.field(name) for name in ("time", "hour", "minute", "second") if name in _names(found)]
    timed = np.zeros(len(found), np.bool_)
    for part in parts:
        timed |= mask_of(pc.match_substring_regex(part, "[1-9]"))
    return timed


def _days_of(found: pa.Array, text: str, birth: bool, as_at: dt.date) -> pa.Array:
    read = found.is_valid().to_numpy(zero_copy_only=False)
    one = np.ones(len(found), np.int64)
    day = _numbers(found.field("day"), read) if "%d" in text else one
    month = _month_numbers(found.field("month"), read)
    year = _numbers(found.field("year"), read)
    if "%y" in text:
        year = _with_century(year, month, day, birth, as_at)
    return _days(year, month, day, read)


def _numbers(texts: pa.Array, read: np.ndarray) -> np.ndarray:
    """Digits as numbers; 1 where the format did not read the text."""
    known = pc.if_else(pa.array(read), texts, "1").cast(pa.int64())
    numbers: np.ndarray = known.to_numpy(zero_copy_only=False)
    return numbers


def _month_numbers(texts: pa.Array, read: np.ndarray) -> np.ndarray:
    """Month names or digits as 1 to 12."""
    short = pc.utf8_slice_codeunits(pc.if_else(pa.array(read), texts, "1"), 0, 3)
    named = pc.index_in(short, value_set=_NUMBER_OF_MONTH)
    digits = pc.if_else(named.is_valid(), "1", short).cast(pa.int64()).to_numpy(zero_copy_only=False)
    places: np.ndarray = pc.fill_null(named, -1).to_numpy(zero_copy_only=False)
    return np.where(places >= 0, places % len(_MONTHS) + 1, digits).astype(np.int64)


def _with_century(
    year: np.ndarray, month: np.ndarray, day: np.ndarray, birth: bool, as_at: dt.date
) -> np.ndarray:
    """Two-digit years as the latest year that is not too late."""
    limit = (as_at.year if birth else as_at.year + YEARS_AHEAD) * 10_000 + as_at.month * 100 + as_at.day
    latest = limit // 10_000 // 100 * 100 + year
    return latest - np.where(latest * 10_000 + month * 100 + day > limit, 100, 0)


def _days(year: np.ndarray, month: np.ndarray, day: np.ndarray, read: np.ndarray) -> pa.Array:
    """Days since 1970; null for days no calendar has, such as 31 June."""
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + (day - 1)
    real = (
        read
        & (year >= 1)
        & (month >= 1)
        & (month <= 12)
        & (day >= 1)
        & (days.astype("datetime64[M]") == months)
    )
    return pa.array(days.astype(np.int64).astype(np.int32), pa.int32(), mask=~real).cast(pa.date32())
