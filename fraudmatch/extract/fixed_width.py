"""Fixed-width text: one record a line, columns by the position of their characters."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.extract.counter import count_records
from fraudmatch.extract.grid import Fault, Grid, Refused, count_mismatch
from fraudmatch.extract.mapping import FileForm


def read_fixed_width(content: bytes, form: FileForm) -> Grid:
    """The cells of fixed-width text in UTF-8; positions count characters, not bytes.

    A line that ends before the last declared column does is short: it is rejected, or with
    short_rows = "fill" taken as blank there. What stands after the last column is not read.

    Raises:
        Refused: FILE_NO_ROWS, COUNT_MISMATCH.
    """
    counted = count_records(content, quote="", skip_rows=form.skip_rows)
    skipped = counted.lines + form.has_header
    if counted.records <= form.has_header:
        raise Refused([Fault("FILE_NO_ROWS")], skipped=counted.lines + counted.records)
    lines = _lines(content[counted.start :])[form.has_header :]
    numbers = np.arange(1, len(lines) + 1) + skipped
    columns = form.columns if isinstance(form.columns, dict) else {}
    spoilt, whole = _short(lines, numbers, columns, form)
    lines, numbers = lines.filter(pa.array(whole)), numbers[whole]
    grid = Grid(
        tuple(columns),
        tuple(_cut(lines, first, width) for first, width in columns.values()),
        numbers,
        skipped=skipped,
        counted=counted.lines + counted.records,
        spoilt=spoilt,
    )
    mismatch = count_mismatch(grid)
    if mismatch:
        rows = counted.records - form.has_header
        raise Refused([Fault("COUNT_MISMATCH", detail=mismatch)], records=rows, skipped=skipped)
    return grid


def _cut(lines: pa.Array, first: int, width: int) -> pa.Array:
    return pc.utf8_slice_codeunits(lines, first - 1, first - 1 + width).cast(pa.string())


def _lines(content: bytes) -> pa.Array:
    """The lines of a text; the end of the last one does not begin another."""
    plain = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return pc.split_pattern(pa.array([plain.removesuffix(b"\n").decode()], pa.large_string()), "\n").flatten()


def _short(
    lines: pa.Array, numbers: np.ndarray, columns: dict[str, tuple[int, int]], form: FileForm
) -> tuple[tuple[Fault, ...], np.ndarray]:
    """Rows that end too early and are not blank, and which rows (bool) remain."""
    width = max(first + size - 1 for first, size in columns.values())
    long_enough: np.ndarray = pc.greater_equal(pc.utf8_length(lines), width).to_numpy(zero_copy_only=False)
    blank: np.ndarray = pc.equal(pc.utf8_trim_whitespace(lines), "").to_numpy(zero_copy_only=False)
    whole = long_enough | blank if form.short_rows == "reject" else np.ones(len(lines), bool)
    detail = f"the line is shorter than {width} characters"
    return tuple(Fault("ROW_TOO_FEW_FIELDS", int(row), detail=detail) for row in numbers[~whole]), whole
