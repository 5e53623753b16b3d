"""Day numbers of spreadsheets: 29221 is 1 January 1980, counted from the last day of 1899.

The count has a day that never was, 29 February 1900, as number 60. Only numbers of five digits are
read, from 18 May 1927 on, where the slip does not matter; four digits look like years.
"""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pyarrow.compute as pc

_EPOCH = dt.date(1899, 12, 30)
#: The last number read: 31 December 2099.
LAST = (dt.date(2099, 12, 31) - _EPOCH).days
_FIVE_DIGITS = r"^(?P<number>[1-9]\d{4})(?:\.0+)?$"


def days_of(texts: pa.Array) -> pa.Array:
    """Texts of five digits (and perhaps a needless .0) as days; null for others and for days after 2099."""
    found = pc.extract_regex(texts, _FIVE_DIGITS)
    digits = pc.if_else(found.is_valid(), found.field("number"), pa.scalar(None, pa.string()))
    number = digits.cast(pa.int32())
    within = pc.if_else(pc.less_equal(number, LAST), number, pa.scalar(None, pa.int32()))
    return pc.add(within, (_EPOCH - dt.date(1970, 1, 1)).days).cast(pa.int32()).cast(pa.date32())
