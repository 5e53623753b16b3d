"""Rows that were set aside: as they were written, to be sent back; and whether there are too many of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch import schemas
from fraudmatch.extract.grid import Fault, Grid
from fraudmatch.extract.mapping import FileForm, Mapping
from fraudmatch.reasons import Disposition

QUARANTINED = pa.schema(
    [
        pa.field("source_row", pa.int64(), nullable=False),
        pa.field("raw", pa.string(), nullable=False),
        pa.field("cells", pa.list_(pa.string())),
    ]
)


def sent_back(grid: Grid, fatal: np.ndarray, form: FileForm) -> pa.Table | None:
    """QUARANTINED of a file, in the order of its records; null when no row was set aside.

    Args:
        fatal: rows (bool) of the grid that were set aside.
    """
    spoilt = [fault.source_row for fault in _spoilt(grid)]
    if not fatal.any() and not spoilt:
        return None
    numbers = np.array([*grid.source_rows[fatal].tolist(), *spoilt], np.int64)
    which = pa.array(np.flatnonzero(fatal))
    rows = list(zip(*(column.take(which).to_pylist() for column in grid.columns), strict=True))
    texts = [*_lines(rows), *([""] * len(spoilt))] if grid.raw is None else grid.raw.texts(numbers)
    split = [
        _split(grid, fault, text, form) for fault, text in zip(_spoilt(grid), texts[len(rows) :], strict=True)
    ]
    cells = pa.array([*map(list, rows), *split], pa.list_(pa.string()))
    table = pa.table([pa.array(numbers), pa.array(texts, pa.string()), cells], QUARANTINED)
    return table.sort_by("source_row")


def _spoilt(grid: Grid) -> list[Fault]:
    return [fault for fault in grid.spoilt if fault.source_row is not None]


def _split(grid: Grid, fault: Fault, text: str, form: FileForm) -> list[str] | None:
    """The cells of a record that was whole but for its size; where others end is for the sender to say."""
    if fault.reason != "FIELD_TOO_LONG" or form.format != "delimited" or form.escape or not form.quote:
        return None
    limit = csv.field_size_limit(len(text) + 1)
    try:
        (cells,) = csv.reader(io.StringIO(text, newline=""), delimiter=form.delimiter, quotechar=form.quote)
    except (csv.Error, ValueError):
        return None
    finally:
        csv.field_size_limit(limit)
    return cells if len(cells) == len(grid.headings) else None


def _lines(rows: Sequence[Sequence[str | None]]) -> list[str]:
    """Rows without a line of their own (workbooks, Parquet) as comma-separated text."""
    lines = []
    for cells in rows:
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow(cells)
        lines.append(line.getvalue())
    return lines


def quarantine_faults(rejects: pa.Table, mapping: Mapping, delivery: pa.Table) -> Iterator[Fault]:
    """Whether so many rows were set aside that it is said, or that the whole file is held.

    Args:
        rejects: REJECTS of the file. delivery: its row of DELIVERIES.
    """
    limits = mapping.quarantine
    received, rejected = (delivery[name][0].as_py() for name in ("received", "rejected"))
    if rejected < limits.least_rows:
        return
    bytes_ = pc.sum(pc.equal(rejects["reason"], "BAD_BYTES")).as_py() or 0
    percent, of_bytes = 100 * rejected / received, 100 * bytes_ / received
    said = f"{rejected:,} of {received:,} rows ({percent:.1f} %)"
    if percent > limits.hold_percent:
        detail = f"{said}; at most {limits.hold_percent:g} %. Most often: {_commonest(rejects)}"
        yield Fault("QUARANTINE_HIGH", detail=detail)
    elif of_bytes > limits.bytes_percent and bytes_ >= limits.least_rows:
        detail = (
            f"{bytes_:,} of {received:,} rows hold bytes that are no text; at most {limits.bytes_percent:g} %"
        )
        yield Fault("QUARANTINE_HIGH", detail=detail)
    elif percent > limits.said_percent:
        detail = f"{said}; the file is loaded. Most often: {_commonest(rejects)}"
        yield Fault("QUARANTINE_HIGH", detail=detail, disposition=Disposition.FLAG)


def _commonest(rejects: pa.Table) -> str:
    """The reason that set most rows aside, and its number."""
    fatal = rejects.filter(pc.and_(schemas.is_fatal(rejects), pc.is_valid(rejects["source_row"])))
    counts = {one["values"]: one["counts"] for one in pc.value_counts(fatal["reason"]).to_pylist()}
    reason = min(counts, key=lambda each: (-counts[each], each))
    return f"{reason} ({counts[reason]:,})"
