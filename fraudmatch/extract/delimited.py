"""Delimited text: pyarrow reads every cell as text, and numbers the rows it cannot read."""

from __future__ import annotations

import csv
import io
import itertools
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from fraudmatch.extract.counter import Counted, count_records, first_damaged
from fraudmatch.extract.grid import Fault, Grid, Refused, count_mismatch
from fraudmatch.extract.mapping import FileForm

#: pyarrow reads a file in blocks of this size; a record must fit into two of them.
_BLOCK = 1 << 22
_LARGEST_BLOCK = (1 << 31) - 1
#: A header of more lines than this is a quote left open.
_HEADER_LINES = 50
_HEADER_BYTES = 1 << 20


@dataclass(frozen=True)
class _Row:
    """A row that did not fit: its number among the records, counting from 1, and its raw text."""

    number: int
    cells: int
    text: str


@dataclass(frozen=True)
class _Piece:
    """Rows in columns, with their numbers among the records."""

    table: pa.Table
    numbers: np.ndarray


def read_delimited(content: bytes, form: FileForm) -> Grid:
    """The cells of delimited text in UTF-8.

    Raises:
        Refused: FILE_NO_ROWS, FILE_UNREADABLE (no header), COUNT_MISMATCH (a quote that is never closed).
    """
    counted = count_records(content, delimiter=form.delimiter, quote=form.quote, skip_rows=form.skip_rows)
    skipped = counted.lines + form.has_header
    rows = max(counted.records - form.has_header, 0)
    if not rows:
        raise Refused([Fault("FILE_NO_ROWS")], skipped=counted.lines + counted.records)
    body = content[counted.start :] if counted.start else content
    try:
        headings = _headings(body, form)
        table, misfits = _parse(body, form, len(headings))
        grid = _grid(table, misfits, form, headings, counted)
    except pa.ArrowInvalid:
        raise Refused([_lost_quote(content, form, counted)], records=rows, skipped=skipped) from None
    except Refused as refused:
        raise Refused(refused.faults, records=rows, skipped=skipped) from None
    mismatch = count_mismatch(grid)
    if mismatch:
        raise Refused([_lost_quote(content, form, counted, mismatch)], records=rows, skipped=skipped)
    return grid


def _lost_quote(content: bytes, form: FileForm, counted: Counted, mismatch: str | None = None) -> Fault:
    """Why the parser cannot be believed: the record with the open quote when there is one."""
    damaged = first_damaged(content, delimiter=form.delimiter, quote=form.quote, start=counted.start)
    if damaged is not None:
        place = f"a quote opened in record {damaged + counted.lines} is never closed"
        return Fault("COUNT_MISMATCH", detail=f"{mismatch}; {place}" if mismatch else place)
    if mismatch:
        return Fault("COUNT_MISMATCH", detail=mismatch)
    return Fault("FILE_UNREADABLE", detail="a record is too long to be read")


def _headings(body: bytes, form: FileForm) -> tuple[str, ...]:
    """The names of the columns: from the first record, or from the mapping."""
    if not form.has_header:
        return tuple(form.columns)
    cells = first_record(body[:_HEADER_BYTES].decode("utf-8", "ignore"), form.delimiter, form.quote)
    if not any(cell.strip() for cell in cells):
        raise Refused(
            [Fault("FILE_UNREADABLE", detail="the line of headings is blank; see skip_rows in the mapping")]
        )
    return tuple(cells)


def first_record(text: str, delimiter: str, quote: str) -> list[str]:
    """The cells of the first record of `text`, which must end within 50 lines; empty for a blank line.

    Raises:
        Refused: FILE_UNREADABLE when a quote is left open.
    """
    lines = itertools.islice(io.StringIO(text, newline=""), _HEADER_LINES)
    if quote:
        reader = csv.reader(lines, delimiter=delimiter, quotechar=quote)
    else:
        reader = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)
    try:
        return next(reader, [])
    except csv.Error as error:
        raise Refused([Fault("FILE_UNREADABLE", detail="the line of headings cannot be parsed")]) from error


def _parse(body: bytes, form: FileForm, width: int) -> tuple[pa.Table, list[_Row]]:
    """All rows of `width` cells, and the others; the block grows until the longest record fits."""
    block = _BLOCK
    while True:
        try:
            return _parse_once(body, form, width, block)
        except pa.ArrowInvalid as error:
            if "straddl" not in str(error) or block > len(body) or block == _LARGEST_BLOCK:
                raise
            block = min(block * 16, _LARGEST_BLOCK)


def _parse_once(body: bytes, form: FileForm, width: int, block: int = _BLOCK) -> tuple[pa.Table, list[_Row]]:
    misfits: list[_Row] = []

    def note(row: arrow_csv.InvalidRow) -> str:
        misfits.append(_Row(row.number, row.actual_columns, row.text))
        return "skip"

    names = [f"c{place}" for place in range(width)]
    table = arrow_csv.read_csv(
        pa.BufferReader(body),
        # One thread: only then does pyarrow know the number of a row it cannot read.
        read_options=arrow_csv.ReadOptions(column_names=names, use_threads=False, block_size=block),
        parse_options=arrow_csv.ParseOptions(
            delimiter=form.delimiter,
            quote_char=form.quote or False,
            newlines_in_values=bool(form.quote),
            ignore_empty_lines=False,
            invalid_row_handler=note,
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            check_utf8=False,  # it was decoded strictly before
            strings_can_be_null=False,
        ),
    )
    return table, misfits


def _grid(
    table: pa.Table, misfits: list[_Row], form: FileForm, headings: tuple[str, ...], counted: Counted
) -> Grid:
    """Rows as they were read and as they were mended, without the header."""
    total = table.num_rows + len(misfits)
    numbers = np.delete(np.arange(1, total + 1), [row.number - 1 for row in misfits])
    if form.has_header:
        if numbers[:1] != [1]:
            raise Refused([Fault("FILE_UNREADABLE", detail="the line of headings cannot be parsed")])
        table, numbers = table.slice(1), numbers[1:]
    spoilt = []
    if counted.open_end and len(numbers) and numbers[-1] == total:
        table, numbers = table.slice(0, len(numbers) - 1), numbers[:-1]
        spoilt.append(
            Fault("ROW_MALFORMED", total + counted.lines, detail="a quote is opened and never closed")
        )
    pieces, left = _mend(misfits, form, len(headings))
    spoilt += [_misfit(row, len(headings), counted.lines) for row in left]
    whole = [_Piece(table, numbers), *pieces]
    return Grid(
        headings,
        tuple(_column([piece.table for piece in whole], place) for place in range(len(headings))),
        np.concatenate([piece.numbers for piece in whole]) + counted.lines,
        skipped=counted.lines + form.has_header,
        counted=counted.lines + counted.records,
        spoilt=tuple(spoilt),
    )


def _column(tables: list[pa.Table], place: int) -> pa.Array:
    chunks = [chunk for table in tables for chunk in table.column(place).chunks]
    return pa.chunked_array(chunks, pa.string()).combine_chunks()


def _misfit(row: _Row, width: int, lines: int) -> Fault:
    reason = "ROW_TOO_FEW_FIELDS" if row.cells < width else "ROW_TOO_MANY_FIELDS"
    return Fault(reason, row.number + lines, detail=f"{row.cells} cells where the header has {width}")


def _mend(misfits: list[_Row], form: FileForm, width: int) -> tuple[list[_Piece], list[_Row]]:
    """What the mapping lets pass: short rows filled with blanks, long rows whose surplus is blank."""
    pieces, left = [], []
    for cells, group in itertools.groupby(
        sorted(misfits, key=lambda row: row.cells), key=lambda row: row.cells
    ):
        rows = list(group)
        allowed = form.short_rows == "fill" if cells < width else form.long_rows == "empty"
        piece, spoilt = _mend_alike(rows, form, cells, width) if allowed else (None, rows)
        pieces += [piece] if piece is not None else []
        left += spoilt
    return pieces, sorted(left, key=lambda row: row.number)


def _mend_alike(rows: list[_Row], form: FileForm, cells: int, width: int) -> tuple[_Piece | None, list[_Row]]:
    """Rows of one number of cells, brought to `width`; and those that cannot be."""
    table, again = _parse_once("\n".join(row.text for row in rows).encode(), form, cells)
    if again or table.num_rows != len(rows):
        return None, rows
    fits = np.ones(len(rows), bool)
    for surplus in table.columns[width:]:
        blank = pc.equal(pc.utf8_trim_whitespace(surplus), "")
        fits &= blank.to_numpy()
    for place in range(cells, width):
        table = table.append_column(f"c{place}", pa.repeat(pa.scalar("", pa.string()), len(rows)))
    numbers = np.array([row.number for row in rows])
    kept = table.select(range(width)).filter(pa.array(fits))
    return _Piece(kept, numbers[fits]), [row for row, fit in zip(rows, fits, strict=True) if not fit]
