"""Blocking: records that share a key are candidates; pairs are counted before any is made.

Blocking may lower recall but never precision. A null key blocks with nothing. A block over the
model's limit is refined by further keys; what is still too large is left out and reported
with the number of records it touches, never silently.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fraudmatch.errors import BudgetError
from fraudmatch.linkage.encode import Encoder, dense, join_keys
from fraudmatch.linkage.model import Model, Pass

Keys = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Blocks:
    """The blocks of one pass as runs of positions.

    Attributes:
        order: int64; row numbers sorted by key, those without a partner left off.
        starts / ends: int64 [blocks]; a block is order[start:end].
        middles: int64 [blocks]; where the second side begins when two tables are linked with
            each other (pairs then lie across it), else -1.
    """

    order: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    middles: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]

    def pairs(self) -> npt.NDArray[np.int64]:
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
    encoder: Encoder, model: Model, side: npt.NDArray[np.int8] | None, budget: int | None = None
) -> tuple[Keys, list[PassPlan]]:
    """Keys of every pass (int64 [n, passes], -1 = null or left out) and what they will cost.

    Args:
        encoder: the records.
        model: its passes and block limit.
        side: int8 [n] 0 or 1 when two tables are linked with each other, else None.
        budget: most candidate pairs over all passes.

    Raises:
        BudgetError: the passes propose more pairs than the budget.
    """
    keys = np.empty((len(encoder), len(model.passes)), np.int64)
    plans = []
    for position, one in enumerate(model.passes):
        keys[:, position], planned = _keyed(encoder, one, model.block_limit, side)
        plans.append(planned)
    total = sum(p.pairs for p in plans)
    if budget is not None and total > budget:
        worst = max(plans, key=lambda p: p.pairs)
        raise BudgetError(
            f"Model {model.id} would compare {total:,} pairs; the budget is {budget:,}.",
            remedy=f"Narrow the pass {worst.key} ({worst.pairs:,} pairs), or raise the budget.",
        )
    return keys, plans


def _keyed(
    encoder: Encoder, one: Pass, limit: int, side: npt.NDArray[np.int8] | None
) -> tuple[Keys, PassPlan]:
    parts = [encoder.codes(expression).codes for expression in one.key]
    key = join_keys(parts)
    refined = 0
    for expression in one.refine:
        over = _over(key, limit, side)
        if not over.any():
            break
        refined = max(refined, int(over.sum()))
        finer = join_keys([*parts, encoder.codes(expression).codes])
        parts.append(encoder.codes(expression).codes)
        key = _merged(key, finer, over)
    over = _over(key, limit, side)
    left_out = group(np.where(over, key, -1), side).pairs()
    key = np.where(over, -1, key)
    pairs = group(key, side).pairs()
    return key, PassPlan(
        " + ".join(one.key), int((key >= 0).sum()), len(pairs), int(pairs.sum()),
        int(pairs.max(initial=0)), refined, int(over.sum()), int(left_out.sum()),
    )  # fmt: skip


def _merged(key: Keys, finer: Keys, over: npt.NDArray[np.bool_]) -> Keys:
    """Old keys where the block fits, finer ones where it does not, without collisions."""
    old, new = dense(np.where(over, -1, key)), dense(np.where(over, finer, -1))
    shift = int(old.max(initial=0)) + 1
    return np.where(over, np.where(new < 0, -1, new.astype(np.int64) + shift), np.where(old < 0, -1, old))


def _over(key: Keys, limit: int, side: npt.NDArray[np.int8] | None) -> npt.NDArray[np.bool_]:
    """Which records stand in a block of more than `limit` pairs."""
    blocks = group(key, side)
    over = np.zeros(len(key), np.bool_)
    for block in np.flatnonzero(blocks.pairs() > limit):
        over[blocks.order[blocks.starts[block] : blocks.ends[block]]] = True
    return over


def group(key: Keys, side: npt.NDArray[np.int8] | None = None) -> Blocks:
    """Blocks of equal keys that hold at least one pair; key -1 takes no part."""
    order = np.lexsort((side, key)) if side is not None else np.argsort(key, kind="stable")
    ordered = key[order]
    order = order[np.searchsorted(ordered, 0) :]
    ordered = key[order]
    if not len(order):
        nothing = np.zeros(0, np.int64)
        return Blocks(order, nothing, nothing, nothing)
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    ends = np.concatenate([starts[1:], [len(ordered)]])
    if side is None:
        kept = ends - starts > 1
        return _compact(order, starts[kept], np.full(int(kept.sum()), -1), ends[kept])
    seconds = np.concatenate([[0], np.cumsum(side[order] == 1)])
    middles = ends - (seconds[ends] - seconds[starts])
    kept = (middles > starts) & (middles < ends)
    return _compact(order, starts[kept], middles[kept], ends[kept])


def _compact(order: Keys, starts: Keys, middles: Keys, ends: Keys) -> Blocks:
    """The blocks with records that have no partner cut out of `order`."""
    sizes = ends - starts
    new_ends = np.cumsum(sizes)
    new_starts = new_ends - sizes
    member = np.zeros(len(order) + 1, np.int64)
    np.add.at(member, starts, 1)
    np.add.at(member, ends, -1)
    kept = order[np.cumsum(member)[:-1] > 0]
    new_middles = np.where(middles >= 0, middles - starts + new_starts, -1)
    return Blocks(kept, new_starts, new_middles, new_ends)
