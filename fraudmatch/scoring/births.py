"""Dates of birth as keys of which two are equal where the dates may be one, keyed differently."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

#: Above every key: years have four digits.
ABOVE_ALL = 10_000 * 10_000


def birth_keys(dates: pa.Array) -> pa.Array:
    """One whole number for each date, int64, below `ABOVE_ALL`; null for null.

    Equal for equal dates, and for two that differ by day and month changed over: 2 May and 5 February of one
    year. Spreadsheets set to American dates and hasty typing do that; people whom
    all else links are seldom born on just these two days.
    """
    year, month, day = (part(dates) for part in (pc.year, pc.month, pc.day))
    low, high = (each(month, day, skip_nulls=False) for each in (pc.min_element_wise, pc.max_element_wise))
    return pc.add(pc.multiply(year, 10_000), pc.add(pc.multiply(low, 100), high))
