"""Rows that repeat an earlier one to the letter, and rows that share its key and differ."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def repetitions(columns: Sequence[pa.Array], rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The rows equal in every column to an earlier one, and for each the first of its kind.

    A few columns tell nearly all rows apart; only what they leave together is compared in full. Where the first
    is a reference that the file is sorted by, nothing is.

    Args:
        columns: text per row; null equals null.
        rows: positions to compare, in the order in which the first is kept.

    Returns:
        Positions of later rows, and of the row each repeats; both in the order of `rows`.
    """
    left = rows[:0] if columns and _only_rises(columns[0].take(pa.array(rows))) else rows
    for width in sorted({1, min(3, len(columns)), len(columns)}):
        kinds = _kinds([column.take(pa.array(left)) for column in columns[:width]], len(left))
        left = left[np.bincount(kinds, minlength=1)[kinds] > 1]
    kinds = _kinds([column.take(pa.array(left)) for column in columns], len(left))
    _, first, back = np.unique(kinds, return_index=True, return_inverse=True)
    later = np.delete(np.arange(len(left)), first)
    return left[later], left[first[back[later]]]


def conflicts(columns: Sequence[pa.Array], rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All rows that have the same keys as another, and for each the first row of its keys.

    Args:
        columns: the keys, values per row; null equals null. rows: positions to compare.
    """
    left = rows
    for column in columns:
        kinds = _kinds([column.take(pa.array(left))], len(left))
        left = left[np.bincount(kinds, minlength=1)[kinds] > 1]
    kinds = _kinds([column.take(pa.array(left)) for column in columns], len(left))
    left, kinds = left[shared := np.bincount(kinds, minlength=1)[kinds] > 1], kinds[shared]
    _, first, back = np.unique(kinds, return_index=True, return_inverse=True)
    return left, left[first[back]]


def _only_rises(column: pa.Array) -> bool:
    """Whether every value is greater than the one before, so that no two are equal; a null is not."""
    return not pc.fill_null(pc.greater(column[1:], column[:-1]), False).false_count


def _kinds(columns: Sequence[pa.Array], count: int) -> np.ndarray:
    """A small number per row, equal where all columns are equal."""
    kinds = np.zeros(count, np.int64)
    for place, column in enumerate(columns):
        codes = column.dictionary_encode(null_encoding="encode")
        spread = codes.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        if not place:
            kinds = spread
            continue
        kinds = np.unique(kinds * (len(codes.dictionary) + 1) + spread, return_inverse=True)[1]
    return kinds
