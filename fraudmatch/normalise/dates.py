"""Dates: what stands for "not known", what cannot be, and what means "still running"."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.normalise.distinct import Codes, Mask, Read, flat, present
from fraudmatch.normalise.wordlists import dates

_EPOCH = dt.date(1970, 1, 1)
#: In data of any kind a birthday that more than this share of the filled rows have is a placeholder ...
_MOST_SHARE = 0.005
#: ... but a handful in a small file is chance.
_LEAST_ROWS = 5
#: In historical data 1 January 1800 is a birth known to the year; defaults of systems come later.
_DEFAULTS_FROM = dt.date(1890, 1, 1)
#: Nobody has been known to live far beyond this age, and few people reach that one (reliability brief, 113).
_OLDEST, _VERY_OLD = 120, 105
#: Data sets that hold no younger people. Registers of electors hold attainers of 14 (Wales, Scotland),
#: payrolls may hold schoolchildren of 13 (Children and Young Persons Act 1933 s.18).
ADULTS_FROM = {
    "council_tax": 16, "council_tax_reduction": 16, "electoral_register": 14, "housing_tenancy": 16,
    "right_to_buy": 16, "payroll": 13, "licence": 16, "business_rates": 16, "creditor": 13, "company_officer": 16,
}  # fmt: skip
#: From this year on an end date means "no end".
RUNNING_FROM = dt.date(2999, 1, 1)


@dataclass(frozen=True)
class Bounds:
    """What a date field may hold.

    Attributes:
        first: earliest plausible day.
        last: latest plausible day; None = any before 2999.
        running: the far future means "no end" and is null without a fault.
        by_share: a placeholder inside the bounds is believed to be one only from 1890 on and when
            too many share it.
        old / young: a birth up to the first day, or after the second, is kept and said to be odd; None =
            there is no such day.
    """

    first: dt.date
    last: dt.date | None = None
    running: bool = False
    by_share: bool = False
    old: dt.date | None = None
    young: dt.date | None = None


def days(date: dt.date) -> int:
    """Days since 1 January 1970, as date32 counts."""
    return (date - _EPOCH).days


def _listed(key: str) -> Codes:
    return np.array(sorted(days(date) for date in dates(key)), np.int64)


def _overused(values: Codes, filled: Mask, candidates: Codes) -> Mask:
    """True where a candidate date is shared by more rows than chance allows."""
    wanted = filled & np.isin(values, candidates)
    found, counts = np.unique(values[wanted], return_counts=True)
    too_many = counts > max(_MOST_SHARE * int(filled.sum()), _LEAST_ROWS - 1)
    return wanted & np.isin(values, found[too_many])


def _placeholders(values: Codes, filled: Mask, bounds: Bounds, birth: bool) -> Mask:
    listed, epochs = _listed("dates"), _listed("epochs")
    if bounds.by_share:
        shared = _overused(values, filled, np.concatenate([listed, epochs]))
        outside = (values < days(bounds.first)) | (values >= days(RUNNING_FROM))
        return (shared & (values >= days(_DEFAULTS_FROM))) | (filled & outside & np.isin(values, listed))
    return filled & np.isin(values, np.concatenate([listed, epochs]) if birth else listed)


def day_numbers(column: pa.Array) -> Codes:
    """Days since 1 January 1970; 0 where null."""
    return np.asarray(pc.fill_null(column.cast(pa.int32()), 0).to_numpy(zero_copy_only=False), np.int64)


def read_dates(column: pa.Array | pa.ChunkedArray, bounds: Bounds, *, birth: bool = False) -> Read:
    """A date column with placeholders and impossible dates as null.

    Args:
        column: date32.
        bounds: what the field may hold.
        birth: a date of birth. 1 January 1970, where the clocks of computers begin, is then a placeholder.

    Returns:
        The dates, and the rows with DATE_PLACEHOLDER and DATE_IMPLAUSIBLE; of births those with
        DOB_PLACEHOLDER, DOB_FUTURE, AGE_IMPLAUSIBLE (kept up to `bounds.first`) and AGE_UNEXPECTED (kept).
    """
    array = flat(column).cast(pa.date32())
    filled = present(array)
    values = day_numbers(array)
    far = filled & (values >= days(RUNNING_FROM))
    running = far if bounds.running else np.zeros(len(values), np.bool_)
    placeholder = _placeholders(values, filled, bounds, birth) & ~running
    said = filled & ~running & ~placeholder
    early = said & (values < days(bounds.first))
    late = said & (values > days(bounds.last or RUNNING_FROM - dt.timedelta(days=1)))
    stands = said & ~early & ~late
    kept = pc.if_else(pa.array(stands), array, pa.scalar(None, pa.date32()))
    if birth:
        old = early | (stands & (values <= days(bounds.old))) if bounds.old else early
        young = stands & (values > days(bounds.young)) if bounds.young else np.zeros(len(values), np.bool_)
        faults = {"DOB_PLACEHOLDER": placeholder, "DOB_FUTURE": late, "AGE_IMPLAUSIBLE": old,
                  "AGE_UNEXPECTED": young}  # fmt: skip
    else:
        faults = {"DATE_PLACEHOLDER": placeholder, "DATE_IMPLAUSIBLE": early | late}
    return Read(kept, {code: np.flatnonzero(rows) for code, rows in faults.items() if rows.any()})


def ends_before_start(start: pa.Array, end: pa.Array) -> Codes:
    """Rows whose end is a day before their start."""
    wrong = pc.fill_null(pc.less(end, start), False)
    return np.flatnonzero(wrong.to_numpy(zero_copy_only=False))


def _years_before(as_at: dt.date, years: int) -> dt.date:
    """The birthday of who became so many years old on `as_at`; 28 February for 29 February."""
    try:
        return as_at.replace(year=as_at.year - years)
    except ValueError:
        return as_at.replace(year=as_at.year - years, day=28)


def birth_bounds(dataset: str, as_at: dt.date) -> Bounds:
    """What a date of birth may be: at most 120 years before `as_at`, and from 105 on it is said.

    Deaths reach back to births of 1800, people of any file to 1500. In data sets of adults a child is said.
    """
    if dataset == "person":
        return Bounds(dt.date(1500, 1, 1), as_at, by_share=True)
    if dataset == "deaths":
        return Bounds(dt.date(1800, 1, 1), as_at)
    adult = ADULTS_FROM.get(dataset)
    return Bounds(
        _years_before(as_at, _OLDEST + 1) + dt.timedelta(days=1),
        as_at,
        old=_years_before(as_at, _VERY_OLD),
        young=_years_before(as_at, adult) if adult else None,
    )


def detail_bounds(name: str, valid_to: str | None, as_at: dt.date) -> Bounds:
    """What a date among the details may be.

    Ends, expiries and removals may lie in the far future, which means "running". A death cannot
    come after `as_at`; other days may, for things are booked ahead.
    """
    ends = name == valid_to or name.endswith(("_end", "_expiry", "_removed", "_to"))
    return Bounds(dt.date(1880, 1, 1), as_at if name == "date_of_death" else None, running=ends)
