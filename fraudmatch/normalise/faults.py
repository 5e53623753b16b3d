"""Faults of a data set: which rows, which field, which reason."""

from __future__ import annotations

from typing import NamedTuple

from fraudmatch.normalise.distinct import Codes, Read


class Fault(NamedTuple):
    """One kind of fault in one field of a data set.

    Attributes:
        reason: a code of `reasons.REASONS`.
        field: our field name; None when the fault is wider than a field.
        rows: positions in RECEIVED, rising.
    """

    reason: str
    field: str | None
    rows: Codes


def faults_in(field: str, read: Read) -> list[Fault]:
    """The faults that reading a column found."""
    return [Fault(reason, field, rows) for reason, rows in read.faults.items()]
