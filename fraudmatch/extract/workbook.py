"""Workbooks: calamine reads the cells; what it cannot say comes from the sheet's own XML."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from fraudmatch.extract.grid import Fault, Grid, Refused
from fraudmatch.extract.headings import did_you_mean, folded
from fraudmatch.extract.mapping import FileForm
from fraudmatch.extract.reading import Reading
from fraudmatch.extract.sheet_marks import hold_whole, marks_of
from fraudmatch.extract.sheet_xml import SheetFacts
from fraudmatch.extract.values.typed import text_of_cell
from fraudmatch.extract.workbook_parts import Sheet, Survey, survey
from fraudmatch.reasons import Disposition

#: How many rows there may be above the headings without a mapping that says so.
_PREAMBLE = 20


def read_workbook(content: bytes, form: FileForm, reading: Reading) -> Grid:
    """The cells of one sheet as text, hidden rows included.

    calamine shows a failed formula as a blank cell, so error cells are looked up in the XML
    and given back their text (#N/A …). The count of rows is taken from the XML as well.

    Raises:
        Refused: the workbook is no table that can be believed, or cannot be read.
    """
    whole = survey(content, limit=reading.limit)
    sheet, notes = _chosen(whole, form.sheet)
    rows = _rows(content, sheet.name)
    facts = sheet.facts
    if facts.height > len(rows):
        detail = f"the parser read {len(rows)} rows, the sheet has {facts.height}"
        raise Refused([Fault("COUNT_MISMATCH", detail=detail)], records=facts.height)
    above = _above(rows, form, reading)
    if above:
        notes.append(Fault("PREAMBLE_SKIPPED", detail=f"{above} rows above the headings"))
    start = form.skip_rows + above
    skipped = min(start + form.has_header, len(rows))
    if len(rows) <= skipped:
        raise Refused([Fault("FILE_NO_ROWS")], skipped=skipped)
    headings = _headings(rows, form, start)
    grid = Grid(
        headings,
        _columns(rows, facts, len(headings), skipped),
        np.arange(skipped + 1, len(rows) + 1),
        skipped=skipped,
        counted=len(rows),
        typed=True,
        notes=(*notes, *_said(whole, facts, skipped)),
        marks=marks_of(facts, skipped, len(headings)),
    )
    if form.gaps == "hold":
        hold_whole(grid)
    return grid


def _chosen(whole: Survey, wanted: str | None) -> tuple[Sheet, list[Fault]]:
    """The sheet to read: the one named, or the only one a person sees that holds rows.

    Raises:
        Refused: FILE_UNREADABLE (no such sheet), SHEET_AMBIGUOUS, SHEET_HIDDEN, FILE_NO_ROWS.
    """
    names = [sheet.name for sheet in whole.sheets]
    concealed = [sheet for sheet in whole.sheets if sheet.hidden and sheet.facts.filled]
    if wanted is None:
        return _only(whole, concealed), []
    if wanted not in names:
        hint = did_you_mean(wanted, names) or f"Sheets: {', '.join(names)}."
        raise Refused([Fault("FILE_UNREADABLE", detail=f"there is no sheet {wanted!r}. {hint}")])
    others = [sheet for sheet in concealed if sheet.name != wanted]
    notes = [Fault("SHEET_HIDDEN", detail=f"{_listed([sheet])} not loaded") for sheet in others]
    return next(sheet for sheet in whole.sheets if sheet.name == wanted), notes


def _only(whole: Survey, concealed: list[Sheet]) -> Sheet:
    """The one sheet with rows; a hidden one beside it needs a person who knows which is meant."""
    seen = [sheet for sheet in whole.sheets if not sheet.hidden and sheet.facts.filled]
    if len(seen) > 1:
        raise Refused([Fault("SHEET_AMBIGUOUS", detail=_listed(seen))])
    if concealed:
        detail = f"{_listed(concealed)}; name the sheet in the mapping"
        raise Refused([Fault("SHEET_HIDDEN", detail=detail, disposition=Disposition.HOLD)])
    if not seen:
        raise Refused([Fault("FILE_NO_ROWS")])
    return seen[0]


def _listed(sheets: Sequence[Sheet]) -> str:
    return ", ".join(f"{sheet.name!r} {sheet.facts.filled:,} rows" for sheet in sheets[:10])


def _rows(content: bytes, name: str) -> Sequence[Sequence[object]]:
    """Rows of the sheet; row and column 1 are always the sheet's first."""
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (CalamineError, IndexError) as error:
        raise Refused([Fault("FILE_UNREADABLE", detail="it is not an XLSX workbook, or damaged")]) from error


def _above(rows: Sequence[Sequence[object]], form: FileForm, reading: Reading) -> int:
    """How many rows stand above the headings, where the mapping does not say.

    The headings are the first row that holds at least half of those the mapping needs.
    """
    if not form.has_header or form.skip_rows or not reading.headings:
        return 0
    for place, row in enumerate(rows[: _PREAMBLE + 1]):
        cells = {folded(text_of_cell(cell) or "") for cell in row}
        if 2 * len(cells & reading.headings) >= reading.needed:
            return place
    return 0


def _headings(rows: Sequence[Sequence[object]], form: FileForm, start: int) -> tuple[str, ...]:
    if not form.has_header:
        return tuple(form.columns)
    return tuple(text_of_cell(cell) or "" for cell in rows[start])


def _said(whole: Survey, facts: SheetFacts, skipped: int) -> list[Fault]:
    """What the sheet does that a person should know of."""
    said = []
    hidden = sum(row >= skipped for row in facts.hidden)
    if hidden:
        said.append(Fault("HIDDEN_ROWS_INCLUDED", detail=f"{hidden:,} rows"))
    if whole.day_zero_1904:
        said.append(Fault("DATE_SYSTEM_1904"))
    return said


def _columns(
    rows: Sequence[Sequence[object]], facts: SheetFacts, width: int, skipped: int
) -> tuple[pa.Array, ...]:
    """The cells below the header, column by column."""
    columns = []
    for place in range(width):
        texts = [text_of_cell(row[place]) if place < len(row) else None for row in rows]
        for row, error in facts.errors.get(place, {}).items():
            texts[row] = error
        columns.append(pa.array(texts[skipped:], pa.string()))
    return tuple(columns)
