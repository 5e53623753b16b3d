"""Faults of a data set: which rows, which field, which reason."""

from __future__ import annotations

from typing import NamedTuple

from fraudmatch.normalise.distinct import Codes, Read
from fraudmatch.reasons import Disposition


class Fault(NamedTuple):
    """One kind of fault in one field of a data set.

    Attributes:
        reason: a code of `reasons.REASONS`.
        field: our field name; None when the fault is wider than a field.
        rows: positions in RECEIVED, rising.
        disposition: what becomes of the rows where it is not the catalogue's; null where it is.
        whole_file: the fault is the file's; `rows` then holds one row of each file.
    """

    reason: str
    field: str | None
    rows: Codes
    disposition: Disposition | None = None
    whole_file: bool = False


def faults_in(field: str, read: Read) -> list[Fault]:
    """The faults that reading a column found."""
    return [Fault(reason, field, rows) for reason, rows in read.faults.items()]
