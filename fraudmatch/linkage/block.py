"""Blocking: records that share a key are candidates; pairs are counted before any is made.

Blocking may lower recall but never precision. A null key blocks with nothing. A block over the
model's limit is refined by further keys; what is still too large is left out and reported
with the number of records it touches, never silently.

Keys are whole numbers without gaps, so records are sorted by counting, in time that grows with
their number (Seward 1954), and rows keep their order inside a block.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import numba as nb
import numpy as np
import numpy.typing as npt

from fraudmatch.errors import BudgetError
from fraudmatch.linkage.encode import Codes, Ints
from fraudmatch.linkage.keys import joined
from fraudmatch.linkage.model import Model, Pass

Keys = npt.NDArray[np.int32]
Sides = npt.NDArray[np.int8]
Places = npt.NDArray[np.int64]


class Coded(Protocol):
    """Anything that knows the codes of column expressions; an `Encoder` does."""

    def codes(self, expression: str) -> Codes:
        """The codes of a column expression."""
        ...


@dataclass(frozen=True)
class Blocks:
    """The blocks of one pass as runs of positions.

    Attributes:
        order: int32; row numbers by key, those without a partner left off.
        starts / ends: int64 [blocks]; a block is order[start:end].
        middles: int64 [blocks]; where the second side begins when two tables are linked with
            each other (pairs then lie across it), else -1.
    """

    order: Ints
    starts: Places
    middles: Places
    ends: Places

    def pairs(self) -> Places:
        """Number of pairs in each block."""
        size = self.ends - self.starts
        across = (self.middles - self.starts) * (self.ends - self.middles)
        return np.where(self.middles >= 0, across, size * (size - 1) // 2)

    def rows(self, low: int, high: int) -> int:
        """Number of left rows in the blocks low..high."""
        stop = np.where(self.middles >= 0, self.middles, self.ends)
        return int((stop[low:high] - self.starts[low:high]).sum())


@dataclass(frozen=True)
class PassPlan:
    """What one pass will compare; printed before it runs.

    Attributes:
        key: the pass in words.
        keyed: records with a key.
        blocks: blocks with at least one pair.
        pairs: candidate pairs, including those an earlier pass proposes.
        largest: pairs of the largest block.
        refined: records in blocks that were over the limit and were cut finer.
        left_out_records / left_out_pairs: what stayed too large and is not compared.
    """

    key: str
    keyed: int
    blocks: int
    pairs: int
    largest: int
    refined: int
    left_out_records: int
    left_out_pairs: int


def plan(
    encoder: Coded,
    model: Model,
    side: Sides | None,
    budget: int | None = None,
    threads: int | None = None,
) -> tuple[list[Keys], list[PassPlan]]:
    """Keys of every pass (int32 [n] each, -1 = null or left out) and what they will cost.

    Args:
        encoder: the records.
        model: its passes and block limit.
        side: int8 [n] 0 or 1 when two tables are linked with each other, else None.
        budget: most candidate pairs over all passes.
        threads: at most this many.

    Raises:
        BudgetError: the passes propose more pairs than the budget.
    """
    columns = {name: encoder.codes(name) for one in model.passes for name in [*one.key, *one.refine]}
    with ThreadPoolExecutor(threads) as pool:
        made = list(pool.map(lambda one: _keyed(columns, one, model.block_limit, side), model.passes))
    plans = [planned for _, planned in made]
    total = sum(p.pairs for p in plans)
    if budget is not None and total > budget:
        worst = max(plans, key=lambda p: p.pairs)
        raise BudgetError(
            f"Model {model.id} would compare {total:,} pairs; the budget is {budget:,}.",
            remedy=f"Narrow the pass {worst.key} ({worst.pairs:,} pairs), or raise the budget.",
        )
    return [key for key, _ in made], plans


def _keyed(columns: Mapping[str, Codes], one: Pass, limit: int, side: Sides | None) -> tuple[Keys, PassPlan]:
    key, count = joined([columns[expression] for expression in one.key])
    pairs = pair_counts(key, count, side)
    over = _over(key, pairs, limit)
    refined = 0
    for expression in one.refine:
        if not len(over):
            break
        refined = max(refined, len(over))
        finer, more = joined([Codes(key[over], count), _part(columns[expression], over)])
        key = key.copy()
        key[over] = np.where(finer < 0, -1, finer + count)
        count += more
        pairs = pair_counts(key, count, side)
        over = _over(key, pairs, limit)
    left_out = int(pairs[pairs > limit].sum())
    if len(over):
        key = key.copy()
        key[over] = -1
        pairs[pairs > limit] = 0
    return key, PassPlan(
        " + ".join(one.key), int((key >= 0).sum()), int((pairs > 0).sum()), int(pairs.sum()),
        int(pairs.max(initial=0)), refined, len(over), left_out,
    )  # fmt: skip


def _part(column: Codes, rows: Places) -> Codes:
    return Codes(column.codes[rows], column.count)


_ONE_SIDE = np.zeros(0, np.int8)


@nb.njit(cache=True, nogil=True)
def _sizes(key, count, side):  # type: ignore[no-untyped-def]
    """int32 [count, 1 or 2]: records with each key, by side."""
    sizes = np.zeros((count, 2 if len(side) else 1), np.int32)
    for row in range(len(key)):
        if key[row] >= 0:
            sizes[key[row], side[row] if len(side) else 0] += 1
    return sizes


@nb.njit(cache=True, nogil=True)
def _pair_counts(key, count, side):  # type: ignore[no-untyped-def]
    sizes = _sizes(key, count, side)
    made = np.empty(len(sizes), np.int64)
    for k in range(len(sizes)):
        one = np.int64(sizes[k, 0])
        made[k] = one * sizes[k, 1] if sizes.shape[1] > 1 else one * (one - 1) // 2
    return made


def pair_counts(key: Keys, count: int, side: Sides | None) -> Places:
    """int64 [count]: pairs of records with each key."""
    made: Places = _pair_counts(key, count, _ONE_SIDE if side is None else side)
    return made


def _over(key: Keys, pairs: Places, limit: int) -> Places:
    """Rows that stand in a block of more than `limit` pairs."""
    over = pairs > limit
    if not over.any():
        return np.zeros(0, np.int64)
    return np.flatnonzero(over[np.maximum(key, 0)] & (key >= 0))


@nb.njit(cache=True, nogil=True)
def _laid_out(key, count, side):  # type: ignore[no-untyped-def]
    """Order, starts, middles and ends of the blocks with at least one pair, by counting."""
    sizes = _sizes(key, count, side)
    across = len(side) > 0
    places = np.full(sizes.shape, -1, np.int32)
    blocks = rows = 0
    for k in range(count):
        if (sizes[k, 0] > 0 and sizes[k, 1] > 0) if across else sizes[k, 0] > 1:
            places[k, 0] = rows
            rows += sizes[k, 0]
            if across:
                places[k, 1] = rows
                rows += sizes[k, 1]
            blocks += 1
    starts, middles, ends = np.empty(blocks, np.int64), np.empty(blocks, np.int64), np.empty(blocks, np.int64)
    block = 0
    for k in range(count):
        if places[k, 0] >= 0:
            starts[block] = places[k, 0]
            middles[block] = places[k, 1] if across else -1
            ends[block] = places[k, 1] + sizes[k, 1] if across else places[k, 0] + sizes[k, 0]
            block += 1
    order = np.empty(rows, np.int32)
    for row in range(len(key)):
        k = key[row]
        if k >= 0 and places[k, 0] >= 0:
            one = side[row] if across else 0
            order[places[k, one]] = row
            places[k, one] += 1
    return order, starts, middles, ends


def group(key: Keys, side: Sides | None = None) -> Blocks:
    """Blocks of equal keys that hold at least one pair; key -1 takes no part."""
    sides = _ONE_SIDE if side is None else side
    return Blocks(*_laid_out(key, int(key.max(initial=-1)) + 1, sides))
