"""Reading a workbook inside the contained process: the rows in which somebody wrote something."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fraudmatch.errors import RunError
from fraudmatch.extract.grid import Refused
from fraudmatch.extract.values.typed import text_of_cell
from fraudmatch.extract.workbook_parts import survey
from fraudmatch.findings import ANSWERS, FLAG_KEY, MADE_FROM, NOT_YOURS, OUTCOME

#: How far down a sheet its headings may stand; people insert rows above.
_HEADINGS_WITHIN = 60
_READ = (*ANSWERS, MADE_FROM, FLAG_KEY)


def answer(ask: dict[str, Any]) -> dict[str, Any]:
    """Sheets with headings of ours, and of each the rows with an answer.

    Args:
        ask: `path`, and `expanded_mb`, how large the workbook may be unpacked.

    Returns:
        `sheets`: how many were ours. `rows`: [sheet, row from 1, {heading: text}], blank cells left out.

    Raises:
        RunError: it is no workbook that can be believed.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    content = Path(ask["path"]).read_bytes()
    try:
        survey(content, limit=ask["expanded_mb"] * 1024**2)
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = {
            name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names
        }
    except Refused as refused:
        raise RunError("; ".join(fault.reason for fault in refused.faults)) from refused
    except (CalamineError, IndexError) as error:
        raise RunError("FILE_UNREADABLE") from error
    rows, ours = [], 0
    for name, cells in sheets.items():
        top = _headings_of(cells)
        if top is not None:
            ours += 1
            rows += [[name, number, found] for number, found in _answered(cells, top)]
    return {"sheets": ours, "rows": rows}


def _headings_of(cells: Sequence[Sequence[object]]) -> int | None:
    """The row of the headings, where the sheet is one of ours."""
    for place, row in enumerate(cells[:_HEADINGS_WITHIN]):
        if {FLAG_KEY, OUTCOME} <= {_text(cell) for cell in row}:
            return place
    return None


def _answered(cells: Sequence[Sequence[object]], top: int) -> list[tuple[int, dict[str, str]]]:
    columns = {place: _text(cell) for place, cell in enumerate(cells[top]) if _text(cell) in _READ}
    found = []
    for number, row in enumerate(cells[top + 1 :], top + 2):
        told = {heading: _text(row[place]) for place, heading in columns.items() if place < len(row)}
        told = {heading: text for heading, text in told.items() if text and text != NOT_YOURS}
        if told.keys() & set(ANSWERS):
            found.append((number, told))
    return found


def _text(cell: object) -> str:
    return (text_of_cell(cell) or "").strip()
