"""Dates of a whole column written in the other order than declared: 03/31 where day/month is meant."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from fraudmatch.extract.values.dates import parse_dates

#: Share of a column that must be impossible as declared, and of that what the other order must read.
#: Of dates spread over a year 61 % have a day after the twelfth.
_IMPOSSIBLE, _EXPLAINED = 0.3, 0.9
#: Fewer impossible dates than this hold no file: they may be slips.
_FEWEST = 10


def order_suspected(texts: pa.Array, unread: np.ndarray, formats: Sequence[str]) -> str | None:
    """What to say when most dates of a column are impossible in the declared order; else None.

    Args:
        texts: the column. unread: rows (bool) that no declared format reads. formats: declared.

    The dates that could be read are then most likely wrong too, which is why the file waits.
    """
    filled = len(texts) - texts.null_count
    wrong = int(unread.sum())
    if wrong < max(_FEWEST, _IMPOSSIBLE * filled):
        return None
    other = [turned for turned in map(_turned, formats) if turned not in formats]
    if not other:
        return None
    explained = wrong - parse_dates(texts.filter(pa.array(unread)), other).null_count
    if explained < _EXPLAINED * wrong:
        return None
    share = round(100 * wrong / filled)
    return f"{share} % are impossible as {', '.join(formats)} and fit {', '.join(other)}"


def _turned(text: str) -> str:
    """A format with day and month changed over; itself where the month is a name."""
    if "%d" not in text or "%m" not in text:
        return text
    return text.replace("%d", "%\0").replace("%m", "%d").replace("%\0", "%m")
