"""Working on distinct values: a function of text is called once per value, not once per row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.normalise.plain_forms import Plain
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
    """A text column as distinct values and where each stands.

    Attributes:
        dictionary: the distinct values, no null among them, in order of appearance.
        indices: int32, per row the position in `dictionary`; null where the row is.
    """

    dictionary: pa.Array
    indices: pa.Array

    @classmethod
    def of(cls, column: pa.Array | pa.ChunkedArray) -> Encoded:
        """Encode a text column, plain or dictionary."""
        array = flat(column)
        if array.null_count == len(array):
            return cls(pa.array([], pa.string()), pa.nulls(len(array), pa.int32()))
        if not pa.types.is_dictionary(array.type):
            array = array.dictionary_encode()
        dictionary, indices = array.dictionary, array.indices
        if dictionary.null_count:  # a dictionary may hold null as a value
            gap = pa.array(np.flatnonzero(~present(dictionary)), indices.type)
            indices = pc.if_else(pc.is_in(indices, gap), pa.scalar(None, indices.type), indices)
            dictionary = pc.fill_null(dictionary, "")
        return cls(dictionary, indices)

    @cached_property
    def values(self) -> list[str]:
        """The distinct values as Python holds them; made on first use."""
        values: list[str] = self.dictionary.to_pylist()
        return values

    @cached_property
    def codes(self) -> Codes:
        """Per row the position of its value; null rows point one past the end."""
        filled = pc.fill_null(self.indices, len(self.dictionary))
        return np.asarray(filled.to_numpy(zero_copy_only=False), np.int64)

    def spread(self, per_value: Sequence[Any], type_: pa.DataType | None = None) -> pa.Array:
        """One value per distinct value -> one per row; null rows stay null."""
        return self.spread_array(pa.array(per_value, type_ or pa.string()))

    def spread_array(self, per_value: pa.Array) -> pa.Array:
        """The same of an Arrow array."""
        if per_value.null_count == len(per_value):
            return pa.nulls(len(self.indices), per_value.type)
        return per_value.take(self.indices)

    def mask(self, per_value: Sequence[bool]) -> Mask:
        """A truth per distinct value -> one per row; null rows are False."""
        found = np.fromiter((*per_value, False), np.bool_, len(self.dictionary) + 1)
        return found[self.codes] if found.any() else np.zeros(len(self.indices), np.bool_)

    def each(self, function: Callable[[str], T]) -> list[T]:
        """`function` of every distinct value."""
        return [function(value) for value in self.values]


class TextColumns:
    """Text columns of one table, each encoded once however often it is asked for.

    Attributes:
        prefix: what stands before the names asked for in the table: "" or "second_".
    """

    def __init__(self, table: pa.Table, prefix: str = "") -> None:
        self.prefix = prefix
        self._table = table
        self._encoded: dict[str, Encoded] = {}

    def plain(self, name: str) -> pa.Array:
        """The column as it stands."""
        return flat(self._table[self.prefix + name])

    def encoded(self, name: str) -> Encoded:
        """The column as distinct values."""
        if name not in self._encoded:
            self._encoded[name] = Encoded.of(self.plain(name))
        return self._encoded[name]

    def applied(self, name: str, function: Callable[[str], str | None]) -> pa.Array:
        """A plain function of the column over its distinct values."""
        encoded = self.encoded(name)
        return encoded.spread(encoded.each(function))


@dataclass(frozen=True)
class Read:
    """A column after reading: the normalised values and where which fault was found."""

    values: pa.Array
    faults: dict[str, Codes]

    @property
    def missing(self) -> Mask:
        """True where no value is left."""
        return ~present(self.values)


def read_column(
    column: pa.Array | pa.ChunkedArray, function: Callable[[str], Reading], plain: Plain | None = None
) -> Read:
    """Apply a reading function to a text column over its distinct values.

    Args:
        column: text, plain or dictionary; null stays null without a fault.
        function: text -> (normalised value or None, reason code or None).
        plain: a form of which `function` keeps what it keeps, without a fault; only other texts are read.

    Returns:
        The values, and per reason code the row positions in rising order.
    """
    array = flat(column)
    if array.null_count == len(array):
        return Read(pa.nulls(len(array), pa.string()), {})
    if plain is not None and not pa.types.is_dictionary(array.type):
        return _read_with_form(array, function, plain)
    encoded = Encoded.of(array)
    readings = encoded.each(function)
    values = encoded.spread([value for value, _ in readings])
    return Read(values, faults_of(encoded, [reason for _, reason in readings]))


def _read_with_form(array: pa.Array, function: Callable[[str], Reading], plain: Plain) -> Read:
    """The same, where only what has not the plain form is read one by one."""
    fits = plain.fits(array)
    if fits.true_count == len(array) - array.null_count:
        return Read(plain.value(array), {})
    nothing = pa.scalar(None, pa.string())
    others = read_column(pc.if_else(fits, nothing, array), function)
    return Read(pc.if_else(fits, plain.value(array), others.values), others.faults)


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


def first_said(*columns: pa.Array) -> pa.Array:
    """Row by row the first value that is not null; columns that hold nothing cost nothing."""
    said = [column for column in columns if column.null_count < len(column)] or [columns[0]]
    return said[0] if len(said) == 1 or not said[0].null_count else pc.coalesce(*said)


def join(columns: Sequence[pa.Array], between: str) -> pa.Array:
    """Text columns joined row by row, nulls left out; null where all are null.

    Pair by pair, because Arrow's own join with null_handling="skip" loses the rows in which
    every column is null.
    """
    joined = columns[0]
    for column in columns[1:]:
        if joined.null_count == len(joined):
            joined = column
        elif column.null_count < len(column):
            joined = first_said(pc.binary_join_element_wise(joined, column, between), joined, column)
    return joined
