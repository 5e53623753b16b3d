"""Fixed-width text: one record a line, columns by the position of their characters."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.extract.cuts import Text, cuts_of, doubly_decoded, noted, notes_of_rows, text_of
from fraudmatch.extract.globs import glob
from fraudmatch.extract.grid import Fault, Grid, Refused, Trailer, count_mismatch
from fraudmatch.extract.mapping import FileForm
from fraudmatch.extract.misfits import kind_of, of_unknown_type


def read_fixed_width(content: bytes, form: FileForm) -> Grid:
    """The cells of fixed-width text in UTF-8; positions count characters, not bytes.

    A line that ends before the last declared column does is short: it is rejected, or with
    short_rows = "fill" taken as blank there. What stands after the last column is not read, unless
    record_length says how long every line is.

    Raises:
        Refused: FILE_NO_ROWS, COUNT_MISMATCH.
    """
    text = text_of(content, form)
    counted = text.counted
    skipped = counted.lines + form.has_header
    if counted.records <= form.has_header:
        raise Refused([Fault("FILE_NO_ROWS")], skipped=counted.lines + counted.records)
    grid = _grid(text, form.columns if isinstance(form.columns, dict) else {})
    mismatch = count_mismatch(grid)
    if mismatch:
        rows = counted.records - form.has_header
        raise Refused([Fault("COUNT_MISMATCH", detail=mismatch)], records=rows, skipped=skipped)
    return grid


@dataclass
class _Lines:
    """The lines of a file while they are told apart."""

    lines: pa.Array
    numbers: np.ndarray
    spoilt: list[Fault]
    notes: list[Fault]
    skipped: int
    trailers: list[Trailer] = field(default_factory=list)

    def keep(self, which: np.ndarray) -> None:
        """Only the lines of a mask (bool)."""
        if not which.all():
            self.lines, self.numbers = self.lines.filter(pa.array(which)), self.numbers[which]


def _grid(text: Text, columns: dict[str, tuple[int, int]]) -> Grid:
    form, counted = text.form, text.counted
    cut = cuts_of(text, damaged=False)
    lines = _split(text.without(cut.places))
    places = np.delete(np.arange(len(lines) + len(cut.faults)), cut.places)
    found = _Lines(
        lines,
        places + 1 + counted.lines,
        list(cut.faults.values()),
        [*text.notes, *doubly_decoded(text)],
        counted.lines,
    )
    if form.has_header:
        _headers(found)
    if form.trailer or form.record_types or form.footers:
        _types(found, form, columns)
    _lengths(found, text, columns)
    return Grid(
        tuple(columns),
        tuple(_cut(found.lines, first, width) for first, width in columns.values()),
        found.numbers,
        skipped=found.skipped,
        counted=counted.lines + counted.records,
        spoilt=tuple(sorted(found.spoilt, key=lambda fault: fault.source_row or 0)),
        notes=notes_of_rows(found.notes, found.numbers),
        trailers=tuple(found.trailers),
        raw=text,
    )


def _headers(found: _Lines) -> None:
    """The first line, which names the columns, and its repetitions."""
    header = found.lines[0] if len(found.lines) else None
    again: np.ndarray = pc.equal(found.lines, header).to_numpy(zero_copy_only=False)
    again |= found.numbers == found.numbers[:1]
    if again.sum() > 1:
        found.notes.append(noted("REPEATED_HEADER", found.numbers[again][1:]))
    found.skipped += int(again.sum())
    found.keep(~again)


def _types(found: _Lines, form: FileForm, columns: dict[str, tuple[int, int]]) -> None:
    """Trailers, footers, lines of types that are no rows or that nothing names."""
    first, width = next(iter(columns.values()))
    footers = [glob(footer.strip()) for footer in form.footers]
    standing = np.ones(len(found.lines), bool)
    footed = []
    for place, line in enumerate(found.lines.to_pylist()):
        kind = kind_of(line[first - 1 : first - 1 + width].strip(), form) if form.record_types else "row"
        number = int(found.numbers[place])
        if form.trailer and line.startswith(form.trailer.mark):
            found.trailers.append(
                Trailer(number, _at(line, form.trailer.rows), _at(line, form.trailer.total))
            )
        elif any(footer.fullmatch(line.strip()) for footer in footers):
            footed.append(number)
        elif kind == "unknown" and line.strip():
            found.spoilt.append(of_unknown_type(line[first - 1 : first - 1 + width].strip(), number))
            standing[place] = False
            continue
        elif kind != "skip":
            continue
        standing[place] = False
        found.skipped += 1
    found.notes += [noted("FOOTER", np.array(footed))] if footed else []
    found.keep(standing)


def _at(line: str, place: object) -> str | None:
    return line[place[0] - 1 : place[0] - 1 + place[1]].strip() if isinstance(place, tuple) else None


def _lengths(found: _Lines, text: Text, columns: dict[str, tuple[int, int]]) -> None:
    """Set aside lines of the wrong length that are not blank."""
    form = text.form
    least = max(first + size - 1 for first, size in columns.values())
    lengths: np.ndarray = pc.utf8_length(found.lines).to_numpy(zero_copy_only=False)
    blank: np.ndarray = pc.equal(pc.utf8_trim_whitespace(found.lines), "").to_numpy(zero_copy_only=False)
    wrong = (lengths != form.record_length) if form.record_length else (lengths < least)
    if form.short_rows == "fill":
        wrong &= lengths > (form.record_length or least)
    wrong &= ~blank
    last = text.counted.lines + text.counted.records
    for number, length in zip(found.numbers[wrong].tolist(), lengths[wrong].tolist(), strict=True):
        cut_short = number == last and text.ends_within_a_line and length < least
        reason = "LAST_ROW_INCOMPLETE" if cut_short else "RECORD_LENGTH"
        detail = f"{length:,} characters for {form.record_length or least:,}"
        found.spoilt.append(Fault(reason, number, detail=detail))
    found.keep(~wrong)
    if text.ends_within_a_line:
        found.notes.append(Fault("NO_FINAL_NEWLINE", last))


def _cut(lines: pa.Array, first: int, width: int) -> pa.Array:
    return pc.utf8_slice_codeunits(lines, first - 1, first - 1 + width).cast(pa.string())


def _split(content: bytes) -> pa.Array:
    """The lines of a text; the end of the last one does not begin another."""
    if not content:
        return pa.array([], pa.large_string())
    plain = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return pc.split_pattern(pa.array([plain.removesuffix(b"\n").decode()], pa.large_string()), "\n").flatten()
