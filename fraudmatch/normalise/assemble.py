"""One data set from RECEIVED to records without numbers: every column read, parties laid out."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pyarrow as pa

from fraudmatch.normalise.columns import ColumnReader
from fraudmatch.normalise.details import details_of
from fraudmatch.normalise.distinct import flat
from fraudmatch.normalise.faults import Fault
from fraudmatch.normalise.layout import Layout
from fraudmatch.normalise.party_columns import party_columns
from fraudmatch.normalise.shared_columns import shared_columns
from fraudmatch.schemas import DATASETS, conform, received_schema

#: Columns of RECEIVED that go into RECORDS as they are.
_ORIGIN = ("partner", "dataset", "delivery", "source_row", "source_ref")


@dataclass(frozen=True)
class DatasetRead:
    """A data set after reading.

    Attributes:
        records: RECORDS without record_id and without an order yet.
        details: the details of each row of RECEIVED.
        delivery / source_row: where each row of RECEIVED came from.
        faults: what was found.
    """

    name: str
    records: Layout
    details: pa.Table
    delivery: pa.Array
    source_row: pa.Array
    faults: list[Fault]


def read_dataset(name: str, received: pa.Table, as_at: dt.date) -> DatasetRead:
    """Read every column of a data set and say which records its parties are.

    What both parties share and who they are is read side by side; neither looks at what the other found.

    Raises:
        SchemaError: `received` is not RECEIVED of that data set.
    """
    dataset = DATASETS[name]
    table = conform(received, received_schema(name), what=f"received {name}")
    of_both, of_each, of_details = (ColumnReader(table, dataset, as_at) for _ in range(3))
    with ThreadPoolExecutor(1) as beside:
        reading = beside.submit(shared_columns, of_both)
        first, second, rows = party_columns(of_each)
        shared = reading.result() | {column: flat(table[column]) for column in _ORIGIN}
    pa.default_memory_pool().release_unused()  # reading goes through many columns that are not kept
    details = details_of(of_details)
    return DatasetRead(
        name=name,
        records=Layout(table.num_rows, shared, first, second, rows),
        details=details,
        delivery=shared["delivery"],
        source_row=shared["source_row"],
        faults=[*of_both.faults, *of_each.faults, *of_details.faults],
    )
