"""Faults of one file gathered column by column, and turned into REJECTS at the end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pyarrow as pa

from fraudmatch import schemas
from fraudmatch.extract.grid import Fault
from fraudmatch.reasons import REASONS, Disposition

#: A repair of more records than this in one column is the way the column is written: one line says so.
MOST_REPAIRS = 1_000


@dataclass(frozen=True)
class Origin:
    """The file something comes from.

    Attributes:
        partner: who supplied the file.
        dataset: null when no mapping fits.
        file: its name.
        delivery: its sha256; "" when the file could not be opened.
    """

    partner: str
    dataset: str | None
    file: str
    delivery: str = ""


class FaultList:
    """The REJECTS rows of one file while they are found."""

    def __init__(self, origin: Origin) -> None:
        self._origin = asdict(origin)
        self._tables: list[pa.Table] = []

    def add(self, faults: Iterable[Fault]) -> None:
        """Single faults."""
        rows = [
            {**self._origin, "source_row": fault.source_row, "field": fault.field, "column": fault.column,
             "reason": fault.reason, "disposition": fault.done, "detail": fault.detail}
            for fault in faults
        ]  # fmt: skip
        if rows:
            self._tables.append(schemas.rejects_table(rows))

    def add_rows(
        self,
        reason: str,
        source_rows: np.ndarray,
        *,
        field: str | None = None,
        column: str | None = None,
        detail: str | Sequence[str] | None = None,
        disposition: Disposition | None = None,
    ) -> None:
        """One fault in each of many rows; `detail` for all of them, or one for each.

        `disposition` is null for what the catalogue says of the reason. A repair of very many records is
        one row with their number.
        """
        if not len(source_rows):
            return
        done = disposition or REASONS[reason].disposition
        if done is Disposition.REPAIR and len(source_rows) > MOST_REPAIRS:
            first = ", ".join(str(number) for number in np.sort(source_rows)[:3])
            told = f"in {len(source_rows):,} records, the first of them {first}"
            told += f"; {detail}" if isinstance(detail, str) else ""
            self.add([Fault(reason, column=column, detail=told, field=field)])
            return
        constant = {**self._origin, "field": field, "column": column, "reason": reason}
        constant["disposition"] = done
        columns: dict[str, pa.Array] = {
            name: pa.repeat(pa.scalar(value, schemas.REJECTS.field(name).type), len(source_rows))
            for name, value in constant.items()
        }
        columns["source_row"] = pa.array(source_rows, pa.int64())
        details = [detail] * len(source_rows) if detail is None or isinstance(detail, str) else detail
        columns["detail"] = pa.array(details, pa.string())
        self._tables.append(pa.table(columns).select(schemas.REJECTS.names).cast(schemas.REJECTS))

    def table(self) -> pa.Table:
        """REJECTS in its order."""
        return schemas.sort_rejects(pa.concat_tables([schemas.empty(schemas.REJECTS), *self._tables]))
