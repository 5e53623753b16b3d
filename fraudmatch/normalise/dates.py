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
#: A birthday that more than this share of the filled rows have is a placeholder ...
_MOST_SHARE = 0.005
#: ... but a handful in a small file is chance.
_LEAST_ROWS = 5
#: In historical data 1 January 1800 is a birth known to the year; defaults of systems come later.
_DEFAULTS_FROM = dt.date(1890, 1, 1)
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
    """

    first: dt.date
    last: dt.date | None = None
    running: bool = False
    by_share: bool = False


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
    found: Mask = filled & np.isin(values, listed)
    return found | _overused(values, filled, epochs) if birth else found


def read_dates(column: pa.Array | pa.ChunkedArray, bounds: Bounds, *, birth: bool = False) -> Read:
    """A date column with placeholders and impossible dates as null.

    Args:
        column: date32.
        bounds: what the field may hold.
        birth: a date of birth, for which 1 January 1970 is a placeholder when more than 0.5 % of
            the filled rows (and at least five) have it; otherwise it is a birthday.

    Returns:
        The dates, and the rows with DATE_PLACEHOLDER and DATE_IMPLAUSIBLE.
    """
    array = flat(column).cast(pa.date32())
    filled = present(array)
    values = np.asarray(pc.fill_null(array.cast(pa.int32()), 0).to_numpy(zero_copy_only=False), np.int64)
    far = filled & (values >= days(RUNNING_FROM))
    running = far if bounds.running else np.zeros(len(values), np.bool_)
    placeholder = _placeholders(values, filled, bounds, birth) & ~running
    last = days(bounds.last or RUNNING_FROM - dt.timedelta(days=1))
    odd = filled & ~running & ~placeholder & ((values < days(bounds.first)) | (values > last))
    kept = pc.if_else(pa.array(filled & ~running & ~placeholder & ~odd), array, pa.scalar(None, pa.date32()))
    faults = {"DATE_PLACEHOLDER": np.flatnonzero(placeholder), "DATE_IMPLAUSIBLE": np.flatnonzero(odd)}
    return Read(kept, {code: rows for code, rows in faults.items() if len(rows)})


def birth_bounds(dataset: str, as_at: dt.date) -> Bounds:
    """What a date of birth may be: 1880 (deaths: 1800; people of any file: 1500) to `as_at`."""
    if dataset == "person":
        return Bounds(dt.date(1500, 1, 1), as_at, by_share=True)
    return Bounds(dt.date(1800 if dataset == "deaths" else 1880, 1, 1), as_at)


def detail_bounds(name: str, valid_to: str | None, as_at: dt.date) -> Bounds:
    """What a date among the details may be.

    Ends, expiries and removals may lie in the far future, which means "running". A death cannot
    come after `as_at`; other days may, for things are booked ahead.
    """
    ends = name == valid_to or name.endswith(("_end", "_expiry", "_removed", "_to"))
    return Bounds(dt.date(1880, 1, 1), as_at if name == "date_of_death" else None, running=ends)
