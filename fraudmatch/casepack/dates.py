"""The dates of all records of a case in one line of time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Dated:
    """Something a record says happened, or the day its data are of.

    Attributes:
        record: whose it is, data set and reference. what: heading of the field.
    """

    day: dt.date
    record: str
    what: str


def in_order(dates: Iterable[Dated]) -> list[Dated]:
    """Each date of a record once, oldest first."""
    return sorted(set(dates), key=lambda one: (one.day, one.record, one.what))
