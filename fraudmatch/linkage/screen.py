"""The screen: which candidate pairs could still reach the threshold.

For each pair of a block the kernel of the model adds up, comparison by comparison, the most this
pair could weigh, and drops it as soon as the sum falls below the threshold. What it keeps is a
superset of the links, never less. Weights are whole thousandths, so the sums are exact in any
order and on any number of threads.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice, pairwise

import numpy as np
import numpy.typing as npt

from fraudmatch.linkage.block import Blocks
from fraudmatch.linkage.encode import Ints
from fraudmatch.linkage.kernel import Kernel
from fraudmatch.linkage.rows import moved

#: Pairs one task looks at, at most one block row more; small enough to share out evenly.
TASK_PAIRS = 1_000_000

#: Rows one task moves together, at most one block more.
TASK_ROWS = 50_000

#: Tasks under way for each thread; more would only hold memory.
AHEAD = 3

Screened = tuple[Ints, Ints, int]


class Workers(ThreadPoolExecutor):
    """Threads that know how many they are; all cores when no number is given."""

    def __init__(self, count: int | None = None) -> None:
        self.count = count or os.cpu_count() or 1
        super().__init__(self.count)


@dataclass(frozen=True)
class Part:
    """Blocks of a pass with the rows they stand on.

    Attributes:
        rows: packed rows, with their keys.
        blocks: blocks of these rows.
        earlier: number of passes before this one. A pair that shares one of their keys was
            proposed before and is left out, as is one that shares `apart`.
        numbers: int32, ascending; the record of each row; None = rows are records.
    """

    rows: npt.NDArray[np.void]
    blocks: Blocks
    earlier: int
    numbers: Ints | None = None


def screen(part: Part, kernel: Kernel, pool: Workers) -> Iterator[Screened]:
    """Begin with a part; give (left, right, looked): rows of kept pairs, and how many pairs were looked at.

    The chunks and their order do not depend on the number of threads.
    """
    to_do = iter(tasks(part.blocks))
    under_way: deque[Future[Screened]] = deque()

    def begin(most: int) -> None:
        under_way.extend(pool.submit(_task, part, kernel, *task) for task in islice(to_do, most))

    def found() -> Iterator[Screened]:
        while under_way:
            done = under_way.popleft().result()
            begin(1)
            yield done

    begin(AHEAD * pool.count)
    return found()


def unscreened(part: Part) -> Screened:
    """All pairs of a part, as `screen` yields them: for so few that no kernel need be compiled."""
    blocks, rows = part.blocks, part.rows
    sizes = np.where(blocks.middles >= 0, blocks.middles, blocks.ends) - blocks.starts
    block = np.repeat(np.arange(len(sizes)), sizes)
    one = np.arange(len(block)) - np.repeat(np.cumsum(sizes) - sizes, sizes) + blocks.starts[block]
    begin = np.where(blocks.middles[block] >= 0, blocks.middles[block], one + 1)
    partners = blocks.ends[block] - begin
    place = np.arange(int(partners.sum())) - np.repeat(np.cumsum(partners) - partners, partners)
    left, right = blocks.order[np.repeat(one, partners)], blocks.order[np.repeat(begin, partners) + place]
    told = np.zeros(len(left), np.bool_)
    for name in ["apart", *(f"key_{number}" for number in range(part.earlier))]:
        column = np.ascontiguousarray(rows[name])
        told |= (column[left] == column[right]) & (column[left] >= 0)
    left, right = left[~told], right[~told]
    return left, right, len(left)


def _task(part: Part, kernel: Kernel, low: int, high: int, first: int, last: int) -> Screened:
    """Screen block rows first..last of the blocks low..high."""
    blocks = part.blocks
    begin, end = int(blocks.starts[low]), int(blocks.ends[high - 1])
    starts, ends = blocks.starts[low:high] - begin, blocks.ends[low:high] - begin
    middles = np.where(blocks.middles[low:high] >= 0, blocks.middles[low:high] - begin, -1)
    order = blocks.order[begin:end]
    near = moved(part.rows, order)
    room = max(1 << 14, int((ends - starts).max()))
    left, right = np.empty(room, np.int32), np.empty(room, np.int32)
    lefts, rights, looked = [], [], 0
    while first < last:
        kept, more, first = kernel(near, starts, middles, ends, first, last, part.earlier, left, right)
        looked += more
        lefts.append(order[left[:kept]])
        rights.append(order[right[:kept]])
    return np.concatenate(lefts), np.concatenate(rights), looked


def tasks(blocks: Blocks) -> list[tuple[int, int, int, int]]:
    """Blocks shared out: (first block, block after the last, first row, row after the last)."""
    made: list[tuple[int, int, int, int]] = []
    pairs = blocks.pairs()
    done = np.cumsum(pairs)
    low = 0
    while low < len(pairs):
        before = int(done[low - 1]) if low else 0
        enough = np.searchsorted(done, before + TASK_PAIRS, side="right")
        room = np.searchsorted(blocks.ends, blocks.starts[low] + TASK_ROWS, side="right")
        high = max(low + 1, int(min(enough, room)))
        rows = blocks.rows(low, high)
        steps = max(1, int(-(-int(pairs[low]) // TASK_PAIRS))) if high == low + 1 else 1
        edges = [rows * step // steps for step in range(steps + 1)]
        made += [(low, high, a, b) for a, b in pairwise(edges) if b > a]
        low = high
    return made
