"""Whether the dates of a column stand in the declared order of day and month, or in both orders."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.extract.values.dates import parse_dates
from fraudmatch.extract.values.parsed import Mask, mask_of

#: From this share of the filled rows on, and at least so many, dates that are impossible in the declared
#: order and possible in the other show that both orders stand in the column: fewer are slips.
MIXED_SHARE = 0.01
MIXED_ROWS = 3


def changed_over(formats: Sequence[str]) -> tuple[str, ...]:
    """The formats that have both a day and a month in digits, with the two changed over."""
    swapped = [text for text in formats if "%d" in text and "%m" in text]
    return tuple(text.replace("%d", "%_").replace("%m", "%d").replace("%_", "%m") for text in swapped)


def impossible(texts: pa.Array, formats: Sequence[str], values: pa.Array) -> Mask:
    """Distinct texts that were not read (null in `values`) and are days with day and month changed over."""
    unread = values.is_null()
    others = changed_over(formats)
    if not others or not mask_of(unread).any():
        return np.zeros(len(texts), np.bool_)
    return mask_of(pc.and_(unread, parse_dates(texts, others).is_valid()))


def either(texts: pa.Array, formats: Sequence[str], values: pa.Array) -> Mask:
    """Distinct texts that were read, and are another day with day and month changed over."""
    other = parse_dates(texts, changed_over(formats))
    read = parse_dates(texts, [text for text in formats if "%d" in text and "%m" in text])
    differ = pc.and_(pc.and_(read.is_valid(), other.is_valid()), pc.not_equal(read, other))
    return mask_of(pc.and_(values.is_valid(), differ))
