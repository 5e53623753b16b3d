"""Tables of a night read by column and by row, so that one person is found without loading everybody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fraudmatch.audit import Run, sha256_of
from fraudmatch.errors import RunError


class NightOnDisk:
    """A published night; a table is held to the manifest once, before its first rows are read.

    Attributes:
        run: the night.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self._sound: set[str] = set()

    def has(self, name: str) -> bool:
        """Whether the night has a table."""
        return f"tables/{name}.parquet" in self.run.manifest["artefacts"]

    def rows(self, name: str, where: pc.Expression, columns: Sequence[str] | None = None) -> pa.Table:
        """Rows of a table for which `where` is true, those of restricted records too: whom they are about is told of them.

        Args:
            columns: null = all.

        Raises:
            RunError: there is no such table, or it was changed since it was published.
        """
        parts = [self._rows(name, where, columns)]
        if self.has(restricted := f"restricted_{name}"):
            parts.append(self._rows(restricted, where, columns))
        return pa.concat_tables(parts)

    def _rows(self, name: str, where: pc.Expression, columns: Sequence[str] | None) -> pa.Table:
        path = self.run.tables / f"{name}.parquet"
        if name not in self._sound:
            expected = self.run.manifest["artefacts"].get(f"tables/{name}.parquet")
            if expected is None or not path.is_file() or sha256_of(path) != expected:
                raise RunError(
                    f"{path} is missing or is not the file that was published.",
                    remedy="Say which with fraudmatch verify SITE; run the night again, or restore a backup.",
                )
            self._sound.add(name)
        return pq.read_table(path, columns=list(columns) if columns else None, filters=where)


def one_of(column: str, values: Iterable[object], kind: pa.DataType) -> pc.Expression:
    """Whether a column holds one of some values."""
    return pc.field(column).isin(pa.array(sorted(values), kind))  # type: ignore[type-var]
