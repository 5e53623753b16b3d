"""Lines of another number of cells than the header: what they are, and which the mapping lets pass."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from fraudmatch.extract.cuts import MOST_BYTES, MOST_LINES, Text
from fraudmatch.extract.globs import glob
from fraudmatch.extract.grid import Fault, Refused, Trailer
from fraudmatch.extract.header import first_record
from fraudmatch.extract.mapping import FileForm
from fraudmatch.reasons import Disposition


@dataclass(frozen=True)
class Misfit:
    """A line that did not fit: its place among the records (from 0), its cells and its text."""

    place: int
    cells: int
    text: str


@dataclass
class Sorted:
    """Misfits by what they are.

    Attributes:
        rows: those that should have been rows.
        blank / delimiters: places of lines with nothing on them, and of lines of delimiters alone.
        skipped / footers: places of lines of a type that is no row, and of declared footers.
        unknown: rows of a type the mapping does not name.
        trailers: lines of totals.
    """

    rows: list[Misfit] = field(default_factory=list)
    blank: list[int] = field(default_factory=list)
    delimiters: list[int] = field(default_factory=list)
    skipped: list[int] = field(default_factory=list)
    footers: list[int] = field(default_factory=list)
    unknown: list[Misfit] = field(default_factory=list)
    trailers: list[Trailer] = field(default_factory=list)


def sort_misfits(misfits: Iterable[Misfit], text: Text) -> Sorted:
    """Tell lines that are no rows from rows that went wrong."""
    form, found = text.form, Sorted()
    footers = [glob(footer.strip()) for footer in form.footers]
    nothing = f" \t\xa0{form.quote}{form.delimiter}"
    for misfit in misfits:
        kind = kind_of(misfit.text.split(form.delimiter, 1)[0].strip(f" {form.quote}"), form)
        if not misfit.text.strip(nothing):
            (found.delimiters if form.delimiter in misfit.text else found.blank).append(misfit.place)
        elif kind == "trailer":
            found.trailers.append(trailer_of(misfit.text, text.number(misfit.place), form))
        elif any(footer.fullmatch(misfit.text.strip()) for footer in footers):
            found.footers.append(misfit.place)
        elif kind == "skip":
            found.skipped.append(misfit.place)
        elif kind == "unknown":
            found.unknown.append(misfit)
        else:
            found.rows.append(misfit)
    return found


def kind_of(first: str, form: FileForm) -> str:
    """What the first cell says of a line: trailer, skip, unknown or row."""
    if form.trailer and first == form.trailer.mark:
        return "trailer"
    types = form.record_types
    if types is None or first in types.rows:
        return "row"
    return "skip" if first in types.skip else "unknown"


def trailer_of(line: str, number: int, form: FileForm) -> Trailer:
    """The totals of a delimited line."""
    cells = first_record(line, form)
    wanted = form.trailer
    assert wanted is not None

    def cell(place: object) -> str | None:
        return cells[place - 1].strip() if isinstance(place, int) and place <= len(cells) else None

    return Trailer(number, cell(wanted.rows), cell(wanted.total))


def of_unknown_type(first: str, number: int) -> Fault:
    """A row of a type the mapping does not name; the type is shown where it can be nothing else."""
    detail = f"type {first!r}" if re.fullmatch(r"[A-Z0-9]{1,2}", first) else None
    return Fault("RECORD_TYPE_UNKNOWN", number, detail=detail)


def faults_of(rows: list[Misfit], cut: dict[int, Fault], text: Text, width: int) -> Iterator[Fault]:
    """Why each of some rows is set aside.

    Args:
        rows: misfits the mapping does not let pass, in file order.
        cut: place -> fault of the records that were kept from the parser.
        width: cells of the header.

    Raises:
        Refused: UNCLOSED_QUOTE when the lines after one are no whole rows for too long.
    """
    damage = dict(_damage(rows, cut, text))
    halves = _halves(rows, width)
    last = text.counted.records - 1
    tail = _tail(rows, last + 1, width)
    for row in rows:
        yield damage.get(row.place) or _fault(row, text, width, row.place in halves, row.place == last, tail)


def _fault(row: Misfit, text: Text, width: int, half: bool, last: bool, tail: int | None) -> Fault:
    number = text.number(row.place)
    said = f"{row.cells:,} cells where the header has {width}"
    form = text.form
    if len(row.text) > MOST_BYTES:
        return Fault("RECORD_TOO_LONG", number, detail=f"{len(row.text):,} characters")
    if not form.escape and re.search(rf"\\[{re.escape(form.quote + form.delimiter)}]", row.text):
        detail = "a backslash stands before a quote or a delimiter"
        return Fault("ESCAPE_UNDECLARED", number, detail=detail)
    if row.cells > width:
        if tail is not None and row.place >= tail:
            said += f"; so in every row from record {text.number(tail):,} on"
        return Fault("ROW_TOO_MANY_FIELDS", number, detail=said)
    if last and text.ends_within_a_line:
        return Fault("LAST_ROW_INCOMPLETE", number, detail=f"{said}, and the line has no end")
    if half:
        return Fault("ROW_SPLIT_SUSPECTED", number, detail="with its neighbour it would be a whole row")
    return Fault("ROW_TOO_FEW_FIELDS", number, detail=said)


def _damage(rows: list[Misfit], cut: dict[int, Fault], text: Text) -> Iterator[tuple[int, Fault]]:
    """Lines behind an open quote up to the next whole row: they are the rest of its record.

    Raises:
        Refused: there are more than 50 of them.
    """
    short = {row.place for row in rows}
    opened = {
        place for place, fault in cut.items() if fault.reason in {"UNCLOSED_QUOTE", "ESCAPE_UNDECLARED"}
    }
    for place in sorted(opened):
        if place - 1 in opened:
            continue
        end = place + 1
        while end in short or end in opened:
            if end in short:
                yield end, Fault(cut[place].reason, text.number(end), detail=cut[place].detail)
            end += 1
        if end - place > MOST_LINES:
            detail = (
                f"opened in record {text.number(place):,}; no whole row in the {MOST_LINES} lines behind it"
            )
            raise Refused([Fault("UNCLOSED_QUOTE", detail=detail, disposition=Disposition.REJECT)])


def _halves(rows: list[Misfit], width: int) -> set[int]:
    """Places of neighbouring short lines that make one whole row when put together."""
    halves: set[int] = set()
    run: list[Misfit] = []
    for row in rows:
        if row.cells >= width or (run and row.place != run[-1].place + 1):
            run = []
        if row.cells < width:
            run.append(row)
            while len(run) > 1 and sum(one.cells for one in run) - len(run) + 1 > width:
                run.pop(0)
            if len(run) > 1 and sum(one.cells for one in run) - len(run) + 1 == width:
                halves |= {one.place for one in run}
                run = []
    return halves


def _tail(rows: list[Misfit], records: int, width: int) -> int | None:
    """Where a run of rows with too many cells begins that goes on to the end of the file; null without one."""
    end = records
    for row in reversed(rows):
        if row.place != end - 1 or row.cells <= width:
            break
        end = row.place
    return end if end < records - 1 else None
