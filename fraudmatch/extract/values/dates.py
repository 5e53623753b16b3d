"""Dates as declared: strptime directives read strictly, without the C library or its locale."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

#: Year, month and day in a typed cell (spreadsheet, Parquet), as the readers write them.
TYPED_FORMATS = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S")

#: Two-digit years are read against this day when the site gives no as-at date. It is fixed,
#: because a clock would make last year's run come out otherwise.
REFERENCE_DAY = dt.date(2026, 12, 31)

#: Years after the reference year that a two-digit year may mean for dates other than births:
#: badges, permits and tenancies end in the future.
YEARS_AHEAD = 20

_MONTHS = ("JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE", "JULY", "AUGUST", "SEPTEMBER", "OCTOBER",
           "NOVEMBER", "DECEMBER")  # fmt: skip
_NAMES = "|".join(_MONTHS)
_SHORT = "|".join(name[:3] for name in _MONTHS)

_DIRECTIVES = {
    "%d": r"(?P<day>\d{1,2})",
    "%m": r"(?P<month>\d{1,2})",
    "%Y": r"(?P<year>\d{4})",
    "%y": r"(?P<year>\d{2})",
    "%b": rf"(?P<month>{_SHORT}|SEPT)",
    "%B": rf"(?P<month>{_NAMES})",
    "%H": r"\d{1,2}",
    "%M": r"\d{2}",
    "%S": r"\d{2}(?:\.\d+)?",
}
_TOKEN = re.compile(r"%.|[^%]", re.DOTALL)


def format_fault(text: str, *, of_month: bool = False) -> str | None:
    """What is wrong with a date format, or None; one of a month (`of_month`) may leave out the day."""
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


def parse_dates(
    texts: pa.Array, formats: Sequence[str], *, birth: bool = False, as_at: dt.date | None = None
) -> pa.Array:
    """Texts as days, by the first format that reads them.

    Without a separator between them, day and month must have two digits; otherwise one is
    enough. Names of months are English, in any case. A time of day is read and dropped.

    A two-digit year means the latest year such that a birth is not after `as_at`, and any
    other date not more than `YEARS_AHEAD` years after it. A person of a hundred or more
    written with two digits is therefore read as a child: declare four digits for births.

    Args:
        texts: distinct texts, no nulls.
        formats: strptime directives %d %m %Y %y %b %B %H %M %S; without %d the first of the month is read.
        birth: whether the field is a date of birth.
        as_at: the day the exercise speaks of; null is `REFERENCE_DAY`.

    Returns:
        date32 of the same length; null where no format reads the text.
    """
    upper = pc.utf8_upper(texts)
    days = pa.nulls(len(texts), pa.date32())
    for text in formats:
        days = pc.coalesce(days, _by_format(upper, text, birth, as_at or REFERENCE_DAY))
    return days


def _pattern(text: str) -> str:
    tokens = _TOKEN.findall(text)
    parts = []
    for place, token in enumerate(tokens):
        part = _DIRECTIVES.get(token, re.escape(token.upper()))
        beside = tokens[max(place - 1, 0) : place] + tokens[place + 1 : place + 2]
        if any(len(other) == 2 for other in beside):
            part = part.replace("{1,2}", "{2}")
        parts.append(part)
    return f"^{''.join(parts)}$"


def _by_format(upper: pa.Array, text: str, birth: bool, as_at: dt.date) -> pa.Array:
    found = pc.extract_regex(upper, _pattern(text))
    read = found.is_valid().to_numpy(zero_copy_only=False)
    day = _numbers(found.field("day"), read) if "%d" in text else np.ones(len(read), dtype=np.int64)
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
    named = pc.index_in(short, value_set=pa.array([name[:3] for name in _MONTHS]))
    digits = pc.if_else(named.is_valid(), "1", short).cast(pa.int64())
    months = pc.coalesce(pc.add(named.cast(pa.int64()), 1), digits)
    numbers: np.ndarray = months.to_numpy(zero_copy_only=False)
    return numbers


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
