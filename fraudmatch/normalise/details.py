"""DETAILS of a data set: what only its own rules ask for, dates within their bounds and all else untouched."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa

from fraudmatch.normalise import identifiers
from fraudmatch.normalise.columns import ColumnReader
from fraudmatch.normalise.dates import detail_bounds, ends_before_start, read_dates
from fraudmatch.normalise.distinct import apply
from fraudmatch.normalise.faults import Fault
from fraudmatch.normalise.layout import Columns
from fraudmatch.references import clean_reference


def _note_sequences(reader: ColumnReader, columns: Columns) -> None:
    """DATE_SEQUENCE where an end is before its beginning; both stay, for such a time covers no day."""
    dataset = reader.dataset
    pairs = {(name, f"{name.removesuffix('_start')}_end") for name in columns if name.endswith("_start")}
    pairs.add((dataset.valid_from or "", dataset.valid_to or ""))
    for start, end in sorted(pairs):
        if start in columns and end in columns:
            rows = ends_before_start(columns[start], columns[end])
            reader.faults.append(Fault("DATE_SEQUENCE", end, rows))


#: Derived detail -> how it is made of the columns of RECEIVED.
_DERIVED: dict[str, Callable[[ColumnReader], pa.Array]] = {
    "invoice_ref_clean": lambda reader: clean_reference(reader.raw("invoice_ref")),
    "nino_kind": lambda reader: apply(reader.raw("nino"), identifiers.nino_kind),
}


def details_of(reader: ColumnReader) -> pa.Table:
    """The details of each row, dates through their bounds and all else untouched; then what is derived."""
    dataset = reader.dataset
    columns: Columns = {}
    for field in dataset.details:
        values = reader.raw(field.name)
        if field.kind == "date":
            bounds = detail_bounds(field.name, dataset.valid_to, reader.as_at)
            values = reader.note(field.name, read_dates(values, bounds))
        columns[field.name] = values
    _note_sequences(reader, columns)
    for field in dataset.derived:
        columns[field.name] = _DERIVED[field.name](reader)
    if not columns:  # a table without columns would forget its number of rows
        return pa.table({"": pa.nulls(reader.table.num_rows)}).select([])
    return pa.table(columns)
