"""The line of headings of a delimited file: its cells, or why it is not where the mapping expects it."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Sequence

from fraudmatch.extract.grid import Fault, Refused
from fraudmatch.extract.headings import folded
from fraudmatch.extract.mapping import FileForm

#: A header of more lines than this is a quote left open.
_HEADER_LINES = 50
_HEADER_BYTES = 1 << 20
#: More columns than any extract has.
MOST_COLUMNS = 400
#: Lines in which headings are looked for when the first is none.
_LOOKED_THROUGH = 20
_DELIMITERS = (",", ";", "|", "\t", "^", "~")
_FIGURE = re.compile(r"[\s£(+-]*\d[\d.,/: -]*[\s)-]*")

Wanted = Sequence[Sequence[str]]


def headings_of(body: bytes, form: FileForm, wanted: Wanted) -> tuple[str, ...]:
    """The names of the columns: from the first record, or from the mapping.

    Args:
        body: the file from its first record on.
        wanted: headings the mapping needs, each with its alternatives; none asks nothing.

    Raises:
        Refused: HEADER_NOT_FOUND with the line that looks like the headings, DELIMITER_MISMATCH,
            TOO_MANY_COLUMNS, FILE_UNREADABLE.
    """
    if not form.has_header:
        return tuple(form.columns)
    head = body[:_HEADER_BYTES].decode("utf-8", "ignore")
    cells = first_record(head, form)
    if len(cells) > MOST_COLUMNS:
        detail = f"{len(cells):,} columns; at most {MOST_COLUMNS}"
        raise Refused([Fault("TOO_MANY_COLUMNS", detail=detail)])
    if _known(cells, wanted) < max(len(wanted) / 2, 1) or not any(cell.strip() for cell in cells):
        _refuse_elsewhere(head, cells, form, wanted)
    return tuple(cells)


def first_record(text: str, form: FileForm, delimiter: str | None = None) -> list[str]:
    """The cells of the first record of `text`, which must end within 50 lines; empty for a blank line.

    Raises:
        Refused: FILE_UNREADABLE when it cannot be parsed.
    """
    lines = itertools.islice(io.StringIO(text, newline=""), _HEADER_LINES)
    delimiter, escape = delimiter or form.delimiter, form.escape or None
    try:
        if form.quote and form.quote != delimiter:
            return next(csv.reader(lines, delimiter=delimiter, quotechar=form.quote, escapechar=escape), [])
        return next(csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE, escapechar=escape), [])
    except csv.Error as error:
        raise Refused([Fault("FILE_UNREADABLE", detail="the line of headings cannot be parsed")]) from error


def _known(cells: Sequence[str], wanted: Wanted) -> int:
    """How many of the wanted headings are among some cells."""
    there = {folded(cell) for cell in cells}
    return sum(any(folded(heading) in there for heading in each) for each in wanted)


def _refuse_elsewhere(head: str, cells: Sequence[str], form: FileForm, wanted: Wanted) -> None:
    """Refuse when the headings stand in another line or between other delimiters, or nowhere."""
    enough, here = max(len(wanted) / 2, 1), _known(cells, wanted)
    lines = list(itertools.islice(io.StringIO(head, newline=None), _LOOKED_THROUGH))
    if wanted and lines:
        best = max(_DELIMITERS, key=lambda sign: _known(_cut(lines[0], form, sign), wanted))
        if best != form.delimiter and _known(_cut(lines[0], form, best), wanted) > max(here, enough - 1):
            seen = f"the header holds {lines[0].count(best)} of {best!r}"
            raise Refused([Fault("DELIMITER_MISMATCH", detail=f"declared {form.delimiter!r}, but {seen}")])
    for place, line in enumerate(lines[1:], start=1):
        found = _known(_cut(line, form, form.delimiter), wanted)
        if found > max(here, enough - 1):
            skip = form.skip_rows + place
            detail = (
                f"best candidate: line {skip + 1}, with {found} of {len(wanted)} headings; "
                f"set skip_rows = {skip}"
            )
            raise Refused([Fault("HEADER_NOT_FOUND", detail=detail)])
    if not any(cell.strip() for cell in cells):
        raise Refused([Fault("HEADER_NOT_FOUND", detail="the line of headings is blank; see skip_rows")])
    if not here and len(cells) > 1 and any(_FIGURE.fullmatch(cell) for cell in cells):
        detail = "the first line looks like a row; set header = false and name the columns"
        raise Refused([Fault("HEADER_NOT_FOUND", detail=detail)])


def _cut(line: str, form: FileForm, delimiter: str) -> list[str]:
    try:
        return first_record(line, form, delimiter)
    except Refused:
        return []
