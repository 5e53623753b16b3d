"""Candidate pairs counted and written out, without comparing anything.

`fraudmatch link --plan` counts what each pass adds to the passes before it, and the adapter for
recordlinkage lists pairs. The screen needs neither: it makes and forgets pairs as it goes.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fraudmatch.errors import BudgetError
from fraudmatch.linkage.block import Blocks, PassPlan, group, plan
from fraudmatch.linkage.encode import Encoder
from fraudmatch.linkage.explaining.values import values_of
from fraudmatch.linkage.model import Model

Rows = npt.NDArray[np.int64]
Keys = npt.NDArray[np.integer]
Sides = npt.NDArray[np.int8]

#: Blocks are shared out to threads in parts of about so many pairs.
_PART = 1 << 24


@dataclass(frozen=True)
class LargestBlock:
    """A block of a pass.

    Attributes:
        values: what its records share: the values of the key, then of the further keys by which
            the block was cut finer.
        records / pairs: how many stand in it, and how many candidate pairs it makes.
    """

    values: tuple[str | None, ...]
    records: int
    pairs: int


def blocking_keys(
    records: pa.Table, model: Model, side: Sides | None = None, budget: int | None = None
) -> tuple[Keys, list[PassPlan]]:
    """Keys of every pass, whole numbers [n, passes] (-1 = none), and what the passes will cost.

    Args:
        records: a table with the columns the model reads.
        side: int8 0 or 1 per record, to pair only across; None = all with all.
        budget: most candidate pairs over all passes.

    Raises:
        BudgetError: the passes propose more pairs than the budget.
    """
    keys, plans = plan(Encoder(records), model, side, budget)
    return np.stack(keys, 1), plans


def count_new(keys: Keys, number: int, side: Sides | None = None, threads: int | None = None) -> int:
    """How many pairs pass `number` proposes that no earlier pass does; exact.

    Every pair of the pass is looked at, some hundred million a second and core; nothing is kept.
    """
    blocks = group(np.ascontiguousarray(keys[:, number]), side)
    earlier = np.ascontiguousarray(keys[:, :number])
    counts = blocks.pairs()
    if number == 0 or not len(counts):
        return int(counts.sum())
    order = np.ascontiguousarray(blocks.order)
    bounds = _parts(counts)

    def count(part: tuple[int, int]) -> int:
        low, high = part
        return int(
            _count_new(
                order, blocks.starts[low:high], blocks.middles[low:high], blocks.ends[low:high], earlier
            )
        )

    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(count, bounds))


def _parts(counts: Rows) -> list[tuple[int, int]]:
    """Runs of blocks, each of about `_PART` pairs."""
    part = np.cumsum(counts) // _PART
    cuts = [0, *(np.flatnonzero(np.diff(part)) + 1).tolist(), len(counts)]
    return list(pairwise(cuts))


@nb.njit(cache=True, nogil=True)
def _met_before(earlier, a, b):  # type: ignore[no-untyped-def]
    """Whether an earlier pass gives both rows one key."""
    for p in range(earlier.shape[1]):  # noqa: SIM110 (compiled code: loops as the compiler likes them)
        if earlier[a, p] >= 0 and earlier[a, p] == earlier[b, p]:
            return True
    return False


@nb.njit(cache=True, nogil=True)
def _count_new(order, starts, middles, ends, earlier):  # type: ignore[no-untyped-def]
    found = 0
    for block in range(len(starts)):
        across = middles[block] >= 0
        for i in range(starts[block], middles[block] if across else ends[block]):
            for j in range(middles[block] if across else i + 1, ends[block]):
                found += not _met_before(earlier, order[i], order[j])
    return found


def all_pairs(keys: Keys, side: Sides | None = None, *, most: int | None = None) -> tuple[Rows, Rows]:
    """Every candidate pair once, smaller row first, ordered by (left, right).

    Args:
        keys: whole numbers [n, passes], -1 = none.
        most: how many pairs, repetitions between passes counted, may be written out.

    Raises:
        BudgetError: there are more than `most`.
    """
    blocks = [group(np.ascontiguousarray(keys[:, number]), side) for number in range(keys.shape[1])]
    total = sum(int(one.pairs().sum()) for one in blocks)
    if most is not None and total > most:
        raise BudgetError(
            f"The passes propose {total:,} pairs; at most {most:,} are to be written out.",
            remedy="Narrow the passes, raise the limit, or link with fraudmatch.link, which lists no pairs.",
        )
    n = len(keys)
    codes = np.unique(np.concatenate([np.zeros(0, np.int64), *(_codes(one, n) for one in blocks)]))
    return codes // max(n, 1), codes % max(n, 1)


def _codes(blocks: Blocks, n: int) -> Rows:
    """Each pair of the blocks as smaller row · n + larger row."""
    one, other = _written(blocks.order, blocks.starts, blocks.middles, blocks.ends, int(blocks.pairs().sum()))
    return np.asarray(np.minimum(one, other) * n + np.maximum(one, other))


@nb.njit(cache=True, nogil=True)
def _written(order, starts, middles, ends, total):  # type: ignore[no-untyped-def]
    one, other = np.empty(total, np.int64), np.empty(total, np.int64)
    at = 0
    for block in range(len(starts)):
        across = middles[block] >= 0
        for i in range(starts[block], middles[block] if across else ends[block]):
            for j in range(middles[block] if across else i + 1, ends[block]):
                one[at], other[at] = order[i], order[j]
                at += 1
    return one, other


def largest_blocks(
    records: pa.Table, model: Model, keys: Keys, number: int, side: Sides | None = None, *, cut: bool = True,
    most: int = 3,
) -> Iterator[LargestBlock]:  # fmt: skip
    """The blocks of pass `number` with the most pairs, largest first; of equals the one whose
    first record comes first.

    Args:
        cut: whether some blocks of the pass were cut finer, so that further keys tell them apart.
        most: how many blocks.
    """
    blocks = group(np.ascontiguousarray(keys[:, number]), side)
    pairs = blocks.pairs()
    first = np.minimum.reduceat(blocks.order, blocks.starts) if len(pairs) else pairs
    one = model.passes[number]
    for block in np.lexsort((first, -pairs))[:most]:
        rows = blocks.order[blocks.starts[block] : blocks.ends[block]].tolist()
        key = [values_of(records, expression, rows[:1])[0] for expression in one.key]
        finer = [_shared(records, expression, rows) for expression in one.refine if cut]
        values = (*key, *(value for value in finer if value is not None))
        yield LargestBlock(values, len(rows), int(pairs[block]))


def _shared(records: pa.Table, expression: str, rows: list[int]) -> str | None:
    """The value all rows have, as the rows of a block that was cut finer do; else None."""
    values = set(values_of(records, expression, rows))
    return values.pop() if len(values) == 1 else None
