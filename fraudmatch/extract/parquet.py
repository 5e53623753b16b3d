"""Parquet: typed columns as the text a person would have written."""

from __future__ import annotations

import io

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet as arrow_parquet

from fraudmatch.extract.grid import Fault, Grid, Refused, count_mismatch
from fraudmatch.extract.mapping import FileForm
from fraudmatch.extract.values.typed import text_of_number


def read_parquet(content: bytes, form: FileForm) -> Grid:
    """The cells of a Parquet file as text: ISO dates, floats without a needless ".0".

    The independent count is that of the row groups' own metadata, read before any column.

    Raises:
        Refused: FILE_UNREADABLE, FILE_NO_ROWS, COUNT_MISMATCH.
    """
    try:
        file = arrow_parquet.ParquetFile(io.BytesIO(content))
        groups = [file.metadata.row_group(group).num_rows for group in range(file.metadata.num_row_groups)]
        table = file.read()
    except (pa.ArrowException, OSError) as error:
        raise Refused([Fault("FILE_UNREADABLE", detail="it is not Parquet, or damaged")]) from error
    grid = grid_of(table, counted=sum(groups))
    mismatch = count_mismatch(grid)
    if mismatch:
        raise Refused([Fault("COUNT_MISMATCH", detail=mismatch)], records=grid.rows)
    return grid


def grid_of(table: pa.Table, *, counted: int) -> Grid:
    """The cells of a table as text; rows are numbered from 1.

    Raises:
        Refused: FILE_NO_ROWS, FILE_UNREADABLE or ENCODING_MISMATCH for a column that cannot be text.
    """
    if not table.num_rows:
        raise Refused([Fault("FILE_NO_ROWS")])
    columns = tuple(
        _as_text(column.combine_chunks(), name)
        for name, column in zip(table.column_names, table, strict=True)
    )
    numbers = np.arange(1, table.num_rows + 1)
    return Grid(tuple(table.column_names), columns, numbers, skipped=0, counted=counted, typed=True)


def _as_text(column: pa.Array | pa.ChunkedArray, name: str) -> pa.Array:
    if isinstance(column, pa.ChunkedArray):  # more than 2 GiB of text stays in pieces
        raise Refused(
            [Fault("FILE_UNREADABLE", column=name, detail="the column holds more than 2 GiB of text")]
        )
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _as_text(column.dictionary_decode(), name)
    if pa.types.is_timestamp(kind):
        return _moments(column)
    if pa.types.is_floating(kind):
        encoded = column.dictionary_encode()
        texts = pa.array([text_of_number(number) for number in encoded.dictionary.to_pylist()], pa.string())
        return texts.take(encoded.indices)
    if pa.types.is_decimal(kind):
        return pc.replace_substring_regex(column.cast(pa.string()), r"\.0+$", "")
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return _decoded(column, name)
    try:
        return column.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise Refused(
            [Fault("FILE_UNREADABLE", column=name, detail=f"a column of {kind} cannot be text")]
        ) from error


def _decoded(column: pa.Array, name: str) -> pa.Array:
    try:
        return column.cast(pa.string())
    except pa.ArrowInvalid as error:
        raise Refused(
            [Fault("ENCODING_MISMATCH", column=name, detail="the column is binary, not UTF-8")]
        ) from error


def _moments(column: pa.Array) -> pa.Array:
    """Time stamps as ISO text; midnight is a day. Computed, because strftime knows locales."""
    local = column.cast(pa.timestamp("s", column.type.tz), safe=False)
    plain = pc.local_timestamp(local) if column.type.tz else local
    text = plain.cast(pa.string())
    return pc.replace_substring_regex(text, r" 00:00:00$", "")
