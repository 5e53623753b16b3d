"""Rows of the right number of cells that are no rows all the same, or not sound ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.extract.cuts import MOST_BYTES, MOST_CHARACTERS, Text, noted
from fraudmatch.extract.grid import Fault, Trailer
from fraudmatch.extract.headings import printed
from fraudmatch.extract.misfits import kind_of, of_unknown_type, trailer_of


@dataclass(frozen=True)
class Rows:
    """Rows in columns, with their places among the records (from 0)."""

    table: pa.Table
    places: np.ndarray

    def keep(self, which: slice | np.ndarray) -> Rows:
        """Some of the rows: a slice, or a mask (bool)."""
        if isinstance(which, slice):
            start = which.start or 0
            return Rows(self.table.slice(start), self.places[which])
        return Rows(self.table.filter(pa.array(which)), self.places[which])


@dataclass
class Seen:
    """What became of rows of the right number of cells.

    Attributes:
        rows: those that stand.
        spoilt: faults of rows set aside; each is one record.
        notes / trailers / skipped: see `grid.Grid`; `skipped` is how many were no rows.
    """

    rows: Rows
    spoilt: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)
    trailers: list[Trailer] = field(default_factory=list)
    skipped: int = 0


def look_through(rows: Rows, headings: tuple[str, ...], text: Text) -> Seen:
    """Set aside repeated headers, trailers, rows of other types, cells and records that are too long,
    and rows with undeclared escapes; note stray quotes.
    """
    seen = Seen(rows)
    if text.form.has_header:
        _headers(seen, headings, text)
    if text.form.trailer or text.form.record_types:
        _types(seen, text)
    _long(seen, headings, text)
    if text.form.quote and text.content.find(text.form.quote.encode(), text.counted.start) >= 0:
        _quotes(seen, text)
    return seen


def _headers(seen: Seen, headings: tuple[str, ...], text: Text) -> None:
    """Rows that say the headings again."""
    candidates = np.arange(seen.rows.table.num_rows)
    for place, heading in enumerate(headings):
        column = seen.rows.table.column(place)
        column = column if not place else column.take(pa.array(candidates))
        candidates = candidates[pc.equal(column, heading).to_numpy()]
        if not len(candidates):
            return
    again = np.zeros(seen.rows.table.num_rows, bool)
    again[candidates] = True
    numbers = seen.rows.places[again] + 1 + text.counted.lines
    joined = any(note.reason == "CONCATENATED_FILES" for note in text.notes)
    if not joined:
        seen.notes.append(noted("REPEATED_HEADER", numbers))
    seen.skipped += len(candidates)
    seen.rows = seen.rows.keep(~again)


def _types(seen: Seen, text: Text) -> None:
    """Trailers, lines that are no rows, and rows of a type the mapping does not name."""
    firsts = pc.utf8_trim_whitespace(seen.rows.table.column(0)).combine_chunks().dictionary_encode()
    if isinstance(firsts, pa.ChunkedArray):  # an empty table has no chunk
        return
    kinds = np.array([kind_of(first or "", text.form) for first in firsts.dictionary.to_pylist()])
    kind = kinds[firsts.indices.to_numpy()]
    standing = kind == "row"
    for row in np.flatnonzero(~standing):
        place, number = int(seen.rows.places[row]), text.number(seen.rows.places[row])
        if kind[row] == "trailer":
            raw = text.records.raw(place).decode("utf-8", "replace")
            seen.trailers.append(trailer_of(raw, number, text.form))
        elif kind[row] == "unknown":
            first = firsts.dictionary[firsts.indices[row].as_py()].as_py()
            if any(cell.as_py().strip() for cell in (column[int(row)] for column in seen.rows.table.columns)):
                seen.spoilt.append(of_unknown_type(first, number))
            else:
                standing[row] = True  # a blank row; told apart later
    seen.skipped += int((~standing).sum()) - len(seen.spoilt)
    seen.rows = seen.rows.keep(standing)


def _long(seen: Seen, headings: tuple[str, ...], text: Text) -> None:
    """Cells of more than 10,000 characters, records of more than a MiB."""
    wrong: dict[int, Fault] = {}
    most = 0
    for place, column in enumerate(seen.rows.table.columns):
        longest = pc.max(pc.binary_length(column)).as_py() or 0
        most += longest
        if longest > MOST_CHARACTERS:
            lengths = pc.utf8_length(column).to_numpy()
            for row in np.flatnonzero(lengths > MOST_CHARACTERS).tolist():
                detail = f"{lengths[row]:,} characters; at most {MOST_CHARACTERS:,}"
                number = text.number(seen.rows.places[row])
                wrong.setdefault(row, Fault("FIELD_TOO_LONG", number, printed(headings, place), detail))
    if most > MOST_BYTES:
        lengths = text.records.lengths[seen.rows.places]
        for row in np.flatnonzero(lengths > MOST_BYTES).tolist():
            detail = f"{lengths[row]:,} bytes; at most {MOST_BYTES:,}"
            wrong[row] = Fault("RECORD_TOO_LONG", text.number(seen.rows.places[row]), detail=detail)
    _set_aside(seen, wrong)


def _quotes(seen: Seen, text: Text) -> None:
    """Cells that hold a quote: doubled as it should be, stray, or escaped by a sign nothing declares."""
    holds = np.zeros(seen.rows.table.num_rows, bool)
    for column in seen.rows.table.columns:
        if _may_hold(column, text.form.quote):
            holds |= pc.match_substring(column, text.form.quote).to_numpy()
    wrong: dict[int, Fault] = {}
    for row in _stray(seen, holds, text):
        place = int(seen.rows.places[row])
        if not text.form.escape and re.search(
            rb"\\%s" % re.escape(text.form.quote.encode()), text.records.raw(place)
        ):
            detail = "a backslash stands before a quote"
            wrong[row] = Fault("ESCAPE_UNDECLARED", text.number(place), detail=detail)
        else:
            seen.notes.append(Fault("STRAY_QUOTE", text.number(place)))
    _set_aside(seen, wrong)


def _may_hold(column: pa.ChunkedArray, sign: str) -> bool:
    """Whether an ASCII sign stands in the bytes of a column, or beside them."""
    parts = (chunk.buffers()[2] for chunk in column.chunks)
    return any(part is not None and (np.frombuffer(part, np.uint8) == ord(sign)).any() for part in parts)


def _stray(seen: Seen, holds: np.ndarray, text: Text) -> Iterator[int]:
    if holds.any():
        rows = np.flatnonzero(holds)
        yield from rows[text.records.stray[seen.rows.places[rows]]].tolist()


def _set_aside(seen: Seen, wrong: dict[int, Fault]) -> None:
    if wrong:
        standing = np.ones(seen.rows.table.num_rows, bool)
        standing[list(wrong)] = False
        seen.spoilt += wrong.values()
        seen.rows = seen.rows.keep(standing)
