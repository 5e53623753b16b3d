"""The columns of a file beside the fields they fill, with the cells as the partner wrote them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from fraudmatch.extract.columns import wire
from fraudmatch.extract.content import read_bytes
from fraudmatch.extract.fields import Cells, blank_rows
from fraudmatch.extract.grid import Refused
from fraudmatch.extract.mapping import Mapping
from fraudmatch.extract.readers import read_grid


@dataclass(frozen=True)
class SeenColumn:
    """One column of a file that could be read.

    Attributes:
        fields: ours that it feeds, in the order of the mapping; none for a column that is not read.
        filled: cells that are neither blank nor a declared null, among `rows`.
        rows: rows of the file that are not blank.
        cells: source row -> cell without outer white space, for looking up; null is blank.
    """

    heading: str
    fields: tuple[str, ...]
    filled: int
    rows: int
    cells: pa.Array
    source_rows: np.ndarray

    def cell(self, source_row: int) -> str | None:
        """What stands in the row; null for a blank cell and for a row that could not be read."""
        place = np.flatnonzero(self.source_rows == source_row)
        return self.cells[int(place[0])].as_py() if len(place) else None


def columns_seen(path: Path, mapping: Mapping) -> list[SeenColumn]:
    """Every column of the file, in its order; none when it cannot be read by the mapping at all."""
    try:
        grid = read_grid(read_bytes(path), mapping.file)
        fed = _fed(wire(mapping, grid.headings).fields.items())
    except Refused:
        return []
    cells = Cells.of(grid, set(range(len(grid.headings))), mapping.file.null_values)
    rows = grid.rows - int(blank_rows(grid, np.ones(grid.rows, bool)).sum())
    return [
        SeenColumn(
            cells.heading((place,)), tuple(fed.get(place, ())), len(column) - column.null_count, rows,
            column, grid.source_rows,
        )
        for place, column in cells.columns.items()
    ]  # fmt: skip


def _fed(fields: Iterable[tuple[str, tuple[int, ...]]]) -> dict[int, list[str]]:
    fed: dict[int, list[str]] = {}
    for name, places in fields:
        for place in places:
            fed.setdefault(place, []).append(name)
    return fed
