"""What a sheet's XML says of single cells, laid on its rows; and sheets that are more than one table."""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc

from fraudmatch.extract.fields import blank_rows
from fraudmatch.extract.grid import Fault, Grid, Mark, Refused
from fraudmatch.extract.sheet_xml import SheetFacts, place_name


def marks_of(facts: SheetFacts, skipped: int, width: int) -> tuple[Mark, ...]:
    """Formulas and merged cells below the headings.

    Args:
        skipped: rows above the first record, headings included.
        width: how many columns have a heading.
    """
    marks = []
    for column, found in sorted(facts.uncalculated.items()):
        rows = _below(found, skipped)
        if len(rows) and column < width:
            names = tuple(place_name(row + skipped, column) for row in rows)
            marks.append(Mark("FORMULA_NO_VALUE", column, rows, names))
    for column, found in sorted(facts.formulas.items()):
        rows = _below(found, skipped)
        if len(rows) and column < width:
            first = place_name(rows[0] + skipped, column)
            marks.append(
                Mark("FORMULA_VALUE_USED", column, rows, (f"{len(rows):,} cells, the first {first}",))
            )
    for one in facts.merged:
        rows = np.arange(max(one.first_row, skipped), one.last_row + 1) - skipped
        name = f"{place_name(one.first_row, one.first_column)}:{place_name(one.last_row, one.last_column)}"
        if len(rows) and one.first_column < width:
            marks.append(Mark("MERGED_CELLS", None, rows, (name,) * len(rows)))
    return tuple(marks)


def _below(rows: list[int], skipped: int) -> np.ndarray:
    """Numbers among the records, from 0, of rows that are not above them."""
    found = np.unique(np.array(rows, np.int64)) - skipped
    return found[found >= 0]


def hold_whole(grid: Grid) -> None:
    """Hold a sheet whose table is cut by a blank row or column.

    Raises:
        Refused: TABLE_SPLIT, with where the rest begins.
    """
    blank = blank_rows(grid, np.ones(grid.rows, bool))
    filled = np.flatnonzero(~blank)
    records = len(filled)
    if not records:
        return
    faults = []
    gaps = np.flatnonzero(np.diff(filled) > 1)
    if len(gaps):
        row = grid.source_rows[filled[gaps[0] + 1]]
        faults.append(Fault("TABLE_SPLIT", detail=f"a blank row; rows go on at row {row:,}"))
    column = _after_blank_column(grid)
    if column is not None:
        letters = place_name(0, column)[:-1]
        faults.append(Fault("TABLE_SPLIT", detail=f"a blank column; columns go on at column {letters}"))
    if faults:
        raise Refused(faults, records=records, skipped=grid.skipped + int(blank.sum()))


def _after_blank_column(grid: Grid) -> int | None:
    """The first column that follows a blank one which itself follows a filled one."""
    begun = gap = False
    for place, (heading, column) in enumerate(zip(grid.headings, grid.columns, strict=True)):
        filled = bool(heading.strip()) or bool(
            pc.any(pc.not_equal(pc.utf8_trim_whitespace(column), "")).as_py()
        )
        if filled and gap:
            return place
        gap = begun and not filled
        begun = begun or filled
    return None
