"""Files of deliveries after they were read: what extract hands to intake, and how many become one table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch import schemas
from fraudmatch.reasons import REASONS, Disposition


@dataclass(frozen=True)
class Declared:
    """What a mapping declares of the deliveries it reads, for the door.

    Attributes:
        part: number of this file among the parts of one delivery, from 1; null when it is whole.
        parts: how many parts there are; null when nothing says it.
        several: files that fit one mapping make up one delivery, however many there are.
        due_days: an extract older than this on the night is held; null = it is only said.
        one_row: fields besides partner and reference that name one row; null where several rows may have one
            reference.
        repeats: whether a row may repeat another to the letter.
    """

    part: int | None = None
    parts: int | None = None
    due_days: int | None = None
    several: bool = False
    one_row: tuple[str, ...] | None = None
    repeats: bool = False


#: Which record of which delivery each row of a file of corrected rows stands for; null where it does not say.
#: `delivery` is the beginning of its SHA-256. Order: that of the file.
CORRECTS = pa.schema([
    pa.field("source_row", pa.int64(), nullable=False), pa.field("delivery", pa.string()), pa.field("record", pa.int64()),
])  # fmt: skip


@dataclass(frozen=True)
class FileFault:
    """A fault of a whole file: a reason of the catalogue, and what was found, in words without values.

    Attributes:
        disposition: what is done, where it is not what the catalogue says of the reason.
    """

    reason: str
    detail: str
    disposition: Disposition | None = None

    @property
    def done(self) -> Disposition:
        """What is done about it."""
        return self.disposition or REASONS[self.reason].disposition


@dataclass(frozen=True)
class DateOrder:
    """A date column in which dates stand that are impossible in the declared order of day and month.

    Attributes:
        field / column: our name and the partner's heading.
        filled: rows whose cell is not blank.
        impossible: of those, dates that only the other order reads.
        either: of those, dates that both orders read, as different days; their values are not known.
    """

    field: str
    column: str
    filled: int
    impossible: int
    either: int


@dataclass(frozen=True)
class ExtractedFile:
    """What one file gave.

    Attributes:
        dataset: of the mapping; null when no mapping fits.
        received: RECEIVED of that data set, ordered by partner, source_ref, source_row.
        rejects: REJECTS; `partner` is the supplier.
        delivery: DELIVERIES, one row.
        slot: name of the mapping (its file without .toml): what the next delivery of the same kind is
            compared with; null when no mapping fits.
        headings: of the file as written; none when it could not be read that far.
        quarantined: rows to be sent back to the supplier, and shown to nobody else: source_row (int64), raw
            (string), the record as it was written (cells of a workbook with commas between), and cells
            (list of string), its cells under the headings, null where it could not be cut into them; null when
            no row is.
        date_orders: date columns whose order of day and month is in doubt.
        feeds: for each heading the fields that are read from it ("council" for whose record a row is); none
            for one that is not read.
        corrects: CORRECTS of a file of corrected rows; null for all others.
        declared: what the mapping declares of it.
    """

    dataset: str | None
    received: pa.Table
    rejects: pa.Table
    delivery: pa.Table
    slot: str | None = None
    headings: tuple[str, ...] = ()
    quarantined: pa.Table | None = None
    date_orders: tuple[DateOrder, ...] = ()
    feeds: tuple[tuple[str, ...], ...] = ()
    corrects: pa.Table | None = None
    declared: Declared = Declared()

    @property
    def refused(self) -> bool:
        """Whether nothing of the file was loaded."""
        return self.row["state"] not in ("loaded", "stands")

    @property
    def row(self) -> dict[str, Any]:
        """The row of DELIVERIES."""
        return dict(self.delivery.to_pylist()[0])

    def with_row(self, **changed: Any) -> ExtractedFile:
        """The same with columns of its row of DELIVERIES changed."""
        return replace(self, delivery=pa.Table.from_pylist([self.row | changed], schema=schemas.DELIVERIES))

    def with_faults(self, faults: Sequence[FileFault]) -> ExtractedFile:
        """The same with faults of the whole file added."""
        if not faults:
            return self
        row = self.row
        origin = {name: row[name] for name in ("partner", "dataset", "file", "delivery")}
        told = [origin | {"reason": f.reason, "disposition": str(f.done), "detail": f.detail} for f in faults]
        return replace(self, rejects=pa.concat_tables([self.rejects, schemas.rejects_table(told)]))

    def set_aside(self, state: str, faults: Sequence[FileFault] = ()) -> ExtractedFile:
        """The file with nothing of it loaded, and why; its rows count as rejected."""
        row = self.row
        file = self.with_row(loaded=0, rejected=row["received"], state=state, accepted_on=None)
        return replace(file, received=self.received.slice(0, 0)).with_faults(faults)

    def passed_over(self, why: str) -> ExtractedFile:
        """The file known already: nothing is taken from it, and nothing of it is rejected."""
        row = self.row
        counts = {"received": 0, "rejected": 0, "skipped": row["received"] + row["skipped"]}
        passed = self.set_aside("repeated").with_row(**counts)
        return passed.without_faults().with_faults([FileFault("DUPLICATE_DELIVERY", why)])

    def holds(self) -> list[FileFault]:
        """Faults of the whole file that hold it, found while it was read; for a person to release."""
        return [
            FileFault(fault["reason"], fault["detail"] or "", Disposition.HOLD)
            for fault in self.rejects.filter(self._held()).to_pylist()
        ]

    def without_holds(self) -> ExtractedFile:
        """The same without the faults that hold the whole file."""
        return replace(self, rejects=self.rejects.filter(pc.invert(self._held())))

    def without_faults(self) -> ExtractedFile:
        """The same without any fault."""
        return replace(self, rejects=self.rejects.slice(0, 0))

    def _held(self) -> pa.ChunkedArray:
        hold = pc.equal(self.rejects["disposition"], str(Disposition.HOLD))
        return pc.and_(hold, pc.is_null(self.rejects["source_row"]))


@dataclass(frozen=True)
class Together:
    """The tables of many files as one.

    Attributes:
        received: data set -> RECEIVED, ordered by partner, source_ref, source_row; data sets without rows
            are absent.
        rejects / deliveries: REJECTS and DELIVERIES, each in its order.
    """

    received: dict[str, pa.Table]
    rejects: pa.Table
    deliveries: pa.Table


def put_together(files: Sequence[ExtractedFile]) -> Together:
    """The tables of many files as one, each in its order."""
    parts: dict[str, list[pa.Table]] = {}
    for file in files:
        if file.dataset and file.received.num_rows:
            parts.setdefault(file.dataset, []).append(file.received)
    received = {name: joined(parts[name]) for name in schemas.DATASETS if name in parts}
    rejects = pa.concat_tables([schemas.empty(schemas.REJECTS), *(file.rejects for file in files)])
    deliveries = pa.concat_tables([schemas.empty(schemas.DELIVERIES), *(file.delivery for file in files)])
    order = [(key, "ascending") for key in ("partner", "dataset", "file", "delivery")]
    return Together(
        received, schemas.sort_rejects(rejects).combine_chunks(), deliveries.sort_by(order).combine_chunks()
    )


def plain_rows(deliveries: pa.Table) -> list[dict[str, Any]]:
    """DELIVERIES as dictionaries that JSON can hold: dates are ISO text."""
    rows: list[dict[str, Any]] = deliveries.to_pylist()
    days = ("accepted_on", "extracted_on")
    return [row | {day: row[day] and row[day].isoformat() for day in days} for row in rows]


def joined(parts: list[pa.Table]) -> pa.Table:
    """The files of one data set in order; one file is in order already."""
    return parts[0] if len(parts) == 1 else in_order(pa.concat_tables(parts)).combine_chunks()


def in_order(received: pa.Table) -> pa.Table:
    """RECEIVED by partner, source_ref, source_row; delivery breaks what ties are left.

    Extracts mostly come in the order of their references, and then nothing is moved.
    """
    keys = ("partner", "source_ref", "source_row", "delivery")
    order = pc.sort_indices(received.select(keys), sort_keys=[(key, "ascending") for key in keys]).to_numpy()
    if np.array_equal(order, np.arange(len(order))):
        return received
    return received.take(pa.array(order))
