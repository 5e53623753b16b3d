"""Files of corrected rows: read by the mapping of the delivery they belong to, in the form they were sent back in."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch import corrections
from fraudmatch.arrivals import CORRECTS
from fraudmatch.extract.grid import Fault, Grid, Refused
from fraudmatch.extract.headings import folded, positions
from fraudmatch.extract.mapping import DeliveryForm, FileForm, Ignore, Mapping
from fraudmatch.extract.mapping_tables import Quarantine

_NUMBER = re.compile(r"\d{1,15}(\.0+)?")
#: A few rows sent again say nothing about the file they come in.
_ANY_SHARE = Quarantine(said_percent=100, hold_percent=100, bytes_percent=100)


def as_corrections(mapping: Mapping, file_name: str) -> Mapping:
    """The mapping for a file of corrected rows; the same for every other file.

    How cells are read stays as declared; how they lie in the file is as `report` wrote them. What is encrypted when it
    is delivered stays so.
    """
    kind = corrections.kind_of(file_name)
    if kind is None:
        return mapping
    was = mapping.file
    form = FileForm(
        pattern=was.pattern,
        format="xlsx" if kind == "xlsx" or was.encryption == "password" else "delimited",
        encryption=was.encryption,
        # A spreadsheet program may save a CSV file in the code page of Windows.
        encoding=("utf-8", "cp1252"),
        sheet=corrections.SHEET if kind == "xlsx" else None,
        date_formats=was.date_formats, money=was.money, negative_marks=was.negative_marks,
        positive_marks=was.positive_marks, null_values=was.null_values, gaps="skip",
        short_rows="fill", long_rows="empty",
    )  # fmt: skip
    ignore = Ignore(columns=(*mapping.ignore.columns, *corrections.OURS), forbidden=mapping.ignore.forbidden)
    delivery = DeliveryForm(same_reference=mapping.delivery.same_reference)
    changed = {"file": form, "ignore": ignore, "quarantine": _ANY_SHARE, "delivery": delivery}
    return mapping.model_copy(update=changed)


def as_sent(grid: Grid, file_name: str) -> Grid:
    """The cells of a file of corrected rows as they were before they were sent back; every other grid as it is.

    Raises:
        Refused: COLUMN_MISSING: our columns are gone.
    """
    kind = corrections.kind_of(file_name)
    if kind is None:
        return grid
    missing = [name for name in (corrections.RECORD, corrections.DELIVERY) if _place(grid, name) is None]
    if missing:
        detail = "correct the file that was sent back, and leave these columns in it"
        raise Refused([Fault("COLUMN_MISSING", column=name, detail=detail) for name in missing])
    columns = grid.columns
    if kind == "csv":
        columns = tuple(_unguarded(column) for column in columns)
    # Dates of workbooks were sent back as ISO text.
    return replace(grid, columns=columns, typed=True)


def corrects(grid: Grid, alive: np.ndarray) -> pa.Table | None:
    """CORRECTS of a file of corrected rows; None for every other file.

    Args:
        alive: rows (bool) of the grid that are records.
    """
    record, delivery = _place(grid, corrections.RECORD), _place(grid, corrections.DELIVERY)
    if record is None or delivery is None:
        return None
    which = pa.array(np.flatnonzero(alive))
    numbers = [_number(text) for text in grid.columns[record].take(which).to_pylist()]
    digests = pc.utf8_lower(pc.utf8_trim_whitespace(grid.columns[delivery].take(which)))
    table = {"source_row": pa.array(grid.source_rows[alive]), "delivery": digests, "record": numbers}
    return pa.table({f.name: pa.array(table[f.name], f.type) for f in CORRECTS}, CORRECTS)


def _number(text: str | None) -> int | None:
    bare = (text or "").strip().replace(",", "")
    return int(bare.partition(".")[0]) if _NUMBER.fullmatch(bare) else None


def _place(grid: Grid, heading: str) -> int | None:
    places = positions(grid.headings).get(folded(heading), [])
    return places[0] if len(places) == 1 else None


def _unguarded(column: pa.Array) -> pa.Array:
    """Cells without the apostrophe that kept a spreadsheet from reading a formula."""
    marked = pc.fill_null(pc.starts_with(column, "'"), False)
    if not pc.any(marked, min_count=0).as_py():
        return column
    freed = [corrections.unguarded(text) for text in column.filter(marked).to_pylist()]
    return pc.replace_with_mask(column, marked, pa.array(freed, pa.string()))
