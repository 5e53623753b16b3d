"""Pairs drawn by hash: random ones, and those of a blocking pass. The same every time.

There is no generator with a state: draw k is a hash of k and a stated seed (splitmix64; Steele,
Lea and Flood 2014), so that a draw depends on nothing that was drawn before it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fraudmatch.linkage.block import Blocks, group

Rows = npt.NDArray[np.int64]
Sides = npt.NDArray[np.int8]

#: Seeds: one for each use, so that no two draws hang together.
RANDOM_LEFT, RANDOM_RIGHT, IN_PASS = 1, 2, 3


def hashed(count: int, seed: int) -> npt.NDArray[np.float64]:
    """float64 [count] in [0, 1): hash of 0, 1, 2 … under `seed`."""
    z = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    z += np.uint64(seed * 0x632BE59BD9B4E019 & (1 << 64) - 1)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        z = (z ^ (z >> np.uint64(shift))) * np.uint64(factor)
    z ^= z >> np.uint64(31)
    return (z >> np.uint64(11)).astype(np.float64) / float(1 << 53)


def random_pairs(count: int, records: int, side: Sides | None = None) -> tuple[Rows, Rows]:
    """Up to `count` pairs of rows drawn at random with replacement; across sides when there are two.

    Draws of a row with itself are left out, and there are none where fewer than two rows are.
    """
    lefts = np.arange(records) if side is None else np.flatnonzero(side == 0)
    rights = np.arange(records) if side is None else np.flatnonzero(side == 1)
    if not len(lefts) or not len(rights):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    left = lefts[(hashed(count, RANDOM_LEFT) * len(lefts)).astype(np.int64)]
    right = rights[(hashed(count, RANDOM_RIGHT) * len(rights)).astype(np.int64)]
    apart = left != right
    return np.minimum(left, right)[apart], np.maximum(left, right)[apart]


def pass_pairs(
    keys: npt.NDArray[np.integer], number: int, count: int, side: Sides | None = None
) -> tuple[Rows, Rows, float]:
    """Up to `count` pairs of pass `number`, and the share of its pairs they are.

    A pass with no more pairs gives all of them. Of a larger one, its pairs in the order of blocks
    are cut into `count` stretches of equal length (but for rounding), and each gives one pair, chosen by hash.

    Args:
        keys: whole numbers [records, passes]; -1 = no key.
    """
    blocks = group(np.ascontiguousarray(keys[:, number]), side)
    total = int(blocks.pairs().sum())
    if total <= count:
        return *pairs_at(blocks, np.arange(total)), 1.0
    edges = np.arange(count + 1) * total // count
    places = edges[:-1] + (hashed(count, IN_PASS + number) * np.diff(edges)).astype(np.int64)
    return *pairs_at(blocks, places), count / total


def pairs_at(blocks: Blocks, places: Rows) -> tuple[Rows, Rows]:
    """The pairs at some places of the list of all pairs of all blocks, smaller row first.

    The list is never made: block by block, each left row is paired with every row after it, or
    with every row of the other side.
    """
    counts = blocks.pairs()
    ends = np.cumsum(counts)
    block = np.searchsorted(ends, places, side="right")
    inside = places - (ends[block] - counts[block])
    start, end = blocks.starts[block].astype(np.int64), blocks.ends[block].astype(np.int64)
    middle = blocks.middles[block].astype(np.int64)
    row, column = _triangle(inside, end - start)
    across = np.maximum(end - middle, 1)
    two = middle >= 0
    row = np.where(two, inside // across, row)
    column = np.where(two, middle - start + inside % across, column)
    left = blocks.order[start + row].astype(np.int64)
    right = blocks.order[start + column].astype(np.int64)
    return np.minimum(left, right), np.maximum(left, right)


def _triangle(place: Rows, size: Rows) -> tuple[Rows, Rows]:
    """Row and column of a place in the list (0,1) (0,2) … (1,2) … of pairs of `size` rows."""
    width = 2 * size - 1
    row = ((width - np.sqrt(np.maximum(width.astype(np.float64) ** 2 - 8.0 * place, 0))) / 2).astype(np.int64)
    # a square root in float64 may be off by one where it should be whole
    row -= (row * (width - row) // 2 > place).astype(np.int64)
    row += ((row + 1) * (width - row - 1) // 2 <= place).astype(np.int64)
    return row, place - row * (width - row) // 2 + row + 1
