"""Columns become integers: every text is looked at once per distinct value, not once per row.

`Encoder` answers, for a column expression of a model, which rows hold the same value
(`codes`) and what the values are.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fraudmatch.errors import ModelError
from fraudmatch.linkage import arrays
from fraudmatch.linkage.derive import DERIVATIONS
from fraudmatch.linkage.distinct import mostly_differ, number_texts
from fraudmatch.linkage.kinds import NULL
from fraudmatch.linkage.wake import wake

Ints = npt.NDArray[np.int32]


def _no_values() -> pa.Array:
    return pa.nulls(0, pa.string())


@dataclass(frozen=True)
class Codes:
    """One column as integers.

    Attributes:
        codes: int32 per row, from 0 without gaps; equal values have equal codes; `NULL` where
            nothing is known.
        count: number of codes.
        values: string array, the distinct values by code; empty where only equality matters.
    """

    codes: Ints
    count: int
    values: pa.Array = field(default_factory=_no_values)


#: Octets a row below which a column of a Parquet file is taken for one of codes.
_CODED = 6


@dataclass
class ParquetColumns:
    """A Parquet file in the place of a table: each column is read when it is asked for, and kept by nobody.

    Attributes:
        path: the file.
        clean: what is done to every column as it is read.
        seconds: time each reading took; for people, never part of an output.
    """

    path: Path
    clean: Callable[[pa.ChunkedArray], pa.ChunkedArray] | None = None
    seconds: list[float] = field(default_factory=list)

    @cached_property
    def _metadata(self) -> pq.FileMetaData:
        return pq.read_metadata(self.path)

    @property
    def num_rows(self) -> int:
        """Rows of the file."""
        return int(self._metadata.num_rows)

    @property
    def column_names(self) -> list[str]:
        """Columns of the file."""
        return list(self._metadata.schema.to_arrow_schema().names)

    def __getitem__(self, name: str) -> pa.ChunkedArray:
        begun = time.perf_counter()
        coded = [] if self.clean or not self._is_coded(name) else [name]
        # Not `read_table`, which imports what it needs for folders of files.
        with pq.ParquetFile(self.path, metadata=self._metadata, read_dictionary=coded) as file:
            column = file.read(columns=[name], use_threads=False)[name]
        self.seconds.append(time.perf_counter() - begun)
        return self.clean(column) if self.clean else column

    def _is_coded(self, name: str) -> bool:
        """Whether the file itself holds a column by codes throughout, so that reading these is enough.

        It does not say so, but codes take two or three octets a row, and a text written out its own
        length and four more. Texts of an octet or two are few, and coded by whoever writes a file.
        """
        if not pa.types.is_string(self._metadata.schema.to_arrow_schema().field(name).type):
            return False
        groups = [self._metadata.row_group(number) for number in range(self._metadata.num_row_groups)]
        chunks = [
            group.column(place)
            for group in groups
            for place in range(group.num_columns)
            if group.column(place).path_in_schema == name
        ]
        size = sum(int(chunk.total_uncompressed_size) for chunk in chunks)
        return all(chunk.has_dictionary_page for chunk in chunks) and size < _CODED * self.num_rows


@dataclass
class Encoder:
    """Encodes column expressions of one table, each once.

    Attributes:
        table: any table, or file, that holds the base columns.
    """

    table: pa.Table | ParquetColumns
    _known: dict[str, Codes] = field(default_factory=dict)

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def read(
        self, expressions: Iterable[str], threads: int | None = None, last: Callable[[], None] | None = None
    ) -> None:
        """Encode the columns behind expressions side by side, for `codes` to find.

        Args:
            last: done when there is no column left to begin with.
        """
        bases = sorted(
            {name for e in expressions for name in e.split(":")[0].split("+")} - self._known.keys()
        )
        with ThreadPoolExecutor(threads) as pool:
            waking = pool.submit(wake)
            # All are read before the first is encoded, which is when numba must be awake.
            read = {name: pool.submit(self.table.__getitem__, name) for name in bases}
            made = pool.map(lambda name: encoded(read.pop(name).result()), bases)
            waiting = [waking, *([pool.submit(last)] if last else [])]
            self._known.update(zip(bases, made, strict=True))
            for one in waiting:
                one.result()
        # What decoding needed for a moment would else stand idle beside the rows.
        pa.default_memory_pool().release_unused()

    def codes(self, expression: str) -> Codes:
        """The codes of `column`, `column:derivation` or `a+b:combination`."""
        if expression not in self._known:
            column, _, derivation = expression.partition(":")
            if "+" in column:
                first, second = column.split("+")
                made = _combined(*self.shared(first, second), derivation)
            elif derivation:
                made = _derived(self.codes(column), derivation)
            else:
                made = encoded(self.table[column])
            self._known[expression] = made
        return self._known[expression]

    def shared(self, first: str, second: str) -> tuple[Codes, Codes]:
        """Two columns coded in one vocabulary, so that a value of one can equal one of the other."""
        left, right = self.codes(first), self.codes(second)
        there = pc.index_in(right.values, left.values)
        new = right.values.filter(pc.is_null(there))
        values = pa.concat_arrays([left.values, new])
        moved = arrays.to_numpy(pc.index_in(right.values, values))
        return Codes(left.codes, len(values), values), Codes(through(right.codes, moved), len(values), values)


def encoded(column: pa.ChunkedArray) -> Codes:
    """Dictionary codes of a column; dates become ISO text, other types their text."""
    whole = in_one(column)
    if pa.types.is_string(whole.type) and mostly_differ(whole):
        codes, values = number_texts(whole)
        return Codes(codes, len(values), values)
    if not pa.types.is_dictionary(whole.type):
        whole = whole.dictionary_encode()
    return Codes(_nulled(whole.indices), len(whole.dictionary), whole.dictionary.cast(pa.string()))


def in_one(column: pa.ChunkedArray) -> pa.Array:
    """A column as one array, without a copy where it is one.

    Texts of more octets than one array of 32-bit offsets reaches over come back as codes.
    """
    if column.num_chunks == 1:
        return column.chunk(0)
    whole = column.combine_chunks()
    if not isinstance(whole, pa.ChunkedArray):
        return whole
    return coded_in_one(whole) if whole.num_chunks else pa.nulls(0, column.type)


def coded_in_one(column: pa.ChunkedArray) -> pa.DictionaryArray:
    """The chunks of a column under one dictionary, in order of appearance."""
    chunks = column.dictionary_encode().unify_dictionaries().chunks
    indices = pa.concat_arrays([chunk.indices for chunk in chunks])
    return pa.DictionaryArray.from_arrays(indices, chunks[0].dictionary)


def _nulled(indices: pa.Array) -> Ints:
    """Whole numbers as int32 of our own, with `NULL` at nulls."""
    codes, known = arrays.to_numpy(indices).astype(np.int32), arrays.known(indices)
    if known is not None:
        codes[~known] = NULL
    return codes


def through(codes: Ints, moved: Ints) -> Ints:
    """`codes` translated by `moved`; null stays null."""
    if not len(moved):
        return codes
    known = codes != NULL
    return np.where(known, moved[np.where(known, codes, 0)], NULL).astype(np.int32)


def _derived(base: Codes, derivation: str) -> Codes:
    make = DERIVATIONS[derivation]
    found: dict[str, int] = {}
    made = map(make, base.values.to_pylist())
    coded = (NULL if text is None else found.setdefault(text, len(found)) for text in made)
    codes = through(base.codes, np.fromiter(coded, np.int32, len(base.values)))
    values = arrays.from_texts(list(found))
    if derivation == "presence":
        codes = np.where(codes == NULL, len(values), codes).astype(np.int32)
        values = pa.concat_arrays([values, arrays.from_texts(["-"])])
    return Codes(codes, len(values), values)


def _combined(left: Codes, right: Codes, how: str) -> Codes:
    """One code for the pair of values, null when either is; or the first of them that is known."""
    if how == "first_known":
        return Codes(np.where(left.codes != NULL, left.codes, right.codes), left.count, left.values)
    a, b = left.codes.astype(np.int64), right.codes.astype(np.int64)
    if how == "unordered":
        a, b = np.minimum(a, b), np.maximum(a, b)
    known = (left.codes != NULL) & (right.codes != NULL)
    codes, count = dense(np.where(known, a * (left.count + 1) + b, -1))
    return Codes(codes, count)


def dense(keys: npt.NDArray[np.int64]) -> tuple[Ints, int]:
    """Keys (-1 = null) renumbered from 0 without gaps in order of appearance, and their number;
    null becomes `NULL`."""
    made = arrays.to_arrow(keys, missing=keys == -1).dictionary_encode()
    return _nulled(made.indices), len(made.dictionary)


def numbers(column: Codes, name: str, read: Callable[[str], int]) -> Ints:
    """int32 per row: each value's number in place of its code.

    Raises:
        ModelError: a value has no number.
    """
    try:
        moved = np.fromiter(map(read, column.values.to_pylist()), np.int32, len(column.values))
    except (ValueError, OverflowError) as error:
        raise ModelError(
            f"Column {name} is compared as dates or whole numbers, but holds something else: {error}.",
            remedy="Use dates written 2026-03-31, or compare the column as text.",
        ) from error
    return through(column.codes, moved)


def packed_date(iso: str) -> int:
    """2026-03-31 → 20260331."""
    return int(iso.replace("-", ""))


def days(value: str) -> int:
    """A date as days since 1970, or a whole number."""
    return dt.date.fromisoformat(value).toordinal() - 719163 if "-" in value[1:] else int(value)
