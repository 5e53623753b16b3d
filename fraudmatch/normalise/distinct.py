"""Working on distinct values: a function of text is called once per value, not once per row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.normalise.text import Reading

Codes = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
T = TypeVar("T")


def flat(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """The column as one array."""
    if isinstance(column, pa.ChunkedArray):
        return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
    return column


def present(column: pa.Array) -> Mask:
    """True where the column is not null."""
    return np.asarray(pc.is_valid(column).to_numpy(zero_copy_only=False), dtype=np.bool_)


@dataclass(frozen=True)
class Encoded:
    """A text column as distinct values and codes.

    Attributes:
        values: the distinct values, no null among them, in order of appearance.
        codes: per row the position in `values`; null rows point one past its end.
    """

    values: list[str]
    codes: Codes

    @classmethod
    def of(cls, column: pa.Array | pa.ChunkedArray) -> Encoded:
        """Encode a text column, plain or dictionary."""
        array = flat(column)
        if not pa.types.is_dictionary(array.type):
            array = array.dictionary_encode()
        values = array.dictionary.to_pylist()
        codes = np.asarray(pc.fill_null(array.indices, len(values)).to_numpy(zero_copy_only=False), np.int64)
        if None in values:  # a dictionary may hold null as a value
            gap = values.index(None)
            codes = np.where(codes == gap, len(values), codes)
            values[gap] = ""
        return cls(values, codes)

    def spread(self, per_value: Sequence[Any], type_: pa.DataType | None = None) -> pa.Array:
        """One value per distinct value -> one per row; null rows stay null."""
        per_value = [*per_value, None]
        return pa.array(per_value, type_ or pa.string()).take(pa.array(self.codes))

    def spread_array(self, per_value: pa.Array) -> pa.Array:
        """The same of an Arrow array."""
        return pa.concat_arrays([per_value, pa.nulls(1, per_value.type)]).take(pa.array(self.codes))

    def mask(self, per_value: Sequence[bool]) -> Mask:
        """A truth per distinct value -> one per row; null rows are False."""
        return np.fromiter((*per_value, False), np.bool_, len(self.values) + 1)[self.codes]

    def each(self, function: Callable[[str], T]) -> list[T]:
        """`function` of every distinct value."""
        return [function(value) for value in self.values]


@dataclass(frozen=True)
class Read:
    """A column after reading: the normalised values and where which fault was found."""

    values: pa.Array
    faults: dict[str, Codes]

    @property
    def missing(self) -> Mask:
        """True where no value is left."""
        return ~present(self.values)


def read_column(column: pa.Array | pa.ChunkedArray, function: Callable[[str], Reading]) -> Read:
    """Apply a reading function to a text column over its distinct values.

    Args:
        column: text, plain or dictionary; null stays null without a fault.
        function: text -> (normalised value or None, reason code or None).

    Returns:
        The values, and per reason code the row positions in rising order.
    """
    array = flat(column)
    if array.null_count == len(array):
        return Read(pa.nulls(len(array), pa.string()), {})
    encoded = Encoded.of(array)
    readings = encoded.each(function)
    values = encoded.spread([value for value, _ in readings])
    return Read(values, faults_of(encoded, [reason for _, reason in readings]))


def faults_of(encoded: Encoded, reasons: Sequence[str | None]) -> dict[str, Codes]:
    """Reason code -> row positions, from one reason (or None) per distinct value."""
    found = sorted({reason for reason in reasons if reason is not None})
    return {code: np.flatnonzero(encoded.mask([reason == code for reason in reasons])) for code in found}


def apply(column: pa.Array | pa.ChunkedArray, function: Callable[[str], str | None]) -> pa.Array:
    """Apply a plain function to a text column over its distinct values."""
    return read_column(column, lambda text: (function(text), None)).values


def overlay(base: pa.Array, positions: Codes, values: Sequence[Any]) -> pa.Array:
    """`base` with `values` at `positions` (each position once)."""
    if not len(positions):
        return base
    order = np.arange(len(base), dtype=np.int64)
    order[positions] = len(base) + np.arange(len(positions), dtype=np.int64)
    return pa.concat_arrays([base, pa.array(values, base.type)]).take(pa.array(order))


def join(columns: Sequence[pa.Array], between: str) -> pa.Array:
    """Text columns joined row by row, nulls left out; null where all are null.

    Pair by pair, because Arrow's own join with null_handling="skip" loses the rows in which
    every column is null.
    """
    joined = columns[0]
    for column in columns[1:]:
        if column.null_count < len(column):
            joined = pc.coalesce(pc.binary_join_element_wise(joined, column, between), joined, column)
    return joined
