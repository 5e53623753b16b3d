"""Control totals: what a trailer says of rows and amounts, held against what was read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.extract.cuts import noted
from fraudmatch.extract.grid import Fault, Grid
from fraudmatch.extract.mapping import Mapping as MappingFile
from fraudmatch.extract.mapping_tables import TrailerForm
from fraudmatch.extract.values.numbers import parse_amounts


def control_faults(
    grid: Grid, mapping: MappingFile, received: int, columns: Mapping[str, pa.Array], alive: np.ndarray
) -> Iterator[Fault]:
    """Whether the trailer the mapping declares is there, and agrees.

    Rows count as they were received, loaded or set aside. The total is that of all rows whose amount could
    be read, those set aside included. Trailers of joined files are added up.

    Args:
        received: rows of the file.
        columns: our field -> its values, one for each row of the grid.
        alive: rows (bool) that are records.
    """
    form = mapping.file.trailer
    if form is None:
        return
    if not grid.trailers:
        yield Fault("CONTROL_COUNT_MISMATCH", detail="the trailer is missing: the file may be cut short")
        return
    yield noted("TRAILER", np.array([trailer.source_row for trailer in grid.trailers]))
    yield from _rows(grid, form, received)
    yield from _total(grid, mapping, form, columns, alive)


def _rows(grid: Grid, form: TrailerForm, received: int) -> Iterator[Fault]:
    if form.rows is None:
        return
    said = [_whole(trailer.rows) for trailer in grid.trailers]
    if any(number is None for number in said):
        yield Fault("CONTROL_COUNT_MISMATCH", detail="the trailer gives no number of rows")
        return
    told = sum(number - form.rows_besides for number in said if number is not None)
    if told != received:
        yield Fault(
            "CONTROL_COUNT_MISMATCH", detail=f"the trailer says {told:,} rows, the file has {received:,}"
        )


def _total(
    grid: Grid, mapping: MappingFile, form: TrailerForm, columns: Mapping[str, pa.Array], alive: np.ndarray
) -> Iterator[Fault]:
    if form.total is None or form.of is None:
        return
    money = mapping.fields[form.of].money or mapping.file.money
    texts = pa.array([_bare(trailer.total) for trailer in grid.trailers], pa.string())
    said = parse_amounts(texts, money)
    if said.null_count:
        yield Fault("CONTROL_SUM_MISMATCH", detail="the trailer gives no total")
        return
    told = pc.sum(said).as_py()
    read = pc.sum(columns[form.of].filter(pa.array(alive))).as_py() or 0
    if told != read:
        unread = f"; {len(grid.spoilt):,} rows could not be read" if grid.spoilt else ""
        detail = f"the trailer says {_pounds(told)}, the rows come to {_pounds(read)}: {_pounds(told - read)} apart"
        yield Fault("CONTROL_SUM_MISMATCH", detail=detail + unread)


def _whole(text: str | None) -> int | None:
    """A number of rows: digits, thousands set off by commas, leading zeros."""
    bare = (text or "").replace(",", "").strip()
    return int(bare) if re.fullmatch(r"[0-9]{1,12}", bare) else None


def _bare(text: str | None) -> str | None:
    """An amount as cells hold it: outer blanks and the zeros that pad it go."""
    return re.sub(r"^0+(?=\d)", "", text.strip()) if text else None


def _pounds(pence: int) -> str:
    sign = "-" if pence < 0 else ""
    return f"{sign}£{abs(pence) // 100:,}.{abs(pence) % 100:02d}"
