"""XLSX: cells through calamine, errors and the row count from the sheet's own XML."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from fraudmatch.extract.grid import Fault, Grid, Refused
from fraudmatch.extract.headings import did_you_mean
from fraudmatch.extract.mapping import FileForm
from fraudmatch.extract.sheet_xml import SheetFacts, sheet_facts
from fraudmatch.extract.values.typed import text_of_cell


def read_workbook(content: bytes, form: FileForm) -> Grid:
    """The cells of one sheet as text, hidden rows included.

    calamine shows a failed formula as a blank cell, so error cells are looked up in the XML
    and given back their text (#N/A …). The count of rows is taken from the XML as well.

    Raises:
        Refused: FILE_UNREADABLE (no workbook, no such sheet), FILE_NO_ROWS, COUNT_MISMATCH.
    """
    sheet, rows = _rows(content, form.sheet)
    facts = sheet_facts(content, sheet)
    if facts.height > len(rows):
        detail = f"the parser read {len(rows)} rows, the sheet has {facts.height}"
        raise Refused([Fault("COUNT_MISMATCH", detail=detail)], records=facts.height)
    skipped = min(form.skip_rows + form.has_header, len(rows))
    if len(rows) <= skipped:
        raise Refused([Fault("FILE_NO_ROWS")], skipped=skipped)
    headings = _headings(rows, form)
    return Grid(
        headings,
        _columns(rows, facts, len(headings), skipped),
        np.arange(skipped + 1, len(rows) + 1),
        skipped=skipped,
        counted=len(rows),
        typed=True,
    )


def _rows(content: bytes, wanted: str | None) -> tuple[str, Sequence[Sequence[object]]]:
    """Name and rows of the sheet; row and column 1 are always the sheet's first."""
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = workbook.sheet_names
        if wanted is not None and wanted not in names:
            hint = did_you_mean(wanted, names) or f"Sheets: {', '.join(names)}."
            raise Refused([Fault("FILE_UNREADABLE", detail=f"there is no sheet {wanted!r}. {hint}")])
        name = wanted if wanted is not None else names[0]
        return name, workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (CalamineError, IndexError) as error:
        raise Refused([Fault("FILE_UNREADABLE", detail="it is not an XLSX workbook, or damaged")]) from error


def _headings(rows: Sequence[Sequence[object]], form: FileForm) -> tuple[str, ...]:
    if not form.has_header:
        return tuple(form.columns)
    return tuple(text_of_cell(cell) or "" for cell in rows[form.skip_rows])


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
