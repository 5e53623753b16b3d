"""What every reader gives: the cells of a file as text, and what it could not read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import pyarrow as pa

from fraudmatch.reasons import REASONS, Disposition


@dataclass(frozen=True)
class Fault:
    """Something wrong with a file, a row or a column: REJECTS without its origin.

    Attributes:
        source_row: number of the record; null when the fault is wider than a row.
        column: the partner's heading, null when the fault is wider than a column.
        disposition: what is done, where it is not what the catalogue says of the reason.
    """

    reason: str
    source_row: int | None = None
    column: str | None = None
    detail: str | None = None
    field: str | None = None
    disposition: Disposition | None = None

    @property
    def done(self) -> Disposition:
        """What is done about it."""
        return self.disposition or REASONS[self.reason].disposition


class Refused(Exception):
    """Inside the stage only: this file cannot be read, for these reasons.

    Args:
        faults: why; at least one.
        records: rows the file holds as far as they could be counted, without header and preamble.
        skipped: lines that are no records.
    """

    def __init__(self, faults: Sequence[Fault], *, records: int = 0, skipped: int = 0) -> None:
        self.faults = tuple(faults)
        self.records = records
        self.skipped = skipped
        super().__init__(", ".join(fault.reason for fault in self.faults))


class RawRecords(Protocol):
    """Where the records of a file can be seen as they were written."""

    def texts(self, source_rows: np.ndarray) -> list[str]:
        """Records without their line ends; what is no text in the encoding comes as U+FFFD."""

    def lengths(self, source_rows: np.ndarray) -> np.ndarray:
        """Bytes of records, line ends left out: 0 for a line with nothing at all on it."""


@dataclass(frozen=True)
class Trailer:
    """The line of totals that was found.

    Attributes:
        source_row: its number. rows / total: what it says, as written; null where it has no such cell.
    """

    source_row: int
    rows: str | None
    total: str | None


@dataclass(frozen=True)
class Mark:
    """What is to be said of cells whose text does not show it.

    Attributes:
        column: number from 0; null for whole rows. Marks of columns that no field reads are passed over.
        rows: numbers (int64) among the rows of the grid, from 0.
        details: one for each row; or one for all of them where the reason is said once for the column.
    """

    reason: str
    column: int | None
    rows: np.ndarray
    details: tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    """The cells of one file.

    Attributes:
        headings: of the columns, as written.
        columns: one string array per heading, all of one length; raw text, null or "" = blank.
        source_rows: number of each row in the file, counting from 1 with header and skipped lines.
        spoilt: rows the reader could not read; each is one record.
        skipped: preamble, header, repeated headers, footers and trailer; blank rows are still among the rows.
        counted: what the independent count says: preamble, header, blank and all rows.
        notes: what is to be said of the whole file, faults that set no row aside, and lines that are no records, one note for each kind.
        trailers: the lines of totals; several when files were joined.
        raw: the records as written; null where a file has no lines (workbooks, Parquet).
        typed: whether cells may have been dates or numbers, so that dates come as ISO text.
        marks: what is to be said of single cells.
    """

    headings: tuple[str, ...]
    columns: tuple[pa.Array, ...]
    source_rows: np.ndarray
    skipped: int
    counted: int
    spoilt: tuple[Fault, ...] = field(default=())
    notes: tuple[Fault, ...] = field(default=())
    trailers: tuple[Trailer, ...] = ()
    raw: RawRecords | None = None
    typed: bool = False
    marks: tuple[Mark, ...] = field(default=())

    @property
    def rows(self) -> int:
        """Rows that were read, blank ones included."""
        return len(self.source_rows)


def count_mismatch(grid: Grid) -> str | None:
    """What to say when reader and independent count disagree on the number of records, or None."""
    read = grid.skipped + grid.rows + len(grid.spoilt)
    return None if read == grid.counted else f"the parser read {read} records, the count says {grid.counted}"
