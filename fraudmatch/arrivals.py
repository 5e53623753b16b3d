"""Files of deliveries after they were read: what extract hands to intake, and how many become one table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch import schemas


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
        quarantined: rows to be sent back to the supplier, and shown to nobody else: source_row (int64) and raw
            (string), the record as it was written (cells of a workbook with commas between); null when none is.
        date_orders: date columns whose order of day and month is in doubt.
    """

    dataset: str | None
    received: pa.Table
    rejects: pa.Table
    delivery: pa.Table
    slot: str | None = None
    headings: tuple[str, ...] = ()
    quarantined: pa.Table | None = None
    date_orders: tuple[DateOrder, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether nothing of the file was loaded."""
        return bool(self.delivery["state"][0].as_py() != "loaded")


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
    received = {name: _joined(parts[name]) for name in schemas.DATASETS if name in parts}
    rejects = pa.concat_tables([schemas.empty(schemas.REJECTS), *(file.rejects for file in files)])
    deliveries = pa.concat_tables([schemas.empty(schemas.DELIVERIES), *(file.delivery for file in files)])
    order = [(key, "ascending") for key in ("partner", "dataset", "file", "delivery")]
    return Together(
        received, schemas.sort_rejects(rejects).combine_chunks(), deliveries.sort_by(order).combine_chunks()
    )


def plain_rows(deliveries: pa.Table) -> list[dict[str, Any]]:
    """DELIVERIES as dictionaries that JSON can hold: dates are ISO text."""
    place = deliveries.schema.get_field_index("accepted_on")
    told = deliveries.set_column(place, "accepted_on", deliveries["accepted_on"].cast(pa.string()))
    rows: list[dict[str, Any]] = told.to_pylist()
    return rows


def _joined(parts: list[pa.Table]) -> pa.Table:
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
