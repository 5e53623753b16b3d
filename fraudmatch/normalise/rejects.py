"""Faults on their way to REJECTS: supplier, file and source row of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.errors import ConservationError
from fraudmatch.normalise.assemble import DatasetRead
from fraudmatch.normalise.distinct import Codes, Encoded
from fraudmatch.normalise.faults import Fault
from fraudmatch.reasons import REASONS
from fraudmatch.schemas import REJECTS, conform, empty


def _files(deliveries: pa.Table) -> dict[tuple[str, str | None], tuple[str, str]]:
    """(delivery, data set) -> (supplier, file); the first by name where a file came twice."""
    columns = (deliveries[name].to_pylist() for name in ("delivery", "dataset", "partner", "file"))
    found: dict[tuple[str, str | None], tuple[str, str]] = {}
    for delivery, dataset, partner, file in sorted(zip(*columns, strict=True), key=repr):
        found.setdefault((delivery, dataset), (partner, file))
    return found


def _origin(
    read: DatasetRead, files: dict[tuple[str, str | None], tuple[str, str]]
) -> tuple[Encoded, list[tuple[str, str]]]:
    """The deliveries of a data set and supplier and file of each."""
    encoded = Encoded.of(read.delivery)
    unknown = [value for value in encoded.values if (value, read.name) not in files]
    if unknown:
        raise ConservationError(
            f"{read.name}: {len(unknown)} deliveries have rows and are no deliveries of the night.",
            remedy="Run the night again from the extracts; rows without a file cannot be traced.",
        )
    return encoded, [files[value, read.name] for value in encoded.values]


def _disposition(fault: Fault) -> str:
    return str(fault.disposition or REASONS[fault.reason].disposition)


def _table(read: DatasetRead, files: dict[tuple[str, str | None], tuple[str, str]]) -> pa.Table:
    """The rejects of one data set, unsorted."""
    encoded, origins = _origin(read, files)
    faults = [fault for fault in read.faults if len(fault.rows)]
    if not faults:
        return empty(REJECTS)
    rows = np.concatenate([fault.rows for fault in faults])
    kinds = np.repeat(np.arange(len(faults)), [len(fault.rows) for fault in faults])
    codes = encoded.codes[rows]

    def of_delivery(values: Sequence[str]) -> pa.Array:
        return pa.array(values, pa.string()).take(pa.array(codes))

    def of_fault(values: Iterable[object], type_: pa.DataType) -> pa.Array:
        return pa.array(list(values), type_).take(pa.array(kinds))

    columns = {
        "partner": of_delivery([partner for partner, _ in origins]),
        "dataset": pa.repeat(pa.scalar(read.name), len(rows)),
        "file": of_delivery([file for _, file in origins]),
        "delivery": of_delivery(encoded.values),
        "source_row": pc.if_else(
            of_fault((fault.whole_file for fault in faults), pa.bool_()),
            pa.scalar(None, read.source_row.type),
            read.source_row.take(pa.array(rows)),
        ),
        "field": of_fault((fault.field for fault in faults), pa.string()),
        "column": pa.nulls(len(rows), pa.string()),
        "reason": of_fault((fault.reason for fault in faults), pa.string()),
        "disposition": of_fault((_disposition(fault) for fault in faults), pa.string()),
        "detail": pa.nulls(len(rows), pa.string()),
    }
    return pa.table(columns, schema=REJECTS)


def _rank(column: pa.ChunkedArray) -> Codes:
    """Position of each text in sorted order; null comes last, as Arrow sorts."""
    encoded = Encoded.of(column)
    order = np.argsort(np.array([value.encode() for value in encoded.values], dtype=object), kind="stable")
    ranks = np.empty(len(order) + 1, np.int64)
    ranks[order] = np.arange(len(order))
    ranks[-1] = len(order)
    return ranks[encoded.codes]


def rejects_of(datasets: Sequence[DatasetRead], deliveries: pa.Table) -> pa.Table:
    """REJECTS of all data sets in their total order.

    The order is that of `schemas.sort_rejects` (column and detail are null here), made from
    ranks because millions of faults are possible, with the delivery as the last key.

    Raises:
        ConservationError: a row comes from a delivery that is not listed.
    """
    files = _files(deliveries)
    rejects = pa.concat_tables([_table(read, files) for read in datasets] or [empty(REJECTS)])
    keys = [_rank(rejects[name]) for name in ("delivery", "reason", "field")]
    keys.append(pc.fill_null(rejects["source_row"], np.iinfo(np.int64).max).to_numpy())
    keys += [_rank(rejects[name]) for name in ("file", "dataset", "partner")]
    return conform(rejects.take(pa.array(np.lexsort(keys))), REJECTS, what="rejects")
