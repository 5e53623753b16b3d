"""Delimited text: pyarrow reads every cell as text, and numbers the rows it cannot read."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from fraudmatch.extract.cuts import Cut, Text, cuts_of, doubly_decoded, noted, notes_of_rows, text_of
from fraudmatch.extract.grid import Fault, Grid, Refused, count_mismatch
from fraudmatch.extract.header import Wanted, headings_of
from fraudmatch.extract.mapping import FileForm
from fraudmatch.extract.misfits import Misfit, faults_of, of_unknown_type, sort_misfits
from fraudmatch.extract.rows import Rows, look_through
from fraudmatch.reasons import Disposition

#: pyarrow reads a file in blocks of this size; a record must fit into two of them.
_BLOCK = 1 << 22
_LARGEST_BLOCK = (1 << 31) - 1


@dataclass(frozen=True)
class _Row:
    """A row that did not fit: its number among those parsed, counting from 1, and its raw text."""

    number: int
    cells: int
    text: str


def read_delimited(content: bytes, form: FileForm, wanted: Wanted = ()) -> Grid:
    """The cells of delimited text in UTF-8.

    Args:
        content: as `encodings.to_utf8` gives it, bytes that are no text marked.
        wanted: headings the mapping needs, each with its alternatives.

    Raises:
        Refused: FILE_NO_ROWS, HEADER_NOT_FOUND, DELIMITER_MISMATCH, TOO_MANY_COLUMNS, FILE_UNREADABLE,
            UNCLOSED_QUOTE, COUNT_MISMATCH.
    """
    text = text_of(content, form)
    counted = text.counted
    skipped = counted.lines + form.has_header
    rows = max(counted.records - form.has_header, 0)
    if not rows:
        raise Refused([Fault("FILE_NO_ROWS")], skipped=counted.lines + counted.records)
    try:
        headings = headings_of(text.without(np.zeros(0, np.int64)), form, wanted)
        grid = _whole(text, headings)
        mismatch = count_mismatch(grid)
        if mismatch:
            raise Refused([Fault("COUNT_MISMATCH", detail=mismatch)])
    except Refused as refused:
        raise Refused(refused.faults, records=rows, skipped=skipped) from None
    return grid


class _Disagreement(Exception):
    """Parser and independent count disagree on the number of records; carries how."""


def _whole(text: Text, headings: tuple[str, ...]) -> Grid:
    """The grid; where parser and count disagree, rows with open quotes are cut out and it is read again."""
    cut = cuts_of(text, damaged=text.counted.open_end)
    try:
        return _read(text, cut, headings)
    except (pa.ArrowInvalid, _Disagreement):
        cut = cuts_of(text, damaged=True)
    try:
        return _read(text, cut, headings)
    except pa.ArrowInvalid:
        raise Refused([Fault("FILE_UNREADABLE", detail="a record is too long to be read")]) from None
    except _Disagreement as disagreement:
        raise Refused([Fault("COUNT_MISMATCH", detail=str(disagreement))]) from None


def _read(text: Text, cut: Cut, headings: tuple[str, ...]) -> Grid:
    """The records that were not cut out, as rows, misfits and lines that are none."""
    form, counted = text.form, text.counted
    if form.has_header and 0 in cut.faults:
        raise Refused([_of_header(cut.faults[0])])
    table, misfits = _parse(text.without(cut.places), form, len(headings))
    total = table.num_rows + len(misfits) + len(cut.faults)
    if total != counted.records:
        read, said = total + counted.lines, counted.records + counted.lines
        raise _Disagreement(f"the parser read {read} records, the count says {said}")
    places = np.delete(np.arange(total), cut.places) if cut.faults else np.arange(total)
    wrong = [row.number - 1 for row in misfits]
    found = [Misfit(int(places[row.number - 1]), row.cells, row.text) for row in misfits]
    rows = Rows(table, np.delete(places, wrong) if wrong else places)
    if form.has_header:
        if rows.places[:1] != [0]:
            raise Refused([Fault("FILE_UNREADABLE", detail="the line of headings cannot be parsed")])
        rows = rows.keep(slice(1, None))
    return _grid(text, headings, rows, found, cut)


def _of_header(fault: Fault) -> Fault:
    """A fault of the line of headings refuses the file."""
    return replace(fault, source_row=None, disposition=Disposition.REJECT)


def _grid(text: Text, headings: tuple[str, ...], rows: Rows, misfits: list[Misfit], cut: Cut) -> Grid:
    form, lines = text.form, text.counted.lines
    seen = look_through(rows, headings, text)
    kinds = sort_misfits(misfits, text)
    mended, left = _mend(kinds.rows, form, len(headings))
    notes = [*text.notes, *doubly_decoded(text), *seen.notes]
    for reason, places in (("FOOTER", kinds.footers), ("BLANK_ROW", kinds.delimiters)):
        notes += [noted(reason, np.array(places) + 1 + lines)] if places else []
    if text.ends_within_a_line:
        notes.append(Fault("NO_FINAL_NEWLINE", lines + text.counted.records))
    trailers = [*seen.trailers, *kinds.trailers]
    none = (
        len(kinds.blank)
        + len(kinds.delimiters)
        + len(kinds.footers)
        + len(kinds.skipped)
        + len(kinds.trailers)
    )
    spoilt = [
        *cut.faults.values(),
        *seen.spoilt,
        *faults_of(left, cut.faults, text, len(headings)),
        *(_unknown(misfit, text) for misfit in kinds.unknown),
    ]
    whole = [seen.rows, *mended]
    numbers = np.concatenate([piece.places for piece in whole]) + 1 + lines
    return Grid(
        headings,
        tuple(_column([piece.table for piece in whole], place) for place in range(len(headings))),
        numbers,
        skipped=lines + form.has_header + seen.skipped + none,
        counted=lines + text.counted.records,
        spoilt=tuple(sorted(spoilt, key=lambda fault: fault.source_row or 0)),
        notes=notes_of_rows(notes, numbers),
        trailers=tuple(sorted(trailers, key=lambda trailer: trailer.source_row)),
        raw=text,
    )


def _unknown(misfit: Misfit, text: Text) -> Fault:
    first = misfit.text.split(text.form.delimiter, 1)[0].strip(f" {text.form.quote}")
    return of_unknown_type(first, text.number(misfit.place))


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
    names = [f"c{place}" for place in range(width)]
    if not body:
        return pa.table({name: pa.array([], pa.string()) for name in names}), misfits

    def note(row: arrow_csv.InvalidRow) -> str:
        misfits.append(_Row(row.number, row.actual_columns, row.text))
        return "skip"

    table = arrow_csv.read_csv(
        pa.BufferReader(body),
        # One thread: only then does pyarrow know the number of a row it cannot read.
        read_options=arrow_csv.ReadOptions(column_names=names, use_threads=False, block_size=block),
        parse_options=arrow_csv.ParseOptions(
            delimiter=form.delimiter,
            quote_char=form.quote or False,
            escape_char=form.escape or False,
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


def _column(tables: list[pa.Table], place: int) -> pa.Array:
    chunks = [chunk for table in tables for chunk in table.column(place).chunks]
    return pa.chunked_array(chunks, pa.string()).combine_chunks()


def _mend(misfits: list[Misfit], form: FileForm, width: int) -> tuple[list[Rows], list[Misfit]]:
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
    return pieces, sorted(left, key=lambda row: row.place)


def _mend_alike(
    rows: list[Misfit], form: FileForm, cells: int, width: int
) -> tuple[Rows | None, list[Misfit]]:
    """Rows of one number of cells, brought to `width`; and those that cannot be."""
    table, again = _parse("\n".join(row.text for row in rows).encode(), form, cells)
    if again or table.num_rows != len(rows):
        return None, rows
    fits = np.ones(len(rows), bool)
    for surplus in table.columns[width:]:
        blank = pc.equal(pc.utf8_trim_whitespace(surplus), "")
        fits &= blank.to_numpy()
    for place in range(cells, width):
        table = table.append_column(f"c{place}", pa.repeat(pa.scalar("", pa.string()), len(rows)))
    places = np.array([row.place for row in rows])
    kept = table.select(range(width)).filter(pa.array(fits))
    return Rows(kept, places[fits]), [row for row, fit in zip(rows, fits, strict=True) if not fit]
