"""Whole-number keys for grouping and joining, and the sort-merge join itself (numpy only)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

#: Pairs made at once: about 200 MB with the columns a rule reads.
PAIRS_AT_ONCE = 2_000_000


def codes(values: pa.Array) -> np.ndarray:
    """Equal values, equal codes: int64, -1 for null. The codes themselves mean nothing."""
    encoded = pc.dictionary_encode(values)
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    return np.asarray(pc.fill_null(encoded.indices.cast(pa.int64()), -1), dtype=np.int64)


def truth(values: pa.Array) -> np.ndarray:
    """A truth column as numpy bool; unknown counts as not."""
    return np.asarray(pc.fill_null(values, False).to_numpy(zero_copy_only=False), dtype=bool)


#: Keys stay below this, so that no product of two widths overflows int64.
_WIDEST = 2**62


def combined(parts: Sequence[np.ndarray]) -> np.ndarray:
    """One code per distinct combination, dense from 0 but for gaps; -1 where any part is -1.

    Parts are put together as digits of one number, which is hashed once: sorting a column of a
    million rows for each part was a third of the time of the whole library.
    """
    missing = np.zeros(len(parts[0]), dtype=bool)
    key, width = np.zeros(len(parts[0]), dtype=np.int64), 1
    for part in parts:
        missing |= part < 0
        digits, base = part, int(part.max(initial=0)) + 1
        if width * base >= _WIDEST:
            key, digits = _dense(key), _dense(part)
            width, base = int(key.max(initial=0)) + 1, int(digits.max(initial=0)) + 1
        key, width = key * base + np.maximum(digits, 0), width * base
    return np.where(missing, -1, _dense(key))


def _dense(key: np.ndarray) -> np.ndarray:
    return codes(pa.array(key))


def different(group: np.ndarray, value: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """How many different values the rows of each asked group hold, int64; 0 for a group without rows.

    Args:
        group / value: codes of one length, -1 where unknown; a row that lacks either counts for nothing.
        asked: group codes, of any length.
    """
    known = (group >= 0) & (value >= 0)
    width = int(value.max(initial=0)) + 1
    pairs = pc.unique(pa.array(group[known] * width + value[known])).to_numpy()
    number = np.bincount(pairs // width, minlength=int(asked.max(initial=0)) + 1)
    return np.where(asked >= 0, number[np.maximum(asked, 0)], 0)


def days(dates: pa.Array, unknown: int) -> np.ndarray:
    """Dates as days since 1970, int64; `unknown` where there is none."""
    return np.asarray(pc.fill_null(dates.cast(pa.int32()).cast(pa.int64()), unknown), dtype=np.int64)


def pairs_by_key(left: np.ndarray, right: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Positions (left, right) of rows with equal keys, in pieces; -1 joins with nothing.

    Order: left position, then right position. A piece holds about `PAIRS_AT_ONCE` pairs, more
    only when one left row alone has more partners.
    """
    order = np.argsort(right, kind="stable")
    ordered = right[order]
    rows = np.flatnonzero(left >= 0)
    first = np.searchsorted(ordered, left[rows], side="left")
    count = np.searchsorted(ordered, left[rows], side="right") - first
    rows, first, count = rows[count > 0], first[count > 0], count[count > 0]
    ends = np.cumsum(count)
    start = 0
    while start < len(rows):
        done = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, done + PAIRS_AT_ONCE, side="right")))
        yield _expand(rows[start:stop], first[start:stop], count[start:stop], order)
        start = stop


def _expand(
    rows: np.ndarray, first: np.ndarray, count: np.ndarray, order: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    offsets = np.cumsum(count) - count
    within = np.arange(count.sum()) - np.repeat(offsets, count)
    return np.repeat(rows, count), order[np.repeat(first, count) + within]


def count_pairs(left: np.ndarray, right: np.ndarray) -> int:
    """How many pairs `pairs_by_key` would make, without making them."""
    values, sizes = np.unique(right[right >= 0], return_counts=True)
    if not len(values):
        return 0
    at = np.minimum(np.searchsorted(values, left), len(values) - 1)
    return int(sizes[at][(left >= 0) & (values[at] == left)].sum())
