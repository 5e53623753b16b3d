"""Linking a file larger than memory: packed rows on disk, screened one range of keys at a time.

Columns are encoded one comparison at a time and written as Arrow files; from these the packed
rows are put together batch by batch. For each blocking pass the rows are dealt out into files by
ranges of its key, each small enough for memory, and every range is screened like a table of its
own. Links, levels, weights and groups are those of linking in memory.

The scratch folder holds names and addresses in the clear until linking ends: keep it on a disk
that may hold them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fraudmatch.linkage import arrays, block
from fraudmatch.linkage.clock import Clock
from fraudmatch.linkage.encode import Codes, Encoder, Ints, ParquetColumns
from fraudmatch.linkage.found import Judge, links_table
from fraudmatch.linkage.grouping.group import group, weigh_for_groups
from fraudmatch.linkage.linker import link, refuse_missing
from fraudmatch.linkage.model import Model
from fraudmatch.linkage.passes import run_passes
from fraudmatch.linkage.rows import columns_of, empty_rows, layout, texts_of
from fraudmatch.linkage.screen import Part, Workers
from fraudmatch.linkage.tables import compile_model

Records = npt.NDArray[np.void]

#: Of the memory allowed, the share one range of keys may take, and one batch of rows. The rest is
#: for the interpreter, one column's dictionary, the keys of all passes, and links.
RANGE_SHARE, BATCH_SHARE = 0.12, 0.02

#: Rows of a batch and of a range are never fewer.
LEAST_ROWS = 20_000


@dataclass(frozen=True)
class LinkedFile:
    """What linking a file gave; see `linker.Linked`.

    Attributes:
        ranges: in how many parts each pass was screened.
    """

    links: pa.Table
    groups: npt.NDArray[np.uint32]
    plan: list[block.PassPlan]
    compared: int
    kept: int
    seconds: dict[str, float]
    ranges: list[int]


def link_file(
    path: Path,
    model: Model,
    *,
    memory: int | None = None,
    scratch: Path | None = None,
    clean: Callable[[pa.ChunkedArray], pa.ChunkedArray] | None = None,
    threads: int | None = None,
    budget: int | None = None,
    progress: Callable[[str], None] | None = None,
) -> LinkedFile:
    """Link the records of a Parquet file with each other, reading one column after the other.

    Args:
        path: a Parquet file with the columns the model reads; null = not known.
        model: how to block, compare and weigh.
        memory: bytes the process should stay within, by spilling rows; a few hundred megabytes at
            least are taken. None keeps all rows in memory.
        scratch: folder for temporary files, about three times the packed rows; the system's
            temporary folder when None. Everything written is removed at the end.
        clean: what is done to every column as it is read.
        threads, budget, progress: see `linker.link`.

    Raises:
        ModelError: a column is missing.
        BudgetError: too many candidate pairs.
    """
    columns = ParquetColumns(path, clean)
    if memory is None:
        made = link(columns, model, threads=threads, budget=budget, progress=progress)
        # Columns are read side by side, so that their times add up to more than passes.
        reading = min(sum(columns.seconds) / Workers(threads).count, made.seconds["encode"])
        seconds = {"read": reading, **made.seconds, "encode": made.seconds["encode"] - reading}
        whole = [1] * len(made.plan)
        return LinkedFile(made.links, made.groups, made.plan, made.compared, made.kept, seconds, whole)
    clock = Clock()
    with tempfile.TemporaryDirectory(prefix="fraudmatch-", dir=scratch) as folder:
        spilled = Spilled(columns, model, memory, Path(folder))
        clock.lap("encode")
        found = run_passes(spilled, None, clock, threads=threads, budget=budget, progress=progress)
        links = links_table(model, found.left, found.right, found.levels, found.total)
        clock.lap("weigh")
        nobody = np.full(len(spilled), -1, np.int32)
        groups = group(
            len(spilled), found.left, found.right, found.total, spilled.group_weights, nobody, model.threshold_milli
        )  # fmt: skip
        clock.lap("group")
    return LinkedFile(links, groups, found.plan, found.compared, found.kept, clock.seconds, spilled.ranges)


@dataclass
class Spilled:
    """Packed rows of a Parquet file on disk; a `passes.Source`."""

    table: ParquetColumns
    model: Model
    memory: int
    folder: Path
    ranges: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        refuse_missing(self.model, self.table.column_names)
        self._count = self.table.num_rows
        self._dtype = layout(self.model).dtype
        self._batch = max(LEAST_ROWS, int(self.memory * BATCH_SHARE) // self._dtype.itemsize)
        self.tables = compile_model(self.model)
        self._texts: dict[str, pa.Array] = {}
        for position in range(len(self.model.comparison)):
            self._spill_comparison(position)

    def __len__(self) -> int:
        return self._count

    @property
    def judge(self) -> Judge:
        """Says how two packed rows compare."""
        return Judge(self.model, self.tables, self._texts)

    def codes(self, expression: str) -> Codes:
        """The codes of a column expression; its values are not kept."""
        made = Encoder(self.table).codes(expression)
        return Codes(made.codes, made.count)

    def _spill_comparison(self, position: int) -> None:
        """Write the columns of one comparison, and its texts to be read from disk."""
        comparison = self.model.comparison[position]
        encoder = Encoder(self.table)
        made = columns_of(encoder, self.model, position)
        fields = {name: arrays.to_arrow(column.part(0, self._count)) for name, column in made.items()}
        _write(self.folder / f"comparison-{position}.arrow", pa.table(fields), self._batch)
        texts = texts_of(encoder, comparison)
        if texts is not None:
            path = self.folder / f"texts-{position}.arrow"
            _write(path, pa.table({"text": texts}), len(texts))
            self._texts[comparison.name] = _mapped(path)
        del encoder, made, fields, texts
        pa.default_memory_pool().release_unused()

    def keyed(self, keys: list[block.Keys], plans: list[block.PassPlan]) -> None:
        """Put the rows together from the columns of the comparisons and their keys."""
        with ExitStack() as open_files:
            sources = [
                open_files.enter_context(pa.OSFile(str(self.folder / f"comparison-{c}.arrow")))
                for c in range(len(self.model.comparison))
            ]
            readers = [pa.ipc.open_file(source) for source in sources]
            target = open_files.enter_context(_Rows(self.folder / "rows.arrow", self._dtype))
            for number, start in enumerate(range(0, self._count, self._batch)):
                stop = min(start + self._batch, self._count)
                rows = empty_rows(stop - start, self._dtype)
                for reader in readers:
                    batch = reader.get_batch(number)
                    for name in batch.schema.names:
                        rows[name] = arrays.to_numpy(batch.column(name))
                for p, key in enumerate(keys):
                    rows[f"key_{p}"] = key[start:stop]
                target.write(np.arange(start, stop, dtype=np.int32), rows)
        for c in range(len(self.model.comparison)):
            (self.folder / f"comparison-{c}.arrow").unlink()

    def parts(self, number: int, key: block.Keys, side: block.Sides | None) -> Iterator[Part]:
        """The blocks of a pass, range by range of its key."""
        edges = self._edges(key)
        self.ranges.append(len(edges) - 1)
        paths = [self.folder / f"range-{place}.arrow" for place in range(len(edges) - 1)]
        self._deal(number, key, edges, paths)
        for place, path in enumerate(paths):
            numbers, rows = _read(path, self._dtype)
            path.unlink()
            blocks = block.group(rows[f"key_{number}"] - np.int32(edges[place]))
            yield Part(rows, blocks, number, numbers)

    def _edges(self, key: block.Keys) -> Ints:
        """Keys at which ranges begin, and the number after the last."""
        size = np.bincount(key[key >= 0])
        size[size < 2] = 0
        most = max(LEAST_ROWS, int(self.memory * RANGE_SHARE) // self._dtype.itemsize)
        before = np.cumsum(size) - size
        starts = np.flatnonzero(np.diff(before // most, prepend=-1))
        return np.append(starts, len(size)).astype(np.int32)

    def _deal(self, number: int, key: block.Keys, edges: Ints, paths: list[Path]) -> None:
        """Deal the rows that stand in blocks out into the files of their ranges."""
        partnered = np.bincount(key[key >= 0], minlength=1) > 1
        with ExitStack() as open_files:
            targets = [open_files.enter_context(_Rows(path, self._dtype)) for path in paths]
            for numbers, rows in self._batches():
                found = rows[f"key_{number}"]
                place = np.searchsorted(edges, found, side="right") - 1
                place[(found < 0) | ~partnered[np.maximum(found, 0)]] = -1
                for one in np.unique(place[place >= 0]):
                    taken = np.flatnonzero(place == one)
                    targets[one].write(numbers[taken], rows[taken])

    def _batches(self) -> Iterator[tuple[Ints, Records]]:
        with pa.OSFile(str(self.folder / "rows.arrow")) as source:
            reader = pa.ipc.open_file(source)
            for number in range(reader.num_record_batches):
                yield _unpacked(reader.get_batch(number), self._dtype)

    def rows(self, numbers: npt.NDArray[np.integer]) -> Records:
        """Packed rows of records, in that order; reads through the file once."""
        wanted, back = np.unique(numbers, return_inverse=True)
        found = np.empty(len(wanted), self._dtype)
        for standing, rows in self._batches():
            if not len(standing):
                continue
            low, high = np.searchsorted(wanted, [standing[0], standing[-1] + 1])
            found[low:high] = rows[wanted[low:high] - standing[0]]
        return found[back]

    def group_weights(self, left: npt.NDArray[np.integer], right: npt.NDArray[np.integer]) -> Ints:
        """The weights groups are judged by; see `group.weigh_for_groups`."""
        rows = self.rows(np.concatenate([left, right]))
        weights = self.judge(rows[: len(left)], rows[len(left) :])[1]
        return weigh_for_groups(
            weights, self.model.prior_milli, self.model.threshold_milli, self.model.leeway_milli
        )


class _Rows:
    """An Arrow file of packed rows and the numbers of their records."""

    def __init__(self, path: Path, dtype: np.dtype[np.void]) -> None:
        self._schema = pa.schema([("number", pa.int32()), ("row", pa.binary(dtype.itemsize))])
        self._file = pa.OSFile(str(path), "wb")
        self._writer = pa.ipc.new_file(self._file, self._schema)

    def __enter__(self) -> _Rows:
        return self

    def write(self, numbers: Ints, rows: Records) -> None:
        """Add a batch."""
        packed = pa.Array.from_buffers(
            self._schema.field("row").type, len(rows), [None, pa.py_buffer(np.ascontiguousarray(rows))]
        )
        self._writer.write_batch(pa.record_batch([arrays.to_arrow(numbers), packed], schema=self._schema))

    def __exit__(self, *_: object) -> None:
        self._writer.close()
        self._file.close()


def _unpacked(batch: pa.RecordBatch, dtype: np.dtype[np.void]) -> tuple[Ints, Records]:
    rows = batch.column("row")
    start = rows.offset * dtype.itemsize
    packed = np.frombuffer(rows.buffers()[1], np.uint8)[start : start + len(rows) * dtype.itemsize]
    return arrays.to_numpy(batch.column("number")), packed.view(dtype)


def _read(path: Path, dtype: np.dtype[np.void]) -> tuple[Ints, Records]:
    """All of a file of rows, without holding it twice."""
    with pa.OSFile(str(path)) as source:
        reader = pa.ipc.open_file(source)
        batches = range(reader.num_record_batches)
        count = sum(reader.get_batch(number).num_rows for number in batches)
        numbers, rows = np.empty(count, np.int32), np.empty(count, dtype)
        done = 0
        for number in batches:
            some, packed = _unpacked(reader.get_batch(number), dtype)
            numbers[done : done + len(some)], rows[done : done + len(some)] = some, packed
            done += len(some)
    return numbers, rows


def _write(path: Path, table: pa.Table, batch: int) -> None:
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table, max_chunksize=max(batch, 1))


def _mapped(path: Path) -> pa.Array:
    """The text column of an Arrow file, read from disk where it is looked at."""
    column = pa.ipc.open_file(pa.memory_map(str(path))).read_all()["text"].combine_chunks()
    return column if isinstance(column, pa.Array) else pa.concat_arrays(column.chunks)
